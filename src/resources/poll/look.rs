//! A single look: every kind is read to its end, or until the time is up.

use std::collections::BTreeSet;
use std::time::Duration;

use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt, StreamExt};
use jiff::Timestamp;
use tokio::time::{Instant, sleep, sleep_until};

use super::{Clock, TurnOutcome, TurnResult};
use crate::aws::{Aws, AwsError, ErrorKind, timed_without_waits};
use crate::resources::{Kind, Observed, SINGLE_READS, Store, TableUpdate};

/// How often a kind is tried when it fails for a reason that may pass.
const TRIES: u32 = 3;
/// The same for an optional kind.
const TRIES_OPTIONAL: u32 = 2;

/// The pause before a kind is tried again, for each failure so far.
const PAUSE: Duration = Duration::from_millis(500);

/// The shortest time between two checks whether the time is up.
const LEAST: Duration = Duration::from_millis(50);

/// A kind that fails only after this long is not tried again.
const SLOW: Duration = Duration::from_secs(5);

/// How long a single look, or a plan, waits for AWS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    time: Duration,
    /// Whether the time in which our own calls wait for their turn counts as well.
    whole: bool,
}

impl Default for Patience {
    /// Waits one minute, not counting the time that our own pace takes, so that a large account may be read for longer.
    fn default() -> Self {
        Self { time: Duration::from_mins(1), whole: false }
    }
}

impl Patience {
    /// Waits this long and no longer, whatever the time is spent on.
    #[must_use]
    pub fn at_most(time: Duration) -> Self {
        Self { time, whole: true }
    }

    /// Returns the length of the wait, as it was set.
    #[must_use]
    pub fn time(self) -> Duration {
        self.time
    }

    /// Returns when the time is up.
    async fn over(self, aws: &Aws) {
        let began = Instant::now();
        loop {
            let own = if self.whole { Duration::ZERO } else { aws.meter.paced() };
            let until = began + self.time + own;
            if Instant::now() >= until {
                return;
            }
            // The end moves on while a call waits for its turn.
            sleep_until(until.max(Instant::now() + LEAST)).await;
        }
    }
}

/// The way in which a single look reads a kind.
pub(crate) struct SingleRead {
    pub(crate) kind: Kind,
    pub(crate) optional: bool,
    /// The kinds that must be complete before it is read.
    pub(crate) after: &'static [Kind],
    /// Takes one turn.
    pub(crate) read: fn(Aws, Observed) -> BoxFuture<'static, TurnResult>,
    /// Makes its table, with the reason, when the look ends before the kind was read to its end.
    pub(crate) unanswered: fn(&Store, AwsError, Timestamp) -> TableUpdate,
}

/// One turn of a kind and how it went.
struct Try {
    kind: &'static SingleRead,
    failures: u32,
    result: TurnResult,
}

/// Reads all kinds at the same time. A kind that fails or is slow delays only those that depend on it. A kind that was
/// not read when the time is up counts as unreachable.
pub async fn look_once(aws: &Aws, mut observed: Observed, clock: &Clock, patience: Patience) -> Observed {
    observed.one_shot = true;
    let over = patience.over(aws).fuse();
    tokio::pin!(over);
    // Holds only fully read tables; a kind is read once the tables that it depends on are complete.
    let mut complete = Observed { store: Store::default(), ..observed.clone() };
    let mut waiting: Vec<&'static SingleRead> = SINGLE_READS.iter().collect();
    let mut unread: BTreeSet<Kind> = waiting.iter().map(|asking| asking.kind).collect();
    let mut running = FuturesUnordered::new();
    loop {
        let (ready, rest): (Vec<_>, Vec<_>) = waiting.into_iter().partition(|kind| complete.store.answered(kind.after));
        waiting = rest;
        running.extend(ready.into_iter().map(|kind| take_turn(kind, 0, aws, &observed, clock)));
        let answered = tokio::select! {
            biased;
            answered = running.next() => answered,
            () = &mut over => None,
        };
        let Some(Try { kind, failures, result: TurnResult { outcome, update } }) = answered else { break };
        observed.store.apply(update.clone());
        let tries = if kind.optional { TRIES_OPTIONAL } else { TRIES };
        match outcome {
            TurnOutcome::More => running.push(take_turn(kind, 0, aws, &observed, clock)),
            TurnOutcome::Retry if failures < tries => running.push(take_turn(kind, failures, aws, &observed, clock)),
            TurnOutcome::Complete | TurnOutcome::Retry | TurnOutcome::Failed => {
                complete.store.apply(update);
                unread.remove(&kind.kind);
            }
        }
    }
    for kind in SINGLE_READS.iter().filter(|kind| unread.contains(&kind.kind)) {
        let update = (kind.unanswered)(&observed.store, time_is_up(patience), clock());
        observed.store.apply(update);
    }
    observed
}

/// Takes a turn of a kind with what was read so far, after a pause if it failed before.
fn take_turn(
    kind: &'static SingleRead,
    failures: u32,
    aws: &Aws,
    observed: &Observed,
    clock: &Clock,
) -> impl Future<Output = Try> + use<> {
    let (aws, observed, clock) = (aws.clone(), observed.clone(), clock.clone());
    async move {
        sleep(PAUSE * failures).await;
        let (calls, meter) = (aws.meter.calls_of(kind.kind.name()), aws.meter.clone());
        let (result, took) = timed_without_waits((kind.read)(aws, Observed { at: clock(), ..observed })).await;
        let failed = match result.outcome {
            // A turn without a call failed because of a dependency; it is not tried again.
            TurnOutcome::Retry if took > SLOW || meter.calls_of(kind.kind.name()) == calls => TRIES,
            TurnOutcome::Retry => failures + 1,
            TurnOutcome::More | TurnOutcome::Complete | TurnOutcome::Failed => 0,
        };
        Try { kind, failures: failed, result }
    }
}

/// Makes the error of a kind that was not read to its end.
fn time_is_up(patience: Patience) -> AwsError {
    let message = format!("not answered within {} s; --timeout waits longer", patience.time.as_secs_f64());
    AwsError { kind: ErrorKind::Unreachable, ..AwsError::other("AWS", message) }
}
