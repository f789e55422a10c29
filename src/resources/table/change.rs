//! The changes that a poll makes in a table.

use jiff::{SignedDuration, Timestamp};

use crate::resources::{Event, Kind};

/// The age from which on an event is too old to be reported when it is read.
const NEWS: SignedDuration = SignedDuration::from_hours(24);

/// The way in which one thing changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// It did not exist before.
    Added,
    /// It is no longer listed.
    Removed,
    /// Something about it is different.
    Changed,
    /// It existed already when the kind was first read; its events are those of the last day.
    Found,
}

/// One difference between two polls, or the events of the last day that a first poll finds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The kind that changed.
    pub kind: Kind,
    /// The id of the row.
    pub id: String,
    /// The way in which it changed.
    pub what: What,
    /// The time at which the change was seen, not at which it happened.
    pub at: Timestamp,
    /// The events that belong to the change.
    pub events: Vec<Event>,
    /// The subject of the events: kind and id.
    pub about: (Kind, String),
}

impl Change {
    /// Drops events that happened long ago by AWS's times: they are read late and need no report.
    pub(super) fn of_late(mut self) -> Self {
        self.events.retain(|event| event.at.is_none_or(|at| self.at.duration_since(at) < NEWS));
        self
    }
}
