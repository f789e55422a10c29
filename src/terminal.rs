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
            // A panic that is caught does not end the program, so the screen stays.
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

/// Takes the terminal over again when the program goes on after somebody else stopped it (`kill -STOP`, then `fg`): the
/// shell has set it up for itself meanwhile. The screen is then blank.
pub fn resume() {
    // The library believes that raw mode is still on, whatever the shell did, and would do nothing. Switching it off and
    // on again would show what is typed in between.
    #[cfg(unix)]
    if let Ok(mut modes) = rustix::termios::tcgetattr(io::stdin()) {
        modes.make_raw();
        let _ = rustix::termios::tcsetattr(io::stdin(), rustix::termios::OptionalActions::Now, &modes);
    }
    let _ = open(&mut io::stdout());
}

/// Can the console be drawn on this terminal? `TERM` is the environment variable of that name.
///
/// # Errors
/// What is wrong and what to do, for the terminal.
pub fn check(is_terminal: bool, term: Option<&str>) -> Result<(), String> {
    const INSTEAD: &str = "`sagetop status` and `sagetop dump` print text";
    if !is_terminal {
        return Err(format!("error: the console needs a terminal\nhint: for scripts {INSTEAD}\n"));
    }
    // Other systems than Unix have no such variable.
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
    fn a_terminal_that_cannot_be_drawn_on_is_refused_with_a_way_on() {
        for (is_terminal, term, said) in [
            (false, Some("xterm"), "needs a terminal"),
            (true, Some("dumb"), "TERM is dumb"),
            (true, Some("dumb-emacs-ansi"), "TERM is dumb-emacs-ansi"),
            (true, Some("unknown"), "TERM is unknown"),
            (true, Some(" "), "TERM is not set"),
            (true, None, "TERM is not set"),
        ] {
            let refused = check(is_terminal, term).unwrap_err();
            assert!(refused.contains(said) && refused.contains("sagetop status"), "{term:?}: {refused}");
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
