//! What stands in for the clipboard, and for the shell to which a stopped program goes back.

use std::cell::{Cell, RefCell};
use std::time::Duration;

use futures_util::future::BoxFuture;
use tokio::time::sleep;

thread_local! {
    /// What was copied last; a test and its loop share a thread.
    static CLIPBOARD: RefCell<String> = const { RefCell::new(String::new()) };
    /// How often the terminal was taken over again.
    static TAKEN_OVER: Cell<usize> = const { Cell::new(0) };
}

pub(super) fn copy(text: &str) {
    CLIPBOARD.with_borrow_mut(|kept| text.clone_into(kept));
}

pub(super) fn copied() -> String {
    CLIPBOARD.with_borrow(Clone::clone)
}

/// The program goes on after a stop from outside.
pub(super) fn resume() {
    TAKEN_OVER.set(TAKEN_OVER.get() + 1);
}

pub(super) fn taken_over() -> usize {
    TAKEN_OVER.get()
}

/// Returns the program is stopped for an hour; what the screen showed is gone by then.
pub(super) fn suspend() -> BoxFuture<'static, ()> {
    Box::pin(sleep(Duration::from_hours(1)))
}
