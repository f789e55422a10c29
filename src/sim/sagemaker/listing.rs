//! What all list operations share: filters, sort orders, pages and their errors.

use std::cmp::Ordering;

use super::super::fault::Fault;
use super::super::num;
use super::super::time::Time;
use super::super::wire::{Value, json, tree};
use super::super::world::{Created, Record, Table};

/// How one operation lists.
pub(super) struct Listing {
    /// The member of the answer that holds the summaries.
    pub(super) out: &'static str,
    /// The members of a summary.
    pub(super) summary: &'static [&'static str],
    /// The request's word for sorting by it, and its member in the description.
    pub(super) sort: &'static [(&'static str, &'static str)],
    /// The sort key when none is given.
    pub(super) by: &'static str,
    /// The order when none is given.
    pub(super) descending: bool,
    /// The member that `StatusEquals` looks at, and its words.
    pub(super) status: Option<(&'static str, &'static [&'static str])>,
    /// Whether status and modification time are looked at after the page was cut, as AWS does for jobs.
    pub(super) late: bool,
    /// The request's words for the time of creation.
    pub(super) times: (&'static str, &'static str),
}

/// The usual words for the time of creation.
pub(super) const TIMES: (&str, &str) = ("CreationTimeAfter", "CreationTimeBefore");
/// Ascending and descending, as requests say it.
pub(super) const ORDERS: &[&str] = &["Ascending", "Descending"];

impl Listing {
    /// Answers a list request from the given resources.
    pub(super) fn answer<'a>(&self, input: &Value, records: impl Iterator<Item = &'a Record>) -> Result<Value, Fault> {
        let (page, next) = self.page(input, records)?;
        Ok(self.told(page.into_iter(), next))
    }

    /// The resources of one page, and the token of the next one.
    pub(super) fn page<'a>(
        &self,
        input: &Value,
        records: impl Iterator<Item = &'a Record>,
    ) -> Result<(Vec<&'a Record>, Option<String>), Fault> {
        let asked = self.asked(input)?;
        let passes = self.passing(input)?;
        let found = records.filter(|record| asked.wants(record.created, &record.name) && (self.late || passes(record)));
        let (mut page, next) = cut_sorted(input, found.map(|record| (asked.rank(record), record)), asked.descending)?;
        page.retain(|record| passes(record));
        Ok((page, next))
    }

    /// The same for resources whose order of creation is kept: only the rows of the page are looked at.
    pub(super) fn answer_in_order(&self, input: &Value, records: &Table, order: &Created) -> Result<Value, Fault> {
        let asked = self.asked(input)?;
        if asked.key != "CreationTime" || !self.late {
            return self.answer(input, records.values());
        }
        let passes = self.passing(input)?;
        let wanted = order.iter().filter(|(created, name)| asked.wants(*created, name)).map(|(_, name)| name);
        let found: Vec<&String> = if asked.descending { wanted.rev().collect() } else { wanted.collect() };
        let (page, next) = cut(input, found, 10, 100)?;
        let page = page.into_iter().filter_map(|name| records.get(name));
        Ok(self.told(page.filter(|record| passes(record)), next))
    }

    fn told<'a>(&self, page: impl Iterator<Item = &'a Record>, next: Option<String>) -> Value {
        rows(self.out, page.map(|record| record.doc.project(self.summary)).collect(), next)
    }

    /// How the request wants its rows.
    fn asked(&self, input: &Value) -> Result<Asked, Fault> {
        let words: Vec<&str> = self.sort.iter().map(|(word, _)| *word).collect();
        let by = input.one_of("SortBy", &words)?.unwrap_or(self.by);
        Ok(Asked {
            key: self.sort.iter().find(|(word, _)| *word == by).map_or("CreationTime", |(_, member)| *member),
            descending: match input.one_of("SortOrder", ORDERS)? {
                Some(order) => order == "Descending",
                None => self.descending,
            },
            contains: input.text("NameContains")?.map(str::to_ascii_lowercase),
            after: input.time(self.times.0)?,
            before: input.time(self.times.1)?,
        })
    }

    /// The filters by status and time of modification.
    fn passing<'a>(&self, input: &'a Value) -> Result<impl Fn(&Record) -> bool + use<'a>, Fault> {
        let member = self.status.map(|(member, _)| member);
        let status = self.status.map_or(Ok(None), |(_, words)| input.one_of("StatusEquals", words))?;
        let after = input.time("LastModifiedTimeAfter")?;
        let before = input.time("LastModifiedTimeBefore")?;
        Ok(move |record: &Record| {
            let modified = || record.doc.instant("LastModifiedTime");
            let right = status.is_none_or(|wanted| member.is_none_or(|member| record.doc.str(member) == wanted));
            right && after.is_none_or(|t| modified() > t) && before.is_none_or(|t| modified() < t)
        })
    }
}

