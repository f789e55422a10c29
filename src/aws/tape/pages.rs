//! Pages of a listing, put together again.
//!
//! A console reads the first page often and all pages rarely, and AWS's tokens are different each time.
//! So what stands on a tape for one request is a first page of now, and further pages of an earlier
//! reading. They are laid over one another as the console laid them, newest first, each thing once;
//! the result is cut into pages with tokens of our own. A listing of one page is handed out as it is.

mod item;

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use serde_json::Value;
use serde_json::value::RawValue;

use super::cbor::Tree;
use super::family::Pick;
use super::reel::Take;
use super::scrub::Reply;
use item::{Body, Item, items};

/// Things on a page.
const PAGE: usize = 100;
/// What our own tokens begin with.
const OURS: &str = "sagetop-tape";
/// The names of tokens in replies.
const TOKENS: [&str; 3] = ["NextToken", "nextToken", "NextContinuationToken"];

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
    let (upto, from) = token.strip_prefix(OURS)?.strip_prefix(':')?.split_once(':')?;
    Some((upto.parse().ok()?, from.parse().ok()?))
}

/// Can replies to this request be laid over one another?
pub(super) fn is_list(reply: &Reply) -> bool {
    reply.body.first() == Some(&b'{')
}

impl Fold {
    /// Takes in replies until `upto` of them are in it, from as late as possible.
    pub(super) fn advance(&mut self, takes: &[Take], upto: usize) {
        let whole =
            |take: &Take| take.page.is_none() && take.next.is_none() && !take.partial && take.reply.status == 200;
        let start = takes.iter().take(upto).rposition(whole).unwrap_or(0);
        if self.taken > upto || self.taken < start {
            *self = Self { taken: start, ..Self::default() };
        }
        for take in takes.iter().take(upto).skip(self.taken) {
            self.lay(take);
            self.sorted = None;
        }
        self.taken = upto;
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

fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

/// The things of both, each once, as the upper has it.
fn over(upper: &Items, lower: &Items) -> Items {
    let known: HashSet<&str> = upper.iter().map(|item| item.id.as_str()).collect();
    upper.iter().chain(lower.iter().filter(|item| !known.contains(item.id.as_str()))).cloned().collect()
}

#[cfg(test)]
mod tests;
