//! Findings that somebody has marked as seen, so that they leave the inbox.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::model::{Mark, Reason};

/// A finding that was seen: a deployment of an endpoint that was rolled back. It is new again when the endpoint changes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Seen {
    /// The id of the thing that the finding is about.
    pub about: String,
    /// Since when the finding exists.
    pub since: Timestamp,
}

impl Seen {
    /// Makes the mark of a finding. `None` if its rule has findings that must be acted on.
    #[must_use]
    pub fn of(reason: &Reason) -> Option<Self> {
        let (_, about) = reason.about.as_ref().filter(|_| reason.rule.is(Mark::MayBeSeen))?;
        Some(Self { about: about.clone(), since: reason.since? })
    }
}
