//! The connector of every call: it waits for the call's turn, counts it by source and estimates its cost.

use std::borrow::Cow;
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tokio::time::Instant;

use super::pace::{Pace, RateLimiter, Urgency};
use super::retry::{Retry, too_fast};
use super::services::{PER_METRIC, Service};
use super::waits::Waits;

tokio::task_local! {
    static ATTRIBUTION: Attribution;
}

/// The source of a task's calls, and how urgent they are.
#[derive(Debug, Clone, Copy)]
struct Attribution {
    source: &'static str,
    urgency: Urgency,
}

/// Runs `work`; its calls count for `source`, the kind of resource that they read, and have this urgency.
pub async fn attributed<F: Future>(source: &'static str, urgency: Urgency, work: F) -> F::Output {
    ATTRIBUTION.scope(Attribution { source, urgency }, work).await
}

/// Runs `work` after all other reads of its source, because nobody waits for it.
pub(crate) async fn in_background<F: Future>(work: F) -> F::Output {
    match ATTRIBUTION.try_with(|me| *me) {
        Ok(me) => ATTRIBUTION.scope(Attribution { urgency: Urgency::Background, ..me }, work).await,
        // Calls without a source come from an operator.
        Err(_) => work.await,
    }
}

/// The source of what is read only because somebody looks at it, and costs money: the metrics of charts.
pub const ON_DEMAND: &str = "charts";

/// The calls of one source and their cost.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Spent {
    /// Calls since the start.
    pub calls: u64,
    /// Metrics requested of `GetMetricData`.
    pub metrics: u64,
    /// Estimated cost, US dollars.
    pub cost: f64,
}

/// The calls so far and their cost.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Usage {
    /// Calls since the start.
    pub calls: u64,
    /// Calls in the last minute.
    pub last_minute: u64,
    /// Throttled calls.
    pub throttled: u64,
    /// The factor by which calls of the most throttled service are rarer than usual; 1 when none is throttled.
    pub slowdown: u32,
    /// Metrics requested of `GetMetricData`.
    pub metrics: u64,
    /// Estimated cost so far, US dollars.
    pub cost: f64,
    /// Cost of a day at the rate of the last hour (or since the start), US dollars.
    pub cost_per_day: f64,
    /// Estimated cost of the metrics of the last 24 hours, US dollars: what a limit for a day is about.
    #[serde(default)]
    pub last_day: f64,
    /// The part of it that was read on demand.
    #[serde(default)]
    pub on_demand: f64,
    /// When the credentials in use expire. `None` if they do not, or there are none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credentials_until: Option<Timestamp>,
    /// The calls and their cost by source.
    pub by_source: BTreeMap<Cow<'static, str>, Spent>,
}

/// The counts and the pace of all calls; clones share them.
#[derive(Debug, Clone)]
pub struct Meter {
    limiter: RateLimiter,
    waits: Waits,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    started: Option<Instant>,
    usage: Usage,
    recent: VecDeque<Instant>,
    /// The costs of the last hour and when they arose.
    spent: VecDeque<(Instant, f64)>,
    /// The costs of the metrics of the last day, by the minute.
    day: VecDeque<SpentMinute>,
}

/// The costs of the metrics that were asked for within one minute, in US dollars.
#[derive(Debug)]
struct SpentMinute {
    began: Instant,
    cost: f64,
    on_demand: f64,
}

impl Meter {
    /// Creates a meter that has counted nothing.
    #[must_use]
    pub fn new(pace: Pace) -> Self {
        Self { limiter: RateLimiter::new(pace), waits: Waits::default(), state: Arc::default() }
    }

    /// Creates an HTTP client that paces and counts the calls of `service` and passes them to `inner`.
    #[must_use]
    pub(super) fn wrap(&self, service: &'static Service, inner: &SharedHttpClient) -> SharedHttpClient {
        SharedHttpClient::new(Metered { service, meter: self.clone(), inner: inner.clone() })
    }

