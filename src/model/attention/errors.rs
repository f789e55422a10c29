//! Rules about failed requests, from the metrics of each endpoint, and about endpoints whose failures are not
//! measured.

use jiff::Timestamp;

use super::endpoint::{at, endpoints};
use super::{Finding, NOT_READ, RuleInput};
use crate::fmt;
use crate::model::failed::{ENOUGH, KINDS};
use crate::model::{Health, Serving};
use crate::resources::endpoint::{Endpoint, Mode};
use crate::resources::metric::MetricSeries;

/// The number of minutes over which a rate is computed.
const MINUTES: i64 = 5;
/// The number of seconds after which an answer of `CloudWatch` is too old, in addition to the interval between two
/// answers.
const LATE: i64 = 5 * 60;

/// The requests of the last measured minutes, and the share of them that failed.
struct Rates {
    requests: f64,
    /// For each of [`KINDS`]: the share that failed, and the time since when requests fail.
    failed: [(f64, Option<Timestamp>); 2],
}

fn series<'a>(input: &'a RuleInput<'_>, endpoint: &Endpoint, variant: &str, metric: &str) -> Option<&'a MetricSeries> {
    input.index.store.metrics.get(&MetricSeries::of_variant(&endpoint.name, variant, metric))
}

/// Has anything been measured for an endpoint? This check comes first, because a large account measures few
/// endpoints.
fn is_measured(input: &RuleInput<'_>, endpoint: &Endpoint) -> bool {
    input.index.measured.contains(endpoint.name.as_str())
}

/// The reason, as a phrase, why something is unknown, and whether the only reason is that it was not read yet.
pub(super) struct Missing {
    pub(super) why: String,
    pub(super) unread: bool,
}

impl From<String> for Missing {
    fn from(why: String) -> Self {
        Self { why, unread: false }
    }
}

/// Returns the rates of an endpoint.
///
/// # Errors
/// The reason why they are unknown.
fn rates(input: &RuleInput<'_>, serving: &Serving, endpoint: &Endpoint) -> Result<Rates, Missing> {
    let mut rates = Rates { requests: 0.0, failed: [(0.0, None); 2] };
    let mode = Mode::of(input.index.store, endpoint);
    let parts = mode.parts(input.index.store, endpoint);
    if mode == Mode::Components && !input.index.store.inference_components.complete() {
        return Err("errors not read: not all inference components are known".to_owned().into());
    }
    if parts.is_empty() {
        return Err(not_read(input, "errors"));
    }
    for part in parts {
        let read = |metric: &str| {
            let series = series(input, endpoint, part, metric).ok_or_else(|| not_read(input, "errors"))?;
            match &series.problem {
                Some(why) => Err(Missing::from(format!("errors not read: {why}"))),
                None => Ok(series),
            }
        };
        let invocations = read(mode.requests())?;
        let until = invocations.until;
        let age = input.now.as_second() - until.as_second();
        if age > input.observed.preferences.measured_every(serving.production()) + LATE {
            return Err(format!("errors were last read {} ago", fmt::age(input.now, until)).into());
        }
        // Requests before the present version went live are not its fault.
        if endpoint.live_since.is_some_and(|live| live >= until) {
            let version = serving.version_in_brief().unwrap_or_else(|| "it".to_owned());
            return Err(format!("errors not measured since {version} went live").into());
        }
        let requests: f64 = invocations.lately(MINUTES, endpoint.live_since).sum();
        rates.requests += requests;
        for (kind, (failed, since)) in KINDS.iter().zip(&mut rates.failed) {
            let series = read(kind.metric)?;
            *failed += series.mean(MINUTES, endpoint.live_since).unwrap_or(0.0) * requests;
            *since = since.or(began(series, kind.degraded, endpoint.live_since));
        }
    }
    for (failed, _) in &mut rates.failed {
        *failed = if rates.requests > 0.0 { *failed / rates.requests } else { 0.0 };
    }
    Ok(rates)
}

/// Returns the start of the unbroken run of minutes, up to the newest, in which more requests failed than allowed.
fn began(series: &MetricSeries, most: f64, live: Option<Timestamp>) -> Option<Timestamp> {
    let since = series.since(|value| value > most)?;
    Some(live.map_or(since, |live| live.max(since)))
}

/// Did requests arrive in the last measured minutes?
pub(super) fn takes_requests(input: &RuleInput<'_>, serving: &Serving) -> bool {
    let mut found =
        endpoints(input).filter(|(s, endpoint)| s.endpoint == serving.endpoint && is_measured(input, endpoint));
    found.any(|(serving, endpoint)| rates(input, serving, endpoint).is_ok_and(|rates| rates.requests > 0.0))
}

pub(super) fn errors(input: &RuleInput<'_>) -> Vec<Finding> {
    let measured = endpoints(input).filter(|(_, endpoint)| is_measured(input, endpoint));
    let judge = |(serving, endpoint): (&Serving, &Endpoint)| {
        let rates = rates(input, serving, endpoint).ok()?;
        let found = KINDS.iter().zip(rates.failed).filter_map(|(kind, (rate, since))| {
            let health = match rate {
                r if r > kind.broken && rates.requests >= ENOUGH => Health::Critical,
                r if r > kind.degraded => Health::Warning,
                _ => return None,
            };
            Some(at(serving, health, &format!("{} {}", kind.name, fmt::percent(rate))).since(since))
        });
        Some(found.collect::<Vec<_>>())
    };
    measured.filter_map(judge).flatten().collect()
}

/// Finds production endpoints whose failed requests were never measured. Such an endpoint does not count as healthy.
pub(super) fn unread(input: &RuleInput<'_>) -> Vec<Finding> {
    let serves = |endpoint: &Endpoint| {
        let status = endpoint.status.as_str();
        !endpoint.variants.is_empty() && matches!(status, "InService" | "Updating" | "SystemUpdating" | "RollingBack")
    };
    let production = endpoints(input).filter(|(serving, endpoint)| serving.production() && serves(endpoint));
    let unread = production.filter_map(|(serving, endpoint)| {
        let missing = if is_measured(input, endpoint) {
            rates(input, serving, endpoint).err()?
        } else {
            not_read(input, "errors")
        };
        let finding = at(serving, Health::Unknown, &missing.why).word("errors unread");
        Some(Finding { unread: missing.unread, ..finding })
    });
    unread.collect()
}

/// Returns why something was not read from `CloudWatch`, if that is known.
pub(super) fn not_read(input: &RuleInput<'_>, what: &str) -> Missing {
    let metrics = &input.index.store.metrics;
    match metrics.trouble() {
        Some(why) => format!("{what} not read: {} {}", why.operation, why.kind.word()).into(),
        None if metrics.capped() => format!("{what} not read: max_cost_per_day is used up").into(),
        None => Missing { why: format!("{what} {NOT_READ}"), unread: true },
    }
}
