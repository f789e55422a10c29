//! The loop: wait → update → perform → draw. It owns all spawning but the pollers'.

mod console;
mod effects;
mod events;
mod keyboard;
mod pollers;
mod replay;

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use ratatui::Terminal;
use ratatui::backend::Backend;
use tokio::runtime::Handle;
use tokio::sync::mpsc;
use tokio::time::Instant;

use crate::app::{Account, App, Drill, Effect, Msg};
use crate::model::{self, Joined};
use crate::panes;
use crate::recording::{Recorder, Replay};
use crate::resources::poll::{Clock, Reader};
use crate::resources::{Seen, Snapshot};
use crate::session::Connection;
use crate::sim::Sim;
use crate::theme::Theme;
use crate::view::Screen;
use crate::widgets;

pub use console::console;
use effects::EffectRunner;
use events::{EventSource, LoopEvent};
pub use keyboard::Input;
use pollers::{AccountPollers, PollerSet};

/// How many messages may wait. While they wait, pollers do: a slow screen takes no memory.
const QUEUE: usize = 64;

/// A frame is drawn after this time even while messages keep coming.
const LONGEST_FRAME: Duration = Duration::from_millis(50);
/// The least time between two frames, as answers of AWS come in bursts. A key is drawn at once. After the list of models
/// alone followed the cursor, the rest of the screen is drawn this much later.
const SHORTEST_FRAME: Duration = Duration::from_millis(25);
/// An account with this many rows or more is joined on another thread.
const LARGE: usize = 1_000;
/// After `ctrl-z` and `fg` the signal to go on also comes as input. Within this time it is taken for the same signal.
const SAME_SIGNAL: Duration = Duration::from_millis(500);

/// What the loop works with besides the screen.
pub struct Machine {
    /// The accounts, in the order of their [`crate::resources::AccountId`]s.
    pub connections: Vec<Connection>,
    /// Where "now" comes from.
    pub clock: Clock,
    /// Puts a text into the clipboard.
    pub copy: fn(&str),
    /// Gives the terminal back, stops the program, and takes it over again when it goes on.
    pub suspend: fn() -> BoxFuture<'static, ()>,
    /// Takes the terminal over again after somebody else stopped the program.
    pub resume: fn(),
    /// The simulated account, when the progress of its drill is shown.
    pub sim: Option<Sim>,
    /// What records, if something does.
    pub recorder: Option<Recorder>,
    /// The recording that is played. Then nothing is polled.
    pub replay: Option<Replay>,
    /// Runs calls and large joins: the thread that waits for keys does neither.
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

    /// The pollers of all accounts; a recording has none.
    fn pollers(&self, app: &App, out: &mpsc::Sender<(Reader, Snapshot)>) -> PollerSet {
        let pollers = |account: &&Account| {
            let aws = self.connections.get(account.id.place())?.executor.aws.clone();
            let (id, clock) = (account.id, self.clock.clone());
            Some(AccountPollers::new(id, aws, account.seen.clone(), clock, out, &self.background))
        };
        let accounts = if self.replay.is_none() { app.accounts() } else { Vec::new() };
        PollerSet::new(accounts.iter().filter_map(pollers).collect(), self.recorder.clone())
    }
}

/// Runs the console until it is left or its input ends; effects the state back.
///
/// # Errors
/// When the terminal cannot be drawn to.
pub async fn run<B: Backend>(
    terminal: &mut Terminal<B>,
    mut app: App,
    machine: Machine,
    theme: &Theme,
    input: mpsc::Receiver<Input>,
) -> Result<App, B::Error> {
    let (answer, answers) = mpsc::channel(QUEUE);
    let (out, snapshots) = mpsc::channel(QUEUE);
    let pollers = machine.pollers(&app, &out);
    let events = EventSource::new(input, answers, snapshots);
    let effects = EffectRunner::new(machine, answer);
    app.update(effects.tick());
    let mut main = MainLoop { app, pollers, events, effects, painter: Painter::new(), went_on: None };
    let ended = main.turn(terminal, theme).await;
    if !matches!(ended, Ok(Exit::Left)) {
        // The terminal is lost. Calls that are being sent are answered all the same.
        main.effects.wait_for_calls(&mut main.events.input).await;
    }
    main.effects.save_tables(&main.app).await;
    ended.map(|_| main.app)
}

/// Why the loop ended.
enum Exit {
    /// Somebody left the console, and was asked about calls that were still being sent.
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
    /// When the program went on after it had stopped itself.
    went_on: Option<Instant>,
}

