//! From the command line to the pieces: configuration, clients, journal, clock.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use aws_smithy_runtime_api::client::http::SharedHttpClient;
use jiff::Timestamp;

use crate::args::{Common, Weather};
use crate::aws::{Aws, Pace, Target};
use crate::config::{Config, ConfigError, Source};
use crate::intents::Access;
use crate::journal::Journal;
use crate::resources::poll::Clock;
use crate::sim::{self, Settings, Sim, Story, StoryError};
use crate::snapshot::Snapshot;

/// The configuration of the simulated account: what its operators would write.
const DEMO_CONFIG: &str = include_str!("demo.toml");

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
        let config = Config::read(common.config.as_deref()).map_err(|e| e.to_string())?;
        let target = Target {
            profile: common.profile.clone(),
            region: common.region.clone(),
            endpoint_url: common.endpoint_url.clone(),
        };
        let aws = Aws::connect(&target, pace).await.map_err(|e| format!("error: {e}\n"))?;
        let profile = target.profile.or_else(|| std::env::var("AWS_PROFILE").ok()).unwrap_or_else(|| "default".into());
        let name = [Some(profile), Some(aws.region.clone()), aws.endpoint.clone()];
        let name: Vec<String> = name.into_iter().flatten().collect();
        let snapshot = Snapshot::of(&cache_folder(), &name.join("@"));
        Ok(Self { snapshot: Some(snapshot), ..Self::with(aws, config, common, None) })
    }

    /// A session on the simulated account; reads no credentials and needs no network.
    ///
    /// # Errors
    /// A text for the terminal: an unknown story, or a configuration that cannot be read.
    pub fn demo(common: &Common, story: &str, weather: &Weather) -> Result<Self, String> {
        let clock = wall_clock();
        let sim = simulated(story, weather, &clock)?;
        let config = match &common.config {
            Some(path) => Config::read(Some(path)),
            None => Config::parse(&Source { file: "demo.toml".into(), text: DEMO_CONFIG.into() }),
        };
        let config = config.map_err(|e| e.to_string())?;
        let aws = Aws::over(&SharedHttpClient::new(sim.clone()), "eu-west-1");
        let mut session = Self::with(aws, config, common, Some(sim));
        // What is done to a simulated account does not belong into the record of real ones.
        // And each simulated account is a new one.
        session.journal = Journal::at(state_folder().join("demo-journal.jsonl")).anew();
        Ok(session)
    }

    fn with(aws: Aws, config: Config, common: &Common, sim: Option<Sim>) -> Self {
        let access = if common.read_only || config.read_only { Access::ReadOnly } else { Access::ReadWrite };
        let journal = Journal::at(state_folder().join("journal.jsonl"));
        Self { aws, config, access, journal, clock: wall_clock(), sim, snapshot: None }
    }
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
