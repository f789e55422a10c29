//! Builds the parts of a session from the command line: configuration, connections, journal and clock.

mod app;
mod choices;
mod recorded;
mod seen;
mod selection;
mod simulated;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use jiff::Timestamp;

use crate::args::Common;
use crate::aws::{Aws, Pace, Renewal, StandIn, Target};
use crate::config::{self, Colour, Config};
use crate::intents::{AccessRules, Caller, Executor};
use crate::journal::Journal;
use crate::recording::{Recorder, Replay};
use crate::resources::poll::Clock;
use crate::resources::{Observed, Preferences};
use crate::sim::Sim;
use crate::snapshot::Snapshot;

pub use choices::ChoicesFile;
pub use seen::SeenFile;
pub use simulated::{demo_config, simulated};

use selection::{name_apart, selection};

/// One account in one region, connected.
#[derive(Debug, Clone)]
pub struct Connection {
    /// Its clients, the journal and the clock.
    pub executor: Executor,
    /// Its name, which distinguishes it from other connections.
    pub name: String,
    /// Label of its `[[account]]`.
    pub label: Option<String>,
    /// The profile in force, if one was named.
    pub profile: Option<String>,
    /// The colour of its name.
    pub colour: Colour,
    /// The backend, where it is not AWS.
    pub stand_in: Option<StandIn>,
    /// The advice for the case that AWS refuses its credentials.
    pub login: Option<Renewal>,
    /// The file with the last look. A simulated account begins anew each time and has none.
    pub snapshot: Option<Snapshot>,
    /// The file with the findings that were marked as seen. A simulated account has none.
    pub seen: Option<SeenFile>,
}

impl Connection {
    /// Makes a connection that is named after its region, without a label and a profile.
    #[must_use]
    pub fn only(executor: Executor) -> Self {
        let (name, colour) = (executor.aws.region.clone(), Colour::Plain);
        let (label, profile, stand_in, login, snapshot, seen) = (None, None, None, None, None, None);
        Self { executor, name, label, profile, colour, stand_in, login, snapshot, seen }
    }

    /// Returns the profile that reaches the account by itself. A profile that only assumes the role of the configuration
    /// is of another account.
    #[must_use]
    pub fn own_profile(&self) -> Option<&str> {
        self.profile.as_deref().filter(|_| self.executor.access.caller.role_arn.is_none())
    }
}

/// The parts that the console and the commands need.
#[derive(Clone)]
pub struct Session {
    /// The connected accounts; at least one.
    pub connections: Vec<Connection>,
    /// The user's configuration.
    pub config: Config,
    /// The source of the present time.
    pub clock: Clock,
    /// The simulated account behind the first connection; absent where the session is not simulated.
    pub sim: Option<Sim>,
    /// The recorder; absent where the session is not recorded.
    pub recorder: Option<Recorder>,
    /// The recording that is played; absent where none is played.
    pub replay: Option<Replay>,
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session")
            .field("connections", &self.connections)
            .field("sim", &self.sim.is_some())
            .finish_non_exhaustive()
    }
}

/// Returns the wall clock, in milliseconds. No other place reads it.
#[must_use]
pub fn wall_clock() -> Clock {
    #[expect(clippy::disallowed_methods, reason = "time enters here and nowhere else")]
    let now = Timestamp::now;
    Arc::new(move || Timestamp::from_millisecond(now().as_millisecond()).unwrap_or_default())
}

