//! The connector that every call passes: it paces by service, counts by source and knows what it cost.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use tokio::time::Instant;

/// US dollars for one metric asked of `GetMetricData` (`aws-map` 2.5: $0.01 per 1,000, never free).
const PER_METRIC: f64 = 0.01 / 1000.0;
/// US dollars for one S3 call; the price of a list, the dearest of those we make (`aws-map` 2.5).
const PER_S3_CALL: f64 = 0.005 / 1000.0;

/// No answer after this long is no answer.
const LONGEST_CALL: Duration = Duration::from_secs(30);

tokio::task_local! {
    static SOURCE: &'static str;
}

/// Runs `work` so that its calls count for `source`, the kind of resource they are made for.
pub async fn attributed<F: Future>(source: &'static str, work: F) -> F::Output {
    SOURCE.scope(source, work).await
}

/// How fast each service may be asked. Limits are per account and region and shared with everybody (`aws-map` 2.4).
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

/// What the calls so far amount to.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Usage {
    /// Calls since the start.
    pub calls: u64,
    /// Calls in the last minute.
    pub last_minute: u64,
    /// Answers that said "too fast".
    pub throttled: u64,
    /// Metrics asked of `GetMetricData`.
    pub metrics: u64,
    /// Estimated cost so far, US dollars.
    pub cost: f64,
    /// The same, carried on for a day at the pace so far, US dollars.
    pub cost_per_day: f64,
    /// Calls by source.
    pub by_source: BTreeMap<&'static str, u64>,
}

/// Counts and paces; clones share the count.
#[derive(Debug, Clone)]
pub struct Meter {
    pace: Pace,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    started: Option<Instant>,
    usage: Usage,
    recent: VecDeque<Instant>,
    buckets: BTreeMap<&'static str, (f64, Instant)>,
}

impl Meter {
    /// A meter that has counted nothing.
    #[must_use]
    pub fn new(pace: Pace) -> Self {
        Self { pace, state: Arc::default() }
    }

    /// A client that counts the calls of `service` and passes them to `inner`.
    #[must_use]
    pub fn around(&self, service: &'static str, inner: &SharedHttpClient) -> SharedHttpClient {
        SharedHttpClient::new(Metered { service, meter: self.clone(), inner: inner.clone() })
    }

    /// Counts metrics that are about to be asked for; they are what `GetMetricData` costs.
    pub fn metrics(&self, asked: usize) {
        self.lock().usage.metrics += asked as u64;
    }

    /// Counts an answer that said "too fast".
    pub fn throttled(&self) {
        self.lock().usage.throttled += 1;
    }

    /// What the calls so far amount to.
    #[must_use]
    pub fn usage(&self) -> Usage {
        let mut state = self.lock();
        let now = Instant::now();
        state.forget_before(now);
        let mut usage = state.usage.clone();
        usage.last_minute = state.recent.len() as u64;
        #[expect(clippy::cast_precision_loss, reason = "an estimate in cents")]
        {
            usage.cost += usage.metrics as f64 * PER_METRIC;
        }
        let lived = state.started.map_or(Duration::ZERO, |s| now - s).max(Duration::from_mins(1));
        usage.cost_per_day = usage.cost * 86_400.0 / lived.as_secs_f64();
        usage
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a token; says how long to wait for it.
    fn admit(&self, service: &'static str) -> Duration {
        let now = Instant::now();
        let mut state = self.lock();
        state.started.get_or_insert(now);
        state.usage.calls += 1;
        if service == "s3" {
            state.usage.cost += PER_S3_CALL;
        }
        if let Ok(source) = SOURCE.try_with(|s| *s) {
            *state.usage.by_source.entry(source).or_default() += 1;
        }
        state.recent.push_back(now);
        state.forget_before(now);
        let Some(bucket) = self.pace.of(service) else { return Duration::ZERO };
        let polled = SOURCE.try_with(|_| ()).is_ok();
        let (tokens, at) = state.buckets.entry(service).or_insert((bucket.burst, now));
        let refilled = (*tokens + (now - *at).as_secs_f64() * bucket.per_second).min(bucket.burst);
        // A debt is a place in the queue: whoever comes later waits longer.
        (*tokens, *at) = (refilled - 1.0, now);
        // Plans and writes have no source: an operator waits for nobody, the pollers wait for the operator.
        if polled { Duration::from_secs_f64((-*tokens).max(0.0) / bucket.per_second) } else { Duration::ZERO }
    }
}

impl State {
    fn forget_before(&mut self, now: Instant) {
        while self.recent.front().is_some_and(|at| now - *at > Duration::from_mins(1)) {
            self.recent.pop_front();
        }
    }
}

/// One service's client or connector with the meter in front.
#[derive(Debug)]
struct Metered<C> {
    service: &'static str,
    meter: Meter,
    inner: C,
}

impl HttpClient for Metered<SharedHttpClient> {
    fn http_connector(&self, settings: &HttpConnectorSettings, parts: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(Metered {
            service: self.service,
            meter: self.meter.clone(),
            inner: self.inner.http_connector(settings, parts),
        })
    }
}

impl HttpConnector for Metered<SharedHttpConnector> {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let wait = self.meter.admit(self.service);
        let inner = self.inner.clone();
        HttpConnectorFuture::new(async move {
            tokio::time::sleep(wait).await;
            // The time-out begins after the wait for a turn: our own manners are no failure of the network.
            match tokio::time::timeout(LONGEST_CALL, inner.call(request)).await {
                Ok(answer) => answer,
                Err(late) => Err(ConnectorError::timeout(late.into())),
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_burst_passes_and_then_the_rate_holds() {
        let meter = Meter::new(Pace::steady());
        let polled = |service| SOURCE.sync_scope("endpoints", || meter.admit(service));
        let waits: Vec<Duration> = (0..13).map(|_| polled("sagemaker")).collect();
        assert!(waits[..10].iter().all(Duration::is_zero), "{waits:?}");
        assert_eq!(waits[10], Duration::from_millis(500));
        assert_eq!(waits[12], Duration::from_millis(1500));
        assert!(polled("sns").is_zero(), "each service has its own bucket");
        assert!(meter.admit("sagemaker").is_zero(), "an operator does not wait behind the pollers");
        tokio::time::advance(Duration::from_mins(1)).await;
        assert!(polled("sagemaker").is_zero(), "the bucket fills again");
        assert_eq!((meter.usage().calls, meter.usage().last_minute), (16, 16));
        tokio::time::advance(Duration::from_secs(61)).await;
        assert_eq!((meter.usage().calls, meter.usage().last_minute), (16, 0));
    }

    #[tokio::test(start_paused = true)]
    async fn calls_are_counted_for_their_source_and_metrics_cost_money() {
        let meter = Meter::new(Pace::unlimited());
        attributed("alarms", async { meter.admit("cloudwatch") }).await;
        meter.metrics(500);
        tokio::time::advance(Duration::from_hours(1)).await;
        let usage = meter.usage();
        assert_eq!(usage.by_source.get("alarms"), Some(&1));
        assert!((usage.cost - 0.005).abs() < 1e-9, "{}", usage.cost);
        assert!((usage.cost_per_day - 0.12).abs() < 1e-9, "{}", usage.cost_per_day);
    }
}
