//! The last known rows of one kind, by id, and how far they can be trusted.
//!
//! A table has one writer: the poller of its kind, which applies each answer to what it knows and hands a clone out.
//! Clones share their rows, so handing out costs nothing.

mod change;
mod patch;

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Cadence, Cursor, Event, Extent, Kind, Listing, Resource, Source};
use crate::aws::{AwsError, ErrorKind};
use crate::health::Health;

pub use change::{Change, What};
pub use patch::Patch;

/// How far the rows can be trusted.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Freshness {
    /// Nothing was answered yet.
    #[default]
    Waiting,
    /// The rows are those of an earlier run; nothing was answered in this one.
    Saved {
        /// The time at which they were read.
        at: Timestamp,
    },
    /// The last poll was answered.
    Fresh {
        /// The time of the answer.
        at: Timestamp,
        /// The error of details that could not be read.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        fault: Option<AwsError>,
    },
    /// The last poll failed; the rows are older.
    Stale {
        /// The time at which a poll was last answered, if ever.
        since: Option<Timestamp>,
        /// The reason why the last one failed.
        why: AwsError,
    },
}

/// One row and when it was read.
#[derive(Debug, PartialEq)]
struct Entry<T> {
    row: T,
    at: Timestamp,
}

/// The progress of reading details, which are read a few rows a turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Details {
    /// No turn was answered yet.
    #[default]
    Unread,
    /// They are read for the first time, so missing ones may still come.
    First,
    /// All of them are read.
    Done,
    /// The details of rows that appeared since are being read.
    Again,
}

/// All that is known about the rows of a table as a whole.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
struct State {
    freshness: Freshness,
    /// The time at which all rows were last known to be as they are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    swept: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    capped: bool,
    /// Whether all rows were listed once.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    whole: bool,
    details: Details,
    cadence: Option<Cadence>,
    /// The time of the next poll, at the latest.
    #[serde(skip)]
    next: Option<Timestamp>,
}

/// The last known rows of one kind. Clones share the rows.
#[derive(Debug, Clone)]
pub struct Table<T> {
    rows: Arc<BTreeMap<Arc<str>, Arc<Entry<T>>>>,
    state: State,
    /// The token of the page that is read next, while a long list is read turn by turn.
    cursor: Option<Cursor>,
    /// The time at which the first turn of that list was answered.
    begun: Option<Timestamp>,
    /// Things that were read on demand, and when.
    asked: Arc<BTreeMap<String, Timestamp>>,
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self { rows: Arc::default(), state: State::default(), cursor: None, begun: None, asked: Arc::default() }
    }
}

