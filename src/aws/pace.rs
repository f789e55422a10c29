//! How fast each service may be asked: one token bucket a service, and who goes first.
//!
//! Limits are per account and region and shared with CI, dashboards and every other operator,
//! so the bucket is small, and after a "too fast" everything is asked less often.

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
    /// When the last "too fast" that counted came, and when the last one of all came.
    signs: Option<(Instant, Instant)>,
}

impl Default for Widening {
    fn default() -> Self {
        Self { factor: 1, signs: None }
    }
}

impl Widening {
    /// Never slower than this.
    const MOST: u32 = 16;
    /// Several answers within this time, times the factor, are one sign: they may all be of one burst, and an operator
    /// who asks again and again does not make it slower still.
    const SAME_SIGN: Duration = Duration::from_secs(5);
    /// After so long without a "too fast" the factor is halved.
    const CALM: Duration = Duration::from_mins(1);
    /// While it stays calm it is halved again after each of these.
    const RETURN: Duration = Duration::from_secs(5);

    /// How it stands after a "too fast": a pure function of the history.
    #[must_use]
    pub fn after(self, at: Instant) -> Self {
        let factor = self.factor(at);
        match self.signs {
            Some((counted, _)) if at.saturating_duration_since(counted) < Self::SAME_SIGN * factor => {
                Self { factor, signs: Some((counted, at)) }
            }
            _ => Self { factor: (factor * 2).min(Self::MOST), signs: Some((at, at)) },
        }
    }

    /// The factor at a time; it comes back to 1 by itself.
    #[must_use]
    pub fn factor(self, at: Instant) -> u32 {
        let Some((_, last)) = self.signs else { return self.factor };
        let Some(calm) = at.saturating_duration_since(last).checked_sub(Self::CALM) else { return self.factor };
        let halvings = 1 + calm.as_secs() / Self::RETURN.as_secs();
        u32::try_from(halvings).map_or(1, |n| self.factor.checked_shr(n).unwrap_or(0)).max(1)
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
        if too_fast {
            let mut state = self.lock();
            let widening = state.widenings.entry(service).or_default();
            *widening = widening.after(Instant::now());
        }
    }

    /// How much less often than usual a service is asked.
    pub(super) fn widening(&self, service: &str) -> u32 {
        self.lock().widenings.get(service).map_or(1, |widening| widening.factor(Instant::now()))
    }

    /// The widening of the service that is worst off.
    pub(super) fn widest(&self) -> u32 {
        self.lock().widenings.values().map(|widening| widening.factor(Instant::now())).max().unwrap_or(1)
    }

    fn lock(&self) -> MutexGuard<'_, Services> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn with<T>(&self, service: &'static str, bucket: Bucket, work: impl FnOnce(&mut Queue) -> T) -> T {
        let now = Instant::now();
        let mut state = self.lock();
        let factor = state.widenings.get(service).map_or(1, |widening| widening.factor(now));
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
        let at = |seconds| start + Duration::from_secs(seconds);
        let mut widening = Widening::default();
        let mut factors = Vec::new();
        // Seconds at which the service says "too fast", and the factor after it.
        for seconds in [0, 1, 6, 12, 31, 52, 91, 93] {
            widening = widening.after(at(seconds));
            factors.push(widening.factor(at(seconds)));
        }
        assert_eq!(factors, [2, 2, 2, 4, 4, 8, 8, 16]);
        let calm = |seconds: u64| widening.factor(at(93 + seconds));
        assert_eq!([59, 60, 64, 65, 70, 75, 80, 9_999].map(calm), [16, 8, 8, 4, 2, 1, 1, 1]);
        let again = widening.after(at(93 + 75));
        assert_eq!(again.factor(at(93 + 75)), 2, "it begins anew");
    }

    #[tokio::test(start_paused = true)]
    async fn asking_again_and_again_does_not_deepen_it() {
        let start = Instant::now();
        let hold = |every: usize| {
            let signs = (0..60).step_by(every).map(|seconds| start + Duration::from_secs(seconds));
            signs.fold(Widening::default(), Widening::after).factor(start + Duration::from_mins(1))
        };
        assert_eq!(hold(1), hold(15), "sixty answers in a minute say no more than four");
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
