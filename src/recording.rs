//! Recordings: all changes of the tables, written to a file and played again.
//!
//! A [`Recorder`] gets every poll after it was read, the usage, and the events. It knows nothing of AWS: any kind of
//! resource is recorded without further code. A [`Player`] makes the same tables from the file, at any position: it
//! starts with the last key frame before the position and applies the lines that follow. `file.rs` describes the
//! file.

mod file;
mod parts;
mod player;
mod playhead;
mod recorder;

use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::aws::{StandIn, Usage};
use crate::config::Colour;
use crate::resources::{AccountId, KeptEvent, Store, TableUpdate};

pub use parts::Recording;
pub use player::Player;
pub use playhead::Playhead;
pub use recorder::{Recorder, RecordingStatus};

/// One account and region in a recording.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordedAccount {
    /// The name of the account, shown when several are watched.
    pub name: String,
    /// The label of its `[[account]]`, if it has one.
    #[serde(default)]
    pub label: Option<String>,
    /// The name of the region.
    pub region: String,
    /// The backend, where it was not AWS.
    #[serde(default)]
    pub stand_in: Option<StandIn>,
    /// The colour of the name.
    #[serde(default)]
    pub colour: Colour,
}

/// The recorded state of one account at one moment.
#[derive(Debug, Clone, Default)]
pub struct AccountState {
    /// The tables.
    pub store: Store,
    /// The events, in the order in which they were seen.
    pub events: Vec<KeptEvent>,
    /// The number and the cost of its calls.
    pub usage: Usage,
}

/// A change that was recorded.
#[derive(Debug, Clone)]
pub enum Recorded {
    /// The whole state of each account, in their order.
    Restored(Vec<AccountState>),
    /// The answer of a poll.
    Polled(AccountId, Box<TableUpdate>),
    /// The usage of an account.
    Usage(AccountId, Usage),
    /// An event.
    Event(AccountId, KeptEvent),
    /// The rows of an account were dropped, because they belonged to another account.
    Forgotten(AccountId),
}

/// A step of a replay.
#[derive(Debug, Clone)]
pub struct Played {
    /// The state of the replay.
    pub status: ReplayStatus,
    /// The changes that were recorded up to there, in order.
    pub recorded: Vec<Recorded>,
    /// Was the position set, and did something change at that very moment?
    pub step: bool,
}

/// The way in which a recording ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Ending {
    /// The console ended it.
    Whole,
    /// The console was killed, or the file was cut.
    Cut,
    /// The rest is damaged, or was changed after it was recorded.
    Damaged,
}

/// The state of a replay.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ReplayStatus {
    /// The position.
    pub at: Timestamp,
    /// The beginning of the recording.
    pub begin: Timestamp,
    /// The end of the recording.
    pub end: Timestamp,
    /// The speed relative to the original.
    pub speed: f64,
    /// Is the replay paused?
    pub paused: bool,
    /// The way in which the recording ends.
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
    /// The recording.
    pub recording: Arc<Recording>,
    /// The position.
    pub playhead: Playhead,
}

impl Replay {
    /// Makes a replay at the beginning of a recording, with this speed.
    #[must_use]
    pub fn new(recording: Recording, speed: f64) -> Self {
        let playhead = Playhead::new(recording.begin, recording.end, speed);
        Self { recording: Arc::new(recording), playhead }
    }

    /// Returns the state.
    #[must_use]
    pub fn status(&self) -> ReplayStatus {
        let Recording { begin, end, ending, .. } = *self.recording;
        let (at, speed, paused) = self.playhead.state();
        ReplayStatus { at, begin, end, speed, paused, ending }
    }
}

#[cfg(test)]
mod tests;
