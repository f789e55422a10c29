//! Decides which metrics are worth their price, and when each is requested again.

use std::collections::{BTreeSet, HashSet};

use super::published::{everything, of_endpoint, of_parts, vital};
use super::{HOUR, MINUTE, MetricSeries, kept};
use crate::aws::PER_METRIC;
use crate::config::{Compare, Meaning, MetricSource};
use crate::resources::endpoint::{Endpoint, Mode};
use crate::resources::{Observed, Table};

/// The longest period that is requested, in seconds. A value that comes less often is in one of these.
const LONGEST_PERIOD: i64 = 24 * HOUR;
/// Seconds after which a metric that AWS refused is requested again.
const REFUSED: i64 = 10 * MINUTE;

/// Seconds for which an endpoint counts as new after something went live. It is measured every minute.
const NEW: i64 = 30 * MINUTE;
/// US dollars a day that errors and requests of all endpoints may cost where the user sets no limit.
const UNASKED: f64 = 2.0;

/// One metric that is wanted.
#[derive(Debug, Clone)]
pub(super) struct SeriesRequest {
    pub(super) id: String,
    /// The endpoint that it measures.
    pub(super) endpoint: Option<String>,
    pub(super) label: String,
    pub(super) namespace: String,
    pub(super) name: String,
    pub(super) dimensions: Vec<(String, String)>,
    pub(super) stat: String,
    /// Seconds between two of its values, where the configuration says it.
    pub(super) comes_every: Option<i64>,
    /// Whether the user named it. Its last value then counts, however old it is.
    pub(super) named: bool,
    /// Seconds after which it is requested again.
    pub(super) often: i64,
    /// The limit above or below which it is bad. Where it is bad, older values are read to find when that began.
    pub(super) bad: Option<(Compare, f64)>,
}

impl SeriesRequest {
    /// Returns the seconds that one point covers.
    pub(super) fn period(&self) -> i64 {
        self.comes_every.unwrap_or(MINUTE).min(LONGEST_PERIOD)
    }
    /// Returns for how many seconds its points are kept.
    pub(super) fn kept(&self) -> i64 {
        kept(self.period())
    }
    /// Returns what is known of it, if that has the same statistic and period.
    pub(super) fn known<'a>(&self, known: &'a Table<MetricSeries>) -> Option<&'a MetricSeries> {
        known.get(&self.id).filter(|k| k.stat == self.stat && k.period == self.period())
    }
    /// Returns its cost in US dollars a day.
    fn cost_per_day(&self) -> f64 {
        let times = i32::try_from(24 * HOUR / self.often.max(1)).unwrap_or(i32::MAX);
        f64::from(times) * PER_METRIC
    }
    /// Returns whether it is time to request it again. `end` is the end of the last minute that is complete.
    pub(super) fn lacks(&self, known: &Table<MetricSeries>, end: i64) -> bool {
        // The statistic is not compared, because a series may have the one that replaces a percentile.
        let Some(known) = known.get(&self.id).filter(|k| k.period == self.period()) else { return true };
        match known.refused {
            Some(at) => end - at.as_second() >= REFUSED,
            None => end - known.until.as_second() >= self.often,
        }
    }
}

/// Returns the metrics that are worth their price, most wanted first, and whether the budget cut the list. The order
/// is: the model that is looked at, the metrics that the user named, errors and requests of all endpoints, the rest of
/// what is not well. With `plain`, other statistics replace percentiles.
pub(super) fn request(observed: &Observed, plain: bool) -> (Vec<SeriesRequest>, bool) {
    let endpoints = &observed.store.endpoints;
    let mut all = List::default();
    let mut focused = observed.focus.endpoints.iter().filter_map(|name| endpoints.get(name));
    let looked_at = focused.by_ref().take(observed.focus.selected);
    looked_at.for_each(|endpoint| all.of_endpoint(observed, endpoint, plain));
    of_configuration(observed, &mut all);
    all.of_all(observed);
    if observed.one_shot {
        endpoints.rows().for_each(|endpoint| all.of_endpoint(observed, endpoint, plain));
    } else {
        focused.for_each(|endpoint| all.of_endpoint(observed, endpoint, plain));
    }
    let most = observed.preferences.max_cost_per_day.map_or(f64::INFINITY, |most| most - observed.on_demand);
    let mut cost = 0.0;
    let affordable = all.request.iter().take_while(|request| {
        cost += request.cost_per_day();
        cost <= most
    });
    let affordable = affordable.count();
    let capped = all.capped || affordable < all.request.len();
    all.request.truncate(affordable);
    (all.request, capped)
}

