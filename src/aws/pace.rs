//! The rate of each service and the order of its calls: one token bucket per service.
//!
//! AWS's limits are per account and region, and shared with CI, dashboards and every other operator. So the buckets are
//! small, and after a "too fast" the service is called less often.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

use super::services::{Rate, Service};
use super::slowdown::Slowdown;

/// The urgency of a call. If there are too few tokens for all calls, the most urgent ones go first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Urgency {
    /// A plan or write of an operator. It never waits; the others wait for it.
    User,
    /// A read of something on the screen, or of something that reveals a failure.
    Visible,
    /// Any other call.
    Background,
}

/// The choice between the two rates of a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    /// The rate for a console that stays on: few calls a second.
    Steady,
    /// The rate for a single look, which is followed by silence: a larger burst.
    Once,
    /// No limit, for an account that nobody shares.
    Unlimited,
}

impl Pace {
    fn of(self, service: &Service) -> Option<Rate> {
        match self {
            Self::Steady => Some(service.steady),
            Self::Once => Some(service.once),
            Self::Unlimited => None,
        }
    }
}

/// The queues before the services; clones share them.
#[derive(Debug, Clone)]
pub(super) struct RateLimiter {
    pace: Pace,
    state: Arc<Mutex<Services>>,
    changed: Arc<Notify>,
}

/// The state of each service by its name. A service that we do not limit may still have limits of its own.
#[derive(Debug, Default)]
struct Services {
    queues: BTreeMap<&'static str, Queue>,
    slowdowns: BTreeMap<&'static str, Slowdown>,
}

#[derive(Debug)]
struct Queue {
    tokens: f64,
    at: Instant,
    waiting: BTreeSet<(Urgency, u64)>,
    tickets: u64,
    /// The tokens per second.
    rate: f64,
}

impl RateLimiter {
    pub(super) fn new(pace: Pace) -> Self {
        Self { pace, state: Arc::default(), changed: Arc::default() }
    }

    /// Waits for this caller's turn. A dropped future leaves the queue.
    pub(super) async fn pass(&self, service: &'static Service, urgency: Urgency) {
        let Some(limit) = self.pace.of(service) else { return };
        if urgency == Urgency::User {
            // An operator may go into debt: the pollers wait until it is paid.
            self.with(service, limit, |queue| queue.tokens -= 1.0);
            return;
        }
        let number = self.with(service, limit, |queue| {
            queue.tickets += 1;
            queue.waiting.insert((urgency, queue.tickets));
            queue.tickets
        });
        let ticket = Ticket { limiter: self, service: service.name, key: (urgency, number) };
        loop {
            let changed = self.changed.notified();
            let admission = self.with(service, limit, |queue| queue.admit(ticket.key));
            match admission {
                Admission::Now => return,
                Admission::In(wait) => tokio::time::sleep(wait).await,
                Admission::Behind => changed.await,
            }
        }
    }

    /// Notes that a service answered "too fast".
    pub(super) fn throttled(&self, service: &Service) {
        let mut state = self.lock();
        let slowdown = state.slowdowns.entry(service.name).or_default();
        *slowdown = slowdown.after(Instant::now());
    }

    /// Returns the factor by which calls of a service are rarer than usual.
    pub(super) fn slowdown(&self, service: &Service) -> u32 {
        self.lock().slowdowns.get(service.name).map_or(1, |slowdown| slowdown.factor(Instant::now()))
    }

    /// Returns the slowdown of the service that is throttled most.
    pub(super) fn worst_slowdown(&self) -> u32 {
        self.lock().slowdowns.values().map(|slowdown| slowdown.factor(Instant::now())).max().unwrap_or(1)
    }

    fn lock(&self) -> MutexGuard<'_, Services> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn with<T>(&self, service: &Service, limit: Rate, work: impl FnOnce(&mut Queue) -> T) -> T {
        let now = Instant::now();
        let mut state = self.lock();
        let factor = state.slowdowns.get(service.name).map_or(1, |slowdown| slowdown.factor(now));
        let queue = state.queues.entry(service.name).or_insert_with(|| Queue {
            tokens: limit.burst,
            at: now,
            waiting: BTreeSet::new(),
            tickets: 0,
            rate: limit.per_second,
        });
        queue.refill(limit, now);
        queue.rate = limit.per_second / f64::from(factor);
        work(queue)
    }
}