    /// Counts metrics that are about to be requested: `GetMetricData` is billed by the metric.
    pub fn count_metrics(&self, count: usize) {
        let mut state = self.lock();
        state.usage.metrics += count as u64;
        #[expect(clippy::cast_precision_loss, reason = "an estimate in cents")]
        let cost = count as f64 * PER_METRIC;
        state.spend(cost, count as u64, 0);
    }

    /// Notes whether a service throttled a call.
    pub fn note_answer(&self, service: &'static Service, too_fast: bool) {
        if too_fast {
            self.limiter.throttled(service);
            self.lock().usage.throttled += 1;
        }
    }

    /// Returns the number of calls of a source since the start.
    #[must_use]
    pub fn calls_of(&self, source: &str) -> u64 {
        self.lock().usage.by_source.get(source).map_or(0, |spent| spent.calls)
    }

    /// Returns the factor by which calls of a service are rarer than usual because it throttles; 1 when it does not.
    #[must_use]
    pub fn slowdown(&self, service: &Service) -> u32 {
        self.limiter.slowdown(service)
    }

    /// Total time so far in which at least one call waited for its turn.
    #[must_use]
    pub fn paced(&self) -> Duration {
        self.waits.total()
    }

    /// Waits until a call of a service may be made.
    pub(super) async fn wait_for_turn(&self, service: &'static Service) {
        // Calls without a source are the plans and writes of an operator.
        let urgency = ATTRIBUTION.try_with(|me| me.urgency).unwrap_or(Urgency::User);
        self.waits.count(self.limiter.pass(service, urgency)).await;
    }

    /// Returns the calls so far and their cost.
    #[must_use]
    pub fn usage(&self) -> Usage {
        let mut state = self.lock();
        let now = Instant::now();
        state.forget_before(now);
        let mut usage = state.usage.clone();
        usage.last_minute = state.recent.len() as u64;
        usage.slowdown = self.limiter.worst_slowdown();
        let lived = state.started.map_or(Duration::ZERO, |s| now - s);
        let lived = lived.clamp(Duration::from_mins(1), HOUR);
        usage.cost_per_day = state.spent.iter().map(|(_, cost)| cost).sum::<f64>() * 86_400.0 / lived.as_secs_f64();
        usage.last_day = state.day.iter().map(|minute| minute.cost).sum();
        usage.on_demand = state.day.iter().map(|minute| minute.on_demand).sum();
        usage
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn count(&self, service: &Service) {
        let now = Instant::now();
        let mut state = self.lock();
        state.started.get_or_insert(now);
        state.usage.calls += 1;
        state.spend(service.price, 0, 1);
        state.recent.push_back(now);
        state.forget_before(now);
    }
}

const MINUTE: Duration = Duration::from_mins(1);
const HOUR: Duration = Duration::from_hours(1);
const DAY: Duration = Duration::from_hours(24);

impl State {
    fn spend(&mut self, cost: f64, metrics: u64, calls: u64) {
        let now = Instant::now();
        self.usage.cost += cost;
        let me = ATTRIBUTION.try_with(|me| *me);
        if cost > 0.0 {
            self.spent.push_back((now, cost));
        }
        if metrics > 0 {
            self.spend_today(now, cost, me.is_ok_and(|me| me.source == ON_DEMAND));
        }
        if let Ok(me) = me {
            let spent = self.usage.by_source.entry(me.source.into()).or_default();
            spent.calls += calls;
            spent.metrics += metrics;
            spent.cost += cost;
        }
    }
    fn spend_today(&mut self, now: Instant, cost: f64, on_demand: bool) {
        let on_demand = if on_demand { cost } else { 0.0 };
        match self.day.back_mut().filter(|minute| now - minute.began < MINUTE) {
            Some(minute) => (minute.cost, minute.on_demand) = (minute.cost + cost, minute.on_demand + on_demand),
            None => self.day.push_back(SpentMinute { began: now, cost, on_demand }),
        }
    }
    fn forget_before(&mut self, now: Instant) {
        while self.day.front().is_some_and(|minute| now - minute.began > DAY) {
            self.day.pop_front();
        }
        while self.recent.front().is_some_and(|at| now - *at > Duration::from_mins(1)) {
            self.recent.pop_front();
        }
        while self.spent.front().is_some_and(|(at, _)| now - *at > HOUR) {
            self.spent.pop_front();
        }
    }
}

/// The client or connector of one service, behind the meter.
#[derive(Debug)]
struct Metered<C> {
    service: &'static Service,
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
        let (service, meter, inner) = (self.service, self.meter.clone(), self.inner.clone());
        HttpConnectorFuture::new(async move {
            let Some(retry) = Retry::now() else { return meter.call(service, &inner, request).await };
            while let Some(again) = request.try_clone() {
                let (answer, too_fast) = too_fast(meter.call(service, &inner, again).await?).await;
                if !too_fast {
                    return Ok(answer);
                }
                meter.note_answer(service, true);
                if !retry.wait(service.name, meter.slowdown(service)).await {
                    return Ok(answer);
                }
            }
            meter.call(service, &inner, request).await
        })
    }
}

