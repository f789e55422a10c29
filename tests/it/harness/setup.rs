//! The setup and the start of a console.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, SystemTime};

use aws_smithy_runtime_api::client::http::SharedHttpClient;
use jiff::{Timestamp, tz::TimeZone};
use ratatui::Terminal;
use sagetop::app::{App, Settled};
use sagetop::assets::Assets;
use sagetop::aws::{Aws, Pace, Renewal, StandIn};
use sagetop::config::{Config, Source};
use sagetop::intents::{AccessRules, Executor};
use sagetop::journal::{Entry, Journal};
use sagetop::recording::Recording;
use sagetop::resources::Preferences;
use sagetop::resources::poll::Clock;
use sagetop::runtime::{Machine, Themes, run};
use sagetop::session::{ChoicesFile, Connection, Session};
use sagetop::sim::{Settings, Sim, Story};
use sagetop::theme::Theme;
use sagetop::update::NAMES;
use sagetop::view::Tone;
use tokio::sync::mpsc;

use super::Harness;
use super::screen::Shared;
use super::shell::{alert, copy, foreground, mouse, resume, suspend};

/// The begin of every story: 23 November 2026, 03:10 UTC.
const NIGHT: u64 = 1_795_403_400;

/// The settings of a console to start.
pub(crate) struct Setup {
    pub(super) story: String,
    pub(super) size: (u16, u16),
    pub(super) theme: Theme,
    pub(super) access: AccessRules,
    pub(super) settings: Settings,
    pub(super) pace: Pace,
    pub(super) record: Option<PathBuf>,
    pub(super) replay: Option<(Recording, f64)>,
    pub(super) config: String,
    pub(super) beside: Vec<(&'static str, &'static str)>,
    pub(super) choices: Option<PathBuf>,
    pub(super) login: Option<Renewal>,
}

impl Setup {
    /// Sets the columns and rows of the terminal.
    pub(crate) fn size(self, columns: u16, rows: u16) -> Self {
        Self { size: (columns, rows), ..self }
    }

    /// Uses a theme other than that of the goldens.
    pub(crate) fn theme(self, theme: Theme) -> Self {
        Self { theme, ..self }
    }

    /// Adds resources to the account of the story, and sets the duration of every answer.
    pub(crate) fn scale(self, scale: &str, latency: Duration) -> Self {
        let settings = Settings { scale: scale.parse().unwrap(), latency, ..self.settings };
        Self { settings, ..self }
    }

    /// Sets the pace of the console, which is unlimited on a simulated account.
    pub(crate) fn pace(self, pace: Pace) -> Self {
        Self { pace, ..self }
    }

    /// Uses a configuration other than that of the simulated account.
    pub(crate) fn config(self, config: &str) -> Self {
        Self { config: config.to_owned(), ..self }
    }

    /// Watches a further account, with its region and its bundled story.
    pub(crate) fn beside(mut self, region: &'static str, story: &'static str) -> Self {
        self.beside.push((region, story));
        self
    }

    /// Keeps what is chosen on the screen in a folder, and begins with what is there.
    pub(crate) fn choices(self, folder: &Path) -> Self {
        Self { choices: Some(folder.to_owned()), ..self }
    }

    /// Makes the account one of a profile that this renews.
    pub(crate) fn login(self, login: Renewal) -> Self {
        Self { login: Some(login), ..self }
    }

    /// Forbids writes, as `--read-only` does.
    pub(crate) fn read_only(self) -> Self {
        Self { access: AccessRules::read_only(), ..self }
    }

    fn parsed(&self) -> Config {
        let source = Source { file: "demo.toml".into(), text: self.config.clone() };
        Config::parse(&source).unwrap_or_else(|e| panic!("{e}"))
    }

    /// Creates a session on the simulated accounts. It is recorded if that was requested.
    fn simulated(&self, sims: &[Sim], clock: &Clock, folder: &Path) -> Session {
        let config = self.parsed();
        let connection = |sim: &Sim| {
            let aws = Aws::over_at(&SharedHttpClient::new(sim.clone()), &sim.region(), self.pace);
            let journal = Journal::at(folder.join("journal.jsonl"));
            let (identity, clock) = ("unknown".to_owned(), clock.clone());
            let (freezes, stages) = (config.freezes.clone(), config.stages.clone());
            let access = AccessRules { freezes, stages, ..self.access.clone() };
            let (access, preferences) = (Arc::new(access), Arc::new(Preferences::of(&config)));
            let lifted = std::collections::BTreeMap::new();
            let executor = Executor { aws, access, lifted, journal, identity, clock, preferences };
            let login = self.login.clone();
            Connection { stand_in: Some(StandIn::Demo), login, ..Connection::only(executor) }
        };
        let (connections, clock) = (sims.iter().map(connection).collect(), clock.clone());
        let sim = sims.first().cloned();
        let mut session = Session { connections, config, clock, sim, recorder: None, replay: None };
        if let Some(file) = &self.record {
            session.record(file, &self.config).unwrap();
        }
        session
    }

