//! The pollers. Each kind has one task, which alone writes the table of the kind and has its own pace, jitter and
//! back-off.

mod look;
mod turn;

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::runtime::Handle;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

use super::{AccountId, Cadence, Change, Kind, Observed, PollConditions, Resource, Store, Table, TableUpdate};
use crate::aws::{Aws, ErrorKind};
pub(crate) use look::SingleRead;
pub use look::{Patience, look_once};
use turn::turn;
pub(crate) use turn::{TurnOutcome, TurnResult, take_turn};

/// The source of the present time: the wall clock, or a test's own time.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// A list with this many rows is long: it takes five calls or more.
const LONG: usize = 500;

/// The origin of a snapshot: the pollers of an account, and how often they had been restarted by then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reader {
    /// The account that is polled.
    pub account: AccountId,
    /// The number of restarts of its pollers.
    restarts: u32,
}

/// The polling tasks of one account and region; they end when this is dropped.
pub struct Pollers {
    aws: Aws,
    observed: watch::Receiver<Observed>,
    wake: watch::Receiver<Wake>,
    clock: Clock,
    out: mpsc::Sender<(Reader, TableUpdate)>,
    reader: Reader,
    background: Handle,
    tasks: JoinSet<()>,
}

impl std::fmt::Debug for Pollers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pollers").field("aws", &self.aws.region).finish_non_exhaustive()
    }
}

/// A request that makes kinds take their turn now: all of them, or some.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wake {
    /// The kinds to poll; empty means all.
    pub kinds: Vec<Kind>,
}

impl Pollers {
    /// Makes pollers that have not started yet and will run in the `background`. They send what they read to `out`,
    /// which is bounded, so a slow screen slows the polling and takes no memory.
    #[must_use]
    pub fn new(
        aws: Aws,
        observed: watch::Receiver<Observed>,
        wake: watch::Receiver<Wake>,
        clock: Clock,
        account: AccountId,
        out: mpsc::Sender<(Reader, TableUpdate)>,
        background: Handle,
    ) -> Self {
        Self {
            aws,
            observed,
            wake,
            clock,
            out,
            reader: Reader { account, restarts: 0 },
            background,
            tasks: JoinSet::new(),
        }
    }

    /// Ends all tasks and starts them anew with the present tables. Updates of the old tasks may still be on their
    /// way; their [`Reader`] distinguishes them.
    pub fn restart(&mut self) {
        self.tasks = JoinSet::new();
        self.reader.restarts += 1;
        // Pending wake-ups belonged to the old tasks.
        self.wake.mark_unchanged();
        self.start();
    }

    /// Returns the origin of the snapshots of the present tasks.
    #[must_use]
    pub fn reader(&self) -> Reader {
        self.reader
    }

    pub(super) fn spawn<T: Resource>(
        &mut self,
        own: fn(&Store) -> &Table<T>,
        wrap: fn(Table<T>, Vec<Change>) -> TableUpdate,
    ) {
        let poller = Poller {
            aws: self.aws.clone(),
            clock: self.clock.clone(),
            table: own(&self.observed.borrow().store).clone(),
            observed: self.observed.clone(),
            wake: self.wake.clone(),
            // Each kind has a generator of its own, so its times do not depend on when other kinds polled.
            random: fastrand::Rng::with_seed(fastrand::u64(..)),
            failures: 0,
            last_sweep: None,
            due_failed: false,
            cut_off_at: None,
        };
        let (reader, out) = (self.reader, self.out.clone());
        self.tasks.spawn_on(async move { poller.run(reader, out, wrap).await }, &self.background);
    }
}

/// One kind's task.
struct Poller<T> {
    aws: Aws,
    clock: Clock,
    table: Table<T>,
    observed: watch::Receiver<Observed>,
    wake: watch::Receiver<Wake>,
    random: fastrand::Rng,
    /// The number of polls in a row that failed.
    failures: u32,
    /// The time at which everything was last read.
    last_sweep: Option<tokio::time::Instant>,
    /// Whether the rows that were due could not be read. They wait for the next scheduled turn, although they are still
    /// due.
    due_failed: bool,
    /// The time at which a turn last failed because the account is cut off: no login, no network, a wrong clock. The
    /// vital kinds keep trying; when one of them is answered, the others follow.
    cut_off_at: Option<Timestamp>,
}

/// The reason why a poller takes its turn.
#[derive(Clone, Copy, PartialEq, Eq)]
enum WakeReason {
    /// Its pause is over.
    Scheduled,
    /// The turn before left something to read.
    More,
    /// Something appeared that it should read.
    Due,
    /// Somebody requested it.
    Requested,
}

impl<T: Resource> Poller<T> {
    async fn run(
        mut self,
        reader: Reader,
        out: mpsc::Sender<(Reader, TableUpdate)>,
        wrap: fn(Table<T>, Vec<Change>) -> TableUpdate,
    ) {
        let mut why = WakeReason::Scheduled;
        loop {
            if self.observed.wait_for(|observed| observed.store.answered(T::AFTER)).await.is_err() {
                return;
            }
            let now = Observed { at: (self.clock)(), ..self.observed.borrow_and_update().clone() };
            let sweep = self.is_sweep(why);
            let asked_before = self.aws.meter.calls_of(T::KIND.name());
            let (outcome, changes) = turn(&self.aws, &now, &mut self.table, sweep, &*self.clock).await;
            self.failures = match outcome {
                // A turn without a call, because a dependency was missing, is no further failure.
                TurnOutcome::Retry | TurnOutcome::Failed => {
                    self.failures
                        + u32::from(self.failures == 0 || self.aws.meter.calls_of(T::KIND.name()) > asked_before)
                }
                TurnOutcome::More | TurnOutcome::Complete => 0,
            };
            let cut_off = self.table.trouble().is_some_and(|why| why.kind.cut_off());
            self.cut_off_at = cut_off.then(|| (self.clock)());
            self.due_failed = why == WakeReason::Due && outcome != TurnOutcome::More && changes.is_empty();
            if sweep && outcome == TurnOutcome::Complete {
                self.last_sweep = Some(tokio::time::Instant::now());
            }
            let pause = if outcome == TurnOutcome::More { Duration::ZERO } else { self.pause() };
            if out.send((reader, wrap(self.table.clone(), changes))).await.is_err() {
                return;
            }
            why = match self.wait(pause).await {
                Ok(WakeReason::Scheduled) if outcome == TurnOutcome::More => WakeReason::More,
                Ok(why) => why,
                Err(_) => return,
            };
        }
    }

