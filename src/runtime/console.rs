//! The console on the real terminal: its setup, the clipboard, and suspending.

use std::io::{self, IsTerminal};
use std::process::Command;

use futures_util::future::BoxFuture;
use jiff::tz::TimeZone;
use tokio::runtime::Handle;

use super::keyboard::{Keyboard, keyboard};
use super::{Machine, Themes, run};
use crate::app::{Chosen, Opening, Settled, Tour};
use crate::args::Common;
use crate::assets::Assets;
use crate::config::{self, Config, ConfigError, Source};
use crate::fmt;
use crate::keymap::Keymap;
use crate::session::{ChoicesFile, Session};
use crate::terminal::{self, Multiplexer, Pause, Ways};
use crate::theme::Level;
use crate::update;
use crate::view::Tone;

/// The theme of a configuration that names none.
const THEME: &str = "dark";

/// The exit code after a signal is this plus the number of the signal, as in shells.
const ENDED_BY_SIGNAL: u8 = 128;

/// Runs the console on the real terminal, with calls and large joins in the `background`. Returns the exit code.
///
/// # Errors
/// A text for the terminal: the terminal cannot be drawn on, or a theme or keymap cannot be read.
pub async fn console(
    common: &Common,
    session: Session,
    opening: Option<Opening>,
    background: Handle,
) -> Result<u8, String> {
    let is_terminal = io::stdout().is_terminal() && io::stdin().is_terminal();
    terminal::check(is_terminal, std::env::var("TERM").ok().as_deref())?;
    let source = Config::source(common.config.as_deref()).map_err(|e| e.to_string())?;
    let file = ChoicesFile::default();
    let (choices, told) = file.read();
    let chosen = choices.theme.as_ref().filter(|_| common.theme.is_none());
    let chosen = Chosen::in_place_of(chosen, &theme_of(common, &session.config).to_owned());
    let (themes, keymap, untold) = appearance(common, &session.config, &source, chosen).map_err(|e| e.to_string())?;
    let mut app = session.app(keymap);
    app.opening = opening;
    (app.theme, app.themes) = (themes.name().to_owned(), themes.names());
    app.zone = TimeZone::system();
    let theme = session.config.theme.clone().unwrap_or_else(|| THEME.to_owned());
    app.recall(choices, Settled { theme, mouse: !session.config.leave_mouse, accounts: session.accounts() });
    // A first start shows the tour. Recordings, replays and the simulated account do not.
    let is_real = session.recorder.is_none() && session.replay.is_none() && session.sim.is_none();
    app.tour = (is_real && !app.choices().toured && app.opening.is_none()).then(Tour::default);
    app.message = told.or(untold).map(|text| (Tone::Warn, text)).or(app.message);
    app.keep_first_message();
    terminal::take_mouse_later(app.mouse);
    let (folder, notify) = (session.config.export_folder(), session.config.notify.clone());
    let Session { connections, clock, sim, recorder, replay, .. } = session;
    let (copy, mouse, resume) = (copy_out, terminal::take_mouse, terminal::resume);
    let choices = Some(file);
    let alert = tell;
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
        folder,
        background,
    };
    let (mut screen, guard) = terminal::enter().map_err(|e| format!("error: the terminal cannot be used: {e}\n"))?;
    // Listen before the size is read, so that no change of it is missed.
    let Keyboard { input, ended_by, reader } = keyboard();
    app.size = crossterm::terminal::size().unwrap_or((80, 24));
    // The future contains the whole console, which is too large for a stack.
    let ended = Box::pin(run(&mut screen, app, machine, themes, input)).await;
    guard.leave();
    if reader.is_finished() && reader.await.is_err() {
        return Err("error: the keyboard could not be read any more, which is a fault of sagetop\n".to_owned());
    }
    let code = ended_by.get().map_or(0, |signal| ENDED_BY_SIGNAL + signal);
    ended.map(|_| code).map_err(|e| format!("error: the terminal was lost: {e}\n"))
}

/// Returns the theme of the command line, or of the configuration.
fn theme_of<'a>(common: &'a Common, config: &'a Config) -> &'a str {
    common.theme.as_deref().or(config.theme.as_deref()).unwrap_or(THEME)
}