/// How a request wants its rows: the filters that apply before a page is cut, the sort key, the order.
struct Asked {
    key: &'static str,
    descending: bool,
    contains: Option<String>,
    after: Option<Time>,
    before: Option<Time>,
}

impl Asked {
    fn wants(&self, created: Time, name: &str) -> bool {
        self.contains.as_ref().is_none_or(|part| name.to_ascii_lowercase().contains(part))
            && self.after.is_none_or(|t| created > t)
            && self.before.is_none_or(|t| created < t)
    }

    fn rank<'a>(&self, record: &'a Record) -> Rank<'a> {
        match self.key {
            "CreationTime" => Rank::Number(num::float(record.created.0)),
            key => Rank::of(record.doc.at(key)),
        }
    }
}

/// What a row is sorted by; read once, not in every comparison.
#[derive(Debug, Clone, Copy)]
pub(super) enum Rank<'a> {
    Absent,
    Number(f64),
    Text(&'a str),
}

impl<'a> Rank<'a> {
    /// The rank that a member gives.
    pub(super) fn of(member: Option<&'a Value>) -> Self {
        match member {
            None => Self::Absent,
            Some(Value::Text(text)) => Self::Text(text),
            Some(other) => Self::Number(other.as_float().unwrap_or(0.0)),
        }
    }

    fn compare(self, other: Self) -> Ordering {
        match (self, other) {
            (Self::Text(x), Self::Text(y)) => x.cmp(y),
            (Self::Number(x), Self::Number(y)) => x.total_cmp(&y),
            (Self::Absent, Self::Absent) => Ordering::Equal,
            (Self::Absent, _) | (Self::Number(_), Self::Text(_)) => Ordering::Less,
            (_, Self::Absent) | (Self::Text(_), Self::Number(_)) => Ordering::Greater,
        }
    }
}

/// One member of many descriptions that are alike: it is looked for where the last one had it.
pub(super) struct Column<'a> {
    path: &'a str,
    place: Option<usize>,
}

impl<'a> Column<'a> {
    pub(super) fn of(path: &'a str) -> Self {
        Self { path, place: None }
    }

    pub(super) fn rank<'v>(&mut self, doc: &'v Value) -> Rank<'v> {
        let members = doc.members();
        match self.place.and_then(|place| members.get(place)) {
            Some((key, value)) if key == self.path && !value.is_null() => Rank::of(Some(value)),
            _ => {
                self.place = members.iter().position(|(key, _)| key == self.path);
                Rank::of(doc.at(self.path))
            }
        }
    }
}

/// The most rows of a page.
const PAGE: usize = 100;

