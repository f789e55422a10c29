//! How fast each service may be asked: one token bucket a service, and who goes first.
//!
//! Limits are per account and region and shared with CI, dashboards and every other operator
//! (`aws-map` 2.4), so the bucket is small, and after a "too fast" everything is asked less often.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

/// Who waits longer when there is not enough for all; the first is served first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Urgency {
    /// An operator's plan or write: it never waits, the others wait for it.
    User,
    /// What is on the screen, and what tells that something is wrong.
    Visible,
    /// Everything else.
    Background,
}

/// The buckets of an account and region.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    sagemaker: Option<Bucket>,
    others: Option<Bucket>,
}

#[derive(Debug, Clone, Copy)]
struct Bucket {
    per_second: f64,
    burst: f64,
}

impl Pace {
    /// For a console that stays on: 2 calls a second to `SageMaker` with a burst of 10, 4 to the others.
    #[must_use]
    pub fn steady() -> Self {
        Self {
            sagemaker: Some(Bucket { per_second: 2.0, burst: 10.0 }),
            others: Some(Bucket { per_second: 4.0, burst: 10.0 }),
        }
    }
    /// For one look and then silence: a larger burst, the same rate after it.
    #[must_use]
    pub fn once() -> Self {
        Self {
            sagemaker: Some(Bucket { per_second: 4.0, burst: 60.0 }),
            others: Some(Bucket { per_second: 8.0, burst: 40.0 }),
        }
    }
    /// For an account that nobody shares.
    #[must_use]
    pub fn unlimited() -> Self {
        Self { sagemaker: None, others: None }
    }
    fn of(self, service: &str) -> Option<Bucket> {
        if service == "sagemaker" { self.sagemaker } else { self.others }
    }
}

/// How much less often a service is asked than usual, because it said "too fast": 1, 2, 4, … 16 times.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Widening {
    factor: u32,
    since: Option<Instant>,
}

impl Default for Widening {
    fn default() -> Self {
        Self { factor: 1, since: None }
    }
}

impl Widening {
    /// Never slower than this.
    const MOST: u32 = 16;
    /// Several answers to one burst are one sign.
    const SAME_SIGN: Duration = Duration::from_secs(5);
    /// So long without a "too fast", and it is halved.
    const CALM: Duration = Duration::from_secs(45);

    /// How it stands after one more answer: a pure function of the history.
    #[must_use]
    pub fn after(self, too_fast: bool, at: Instant) -> Self {
        let passed = self.since.map_or(Duration::MAX, |since| at.saturating_duration_since(since));
        match (too_fast, self.factor) {
            (true, _) if passed >= Self::SAME_SIGN => {
                Self { factor: (self.factor * 2).min(Self::MOST), since: Some(at) }
            }
            (false, 2..) if passed >= Self::CALM => Self { factor: self.factor / 2, since: Some(at) },
            (true | false, _) => self,
        }
    }
    /// The factor.
    #[must_use]
    pub fn factor(self) -> u32 {
        self.factor
    }
}

/// The queues before the services; clones share them.
#[derive(Debug, Clone)]
pub(super) struct Gate {
    pace: Pace,
    state: Arc<Mutex<Services>>,
    moved: Arc<Notify>,
}

/// What is known of each service. One that has no limit of ours may have one of its own.
#[derive(Debug, Default)]
struct Services {
    queues: BTreeMap<&'static str, Queue>,
    widenings: BTreeMap<&'static str, Widening>,
}

#[derive(Debug)]
struct Queue {
    tokens: f64,
    at: Instant,
    waiting: BTreeSet<(Urgency, u64)>,
    tickets: u64,
    /// Tokens a second.
    rate: f64,
}

impl Gate {
    pub(super) fn new(pace: Pace) -> Self {
        Self { pace, state: Arc::default(), moved: Arc::default() }
    }

    /// Comes back when it is this caller's turn. Dropping it gives the place in the queue away.
    pub(super) async fn pass(&self, service: &'static str, urgency: Urgency) {
        let Some(bucket) = self.pace.of(service) else { return };
        if urgency == Urgency::User {
            // A debt: whoever polls waits until it is paid.
            self.with(service, bucket, |queue| queue.tokens -= 1.0);
            return;
        }
        let number = self.with(service, bucket, |queue| {
            queue.tickets += 1;
            queue.waiting.insert((urgency, queue.tickets));
            queue.tickets
        });
        let place = Place { gate: self, service, ticket: (urgency, number) };
        loop {
            let moved = self.moved.notified();
            let wait = self.with(service, bucket, |queue| queue.take(place.ticket));
            match wait {
                Turn::Now => return,
                Turn::In(wait) => tokio::time::sleep(wait).await,
                Turn::Behind => moved.await,
            }
        }
    }

    /// An answer of a service: was it "too fast"?
    pub(super) fn answered(&self, service: &'static str, too_fast: bool) {
        let mut state = self.lock();
        let widening = state.widenings.entry(service).or_default();
        *widening = widening.after(too_fast, Instant::now());
    }

    /// How much less often than usual a service is asked.
    pub(super) fn widening(&self, service: &str) -> u32 {
        self.lock().widenings.get(service).map_or(1, |widening| widening.factor)
    }

    /// The widening of the service that is worst off.
    pub(super) fn widest(&self) -> u32 {
        self.lock().widenings.values().map(|widening| widening.factor).max().unwrap_or(1)
    }