/// Reads the theme and the keymap: those of the command line, or of the configuration. A theme that was chosen on the
/// screen comes first. If it is gone, the last value says so.
fn appearance(
    common: &Common,
    config: &Config,
    source: &Source,
    chosen: Option<String>,
) -> Result<(Themes, Keymap, Option<String>), ConfigError> {
    let assets = Assets::new(config::directory());
    let level = Level::detect(|name| std::env::var(name).ok());
    // A name of the command line has no place in the configuration.
    let placed = |setting: &str, named: Option<&String>, error: ConfigError| {
        if named.is_some() { error } else { Config::place(source, setting, error) }
    };
    let keymap = common.keymap.as_deref().or(config.keymap.as_deref()).unwrap_or("default");
    let keymap = assets.keymap(keymap, update::NAMES);
    let mut keymap = keymap.map_err(|error| placed("keymap", common.keymap.as_ref(), error))?;
    keymap.bind(&config.commands, source)?;
    check_panes(config, source)?;
    let links = config.hyperlinks.unwrap_or_else(|| terminal::follows_links(|name| std::env::var(name).ok()));
    let read =
        |name: &str| Themes::read(assets.clone(), name, level, common.ascii).map(|themes| themes.with_links(links));
    let settled = || read(theme_of(common, config)).map_err(|error| placed("theme", common.theme.as_ref(), error));
    let chosen = chosen.map(|name| read(&name).map_err(|why| format!("the theme {name} is not used: {}", why.message)));
    match chosen {
        Some(Ok(themes)) => Ok((themes, keymap, None)),
        Some(Err(why)) => Ok((settled()?, keymap, Some(why))),
        None => Ok((settled()?, keymap, None)),
    }
}

/// Checks the names of panes in commands.
fn check_panes(config: &Config, source: &Source) -> Result<(), ConfigError> {
    let known = || update::TABLES.panes.iter().map(|pane| pane.name);
    let named = config.commands.iter().flat_map(|command| &command.panes);
    match named.into_iter().find(|(name, _)| known().all(|pane| pane != name)) {
        Some((name, span)) => {
            let error = ConfigError::at(source, span.clone(), format!("there is no pane {name:?}"));
            Err(error.did_you_mean(name, known()))
        }
        None => Ok(()),
    }
}

/// Reads the configuration, the theme and the keymap. Returns a sentence for the terminal.
///
/// # Errors
/// A text for the terminal: the first mistake, with its place.
pub fn check(common: &Common) -> Result<String, String> {
    let failed = |error: ConfigError| format!("{error}\n");
    let source = Config::source(common.config.as_deref()).map_err(failed)?;
    let config = Config::parse(&source).map_err(failed)?;
    appearance(common, &config, &source, None).map_err(failed)?;
    if source.text.is_empty() {
        return Ok("there is no configuration; `sagetop config init` writes one\n".to_owned());
    }
    let (models, accounts) = (config.models.len(), config.accounts.len());
    Ok(format!(
        "{}: no mistakes; it describes {} and {}\n",
        source.file,
        fmt::count(models, "model"),
        fmt::count(accounts, "account")
    ))
}

fn copy_out(text: &str) {
    let multiplexer = Multiplexer::detect(|name| std::env::var(name).ok());
    // A terminal without clipboard support ignores the text. The text is on the screen as well.
    let _ = terminal::copy(text, multiplexer, &mut io::stdout());
}

fn tell(text: &str, ways: Ways) {
    let multiplexer = Multiplexer::detect(|name| std::env::var(name).ok());
    // A terminal that cannot be written to ends the program at the next frame.
    let _ = terminal::notify(text, ways, multiplexer, &mut io::stdout());
}

fn foreground(command: Command, pause: Pause) -> BoxFuture<'static, Result<(), String>> {
    Box::pin(terminal::run_in_foreground(command, pause))
}

#[cfg(unix)]
fn suspend() -> BoxFuture<'static, ()> {
    Box::pin(terminal::suspend())
}

/// Does nothing: other systems cannot suspend a program, and the action says so.
#[cfg(not(unix))]
fn suspend() -> BoxFuture<'static, ()> {
    Box::pin(std::future::ready(()))
}