/// The answer to a caller in the queue.
enum Admission {
    /// The caller may go.
    Now,
    /// The caller is first in the queue, but the bucket stays empty for this long.
    In(Duration),
    /// Another caller is first.
    Behind,
}

impl Queue {
    /// The longest time by which a call may overtake another. AWS counts a call when it arrives, and we count it when
    /// it leaves, so a fast call after a slow one would arrive too early.
    const ON_ITS_WAY: Duration = Duration::from_millis(250);

    /// Adds the tokens that were earned since the last time. A full bucket earns nothing, and starts to earn a little
    /// after its first token was taken.
    fn refill(&mut self, limit: Rate, now: Instant) {
        let earned = now.saturating_duration_since(self.at).as_secs_f64() * self.rate;
        self.tokens += earned;
        if self.tokens >= limit.burst {
            (self.tokens, self.at) = (limit.burst, now + Self::ON_ITS_WAY);
        } else {
            self.at = self.at.max(now);
        }
    }

    fn admit(&mut self, ticket: (Urgency, u64)) -> Admission {
        if self.waiting.first() != Some(&ticket) {
            return Admission::Behind;
        }
        // The limit is a little below one, because rounding must not miss the token that the caller slept for.
        if self.tokens > 1.0 - 1e-6 {
            self.tokens -= 1.0;
            return Admission::Now;
        }
        Admission::In(Duration::from_secs_f64((1.0 - self.tokens) / self.rate))
    }
}

/// A place in a queue. A dropped ticket leaves the queue, served or not.
struct Ticket<'a> {
    limiter: &'a RateLimiter,
    service: &'static str,
    key: (Urgency, u64),
}

impl Drop for Ticket<'_> {
    fn drop(&mut self) {
        let mut state = self.limiter.lock();
        if let Some(queue) = state.queues.get_mut(self.service) {
            queue.waiting.remove(&self.key);
        }
        drop(state);
        self.limiter.changed.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::SERVICES;

    /// Returns the times, in milliseconds, at which callers are let through.
    async fn passes(limiter: &RateLimiter, callers: &[Urgency]) -> Vec<(Urgency, u64)> {
        let start = Instant::now();
        let done = Arc::new(Mutex::new(Vec::new()));
        let calls = callers.iter().map(|urgency| {
            let done = done.clone();
            async move {
                limiter.pass(&SERVICES.sagemaker, *urgency).await;
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
        let limiter = RateLimiter::new(Pace::Steady);
        let burst = passes(&limiter, &[Urgency::Background; 10]).await;
        assert!(burst.iter().all(|(_, at)| *at == 0), "{burst:?}");
        let queue = passes(&limiter, &[Urgency::Background, Urgency::Background, Urgency::Visible]).await;
        assert!(queue[0].0 == Urgency::Visible && queue[0].1.abs_diff(750) <= 3, "{queue:?}");
        // The timer of the runtime counts whole milliseconds.
        assert!(queue[2].1.abs_diff(1750) <= 3, "{queue:?}");
        let user = passes(&limiter, &[Urgency::User]).await;
        assert_eq!(user, [(Urgency::User, 0)], "an operator does not wait behind the pollers");
        let next = passes(&limiter, &[Urgency::Visible]).await;
        assert!(next[0].1.abs_diff(1000) <= 3, "and the pollers pay for it: {next:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn who_gives_up_leaves_the_queue() {
        let limiter = RateLimiter::new(Pace::Steady);
        passes(&limiter, &[Urgency::Visible; 10]).await;
        let gone =
            tokio::time::timeout(Duration::from_millis(100), limiter.pass(&SERVICES.sagemaker, Urgency::Visible)).await;
        assert!(gone.is_err());
        let next = passes(&limiter, &[Urgency::Visible]).await;
        assert!(next[0].1.abs_diff(650) <= 3, "{next:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn throttling_slows_one_service_and_not_the_others() {
        let limiter = RateLimiter::new(Pace::Steady);
        passes(&limiter, &[Urgency::Visible; 10]).await;
        limiter.throttled(&SERVICES.sagemaker);
        assert_eq!((limiter.slowdown(&SERVICES.sagemaker), limiter.slowdown(&SERVICES.s3)), (2, 1));
        let next = passes(&limiter, &[Urgency::Visible]).await;
        assert!(next[0].1.abs_diff(1250) <= 3, "{next:?}");
    }
}
