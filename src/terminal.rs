//! The real terminal: entering it, leaving it in every case, and its clipboard.
//!
//! Mouse and window title stay as they are. Pasting is bracketed, so that pasted
//! text never acts as keys.

mod clipboard;

use std::io::{self, IsTerminal as _, Stdout, Write};
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
use ratatui::backend::CrosstermBackend;

pub use clipboard::{Multiplexer, copy, osc52};

/// The terminal that the program runs in.
pub type Screen = Terminal<CrosstermBackend<Stdout>>;

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
    // Not the library's own way to clear: it asks where the cursor is, and not every terminal answers.
    execute!(io::stdout(), EnterAlternateScreen, Clear(ClearType::All), EnableBracketedPaste, Hide)?;
    Ok((Terminal::new(CrosstermBackend::new(io::stdout()))?, guard))
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
            guard.leave();
            before(info);
        }));
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.leave();
    }
}

/// Undoes what [`enter`] said to the terminal, the last first.
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
