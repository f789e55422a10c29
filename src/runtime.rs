//! The loop: wait → update → perform → draw. It starts all tasks except the pollers.

mod chart_reader;
mod console;
mod effects;
mod events;
mod keyboard;
#[cfg(feature = "cloudwatchlogs")]
mod log_reader;
mod on_demand;
mod painter;
mod pollers;
mod process;
mod programs;
mod replay;
mod themes;
mod until;

use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use ratatui::Terminal;
use ratatui::backend::Backend;
use tokio::runtime::Handle;
use tokio::sync::mpsc;
use tokio::time::Instant;

use crate::app::{Account, App, Drill, Effect, Msg, Picture};
use crate::charts::ChartRequest;
use crate::config::Notify;
#[cfg(feature = "cloudwatchlogs")]
use crate::logs::LogRequest;
use crate::model::{self, Joined};
use crate::panes;
use crate::recording::{Recorder, Replay};
use crate::resources::poll::{Clock, Reader};
use crate::resources::{Observed, TableUpdate};
use crate::session::{ChoicesFile, Connection};
use crate::sim::Sim;
use crate::terminal::{Pause, Ways};
use crate::widgets::picture;

pub use console::{check, console};
use effects::EffectRunner;
use events::{EventSource, LoopEvent};
pub use keyboard::Input;
use on_demand::OnDemand;
use painter::Painter;
use pollers::{AccountPollers, PollerSet};
pub use themes::Themes;

/// The maximum number of waiting messages. If the queue is full, pollers wait, so a slow screen needs no extra
/// memory.
const QUEUE: usize = 64;

/// The minimum number of rows of an account that is joined on another thread.
const LARGE: usize = 1_000;
/// After `ctrl-z` and `fg` the signal to continue also arrives as input. Within this time it is treated as the same
/// signal.
const SAME_SIGNAL: Duration = Duration::from_millis(500);

/// The parts of the program that the loop uses, besides the screen.
pub struct Machine {
    /// The file of what the operator chose on the screen. Without one, nothing is kept.
    pub choices: Option<ChoicesFile>,
    /// The accounts, in the order of their [`crate::resources::AccountId`]s.
    pub connections: Vec<Connection>,
    /// The source of the present time.
    pub clock: Clock,
    /// Copies a text to the clipboard.
    pub copy: fn(&str),
    /// Takes the mouse, or leaves it to the terminal.
    pub mouse: fn(bool),
    /// Tells something through the terminal.
    pub alert: fn(&str, Ways),
    /// The reactions to a model that breaks.
    pub notify: Notify,
    /// Restores the terminal, stops the program, and takes over the terminal again when the program continues.
    pub suspend: fn() -> BoxFuture<'static, ()>,
    /// Gives the terminal to a command until it ends, and takes it over again. Returns why the command failed.
    pub foreground: fn(Command, Pause) -> BoxFuture<'static, Result<(), String>>,
    /// Takes over the terminal again after the program was stopped from outside.
    pub resume: fn(),
    /// The simulated account, if the progress of its drill is shown.
    pub sim: Option<Sim>,
    /// The recorder, if the session is recorded.
    pub recorder: Option<Recorder>,
    /// The recording that is played. During a replay nothing is polled.
    pub replay: Option<Replay>,
    /// The folder for files that the operator asks for.
    pub folder: PathBuf,
    /// Runs calls and large joins. The thread that waits for keys does neither.
    pub background: Handle,
}

impl std::fmt::Debug for Machine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Machine").field("connections", &self.connections).finish_non_exhaustive()
    }
}

impl Machine {
    fn drill(&self) -> Option<Drill> {
        let state = self.sim.as_ref()?.drill()?;
        Some(Drill { task: state.task, fix: state.fix, solved: state.fixed_after })
    }

    /// Makes the pollers of all accounts. A replay has none.
    fn pollers(&self, app: &App, out: &mpsc::Sender<(Reader, TableUpdate)>) -> PollerSet {
        let pollers = |account: &&Account| {
            let aws = self.connections.get(account.id.place())?.executor.aws.clone();
            let (id, clock) = (account.id, self.clock.clone());
            Some(AccountPollers::new(id, aws, account.observed.clone(), clock, out, &self.background))
        };
        let accounts = if self.replay.is_none() { app.accounts() } else { Vec::new() };
        PollerSet::new(accounts.iter().filter_map(pollers).collect(), self.recorder.clone())
    }
}

