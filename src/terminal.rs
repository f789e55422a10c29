//! The real terminal: entering it, leaving it in every case, and its clipboard.
//!
//! Mouse and window title stay as they are. Pasting is bracketed, so that pasted
//! text never acts as keys.

mod backend;
mod clipboard;

use std::io::{self, BufWriter, IsTerminal as _, Stdout, Write};
use std::panic;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crossterm::cursor::{Hide, Show};
use crossterm::event::{DisableBracketedPaste, EnableBracketedPaste};
use crossterm::execute;
use crossterm::terminal::{
    Clear, ClearType, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};
use ratatui::Terminal;

pub use backend::Frugal;
pub use clipboard::{Multiplexer, copy, osc52};

use crate::aws::is_caught;

/// A signal that stops has stopped by then.
#[cfg(unix)]
const STOPS_WITHIN: std::time::Duration = std::time::Duration::from_millis(200);

/// A frame leaves in one piece: over SSH it is one packet or a few, and no half of it is ever seen.
const FRAME: usize = 64 * 1024;

/// The terminal that the program runs in.
pub type Screen = Terminal<Frugal<BufWriter<Stdout>>>;

/// Holds the terminal; lets go of it when dropped, when told, or when the program panics.
#[derive(Debug)]
pub struct Guard {
    inside: Arc<AtomicBool>,
}

/// Takes the terminal over.
///
/// # Errors
/// When there is no terminal, or it refuses; it is then as it was before.
pub fn enter() -> io::Result<(Screen, Guard)> {
    if !io::stdout().is_terminal() {
        return Err(io::Error::new(io::ErrorKind::NotConnected, "standard output is not a terminal"));
    }
    enable_raw_mode()?;
    let guard = Guard { inside: Arc::new(AtomicBool::new(true)) };
    guard.leave_when_panicking();
    open(&mut io::stdout())?;
    Ok((Terminal::new(Frugal::new(BufWriter::with_capacity(FRAME, io::stdout())))?, guard))
}

impl Guard {
    /// Gives the terminal back as it was. Doing it again does nothing.
    pub fn leave(&self) {
        if !self.inside.swap(false, Ordering::SeqCst) {
            return;
        }
        // Nobody is left to be told when this fails, and the rest must still be tried.
        let _ = restore(&mut io::stdout());
        let _ = disable_raw_mode();
    }

    /// A panic's message must appear on the ordinary screen, where it can be read.
    fn leave_when_panicking(&self) {
        let (guard, before) = (Self { inside: Arc::clone(&self.inside) }, panic::take_hook());
        panic::set_hook(Box::new(move |info| {
            // What is caught ends nothing, and the screen goes on.
            if !is_caught() {
                guard.leave();
            }
            before(info);
        }));
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.leave();
    }
}

/// Says to the terminal what is wanted of it.
fn open(out: &mut impl Write) -> io::Result<()> {
    // Not the library's own way to clear: it asks where the cursor is, and not every terminal answers.
    execute!(out, EnterAlternateScreen, Clear(ClearType::All), EnableBracketedPaste, Hide)
}

/// Gives the terminal back and stops the program and whatever started it together with it, as ctrl-z does
/// elsewhere; comes back with the terminal taken over again when somebody lets it go on (`fg`).
///
/// The screen is then blank. A terminal that is gone meanwhile is noticed by the next frame.
#[cfg(unix)]
pub async fn suspend() {
    use rustix::process::{Signal, kill_current_process_group};
    use tokio::signal::unix::{SignalKind, signal};

    // Listened to before the stop, so that going on is not missed.
    let Ok(mut goes_on) = signal(SignalKind::from_raw(Signal::CONT.as_raw())) else { return };
    let _ = restore(&mut io::stdout());
    let _ = disable_raw_mode();
    // The whole group, as a shell waits for all of it: `cargo run` stands between.
    let _ = kill_current_process_group(Signal::TSTP);
    // The stop may hit another thread first, so nothing is said to the terminal until it goes on. Where no shell
    // waits (an orphaned process group) the system ignores the signal, and this goes on by itself.
    let _ = tokio::time::timeout(STOPS_WITHIN, goes_on.recv()).await;
    let _ = enable_raw_mode();
    let _ = open(&mut io::stdout());
}

/// Undoes what [`open`] said to the terminal, the last first.
fn restore(out: &mut impl Write) -> io::Result<()> {
    execute!(out, Show, DisableBracketedPaste, LeaveAlternateScreen)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_switched_on_is_switched_off() {
        let mut out = Vec::new();
        restore(&mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert_eq!(text, "\u{1b}[?25h\u{1b}[?2004l\u{1b}[?1049l");
    }

    #[test]
    fn leaving_twice_is_leaving_once() {
        let guard = Guard { inside: Arc::new(AtomicBool::new(false)) };
        guard.leave();
        guard.leave();
        assert!(!guard.inside.load(Ordering::SeqCst));
    }
}
