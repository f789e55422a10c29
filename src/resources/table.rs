//! The last known rows of one kind, by id, and how much they can be trusted.
//!
//! A table has one writer: the poller of its kind, which lays each answer over what it knows and
//! hands a clone out. Clones share their rows, so handing out costs nothing.

mod kept;

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::{Cursor, Event, Extent, Kind, Lane, Listing, Resource, Source};
use crate::aws::{AwsError, ErrorKind};
use crate::health::Health;

pub(super) use kept::{Keeping, Kept};

/// How far back a poll tells what happened.
const LATELY: SignedDuration = SignedDuration::from_hours(24);

/// How much the rows can be trusted.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Freshness {
    /// Nothing was answered yet.
    #[default]
    Waiting,
    /// The rows are those of an earlier run; nothing was answered in this one.
    Saved {
        /// When they were read.
        at: Timestamp,
    },
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

/// One row and when it was read.
#[derive(Debug)]
struct Entry<T> {
    row: T,
    at: Timestamp,
}

/// Details come piece by piece, turn by turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Pieces {
    /// None came yet.
    Unread,
    /// They come for the first time: what is not there may still come.
    First,
    /// Nothing is left to be had.
    Done,
    /// Some come that appeared since.
    Again,
}

/// The last known rows of one kind. Clones share the rows.
#[derive(Debug, Clone)]
pub struct Table<T> {
    rows: Arc<BTreeMap<Arc<str>, Arc<Entry<T>>>>,
    freshness: Freshness,
    /// When all rows were last known to be as they are.
    swept: Option<Timestamp>,
    capped: bool,
    /// Were all rows listed once?
    whole: bool,
    pieces: Pieces,
    lane: Option<Lane>,
    /// When it is asked again, at the latest.
    next: Option<Timestamp>,
    /// The token of the page that is read next, while a long list is read turn by turn.
    cursor: Option<Cursor>,
    /// When the first turn of that list was answered.
    begun: Option<Timestamp>,
    /// What was asked on demand, and when.
    asked: Arc<BTreeMap<String, Timestamp>>,
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self {
            rows: Arc::default(),
            freshness: Freshness::Waiting,
            swept: None,
            capped: false,
            whole: false,
            pieces: Pieces::Unread,
            lane: None,
            next: None,
            cursor: None,
            begun: None,
            asked: Arc::default(),
        }
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
    /// It was there already when the kind was read first; its events are those of the last day.
    Found,
}

/// One difference between two polls, or what a first poll tells of the last day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Which kind.
    pub kind: Kind,
    /// Which one.
    pub id: String,
    /// What happened.
    pub what: What,
    /// When it was seen, not when it happened.
    pub at: Timestamp,
    /// What happened by it.
    pub events: Vec<Event>,
    /// What the events are about: kind and id.
    pub about: (Kind, String),
}