    /// Creates the initial state of the console.
    fn app(&self, session: &Session) -> App {
        let keymap = session.config.keymap.as_deref().unwrap_or("default");
        let mut keymap = Assets::default().keymap(keymap, NAMES).unwrap_or_else(|e| panic!("{e}"));
        let source = Source { file: "demo.toml".into(), text: self.config.clone() };
        keymap.bind(&session.config.commands, &source).unwrap_or_else(|e| panic!("{e}"));
        let mut app = session.app(keymap);
        (app.zone, app.size) = (TimeZone::UTC, self.size);
        if self.login.is_some() {
            app.here.profiles = ["default", "retail-prod"].map(str::to_owned).to_vec();
        }
        if let Some(folder) = &self.choices {
            let (choices, told) = ChoicesFile::at(folder).read();
            app.recall(choices, Settled { theme: String::new(), mouse: true, accounts: session.accounts() });
            app.message = told.map(|text| (Tone::Warn, text));
        }
        app
    }

    /// Creates the simulated accounts, and the clock that the console shares with them.
    fn accounts(&self) -> (Vec<Sim>, Clock) {
        let began = tokio::time::Instant::now();
        // The console and the account get the same time in two types.
        let since_1970 = move || Duration::from_secs(NIGHT) + began.elapsed();
        let clock: Clock = Arc::new(move || Timestamp::UNIX_EPOCH + since_1970());
        let mut stories = vec![(self.settings.region.clone(), self.story.clone())];
        let further = self
            .beside
            .iter()
            .map(|(region, story)| (Some((*region).to_owned()), Sim::story(story).unwrap_or(story).to_owned()));
        stories.extend(further);
        let account = |(region, story): &(Option<String>, String)| {
            let story = Story::parse(story).unwrap_or_else(|e| panic!("{e}"));
            let settings = Settings { region: region.clone(), ..self.settings.clone() };
            Sim::with(&story, Arc::new(move || SystemTime::UNIX_EPOCH + since_1970()), &settings)
        };
        (stories.iter().map(account).collect(), clock)
    }

    /// Creates the clients of the account alone, without a console that reads it.
    pub(crate) fn bare(self) -> Bare {
        let (sims, clock) = self.accounts();
        let folder = folder();
        let session = self.simulated(&sims, &clock, &folder);
        let executor = session.connections.first().unwrap().executor.clone();
        Bare { executor, sim: sims.first().unwrap().clone(), folder }
    }

    /// Starts the loop; returns after the first frame was drawn.
    pub(crate) async fn start(self) -> Harness {
        fastrand::seed(7);
        let (sims, clock) = self.accounts();
        let folder = folder();
        let session = match &self.replay {
            Some((recording, speed)) => Session::playing(recording.clone(), self.parsed(), *speed),
            None => self.simulated(&sims, &clock, &folder),
        };
        let executor = session.connections.first().unwrap().executor.clone();
        let app = self.app(&session);
        let Session { connections, clock, recorder, replay, config, .. } = session;
        let notify = config.notify;
        let (kept, played, background) = (recorder.clone(), replay.clone(), tokio::runtime::Handle::current());
        let choices = self.choices.as_deref().map(ChoicesFile::at);
        let (sim, files) = (None, folder.join("files"));
        let machine = Machine {
            choices,
            connections,
            clock,
            copy,
            mouse,
            alert,
            notify,
            suspend,
            foreground,
            resume,
            sim,
            recorder,
            replay,
            folder: files,
            background,
        };
        let screen = Shared::new(self.size, executor.aws.meter.clone());
        let (input, events) = mpsc::channel(64);
        let mut terminal = Terminal::new(screen.clone()).unwrap();
        let themes = Themes::only(self.theme);
        let console =
            tokio::spawn(
                async move { drop(Box::pin(run(&mut terminal, app, machine, themes, events)).await.unwrap()) },
            );
        tokio::task::yield_now().await;
        Harness { screen, input: Some(input), console, executor, sims, recorder: kept, replay: played, folder }
    }

    /// Starts the loop and waits until the account has been read.
    pub(crate) async fn ready(self) -> Harness {
        let mut t = self.start().await;
        t.run_for("3s").await;
        t
    }
}

/// The clients of a simulated account, without a console.
pub(crate) struct Bare {
    /// The clients, the journal and the clock.
    pub(crate) executor: Executor,
    /// The account.
    pub(crate) sim: Sim,
    folder: PathBuf,
}

impl Bare {
    /// Returns the entries of the journal, oldest first.
    pub(crate) fn journal(&self) -> Vec<Entry> {
        self.executor.journal.tail(1000).unwrap().entries
    }
}

impl Drop for Bare {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// Returns a new folder for each console. It is deleted with the harness.
fn folder() -> PathBuf {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let name = format!("console-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(name)
}