/// Cuts one page of what has yet to be sorted; only the rows of that page are put in order.
pub(super) fn cut_sorted<'a, T>(
    input: &Value,
    all: impl Iterator<Item = (Rank<'a>, T)>,
    descending: bool,
) -> Result<(Vec<T>, Option<String>), Fault> {
    let mut all: Vec<(Rank<'a>, usize, T)> = all.enumerate().map(|(place, (rank, row))| (rank, place, row)).collect();
    // Rows of the same rank keep their places, so that none is on two pages.
    let by = |a: &(Rank<'a>, usize, T), b: &(Rank<'a>, usize, T)| {
        let order = a.0.compare(b.0).then(a.1.cmp(&b.1));
        if descending { order.reverse() } else { order }
    };
    let from = input.text("NextToken")?.and_then(offset).unwrap_or(0);
    if from < all.len() {
        all.select_nth_unstable_by(from, by);
    }
    if let Some(rest) = all.get_mut(from..) {
        if rest.len() > PAGE {
            rest.select_nth_unstable_by(PAGE, by);
        }
        let size = rest.len().min(PAGE);
        if let Some(page) = rest.get_mut(..size) {
            page.sort_unstable_by(by);
        }
    }
    let (page, next) = cut(input, all, 10, 100)?;
    Ok((page.into_iter().map(|(_, _, row)| row).collect(), next))
}

/// Cuts one page, and makes the token of the next one.
pub(crate) fn cut<T>(input: &Value, all: Vec<T>, usual: usize, most: i64) -> Result<(Vec<T>, Option<String>), Fault> {
    cut_by(input, all, ("NextToken", "MaxResults"), usual, most)
}

/// The same for services that name the members differently.
pub(crate) fn cut_by<T>(
    input: &Value,
    all: Vec<T>,
    (token, size): (&str, &str),
    usual: usize,
    most: i64,
) -> Result<(Vec<T>, Option<String>), Fault> {
    let wanted = input.int(size)?;
    if let Some(n) = wanted {
        if n < 1 {
            return Err(Fault::constraint(
                &format!("'{n}'"),
                size,
                "Member must have value greater than or equal to 1",
            ));
        }
        if n > most {
            return Err(Fault::constraint(
                &format!("'{n}'"),
                size,
                &format!("Member must have value less than or equal to {most}"),
            ));
        }
    }
    let mark = mark(input, &[token, size]);
    let size = wanted.and_then(|n| usize::try_from(n).ok()).unwrap_or(usual);
    let from = match input.text(token)?.filter(|t| !t.is_empty()) {
        None => 0,
        Some(text) => place(text, &mark)
            .ok_or_else(|| Fault::invalid("Invalid NextToken: the token does not belong to this request"))?,
    };
    let total = all.len();
    let page: Vec<T> = all.into_iter().skip(from).take(size).collect();
    let next = (from + page.len() < total && !page.is_empty()).then(|| format!("{mark}{:x}", from + page.len()));
    Ok((page, next))
}

/// The length of the part of a token that ties it to its request.
const MARK: usize = 30;

/// What ties a token to the request that it continues.
fn mark(input: &Value, without: &[&str]) -> String {
    let mut rest: Vec<String> = input
        .members()
        .iter()
        .filter(|(key, value)| !without.contains(&key.as_ref()) && !value.is_null())
        .map(|(key, value)| format!("{key}={}", json::text(value)))
        .collect();
    rest.sort();
    format!("AAAAAA{}", num::hex(num::hash(&rest.join("&")), MARK - 6))
}

fn place(token: &str, mark: &str) -> Option<usize> {
    token.strip_prefix(mark).and(offset(token))
}

/// Where the page of a token begins.
fn offset(token: &str) -> Option<usize> {
    usize::from_str_radix(token.get(MARK..)?, 16).ok()
}

/// A page of ready-made rows under a member's name.
pub(super) fn rows(out: &'static str, rows: Vec<Value>, next: Option<String>) -> Value {
    Value::Map(vec![(out.into(), rows.into()), ("NextToken".into(), next.into())])
}

/// Who made or changed something, as AWS tells it.
pub(crate) fn person(account: &str, name: &str) -> Value {
    let principal = num::id(num::hash(name), 17).to_uppercase();
    tree! {
        "IamIdentity": tree! {
            "Arn": format!("arn:aws:sts::{account}:assumed-role/ml-engineer/{name}"),
            "PrincipalId": format!("AROA{principal}:{name}"),
        },
    }
}

/// The time of creation is needed by most records twice: as a member and for sorting.
pub(crate) fn record(name: &str, created: Time, doc: Value) -> Record {
    Record { name: name.to_owned(), created, doc }
}