/// Runs the console until the operator quits or its input ends. Returns the state.
///
/// # Errors
/// The error of the terminal, if it cannot be drawn to.
pub async fn run<B: Backend>(
    terminal: &mut Terminal<B>,
    mut app: App,
    machine: Machine,
    themes: Themes,
    input: mpsc::Receiver<Input>,
) -> Result<App, B::Error> {
    let (answer, answers) = mpsc::channel(QUEUE);
    let (out, updates) = mpsc::channel(QUEUE);
    let pollers = machine.pollers(&app, &out);
    let events = EventSource::new(input, answers, updates);
    let effects = EffectRunner::new(machine, answer, &app);
    app.update(effects.tick());
    let mut main = MainLoop {
        app,
        pollers,
        events,
        effects,
        painter: Painter::new(),
        themes,
        #[cfg(feature = "cloudwatchlogs")]
        logs: OnDemand::default(),
        charts: OnDemand::default(),
        went_on: None,
    };
    let ended = main.turn(terminal).await;
    if !matches!(ended, Ok(Exit::Left)) {
        // The terminal is lost, but calls that are being sent still need their answers.
        main.effects.wait_for_calls(&mut main.events.input).await;
    }
    main.effects.save_all(&mut main.app).await;
    ended.map(|_| main.app)
}

/// The reason why the loop ended.
enum Exit {
    /// A request to quit ended the loop. `update` held it back while calls were being sent, unless it came twice.
    Left,
    /// The terminal is gone.
    Lost,
}

/// The parts of the loop.
struct MainLoop {
    app: App,
    pollers: PollerSet,
    events: EventSource,
    effects: EffectRunner,
    painter: Painter,
    themes: Themes,
    #[cfg(feature = "cloudwatchlogs")]
    logs: OnDemand<LogRequest>,
    charts: OnDemand<ChartRequest>,
    /// The time when the program continued after it had suspended itself.
    went_on: Option<Instant>,
}

impl MainLoop {
    /// Waits, updates, performs and draws until the operator quits or the input ends.
    async fn turn<B: Backend>(&mut self, terminal: &mut Terminal<B>) -> Result<Exit, B::Error> {
        self.painter.draw(terminal, &self.app, self.themes.theme())?;
        // The first frame is drawn before the first call is made.
        self.pollers.start();
        self.effects.record(&self.app);
        self.effects.play();
        loop {
            let msg = match self.events.next(self.painter.due(), self.pollers.rests_at()).await {
                LoopEvent::Msg(msg) => *msg,
                LoopEvent::Polled(reader, update) if self.pollers.accept(reader, &update, &mut self.app) => {
                    Msg::Polled(reader.account, *update)
                }
                LoopEvent::Second => {
                    if let Some(name) = self.themes.rewritten() {
                        self.put_on(&name);
                    }
                    self.effects.every_second(&mut self.app)
                }
                LoopEvent::Polled(..) | LoopEvent::Nothing => continue,
                LoopEvent::Frame => {
                    self.painter.draw(terminal, &self.app, self.themes.theme())?;
                    continue;
                }
                LoopEvent::CursorRests => {
                    self.pollers.cursor_rests(&self.app);
                    continue;
                }
                // The program suspended itself and has taken over the terminal already.
                LoopEvent::GoesOn if is_recent(self.went_on) => continue,
                LoopEvent::GoesOn => self.painter.go_on(terminal, &mut self.app, &self.effects)?,
                LoopEvent::End => return Ok(Exit::Lost),
            };
            let polled = if let Msg::Polled(account, _) = &msg { Some(*account) } else { None };
            let at_once = self.painter.is_urgent(&msg);
            let replaced = replaced(&self.app, &msg);
            let effect = self.app.update(msg);
            for alert in join(&mut self.app, &mut self.events, &self.effects.machine.background) {
                self.effects.perform(alert, &self.app);
            }
            self.effects.record(&self.app);
            if effect == Some(Effect::Quit) {
                return Ok(Exit::Left);
            }
            self.perform(effect, terminal).await?;
            let waits = if at_once { !self.events.input.is_empty() } else { !self.events.is_empty() };
            if self.painter.draws_now(at_once, waits)
                && !(at_once && self.painter.follow(terminal, &self.app, self.themes.theme())?)
            {
                self.painter.draw(terminal, &self.app, self.themes.theme())?;
            }
            self.pollers.publish(&self.app, polled, at_once);
            self.read_on_demand();
            self.effects.drop_later(replaced);
        }
    }

