//! Consoles that record, and consoles that replay a recording.

use std::path::Path;

use sagetop::recording::{Recording, RecordingStatus, Replay};

use super::{Harness, Setup};

impl Setup {
    /// Records, as with `--record`.
    pub(crate) fn record(self, file: &Path) -> Self {
        Self { record: Some(file.to_owned()), ..self }
    }
}

impl Harness {
    /// Sets up a console that replays a recording at this speed.
    pub(crate) fn replay(file: &Path, speed: f64) -> Setup {
        Setup { replay: Some((Recording::open(file).unwrap(), speed)), ..Self::story("empty") }
    }

    /// Ends the recording, and returns its status.
    pub(crate) fn recorded(&self) -> RecordingStatus {
        self.recorder.as_ref().unwrap().finish()
    }

    /// Returns the replay.
    pub(crate) fn played(&self) -> &Replay {
        self.replay.as_ref().unwrap()
    }
}
