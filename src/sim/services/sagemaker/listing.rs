//! The common parts of all list operations: filters, sort orders, pages.

use std::cmp::Ordering;

use crate::sim::paging::offset;
use crate::sim::prelude::{Answer, Paging, Record, ServiceError, Table, Time, Value, num};
use crate::sim::record::ByAge;

/// The pages of `SageMaker`.
pub(super) const PAGES: Paging = Paging::usual(10, 100);

/// The settings of one list operation.
pub(super) struct Listing {
    /// The member of the answer that holds the summaries.
    pub(super) out: &'static str,
    /// The members of a summary.
    pub(super) summary: &'static [&'static str],
    /// The values of `SortBy`, each with the member that it sorts by.
    pub(super) sort: &'static [(&'static str, &'static str)],
    /// The default sort key.
    pub(super) by: &'static str,
    /// Whether the default order is descending.
    pub(super) descending: bool,
    /// The member that `StatusEquals` filters by, and its values.
    pub(super) status: Option<(&'static str, &'static [&'static str])>,
    /// Whether the filters by status and modification time apply after the page is cut, as AWS does for jobs.
    pub(super) late: bool,
    /// The members of the request that limit the time of creation.
    pub(super) times: (&'static str, &'static str),
}

/// The usual members for the time of creation.
pub(super) const TIMES: (&str, &str) = ("CreationTimeAfter", "CreationTimeBefore");
/// The two orders in requests.
pub(super) const ORDERS: &[&str] = &["Ascending", "Descending"];

impl Listing {
    /// Answers a list request from the given resources.
    pub(super) fn answer<'a>(&self, input: &Value, records: impl Iterator<Item = &'a Record>) -> Answer {
        let (page, next) = self.page(input, records)?;
        Ok(self.summaries(page.into_iter(), next))
    }

    /// Returns the resources of one page, and the token of the next one.
    pub(super) fn page<'a>(
        &self,
        input: &Value,
        records: impl Iterator<Item = &'a Record>,
    ) -> Result<(Vec<&'a Record>, Option<String>), ServiceError> {
        let query = self.query(input)?;
        let passes = self.filter(input)?;
        let found = records.filter(|record| query.wants(record.created, &record.name) && (self.late || passes(record)));
        let (mut page, next) = cut_sorted(input, found.map(|record| (query.rank(record), record)), query.descending)?;
        page.retain(|record| passes(record));
        Ok((page, next))
    }

    /// Answers like [`Self::answer`] from resources whose order of creation is kept. Only the rows of the page are
    /// read.
    pub(super) fn answer_in_order(&self, input: &Value, records: &Table, order: &ByAge) -> Answer {
        let query = self.query(input)?;
        if query.key != "CreationTime" || !self.late {
            return self.answer(input, records.values());
        }
        let passes = self.filter(input)?;
        let wanted = order.iter().filter(|(created, name)| query.wants(*created, name)).map(|(_, name)| name);
        let found: Vec<&String> = if query.descending { wanted.rev().collect() } else { wanted.collect() };
        let (page, next) = PAGES.cut(input, found)?;
        let page = page.into_iter().filter_map(|name| records.get(name));
        Ok(self.summaries(page.filter(|record| passes(record)), next))
    }

    fn summaries<'a>(&self, page: impl Iterator<Item = &'a Record>, next: Option<String>) -> Value {
        PAGES.page(self.out, page.map(|record| record.doc.project(self.summary)).collect(), next)
    }

    /// Reads the filters, the sort key and the order of the request.
    fn query(&self, input: &Value) -> Result<Query, ServiceError> {
        let words: Vec<&str> = self.sort.iter().map(|(word, _)| *word).collect();
        let by = input.one_of("SortBy", &words)?.unwrap_or(self.by);
        Ok(Query {
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

    /// Returns the filters by status and time of modification.
    fn filter<'a>(&self, input: &'a Value) -> Result<impl Fn(&Record) -> bool + use<'a>, ServiceError> {
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

/// The rows that a request wants: the filters that apply before a page is cut, the sort key, the order.
struct Query {
    key: &'static str,
    descending: bool,
    contains: Option<String>,
    after: Option<Time>,
    before: Option<Time>,
}

impl Query {
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

/// The sort key of a row; it is read once, not in every comparison.
#[derive(Debug, Clone, Copy)]
pub(super) enum Rank<'a> {
    Absent,
    Number(f64),
    Text(&'a str),
}

impl<'a> Rank<'a> {
    /// Returns the rank of a member's value.
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

/// A search for one member in many descriptions of the same kind. It starts at the place where the last one had the
/// member.
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

/// Cuts one page of unsorted rows. Only the rows of that page are sorted.
pub(super) fn cut_sorted<'a, T>(
    input: &Value,
    all: impl Iterator<Item = (Rank<'a>, T)>,
    descending: bool,
) -> Result<(Vec<T>, Option<String>), ServiceError> {
    let mut all: Vec<(Rank<'a>, usize, T)> = all.enumerate().map(|(place, (rank, row))| (rank, place, row)).collect();
    // Rows of the same rank keep their order, so that no row is on two pages.
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
    let (page, next) = PAGES.cut(input, all)?;
    Ok((page.into_iter().map(|(_, _, row)| row).collect(), next))
}
