//! The loop: wait → update → perform → draw. It owns all spawning but the pollers'.

mod inbox;
mod replay;

use std::io::{self, IsTerminal};
use std::sync::Arc;
use std::time::Duration;

use crossterm::event::{Event, EventStream};
use futures_util::StreamExt;
use jiff::tz::TimeZone;
use ratatui::Terminal;
use ratatui::backend::Backend;
use tokio::sync::{RwLock, mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::actions;
use crate::app::{App, Drill, Effect, Msg};
use crate::args::Common;
use crate::assets::Assets;
use crate::aws::Deck;
use crate::config::{self, Confirm};
use crate::headless::seen_with;
use crate::intents::{Access, Executor};
use crate::model;
use crate::panes;
use crate::resources::poll::Wake;
use crate::resources::{Seen, Source};
use crate::session::Session;
use crate::sim::Sim;
use crate::snapshot::{Found, Snapshot};
use crate::terminal::{self, Multiplexer};
use crate::theme::{Level, Theme};
use crate::view::{Screen, Tone};
use crate::widgets;

use inbox::{Came, Inbox};

/// Messages that may wait; a slow screen slows the polling, never the memory.
const QUEUE: usize = 64;

/// However much there is to take in, a key is seen to be answered within this time.
const LONGEST_FRAME: Duration = Duration::from_millis(50);
/// Rows of all tables from which on they are joined on a thread of its own.
const LARGE: usize = 1_000;
/// Between two snapshots on disk.
const KEEP_EVERY: Duration = Duration::from_mins(2);
/// What was read before a replay went back stands no longer than this.
const LONGEST_HOLD: Duration = Duration::from_millis(400);
/// Leaving waits so long for calls that are being sent.
const LONGEST_FAREWELL: Duration = Duration::from_secs(40);

/// What the loop works with besides the screen.
#[derive(Debug)]
pub struct Machine {
    /// The account, the journal and the clock.
    pub executor: Executor,
    /// Puts a text into the clipboard.
    pub copy: fn(&str),
    /// The simulated account, when its drills are to be told.
    pub sim: Option<Sim>,
    /// Where the tables are kept for the next run.
    pub snapshot: Option<Snapshot>,
    /// What records, or is replayed.
    pub deck: Option<Deck>,
}

impl Machine {
    fn drill(&self) -> Option<Drill> {
        let state = self.sim.as_ref()?.drill()?;
        Some(Drill { task: state.task, fix: state.fix, solved: state.fixed_after })
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
    input: mpsc::Receiver<Event>,
) -> Result<App, B::Error> {
    let (answer, answers) = mpsc::channel(QUEUE);
    let (seen, wake) = (watch::Sender::new(app.seen.clone()), watch::Sender::new(Wake::default()));
    let clock = machine.executor.clock.clone();
    let (mut pollers, snapshots) = machine.pollers(&seen, &wake);
    let ticks = tokio::time::interval(Duration::from_secs(1));
    let mut inbox = Inbox { input, answers, snapshots, ticks, joining: JoinSet::new() };
    let mut hands = Hands::new(machine, answer, wake);
    let mut painter = Painter { last: None, drawn: Instant::now(), held: None };
    app.update(Msg::Tick(clock()));
    painter.draw(terminal, &app, theme)?;
    // The first frame stands before the first call is made.
    pollers.start();
    hands.follow_tape();
    loop {
        let msg = match inbox.next().await {
            Came::Msg(msg) => *msg,
            Came::Second => {
                hands.second(&mut app);
                Msg::Tick(clock())
            }
            Came::Nothing => continue,
            Came::End => break,
        };
        if matches!(msg, Msg::Size(..)) {
            painter.last = None;
        }
        if let Msg::Polled(snapshot) = &msg
            && app.is_foreign(snapshot)
        {
            // The rows of the last run are of another account: all of it is read anew.
            app.forget();
            seen.send_replace(app.seen.clone());
            pollers.restart();
            continue;
        }
        let polled = matches!(msg, Msg::Polled(_));
        let effect = app.update(msg);
        join(&mut app, &mut inbox);
        publish(&seen, &app, polled);
        match effect {
            Some(Effect::Quit) => break,
            Some(Effect::Replay(what)) => {
                if hands.machine.replay(what) {
                    // What was read lies in the future now.
                    app.rewind();
                    publish(&seen, &app, true);
                    inbox.joining = JoinSet::new();
                    (pollers, inbox.snapshots) = hands.machine.pollers(&seen, &hands.wake);
                    pollers.start();
                    painter.held = Some(Instant::now());
                }
            }
            Some(effect) => hands.perform(effect, &app),
            None => {}
        }
        // Whatever waits is taken in before anything is drawn: a burst costs one frame, but never a long wait.
        let waits = !inbox.is_empty() && painter.drawn.elapsed() <= LONGEST_FRAME;
        if !waits && !painter.holds(&app) {
            painter.draw(terminal, &app, theme)?;
        }
    }
    hands.settle().await;
    hands.keep(&app, true);
    while hands.keeping.join_next().await.is_some() {}
    Ok(app)
}

/// Joins the tables when they changed.
fn join(app: &mut App, inbox: &mut Inbox) {
    if !inbox.joining.is_empty() {
        return;
    }
    let Some(tables) = app.to_join() else { return };
    // What is joined in less time than a thread takes to begin is joined here.
    if tables.store.rows() < LARGE {
        app.update(Msg::Joined(Box::new(model::join(&tables))));
    } else {
        inbox.join(tables);
    }
}

/// Lets the pollers see what there is and what is looked at.
fn publish(seen: &watch::Sender<Seen>, app: &App, polled: bool) {
    seen.send_if_modified(|old| {
        let news = polled || old.focus != app.seen.focus;
        if news {
            *old = app.seen.clone();
        }
        news
    });
}

/// Draws when something looks different, and only then.
struct Painter {
    last: Option<Screen>,
    drawn: Instant,
    /// When a replay went back.
    held: Option<Instant>,
}

impl Painter {
    /// After going back all is read anew in a moment; an empty screen in between would only flicker.
    fn holds(&self, app: &App) -> bool {
        app.refilling() && self.held.is_some_and(|at| at.elapsed() < LONGEST_HOLD)
    }

    fn draw<B: Backend>(&mut self, terminal: &mut Terminal<B>, app: &App, theme: &Theme) -> Result<(), B::Error> {
        self.drawn = Instant::now();
        let screen = panes::screen(app);
        if self.last.as_ref() == Some(&screen) {
            return Ok(());
        }
        terminal.draw(|frame| widgets::draw(&screen, theme, frame))?;
        self.last = Some(screen);
        Ok(())
    }
}

/// Carries out effects; the answers come back as messages.
struct Hands {
    machine: Machine,
    answer: mpsc::Sender<Msg>,
    wake: watch::Sender<Wake>,
    work: JoinSet<()>,
    /// Read-locked by each plan whose calls are being sent.
    sending: Arc<RwLock<()>>,
    /// The tables on their way to the disk.
    keeping: JoinSet<()>,
    /// When the tables were kept last.
    kept: Option<Instant>,
}

impl Hands {
    fn new(machine: Machine, answer: mpsc::Sender<Msg>, wake: watch::Sender<Wake>) -> Self {
        let (work, sending, keeping) = (JoinSet::new(), Arc::default(), JoinSet::new());
        Self { machine, answer, wake, work, sending, keeping, kept: None }
    }

    /// What is done every second: what the calls amount to, how a drill stands, the tables for the next run.
    fn second(&mut self, app: &mut App) {
        self.keep(app, false);
        app.update(Msg::Usage(self.machine.executor.aws.meter.usage()));
        if let Some(drill) = self.machine.drill() {
            app.update(Msg::Drill(drill));
        }
        if let Some(deck) = &self.machine.deck {
            app.update(Msg::Deck(deck.state()));
        }
    }

    /// Lets calls that are being sent come to their end; what AWS does after them needs nobody here.
    async fn settle(&mut self) {
        let _ = tokio::time::timeout(LONGEST_FAREWELL, self.sending.write()).await;
    }

    /// Keeps the tables for the next run, every few minutes and at the end; the loop does not wait for the disk.
    fn keep(&mut self, app: &App, now: bool) {
        let Some(snapshot) = self.machine.snapshot.clone() else { return };
        while self.keeping.try_join_next().is_some() {}
        let rested = self.kept.is_none_or(|at| at.elapsed() >= KEEP_EVERY);
        // Half a look would take the place of a whole one.
        if !(now || rested) || !self.keeping.is_empty() || !app.seen.store.sources().iter().all(Source::settled) {
            return;
        }
        self.kept = Some(Instant::now());
        let (store, at) = (app.seen.store.clone(), app.seen.at);
        // A disk that is full takes nothing from what is seen; the next start is a cold one.
        self.keeping.spawn_blocking(move || drop(snapshot.write(&store, at)));
    }

    fn perform(&mut self, effect: Effect, app: &App) {
        while self.work.try_join_next().is_some() {}
        let answer = self.answer.clone();
        let mut executor = self.machine.executor.clone();
        match effect {
            // The loop has done what it can about them.
            Effect::Quit | Effect::Replay(_) => {}
            Effect::Refresh => {
                self.wake.send_replace(Wake::default());
            }
            Effect::Copy(text) => (self.machine.copy)(&text),
            Effect::Plan(intent) => {
                self.work.spawn(async move {
                    let plan = intent.plan(&executor.aws, (executor.clock)()).await;
                    let _ = answer.send(Msg::Planned(intent, plan.map(Box::new))).await;
                });
            }
            Effect::Run(plan) => {
                if let Some(me) = app.seen.store.identity.rows().next() {
                    executor.identity.clone_from(&me.arn);
                }
                let sending = self.sending.clone().try_read_owned();
                self.work.spawn(async move {
                    let (tell, mut told) = mpsc::channel(QUEUE);
                    let id = plan.id.clone();
                    let forward = async {
                        while let Some(progress) = told.recv().await {
                            let _ = answer.send(Msg::Progress(id.clone(), progress)).await;
                        }
                    };
                    let work = async {
                        let sent = executor.send(&plan, &tell).await;
                        drop(sending);
                        let outcome = match sent {
                            Ok(receipt) => executor.finish(&plan, &receipt, &tell).await,
                            Err(ended) => ended,
                        };
                        drop(tell);
                        outcome
                    };
                    let (outcome, ()) = tokio::join!(work, forward);
                    let _ = answer.send(Msg::Ended(plan.id.clone(), outcome)).await;
                });
            }
        }
    }
}

/// The console on the real terminal. Returns the exit code.
///
/// # Errors
/// A text for the terminal: no terminal, or a theme or keymap that cannot be read.
pub async fn console(common: &Common, session: Session) -> Result<u8, String> {
    let assets = Assets::new(config::directory());
    let level = Level::detect(|name| std::env::var(name).ok());
    let theme = common.theme.as_deref().or(session.config.theme.as_deref()).unwrap_or("dark");
    let theme = assets.theme(theme, level).map_err(|e| e.to_string())?.with_ascii(common.ascii);
    let keymap = common.keymap.as_deref().or(session.config.keymap.as_deref()).unwrap_or("default");
    let keymap = assets.keymap(keymap, actions::NAMES).map_err(|e| e.to_string())?;
    if !io::stdout().is_terminal() || !io::stdin().is_terminal() {
        return Err(
            "error: the console needs a terminal\nhint: for scripts there are `sagetop status` and `sagetop dump`\n"
                .into(),
        );
    }
    let mut app = App::new(seen_with(&session.config), keymap);
    app.seen.at = (session.clock)();
    app.zone = TimeZone::system();
    app.region.clone_from(&session.aws.region);
    app.label = label(&session);
    app.read_only = session.access == Access::ReadOnly;
    app.lenient = session.config.confirm == Confirm::Confirm;
    app.deck = session.deck.as_ref().map(Deck::state);
    warm(&mut app, session.snapshot.as_ref());
    let Session { aws, access, journal, clock, sim, snapshot, deck, .. } = session;
    let executor = Executor { aws, access, journal, identity: "unknown".into(), clock };
    let machine = Machine { executor, copy: copy_out, sim, snapshot, deck };
    let (mut screen, guard) = terminal::enter().map_err(|e| format!("error: the terminal cannot be used: {e}\n"))?;
    app.size = crossterm::terminal::size().unwrap_or((80, 24));
    let input = keyboard();
    let ended = run(&mut screen, app, machine, &theme, input).await;
    guard.leave();
    ended.map(|_| 0).map_err(|e| format!("error: the terminal was lost: {e}\n"))
}

/// Begins with what the last run saw, marked as such; a file that cannot be used is told.
fn warm(app: &mut App, snapshot: Option<&Snapshot>) {
    match snapshot.map(Snapshot::read) {
        Some(Found::Tables(store, _)) => app.begin_with(*store),
        Some(Found::SetAside(told)) => app.message = Some((Tone::Warn, told)),
        Some(Found::Nothing) | None => {}
    }
}

/// What the header says where it is not AWS itself: nobody may take a stand-in for the real thing.
fn label(session: &Session) -> Option<String> {
    if let Some(Deck::Playing(tape)) = &session.deck {
        return Some(tape.scope().label.clone()).filter(|label| !label.is_empty());
    }
    match (&session.sim, &session.aws.endpoint) {
        (Some(_), _) => Some("DEMO".to_owned()),
        (None, Some(url)) => Some(format!("at {url}")),
        (None, None) => None,
    }
}

fn copy_out(text: &str) {
    let multiplexer = Multiplexer::detect(|name| std::env::var(name).ok());
    // A terminal that takes no clipboard text ignores it; the text is on the screen as well.
    let _ = terminal::copy(text, multiplexer, &mut io::stdout());
}

/// Keys from the terminal; the channel closes when the terminal goes away or a signal says to leave.
fn keyboard() -> mpsc::Receiver<Event> {
    let (events, input) = mpsc::channel(QUEUE);
    tokio::spawn(async move {
        let mut stream = EventStream::new();
        let leave = told_to_leave();
        tokio::pin!(leave);
        loop {
            let event = tokio::select! {
                event = stream.next() => event,
                () = &mut leave => None,
            };
            let Some(Ok(event)) = event else { return };
            if events.send(event).await.is_err() {
                return;
            }
        }
    });
    input
}

#[cfg(unix)]
async fn told_to_leave() {
    use tokio::signal::unix::{SignalKind, signal};
    let signals = [SignalKind::terminate(), SignalKind::hangup(), SignalKind::interrupt()].map(signal);
    let mut signals: Vec<_> = signals.into_iter().flatten().collect();
    let waits = signals.iter_mut().map(|s| Box::pin(s.recv()));
    futures_util::future::select_all(waits).await;
}

#[cfg(not(unix))]
async fn told_to_leave() {
    let _ = tokio::signal::ctrl_c().await;
}