impl<T: Resource> Table<T> {
    /// When it was last answered, in this run or an earlier one.
    #[must_use]
    pub fn answered_at(&self) -> Option<Timestamp> {
        match &self.freshness {
            Freshness::Waiting => None,
            Freshness::Saved { at } | Freshness::Fresh { at, .. } => Some(*at),
            Freshness::Stale { since, .. } => *since,
        }
    }
    /// The rows in the order of their ids.
    #[must_use]
    pub fn rows(&self) -> impl DoubleEndedIterator<Item = &T> + Clone {
        self.rows.values().map(|entry| &entry.row)
    }
    /// One row.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&T> {
        self.rows.get(id).map(|entry| &entry.row)
    }
    /// When a row was last known to be as it is.
    #[must_use]
    pub fn read_at(&self, id: &str) -> Option<Timestamp> {
        self.rows.get(id).map(|entry| self.dated_at(entry))
    }
    fn dated_at(&self, entry: &Entry<T>) -> Timestamp {
        self.swept.map_or(entry.at, |swept| swept.max(entry.at))
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
        !matches!(self.freshness, Freshness::Waiting | Freshness::Saved { .. })
    }
    /// Are there more in AWS than were read?
    #[must_use]
    pub fn capped(&self) -> bool {
        self.capped
    }
    /// Are details still being read?
    #[must_use]
    pub fn unfinished(&self) -> bool {
        matches!(self.pieces, Pieces::First | Pieces::Again)
    }
    /// Is it read for the first time, piece by piece?
    #[must_use]
    pub fn filling(&self) -> bool {
        self.pieces == Pieces::First
    }
    /// Are the rows all there are, as far as the last poll could see?
    #[must_use]
    pub fn complete(&self) -> bool {
        self.whole && !self.capped && matches!(self.freshness, Freshness::Fresh { .. })
    }
    /// The token of the page that is read next, while a long list is read turn by turn.
    pub(super) fn cursor(&self) -> Option<&Cursor> {
        self.cursor.as_ref()
    }
    /// The token that it stands at.
    pub(super) fn token(&self) -> Option<String> {
        self.cursor.as_ref().map(|cursor| cursor.token.clone())
    }
    /// When something was asked on demand (see [`Listing::asked`]).
    pub(crate) fn asked_at(&self, what: &str) -> Option<Timestamp> {
        self.asked.get(what).copied()
    }
    /// Takes note of how often it is asked, and when that is next.
    pub(super) fn put_in(&mut self, lane: Lane, next: Option<Timestamp>) {
        (self.lane, self.next) = (Some(lane), next);
    }

    /// Takes in one answer, complete at `at`. A failed one keeps the rows and says why they are old.
    pub fn apply(&mut self, answer: Result<Listing<T>, AwsError>, at: Timestamp) -> Vec<Change> {
        let listing = match answer {
            Ok(listing) => listing,
            Err(why) => {
                self.freshness = Freshness::Stale { since: self.answered_at(), why };
                let once = matches!(self.pieces, Pieces::Done | Pieces::Again);
                self.pieces = if once { Pieces::Done } else { Pieces::Unread };
                return Vec::new();
            }
        };
        let first = !matches!(self.freshness, Freshness::Fresh { .. }) && self.rows.is_empty();
        // Where a part was asked for and nothing but trouble came, what is known is as old as it was.
        let in_vain = listing.extent == Extent::Part && listing.rows.is_empty() && listing.fault.is_some();
        let answered = self.answered_at().filter(|_| in_vain).unwrap_or(at);
        self.freshness = Freshness::Fresh { at: answered, fault: listing.fault };
        let begun = self.begun.unwrap_or(at);
        self.begun = listing.cursor.as_ref().map(|_| begun);
        (self.capped, self.cursor) = (listing.capped, listing.cursor);
        self.pieces = match (listing.more, self.pieces) {
            (false, _) => Pieces::Done,
            (true, Pieces::Unread | Pieces::First) => Pieces::First,
            (true, Pieces::Done | Pieces::Again) => Pieces::Again,
        };
        if !listing.asked.is_empty() {
            Arc::make_mut(&mut self.asked).extend(listing.asked.into_iter().map(|what| (what, at)));
        }
        let forget = match listing.extent {
            Extent::All => Some(Timestamp::MAX),
            Extent::Rest => Some(begun),
            Extent::Changed | Extent::Part => None,
        };
        self.whole |= forget.is_some();
        if listing.extent != Extent::Part {
            self.swept = Some(at);
        }
        let changes = self.lay(listing.rows, &listing.gone, forget, at);
        let changes = changes.into_iter().map(|change| lately(change, at));
        if !first {
            return changes.collect();
        }
        let found = changes.map(|change| Change { what: What::Found, ..change });
        found.filter(|change| !change.events.is_empty()).collect()
    }

    /// Lays rows over those that are known; says what is different. Rows that are the same are left alone. What was
    /// read before `forget` and is not among the rows is gone.
    fn lay(&mut self, rows: Vec<T>, gone: &[String], forget: Option<Timestamp>, at: Timestamp) -> Vec<Change> {
        let change = |id: &str, what, events, (kind, about): (Kind, &str)| {
            let about = (kind, about.to_owned());
            Change { kind: T::KIND, id: id.to_owned(), what, at, events, about }
        };
        let mut changes = Vec::new();
        let old = self.rows.clone();
        let mut left: Vec<Arc<str>> = Vec::new();
        if let Some(forget) = forget {
            let listed: std::collections::HashSet<&str> = rows.iter().map(Resource::id).collect();
            let missing = old.iter().filter(|(id, entry)| entry.at < forget && !listed.contains(id.as_ref()));
            left.extend(missing.map(|(id, _)| id.clone()));
        }
        left.extend(gone.iter().filter_map(|id| old.get_key_value(id.as_str())).map(|(id, _)| id.clone()));
        // What leaves a window of the newest is not gone.
        changes.extend(left.iter().map(|id| {
            let gone = (!T::WINDOWED).then(|| Event::seen(Health::Warning, format!("{id} is gone")));
            change(id, What::Removed, gone.into_iter().collect(), (T::KIND, id))
        }));
        let mut new = Vec::new();
        for row in rows {
            match old.get(row.id()) {
                None => changes.push(change(
                    row.id(),
                    What::Added,
                    row.events(None),
                    row.part_of().unwrap_or((T::KIND, row.id())),
                )),
                Some(known) if known.row != row => {
                    changes.push(change(
                        row.id(),
                        What::Changed,
                        row.events(Some(&known.row)),
                        row.part_of().unwrap_or((T::KIND, row.id())),
                    ));
                }
                // Read again and the same: only its time is new, and that is worth a row only where it stands alone.
                Some(_) if self.swept == Some(at) => continue,
                Some(_) => {}
            }
            new.push(row);
        }
        if !left.is_empty() || !new.is_empty() {
            let table = Arc::make_mut(&mut self.rows);
            for id in left {
                table.remove(&id);
            }
            table.extend(new.into_iter().map(|row| (Arc::from(row.id()), Arc::new(Entry { row, at }))));
        }
        changes
    }

    /// What went wrong last, wholly or in part.
    #[must_use]
    pub fn trouble(&self) -> Option<&AwsError> {
        match &self.freshness {
            Freshness::Waiting | Freshness::Saved { .. } => None,
            Freshness::Fresh { fault, .. } => fault.as_ref(),
            Freshness::Stale { why, .. } => Some(why),
        }
    }

    /// Why nothing at all is known: it was asked and never answered.
    #[must_use]
    pub fn blind(&self) -> Option<&AwsError> {
        match &self.freshness {
            Freshness::Stale { since: None, why } => Some(why),
            Freshness::Waiting | Freshness::Saved { .. } | Freshness::Fresh { .. } | Freshness::Stale { .. } => None,
        }
    }

    /// Its state in one row.
    #[must_use]
    pub fn source(&self) -> Source {
        let (state, error) = match &self.freshness {
            Freshness::Waiting => ("waiting", None),
            Freshness::Saved { .. } => ("saved", None),
            Freshness::Fresh { fault: None, .. } => ("fresh", None),
            Freshness::Fresh { fault: Some(why), .. } | Freshness::Stale { since: Some(_), why } => {
                let state = if why.kind == ErrorKind::Other { "stale" } else { why.kind.word() };
                (state, Some(why.to_string()))
            }
            Freshness::Stale { since: None, why } => (why.kind.word(), Some(why.to_string())),
        };
        let fetched_at = self.answered_at();
        let (rows, capped, lane, next, more) = (self.rows.len(), self.capped, self.lane, self.next, self.unfinished());
        Source { name: T::KIND.name(), kind: T::KIND, state, fetched_at, rows, capped, error, lane, next, more }
    }
}

/// The same without what AWS says happened long ago: it is read late, and no news.
fn lately(mut change: Change, now: Timestamp) -> Change {
    change.events.retain(|event| event.at.is_none_or(|at| now.duration_since(at) < LATELY));
    change
}

#[cfg(test)]
mod tests;