/// The metrics that are wanted so far, each once.
#[derive(Default)]
struct List {
    request: Vec<SeriesRequest>,
    known: HashSet<String>,
    capped: bool,
}

impl List {
    fn add(&mut self, request: SeriesRequest) {
        if self.known.insert(request.id.clone()) {
            self.request.push(request);
        }
    }

    fn of_endpoint(&mut self, observed: &Observed, endpoint: &Endpoint, plain: bool) {
        for request in of_endpoint(&observed.store, endpoint, everything(plain)) {
            self.add(request);
        }
    }

    /// Adds errors and requests of every endpoint. Endpoints that customers see come first, and among them those that
    /// changed lately, which are also read more often.
    fn of_all(&mut self, observed: &Observed) {
        let preferences = &observed.preferences;
        let ranked = |endpoint| {
            (!Endpoint::is_production(endpoint, &preferences.models), !is_new(endpoint, observed.at), endpoint)
        };
        let mut all: Vec<(bool, bool, &Endpoint)> = observed.store.endpoints.rows().map(ranked).collect();
        // The sort is stable, so equal endpoints stay in the order of their names.
        all.sort_by_key(|(backstage, old, _)| (*backstage, *old));
        let most = preferences.max_cost_per_day.unwrap_or(UNASKED);
        let mut cost = 0.0;
        for (backstage, old, endpoint) in all {
            let often = if old || backstage { preferences.measured_every(!backstage) } else { MINUTE };
            let all = of_endpoint(&observed.store, endpoint, vital(often));
            cost += all.iter().map(SeriesRequest::cost_per_day).sum::<f64>();
            if cost > most {
                self.capped = true;
                return;
            }
            for request in all {
                self.add(request);
            }
        }
    }
}

/// Returns whether something is under way at an endpoint, or went live a short time ago.
fn is_new(endpoint: &Endpoint, now: jiff::Timestamp) -> bool {
    let lately = |at: jiff::Timestamp| now.as_second() - at.as_second() < NEW;
    endpoint.pending.is_some() || !endpoint.steady() || endpoint.live_since.is_some_and(lately)
}

/// Returns the metrics of requests and errors of an endpoint's variants, in steps of `period` seconds.
pub(super) fn errors_of(endpoint: &str, mode: Mode, variants: &BTreeSet<&str>, period: i64) -> Vec<SeriesRequest> {
    let variants: Vec<&str> = variants.iter().copied().collect();
    let all = of_parts(endpoint, mode, &variants, vital(period)).into_iter();
    all.map(|request| SeriesRequest { comes_every: Some(period), ..request }).collect()
}

