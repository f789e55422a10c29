//! Pages of a listing, put together again.
//!
//! A console reads the first page often and all pages rarely, and AWS's tokens are different each time.
//! So what stands on a tape for one request is a first page of now, and further pages of an earlier
//! reading. They are laid over one another as the console laid them, newest first, each thing once;
//! the result is cut into pages with tokens of our own. A listing of one page is handed out as it is.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use serde_json::Value;
use serde_json::value::RawValue;

use super::cbor::Tree;
use super::family::Pick;
use super::reel::Take;
use super::scrub::Reply;

/// Things on a page.
const PAGE: usize = 100;
/// What our own tokens begin with.
const OURS: &str = "sagetop-tape";
/// The names of tokens in replies.
const TOKENS: [&str; 3] = ["NextToken", "nextToken", "NextContinuationToken"];

/// One thing in a listing.
#[derive(Debug, Clone, PartialEq)]
struct Item {
    /// What it is known by.
    id: String,
    body: Body,
}

/// A thing as it was written.
#[derive(Debug, Clone, PartialEq)]
enum Body {
    Json {
        raw: String,
        created: f64,
        modified: f64,
    },
    /// With the name of its list: a reply may hold several.
    Cbor {
        list: String,
        tree: Tree,
    },
}

type Items = Vec<Arc<Item>>;

/// The listing as it was after some replies.
#[derive(Debug, Clone, Default)]
pub(super) struct Fold {
    /// How many of the replies are in it.
    taken: usize,
    /// What the last whole reading and all that came after it said.
    base: Items,
    /// Pages of a reading under way.
    pending: Items,
    /// The token of the page that would continue it.
    next: Option<String>,
    /// All of it, in the order that was asked for last.
    sorted: Option<(Option<String>, Arc<Items>)>,
}

/// The token of the page after this reply, in any of the ways replies are written.
pub(super) fn next(reply: &Reply) -> Option<String> {
    let found = match reply.body.first()? {
        b'{' => {
            let members: BTreeMap<String, &RawValue> = serde_json::from_slice(&reply.body).ok()?;
            let raw = TOKENS.iter().find_map(|name| members.get(*name))?;
            serde_json::from_str(raw.get()).ok()?
        }
        b'<' => {
            let body = std::str::from_utf8(&reply.body).ok()?;
            let inside = |name: &str| Some(body.split_once(&format!("<{name}>"))?.1.split_once("</")?.0.to_owned());
            let escaped = TOKENS.iter().find_map(|name| inside(name))?;
            quick_xml::escape::unescape(&escaped).ok()?.into_owned()
        }
        _ => {
            let tree = Tree::read(&reply.body)?;
            TOKENS.iter().find_map(|name| tree.get(name)?.text().map(str::to_owned))?
        }
    };
    Some(found).filter(|token| !token.is_empty())
}

/// Of our own token: after how many replies, from which thing on.
pub(super) fn ours(token: &str) -> Option<(usize, usize)> {
    let (taken, from) = token.strip_prefix(OURS)?.strip_prefix(':')?.split_once(':')?;
    Some((taken.parse().ok()?, from.parse().ok()?))
}

/// Can replies to this request be laid over one another?
pub(super) fn is_list(reply: &Reply) -> bool {
    reply.body.first() == Some(&b'{')
}

impl Fold {
    /// Takes in replies until `taken` of them are in it, from as late as possible.
    pub(super) fn advance(&mut self, takes: &[Take], taken: usize) {
        let whole =
            |take: &Take| take.page.is_none() && take.next.is_none() && !take.partial && take.reply.status == 200;
        let start = takes.iter().take(taken).rposition(whole).unwrap_or(0);
        if self.taken > taken || self.taken < start {
            *self = Self { taken: start, ..Self::default() };
        }
        for take in takes.iter().take(taken).skip(self.taken) {
            self.lay(take);
            self.sorted = None;
        }
        self.taken = taken;
    }

    fn lay(&mut self, take: &Take) {
        let Some(items) = items(&take.reply) else { return };
        let continues = take.page.is_some() && take.page == self.next && !take.partial;
        if take.partial || take.page.is_some() && !continues {
            // A choice of things, or a page of a reading whose beginning is not known.
            self.pending =
                self.pending.iter().filter(|old| items.iter().all(|new| new.id != old.id)).cloned().collect();
            self.base = over(&items, &self.base);
            return;
        }
        if continues {
            self.pending = over(&self.pending, &items);
        } else {
            self.base = over(&self.pending, &self.base);
            self.pending = items;
        }
        self.next.clone_from(&take.next);
        if self.next.is_none() {
            // Read to its end: what it does not name is gone.
            self.base = std::mem::take(&mut self.pending);
        }
    }

