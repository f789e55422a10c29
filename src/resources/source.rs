//! The state of one kind's table, in one row.

use jiff::Timestamp;
use serde::Serialize;

use super::{Cadence, Kind};

/// The state of one source, for the sources pane and for `dump`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Source {
    /// The kind that is read.
    #[serde(rename = "name")]
    pub kind: Kind,
    /// `fresh`, `saved`, `stale`, or the kind of trouble (`waiting` before the first answer, `on demand` before the first
    /// question).
    pub state: &'static str,
    /// The time of its last answer.
    pub fetched_at: Option<Timestamp>,
    /// Rows it holds.
    pub rows: usize,
    /// Whether AWS has more rows than were read.
    pub capped: bool,
    /// The last error.
    pub error: Option<String>,
    /// The cadence that says how often it is polled now.
    #[serde(skip)]
    pub cadence: Option<Cadence>,
    /// The time of its next poll, at the latest.
    #[serde(skip)]
    pub next: Option<Timestamp>,
    /// Whether details are still being read.
    #[serde(skip)]
    pub more: bool,
}

impl Source {
    /// Returns whether it was answered in this run and all its details are read.
    #[must_use]
    pub fn settled(&self) -> bool {
        !matches!(self.state, "waiting" | "saved") && !self.more
    }
}
