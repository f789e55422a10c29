//! Consoles that record, and consoles on a recording.

use std::path::Path;
use std::sync::Arc;

use aws_smithy_runtime_api::client::http::SharedHttpClient;
use sagetop::aws::{Deck, Playhead, Recorder, Recording, Reel, Scope, Tape};
use sagetop::intents::AccessRules;
use sagetop::resources::poll::Clock;
use sagetop::sim::Sim;

use super::{Harness, Setup};

impl Setup {
    /// As with `--record`.
    pub(crate) fn record(self, file: &Path) -> Self {
        Self { record: Some(file.to_owned()), ..self }
    }

    /// What records, or is replayed, and what the clients of each account ask then, with its region.
    pub(super) fn deck(&self, sims: &[Sim], clock: &Clock) -> (Option<Deck>, Vec<(SharedHttpClient, String)>) {
        let asked = |sim: &Sim| (SharedHttpClient::new(sim.clone()), sim.region());
        let plain: Vec<(SharedHttpClient, String)> = sims.iter().map(asked).collect();
        if let Some(file) = &self.record {
            let clock = clock.clone();
            let recorder = Recorder::create(file, &self.config, move || clock()).unwrap();
            let around = |(http, region): (SharedHttpClient, String)| {
                let scope = Scope::demo(&region);
                (recorder.around(&scope, &http), region)
            };
            let connectors = plain.into_iter().map(around).collect();
            return (Some(Deck::Recording(recorder)), connectors);
        }
        let Some((file, speed)) = &self.tape else { return (None, plain) };
        let reel = Arc::new(Reel::open(file).unwrap());
        let playhead = Playhead::new(reel.begin, reel.end, *speed);
        let tape = |scope: &Scope| Tape::new(reel.clone(), playhead.clone(), scope.clone());
        let tapes: Vec<Tape> = reel.scopes.iter().map(tape).collect();
        let asked = |tape: &Tape| (SharedHttpClient::new(tape.clone()), tape.scope().region.clone());
        let connectors = tapes.iter().map(asked).collect();
        (Some(Deck::Playing(tapes)), connectors)
    }
}

impl Harness {
    /// A console on a recording, at this speed.
    pub(crate) fn replay(file: &Path, speed: f64) -> Setup {
        Setup { tape: Some((file.to_owned(), speed)), access: AccessRules::read_only(), ..Self::story("empty") }
    }

    /// Ends the recording, and says how it stands.
    pub(crate) fn recorded(&self) -> Recording {
        let Some(Deck::Recording(recorder)) = &self.deck else { panic!("nothing is recorded") };
        recorder.finish()
    }

    /// The tape that is replayed.
    pub(crate) fn tape(&self) -> &Tape {
        let Some(Deck::Playing(tapes)) = &self.deck else { panic!("nothing is replayed") };
        tapes.first().unwrap()
    }
}
