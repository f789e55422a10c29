//! The loop: wait → update → perform → draw. It owns all spawning but the pollers'.

mod console;
mod hands;
mod inbox;
mod keyboard;
mod replay;
mod watch;

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
use hands::Hands;
use inbox::{Came, Inbox};
pub use keyboard::Input;
use watch::{Watch, Watches};

/// Messages that may wait; a slow screen slows the polling, never the memory.
const QUEUE: usize = 64;

/// However much there is to take in, it is seen within this time.
const LONGEST_FRAME: Duration = Duration::from_millis(50);
/// Between two frames that nobody asked for: answers of AWS come in bursts. A key is answered at once. So long after the
/// list of models followed the cursor the rest of the screen does.
const SHORTEST_FRAME: Duration = Duration::from_millis(25);
/// Rows of all tables from which on they are joined on a thread of its own.
const LARGE: usize = 1_000;
/// After `ctrl-z` and `fg` the signal to go on comes a second time, as input. Within this time it is that same signal.
const SAME_SIGNAL: Duration = Duration::from_millis(500);

/// What the loop works with besides the screen.
pub struct Machine {
    /// The accounts; the place of each is that of [`crate::app::Account`].
    pub connections: Vec<Connection>,
    /// Where "now" comes from.
    pub clock: Clock,
    /// Puts a text into the clipboard.
    pub copy: fn(&str),
    /// Gives the terminal back, stops the program, and takes it over again when it goes on.
    pub suspend: fn() -> BoxFuture<'static, ()>,
    /// Takes the terminal over again after somebody else stopped the program.
    pub resume: fn(),
    /// The simulated account, when its drills are to be told.
    pub sim: Option<Sim>,
    /// What records, if something does.
    pub recorder: Option<Recorder>,
    /// The recording that is played. Then nothing is polled.
    pub replay: Option<Replay>,
    /// Where calls and large joins are worked on: not on the thread that waits for keys.
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
    fn watches(&self, app: &App, out: &mpsc::Sender<(Reader, Snapshot)>) -> Watches {
        let watch = |account: &&Account| {
            let aws = self.connections.get(account.id.place())?.executor.aws.clone();
            let (id, clock) = (account.id, self.clock.clone());
            Some(Watch::new(id, aws, account.seen.clone(), clock, out, &self.background))
        };
        let accounts = if self.replay.is_none() { app.accounts() } else { Vec::new() };
        Watches::new(accounts.iter().filter_map(watch).collect(), self.recorder.clone())
    }
}

/// Runs the console until it is left or its input ends; hands the state back.
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
    let watches = machine.watches(&app, &out);
    let inbox = Inbox::new(input, answers, snapshots);
    let hands = Hands::new(machine, answer);
    app.update(hands.tick());
    let mut main = MainLoop { app, watches, inbox, hands, painter: Painter::new(), went_on: None };
    let ended = main.turn(terminal, theme).await;
    if !matches!(ended, Ok(Over::Left)) {
        // The terminal is lost: calls that are being sent come to their end all the same.
        main.hands.settle(&mut main.inbox.input).await;
    }
    main.hands.leave(&main.app).await;
    ended.map(|_| main.app)
}

/// Why the loop ended.
enum Over {
    /// Somebody left the console; what is still being sent was told.
    Left,
    /// The terminal is gone.
    Lost,
}

/// The parts of the loop.
struct MainLoop {
    app: App,
    watches: Watches,
    inbox: Inbox,
    hands: Hands,
    painter: Painter,
    /// When the program went on after it stopped itself.
    went_on: Option<Instant>,
}

impl MainLoop {
    /// Waits, updates, performs and draws until the console is left or its input ends.
    async fn turn<B: Backend>(&mut self, terminal: &mut Terminal<B>, theme: &Theme) -> Result<Over, B::Error> {
        self.painter.draw(terminal, &self.app, theme)?;
        // The first frame stands before the first call is made.
        self.watches.start();
        self.hands.record(&self.app);
        self.hands.play();
        loop {
            let msg = match self.inbox.next(self.painter.due(), self.watches.rests()).await {
                Came::Msg(msg) => *msg,
                Came::Read(reader, snapshot) if self.watches.takes(reader, &snapshot, &mut self.app) => {
                    Msg::Polled(reader.account, *snapshot)
                }
                Came::Second => self.hands.second(&mut self.app),
                Came::Read(..) | Came::Nothing => continue,
                Came::Frame => {
                    self.painter.draw(terminal, &self.app, theme)?;
                    continue;
                }
                Came::Rest => {
                    self.watches.rest(&self.app);
                    continue;
                }
                // The program had stopped itself, and the terminal is taken over already.
                Came::GoesOn if self.went_on.is_some_and(|at| at.elapsed() < SAME_SIGNAL) => continue,
                Came::GoesOn => self.painter.go_on(terminal, &mut self.app, &self.hands)?,
                Came::End => return Ok(Over::Lost),
            };
            let polled = if let Msg::Polled(place, _) = &msg { Some(*place) } else { None };
            let at_once = self.painter.takes_note(&msg);
            let replaced = replaced(&self.app, &msg);
            let effect = self.app.update(msg);
            join(&mut self.app, &mut self.inbox, &self.hands.machine.background);
            self.hands.record(&self.app);
            if effect == Some(Effect::Quit) {
                return Ok(Over::Left);
            }
            self.perform(effect, terminal).await?;
            let waits = if at_once { !self.inbox.input.is_empty() } else { !self.inbox.is_empty() };
            if self.painter.draws(at_once, waits) && !(at_once && self.painter.follow(terminal, &self.app, theme)?) {
                self.painter.draw(terminal, &self.app, theme)?;
            }
            self.watches.publish(&self.app, polled, at_once);
            self.hands.free(replaced);
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
                (self.hands.machine.suspend)().await;
                self.went_on = Some(Instant::now());
                self.painter.anew(terminal, &mut self.app)?;
                self.app.update(self.hands.tick());
            }
            Some(Effect::Refresh(place)) => self.watches.refresh(place),
            Some(effect) => self.hands.perform(effect, &self.app),
            None => {}
        }
        Ok(())
    }
}

