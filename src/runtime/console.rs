//! The console on the real terminal: what it is made of, the clipboard, being stopped.

use std::io::{self, IsTerminal};

use futures_util::future::BoxFuture;
use jiff::tz::TimeZone;
use tokio::runtime::Handle;

use super::keyboard::{Keyboard, keyboard};
use super::{Machine, run};
use crate::actions;
use crate::app::{Account, App};
use crate::args::Common;
use crate::assets::Assets;
use crate::aws::{Deck, Transport};
use crate::config::{self, Colour, Confirm};
use crate::session::{Connection, Session};
use crate::snapshot::{Found, Snapshot};
use crate::terminal::{self, Multiplexer};
use crate::theme::Level;
use crate::view::Tone;

/// After a signal the exit code is this plus the number of the signal, as in shells.
const ENDED_BY_SIGNAL: u8 = 128;

/// The console on the real terminal, with calls and large joins in the `background`. Returns the exit code.
///
/// # Errors
/// A text for the terminal: no terminal that can be drawn on, or a theme or keymap that cannot be read.
pub async fn console(common: &Common, session: Session, background: Handle) -> Result<u8, String> {
    let is_terminal = io::stdout().is_terminal() && io::stdin().is_terminal();
    terminal::check(is_terminal, std::env::var("TERM").ok().as_deref())?;
    let assets = Assets::new(config::directory());
    let level = Level::detect(|name| std::env::var(name).ok());
    let theme = common.theme.as_deref().or(session.config.theme.as_deref()).unwrap_or("dark");
    let theme = assets.theme(theme, level).map_err(|e| e.to_string())?.with_ascii(common.ascii);
    let keymap = common.keymap.as_deref().or(session.config.keymap.as_deref()).unwrap_or("default");
    let keymap = assets.keymap(keymap, actions::NAMES).map_err(|e| e.to_string())?;
    let mut accounts = session.connections.iter().enumerate().map(|(place, c)| account(&session, place, c));
    // A session has one at least.
    let Some(here) = accounts.next() else { return Err("error: no account to look at\n".into()) };
    let mut app = App::new(here, accounts.collect(), keymap);
    app.zone = TimeZone::system();
    app.lenient = session.config.confirm == Confirm::Confirm;
    app.deck = session.deck.as_ref().and_then(Deck::state);
    warm(&mut app, &session.connections);
    let Session { connections, clock, sim, deck, .. } = session;
    let machine =
        Machine { connections, clock, copy: copy_out, suspend, resume: terminal::resume, sim, deck, background };
    let (mut screen, guard) = terminal::enter().map_err(|e| format!("error: the terminal cannot be used: {e}\n"))?;
    // Listened to before the size is asked for, so that no change of it is missed.
    let Keyboard { input, ended_by } = keyboard();
    app.size = crossterm::terminal::size().unwrap_or((80, 24));
    // All of the console is in it: too much for a stack.
    let ended = Box::pin(run(&mut screen, app, machine, &theme, input)).await;
    guard.leave();
    let code = ended_by.get().map_or(0, |signal| ENDED_BY_SIGNAL + signal);
    ended.map(|_| code).map_err(|e| format!("error: the terminal was lost: {e}\n"))
}

/// An account as the screen knows it, before anything was read.
fn account(session: &Session, place: usize, connection: &Connection) -> Account {
    let aws = &connection.executor.aws;
    let tone = match connection.colour {
        Colour::Plain => Tone::Plain,
        Colour::Red => Tone::Bad,
        Colour::Yellow => Tone::Warn,
        Colour::Green => Tone::Good,
        Colour::Blue => Tone::Busy,
    };
    // Nobody may take a stand-in for the real thing.
    let taped = match &session.deck {
        Some(Deck::Playing(tapes)) => tapes.get(place).map(|tape| tape.scope().label.clone()),
        Some(Deck::Recording(_)) | None => None,
    };
    let stand_in = match (&session.sim, &aws.endpoint) {
        _ if taped.is_some() => taped.filter(|label| !label.is_empty()),
        (Some(_), _) => Some("DEMO".to_owned()),
        (None, Some(url)) => Some(format!("at {url}")),
        (None, None) => None,
    };
    let mut account = Account::new(session.seen(connection));
    (account.place, account.name, account.tone) = (place, connection.name.clone(), tone);
    (account.region, account.stand_in) = (aws.region.clone(), stand_in);
    account.transport = aws.transport.as_ref().map(Transport::settings).unwrap_or_default();
    (account.access, account.login) = (connection.executor.access.clone(), connection.login.clone());
    account
}

/// Begins with what the last run saw, marked as such; a file that cannot be used is told.
fn warm(app: &mut App, connections: &[Connection]) {
    for (place, connection) in connections.iter().enumerate() {
        match connection.snapshot.as_ref().map(Snapshot::read) {
            Some(Found::Tables(store, news)) => app.begin_with(place, *store, news),
            Some(Found::SetAside(told)) => app.message = Some((Tone::Warn, told)),
            Some(Found::Nothing) | None => {}
        }
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