impl<T: Resource> Table<T> {
    /// Returns when it was last answered, in this run or an earlier one.
    #[must_use]
    pub fn answered_at(&self) -> Option<Timestamp> {
        match &self.state.freshness {
            Freshness::Waiting => None,
            Freshness::Saved { at } | Freshness::Fresh { at, .. } => Some(*at),
            Freshness::Stale { since, .. } => *since,
        }
    }
    /// Returns the rows in the order of their ids.
    #[must_use]
    pub fn rows(&self) -> impl DoubleEndedIterator<Item = &T> + Clone {
        self.rows.values().map(|entry| &entry.row)
    }
    /// Returns one row.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&T> {
        self.rows.get(id).map(|entry| &entry.row)
    }
    /// Returns when a row was last known to be as it is.
    #[must_use]
    pub fn read_at(&self, id: &str) -> Option<Timestamp> {
        self.rows.get(id).map(|entry| self.dated_at(entry))
    }
    fn dated_at(&self, entry: &Entry<T>) -> Timestamp {
        self.state.swept.map_or(entry.at, |swept| swept.max(entry.at))
    }
    /// Returns the number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }
    /// Returns whether there are no rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
    /// Returns how far the rows can be trusted.
    #[must_use]
    pub fn freshness(&self) -> &Freshness {
        &self.state.freshness
    }
    /// Returns whether a poll ended in this run, even with an error.
    #[must_use]
    pub fn answered(&self) -> bool {
        !matches!(self.state.freshness, Freshness::Waiting | Freshness::Saved { .. })
    }
    /// Returns whether there are more in AWS than were read.
    #[must_use]
    pub fn capped(&self) -> bool {
        self.state.capped
    }
    /// Returns whether details are still being read.
    #[must_use]
    pub fn unfinished(&self) -> bool {
        matches!(self.state.details, Details::First | Details::Again)
    }
    /// Returns whether it is read for the first time, piece by piece.
    #[must_use]
    pub fn partly_read(&self) -> bool {
        self.state.details == Details::First
    }
    /// Returns whether the rows are all there are, as far as the last poll could see.
    #[must_use]
    pub fn complete(&self) -> bool {
        self.state.whole && !self.state.capped && matches!(self.state.freshness, Freshness::Fresh { .. })
    }
    /// Returns the place where a long list continues that is read turn by turn.
    pub(super) fn cursor(&self) -> Option<&Cursor> {
        self.cursor.as_ref()
    }
    /// Returns the token of the page that is read next.
    pub(super) fn token(&self) -> Option<String> {
        self.cursor.as_ref().map(|cursor| cursor.token.clone())
    }
    /// Returns when something was read on demand (see [`Listing::asked`]).
    pub(crate) fn asked_at(&self, what: &str) -> Option<Timestamp> {
        self.asked.get(what).copied()
    }
    /// Notes how often it is polled, and when that is next.
    pub(super) fn schedule(&mut self, cadence: Cadence, next: Option<Timestamp>) {
        (self.state.cadence, self.state.next) = (Some(cadence), next);
    }

    /// Applies one answer, complete at `at`. A failed one keeps the rows and says why they are old.
    pub fn apply(&mut self, answer: Result<Listing<T>, AwsError>, at: Timestamp) -> Vec<Change> {
        let listing = match answer {
            Ok(listing) => listing,
            Err(why) => {
                self.state.freshness = Freshness::Stale { since: self.answered_at(), why };
                let once = matches!(self.state.details, Details::Done | Details::Again);
                self.state.details = if once { Details::Done } else { Details::Unread };
                return Vec::new();
            }
        };
        let first = self.is_first();
        // A partial read that only failed does not make the rows younger.
        let in_vain = listing.extent == Extent::Part && listing.rows.is_empty() && listing.fault.is_some();
        let answered = self.answered_at().filter(|_| in_vain).unwrap_or(at);
        self.state.freshness = Freshness::Fresh { at: answered, fault: listing.fault };
        let begun = self.begun.unwrap_or(at);
        self.begun = listing.cursor.as_ref().map(|_| begun);
        (self.state.capped, self.cursor) = (listing.capped, listing.cursor);
        self.state.details = match (listing.more, self.state.details) {
            (false, _) => Details::Done,
            (true, Details::Unread | Details::First) => Details::First,
            (true, Details::Done | Details::Again) => Details::Again,
        };
        if !listing.asked.is_empty() {
            Arc::make_mut(&mut self.asked).extend(listing.asked.into_iter().map(|what| (what, at)));
        }
        // Rows that were read before this time and are not listed are gone.
        let forget = match listing.extent {
            Extent::All => Some(Timestamp::MAX),
            Extent::Rest => Some(begun),
            Extent::Changed | Extent::Part => None,
        };
        self.state.whole |= forget.is_some();
        if listing.extent != Extent::Part {
            self.state.swept = Some(at);
        }
        let gone = self.gone(&listing.rows, &listing.gone, forget);
        // If all rows are known to be of this time, a row that stayed the same needs no time of its own.
        let swept = self.state.swept == Some(at);
        let same = |row: &T| swept && self.get(row.id()) == Some(row);
        let rows = listing.rows.into_iter().filter(|row| !same(row)).map(|row| Entry { row, at }).collect();
        self.put(rows, &gone, first, at)
    }

    /// Returns whether no answer was applied before.
    fn is_first(&self) -> bool {
        !matches!(self.state.freshness, Freshness::Fresh { .. }) && self.rows.is_empty()
    }

    /// Returns the ids of rows that are gone: those that AWS says are gone, and those that were read before `forget`
    /// and are not listed.
    fn gone(&self, listed: &[T], said: &[String], forget: Option<Timestamp>) -> Vec<Arc<str>> {
        let mut gone: Vec<Arc<str>> = Vec::new();
        if let Some(forget) = forget {
            let listed: HashSet<&str> = listed.iter().map(Resource::id).collect();
            let missing = self.rows.iter().filter(|(id, entry)| entry.at < forget && !listed.contains(id.as_ref()));
            gone.extend(missing.map(|(id, _)| id.clone()));
        }
        gone.extend(said.iter().filter_map(|id| self.rows.get_key_value(id.as_str())).map(|(id, _)| id.clone()));
        gone
    }

    /// Puts rows in and takes others out, and returns the changes with the time `at`. Of a `first` answer only recent
    /// events are changes.
    fn put(&mut self, rows: Vec<Entry<T>>, gone: &[Arc<str>], first: bool, at: Timestamp) -> Vec<Change> {
        let change = |id: &str, what, events, (kind, about): (Kind, &str)| {
            let about = (kind, about.to_owned());
            Change { kind: T::KIND, id: id.to_owned(), what, at, events, about }.of_late()
        };
        // A row that is no longer among the newest was not deleted.
        let event = |id| (!T::WINDOWED).then(|| Event::observed(Health::Warning, format!("{id} is gone")));
        let removed = gone.iter().map(|id| change(id, What::Removed, event(id).into_iter().collect(), (T::KIND, id)));
        let mut changes: Vec<Change> = removed.collect();
        for Entry { row, .. } in &rows {
            match self.get(row.id()) {
                None => changes.push(change(row.id(), What::Added, row.events(None), about(row))),
                Some(known) if known != row => {
                    changes.push(change(row.id(), What::Changed, row.events(Some(known)), about(row)));
                }
                Some(_) => {}
            }
        }
        if !gone.is_empty() || !rows.is_empty() {
            let table = Arc::make_mut(&mut self.rows);
            for id in gone {
                table.remove(id);
            }
            table.extend(rows.into_iter().map(|entry| (Arc::from(entry.row.id()), Arc::new(entry))));
        }
        if first {
            changes.retain(|change| !change.events.is_empty());
            for change in &mut changes {
                change.what = What::Found;
            }
        }
        changes
    }

    /// Returns the last error, of the whole answer or of a part.
    #[must_use]
    pub fn trouble(&self) -> Option<&AwsError> {
        match &self.state.freshness {
            Freshness::Waiting | Freshness::Saved { .. } => None,
            Freshness::Fresh { fault, .. } => fault.as_ref(),
            Freshness::Stale { why, .. } => Some(why),
        }
    }

    /// Returns the last error of a table that was never read, in this run or an earlier one.
    #[must_use]
    pub fn read_error(&self) -> Option<&AwsError> {
        match &self.state.freshness {
            Freshness::Stale { since: None, why } => Some(why),
            Freshness::Waiting | Freshness::Saved { .. } | Freshness::Fresh { .. } | Freshness::Stale { .. } => None,
        }
    }

    /// Checks that it was read once: rows that are found through a table that was never read are unknown too.
    ///
    /// # Errors
    /// Why it was never read.
    pub(super) fn known(&self) -> Result<(), AwsError> {
        self.read_error().map_or(Ok(()), |why| Err(why.clone()))
    }

    /// Returns when something was last read on demand. Rows of an earlier run have times of their own.
    fn newest_answer(&self) -> Option<Timestamp> {
        self.asked.values().copied().chain(self.rows.values().map(|entry| entry.at)).max()
    }

    /// Returns its state in one row.
    #[must_use]
    pub fn source(&self) -> Source {
        let (state, error) = match &self.state.freshness {
            Freshness::Waiting => ("waiting", None),
            Freshness::Saved { .. } => ("saved", None),
            Freshness::Fresh { fault: None, .. } if T::ON_DEMAND && self.asked.is_empty() => ("on demand", None),
            Freshness::Fresh { fault: None, .. } => ("fresh", None),
            Freshness::Fresh { fault: Some(why), .. } | Freshness::Stale { since: Some(_), why } => {
                let state = if why.kind == ErrorKind::Other { "stale" } else { why.kind.word() };
                (state, Some(why.to_string()))
            }
            Freshness::Stale { since: None, why } => (why.kind.word(), Some(why.to_string())),
        };
        let fetched_at = if T::ON_DEMAND { self.newest_answer() } else { self.answered_at() };
        let State { capped, cadence, next, .. } = self.state;
        let (rows, more) = (self.rows.len(), self.unfinished());
        Source { kind: T::KIND, state, fetched_at, rows, capped, error, cadence, next, more }
    }
}

/// Returns the subject of a row's events: itself, unless it is part of something else.
fn about<T: Resource>(row: &T) -> (Kind, &str) {
    row.part_of().unwrap_or((T::KIND, row.id()))
}

#[cfg(test)]
mod tests;
