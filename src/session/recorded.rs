//! Sessions that are recorded, and sessions on a recording.

use std::path::Path;
use std::sync::Arc;

use aws_smithy_runtime_api::client::http::SharedHttpClient;
use jiff::tz::TimeZone;

use super::{Connection, Session, executor, name_apart, state_folder, wall_clock};
use crate::args::Common;
use crate::aws::{Aws, Deck, Playhead, Recorder, Reel, Scope, Tape};
use crate::config::{Colour, Config, Source};
use crate::fmt;
use crate::intents::{AccessRules, Executor};
use crate::journal::Journal;
use crate::resources::poll::Clock;

impl Session {
    /// A session on a recording: its clock is the playhead, and nothing is ever sent.
    ///
    /// # Errors
    /// A text for the terminal: what is wrong with the file, or a time that is not on it.
    pub fn replay(common: &Common, file: &Path, speed: f64, at: Option<&str>) -> Result<Self, String> {
        if common.record.is_some() {
            return Err("error: a replay is not recorded again; the recording can be copied\n".into());
        }
        let reel = Reel::open(file).map_err(|e| format!("error: {e}\n"))?;
        let own = Config::read(common.config.as_deref()).map_err(|e| e.to_string())?;
        let (_, config) = configuration(common, &format!("{} (configuration)", file.display()), &reel.config)?;
        // How it looks and which keys it has is for who watches to say.
        let config = Config { theme: own.theme, keymap: own.keymap, ..config };
        if reel.scopes.is_empty() {
            return Err(format!("error: {} names no region\n", file.display()));
        }
        let playhead = Playhead::new(reel.begin, reel.end, speed);
        if let Some(text) = at {
            let from = if text.trim_start().starts_with('-') { reel.end } else { reel.begin };
            let at = fmt::moment(text, from, (reel.begin, reel.end), &TimeZone::system());
            playhead.to(at.map_err(|e| format!("error: --at: {e}\n"))?);
        }
        let position = playhead.clone();
        let clock: Clock = Arc::new(move || position.now());
        let reel = Arc::new(reel);
        let tapes = reel.scopes.iter().map(|scope| Tape::new(reel.clone(), playhead.clone(), scope.clone()));
        let tapes: Vec<Tape> = tapes.collect();
        let connections = tapes.iter().map(|tape| {
            let aws = Aws::over(&SharedHttpClient::new(tape.clone()), &tape.scope().region).replaying();
            let journal = Journal::at(state_folder().join("replay-journal.jsonl"));
            let mut executor = executor(aws, &config, common, journal, &clock);
            executor.access = Arc::new(AccessRules::read_only());
            as_then(tape.scope(), &config, executor)
        });
        let mut connections: Vec<Connection> = connections.collect();
        name_apart(&mut connections);
        Ok(Self { connections, config, clock, sim: None, deck: Some(Deck::Playing(tapes)) })
    }

    /// Ends a recording. What could not be recorded is told, as a text for the terminal.
    #[must_use]
    pub fn finish(deck: Option<&Deck>) -> Option<String> {
        let Some(Deck::Recording(recorder)) = deck else { return None };
        let recording = recorder.finish();
        recording.trouble.map(|why| format!("warning: {} is not complete: {why}\n", recording.path.display()))
    }
}

/// An account is called and looks as it did when it was recorded.
fn as_then(scope: &Scope, config: &Config, executor: Executor) -> Connection {
    let Scope { region, account, called, .. } = scope.clone();
    let own = config.accounts.iter().find(|known| known.label.is_some() && known.label == account);
    let (name, colour) = (called.unwrap_or(region), own.map_or(Colour::Plain, |own| own.colour));
    Connection { name, label: account, colour, ..Connection::only(executor) }
}

/// The configuration that the user named, or else this one.
pub(super) fn configuration(common: &Common, file: &str, text: &str) -> Result<(Source, Config), String> {
    let source = match &common.config {
        Some(path) => Config::source(Some(path)).map_err(|e| e.to_string())?,
        None => Source { file: file.to_owned(), text: text.to_owned() },
    };
    let config = Config::parse(&source).map_err(|e| e.to_string())?;
    Ok((source, config))
}

/// What writes the recording that was asked for.
pub(super) fn recorder(common: &Common, config: &Source) -> Result<Option<Recorder>, String> {
    let Some(path) = &common.record else { return Ok(None) };
    let clock = wall_clock();
    let recorder = Recorder::create(path, &config.text, move || clock());
    recorder.map(Some).map_err(|e| format!("--record: {e}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_called_and_coloured_as_it_was() {
        let text = "[[account]]\nlabel = \"stage\"\nprofile = \"retail-stage\"\ncolour = \"yellow\"\n";
        let config = Config::parse(&Source { file: "x".into(), text: text.into() }).unwrap();
        let tape = |scope: &Scope| {
            let clock = wall_clock();
            let http = aws_smithy_runtime_api::client::http::http_client_fn(|_, _| unreachable!("nothing is asked"));
            let journal = Journal::at(std::env::temp_dir().join("none"));
            as_then(
                scope,
                &config,
                executor(Aws::over(&http, &scope.region), &config, &Common::default(), journal, &clock),
            )
        };
        let scope = Scope { account: Some("stage".into()), called: Some("stage".into()), ..Scope::demo("eu-west-1") };
        let told = tape(&scope);
        assert_eq!((told.name.as_str(), told.colour), ("stage", Colour::Yellow));
        // A recording of before has no such name.
        let told = tape(&Scope::demo("eu-west-1"));
        assert_eq!((told.name.as_str(), told.colour), ("eu-west-1", Colour::Plain));
    }
}
