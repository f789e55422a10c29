//! From the command line to the pieces: configuration, clients, journal, clock.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use aws_smithy_runtime_api::client::http::SharedHttpClient;
use jiff::{Timestamp, tz::TimeZone};

use crate::args::{Common, Weather};
use crate::aws::{Aws, Deck, Pace, Playhead, Recorder, Reel, Scope, Tape, Target};
use crate::config::{Config, ConfigError, Source};
use crate::fmt;
use crate::intents::Access;
use crate::journal::Journal;
use crate::resources::poll::Clock;
use crate::sim::{self, Settings, Sim, Story, StoryError};
use crate::snapshot::Snapshot;

/// The configuration of the simulated account: what its operators would write.
const DEMO_CONFIG: &str = include_str!("demo.toml");
/// Where its clients believe it to be.
const DEMO_REGION: &str = "eu-west-1";

/// What every way of running needs.
#[derive(Clone)]
pub struct Session {
    /// The account.
    pub aws: Aws,
    /// What the user configured.
    pub config: Config,
    /// May anything be changed?
    pub access: Access,
    /// Where writes are written down.
    pub journal: Journal,
    /// Where "now" comes from.
    pub clock: Clock,
    /// The simulated account behind it, if that is what it is.
    pub sim: Option<Sim>,
    /// The last look on disk; a simulated account begins anew each time and has none.
    pub snapshot: Option<Snapshot>,
    /// What records, or is replayed.
    pub deck: Option<Deck>,
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session")
            .field("access", &self.access)
            .field("sim", &self.sim.is_some())
            .finish_non_exhaustive()
    }
}

/// The wall clock: the only place that reads it.
#[must_use]
pub fn wall_clock() -> Clock {
    #[expect(clippy::disallowed_methods, reason = "time enters here and nowhere else")]
    Arc::new(Timestamp::now)
}

impl Session {
    /// A session on AWS, or on whatever the endpoint URL points at.
    ///
    /// # Errors
    /// A text for the terminal: a file of the user's that cannot be read, or no region.
    pub async fn live(common: &Common, pace: Pace) -> Result<Self, String> {
        let source = Config::source(common.config.as_deref()).map_err(|e| e.to_string())?;
        let config = Config::parse(&source).map_err(|e| e.to_string())?;
        let mut recorder = None;
        let target = Target {
            profile: common.profile.clone(),
            region: common.region.clone(),
            endpoint_url: common.endpoint_url.clone(),
        };
        let aws = Aws::connect(&target, pace, |scope, http| {
            recorder = self::recorder(common, &source)?;
            Ok(recorder.as_ref().map_or(http.clone(), |recorder| recorder.around(scope, &http)))
        });
        let aws = aws.await.map_err(|e| format!("error: {e}\n"))?;
        let profile = target.profile.or_else(|| std::env::var("AWS_PROFILE").ok()).unwrap_or_else(|| "default".into());
        let name = [Some(profile), Some(aws.region.clone()), aws.endpoint.clone()];
        let name: Vec<String> = name.into_iter().flatten().collect();
        // A recording is to hold everything: what the last run knew would never be asked for.
        let snapshot = recorder.is_none().then(|| Snapshot::of(&cache_folder(), &name.join("@")));
        Ok(Self { snapshot, deck: recorder.map(Deck::Recording), ..Self::with(aws, config, common, None) })
    }

