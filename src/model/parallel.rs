//! Runs the same work on all cores, if there is enough work to be worth a thread.

use std::num::NonZero;
use std::panic::resume_unwind;
use std::thread::{self, ScopedJoinHandle};

/// The minimum number of pieces of work that are shared among cores.
pub(super) const MANY: usize = 500;

/// Applies a function to each piece of work. The results are in the same order.
pub(super) fn map<T: Send, R: Send>(mut work: Vec<T>, each: impl Fn(T) -> R + Sync) -> Vec<R> {
    let cores = if work.len() < MANY { 1 } else { thread::available_parallelism().map_or(1, NonZero::get) };
    let share = work.len().div_ceil(cores).max(1);
    let mut shares = Vec::new();
    while work.len() > share {
        shares.push(work.split_off(work.len() - share));
    }
    let each = &each;
    thread::scope(|scope| {
        let others: Vec<_> =
            shares.into_iter().map(|share| scope.spawn(|| share.into_iter().map(each).collect())).collect();
        let mut done: Vec<R> = work.into_iter().map(each).collect();
        for other in others.into_iter().rev() {
            let more: Vec<R> = result(other);
            done.extend(more);
        }
        done
    })
}

/// Runs two functions, at the same time if there is `much` to do.
pub(super) fn both<A: Send, B>(much: bool, a: impl FnOnce() -> A + Send, b: impl FnOnce() -> B) -> (A, B) {
    if !much {
        return (a(), b());
    }
    thread::scope(|scope| {
        let a = scope.spawn(a);
        let b = b();
        (result(a), b)
    })
}

/// Returns the result of a thread. If the thread panicked, this thread panics too.
fn result<T>(thread: ScopedJoinHandle<'_, T>) -> T {
    thread.join().unwrap_or_else(|panic| resume_unwind(panic))
}
