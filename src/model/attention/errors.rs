//! How many requests fail, by what each endpoint's own metrics tell; and where nothing tells it.

use jiff::Timestamp;

use super::endpoint::{at, endpoints};
use super::{Facts, Finding, NOT_READ};
use crate::fmt;
use crate::model::failed::{ENOUGH, KINDS};
use crate::model::{Health, Serving};
use crate::resources::endpoint::Endpoint;
use crate::resources::metric::MetricSeries;

/// Minutes over which a rate is taken.
const MINUTES: i64 = 5;
/// Seconds after which an answer of `CloudWatch` tells no more how it is now, besides the time between two of them.
const LATE: i64 = 5 * 60;

/// What came in over the last minutes that were answered, and how much of it failed.
struct Rates {
    requests: f64,
    /// Of each of [`KINDS`]: the share that failed, and since when it fails.
    failed: [(f64, Option<Timestamp>); 2],
}

fn series<'a>(facts: &'a Facts<'_>, endpoint: &Endpoint, variant: &str, metric: &str) -> Option<&'a MetricSeries> {
    facts.index.store.metrics.get(&MetricSeries::of_variant(&endpoint.name, variant, metric))
}

/// Whether anything was measured of an endpoint: asked first, as few are in a large account.
fn is_measured(facts: &Facts<'_>, endpoint: &Endpoint) -> bool {
    facts.index.measured.contains(endpoint.name.as_str())
}

/// Why something is not known, as a phrase; and is it only that it was not read yet?
pub(super) struct Missing {
    pub(super) why: String,
    pub(super) unread: bool,
}

impl From<String> for Missing {
    fn from(why: String) -> Self {
        Self { why, unread: false }
    }
}

/// The rates of an endpoint.
///
/// # Errors
/// Why they are not known.
fn rates(facts: &Facts<'_>, serving: &Serving, endpoint: &Endpoint) -> Result<Rates, Missing> {
    let mut rates = Rates { requests: 0.0, failed: [(0.0, None); 2] };
    for variant in &endpoint.variants {
        let read = |metric: &str| {
            let series = series(facts, endpoint, &variant.name, metric).ok_or_else(|| not_read(facts, "errors"))?;
            match &series.problem {
                Some(why) => Err(Missing::from(format!("errors not read: {why}"))),
                None => Ok(series),
            }
        };
        let invocations = read("Invocations")?;
        let until = invocations.until;
        let age = facts.now.as_second() - until.as_second();
        if age > facts.seen.wishes.measured_every(serving.production()) + LATE {
            return Err(format!("errors were last read {} ago", fmt::age(facts.now, until)).into());
        }
        // What came before the present version went live is not its fault.
        if endpoint.live_since.is_some_and(|live| live >= until) {
            let version = serving.version().map_or_else(|| "it".to_owned(), |v| format!("v{v}"));
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

/// The first of the minutes in a row, up to the newest, in which more failed than may.
fn began(series: &MetricSeries, most: f64, live: Option<Timestamp>) -> Option<Timestamp> {
    let since = series.since(|value| value > most)?;
    Some(live.map_or(since, |live| live.max(since)))
}

/// Do requests come in, by the last minutes that were measured?
pub(super) fn takes_requests(facts: &Facts<'_>, serving: &Serving) -> bool {
    let mut found =
        endpoints(facts).filter(|(s, endpoint)| s.endpoint == serving.endpoint && is_measured(facts, endpoint));
    found.any(|(serving, endpoint)| rates(facts, serving, endpoint).is_ok_and(|rates| rates.requests > 0.0))
}

pub(super) fn errors(facts: &Facts<'_>) -> Vec<Finding> {
    let measured = endpoints(facts).filter(|(_, endpoint)| is_measured(facts, endpoint));
    let judge = |(serving, endpoint): (&Serving, &Endpoint)| {
        let rates = rates(facts, serving, endpoint).ok()?;
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

/// What customers see is not well while nobody looked at how many requests fail.
pub(super) fn unread(facts: &Facts<'_>) -> Vec<Finding> {
    let serves = |endpoint: &Endpoint| {
        let status = endpoint.status.as_str();
        !endpoint.variants.is_empty() && matches!(status, "InService" | "Updating" | "SystemUpdating" | "RollingBack")
    };
    let production = endpoints(facts).filter(|(serving, endpoint)| serving.production() && serves(endpoint));
    let unread = production.filter_map(|(serving, endpoint)| {
        let missing = if is_measured(facts, endpoint) {
            rates(facts, serving, endpoint).err()?
        } else {
            not_read(facts, "errors")
        };
        Some(Finding { unread: missing.unread, ..at(serving, Health::Unknown, &missing.why) })
    });
    unread.collect()
}

/// Why something was not read of `CloudWatch`, as far as that is known.
pub(super) fn not_read(facts: &Facts<'_>, what: &str) -> Missing {
    let metrics = &facts.index.store.metrics;
    match metrics.trouble() {
        Some(why) => format!("{what} not read: {} {}", why.operation, why.kind.word()).into(),
        None if metrics.capped() => format!("{what} not read: max_cost_per_day is used up").into(),
        None => Missing { why: format!("{what} {NOT_READ}"), unread: true },
    }
}
