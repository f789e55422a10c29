//! Consoles that record, and consoles on a recording.

use std::path::Path;
use std::sync::Arc;

use aws_smithy_runtime_api::client::http::SharedHttpClient;
use sagetop::aws::{Deck, Playhead, Recorder, Recording, Reel, Scope, Tape};
use sagetop::intents::Access;
use sagetop::resources::poll::Clock;

use super::{Harness, Setup};

impl Setup {
    /// As with `--record`.
    pub(crate) fn record(self, file: &Path) -> Self {
        Self { record: Some(file.to_owned()), ..self }
    }

    /// What records, or is replayed, and what the clients ask then.
    pub(super) fn deck(&self, sim: SharedHttpClient, clock: Clock) -> (Option<Deck>, SharedHttpClient) {
        let scope = Scope { name: "eu-west-1".into(), region: "eu-west-1".into(), label: "DEMO".into() };
        if let Some(file) = &self.record {
            let recorder = Recorder::create(file, &self.config, move || clock()).unwrap();
            let http = recorder.around(&scope, &sim);
            return (Some(Deck::Recording(recorder)), http);
        }
        let Some((file, speed)) = &self.tape else { return (None, sim) };
        let reel = Reel::open(file).unwrap();
        let playhead = Playhead::new(reel.begin, reel.end, *speed);
        let tape = Tape::new(Arc::new(reel), playhead, scope);
        (Some(Deck::Playing(tape.clone())), SharedHttpClient::new(tape))
    }
}

impl Harness {
    /// A console on a recording, at this speed.
    pub(crate) fn replay(file: &Path, speed: f64) -> Setup {
        Setup { tape: Some((file.to_owned(), speed)), access: Access::ReadOnly, ..Self::story("empty") }
    }

    /// Ends the recording, and says how it stands.
    pub(crate) fn recorded(&self) -> Recording {
        let Some(Deck::Recording(recorder)) = &self.deck else { panic!("nothing is recorded") };
        recorder.finish()
    }

    /// The tape that is replayed.
    pub(crate) fn tape(&self) -> &Tape {
        let Some(Deck::Playing(tape)) = &self.deck else { panic!("nothing is replayed") };
        tape
    }
}
