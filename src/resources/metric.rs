//! Metrics of what is looked at and of what the user named: one batched `GetMetricData` a minute.
//!
//! Every metric asked for costs money, so only the missing minutes of the wanted ones are asked.

use std::collections::BTreeMap;

use aws_sdk_cloudwatch::types::{Dimension, Metric, MetricDataQuery, MetricStat, ScanBy};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::endpoint::Endpoint;
use super::{Lane, Listing, Resource, Seen, Table, Turn};
use crate::aws::{Aws, AwsError, Kind, PER_METRIC, failed, pages};
use crate::config::MetricSource;

/// Seconds between two points.
const PERIOD: i64 = 60;
/// Minutes that are kept.
const KEPT: i64 = 60;
/// Minutes that may still change: `CloudWatch` is 1 to 3 minutes late (`aws-map` 2.7).
const LATE: i64 = 3;
/// Seconds after its end in which a minute is not complete: it is not asked for, as half a sum looks like a fall.
const INCOMPLETE: i64 = 60;
/// Queries one call may hold.
const BATCH: usize = 500;

/// One metric over the last hour.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct MetricSeries {
    /// `endpoint/variant/metric`, or `model:label` for a metric of the configuration.
    pub id: String,
    /// Its name.
    pub label: String,
    /// `Average`, `Sum`, `p99`, ….
    pub stat: String,
    /// Time and value, oldest first; latencies in µs as AWS has them. Minutes without data are absent.
    pub points: Vec<(Timestamp, f64)>,
    /// All minutes before this one were asked for.
    pub until: Timestamp,
}

impl MetricSeries {
    /// Id of an endpoint's metric.
    #[must_use]
    pub fn of_variant(endpoint: &str, variant: &str, metric: &str) -> String {
        format!("{endpoint}/{variant}/{metric}")
    }
    /// The endpoint of a metric of a variant; what this says of another is no name of an endpoint.
    #[must_use]
    pub fn endpoint(&self) -> Option<&str> {
        self.id.split_once('/').map(|(endpoint, _)| endpoint)
    }
    /// Id of a metric of the configuration.
    #[must_use]
    pub fn of_model(model: &str, label: &str) -> String {
        format!("{model}:{label}")
    }
    /// The newest value.
    #[must_use]
    pub fn last(&self) -> Option<(Timestamp, f64)> {
        self.points.last().copied()
    }
    /// Mean over the last minutes up to `at`, gaps left out.
    #[must_use]
    pub fn mean(&self, minutes: i64, at: Timestamp) -> Option<f64> {
        let from = at.as_second() - minutes * 60;
        let values: Vec<f64> = self.points.iter().filter(|(t, _)| t.as_second() >= from).map(|p| p.1).collect();
        #[expect(clippy::cast_precision_loss, reason = "at most an hour of minutes")]
        (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
    }
}

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
struct Wanted {
    id: String,
    label: String,
    namespace: String,
    name: String,
    dimensions: Vec<(String, String)>,
    stat: String,
}

impl Resource for MetricSeries {
    const KIND: &'static str = "metrics";
    const SERVICE: &'static str = "cloudwatch";
    const LANE: Lane = Lane::Slow;
    const OPTIONAL: bool = true;
    const WINDOWED: bool = true;
    fn id(&self) -> &str {
        &self.id
    }
    fn ready(seen: &Seen) -> bool {
        seen.store.endpoints.answered()
    }
    fn due(seen: &Seen, known: &Table<Self>) -> bool {
        // A new minute is over, or something is looked at of which nothing was asked yet.
        known.answered() && wanted(seen, false).0.iter().any(|w| w.lacks(known, last_minute(seen)))
    }
    async fn read(aws: &Aws, seen: &Seen, turn: Turn<'_, Self>) -> Result<Listing<Self>, AwsError> {
        // What hangs on something that was never read is not known either.
        if let Some(why) = seen.store.endpoints.blind() {
            return Err(why.clone());
        }
        let (known, end) = (turn.known, last_minute(seen));
        let (all, capped) = wanted(seen, false);
        let lacking: Vec<Wanted> = all.into_iter().filter(|w| w.lacks(known, end)).collect();
        // What is known and what is new lack different minutes: each is asked for its own only.
        let (old, new): (Vec<_>, Vec<_>) = lacking.into_iter().partition(|w| w.known(known).is_some());
        let mut rows = Vec::new();
        for batch in old.chunks(BATCH).chain(new.chunks(BATCH)) {
            match ask(aws, known, batch, end).await {
                Ok(found) => rows.extend(found),
                // A stand-in without percentiles fails the whole request.
                Err(error) if error.kind == Kind::Unsupported => {
                    rows.extend(ask(aws, known, &wanted(seen, true).0, end).await?);
                    break;
                }
                Err(error) => return Err(error),
            }
        }
        Ok(Listing::part(rows).capped(capped))
    }
}

/// The end of the last minute that is complete.
fn last_minute(seen: &Seen) -> i64 {
    (seen.at.as_second() - INCOMPLETE).div_euclid(PERIOD) * PERIOD
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

impl Wanted {
    fn known<'a>(&self, known: &'a Table<MetricSeries>) -> Option<&'a MetricSeries> {
        known.get(&self.id).filter(|k| k.stat == self.stat)
    }
    fn lacks(&self, known: &Table<MetricSeries>, end: i64) -> bool {
        // A stand-in for a percentile is asked as well.
        known.get(&self.id).is_none_or(|k| k.until.as_second() < end)
    }
}

