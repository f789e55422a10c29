//! From the command line to the pieces: configuration, clients, journal, clock.

mod wanted;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use aws_smithy_runtime_api::client::http::SharedHttpClient;
use jiff::Timestamp;

use crate::args::{Common, Weather};
use crate::aws::{Aws, Pace};
use crate::config::{self, Colour, Config, ConfigError, Source};
use crate::intents::{Access, Executor};
use crate::journal::Journal;
use crate::resources::poll::Clock;
use crate::resources::{Seen, Wishes};
use crate::sim::{self, Settings, Sim, Story, StoryError};
use crate::snapshot::Snapshot;

use wanted::{name_apart, wanted};

/// The configuration of the simulated account: what its operators would write.
const DEMO_CONFIG: &str = include_str!("demo.toml");

/// One account in one region, connected.
#[derive(Debug, Clone)]
pub struct Connection {
    /// Its clients, the journal and the clock.
    pub executor: Executor,
    /// What it is called among several.
    pub name: String,
    /// Label of its `[[account]]`.
    pub label: Option<String>,
    /// How its name reads.
    pub colour: Colour,
    /// What logs in to it again.
    pub login: Option<String>,
    /// The last look on disk; a simulated account begins anew each time and has none.
    pub snapshot: Option<Snapshot>,
}

impl Connection {
    /// A connection without a name of its own, as there is no other.
    #[must_use]
    pub fn only(executor: Executor) -> Self {
        let name = executor.aws.region.clone();
        Self { executor, name, label: None, colour: Colour::Plain, login: None, snapshot: None }
    }
}

/// What every way of running needs.
#[derive(Clone)]
pub struct Session {
    /// The accounts; at least one.
    pub connections: Vec<Connection>,
    /// What the user configured.
    pub config: Config,
    /// Where "now" comes from.
    pub clock: Clock,
    /// The simulated account behind the first of them, if that is what it is.
    pub sim: Option<Sim>,
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session")
            .field("connections", &self.connections)
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
        let clock = wall_clock();
        let mut connections = Vec::new();
        for wanted in wanted(common, &config) {
            let who = wanted.base().map(|name| format!("{name}: ")).unwrap_or_default();
            let aws = Aws::connect(&wanted.target(common), pace.clone()).await;
            let aws = aws.map_err(|e| format!("error: {who}{e}\n"))?;
            let journal = Journal::at(state_folder().join("journal.jsonl"));
            connections.push(wanted.connection(executor(aws, &config, common, journal, &clock)));
        }
        name_apart(&mut connections);
        Ok(Self { connections, config, clock, sim: None })
    }

    /// A session on the simulated account; reads no credentials and needs no network. Further regions play the
    /// healthy shop.
    ///
    /// # Errors
    /// A text for the terminal: an unknown story, or a configuration that cannot be read.
    pub fn demo(common: &Common, story: &str, weather: &Weather) -> Result<Self, String> {
        let clock = wall_clock();
        let config = match &common.config {
            Some(path) => Config::read(Some(path)),
            None => Config::parse(&Source { file: "demo.toml".into(), text: DEMO_CONFIG.into() }),
        };
        let config = config.map_err(|e| e.to_string())?;
        let mut sims = vec![simulated(story, weather, common.region.first(), &clock)?];
        for region in common.region.iter().skip(1) {
            sims.push(simulated("shop", weather, Some(region), &clock)?);
        }
        let connections = sims.iter().map(|sim| {
            let aws = Aws::over(&SharedHttpClient::new(sim.clone()), &sim.region());
            // What is done to a simulated account does not belong into the record of real ones.
            // And each simulated account is a new one.
            let journal = Journal::at(state_folder().join("demo-journal.jsonl")).anew();
            Connection::only(executor(aws, &config, common, journal, &clock))
        });
        Ok(Self { connections: connections.collect(), sim: sims.first().cloned(), config, clock })
    }

    /// What the pollers and joins of a connection begin with.
    #[must_use]
    pub fn seen(&self, connection: &Connection) -> Seen {
        let several = self.connections.len() > 1;
        let lives_here = |model: &&config::Model| {
            model.accounts.is_empty() || connection.label.as_ref().is_some_and(|label| model.accounts.contains(label))
        };
        #[expect(clippy::cast_precision_loss, reason = "a handful of accounts")]
        let share = 1.0 / self.connections.len().max(1) as f64;
        let wishes = Wishes {
            models: self.config.models.iter().filter(lives_here).cloned().collect(),
            sparse: several,
            max_cost_per_day: self.config.max_cost_per_day.map(|dollars| dollars * share),
            ..Wishes::of(&self.config)
        };
        Seen { wishes: Arc::new(wishes), at: (self.clock)(), ..Seen::default() }
    }
}

/// What makes and sends plans in an account.
fn executor(aws: Aws, config: &Config, common: &Common, journal: Journal, clock: &Clock) -> Executor {
    let access = if common.read_only || config.read_only { Access::ReadOnly } else { Access::ReadWrite };
    let (identity, clock, deployers) = ("unknown".to_owned(), clock.clone(), config.deployers());
    Executor { aws, access, journal, identity, clock, deployers }
}

/// A simulated account that plays a bundled story, or one in a file, in the story's region or another.
///
/// # Errors
/// A text for the terminal: the stories there are, or what is wrong in the file and where.
pub fn simulated(story: &str, weather: &Weather, region: Option<&String>, clock: &Clock) -> Result<Sim, String> {
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
        region: region.cloned(),
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
