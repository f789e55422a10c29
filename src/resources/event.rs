//! Something that happened to one thing.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::health::Health;

/// Something that happened to one thing, as its row tells it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// When AWS says that it happened; absent where AWS has no time for it, so that only the time of reading is known.
    pub at: Option<Timestamp>,
    /// How it reads.
    pub health: Health,
    /// What, as a phrase: `v14 registered`.
    pub text: String,
    /// The person or thing that did it, or the topics that were notified; empty if unknown.
    pub by: String,
}

/// Something that happened, as it is kept on disk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptEvent {
    /// When it happened, or where nobody tells, when it was seen.
    pub at: Timestamp,
    /// What happened.
    pub event: Event,
    /// What it is about: the name of the kind and the id. A model has no kind.
    #[serde(default)]
    pub about: Option<(Option<String>, String)>,
}

impl Event {
    /// Something that AWS has a time for.
    pub(crate) fn at(at: Timestamp, health: Health, text: String) -> Self {
        Self { at: Some(at), health, text, by: String::new() }
    }
    /// Something that was seen to be different.
    pub(crate) fn seen(health: Health, text: String) -> Self {
        Self { at: None, health, text, by: String::new() }
    }
    /// The same with who did it, or whom it tells.
    pub(crate) fn by(self, by: impl Into<String>) -> Self {
        Self { by: by.into(), ..self }
    }
}