    /// A session on the simulated account; reads no credentials and needs no network.
    ///
    /// # Errors
    /// A text for the terminal: an unknown story, or a configuration that cannot be read.
    pub fn demo(common: &Common, story: &str, weather: &Weather) -> Result<Self, String> {
        let clock = wall_clock();
        let sim = simulated(story, weather, &clock)?;
        let (source, config) = configuration(common, "demo.toml", DEMO_CONFIG)?;
        let recorder = recorder(common, &source).map_err(|e| format!("error: {e}\n"))?;
        let scope = Scope { name: DEMO_REGION.into(), region: DEMO_REGION.into(), label: "DEMO".into() };
        let http = SharedHttpClient::new(sim.clone());
        let http = recorder.as_ref().map_or(http.clone(), |recorder| recorder.around(&scope, &http));
        let aws = Aws::over(&http, DEMO_REGION);
        let mut session = Self { deck: recorder.map(Deck::Recording), ..Self::with(aws, config, common, Some(sim)) };
        // What is done to a simulated account does not belong into the record of real ones.
        // And each simulated account is a new one.
        session.journal = Journal::at(state_folder().join("demo-journal.jsonl")).anew();
        Ok(session)
    }

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
        let Some(scope) = reel.scopes.first().cloned() else {
            return Err(format!("error: {} names no region\n", file.display()));
        };
        let playhead = Playhead::new(reel.begin, reel.end, speed);
        if let Some(text) = at {
            let from = if text.trim_start().starts_with('-') { reel.end } else { reel.begin };
            let at = fmt::moment(text, from, (reel.begin, reel.end), &TimeZone::system());
            playhead.to(at.map_err(|e| format!("error: --at: {e}\n"))?);
        }
        let clock = playhead.clone();
        let tape = Tape::new(Arc::new(reel), playhead, scope);
        let aws = Aws::over(&SharedHttpClient::new(tape.clone()), &tape.scope().region);
        let mut session = Self::with(aws, config, common, None);
        session.access = Access::ReadOnly;
        session.clock = Arc::new(move || clock.now());
        session.journal = Journal::at(state_folder().join("replay-journal.jsonl"));
        session.deck = Some(Deck::Playing(tape));
        Ok(session)
    }

    /// Ends a recording. What could not be recorded is told, as a text for the terminal.
    #[must_use]
    pub fn finish(deck: Option<&Deck>) -> Option<String> {
        let Some(Deck::Recording(recorder)) = deck else { return None };
        let recording = recorder.finish();
        recording.trouble.map(|why| format!("warning: {} is not complete: {why}\n", recording.path.display()))
    }

    fn with(aws: Aws, config: Config, common: &Common, sim: Option<Sim>) -> Self {
        let access = if common.read_only || config.read_only { Access::ReadOnly } else { Access::ReadWrite };
        let journal = Journal::at(state_folder().join("journal.jsonl"));
        Self { aws, config, access, journal, clock: wall_clock(), sim, snapshot: None, deck: None }
    }
}

/// The configuration that the user named, or else this one.
fn configuration(common: &Common, file: &str, text: &str) -> Result<(Source, Config), String> {
    let source = match &common.config {
        Some(path) => Config::source(Some(path)).map_err(|e| e.to_string())?,
        None => Source { file: file.to_owned(), text: text.to_owned() },
    };
    let config = Config::parse(&source).map_err(|e| e.to_string())?;
    Ok((source, config))
}

/// What writes the recording that was asked for.
fn recorder(common: &Common, config: &Source) -> Result<Option<Recorder>, String> {
    let Some(path) = &common.record else { return Ok(None) };
    let clock = wall_clock();
    let recorder = Recorder::create(path, &config.text, move || clock());
    recorder.map(Some).map_err(|e| format!("--record: {e}"))
}

/// A simulated account that plays a bundled story, or one in a file.
///
/// # Errors
/// A text for the terminal: the stories there are, or what is wrong in the file and where.
pub fn simulated(story: &str, weather: &Weather, clock: &Clock) -> Result<Sim, String> {
    let source = match Sim::story(story) {
        Some(text) => Source { file: format!("{story}.toml"), text: text.to_owned() },
        None => story_file(story)?,
    };
    let story = Story::parse(&source.text).map_err(|e| story_error(&source, e))?;
    let clock = clock.clone();
    let system: sim::Clock = Arc::new(move || system_time(clock()));
    let settings = Settings {
        speed: weather.speed,
        seed: weather.seed,
        latency: weather.latency,
        jitter: weather.jitter,
        rates: weather.rates.iter().cloned().collect(),
        scale: weather.scale.unwrap_or_default(),
    };
    Ok(Sim::with(&story, system, &settings))
}

fn story_error(source: &Source, error: StoryError) -> String {
    let error = match error {
        StoryError::Toml(error) => ConfigError::from_toml(source, &error),
        StoryError::Name { message, span } => ConfigError::at(source, span, message),
    };
    error.to_string()
}

fn story_file(path: &str) -> Result<Source, String> {
    std::fs::read_to_string(path).map(|text| Source { file: path.to_owned(), text }).map_err(|e| {
        format!("error: no story named {path:?}, and no file ({e})\nhint: there are: {}\n", Sim::stories().join(", "))
    })
}

/// A time as the standard library has it; what lies before 1970 is 1970.
fn system_time(at: Timestamp) -> SystemTime {
    let nanos = u64::try_from(at.as_nanosecond()).unwrap_or_default();
    SystemTime::UNIX_EPOCH + Duration::from_nanos(nanos)
}

/// Where the journal is: the state directory, or the data directory where there is none.
fn state_folder() -> PathBuf {
    let folders = directories::ProjectDirs::from("", "", "sagetop");
    let state = folders.map(|d| d.state_dir().unwrap_or_else(|| d.data_local_dir()).to_owned());
    state.unwrap_or_else(|| std::env::temp_dir().join("sagetop"))
}

/// Where snapshots are: they can be made again at any time.
fn cache_folder() -> PathBuf {
    let folders = directories::ProjectDirs::from("", "", "sagetop");
    folders.map_or_else(|| std::env::temp_dir().join("sagetop"), |d| d.cache_dir().to_owned()).join("snapshots")
}
