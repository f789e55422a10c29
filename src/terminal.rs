//! The real terminal: entering it, restoring it in every case, and its clipboard.
//!
//! The window title stays as it is. Bracketed paste is on, so that pasted text never acts as keys. The mouse is taken, unless
//! the operator leaves it to the terminal.

mod backend;
mod clipboard;
mod foreground;
mod hyperlinks;
mod notification;

use std::io::{self, BufWriter, IsTerminal as _, Stdout, Write};
use std::panic;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crossterm::cursor::{Hide, Show};
use crossterm::event::{DisableBracketedPaste, EnableBracketedPaste};
use crossterm::execute;
use crossterm::style::Print;
use crossterm::terminal::{
    Clear, ClearType, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};
use ratatui::Terminal;

pub use backend::CompactBackend;
pub use clipboard::{Multiplexer, copy, osc52};
pub use foreground::{Pause, is_given_away, run_in_foreground};
pub use hyperlinks::follows_links;
pub use notification::{Ways, notify};

use crate::aws::is_caught;

/// By then a signal that stops the process has stopped it.
#[cfg(unix)]
const STOPS_WITHIN: std::time::Duration = std::time::Duration::from_millis(200);

/// The buffer of one frame. A frame is written at once: over SSH it is a few packets, and no half of it is ever shown.
const FRAME: usize = 64 * 1024;

/// The terminal that the program runs in.
pub type Screen = Terminal<CompactBackend<BufWriter<Stdout>>>;

/// Holds the terminal in its drawing state. Restores it when dropped, on request, or when the program panics.
#[derive(Debug)]
pub struct Guard {
    inside: Arc<AtomicBool>,
}

/// Enters the drawing state.
///
/// # Errors
/// When there is no terminal, or it refuses. The terminal is then as it was before.
pub fn enter() -> io::Result<(Screen, Guard)> {
    if !io::stdout().is_terminal() {
        return Err(io::Error::new(io::ErrorKind::NotConnected, "standard output is not a terminal"));
    }
    enable_raw_mode()?;
    let guard = Guard { inside: Arc::new(AtomicBool::new(true)) };
    guard.leave_when_panicking();
    open(&mut io::stdout())?;
    Ok((Terminal::new(CompactBackend::new(BufWriter::with_capacity(FRAME, io::stdout())))?, guard))
}

impl Guard {
    /// Restores the terminal. A second call does nothing.
    pub fn leave(&self) {
        if !self.inside.swap(false, Ordering::SeqCst) {
            return;
        }
        // An error here could not be shown to anybody, and the other steps must still be tried.
        let _ = restore(&mut io::stdout());
        let _ = disable_raw_mode();
    }