    /// Reads the log and the series that the screen shows now.
    fn read_on_demand(&mut self) {
        let (machine, answer) = (&self.effects.machine, &self.effects.answer);
        #[cfg(feature = "cloudwatchlogs")]
        self.logs.want(self.app.log_request(), |request| log_reader::start(request, machine, answer));
        self.charts.want(self.app.chart_request(), |request| chart_reader::start(request, machine, answer));
    }

    /// Puts a theme in force. The whole screen is drawn again with it.
    fn put_on(&mut self, name: &str) {
        if let Err(why) = self.themes.put_on(name) {
            self.app.update(Msg::Failed(why));
        }
        self.painter.last = None;
    }

    /// Writes the screen to a file.
    fn draw_to_file(&mut self, stem: String, form: Picture) {
        let drawn = picture::drawn(&panes::screen(&self.app), self.themes.theme(), self.app.size);
        let (extension, text) = match form {
            Picture::Svg => ("svg", picture::svg(&drawn, "sagetop")),
            Picture::Text => ("txt", picture::text(&drawn)),
        };
        self.effects.write(stem, extension, text);
    }

    /// Carries out an effect.
    async fn perform<B: Backend>(
        &mut self,
        effect: Option<Effect>,
        terminal: &mut Terminal<B>,
    ) -> Result<(), B::Error> {
        match effect {
            Some(Effect::Suspend) => {
                (self.effects.machine.suspend)().await;
                self.went_on = Some(Instant::now());
                self.painter.redraw_all(terminal, &mut self.app)?;
                self.app.update(self.effects.tick());
            }
            Some(Effect::LogIn(account, command)) => {
                let ended = match process::command(&command, &[]) {
                    Some(command) => (self.effects.machine.foreground)(command, Pause::OnFailure).await,
                    None => Err("there is no command".to_owned()),
                };
                self.painter.redraw_all(terminal, &mut self.app)?;
                self.app.update(self.effects.tick());
                self.app.update(Msg::LoggedIn(account, ended));
                self.pollers.refresh(account);
            }
            Some(Effect::Theme(name)) => self.put_on(&name),
            Some(Effect::Refresh(account)) => self.pollers.refresh(account),
            Some(Effect::Foreground(invocation)) => {
                let told = self.effects.run_in_foreground(&invocation).await;
                self.painter.redraw_all(terminal, &mut self.app)?;
                self.app.update(self.effects.tick());
                self.app.update(told);
            }
            Some(Effect::Draw { stem, picture }) => self.draw_to_file(stem, picture),
            Some(effect) => self.effects.perform(effect, &self.app),
            None => {}
        }
        Ok(())
    }
}

/// Is this so short a time ago that a signal is the same?
fn is_recent(at: Option<Instant>) -> bool {
    at.is_some_and(|at| at.elapsed() < SAME_SIGNAL)
}

/// Returns the tables and models that a message replaces, if freeing them would delay a key.
fn replaced(app: &App, msg: &Msg) -> Option<(Observed, Arc<Joined>)> {
    let (Msg::Polled(id, _) | Msg::Joined(id, _)) = msg else { return None };
    let account = app.account(*id).filter(|account| account.observed.store.rows() >= LARGE)?;
    Some((account.observed.clone(), account.joined.clone()))
}

/// Joins the tables that changed. Returns what is to be done about the new models.
fn join(app: &mut App, events: &mut EventSource, background: &Handle) -> Vec<Effect> {
    let mut effects = Vec::new();
    while events.joining.is_empty()
        && let Some((id, tables)) = app.to_join()
    {
        // A small account is joined faster than a thread would start.
        if tables.store.rows() < LARGE {
            effects.extend(app.update(Msg::Joined(id, Box::new(model::join(&tables)))));
        } else {
            events.join(id, tables, background);
        }
    }
    effects
}