fn of_configuration(observed: &Observed, all: &mut List) {
    for model in &observed.preferences.models {
        for metric in &model.metrics {
            let MetricSource::CloudWatch { namespace, name, dimensions, stat, period } = &metric.source else {
                continue;
            };
            let comes_every = period.and_then(|period| i64::try_from(period.as_secs()).ok());
            all.add(SeriesRequest {
                id: MetricSeries::of_model(&model.name, &metric.label),
                endpoint: None,
                label: metric.label.clone(),
                namespace: namespace.clone(),
                name: name.clone(),
                dimensions: dimensions.iter().map(|(k, v)| (k.clone(), v.clone())).collect(),
                stat: stat.clone(),
                comes_every,
                named: true,
                often: comes_every.map_or(MINUTE, |period| (period / 12).clamp(MINUTE, HOUR)),
                bad: metric.limit.filter(|_| metric.meaning == Meaning::Breach),
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_of_all_endpoints_are_read_as_far_as_the_budget_goes_production_first() {
        let variant = || crate::resources::endpoint::Variant { name: "v".into(), ..Default::default() };
        let endpoint = |name: &str| Endpoint {
            name: name.into(),
            status: "InService".into(),
            variants: vec![variant()],
            ..Endpoint::default()
        };
        let now = jiff::Timestamp::from_second(1_000_000_000).unwrap();
        let new = Endpoint { live_since: Some(now), ..endpoint("c-prod") };
        // Three metrics are read 288 times a day at $0.01 for 1,000. Staging costs a third of that, new endpoints five
        // times as much.
        let (prod, staging) = (3.0 * 288.0 * PER_METRIC, 96.0 * 3.0 * PER_METRIC);
        let of = |budget: Option<f64>, on_demand: f64| {
            let mut observed = Observed { at: now, on_demand, ..Observed::default() };
            let all = vec![endpoint("a-staging"), endpoint("b-prod"), new.clone()];
            observed.store.endpoints.apply(Ok(crate::resources::Listing::all(all)), now);
            observed.preferences =
                std::sync::Arc::new(crate::resources::Preferences { max_cost_per_day: budget, ..Default::default() });
            let (request, capped) = request(&observed, false);
            let mut names: Vec<String> =
                request.iter().map(|w| w.id.split('/').next().unwrap_or_default().to_owned()).collect();
            names.dedup();
            (names.join(" "), capped)
        };
        for (budget, read, capped) in [
            (None, "c-prod b-prod a-staging", false),
            (Some(6.0 * prod + staging + 1e-9), "c-prod b-prod a-staging", false),
            (Some(6.0 * prod + 1e-9), "c-prod b-prod", true),
            (Some(5.0 * prod + 1e-9), "c-prod", true),
            (Some(0.001), "", true),
        ] {
            assert_eq!(of(budget, 0.0), (read.to_owned(), capped), "{budget:?}");
        }
        let budget = Some(6.0 * prod + staging + 1e-9);
        assert_eq!(of(budget, staging), ("c-prod b-prod".to_owned(), true), "charts were looked at for the rest");
    }

    #[test]
    fn what_comes_rarely_is_asked_for_rarely_and_looked_for_further_back() {
        let day = 24 * HOUR;
        for (comes_every, period, kept, often) in [
            (None, MINUTE, HOUR, MINUTE),
            (Some(MINUTE), MINUTE, HOUR, MINUTE),
            (Some(HOUR), HOUR, 60 * HOUR, 5 * MINUTE),
            (Some(7 * HOUR + MINUTE), 7 * HOUR + MINUTE, 14 * day, 35 * MINUTE + 5),
            (Some(day), day, 60 * day, HOUR),
            (Some(7 * day), day, 60 * day, HOUR),
        ] {
            let request = SeriesRequest { comes_every, often, ..of_tests() };
            assert_eq!((request.period(), request.kept()), (period, kept), "{comes_every:?}");
            let until = |ago: i64| {
                let series = MetricSeries {
                    id: "m:x".into(),
                    period,
                    until: jiff::Timestamp::from_second(1_000_000_000 - ago).unwrap(),
                    ..MetricSeries::default()
                };
                let mut table = Table::default();
                table.apply(Ok(crate::resources::Listing::part(vec![series])), jiff::Timestamp::UNIX_EPOCH);
                request.lacks(&table, 1_000_000_000)
            };
            assert!(until(often) && !until(often - 1), "{comes_every:?}");
        }
    }

    fn of_tests() -> SeriesRequest {
        SeriesRequest {
            id: "m:x".into(),
            endpoint: None,
            label: "x".into(),
            namespace: "N".into(),
            name: "x".into(),
            dimensions: Vec::new(),
            stat: "Average".into(),
            comes_every: None,
            named: true,
            often: MINUTE,
            bad: None,
        }
    }
}
