//! Sessions that are recorded, and sessions on a recording.

use std::path::Path;
use std::sync::Arc;

use jiff::tz::TimeZone;

use super::{Connection, Session, executor, state_folder};
use crate::args::Common;
use crate::aws::{Aws, Target};
use crate::config::{Config, Notify, Source};
use crate::fmt;
use crate::intents::{AccessRules, Executor};
use crate::journal::Journal;
use crate::recording::{RecordedAccount, Recorder, Recording, Replay};
use crate::resources::poll::Clock;

impl Session {
    /// Begins to record this session, if the command line asks for it.
    pub(super) fn recorded(mut self, common: &Common, config: &Source) -> Result<Self, String> {
        if let Some(path) = &common.record {
            self.record(path, &config.text).map_err(|why| format!("error: --record: {why}\n"))?;
        }
        Ok(self)
    }

    /// Begins to record in a new file.
    ///
    /// # Errors
    /// A sentence: the file exists already, its folder does not exist, or it cannot be written.
    pub fn record(&mut self, path: &Path, config: &str) -> Result<(), String> {
        let account = |connection: &Connection| RecordedAccount {
            name: connection.name.clone(),
            label: connection.label.clone(),
            region: connection.executor.aws.region.clone(),
            stand_in: connection.stand_in.clone(),
            colour: connection.colour,
        };
        let accounts: Vec<RecordedAccount> = self.connections.iter().map(account).collect();
        let clock = self.clock.clone();
        self.recorder = Some(Recorder::create(path, config, &accounts, move || clock())?);
        Ok(())
    }

    /// Makes a session that plays the recording in a file, from a position on.
    ///
    /// # Errors
    /// A text for the terminal: what is wrong with the file, or a time that is not on it.
    pub fn replay(common: &Common, file: &Path, speed: f64, at: Option<&str>) -> Result<Self, String> {
        if common.record.is_some() {
            return Err("error: a replay cannot be recorded; copy the recording instead\n".into());
        }
        let recording = Recording::open(file).map_err(|e| format!("error: {e}\n"))?;
        let own = Config::read(common.config.as_deref()).map_err(|e| e.to_string())?;
        let (_, config) = configuration(common, &format!("{} (configuration)", file.display()), &recording.config)?;
        // The theme and the keymap are the viewer's, not those of the recorded session.
        // And no file of somebody else says what is run here.
        let config = Config {
            theme: own.theme,
            keymap: own.keymap,
            export_dir: own.export_dir,
            hyperlinks: own.hyperlinks,
            commands: own.commands,
            notify: Notify::default(),
            ..config
        };
        let (begin, end) = (recording.begin, recording.end);
        let session = Self::playing(recording, config, speed);
        if let (Some(text), Some(replay)) = (at, &session.replay) {
            let from = if text.trim_start().starts_with('-') { end } else { begin };
            let at = fmt::moment(text, from, (begin, end), &TimeZone::system());
            replay.playhead.to(at.map_err(|e| format!("error: --at: {e}\n"))?);
        }
        Ok(session)
    }

    /// Makes a session on a recording. Its clock is the playhead, and it is connected to nothing.
    #[must_use]
    pub fn playing(recording: Recording, config: Config, speed: f64) -> Self {
        let replay = Replay::new(recording, speed);
        let position = replay.playhead.clone();
        let clock: Clock = Arc::new(move || position.now());
        let connection = |account: &RecordedAccount| {
            let target = Target { region: Some(account.region.clone()), ..Target::default() };
            let aws = Aws::unconnected(&target, "a replay sends nothing");
            let journal = Journal::at(state_folder().join("replay-journal.jsonl"));
            let executor = executor(aws, &config, &Common::default(), journal, &clock);
            let executor = Executor { access: Arc::new(AccessRules::read_only()), ..executor };
            let RecordedAccount { name, label, stand_in, colour, .. } = account.clone();
            Connection { name, label, colour, stand_in, ..Connection::only(executor) }
        };
        let connections = replay.recording.accounts.iter().map(connection).collect();
        Self { connections, config, clock, sim: None, recorder: None, replay: Some(replay) }
    }

    /// Ends a recording. Returns a text for the terminal if something could not be recorded.
    #[must_use]
    pub fn finish(recorder: Option<&Recorder>) -> Option<String> {
        let status = recorder?.finish();
        status.trouble.map(|why| format!("warning: {} is not complete: {why}\n", status.path.display()))
    }
}

/// Reads the configuration that the user named, or else this text.
pub(super) fn configuration(common: &Common, file: &str, text: &str) -> Result<(Source, Config), String> {
    let source = match &common.config {
        Some(path) => Config::source(Some(path)).map_err(|e| e.to_string())?,
        None => Source { file: file.to_owned(), text: text.to_owned() },
    };
    let config = Config::parse(&source).map_err(|e| e.to_string())?;
    Ok((source, config))
}
