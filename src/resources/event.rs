//! Something that happened to one thing.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::health::Health;

/// Something that happened to one thing, as its row records it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// The time at which AWS says it happened; absent where AWS has no time for it, so that only the time of reading is
    /// known.
    pub at: Option<Timestamp>,
    /// The health that it shows.
    pub health: Health,
    /// The event as a phrase: `v14 registered`.
    pub text: String,
    /// The person or thing that did it, or the topics that were notified; empty if unknown.
    pub by: String,
}

/// Something that happened, as it is kept on disk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptEvent {
    /// The time at which it happened, or at which it was seen where AWS gives no time.
    pub at: Timestamp,
    /// The event.
    pub event: Event,
    /// The subject: the name of the kind and the id. A model has no kind.
    #[serde(default)]
    pub about: Option<(Option<String>, String)>,
}

impl Event {
    /// Makes an event that AWS has a time for.
    pub(crate) fn at(at: Timestamp, health: Health, text: String) -> Self {
        Self { at: Some(at), health, text, by: String::new() }
    }
    /// Makes an event for a difference that was seen.
    pub(crate) fn observed(health: Health, text: String) -> Self {
        Self { at: None, health, text, by: String::new() }
    }
    /// Returns the event of an alarm whose firing is good news, which is no trouble.
    #[must_use]
    pub fn as_good_news(self) -> Self {
        let health = if self.health == Health::Critical { Health::Ok } else { self.health };
        Self { health, ..self }
    }
    /// Returns the event with this health instead of a worse one.
    #[must_use]
    pub fn at_most(self, health: Health) -> Self {
        Self { health: self.health.min(health), ..self }
    }
    /// Adds who did it, or whom it notifies.
    pub(crate) fn by(self, by: impl Into<String>) -> Self {
        Self { by: by.into(), ..self }
    }
}
