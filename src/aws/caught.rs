//! Panics in the work for one account are caught: the other accounts and the screen go on.

use std::any::Any;
use std::panic::{self, AssertUnwindSafe};

use futures_util::FutureExt;

tokio::task_local! {
    static CAUGHT: ();
}

/// Runs `work`; returns the panic message as `Err` if it panics.
///
/// # Errors
/// The message of the panic.
pub(crate) fn caught<F: Future>(work: F) -> impl Future<Output = Result<F::Output, String>> {
    // The future of a plan or a listing is too large for the stack, so it goes on the heap.
    let work = AssertUnwindSafe(Box::pin(work)).catch_unwind();
    async { CAUGHT.scope((), work).await.map_err(|said| message(&*said)) }
}

/// Keeps caught panics from printing: their messages are shown instead of the result of the work.
pub fn silence_caught_panics() {
    let before = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        if !is_caught() {
            before(info);
        }
    }));
}

/// Would a panic of the current task be caught?
pub(crate) fn is_caught() -> bool {
    CAUGHT.try_with(|()| ()).is_ok()
}

fn message(said: &(dyn Any + Send)) -> String {
    let text = said.downcast_ref::<String>().map(String::as_str).or(said.downcast_ref::<&str>().copied());
    text.unwrap_or("no message").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn work_that_panics_says_so_and_ends_nothing_else() {
        assert_eq!(caught(async { 1 }).await, Ok(1));
        assert!(caught(async { is_caught() }).await.unwrap() && !is_caught());
        let word = String::from("file");
        let breaks = async move { assert!(word.is_empty(), "a {word}") };
        assert_eq!(caught(breaks).await, Err("a file".to_owned()));
    }
}
