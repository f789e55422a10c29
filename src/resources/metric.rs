//! Metrics of what is looked at and of what the user named: one batched `GetMetricData` a minute.
//!
//! Every metric asked for costs money, so only the missing minutes of the wanted ones are asked.

use std::collections::BTreeMap;
use std::time::Duration;

use aws_sdk_cloudwatch::types::{Dimension, Metric, MetricDataQuery, MetricStat, ScanBy};
use jiff::Timestamp;
use serde::Serialize;

use super::{Listing, Resource, Seen};
use crate::aws::{Aws, AwsError, Kind, failed, pages};
use crate::config::MetricSource;

/// Seconds between two points.
const PERIOD: i64 = 60;
/// Minutes that are kept.
const KEPT: i64 = 60;
/// Minutes that may still change: `CloudWatch` is 1 to 3 minutes late (`aws-map` 2.7).
const LATE: i64 = 3;
/// Queries one call may hold.
const BATCH: usize = 500;

/// One metric over the last hour.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct MetricSeries {
    /// `endpoint/variant/metric`, or `model:label` for a metric of the configuration.
    pub id: String,
    /// Its name.
    pub label: String,
    /// `Average`, `Sum`, `p99`, ….
    pub stat: String,
    /// Time and value, oldest first; latencies in µs as AWS has them. Minutes without data are absent.
    pub points: Vec<(Timestamp, f64)>,
}

impl MetricSeries {
    /// Id of an endpoint's metric.
    #[must_use]
    pub fn of_variant(endpoint: &str, variant: &str, metric: &str) -> String {
        format!("{endpoint}/{variant}/{metric}")
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
    const EVERY: Duration = Duration::from_mins(1);
    const WINDOWED: bool = true;
    fn id(&self) -> &str {
        &self.id
    }
    fn ready(seen: &Seen) -> bool {
        seen.store.endpoints.answered()
    }
    async fn list(aws: &Aws, seen: &Seen) -> Result<Listing<Self>, AwsError> {
        // What hangs on something that was never read is not known either.
        if let Some(why) = seen.store.endpoints.blind() {
            return Err(why.clone());
        }
        let end = seen.at.as_second().div_euclid(PERIOD) * PERIOD;
        let mut rows = Vec::new();
        let all = wanted(seen, false);
        for batch in all.chunks(BATCH) {
            match read(aws, seen, batch, end).await {
                Ok(found) => rows.extend(found),
                // A stand-in without percentiles fails the whole request.
                Err(error) if error.kind == Kind::Unsupported => {
                    rows.extend(read(aws, seen, &wanted(seen, true), end).await?);
                    break;
                }
                Err(error) => return Err(error),
            }
        }
        Ok(Listing::of(rows))
    }
}

fn wanted(seen: &Seen, plain: bool) -> Vec<Wanted> {
    let mut wanted = Vec::new();
    for endpoint in seen.store.endpoints.rows().filter(|e| seen.thorough || seen.focus.endpoints.contains(&e.name)) {
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
    for model in seen.models.iter() {
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
    wanted
}

/// Asks for the minutes that `known` lacks and lays them over what is kept.
async fn read(aws: &Aws, seen: &Seen, wanted: &[Wanted], end: i64) -> Result<Vec<MetricSeries>, AwsError> {
    let oldest = end - KEPT * PERIOD;
    let known = |w: &Wanted| seen.store.metrics.get(&w.id).filter(|k| k.stat == w.stat);
    let newest =
        wanted.iter().map(|w| known(w).and_then(MetricSeries::last).map_or(oldest, |(t, _)| t.as_second())).min();
    let start = (newest.unwrap_or(oldest) - LATE * PERIOD).max(oldest);
    aws.meter.metrics(wanted.len());
    let queries: Vec<MetricDataQuery> = wanted.iter().enumerate().map(|(i, w)| query(i, w)).collect();
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
        let values = times.zip(result.values.unwrap_or_default());
        points.entry(result.id.unwrap_or_default()).or_default().extend(values);
    }
    Ok(wanted
        .iter()
        .enumerate()
        .map(|(i, w)| {
            let kept = known(w).into_iter().flat_map(|k| &k.points).map(|(t, v)| (t.as_second(), *v));
            let mut all: BTreeMap<i64, f64> = kept.filter(|(t, _)| (oldest..start).contains(t)).collect();
            all.extend(points.remove(&format!("m{i}")).unwrap_or_default());
            let points = all.into_iter().filter_map(|(t, v)| Some((Timestamp::from_second(t).ok()?, v)));
            MetricSeries { id: w.id.clone(), label: w.label.clone(), stat: w.stat.clone(), points: points.collect() }
        })
        .collect())
}

fn query(index: usize, wanted: &Wanted) -> MetricDataQuery {
    let dimensions = wanted.dimensions.iter().map(|(k, v)| Dimension::builder().name(k).value(v).build());
    let metric = Metric::builder()
        .namespace(&wanted.namespace)
        .metric_name(&wanted.name)
        .set_dimensions(Some(dimensions.collect()))
        .build();
    let stat = MetricStat::builder().metric(metric).period(60).stat(&wanted.stat).build();
    MetricDataQuery::builder().id(format!("m{index}")).metric_stat(stat).return_data(true).build()
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
}
