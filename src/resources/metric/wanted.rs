//! Which metrics are worth their price, and when each is asked for again.

use super::{HOUR, MINUTE, MetricSeries, kept};
use crate::aws::PER_METRIC;
use crate::config::MetricSource;
use crate::resources::endpoint::Endpoint;
use crate::resources::{Seen, Table};

/// Seconds of the longest period that is asked for; a value that comes less often is in one of these.
const LONGEST_PERIOD: i64 = 24 * HOUR;
/// Seconds after which a metric that AWS refused is asked for again.
const REFUSED: i64 = 10 * MINUTE;

/// What an endpoint is asked for: metric, statistic, and what stands in where percentiles are not served.
const VARIANT_METRICS: [(&str, &str, &str); 5] = [
    ("Invocations", "Sum", "Sum"),
    ("Invocation4XXErrors", "Average", "Average"),
    ("Invocation5XXErrors", "Average", "Average"),
    ("ModelLatency", "p99", "Average"),
    ("OverheadLatency", "p99", "Average"),
];

/// One metric that is wanted.
#[derive(Debug, Clone)]
pub(super) struct Wanted {
    pub(super) id: String,
    pub(super) label: String,
    pub(super) namespace: String,
    pub(super) name: String,
    pub(super) dimensions: Vec<(String, String)>,
    pub(super) stat: String,
    /// Seconds between two of its values, where the configuration says it.
    pub(super) comes_every: Option<i64>,
    /// The user named it: its last value counts, however long ago that was.
    pub(super) named: bool,
}

impl Wanted {
    /// Seconds that one point stands for.
    pub(super) fn period(&self) -> i64 {
        self.comes_every.unwrap_or(MINUTE).min(LONGEST_PERIOD)
    }
    /// Seconds that are kept.
    pub(super) fn kept(&self) -> i64 {
        kept(self.period())
    }
    /// What is known of it, asked in the same way.
    pub(super) fn known<'a>(&self, known: &'a Table<MetricSeries>) -> Option<&'a MetricSeries> {
        known.get(&self.id).filter(|k| k.stat == self.stat && k.period == self.period())
    }
    /// Is it time to ask for it again? `end` is the end of the last minute that is complete.
    pub(super) fn lacks(&self, known: &Table<MetricSeries>, end: i64) -> bool {
        // A stand-in for a percentile is asked as well.
        let Some(known) = known.get(&self.id).filter(|k| k.period == self.period()) else { return true };
        let often = self.comes_every.map_or(MINUTE, |period| (period / 12).clamp(MINUTE, HOUR));
        match known.refused {
            Some(at) => end - at.as_second() >= REFUSED,
            None => end - known.until.as_second() >= often,
        }
    }
}

/// How many metrics may be asked for a minute, so that a day costs no more than that.
fn allowed(max_cost_per_day: Option<f64>) -> usize {
    let Some(dollars) = max_cost_per_day else { return usize::MAX };
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a count; the configuration has checked it"
    )]
    let metrics = (dollars / PER_METRIC / (24.0 * 60.0)).floor() as usize;
    metrics
}

/// What is worth its price, most wanted first, and whether the budget cut it: the model that is looked at, what the
/// user named, what is not well. With `plain` statistics instead of percentiles.
pub(super) fn wanted(seen: &Seen, plain: bool) -> (Vec<Wanted>, bool) {
    let endpoints = &seen.store.endpoints;
    let mut all = Vec::new();
    let mut focused = seen.focus.endpoints.iter().filter_map(|name| endpoints.get(name));
    let looked_at = focused.by_ref().take(seen.focus.selected);
    looked_at.for_each(|endpoint| of_endpoint(endpoint, plain, &mut all));
    of_configuration(seen, &mut all);
    if seen.thorough {
        endpoints.rows().for_each(|endpoint| of_endpoint(endpoint, plain, &mut all));
    } else {
        focused.for_each(|endpoint| of_endpoint(endpoint, plain, &mut all));
    }
    let allowed = allowed(seen.wishes.max_cost_per_day);
    let capped = all.len() > allowed;
    all.truncate(allowed);
    (all, capped)
}

fn of_endpoint(endpoint: &Endpoint, plain: bool, wanted: &mut Vec<Wanted>) {
    for variant in &endpoint.variants {
        for (metric, stat, stand_in) in VARIANT_METRICS {
            wanted.push(Wanted {
                id: MetricSeries::of_variant(&endpoint.name, &variant.name, metric),
                label: metric.to_owned(),
                namespace: "AWS/SageMaker".to_owned(),
                name: metric.to_owned(),
                dimensions: vec![
                    ("EndpointName".to_owned(), endpoint.name.clone()),
                    ("VariantName".to_owned(), variant.name.clone()),
                ],
                stat: if plain { stand_in } else { stat }.to_owned(),
                comes_every: None,
                named: false,
            });
        }
    }
}

fn of_configuration(seen: &Seen, wanted: &mut Vec<Wanted>) {
    for model in &seen.wishes.models {
        for metric in &model.metrics {
            let MetricSource::CloudWatch { namespace, name, dimensions, stat, period } = &metric.source else {
                continue;
            };
            wanted.push(Wanted {
                id: MetricSeries::of_model(&model.name, &metric.label),
                label: metric.label.clone(),
                namespace: namespace.clone(),
                name: name.clone(),
                dimensions: dimensions.iter().map(|(k, v)| (k.clone(), v.clone())).collect(),
                stat: stat.clone(),
                comes_every: period.and_then(|period| i64::try_from(period.as_secs()).ok()),
                named: true,
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_budget_is_so_many_metrics_a_minute() {
        // $0.01 for 1,000 metrics, 1,440 minutes a day.
        assert_eq!(allowed(None), usize::MAX);
        assert_eq!((allowed(Some(1.0)), allowed(Some(0.10)), allowed(Some(0.001))), (69, 6, 0));
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
            let wanted = Wanted { comes_every, ..of_tests() };
            assert_eq!((wanted.period(), wanted.kept()), (period, kept), "{comes_every:?}");
            let until = |ago: i64| {
                let series = MetricSeries {
                    id: "m:x".into(),
                    period,
                    until: jiff::Timestamp::from_second(1_000_000_000 - ago).unwrap(),
                    ..MetricSeries::default()
                };
                let mut table = Table::default();
                table.apply(Ok(crate::resources::Listing::part(vec![series])), jiff::Timestamp::UNIX_EPOCH);
                wanted.lacks(&table, 1_000_000_000)
            };
            assert!(until(often) && !until(often - 1), "{comes_every:?}");
        }
    }

    fn of_tests() -> Wanted {
        Wanted {
            id: "m:x".into(),
            label: "x".into(),
            namespace: "N".into(),
            name: "x".into(),
            dimensions: Vec::new(),
            stat: "Average".into(),
            comes_every: None,
            named: true,
        }
    }
}