    fn lock(&self) -> MutexGuard<'_, Services> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn with<T>(&self, service: &'static str, bucket: Bucket, work: impl FnOnce(&mut Queue) -> T) -> T {
        let now = Instant::now();
        let mut state = self.lock();
        let factor = state.widenings.get(service).map_or(1, |widening| widening.factor);
        let queue = state.queues.entry(service).or_insert_with(|| Queue {
            tokens: bucket.burst,
            at: now,
            waiting: BTreeSet::new(),
            tickets: 0,
            rate: bucket.per_second,
        });
        queue.refill(bucket, now);
        queue.rate = bucket.per_second / f64::from(factor);
        work(queue)
    }
}

/// What a caller in the queue may do.
enum Turn {
    /// Go.
    Now,
    /// First in the queue; there is nothing to take yet.
    In(Duration),
    /// Somebody else is first.
    Behind,
}

impl Queue {
    /// The service counts a call when it arrives. Whoever counts from when it left is now and then a little too fast.
    const ON_ITS_WAY: Duration = Duration::from_millis(250);

    /// What was earned since; a full bucket earns nothing, and begins to a little after its first token was taken.
    fn refill(&mut self, bucket: Bucket, now: Instant) {
        let earned = now.saturating_duration_since(self.at).as_secs_f64() * self.rate;
        self.tokens += earned;
        if self.tokens >= bucket.burst {
            (self.tokens, self.at) = (bucket.burst, now + Self::ON_ITS_WAY);
        } else {
            self.at = self.at.max(now);
        }
    }
    fn take(&mut self, ticket: (Urgency, u64)) -> Turn {
        if self.waiting.first() != Some(&ticket) {
            return Turn::Behind;
        }
        // A hair below one: what was slept for must not be missed by a rounding.
        if self.tokens > 1.0 - 1e-6 {
            self.tokens -= 1.0;
            return Turn::Now;
        }
        Turn::In(Duration::from_secs_f64((1.0 - self.tokens) / self.rate))
    }
}

/// A place in a queue; it is left when this is dropped, served or not.
struct Place<'a> {
    gate: &'a Gate,
    service: &'static str,
    ticket: (Urgency, u64),
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut state = self.gate.lock();
        if let Some(queue) = state.queues.get_mut(self.service) {
            queue.waiting.remove(&self.ticket);
        }
        drop(state);
        self.gate.moved.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_throttled_service_is_asked_less_often_until_it_is_calm() {
        let start = Instant::now();
        let after =
            |widening: Widening, seconds: u64, too_fast| widening.after(too_fast, start + Duration::from_secs(seconds));
        let mut widening = Widening::default();
        let mut factors = Vec::new();
        for (seconds, too_fast) in [
            (0, true),
            (1, true),
            (6, true),
            (12, true),
            (18, true),
            (24, true),
            (60, false),
            (69, false),
            (80, false),
            (114, false),
            (160, false),
            (205, false),
            (999, false),
        ] {
            widening = after(widening, seconds, too_fast);
            factors.push(widening.factor());
        }
        assert_eq!(factors, [2, 2, 4, 8, 16, 16, 16, 8, 8, 4, 2, 1, 1]);
    }

    /// The moments, in milliseconds, at which callers are let through.
    async fn passes(gate: &Gate, callers: &[Urgency]) -> Vec<(Urgency, u64)> {
        let start = Instant::now();
        let done = Arc::new(Mutex::new(Vec::new()));
        let calls = callers.iter().map(|urgency| {
            let done = done.clone();
            async move {
                gate.pass("sagemaker", *urgency).await;
                let at = u64::try_from(start.elapsed().as_millis()).unwrap();
                done.lock().unwrap().push((*urgency, at));
            }
        });
        futures_util::future::join_all(calls).await;
        let passed = done.lock().unwrap();
        passed.clone()
    }

    #[tokio::test(start_paused = true)]
    async fn a_burst_passes_and_then_what_is_visible_goes_first() {
        let gate = Gate::new(Pace::steady());
        let burst = passes(&gate, &[Urgency::Background; 10]).await;
        assert!(burst.iter().all(|(_, at)| *at == 0), "{burst:?}");
        let queue = passes(&gate, &[Urgency::Background, Urgency::Background, Urgency::Visible]).await;
        assert!(queue[0].0 == Urgency::Visible && queue[0].1.abs_diff(750) <= 3, "{queue:?}");
        // The timer of the runtime counts whole milliseconds.
        assert!(queue[2].1.abs_diff(1750) <= 3, "{queue:?}");
        let user = passes(&gate, &[Urgency::User]).await;
        assert_eq!(user, [(Urgency::User, 0)], "an operator does not wait behind the pollers");
        let next = passes(&gate, &[Urgency::Visible]).await;
        assert!(next[0].1.abs_diff(1000) <= 3, "and the pollers pay for it: {next:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn who_gives_up_leaves_the_queue() {
        let gate = Gate::new(Pace::steady());
        passes(&gate, &[Urgency::Visible; 10]).await;
        let gone = tokio::time::timeout(Duration::from_millis(100), gate.pass("sagemaker", Urgency::Visible)).await;
        assert!(gone.is_err());
        let next = passes(&gate, &[Urgency::Visible]).await;
        assert!(next[0].1.abs_diff(650) <= 3, "{next:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn throttling_slows_one_service_and_not_the_others() {
        let gate = Gate::new(Pace::steady());
        passes(&gate, &[Urgency::Visible; 10]).await;
        gate.answered("sagemaker", true);
        assert_eq!((gate.widening("sagemaker"), gate.widening("s3")), (2, 1));
        let next = passes(&gate, &[Urgency::Visible]).await;
        assert!(next[0].1.abs_diff(1250) <= 3, "{next:?}");
    }
}
