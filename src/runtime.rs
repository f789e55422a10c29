//! The loop: wait → update → perform → draw. It starts all tasks except the pollers.

mod chart_reader;
mod console;
mod effects;
mod events;
mod keyboard;
#[cfg(feature = "cloudwatchlogs")]
mod log_reader;
mod on_demand;
mod pollers;
mod replay;
mod themes;
mod until;

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use ratatui::Terminal;
use ratatui::backend::Backend;
use tokio::runtime::Handle;
use tokio::sync::mpsc;
use tokio::time::Instant;

use crate::app::{Account, App, Drill, Effect, Msg};
use crate::charts::ChartRequest;
#[cfg(feature = "cloudwatchlogs")]
use crate::logs::LogRequest;
use crate::model::{self, Joined};
use crate::panes;
use crate::recording::{Recorder, Replay};
use crate::resources::poll::{Clock, Reader};
use crate::resources::{Observed, TableUpdate};
use crate::session::{ChoicesFile, Connection};
use crate::sim::Sim;
use crate::theme::Theme;
use crate::view::Screen;
use crate::widgets;

pub use console::{check, console};
use effects::EffectRunner;
use events::{EventSource, LoopEvent};
pub use keyboard::Input;
use on_demand::OnDemand;
use pollers::{AccountPollers, PollerSet};
pub use themes::Themes;

/// The maximum number of waiting messages. If the queue is full, pollers wait, so a slow screen needs no extra
/// memory.
const QUEUE: usize = 64;

/// The maximum time between two frames while messages keep arriving.
const LONGEST_FRAME: Duration = Duration::from_millis(50);
/// The minimum time between two frames, because answers of AWS arrive in bursts. A key is drawn at once. If only the
/// list followed the cursor, the rest of the screen is drawn after this time.
const SHORTEST_FRAME: Duration = Duration::from_millis(25);
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
    /// Restores the terminal, stops the program, and takes over the terminal again when the program continues.
    pub suspend: fn() -> BoxFuture<'static, ()>,
    /// Gives the terminal to a command until it ends, and takes it over again. Returns why the command failed.
    pub foreground: fn(Vec<String>) -> BoxFuture<'static, Result<(), String>>,
    /// Takes over the terminal again after the program was stopped from outside.
    pub resume: fn(),
    /// The simulated account, if the progress of its drill is shown.
    pub sim: Option<Sim>,
    /// The recorder, if the session is recorded.
    pub recorder: Option<Recorder>,
    /// The recording that is played. During a replay nothing is polled.
    pub replay: Option<Replay>,
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
                LoopEvent::GoesOn if self.went_on.is_some_and(|at| at.elapsed() < SAME_SIGNAL) => continue,
                LoopEvent::GoesOn => self.painter.go_on(terminal, &mut self.app, &self.effects)?,
                LoopEvent::End => return Ok(Exit::Lost),
            };
            let polled = if let Msg::Polled(account, _) = &msg { Some(*account) } else { None };
            let at_once = self.painter.is_urgent(&msg);
            let replaced = replaced(&self.app, &msg);
            let effect = self.app.update(msg);
            join(&mut self.app, &mut self.events, &self.effects.machine.background);
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
            self.app.update(Msg::ThemeFailed(why));
        }
        self.painter.last = None;
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
                let ended = (self.effects.machine.foreground)(command).await;
                self.painter.redraw_all(terminal, &mut self.app)?;
                self.app.update(self.effects.tick());
                self.app.update(Msg::LoggedIn(account, ended));
                self.pollers.refresh(account);
            }
            Some(Effect::Theme(name)) => self.put_on(&name),
            Some(Effect::Refresh(account)) => self.pollers.refresh(account),
            Some(effect) => self.effects.perform(effect, &self.app),
            None => {}
        }
        Ok(())
    }
}