    /// Restores the terminal before a panic message is printed, so that it can be read.
    fn leave_when_panicking(&self) {
        let (guard, before) = (Self { inside: Arc::clone(&self.inside) }, panic::take_hook());
        panic::set_hook(Box::new(move |info| {
            // A panic that is caught does not end the program, so the terminal stays as it is.
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

/// Whether the mouse is taken in the drawing state.
static MOUSE: AtomicBool = AtomicBool::new(false);

/// Asks for the clicks and the wheel, in the encoding that has no limit of columns. Movements are not asked for.
const TAKE_MOUSE: &str = "\x1b[?1000h\x1b[?1006h";

/// Leaves the mouse to the terminal.
const LEAVE_MOUSE: &str = "\x1b[?1006l\x1b[?1000l";

/// Says whether the mouse is taken when the drawing state is entered.
pub fn take_mouse_later(on: bool) {
    MOUSE.store(on, Ordering::SeqCst);
}

/// Takes the mouse now, or leaves it to the terminal.
pub fn take_mouse(on: bool) {
    take_mouse_later(on);
    // A terminal that cannot be written to ends the program at the next frame.
    let _ = execute!(io::stdout(), Print(if on { TAKE_MOUSE } else { LEAVE_MOUSE }));
}

/// Sends the sequences that enter the drawing state.
fn open(out: &mut impl Write) -> io::Result<()> {
    // The library's way to clear is not used: it queries the cursor position, and not every terminal answers.
    execute!(out, EnterAlternateScreen, Clear(ClearType::All), EnableBracketedPaste, Hide)?;
    if MOUSE.load(Ordering::SeqCst) { execute!(out, Print(TAKE_MOUSE)) } else { Ok(()) }
}

/// Restores the terminal and stops the whole process group, as ctrl-z does in other programs. Returns with the terminal
/// in its drawing state again when the program is continued (`fg`).
///
/// The screen is then blank. If the terminal has gone meanwhile, the next frame notices it.
#[cfg(unix)]
pub async fn suspend() {
    use rustix::process::{Signal, kill_current_process_group};
    use tokio::signal::unix::{SignalKind, signal};

    // The listener starts before the stop, so that the signal to continue is not missed.
    let Ok(mut goes_on) = signal(SignalKind::from_raw(Signal::CONT.as_raw())) else { return };
    let _ = restore(&mut io::stdout());
    let _ = disable_raw_mode();
    // The whole group is stopped, as a shell waits for all of it: `cargo run` is part of it.
    let _ = kill_current_process_group(Signal::TSTP);
    // The signal may stop another thread first, so nothing is written until the program continues. In an orphaned
    // process group, where no shell waits, the system ignores the signal, and the program continues by itself.
    let _ = tokio::time::timeout(STOPS_WITHIN, goes_on.recv()).await;
    let _ = enable_raw_mode();
    let _ = open(&mut io::stdout());
}

/// Enters the drawing state again when the program continues after somebody else stopped it (`kill -STOP`, then `fg`):
/// the shell has changed the terminal meanwhile. The screen is then blank.
pub fn resume() {
    // The library assumes that raw mode is still on and would do nothing. Switching raw mode off and on would echo what
    // is typed in between.
    #[cfg(unix)]
    if let Ok(mut modes) = rustix::termios::tcgetattr(io::stdin()) {
        modes.make_raw();
        let _ = rustix::termios::tcsetattr(io::stdin(), rustix::termios::OptionalActions::Now, &modes);
    }
    let _ = open(&mut io::stdout());
}

/// Checks whether the console can be drawn on this terminal. `term` is the value of the variable `TERM`.
///
/// # Errors
/// A sentence that says what is wrong and what to do.
pub fn check(is_terminal: bool, term: Option<&str>) -> Result<(), String> {
    const INSTEAD: &str = "`sagetop status` and `sagetop dump` print text";
    if !is_terminal {
        return Err(format!("error: the console needs a terminal\nhint: for scripts {INSTEAD}\n"));
    }
    // Systems other than Unix do not set this variable.
    let term = match term.map(str::trim) {
        Some(term) if !term.is_empty() => term,
        Some(_) | None if cfg!(not(unix)) => return Ok(()),
        Some(_) | None => {
            return Err(format!(
                "error: TERM is not set, so nothing is known of this terminal\nhint: {INSTEAD}; where the terminal can \
                 be drawn on, name it: TERM=xterm-256color sagetop\n"
            ));
        }
    };
    let cannot = ["dumb", "unknown"].iter().any(|name| term == *name || term.starts_with(&format!("{name}-")));
    if cannot {
        return Err(format!("error: this terminal cannot be drawn on: TERM is {term}\nhint: {INSTEAD}\n"));
    }
    Ok(())
}

/// Sends the sequences that undo those of [`open`], in reverse order.
fn restore(out: &mut impl Write) -> io::Result<()> {
    execute!(out, Print(LEAVE_MOUSE), Show, DisableBracketedPaste, LeaveAlternateScreen)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_switched_on_is_switched_off() {
        let mut out = Vec::new();
        restore(&mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert_eq!(text, "\u{1b}[?1006l\u{1b}[?1000l\u{1b}[?25h\u{1b}[?2004l\u{1b}[?1049l");
    }

    #[test]
    fn a_terminal_that_cannot_be_drawn_on_is_refused_with_a_way_on() {
        for (is_terminal, term, buffer) in [
            (false, Some("xterm"), "needs a terminal"),
            (true, Some("dumb"), "TERM is dumb"),
            (true, Some("dumb-emacs-ansi"), "TERM is dumb-emacs-ansi"),
            (true, Some("unknown"), "TERM is unknown"),
            (true, Some(" "), "TERM is not set"),
            (true, None, "TERM is not set"),
        ] {
            let refused = check(is_terminal, term).unwrap_err();
            assert!(refused.contains(buffer) && refused.contains("sagetop status"), "{term:?}: {refused}");
        }
        for term in ["xterm-256color", "linux", "vt100", "screen", "tmux", "dumber"] {
            assert_eq!(check(true, Some(term)), Ok(()), "{term}");
        }
    }

    #[test]
    fn leaving_twice_is_leaving_once() {
        let guard = Guard { inside: Arc::new(AtomicBool::new(false)) };
        guard.leave();
        guard.leave();
        assert!(!guard.inside.load(Ordering::SeqCst));
    }
}
