//! The substitutes for the clipboard, and for the shell that a stopped program returns to.

use std::cell::{Cell, RefCell};
use std::process::Command;
use std::time::Duration;

use futures_util::future::BoxFuture;
use sagetop::terminal::{Pause, Ways};
use tokio::time::sleep;

thread_local! {
    /// The text that was copied last. A test and its loop share a thread.
    static CLIPBOARD: RefCell<String> = const { RefCell::new(String::new()) };
    /// The notifications so far.
    static ALERTS: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
    /// The command that had the terminal last.
    static RAN: RefCell<String> = const { RefCell::new(String::new()) };
    /// The number of times that the terminal was taken over again.
    static TAKEN_OVER: Cell<usize> = const { Cell::new(0) };
}

/// Keeps a notification.
pub(super) fn alert(text: &str, _: Ways) {
    ALERTS.with_borrow_mut(|kept| kept.push(text.to_owned()));
}

pub(super) fn alerts() -> Vec<String> {
    ALERTS.with_borrow(Clone::clone)
}

pub(super) fn copy(text: &str) {
    CLIPBOARD.with_borrow_mut(|kept| text.clone_into(kept));
}

/// Takes the mouse, or leaves it to the terminal: there is none.
pub(super) fn mouse(_: bool) {}

pub(super) fn copied() -> String {
    CLIPBOARD.with_borrow(Clone::clone)
}

/// Runs a command for a minute. One of a profile that is called broken fails.
#[expect(clippy::needless_pass_by_value, reason = "the type of the real one")]
pub(super) fn foreground(command: Command, _: Pause) -> BoxFuture<'static, Result<(), String>> {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    let words: Vec<String> = words.map(|word| word.to_string_lossy().into_owned()).collect();
    let fails = words.iter().any(|word| word == "broken");
    RAN.with_borrow_mut(|ran| *ran = words.join(" "));
    Box::pin(async move {
        sleep(Duration::from_mins(1)).await;
        if fails { Err("aws ended with exit status: 255".to_owned()) } else { Ok(()) }
    })
}

pub(super) fn ran() -> String {
    RAN.with_borrow(Clone::clone)
}

/// Resumes the program after a stop from outside.
pub(super) fn resume() {
    TAKEN_OVER.set(TAKEN_OVER.get() + 1);
}

pub(super) fn taken_over() -> usize {
    TAKEN_OVER.get()
}

/// Stops the program for an hour. The former contents of the screen are lost.
pub(super) fn suspend() -> BoxFuture<'static, ()> {
    Box::pin(sleep(Duration::from_hours(1)))
}
