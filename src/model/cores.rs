//! The same work on all cores, where there is enough of it to be worth a thread.

use std::num::NonZero;
use std::panic::resume_unwind;
use std::thread::{self, ScopedJoinHandle};

/// Pieces of work from which on several cores share them.
pub(super) const MANY: usize = 500;

/// Does the same to each piece of work; the results are in the same order.
pub(super) fn shared<T: Send, R: Send>(mut work: Vec<T>, each: impl Fn(T) -> R + Sync) -> Vec<R> {
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

/// Does two different things, at the same time when there is `much` to do.
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

/// What a thread made; one that panicked does so here as well.
fn result<T>(thread: ScopedJoinHandle<'_, T>) -> T {
    thread.join().unwrap_or_else(|panic| resume_unwind(panic))
}