impl MainLoop {
    /// Waits, updates, performs and draws until the console is left or its input ends.
    async fn turn<B: Backend>(&mut self, terminal: &mut Terminal<B>, theme: &Theme) -> Result<Exit, B::Error> {
        self.painter.draw(terminal, &self.app, theme)?;
        // The first frame is drawn before the first call is made.
        self.pollers.start();
        self.effects.record(&self.app);
        self.effects.play();
        loop {
            let msg = match self.events.next(self.painter.due(), self.pollers.rests_at()).await {
                LoopEvent::Msg(msg) => *msg,
                LoopEvent::Polled(reader, snapshot) if self.pollers.accept(reader, &snapshot, &mut self.app) => {
                    Msg::Polled(reader.account, *snapshot)
                }
                LoopEvent::Second => self.effects.every_second(&mut self.app),
                LoopEvent::Polled(..) | LoopEvent::Nothing => continue,
                LoopEvent::Frame => {
                    self.painter.draw(terminal, &self.app, theme)?;
                    continue;
                }
                LoopEvent::CursorRests => {
                    self.pollers.cursor_rests(&self.app);
                    continue;
                }
                // The program had stopped itself and has taken the terminal over already.
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
                && !(at_once && self.painter.follow(terminal, &self.app, theme)?)
            {
                self.painter.draw(terminal, &self.app, theme)?;
            }
            self.pollers.publish(&self.app, polled, at_once);
            self.effects.drop_later(replaced);
        }
    }

    /// Does what `update` asked for.
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
            Some(Effect::Refresh(account)) => self.pollers.refresh(account),
            Some(effect) => self.effects.perform(effect, &self.app),
            None => {}
        }
        Ok(())
    }
}

/// The tables and models that a message replaces, where freeing them would keep a key waiting.
fn replaced(app: &App, msg: &Msg) -> Option<(Seen, Arc<Joined>)> {
    let (Msg::Polled(id, _) | Msg::Joined(id, _)) = msg else { return None };
    let account = app.account(*id).filter(|account| account.seen.store.rows() >= LARGE)?;
    Some((account.seen.clone(), account.joined.clone()))
}

/// Joins the tables that changed.
fn join(app: &mut App, events: &mut EventSource, background: &Handle) {
    while events.joining.is_empty()
        && let Some((id, tables)) = app.to_join()
    {
        // A small account is joined sooner than a thread would begin.
        if tables.store.rows() < LARGE {
            app.update(Msg::Joined(id, Box::new(model::join(&tables))));
        } else {
            events.join(id, tables, background);
        }
    }
}

/// Draws the screen when it looks different.
struct Painter {
    last: Option<Screen>,
    drawn: Instant,
    /// Since when only the list of models followed the cursor.
    follows: Option<Instant>,
    /// Something may look different since the last frame.
    pending: bool,
}

impl Painter {
    /// Nothing was drawn yet.
    fn new() -> Self {
        Self { last: None, drawn: Instant::now(), follows: None, pending: false }
    }

    /// Does the operator wait for what comes of this message? A screen of another size is drawn whole.
    fn is_urgent(&mut self, msg: &Msg) -> bool {
        if matches!(msg, Msg::Size(..)) {
            self.last = None;
        }
        matches!(msg, Msg::Key(_) | Msg::Paste(_) | Msg::Size(..))
    }

    /// Is a frame drawn now? Messages that wait are taken in first, so that a burst costs one frame, but only for a while.
    fn draws_now(&mut self, at_once: bool, more_waits: bool) -> bool {
        let since = self.drawn.elapsed();
        self.pending = true;
        let rested = at_once || since >= SHORTEST_FRAME;
        rested && (!more_waits || since > LONGEST_FRAME)
    }

    /// When the next frame is drawn, if one is pending.
    fn due(&self) -> Option<Instant> {
        self.pending.then(|| self.drawn + SHORTEST_FRAME)
    }

    /// The program goes on after somebody else stopped it: it takes the terminal over again.
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

    /// Another program had the screen: all of it is drawn again, in its present size.
    fn redraw_all<B: Backend>(&mut self, terminal: &mut Terminal<B>, app: &mut App) -> Result<(), B::Error> {
        terminal.swap_buffers();
        self.last = None;
        let size = terminal.size()?;
        app.update(Msg::Size(size.width, size.height));
        Ok(())
    }

    /// Draws only the list of models after a key that moved the cursor in it; the rest of the screen follows. False where
    /// all of it must be drawn.
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