    /// Returns whether this turn reads everything. Every turn does, where the kind has no sweeps.
    fn is_sweep(&self, why: WakeReason) -> bool {
        let Some(cadence) = T::SWEEP else { return true };
        if cadence == T::CADENCE {
            // Every scheduled turn is a sweep; only what is due is read in between.
            return matches!(why, WakeReason::Scheduled | WakeReason::Requested);
        }
        // A long list is not swept sooner because it is looked at: that would leave no calls for its rows.
        let looked_at = self.conditions().looked_at && self.table.len() < LONG;
        let cadence = cadence.adjusted(PollConditions { looked_at, ..self.conditions() }, T::VITAL);
        why == WakeReason::Requested
            || self.last_sweep.is_none_or(|at| at.elapsed() + Duration::from_secs(2) >= cadence.every())
    }

    fn conditions(&self) -> PollConditions {
        let observed = self.observed.borrow();
        // An expired login causes no back-off, because the operator looks at the screen after logging in again.
        // Throttling causes none, because it already slows down all calls of the service.
        let no_back_off =
            self.table.trouble().is_some_and(|why| why.kind.is_about_credentials() || why.kind == ErrorKind::Throttled);
        PollConditions {
            looked_at: observed.focus.kinds.contains(&T::KIND),
            idle: observed.focus.idle,
            slowdown: self.aws.meter.slowdown(T::KIND.service()),
            failures: if no_back_off { 0 } else { self.failures },
        }
    }

    /// Schedules the next turn and returns the time until then, varied by up to a tenth so that the kinds do not all
    /// poll at the same moment.
    fn pause(&mut self) -> Duration {
        let conditions = self.conditions();
        let cadence = T::CADENCE.adjusted(conditions, T::VITAL);
        // After a failure that may pass, a slow cadence does not wait for its full pause.
        let passing = self.failures > 0 && self.table.trouble().is_some_and(|why| why.kind.passing());
        let pause = if passing {
            cadence.pause(conditions).min(Cadence::Fast.pause(conditions))
        } else {
            cadence.pause(conditions)
        };
        let pause = pause.mul_f64(0.9 + 0.2 * self.random.f64());
        self.table.schedule(cadence, (self.clock)().checked_add(pause).ok());
        pause
    }

    /// Returns whether answers of other kinds may end the pause early.
    fn may_end_early(&self) -> bool {
        self.cut_off_at.is_some() || (self.failures == 0 && !self.due_failed)
    }

    /// Waits for the next turn: until the pause is over, something is due, or somebody requests it.
    async fn wait(&mut self, pause: Duration) -> Result<WakeReason, watch::error::RecvError> {
        let began = tokio::time::Instant::now();
        let mut end = began + pause;
        let slowdown = self.conditions().slowdown;
        loop {
            // A pause that throttling made longer is shortened when the service is calm again.
            let review = tokio::time::Instant::now() + T::CADENCE.every();
            tokio::select! {
                biased;
                changed = self.wake.changed() => {
                    changed?;
                    let wake = self.wake.borrow_and_update();
                    if wake.kinds.is_empty() || wake.kinds.contains(&T::KIND) {
                        return Ok(WakeReason::Requested);
                    }
                }
                () = tokio::time::sleep_until(end) => return Ok(WakeReason::Scheduled),
                () = tokio::time::sleep_until(review), if slowdown > 1 && review < end => {
                    if self.conditions().slowdown < slowdown {
                        end = end.min(began + T::CADENCE.adjusted(self.conditions(), T::VITAL).pause(self.conditions()));
                    }
                }
                changed = self.observed.changed(), if self.may_end_early() => {
                    changed?;
                    let observed = self.observed.borrow_and_update().clone();
                    if self.cut_off_at.is_some() {
                        // The network is back, or somebody logged in, so try at once. After a second failure wait a
                        // little, as this kind alone may be cut off.
                        if observed.store.last_answer() > self.cut_off_at {
                            let rest = if self.failures <= 1 { Duration::ZERO } else { Cadence::Fast.every() };
                            end = end.min(began + rest);
                        }
                        continue;
                    }
                    if T::due(&observed, &self.table) {
                        return Ok(WakeReason::Due);
                    }
                    // A kind that is looked at now moves to its faster cadence at once, not after the old pause.
                    let faster = T::CADENCE.adjusted(self.conditions(), T::VITAL).pause(self.conditions());
                    if faster < pause {
                        end = end.min(began + faster);
                    }
                }
            }
        }
    }
}

/// Returns the oldest age at which a row of a cadence may be the basis of a decision.
#[must_use]
pub fn oldest_allowed(cadence: Cadence) -> Duration {
    // One turn may fail and one may be late.
    cadence.every() * 3
}

#[cfg(test)]
mod tests;
