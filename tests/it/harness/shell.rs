//! The substitutes for the clipboard, and for the shell that a stopped program returns to.

use std::cell::{Cell, RefCell};
use std::time::Duration;

use futures_util::future::BoxFuture;
use tokio::time::sleep;

thread_local! {
    /// The text that was copied last. A test and its loop share a thread.
    static CLIPBOARD: RefCell<String> = const { RefCell::new(String::new()) };
    /// The number of times that the terminal was taken over again.
    static TAKEN_OVER: Cell<usize> = const { Cell::new(0) };
}

pub(super) fn copy(text: &str) {
    CLIPBOARD.with_borrow_mut(|kept| text.clone_into(kept));
}

/// Takes the mouse, or leaves it to the terminal: there is none.
pub(super) fn mouse(_: bool) {}

pub(super) fn copied() -> String {
    CLIPBOARD.with_borrow(Clone::clone)
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