/// Returns the tables and models that a message replaces, if freeing them would delay a key.
fn replaced(app: &App, msg: &Msg) -> Option<(Observed, Arc<Joined>)> {
    let (Msg::Polled(id, _) | Msg::Joined(id, _)) = msg else { return None };
    let account = app.account(*id).filter(|account| account.observed.store.rows() >= LARGE)?;
    Some((account.observed.clone(), account.joined.clone()))
}

/// Joins the tables that changed.
fn join(app: &mut App, events: &mut EventSource, background: &Handle) {
    while events.joining.is_empty()
        && let Some((id, tables)) = app.to_join()
    {
        // A small account is joined faster than a thread would start.
        if tables.store.rows() < LARGE {
            app.update(Msg::Joined(id, Box::new(model::join(&tables))));
        } else {
            events.join(id, tables, background);
        }
    }
}

/// Draws the screen if it has changed.
struct Painter {
    last: Option<Screen>,
    drawn: Instant,
    /// The time since when only the list followed the cursor.
    follows: Option<Instant>,
    /// May the screen have changed since the last frame?
    pending: bool,
}

impl Painter {
    /// Makes a painter that has drawn nothing yet.
    fn new() -> Self {
        Self { last: None, drawn: Instant::now(), follows: None, pending: false }
    }

    /// Does the operator wait for the result of this message? After a change of size the whole screen is drawn.
    fn is_urgent(&mut self, msg: &Msg) -> bool {
        if matches!(msg, Msg::Size(..)) {
            self.last = None;
        }
        matches!(msg, Msg::Key(_) | Msg::Mouse(..) | Msg::Paste(_) | Msg::Size(..))
    }

    /// Is a frame drawn now? Waiting messages are processed first, so that a burst needs only one frame, but not for
    /// too long.
    fn draws_now(&mut self, at_once: bool, more_waits: bool) -> bool {
        let since = self.drawn.elapsed();
        self.pending = true;
        let rested = at_once || since >= SHORTEST_FRAME;
        rested && (!more_waits || since > LONGEST_FRAME)
    }

    /// Returns the time of the next frame, if one is pending.
    fn due(&self) -> Option<Instant> {
        self.pending.then(|| self.drawn + SHORTEST_FRAME)
    }

    /// Takes over the terminal again after the program was stopped from outside.
    fn go_on<B: Backend>(
        &mut self,
        terminal: &mut Terminal<B>,
        app: &mut App,
        effects: &EffectRunner,
    ) -> Result<Msg, B::Error> {
        (effects.machine.resume)();
        self.redraw_all(terminal, app)?;
        Ok(effects.tick())
    }

    /// Draws the whole screen in its present size, because another program used it.
    fn redraw_all<B: Backend>(&mut self, terminal: &mut Terminal<B>, app: &mut App) -> Result<(), B::Error> {
        terminal.swap_buffers();
        self.last = None;
        let size = terminal.size()?;
        app.update(Msg::Size(size.width, size.height));
        Ok(())
    }

    /// Draws only the list after a key that moved the cursor in it. The rest of the screen is drawn later. Returns
    /// false if all of it must be drawn.
    fn follow<B: Backend>(&mut self, terminal: &mut Terminal<B>, app: &App, theme: &Theme) -> Result<bool, B::Error> {
        let now = Instant::now();
        let since = *self.follows.get_or_insert(now);
        let Some(screen) = self.last.as_mut().filter(|_| now - since < LONGEST_FRAME) else { return Ok(false) };
        if !panes::follow(app, screen) {
            return Ok(false);
        }
        terminal.draw(|frame| widgets::draw(screen, theme, frame))?;
        (self.drawn, self.pending) = (now, true);
        Ok(true)
    }

    fn draw<B: Backend>(&mut self, terminal: &mut Terminal<B>, app: &App, theme: &Theme) -> Result<(), B::Error> {
        (self.drawn, self.pending, self.follows) = (Instant::now(), false, None);
        let screen = panes::screen(app);
        if self.last.as_ref() == Some(&screen) {
            return Ok(());
        }
        terminal.draw(|frame| widgets::draw(&screen, theme, frame))?;
        self.last = Some(screen);
        Ok(())
    }
}
