//! The console on the real terminal: what it is made of, keys, signals, the clipboard.

use std::io::{self, IsTerminal};

use crossterm::event::{Event, EventStream};
use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use jiff::tz::TimeZone;
use tokio::sync::mpsc;

use super::{Machine, QUEUE, run};
use crate::actions;
use crate::app::App;
use crate::args::Common;
use crate::assets::Assets;
use crate::aws::Deck;
use crate::config::{self, Confirm};
use crate::headless::seen_with;
use crate::intents::{Access, Executor};
use crate::session::Session;
use crate::snapshot::{Found, Snapshot};
use crate::terminal::{self, Multiplexer};
use crate::theme::Level;
use crate::view::Tone;

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
    let deployers = session.config.deployers();
    let Session { aws, access, journal, clock, sim, snapshot, deck, .. } = session;
    let executor = Executor { aws, access, journal, identity: "unknown".into(), clock, deployers };
    let machine = Machine { executor, copy: copy_out, suspend, sim, snapshot, deck };
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

#[cfg(unix)]
fn suspend() -> BoxFuture<'static, ()> {
    Box::pin(terminal::suspend())
}

/// Other systems have no such thing, and the action says so.
#[cfg(not(unix))]
fn suspend() -> BoxFuture<'static, ()> {
    Box::pin(std::future::ready(()))
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
