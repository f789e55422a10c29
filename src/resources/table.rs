//! The last known rows of one kind, by id, and how much they can be trusted.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use serde::Serialize;

use super::{Listing, Resource};
use crate::aws::{AwsError, Kind};

/// What one poll brought, and when.
#[derive(Debug, Clone)]
pub struct Polled<T> {
    /// When the answer was complete.
    pub at: Timestamp,
    /// The answer.
    pub result: Result<Listing<T>, AwsError>,
}

impl<T> Polled<T> {
    /// Details are still missing and may be had at once.
    #[must_use]
    pub fn unfinished(&self) -> bool {
        let single = |fault: &AwsError| fault.kind == Kind::Denied;
        self.result.as_ref().is_ok_and(|listing| listing.more && listing.fault.as_ref().is_none_or(single))
    }
    /// What went wrong, wholly or in part.
    #[must_use]
    pub fn trouble(&self) -> Option<&AwsError> {
        match &self.result {
            Ok(listing) => listing.fault.as_ref(),
            Err(why) => Some(why),
        }
    }
    /// It failed for a reason that may be over in a moment.
    #[must_use]
    pub fn passing_failure(&self) -> bool {
        self.trouble().is_some_and(|why| why.kind.passing())
    }
}

/// How much the rows can be trusted.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Freshness {
    /// Nothing was answered yet.
    #[default]
    Waiting,
    /// The last poll was answered.
    Fresh {
        /// When.
        at: Timestamp,
        /// What part of the details could not be had.
        fault: Option<AwsError>,
    },
    /// The last poll failed; the rows are older.
    Stale {
        /// When a poll was last answered, if ever.
        since: Option<Timestamp>,
        /// Why the last one failed.
        why: AwsError,
    },
}

/// The last known rows of one kind. Clones share the rows.
#[derive(Debug, Clone)]
pub struct Table<T> {
    rows: Arc<BTreeMap<String, T>>,
    freshness: Freshness,
    capped: bool,
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self { rows: Arc::default(), freshness: Freshness::Waiting, capped: false }
    }
}

/// What happened to one thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// It was not there before.
    Added,
    /// It is no longer listed.
    Removed,
    /// Something about it is different.
    Changed,
}

/// One difference between two polls; never made by a first poll.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Which kind.
    pub kind: &'static str,
    /// Which one.
    pub id: String,
    /// What happened.
    pub what: What,
    /// When it was seen, not when it happened.
    pub at: Timestamp,
    /// A sentence for the activity pane, when it is news.
    pub news: Option<String>,
}

/// The state of one source, for the sources pane and for `dump`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Source {
    /// The kind it brings.
    pub name: &'static str,
    /// `fresh`, `stale`, or the kind of trouble (`waiting` before the first answer).
    pub state: &'static str,
    /// When it was last answered.
    pub fetched_at: Option<Timestamp>,
    /// Rows it holds.
    pub rows: usize,
    /// There are more in AWS than were read.
    pub capped: bool,
    /// What went wrong last.
    pub error: Option<String>,
}

