//! The loop: wait → update → perform → draw. It owns all spawning but the pollers'.

mod console;
mod hands;
mod inbox;
mod watch;

use std::time::Duration;

use crossterm::event::Event;
use futures_util::future::BoxFuture;
use ratatui::Terminal;
use ratatui::backend::Backend;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior};

use crate::app::{Account, App, Drill, Effect, Msg};
use crate::model;
use crate::panes;
use crate::resources;
use crate::resources::poll::Clock;
use crate::session::Connection;
use crate::sim::Sim;
use crate::theme::Theme;
use crate::view::Screen;
use crate::widgets;

pub use console::console;
use hands::Hands;
use inbox::{Came, Inbox};
use watch::Watch;

/// Messages that may wait; a slow screen slows the polling, never the memory.
const QUEUE: usize = 64;

/// However much there is to take in, a key is seen to be answered within this time.
const LONGEST_FRAME: Duration = Duration::from_millis(50);
/// Rows of all tables from which on they are joined on a thread of its own.
const LARGE: usize = 1_000;

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
    /// The simulated account, when its drills are to be told.
    pub sim: Option<Sim>,
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

    fn watches(&self, app: &App, out: &mpsc::Sender<(usize, resources::Snapshot)>) -> Vec<Watch> {
        let watch = |account: &&Account| {
            let aws = self.connections.get(account.place)?.executor.aws.clone();
            Some(Watch::new(account.place, aws, account.seen.clone(), self.clock.clone(), out.clone()))
        };
        app.accounts().iter().filter_map(watch).collect()
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
    let (out, snapshots) = mpsc::channel(QUEUE);
    let (answer, answers) = mpsc::channel(QUEUE);
    let mut watches = machine.watches(&app, &out);
    let clock = machine.clock.clone();
    let mut ticks = tokio::time::interval(Duration::from_secs(1));
    // A program that was stopped for an hour does not owe an hour of ticks.
    ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let mut inbox = Inbox { input, answers, snapshots, ticks, joining: JoinSet::new() };
    let mut hands = Hands::new(machine, answer);
    let mut painter = Painter { last: None, drawn: Instant::now() };
    app.update(Msg::Tick(clock()));
    painter.draw(terminal, &app, theme)?;
    // The first frame stands before the first call is made.
    watches.iter_mut().for_each(Watch::start);
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
        let mut polled = None;
        if let Msg::Polled(place, snapshot) = &msg {
            polled = Some(*place);
            if watches.get_mut(*place).is_some_and(|watch| watch.begins_anew(&mut app, snapshot)) {
                continue;
            }
        }
        painter.sized(&msg);
        let effect = app.update(msg);
        join(&mut app, &mut inbox);
        watches.iter().enumerate().for_each(|(place, watch)| watch.publish(&app, polled == Some(place)));
        match effect {
            Some(Effect::Quit) => break,
            Some(Effect::Suspend) => {
                hands.suspend().await;
                painter.returns(terminal, &mut app)?;
                app.update(Msg::Tick(clock()));
            }
            Some(Effect::Refresh(place)) => watches.get(place).into_iter().for_each(Watch::refresh),
            Some(effect) => hands.perform(effect, &app),
            None => {}
        }
        // Whatever waits is taken in before anything is drawn: a burst costs one frame, but never a long wait.
        if inbox.is_empty() || painter.drawn.elapsed() > LONGEST_FRAME {
            painter.draw(terminal, &app, theme)?;
        }
    }
    hands.leave(&app).await;
    Ok(app)
}

/// Joins the tables that changed.
fn join(app: &mut App, inbox: &mut Inbox) {
    while inbox.joining.is_empty()
        && let Some((place, tables)) = app.to_join()
    {
        // What is joined in less time than a thread takes to begin is joined here.
        if tables.store.rows() < LARGE {
            app.update(Msg::Joined(place, Box::new(model::join(&tables))));
        } else {
            inbox.join(place, tables);
        }
    }
}

/// Draws when something looks different, and only then.
struct Painter {
    last: Option<Screen>,
    drawn: Instant,
}

impl Painter {
    /// A screen of another size is drawn whole.
    fn sized(&mut self, msg: &Msg) {
        if matches!(msg, Msg::Size(..)) {
            self.last = None;
        }
    }

    /// The screen was another's: all of it is drawn again, in the size that it has by now.
    fn returns<B: Backend>(&mut self, terminal: &mut Terminal<B>, app: &mut App) -> Result<(), B::Error> {
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