/// What a message takes the place of, where it is so much that freeing it would keep a key waiting.
fn replaced(app: &App, msg: &Msg) -> Option<(Seen, Arc<Joined>)> {
    let (Msg::Polled(place, _) | Msg::Joined(place, _)) = msg else { return None };
    let account = app.account(*place).filter(|account| account.seen.store.rows() >= LARGE)?;
    Some((account.seen.clone(), account.joined.clone()))
}

/// Joins the tables that changed.
fn join(app: &mut App, inbox: &mut Inbox, background: &Handle) {
    while inbox.joining.is_empty()
        && let Some((place, tables)) = app.to_join()
    {
        // What is joined in less time than a thread takes to begin is joined here.
        if tables.store.rows() < LARGE {
            app.update(Msg::Joined(place, Box::new(model::join(&tables))));
        } else {
            inbox.join(place, tables, background);
        }
    }
}

/// Draws when something looks different, and only then.
struct Painter {
    last: Option<Screen>,
    drawn: Instant,
    /// Since when nothing but the list of models followed the cursor.
    follows: Option<Instant>,
    /// Something may look different since then.
    owed: bool,
}

impl Painter {
    /// Nothing was drawn yet.
    fn new() -> Self {
        Self { last: None, drawn: Instant::now(), follows: None, owed: false }
    }

    /// Does the operator wait for what comes of this? A screen of another size is drawn whole.
    fn takes_note(&mut self, msg: &Msg) -> bool {
        if matches!(msg, Msg::Size(..)) {
            self.last = None;
        }
        matches!(msg, Msg::Key(_) | Msg::Paste(_) | Msg::Size(..))
    }

    /// Is a frame to be drawn now, or owed? Whatever waits is taken in before, so that a burst costs one frame, but never
    /// a long wait.
    fn draws(&mut self, at_once: bool, more_waits: bool) -> bool {
        let since = self.drawn.elapsed();
        self.owed = true;
        let rested = at_once || since >= SHORTEST_FRAME;
        rested && (!more_waits || since > LONGEST_FRAME)
    }

    /// When the frame that is owed is to be drawn.
    fn due(&self) -> Option<Instant> {
        self.owed.then(|| self.drawn + SHORTEST_FRAME)
    }

    /// The program goes on after somebody else stopped it; the terminal is taken over again.
    fn go_on<B: Backend>(&mut self, terminal: &mut Terminal<B>, app: &mut App, hands: &Hands) -> Result<Msg, B::Error> {
        (hands.machine.resume)();
        self.anew(terminal, app)?;
        Ok(hands.tick())
    }

    /// The screen was another's: all of it is drawn again, in the size that it has by now.
    fn anew<B: Backend>(&mut self, terminal: &mut Terminal<B>, app: &mut App) -> Result<(), B::Error> {
        terminal.swap_buffers();
        self.last = None;
        let size = terminal.size()?;
        app.update(Msg::Size(size.width, size.height));
        Ok(())
    }

    /// Answers a key that only moved the cursor through the models sooner than all of the screen can be drawn, which is
    /// owed then. False where that is not enough.
    fn follow<B: Backend>(&mut self, terminal: &mut Terminal<B>, app: &App, theme: &Theme) -> Result<bool, B::Error> {
        let now = Instant::now();
        let since = *self.follows.get_or_insert(now);
        let Some(screen) = self.last.as_mut().filter(|_| now - since < LONGEST_FRAME) else { return Ok(false) };
        if !panes::follow(app, screen) {
            return Ok(false);
        }
        terminal.draw(|frame| widgets::draw(screen, theme, frame))?;
        (self.drawn, self.owed) = (now, true);
        Ok(true)
    }

    fn draw<B: Backend>(&mut self, terminal: &mut Terminal<B>, app: &App, theme: &Theme) -> Result<(), B::Error> {
        (self.drawn, self.owed, self.follows) = (Instant::now(), false, None);
        let screen = panes::screen(app);
        if self.last.as_ref() == Some(&screen) {
            return Ok(());
        }
        terminal.draw(|frame| widgets::draw(&screen, theme, frame))?;
        self.last = Some(screen);
        Ok(())
    }
}