/// What is worth its price, most wanted first, and whether the budget cut it: the model that is looked at, what the
/// user named, what is not well. With `plain` statistics instead of percentiles.
fn wanted(seen: &Seen, plain: bool) -> (Vec<Wanted>, bool) {
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
            });
        }
    }
}

fn of_configuration(seen: &Seen, wanted: &mut Vec<Wanted>) {
    for model in &seen.wishes.models {
        for metric in &model.metrics {
            let MetricSource::CloudWatch { namespace, name, dimensions, stat } = &metric.source else { continue };
            wanted.push(Wanted {
                id: MetricSeries::of_model(&model.name, &metric.label),
                label: metric.label.clone(),
                namespace: namespace.clone(),
                name: name.clone(),
                dimensions: dimensions.iter().map(|(k, v)| (k.clone(), v.clone())).collect(),
                stat: stat.clone(),
            });
        }
    }
}

/// Asks for the minutes that `known` lacks and lays them over what is kept.
async fn ask(
    aws: &Aws,
    known: &Table<MetricSeries>,
    wanted: &[Wanted],
    end: i64,
) -> Result<Vec<MetricSeries>, AwsError> {
    let oldest = end - KEPT * PERIOD;
    let newest = wanted.iter().map(|w| w.known(known).map_or(oldest, |k| k.until.as_second())).min();
    let start = (newest.unwrap_or(oldest) - LATE * PERIOD).max(oldest);
    aws.meter.metrics(wanted.len());
    let queries: Vec<MetricDataQuery> = wanted.iter().map(query).collect();
    let (results, _) = pages(10, async |token| {
        let request = aws.cloudwatch.get_metric_data().set_metric_data_queries(Some(queries.clone()));
        let request = request.start_time(sdk(start)).end_time(sdk(end)).scan_by(ScanBy::TimestampAscending);
        let page = request.set_next_token(token).send().await.map_err(failed("GetMetricData"))?;
        Ok((page.metric_data_results.unwrap_or_default(), page.next_token))
    })
    .await?;
    let mut points: BTreeMap<String, BTreeMap<i64, f64>> = BTreeMap::new();
    for result in results {
        let times = result.timestamps.unwrap_or_default().into_iter().map(|t| t.secs());
        // What is no number can neither be drawn nor kept.
        let values = times.zip(result.values.unwrap_or_default()).filter(|(_, v)| v.is_finite());
        points.entry(result.id.unwrap_or_default()).or_default().extend(values);
    }
    let until = Timestamp::from_second(end).unwrap_or_default();
    let series = wanted.iter().map(|w| {
        let kept = w.known(known).into_iter().flat_map(|k| &k.points).map(|(t, v)| (t.as_second(), *v));
        let mut all: BTreeMap<i64, f64> = kept.filter(|(t, _)| (oldest..start).contains(t)).collect();
        all.extend(points.remove(&query_id(w)).unwrap_or_default());
        let points = all.into_iter().filter_map(|(t, v)| Some((Timestamp::from_second(t).ok()?, v))).collect();
        MetricSeries { id: w.id.clone(), label: w.label.clone(), stat: w.stat.clone(), points, until }
    });
    Ok(series.collect())
}

/// The same metric has the same id in every request, so that answers can be told apart whatever else was asked.
fn query_id(wanted: &Wanted) -> String {
    // FNV-1a: small, and the same in every run.
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for byte in wanted.id.bytes().chain(wanted.stat.bytes()) {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    }
    format!("m{hash:016x}")
}

fn query(wanted: &Wanted) -> MetricDataQuery {
    let dimensions = wanted.dimensions.iter().map(|(k, v)| Dimension::builder().name(k).value(v).build());
    let metric = Metric::builder()
        .namespace(&wanted.namespace)
        .metric_name(&wanted.name)
        .set_dimensions(Some(dimensions.collect()))
        .build();
    let stat = MetricStat::builder().metric(metric).period(60).stat(&wanted.stat).build();
    MetricDataQuery::builder().id(query_id(wanted)).metric_stat(stat).return_data(true).build()
}

fn sdk(second: i64) -> aws_smithy_types::DateTime {
    aws_smithy_types::DateTime::from_secs(second)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mean_leaves_gaps_out() {
        let at = |m: i64| Timestamp::from_second(m * 60).unwrap();
        let series = MetricSeries { points: vec![(at(0), 100.0), (at(7), 2.0), (at(9), 4.0)], ..Default::default() };
        assert_eq!(series.mean(5, at(10)), Some(3.0));
        assert_eq!(series.mean(5, at(60)), None);
        assert_eq!(series.last(), Some((at(9), 4.0)));
    }

    #[test]
    fn a_budget_is_so_many_metrics_a_minute() {
        // $0.01 for 1,000 metrics, 1,440 minutes a day.
        assert_eq!(allowed(None), usize::MAX);
        assert_eq!((allowed(Some(1.0)), allowed(Some(0.10)), allowed(Some(0.001))), (69, 6, 0));
    }
}
