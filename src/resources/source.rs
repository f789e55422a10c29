//! How much one kind's table can be trusted, in one row.

use jiff::Timestamp;
use serde::Serialize;

use super::{Kind, Lane};

/// The state of one source, for the sources pane and for `dump`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Source {
    /// The kind it brings.
    #[serde(rename = "name")]
    pub kind: Kind,
    /// `fresh`, `saved`, `stale`, or the kind of trouble (`waiting` before the first answer).
    pub state: &'static str,
    /// When it was last answered.
    pub fetched_at: Option<Timestamp>,
    /// Rows it holds.
    pub rows: usize,
    /// There are more in AWS than were read.
    pub capped: bool,
    /// What went wrong last.
    pub error: Option<String>,
    /// How often it is asked now.
    #[serde(skip)]
    pub lane: Option<Lane>,
    /// When it is asked again, at the latest.
    #[serde(skip)]
    pub next: Option<Timestamp>,
    /// Details are still being read.
    #[serde(skip)]
    pub more: bool,
}

impl Source {
    /// Was it answered in this run, and is nothing missing that is being read?
    #[must_use]
    pub fn settled(&self) -> bool {
        !matches!(self.state, "waiting" | "saved") && !self.more
    }
}
