//! Giving the terminal to another program for a while.

use std::io::{self, Write as _};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crossterm::terminal::{disable_raw_mode, enable_raw_mode};

use super::{open, restore};

/// Whether another program has the terminal.
static GIVEN_AWAY: AtomicBool = AtomicBool::new(false);

/// By then what was typed for the other program, and its interrupts, have arrived here as well.
const SETTLES_WITHIN: Duration = Duration::from_millis(100);

/// Returns whether another program has the terminal: what is typed, and the interrupts of keys, are not for this one.
#[must_use]
pub fn is_given_away() -> bool {
    GIVEN_AWAY.load(Ordering::SeqCst)
}

/// When the words of a program stay on the terminal until `enter` is pressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pause {
    /// Whenever it has ended.
    Always,
    /// When it failed.
    OnFailure,
}

/// Runs a program, without a shell, and gives it the terminal until it ends. The screen is then blank, and in its
/// drawing state.
///
/// The thread waits meanwhile, so that it takes nothing of what is typed.
///
/// # Errors
/// A phrase: the program cannot be started, or how it ended.
pub async fn run_in_foreground(mut command: Command, pause: Pause) -> Result<(), String> {
    GIVEN_AWAY.store(true, Ordering::SeqCst);
    let mut out = io::stdout();
    let _ = restore(&mut out);
    let _ = disable_raw_mode();
    let ended = run(&mut command);
    if pause == Pause::Always || ended.is_err() {
        let why = ended.as_ref().err().map(|why| format!("{why}\n")).unwrap_or_default();
        let _ = write!(out, "\n{why}press enter to go back to sagetop ");
        let _ = out.flush();
        let _ = io::stdin().read_line(&mut String::new());
    }
    let _ = enable_raw_mode();
    let _ = open(&mut out);
    tokio::time::sleep(SETTLES_WITHIN).await;
    GIVEN_AWAY.store(false, Ordering::SeqCst);
    ended
}

fn run(command: &mut Command) -> Result<(), String> {
    let program = command.get_program().to_string_lossy().into_owned();
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("{program} ended with {status}")),
        Err(why) => Err(format!("{program} cannot be started: {why}")),
    }
}