impl Meter {
    /// Makes a call when its turn comes.
    async fn call(
        &self,
        service: &'static Service,
        inner: &SharedHttpConnector,
        request: HttpRequest,
    ) -> Result<HttpResponse, ConnectorError> {
        self.wait_for_turn(service).await;
        self.count(service);
        // The time limit of an answer begins here, after the wait for a turn.
        inner.call(request).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::SERVICES;

    #[tokio::test(start_paused = true)]
    async fn calls_are_counted_for_their_source_and_metrics_cost_money() {
        let meter = Meter::new(Pace::Unlimited);
        attributed("alarms", Urgency::Visible, async { meter.count(&SERVICES.cloudwatch) }).await;
        attributed("metrics", Urgency::Background, async { meter.count_metrics(500) }).await;
        meter.count(&SERVICES.sts);
        assert_eq!((meter.usage().calls, meter.usage().last_minute), (2, 2));
        tokio::time::advance(Duration::from_mins(30)).await;
        let usage = meter.usage();
        assert_eq!((usage.calls, usage.last_minute), (2, 0));
        assert_eq!(usage.by_source.get("alarms").map(|s| s.calls), Some(1));
        assert_eq!(usage.by_source.get("metrics").map(|s| (s.calls, s.metrics)), Some((0, 500)));
        assert!((usage.cost - 0.005).abs() < 1e-9, "{}", usage.cost);
        assert!((usage.cost_per_day - 0.24).abs() < 1e-9, "half an hour, 48 times: {}", usage.cost_per_day);
        tokio::time::advance(Duration::from_hours(1)).await;
        assert!(meter.usage().cost_per_day.abs() < 1e-9, "what is long ago says nothing about today");
    }

    #[tokio::test(start_paused = true)]
    async fn the_cost_of_a_day_is_known_and_what_of_it_was_read_on_demand() {
        let meter = Meter::new(Pace::Unlimited);
        let of = |meter: &Meter| {
            let usage = meter.usage();
            [usage.last_day, usage.on_demand].map(|cost| format!("{:.0}", cost / PER_METRIC))
        };
        attributed("metrics", Urgency::Background, async { meter.count_metrics(500) }).await;
        attributed(ON_DEMAND, Urgency::Visible, async { meter.count_metrics(10) }).await;
        tokio::time::advance(Duration::from_hours(23)).await;
        attributed(ON_DEMAND, Urgency::Visible, async { meter.count_metrics(20) }).await;
        assert_eq!(of(&meter), ["530", "30"]);
        tokio::time::advance(Duration::from_hours(2)).await;
        assert_eq!(of(&meter), ["20", "20"], "the rest was longer than a day ago");
    }
}