    /// All things, in this order.
    fn all(&mut self, sort: Option<&String>) -> Arc<Items> {
        if let Some((_, all)) = self.sorted.as_ref().filter(|(by, _)| by.as_ref() == sort) {
            return all.clone();
        }
        let mut all = over(&self.pending, &self.base);
        if let Some(by) = sort {
            all.sort_by(|a, b| b.time(by).total_cmp(&a.time(by)));
        }
        let all = Arc::new(all);
        self.sorted = Some((sort.cloned(), all.clone()));
        all
    }

    /// Those that are picked, a page of them from this one on, in the envelope of a reply.
    pub(super) fn page(&mut self, envelope: &Reply, pick: &Pick, from: usize) -> Option<Reply> {
        let all = self.all(pick.sort.as_ref());
        let picked: Vec<&Item> = all.iter().map(AsRef::as_ref).filter(|item| item.picked(pick)).collect();
        if is_list(envelope) { self.json_page(envelope, &picked, from) } else { cbor_page(envelope, &picked) }
    }

    fn json_page(&self, envelope: &Reply, picked: &[&Item], from: usize) -> Option<Reply> {
        let things: Vec<&str> = picked.iter().skip(from).take(PAGE).filter_map(|item| item.raw()).collect();
        let raw: BTreeMap<String, &RawValue> = serde_json::from_slice(&envelope.body).ok()?;
        let list = raw.iter().find(|(_, value)| value.get().starts_with('['))?.0;
        let mut parts: Vec<String> = raw
            .iter()
            .filter(|(name, _)| *name != list && !TOKENS.contains(&name.as_str()))
            .map(|(name, value)| format!("{}:{}", quoted(name), value.get()))
            .collect();
        parts.push(format!("{}:[{}]", quoted(list), things.join(",")));
        if from + things.len() < picked.len() {
            let token = TOKENS.into_iter().find(|name| raw.contains_key(*name)).unwrap_or("NextToken");
            let place = format!("{OURS}:{}:{}", self.taken, from + things.len());
            parts.push(format!("{}:{}", quoted(token), quoted(&place)));
        }
        Some(Reply { body: format!("{{{}}}", parts.join(",")).into(), ..envelope.clone() })
    }
}

/// All of them at once: no reader minds a long page.
fn cbor_page(envelope: &Reply, picked: &[&Item]) -> Option<Reply> {
    let Tree::Map(members) = Tree::read(&envelope.body)? else { return None };
    let mut lists: BTreeMap<&str, Vec<Tree>> = BTreeMap::new();
    for item in picked {
        if let Body::Cbor { list, tree } = &item.body {
            lists.entry(list).or_default().push(tree.clone());
        }
    }
    let others =
        members.iter().filter(|(name, value)| !matches!(value, Tree::List(_)) && !TOKENS.contains(&name.as_str()));
    let lists = lists.into_iter().map(|(name, things)| (name.to_owned(), Tree::List(things)));
    let body = Tree::Map(others.cloned().chain(lists).collect()).write();
    Some(Reply { body: body.into(), ..envelope.clone() })
}

impl Item {
    fn raw(&self) -> Option<&str> {
        match &self.body {
            Body::Json { raw, .. } => Some(raw),
            Body::Cbor { .. } => None,
        }
    }

    fn time(&self, by: &str) -> f64 {
        match (&self.body, by) {
            (Body::Json { modified, .. }, "LastModifiedTime") => *modified,
            (Body::Json { created, .. }, "CreationTime") => *created,
            (Body::Json { .. } | Body::Cbor { .. }, _) => 0.0,
        }
    }

    fn picked(&self, pick: &Pick) -> bool {
        match &self.body {
            Body::Json { raw, .. } => pick.takes_record(raw),
            Body::Cbor { tree, .. } => pick.takes_tree(tree),
        }
    }
}

fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

/// The things of both, each once, as the upper has it.
fn over(upper: &Items, lower: &Items) -> Items {
    let known: HashSet<&str> = upper.iter().map(|item| item.id.as_str()).collect();
    upper.iter().chain(lower.iter().filter(|item| !known.contains(item.id.as_str()))).cloned().collect()
}