impl Session {
    /// Makes a session on AWS, or on the service that the endpoint URL points at.
    ///
    /// # Errors
    /// A text for the terminal: a file of the user's that cannot be read, or no region.
    pub async fn live(common: &Common, pace: Pace) -> Result<Self, String> {
        let source = Config::source(common.config.as_deref()).map_err(|e| e.to_string())?;
        let config = Config::parse(&source).map_err(|e| e.to_string())?;
        let clock = wall_clock();
        let selection = selection(common, &config).map_err(|why| format!("error: {why}\n"))?;
        let targets: Vec<Target> = selection.iter().map(|selection| selection.target(common)).collect();
        for target in &targets {
            target.check().map_err(|why| refusal(target, &why))?;
        }
        let (mut connections, mut refusals) = (Vec::new(), Vec::new());
        for (selection, target) in selection.iter().zip(&targets) {
            let aws = Aws::connect(target, pace).await.map_err(|why| why + &labels(target, &config));
            refusals.extend(aws.as_ref().err().map(|why| refusal(target, why)));
            let connected = aws.is_ok();
            let aws = aws.unwrap_or_else(|why| Aws::unconnected(target, &why));
            let journal = journal(false);
            let connection = selection.connection(target, executor(aws, &config, common, journal, &clock));
            connections.push(Connection { snapshot: connection.snapshot.filter(|_| connected), ..connection });
        }
        // An account that cannot be connected does not hide the others.
        if refusals.len() == connections.len() {
            return Err(refusals.concat());
        }
        name_apart(&mut connections);
        let session = Self { connections, config, clock, sim: None, recorder: None, replay: None };
        session.recorded(common, &source)
    }

    /// Returns what the pollers and joins of a connection begin with.
    #[must_use]
    pub fn observed(&self, connection: &Connection) -> Observed {
        let several = self.connections.len() > 1;
        let lives_here = |model: &&config::Model| {
            model.accounts.is_empty() || connection.label.as_ref().is_some_and(|label| model.accounts.contains(label))
        };
        #[expect(clippy::cast_precision_loss, reason = "a handful of accounts")]
        let share = 1.0 / self.connections.len().max(1) as f64;
        let preferences = Preferences {
            models: self.config.models.iter().filter(lives_here).cloned().collect(),
            omit_absent: several,
            max_cost_per_day: self.config.max_cost_per_day.map(|dollars| dollars * share),
            ..Preferences::of(&self.config)
        };
        Observed { preferences: Arc::new(preferences), at: (self.clock)(), ..Observed::default() }
    }
}

/// Formats the reason why an account cannot be connected, for the terminal.
fn refusal(target: &Target, why: &str) -> String {
    let who = target.called().map(|name| format!("{name}: ")).unwrap_or_default();
    format!("error: {who}{why}\n")
}

/// Lists the configured labels for a profile that does not exist, because one of them may have been meant.
fn labels(target: &Target, config: &Config) -> String {
    let labels: Vec<&str> = config.accounts.iter().filter_map(|account| account.label.as_deref()).collect();
    if target.label.is_some() || target.profile.is_none() || labels.is_empty() {
        return String::new();
    }
    format!("; the configuration calls its accounts {}", labels.join(", "))
}

/// Makes the executor, which makes and sends plans in an account.
fn executor(aws: Aws, config: &Config, common: &Common, journal: Journal, clock: &Clock) -> Executor {
    let access = Arc::new(AccessRules {
        read_only: common.read_only || config.read_only,
        accounts: config.accounts.clone(),
        stages: config.stages.clone(),
        freezes: config.freezes.clone(),
        caller: Caller::default(),
    });
    let (identity, clock, preferences) = ("unknown".to_owned(), clock.clone(), Arc::new(Preferences::of(config)));
    Executor { aws, access, lifted: BTreeMap::new(), journal, identity, clock, preferences }
}

/// Returns the journal of real accounts, or that of the simulated ones of `--demo`.
#[must_use]
pub fn journal(demo: bool) -> Journal {
    Journal::at(state_folder().join(if demo { "demo-journal.jsonl" } else { "journal.jsonl" }))
}

/// Returns the folder of the journal: the state directory, or the data directory where there is none.
fn state_folder() -> PathBuf {
    let folders = directories::ProjectDirs::from("", "", "sagetop");
    let state = folders.map(|d| d.state_dir().unwrap_or_else(|| d.data_local_dir()).to_owned());
    state.unwrap_or_else(|| std::env::temp_dir().join("sagetop"))
}

/// Returns the folder of the snapshots. It is a cache, because they can be made again at any time.
#[must_use]
pub fn snapshot_folder() -> PathBuf {
    let folders = directories::ProjectDirs::from("", "", "sagetop");
    folders.map_or_else(|| std::env::temp_dir().join("sagetop"), |d| d.cache_dir().to_owned()).join("snapshots")
}
