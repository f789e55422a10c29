//! Recordings: everything that the tables took in, written to a file and played again.
//!
//! A [`Recorder`] is told of every poll after it was read, of the calls so far and of what happened. It knows nothing of
//! AWS: a kind of resource is recorded because it exists. A [`Player`] makes the same tables of the file, at any
//! position: it starts with the last key frame before it and takes in what follows. What the file looks like is in
//! `file.rs`.

mod file;
mod parts;
mod player;
mod playhead;
mod recorder;

use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::aws::Usage;
use crate::config::Colour;
use crate::resources::{AccountId, KeptEvent, Snapshot, Store};

pub use parts::Recording;
pub use player::Player;
pub use playhead::Playhead;
pub use recorder::{Recorder, RecordingStatus};

/// One account and region in a recording.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordedAccount {
    /// What it was called among several.
    pub name: String,
    /// Label of its `[[account]]`, when it has one.
    #[serde(default)]
    pub label: Option<String>,
    /// Name of the region.
    pub region: String,
    /// What stood in for AWS, if anything did: `DEMO`, or a URL.
    #[serde(default)]
    pub stand_in: Option<String>,
    /// How its name reads.
    #[serde(default)]
    pub colour: Colour,
}

/// Everything that is recorded of one account, at one moment.
#[derive(Debug, Clone, Default)]
pub struct AccountState {
    /// Its tables.
    pub store: Store,
    /// What happened, in the order in which it was seen.
    pub events: Vec<KeptEvent>,
    /// What the calls amount to.
    pub usage: Usage,
}

/// Something that was recorded.
#[derive(Debug, Clone)]
pub enum Recorded {
    /// This is all that was known of each account, in their order.
    Restored(Vec<AccountState>),
    /// A poll was answered.
    Polled(AccountId, Box<Snapshot>),
    /// The calls amount to this.
    Usage(AccountId, Usage),
    /// Something happened.
    Event(AccountId, KeptEvent),
    /// The rows were dropped, as they were those of another account.
    Forgotten(AccountId),
}

/// What a replay came to.
#[derive(Debug, Clone)]
pub struct Played {
    /// How it stands now.
    pub status: ReplayStatus,
    /// What was recorded up to there, in its order.
    pub recorded: Vec<Recorded>,
    /// The position was set, and something changed at that very moment.
    pub step: bool,
}

/// How a recording ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Ending {
    /// Its console ended it.
    Whole,
    /// Its console was killed, or the file was cut.
    Cut,
    /// What follows is damaged, or was changed after it was recorded.
    Damaged,
}

/// How a replay stands.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ReplayStatus {
    /// The position.
    pub at: Timestamp,
    /// Where the recording begins.
    pub begin: Timestamp,
    /// Where the recording ends.
    pub end: Timestamp,
    /// How many times faster than it was.
    pub speed: f64,
    /// It was stopped.
    pub paused: bool,
    /// How the recording ends.
    pub ending: Ending,
}

impl ReplayStatus {
    /// Is nothing left to play?
    #[must_use]
    pub fn ended(&self) -> bool {
        self.at >= self.end
    }
}

/// A recording that is played. Clones share the position.
#[derive(Debug, Clone)]
pub struct Replay {
    /// What is played.
    pub recording: Arc<Recording>,
    /// Where it is.
    pub playhead: Playhead,
}

impl Replay {
    /// A replay at the beginning of a recording, playing at this speed.
    #[must_use]
    pub fn new(recording: Recording, speed: f64) -> Self {
        let playhead = Playhead::new(recording.begin, recording.end, speed);
        Self { recording: Arc::new(recording), playhead }
    }

    /// How it stands.
    #[must_use]
    pub fn status(&self) -> ReplayStatus {
        let Recording { begin, end, ending, .. } = *self.recording;
        let (at, speed, paused) = self.playhead.state();
        ReplayStatus { at, begin, end, speed, paused, ending }
    }
}

#[cfg(test)]
mod tests;