/// The things of a listing; `None` when the reply is none.
fn items(reply: &Reply) -> Option<Items> {
    if reply.status != 200 {
        return None;
    }
    if !is_list(reply) {
        let Tree::Map(members) = Tree::read(&reply.body)? else { return None };
        let all = members.iter().flat_map(|(list, things)| things.items().iter().map(move |tree| (list, tree)));
        return Some(all.map(|(list, tree)| Arc::new(of_tree(list, tree))).collect());
    }
    let members: BTreeMap<String, &RawValue> = serde_json::from_slice(&reply.body).ok()?;
    let list: Vec<&RawValue> =
        members.values().find(|raw| raw.get().starts_with('[')).and_then(|raw| serde_json::from_str(raw.get()).ok())?;
    Some(list.into_iter().map(|raw| Arc::new(of_json(raw.get()))).collect())
}

fn of_tree(list: &str, tree: &Tree) -> Item {
    let name = tree.get("AlarmName").and_then(Tree::text);
    let id = name.map_or_else(|| format!("{list} {tree:?}"), |name| format!("{list} {name}"));
    Item { id, body: Body::Cbor { list: list.to_owned(), tree: tree.clone() } }
}

/// What is known by its ARN, its name, or all of it.
fn of_json(raw: &str) -> Item {
    let value: Value = serde_json::from_str(raw).unwrap_or_default();
    let members = value.as_object();
    // A record of the index: `{"TrainingJob": {…}}`.
    let wrapped = members.filter(|m| m.len() == 1).and_then(|m| m.iter().next());
    let wrapped = wrapped.and_then(|(name, inner)| Some((name.as_str(), inner.as_object()?)));
    let (name, members) = match wrapped {
        Some((name, inner)) => (name, Some(inner)),
        None => ("", members),
    };
    let named = |end: &str| {
        let members = members?;
        let own = members.get(&format!("{name}{end}"));
        own.or_else(|| members.iter().find(|(key, _)| key.ends_with(end)).map(|(_, value)| value))?.as_str()
    };
    let time = |name: &str| members.and_then(|m| m.get(name)).and_then(Value::as_f64);
    let created = time("CreationTime").unwrap_or_default();
    let modified = time("LastModifiedTime").unwrap_or(created);
    let id = named("Arn").or_else(|| named("Name")).unwrap_or(raw).to_owned();
    Item { id, body: Body::Json { raw: raw.to_owned(), created, modified } }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(body: &str) -> Reply {
        Reply { status: 200, headers: Vec::new(), body: body.to_owned().into() }
    }

    /// `a1 b1>t`: the things `a` and `b` in version 1, and a token.
    fn take(page: Option<&str>, listing: &str) -> Take {
        let (things, token) = listing.split_once('>').unwrap_or((listing, ""));
        let things: Vec<String> = things
            .split_whitespace()
            .map(|thing| {
                let (name, version) = thing.split_at(1);
                format!(r#"{{"Endpoint":{{"EndpointName":"x","EndpointArn":"{name}","Version":{version}.0}}}}"#)
            })
            .collect();
        let token = if token.is_empty() { String::new() } else { format!(r#","NextToken":"{token}""#) };
        let reply = reply(&format!(r#"{{"Results":[{}]{token}}}"#, things.join(",")));
        Take {
            at: jiff::Timestamp::UNIX_EPOCH,
            page: page.map(str::to_owned),
            next: next(&reply),
            partial: false,
            key: String::new(),
            reply: Arc::new(reply),
            until: None,
            reaches: 0,
        }
    }

    fn seen(takes: &[Take], taken: usize) -> String {
        let mut fold = Fold::default();
        fold.advance(takes, taken);
        let page = fold.page(&takes[0].reply, &Pick::default(), 0).unwrap();
        let value: serde_json::Value = serde_json::from_slice(&page.body).unwrap();
        let things = value["Results"].as_array().unwrap().iter().map(|thing| {
            let thing = &thing["Endpoint"];
            format!("{}{}", thing["EndpointArn"].as_str().unwrap(), thing["Version"].as_f64().unwrap())
        });
        things.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn a_first_page_lies_over_an_earlier_reading_of_all() {
        let takes = [
            take(None, "a1 b1>t"),
            take(Some("t"), "c1 d1"),
            take(None, "c2 a1>u"),
            take(None, "e1 c2>v"),
            take(None, "e1 c3>w"),
            take(Some("w"), "a1"),
        ];
        let all: Vec<String> = (1..=takes.len()).map(|taken| seen(&takes, taken)).collect();
        assert_eq!(
            all,
            ["a1 b1", "a1 b1 c1 d1", "c2 a1 b1 d1", "e1 c2 a1 b1 d1", "e1 c3 a1 b1 d1", "e1 c3 a1"],
            "what a whole reading does not name is gone"
        );
        let mut fold = Fold::default();
        fold.advance(&takes, 6);
        fold.advance(&takes, 3);
        assert_eq!(fold.base.len() + fold.pending.len(), 6, "going back begins anew");
    }

    #[test]
    fn a_reading_whose_beginning_is_lost_and_errors_change_nothing_else() {
        let mut failed = take(None, "");
        failed.reply = Arc::new(Reply { status: 400, ..reply("{}") });
        let takes = [take(None, "a1 b1"), failed, take(Some("lost"), "b2 c1")];
        assert_eq!(seen(&takes, 2), "a1 b1");
        assert_eq!(seen(&takes, 3), "b2 c1 a1");
    }

    #[test]
    fn alarms_are_told_of_in_parts_and_as_a_whole() {
        let alarms = |all: &[(&str, &str)], partial: bool| {
            let alarm = |(name, state): &(&str, &str)| {
                Tree::Map(vec![("AlarmName".into(), (*name).into()), ("StateValue".into(), (*state).into())])
            };
            let tree = Tree::Map(vec![("MetricAlarms".into(), Tree::List(all.iter().map(alarm).collect()))]);
            let reply = Reply { status: 200, headers: Vec::new(), body: tree.write().into() };
            Take { partial, reply: Arc::new(reply), ..take(None, "") }
        };
        let takes = [
            alarms(&[("a", "OK"), ("b", "OK")], false),
            alarms(&[("b", "ALARM")], true),
            alarms(&[("b", "OK")], true),
            alarms(&[("a", "OK")], false),
        ];
        let told = |taken, pick: &Pick| {
            let mut fold = Fold::default();
            fold.advance(&takes, taken);
            let tree = Tree::read(&fold.page(&takes[0].reply, pick, 0).unwrap().body).unwrap();
            let alarms = tree.get("MetricAlarms").map(Tree::items).unwrap_or_default().iter();
            let words =
                alarms.map(|a| ["AlarmName", "StateValue"].map(|name| a.get(name).unwrap().text().unwrap()).join(" "));
            words.collect::<Vec<_>>().join(", ")
        };
        let all = Pick::default();
        assert_eq!([1, 2, 3, 4].map(|n| told(n, &all)), ["a OK, b OK", "b ALARM, a OK", "b OK, a OK", "a OK"]);
        let firing = super::super::family::of("monitoring", "DescribeAlarms", r#"{"StateValue":"ALARM"}"#).unwrap().1;
        assert_eq!([1, 2, 3].map(|n| told(n, &firing)), ["", "b ALARM", ""]);
    }

    #[test]
    fn long_listings_have_pages_with_tokens_of_our_own() {
        let things: Vec<String> = (0..250).map(|n| format!(r#"{{"Name":"{n}"}}"#)).collect();
        let whole = reply(&format!(r#"{{"Total":250,"Results":[{}],"NextToken":"t"}}"#, things.join(",")));
        let take = Take {
            at: jiff::Timestamp::UNIX_EPOCH,
            page: None,
            next: next(&whole),
            partial: false,
            key: String::new(),
            reply: Arc::new(whole),
            until: None,
            reaches: 0,
        };
        let mut fold = Fold::default();
        fold.advance(std::slice::from_ref(&take), 1);
        let (mut from, mut count, mut pages) = (Some(0), 0, 0);
        while let Some(place) = from {
            let page = fold.page(&take.reply, &Pick::default(), place).unwrap();
            let value: serde_json::Value = serde_json::from_slice(&page.body).unwrap();
            assert_eq!(value["Total"], 250);
            (count, pages) = (count + value["Results"].as_array().unwrap().len(), pages + 1);
            from = next(&page).map(|token| ours(&token).unwrap().1);
        }
        assert_eq!((count, pages), (250, 3));
        assert_eq!(ours("AAMA-Eb"), None);
    }

    #[test]
    fn tokens_are_found_in_every_kind_of_reply() {
        assert_eq!(next(&reply(r#"{"NextToken":"a\"b"}"#)).as_deref(), Some("a\"b"));
        assert_eq!(next(&reply("<R><NextToken>a&amp;b</NextToken></R>")).as_deref(), Some("a&b"));
        assert_eq!(next(&reply("<R><NextContinuationToken>c</NextContinuationToken></R>")).as_deref(), Some("c"));
        let tree = Tree::Map(vec![("NextToken".into(), "d".into())]);
        let cbor = Reply { status: 200, headers: Vec::new(), body: tree.write().into() };
        assert_eq!(next(&cbor).as_deref(), Some("d"));
        for nothing in ["", "{}", r#"{"NextToken":""}"#, "{", "<R/>", "x"] {
            assert_eq!(next(&reply(nothing)), None, "{nothing}");
        }
    }
}