impl<T: Resource> Table<T> {
    /// The rows in the order of their ids.
    #[must_use]
    pub fn rows(&self) -> impl DoubleEndedIterator<Item = &T> + Clone {
        self.rows.values()
    }
    /// One row.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&T> {
        self.rows.get(id)
    }
    /// How many rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }
    /// Are there none?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
    /// How much the rows can be trusted.
    #[must_use]
    pub fn freshness(&self) -> &Freshness {
        &self.freshness
    }
    /// Was anything answered yet, even with an error?
    #[must_use]
    pub fn answered(&self) -> bool {
        self.freshness != Freshness::Waiting
    }
    /// Are there more in AWS than were read?
    #[must_use]
    pub fn capped(&self) -> bool {
        self.capped
    }

    /// Takes in one poll. A failed one keeps the rows and says why they are old.
    pub fn apply(&mut self, polled: Polled<T>) -> Vec<Change> {
        let listing = match polled.result {
            Ok(listing) => listing,
            Err(why) => {
                let since = match &self.freshness {
                    Freshness::Waiting => None,
                    Freshness::Fresh { at, .. } => Some(*at),
                    Freshness::Stale { since, .. } => *since,
                };
                self.freshness = Freshness::Stale { since, why };
                return Vec::new();
            }
        };
        let first = !matches!(self.freshness, Freshness::Fresh { .. }) && self.rows.is_empty();
        self.freshness = Freshness::Fresh { at: polled.at, fault: listing.fault };
        self.capped = listing.capped;
        let new: BTreeMap<String, T> = listing.rows.into_iter().map(|row| (row.id().to_owned(), row)).collect();
        if new == *self.rows {
            return Vec::new();
        }
        let old = std::mem::replace(&mut self.rows, Arc::new(new));
        if first { Vec::new() } else { differences(&old, &self.rows, polled.at) }
    }

    /// What went wrong last, wholly or in part.
    #[must_use]
    pub fn trouble(&self) -> Option<&AwsError> {
        match &self.freshness {
            Freshness::Waiting => None,
            Freshness::Fresh { fault, .. } => fault.as_ref(),
            Freshness::Stale { why, .. } => Some(why),
        }
    }

    /// Why nothing at all is known: it was asked and never answered.
    #[must_use]
    pub fn blind(&self) -> Option<&AwsError> {
        match &self.freshness {
            Freshness::Stale { since: None, why } => Some(why),
            Freshness::Waiting | Freshness::Fresh { .. } | Freshness::Stale { .. } => None,
        }
    }

    /// Its state in one row.
    #[must_use]
    pub fn source(&self) -> Source {
        let (state, fetched_at, error) = match &self.freshness {
            Freshness::Waiting => ("waiting", None, None),
            Freshness::Fresh { at, fault: None } => ("fresh", Some(*at), None),
            Freshness::Fresh { at, fault: Some(why) } | Freshness::Stale { since: Some(at), why } => {
                let state = if why.kind == Kind::Other { "stale" } else { why.kind.word() };
                (state, Some(*at), Some(why.to_string()))
            }
            Freshness::Stale { since: None, why } => (why.kind.word(), None, Some(why.to_string())),
        };
        Source { name: T::KIND, state, fetched_at, rows: self.rows.len(), capped: self.capped, error }
    }

    /// The rows as a JSON array.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        self.rows.values().map(|row| serde_json::to_value(row).unwrap_or_default()).collect()
    }
}

fn differences<T: Resource>(old: &BTreeMap<String, T>, new: &BTreeMap<String, T>, at: Timestamp) -> Vec<Change> {
    let change = |id: &String, what, news| Change { kind: T::KIND, id: id.clone(), what, at, news };
    let removed = old
        .keys()
        .filter(|id| !new.contains_key(*id))
        // What leaves a window of the newest is not gone.
        .map(|id| change(id, What::Removed, (!T::WINDOWED).then(|| format!("{} {id} is gone", T::KIND))));
    let others = new.iter().filter_map(|(id, row)| match old.get(id) {
        None => Some(change(id, What::Added, row.news(None))),
        Some(before) if before != row => Some(change(id, What::Changed, row.news(Some(before)))),
        Some(_) => None,
    });
    removed.chain(others).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resources::group::ModelPackageGroup;

    fn poll(names: &[&str], second: i64) -> Polled<ModelPackageGroup> {
        let rows = names.iter().map(|n| ModelPackageGroup { name: (*n).into(), ..Default::default() }).collect();
        Polled { at: Timestamp::new(second, 0).unwrap(), result: Ok(Listing::of(rows)) }
    }

    fn denied() -> AwsError {
        AwsError { kind: Kind::Denied, ..AwsError::other("ListModelPackageGroups", "not for you") }
    }

    #[test]
    fn a_first_poll_is_no_news_and_later_ones_tell_what_changed() {
        let mut table = Table::default();
        assert_eq!(table.source().state, "waiting");
        assert!(table.apply(poll(&["a", "b"], 1)).is_empty());
        assert!(table.apply(poll(&["a", "b"], 2)).is_empty());
        let changes = table.apply(poll(&["b", "c"], 3));
        let told: Vec<_> = changes.iter().map(|c| (c.id.as_str(), c.what)).collect();
        assert_eq!(told, [("a", What::Removed), ("c", What::Added)]);
    }

    #[test]
    fn a_failed_poll_keeps_the_rows_and_their_age() {
        let mut table = Table::default();
        table.apply(poll(&["a"], 7));
        table.apply(Polled { at: Timestamp::new(60, 0).unwrap(), result: Err(denied()) });
        assert_eq!(table.len(), 1);
        let source = table.source();
        assert_eq!((source.state, source.fetched_at), ("denied", Timestamp::new(7, 0).ok()));
        assert!(source.error.unwrap().contains("not for you"));
    }

    #[test]
    fn missing_details_do_not_make_the_rows_stale() {
        let mut table = Table::default();
        let mut polled = poll(&["a"], 7);
        polled.result = polled.result.map(|l| l.fault(Some(denied())).capped(true));
        table.apply(polled);
        assert!(matches!(table.freshness(), Freshness::Fresh { fault: Some(_), .. }));
        assert_eq!((table.source().state, table.source().capped), ("denied", true));
    }
}
