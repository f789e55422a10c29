//! The pollers: one task a kind, each the only writer of its table, with its own pace, jitter and back-off.

mod look;
mod turn;

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::runtime::Handle;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

use super::{AccountId, Change, Kind, Lane, Resource, Seen, Snapshot, Store, Table, Traffic};
use crate::aws::{Aws, ErrorKind};
pub(crate) use look::Asking;
pub use look::{Patience, look_once};
use turn::turn;
pub(crate) use turn::{Asked, Told, ask};

/// Where "now" comes from: the wall clock, or a test's own time.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// Rows from which on a list is long: it takes five calls or more.
const LONG: usize = 500;

/// Who read something: the pollers of an account, and how often they had been started anew by then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reader {
    /// Which account.
    pub account: AccountId,
    /// Counts how often its pollers were started anew.
    life: u32,
}

/// The polling tasks of one account and region; they end when this is dropped.
pub struct Pollers {
    aws: Aws,
    seen: watch::Receiver<Seen>,
    wake: watch::Receiver<Wake>,
    clock: Clock,
    out: mpsc::Sender<(Reader, Snapshot)>,
    reader: Reader,
    background: Handle,
    tasks: JoinSet<()>,
}

impl std::fmt::Debug for Pollers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pollers").field("aws", &self.aws.region).finish_non_exhaustive()
    }
}

/// Asks kinds to take their turn now instead of later: all of them, or those that a write touched.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wake {
    /// Which kinds; empty means all.
    pub kinds: Vec<Kind>,
}

impl Pollers {
    /// Pollers that have not started yet. `out` is bounded: a slow screen slows the polling, never the memory.
    /// What they read goes there with their account and the life in which they read it. They run in the
    /// `background`.
    #[must_use]
    pub fn new(
        aws: Aws,
        seen: watch::Receiver<Seen>,
        wake: watch::Receiver<Wake>,
        clock: Clock,
        account: AccountId,
        out: mpsc::Sender<(Reader, Snapshot)>,
        background: Handle,
    ) -> Self {
        Self { aws, seen, wake, clock, out, reader: Reader { account, life: 0 }, background, tasks: JoinSet::new() }
    }

    /// Ends all tasks and starts them anew with the tables that are seen now. What was read before belongs to another
    /// life: it may still be on its way.
    pub fn restart(&mut self) {
        self.tasks = JoinSet::new();
        self.reader.life += 1;
        // What somebody asked of those before is not asked of these.
        self.wake.mark_unchanged();
        self.start();
    }

    /// Who reads now.
    #[must_use]
    pub fn reader(&self) -> Reader {
        self.reader
    }

    pub(super) fn spawn<T: Resource>(
        &mut self,
        own: fn(&Store) -> &Table<T>,
        wrap: fn(Table<T>, Vec<Change>) -> Snapshot,
    ) {
        let poller = Poller {
            aws: self.aws.clone(),
            clock: self.clock.clone(),
            table: own(&self.seen.borrow().store).clone(),
            seen: self.seen.clone(),
            wake: self.wake.clone(),
            // Each kind has chance of its own: when it polls does not hang on who else polled before.
            chance: fastrand::Rng::with_seed(fastrand::u64(..)),
            failures: 0,
            swept: None,
            in_vain: false,
            lost: None,
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
    seen: watch::Receiver<Seen>,
    wake: watch::Receiver<Wake>,
    chance: fastrand::Rng,
    failures: u32,
    swept: Option<tokio::time::Instant>,
    /// What was due could not be had: it waits for the next turn, however often it is still due.
    in_vain: bool,
    /// When it was last tried in vain for want of a login, a network or a clock. The vital kinds go on trying, and when
    /// one of them was answered since then, the others follow.
    lost: Option<Timestamp>,
}

/// Why a poller takes its turn.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Why {
    /// It is time.
    Time,
    /// The turn before left something to be had.
    More,
    /// Something appeared that it should read.
    Due,
    /// Somebody asked for it.
    Asked,
}

impl<T: Resource> Poller<T> {
    async fn run(
        mut self,
        reader: Reader,
        out: mpsc::Sender<(Reader, Snapshot)>,
        wrap: fn(Table<T>, Vec<Change>) -> Snapshot,
    ) {
        let mut why = Why::Time;
        loop {
            if self.seen.wait_for(T::ready).await.is_err() {
                return;
            }
            let now = Seen { at: (self.clock)(), ..self.seen.borrow_and_update().clone() };
            let sweep = self.sweeps(why);
            let asked_before = self.aws.meter.calls_of(T::KIND.name());
            let (told, changes) = turn(&self.aws, &now, &mut self.table, sweep, &*self.clock).await;
            self.failures = match told {
                // Who could not ask, as what it hangs on was not read, has not failed once more.
                Told::Later | Told::Failed => {
                    self.failures
                        + u32::from(self.failures == 0 || self.aws.meter.calls_of(T::KIND.name()) > asked_before)
                }
                Told::More | Told::All => 0,
            };
            let lost = self.table.trouble().is_some_and(|why| why.kind.cut_off());
            self.lost = lost.then(|| (self.clock)());
            self.in_vain = why == Why::Due && told != Told::More && changes.is_empty();
            if sweep && told == Told::All {
                self.swept = Some(tokio::time::Instant::now());
            }
            let pause = if told == Told::More { Duration::ZERO } else { self.pause() };
            if out.send((reader, wrap(self.table.clone(), changes))).await.is_err() {
                return;
            }
            why = match self.rest(pause).await {
                Ok(Why::Time) if told == Told::More => Why::More,
                Ok(why) => why,
                Err(_) => return,
            };
        }
    }

