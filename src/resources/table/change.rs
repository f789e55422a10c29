//! What a poll changed in a table.

use jiff::{SignedDuration, Timestamp};

use crate::resources::{Event, Kind};

/// Events that are older than this when they are read are no news.
const NEWS: SignedDuration = SignedDuration::from_hours(24);

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

impl Change {
    /// The same without events that AWS dates long ago: they are read late, and no news.
    pub(super) fn of_late(mut self) -> Self {
        self.events.retain(|event| event.at.is_none_or(|at| self.at.duration_since(at) < NEWS));
        self
    }
}
