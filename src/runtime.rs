//! The loop: wait → update → perform → draw. It owns all spawning but the pollers'.

mod console;
mod hands;
mod inbox;
mod replay;

use std::time::Duration;

use crossterm::event::Event;
use futures_util::future::BoxFuture;
use ratatui::Terminal;
use ratatui::backend::Backend;
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;

use crate::app::{App, Drill, Effect, Msg};
use crate::aws::Deck;
use crate::intents::Executor;
use crate::model;
use crate::panes;
use crate::resources::Seen;
use crate::resources::poll::Wake;
use crate::sim::Sim;
use crate::snapshot::Snapshot;
use crate::theme::Theme;
use crate::view::Screen;
use crate::widgets;

pub use console::console;
use hands::Hands;
use inbox::{Came, Inbox};

/// Messages that may wait; a slow screen slows the polling, never the memory.
const QUEUE: usize = 64;

/// However much there is to take in, a key is seen to be answered within this time.
const LONGEST_FRAME: Duration = Duration::from_millis(50);
/// Rows of all tables from which on they are joined on a thread of its own.
const LARGE: usize = 1_000;
/// What was read before a replay went back stands no longer than this.
const LONGEST_HOLD: Duration = Duration::from_millis(400);

/// What the loop works with besides the screen.
#[derive(Debug)]
pub struct Machine {
    /// The account, the journal and the clock.
    pub executor: Executor,
    /// Puts a text into the clipboard.
    pub copy: fn(&str),
    /// Gives the terminal back, stops the program, and takes it over again when it goes on.
    pub suspend: fn() -> BoxFuture<'static, ()>,
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
    let mut inbox = Inbox::new(input, answers, snapshots);
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
            Some(Effect::Suspend) => {
                hands.suspend().await;
                painter.anew(terminal, &mut app)?;
                app.update(Msg::Tick(clock()));
            }
            Some(Effect::Replay(what)) if hands.machine.replay(what) => {
                pollers = hands.reread(&mut app, &seen, &mut inbox);
                painter.held = Some(Instant::now());
            }
            Some(effect) => hands.perform(effect, &app),
            None => {}
        }
        // Whatever waits is taken in before anything is drawn: a burst costs one frame, but never a long wait.
        if !painter.holds(&app) && (inbox.is_empty() || painter.drawn.elapsed() > LONGEST_FRAME) {
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

    /// The screen was another's: all of it is drawn again, in the size that it has by now.
    fn anew<B: Backend>(&mut self, terminal: &mut Terminal<B>, app: &mut App) -> Result<(), B::Error> {
        terminal.swap_buffers();
        self.last = None;
        let size = terminal.size()?;
        app.update(Msg::Size(size.width, size.height));
        Ok(())
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