    /// Is this turn to read everything? Where a kind has no sweeps every turn does.
    fn sweeps(&self, why: Why) -> bool {
        let Some(lane) = T::SWEEP else { return true };
        if lane == T::LANE {
            // There is nothing else to do when it is time; only what is due comes in between.
            return matches!(why, Why::Time | Why::Asked);
        }
        // Reading all of a long list sooner because it is looked at would leave no calls for what is in it.
        let looked_at = self.traffic().looked_at && self.table.len() < LONG;
        let lane = lane.moved(Traffic { looked_at, ..self.traffic() }, T::VITAL);
        why == Why::Asked || self.swept.is_none_or(|at| at.elapsed() + Duration::from_secs(2) >= lane.every())
    }

    fn traffic(&self) -> Traffic {
        let seen = self.seen.borrow();
        // Whoever logs in again looks at the screen: an expired login is not waited for longer and longer. And a
        // service that says "too fast" is asked less often as a whole: that counts once.
        let waited_for =
            self.table.trouble().is_some_and(|why| matches!(why.kind, ErrorKind::Expired | ErrorKind::Throttled));
        Traffic {
            looked_at: seen.focus.kinds.contains(&T::KIND),
            idle: seen.focus.idle,
            slowdown: self.aws.meter.slowdown(T::KIND.service()),
            failures: if waited_for { 0 } else { self.failures },
        }
    }

    /// The time to the next turn; a tenth more or less, so that the kinds do not all ask at the same moment.
    fn pause(&mut self) -> Duration {
        let traffic = self.traffic();
        let lane = T::LANE.moved(traffic, T::VITAL);
        // What may be over in a moment is not waited for as long as a slow lane is.
        let passing = self.failures > 0 && self.table.trouble().is_some_and(|why| why.kind.passing());
        let pause = if passing { lane.pause(traffic).min(Lane::Fast.pause(traffic)) } else { lane.pause(traffic) };
        let pause = pause.mul_f64(0.9 + 0.2 * self.chance.f64());
        self.table.put_in(lane, (self.clock)().checked_add(pause).ok());
        pause
    }

    /// May what others were answered make a turn come sooner?
    fn listens(&self) -> bool {
        self.lost.is_some() || (self.failures == 0 && !self.in_vain)
    }

    /// Waits for the next turn: its time, something that is due, or somebody who asks.
    async fn rest(&mut self, pause: Duration) -> Result<Why, watch::error::RecvError> {
        let began = tokio::time::Instant::now();
        let mut end = began + pause;
        let slowdown = self.traffic().slowdown;
        loop {
            // A pause that throttling made long is looked at again, as the service may be calm by now.
            let look = tokio::time::Instant::now() + T::LANE.every();
            tokio::select! {
                biased;
                changed = self.wake.changed() => {
                    changed?;
                    let asked = self.wake.borrow_and_update();
                    if asked.kinds.is_empty() || asked.kinds.contains(&T::KIND) {
                        return Ok(Why::Asked);
                    }
                }
                () = tokio::time::sleep_until(end) => return Ok(Why::Time),
                () = tokio::time::sleep_until(look), if slowdown > 1 && look < end => {
                    if self.traffic().slowdown < slowdown {
                        end = end.min(began + T::LANE.moved(self.traffic(), T::VITAL).pause(self.traffic()));
                    }
                }
                changed = self.seen.changed(), if self.listens() => {
                    changed?;
                    let seen = self.seen.borrow_and_update().clone();
                    if self.lost.is_some() {
                        // The network is back, or somebody logged in. The first time at once; then it may be lost for
                        // this kind alone, or others were answered a moment before they were lost, too.
                        if seen.store.last_answer() > self.lost {
                            let rest = if self.failures <= 1 { Duration::ZERO } else { Lane::Fast.every() };
                            end = end.min(began + rest);
                        }
                        continue;
                    }
                    if T::due(&seen, &self.table) {
                        return Ok(Why::Due);
                    }
                    // What begins to be looked at moves to a faster lane at once, not after the old pause.
                    let faster = T::LANE.moved(self.traffic(), T::VITAL).pause(self.traffic());
                    if faster < pause {
                        end = end.min(began + faster);
                    }
                }
            }
        }
    }
}

/// How old a row of a lane may be for a decision to rest on it.
#[must_use]
pub fn oldest_allowed(lane: Lane) -> Duration {
    // One turn may fail and one may be late before a row is called old.
    lane.every() * 3
}

#[cfg(test)]
mod tests;
