//! The pollers: one task a kind, each with its own pace, jitter and back-off.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

use super::{Polled, Resource, Seen, Snapshot};
use crate::aws::{Aws, Kind, attributed};

/// Nothing waits longer than this, whatever goes wrong.
const LONGEST: Duration = Duration::from_mins(10);

/// Where "now" comes from: the wall clock, or a test's own time.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// How long to wait before the next poll: the kind's own pace, doubled with each failure in a row, capped.
#[must_use]
pub fn delay(every: Duration, failures: u32) -> Duration {
    every.saturating_mul(2u32.saturating_pow(failures.min(16))).min(LONGEST.max(every))
}

/// Asks AWS once for one kind.
pub async fn ask<T: Resource>(aws: &Aws, seen: &Seen) -> Polled<T> {
    let result = attributed(T::KIND, T::list(aws, seen)).await;
    let polled = Polled { at: seen.at, result };
    if polled.trouble().is_some_and(|why| why.kind == Kind::Throttled) {
        aws.meter.throttled();
    }
    polled
}

/// The polling tasks of one account; they end when this is dropped.
#[derive(Debug)]
pub struct Pollers {
    aws: Aws,
    seen: watch::Receiver<Seen>,
    wake: watch::Receiver<Wake>,
    clock: ClockHandle,
    out: mpsc::Sender<Snapshot>,
    tasks: JoinSet<()>,
}

#[derive(Clone)]
struct ClockHandle(Clock);

impl std::fmt::Debug for ClockHandle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Clock")
    }
}

/// Asks kinds to poll now instead of later: all of them, or those that a write touched.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wake {
    /// Which kinds; empty means all.
    pub kinds: Vec<&'static str>,
}

impl Pollers {
    /// Pollers that have not started yet. `out` is bounded: a slow screen slows the polling, never the memory.
    #[must_use]
    pub fn new(
        aws: Aws,
        seen: watch::Receiver<Seen>,
        wake: watch::Receiver<Wake>,
        clock: Clock,
        out: mpsc::Sender<Snapshot>,
    ) -> Self {
        Self { aws, seen, wake, clock: ClockHandle(clock), out, tasks: JoinSet::new() }
    }

    pub(super) fn spawn<T: Resource>(&mut self, wrap: fn(Polled<T>) -> Snapshot) {
        let (aws, clock, out) = (self.aws.clone(), self.clock.0.clone(), self.out.clone());
        let (mut seen, mut wake) = (self.seen.clone(), self.wake.clone());
        // Each kind has chance of its own: when it polls does not hang on who else polled before.
        let mut chance = fastrand::Rng::with_seed(fastrand::u64(..));
        self.tasks.spawn(async move {
            let mut failures = 0;
            loop {
                if seen.wait_for(T::ready).await.is_err() {
                    return;
                }
                let now = Seen { at: clock(), ..seen.borrow_and_update().clone() };
                let mut polled = ask::<T>(&aws, &now).await;
                polled.at = clock();
                let failed = polled.result.is_err() || polled.passing_failure();
                failures = if failed { failures + 1 } else { 0 };
                let more = polled.unfinished();
                if out.send(wrap(polled)).await.is_err() {
                    return;
                }
                // Details that are still missing come at once; the channel gives the screen time to take them in.
                let pause =
                    if more { Duration::from_millis(50) } else { jittered(delay(T::EVERY, failures), &mut chance) };
                if sleep_or_wake(pause, &mut wake, T::KIND).await.is_err() {
                    return;
                }
            }
        });
    }
}

/// A tenth more or less, so that the kinds do not all ask at the same moment.
fn jittered(pause: Duration, chance: &mut fastrand::Rng) -> Duration {
    pause.mul_f64(0.9 + 0.2 * chance.f64())
}

async fn sleep_or_wake(
    pause: Duration,
    wake: &mut watch::Receiver<Wake>,
    kind: &'static str,
) -> Result<(), watch::error::RecvError> {
    let sleep = tokio::time::sleep(pause);
    tokio::pin!(sleep);
    loop {
        tokio::select! {
            () = &mut sleep => return Ok(()),
            changed = wake.changed() => {
                changed?;
                let asked = wake.borrow_and_update();
                if asked.kinds.is_empty() || asked.kinds.contains(&kind) {
                    return Ok(());
                }
            }
        }
    }
}

/// How often a source that fails for a passing reason is asked in a single look.
const TRIES: u32 = 3;

/// Polls every source until each was answered and nothing is missing: a single thorough look.
pub async fn look_once(aws: &Aws, mut seen: Seen, clock: &Clock) -> Seen {
    seen.thorough = true;
    let mut failures: BTreeMap<&'static str, u32> = BTreeMap::new();
    let mut due: BTreeSet<&'static str> = seen.store.sources().iter().map(|s| s.name).collect();
    while !due.is_empty() {
        seen.at = clock();
        let answers = super::ask_once(aws, &seen, &due).await;
        if answers.is_empty() {
            break;
        }
        let mut failed = false;
        for snapshot in answers {
            let kind = snapshot.kind();
            let tried = failures.entry(kind).or_default();
            *tried += u32::from(snapshot.passing_failure());
            if !snapshot.unfinished() && (!snapshot.passing_failure() || *tried >= TRIES) {
                due.remove(kind);
            }
            failed |= snapshot.passing_failure();
            seen.store.apply(snapshot);
        }
        if failed {
            tokio::time::sleep(Duration::from_millis(300)).await;
        }
    }
    seen
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_widen_the_pace_up_to_a_limit() {
        let every = Duration::from_secs(15);
        let waits: Vec<u64> = (0..8).map(|n| delay(every, n).as_secs()).collect();
        assert_eq!(waits, [15, 30, 60, 120, 240, 480, 600, 600]);
        assert_eq!(delay(every, u32::MAX).as_secs(), 600);
        assert_eq!(delay(Duration::from_mins(15), 3).as_secs(), 900, "never faster than its own pace");
    }
}
