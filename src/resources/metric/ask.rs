//! What is asked of `GetMetricData`, and what came of it.

use std::collections::BTreeMap;

use aws_sdk_cloudwatch::types::{Dimension, Metric, MetricDataQuery, MetricDataResult, MetricStat, ScanBy};
use jiff::Timestamp;

use super::wanted::Wanted;
use super::{HOUR, LOOK_BACK, MINUTE, MetricSeries};
use crate::aws::{Aws, AwsError, Kind, failed, pages_until};
use crate::resources::Table;

/// Seconds that may still change: `CloudWatch` is 1 to 3 minutes late.
const LATE: i64 = 3 * MINUTE;
/// Queries one call may hold.
const BATCH: usize = 500;
/// Pages of one answer.
const PAGES: usize = 10;
/// Newest points of a metric that are looked back for.
const POINTS_BACK: i32 = 100;
/// Points that are kept of a metric whose last value counts however old it is.
const POINTS_KEPT: usize = 120;
/// Seconds after which a metric without any value is looked back for again.
const AGAIN: i64 = 6 * HOUR;

/// Metrics that are asked for together.
struct Batch {
    wanted: Vec<Wanted>,
    start: i64,
    end: i64,
    /// Looked back for, the newest points first.
    back: bool,
}

/// Asks for what each of `wanted` lacks up to `end` and lays it over what is kept. What the user named and has no value
/// there is looked back for.
///
/// # Errors
/// Those of `GetMetricData`; but where AWS refuses a single metric, its row says so.
pub(super) async fn ask_all(
    aws: &Aws,
    known: &Table<MetricSeries>,
    wanted: Vec<Wanted>,
    end: i64,
) -> Result<Vec<MetricSeries>, AwsError> {
    let mut groups: BTreeMap<(i64, i64, bool), Vec<Wanted>> = BTreeMap::new();
    for wanted in wanted {
        let known = wanted.known(known);
        let (start, end) = lacking(&wanted, known, end);
        groups.entry((start, end, known.is_some_and(|k| k.problem.is_some()))).or_default().push(wanted);
    }
    let groups = groups.into_iter().flat_map(|((start, end, _), all)| batches(&all, start, end, false));
    let asked = ask(aws, groups.collect()).await?;
    let (mut rows, mut back) = (Vec::new(), Vec::new());
    for (wanted, told) in asked {
        let row = told.over(&wanted, wanted.known(known), end);
        if is_looked_back(&wanted, &row, end) {
            back.push((wanted, row));
        } else {
            rows.push(row);
        }
    }
    let wanted: Vec<Wanted> = back.iter().map(|(wanted, _)| wanted.clone()).collect();
    let mut older: BTreeMap<String, Told> = BTreeMap::new();
    for (wanted, told) in ask(aws, batches(&wanted, end - LOOK_BACK, end, true)).await? {
        older.insert(wanted.id, told);
    }
    rows.extend(back.into_iter().map(|(wanted, mut row)| {
        let told = older.remove(&wanted.id).unwrap_or_default();
        row.looked_back = time(end);
        row.problem = row.problem.or(told.problem);
        let points = told.points.into_iter().filter_map(|(t, v)| Some((time(t)?, v)));
        let all: BTreeMap<Timestamp, f64> = points.chain(row.points).collect();
        row.points = all.into_iter().collect();
        row
    }));
    Ok(rows)
}

/// The seconds that are asked for, from and to.
fn lacking(wanted: &Wanted, known: Option<&MetricSeries>, end: i64) -> (i64, i64) {
    let period = wanted.period();
    // The last period is not over. A mean of it is one; half a sum looks like a fall.
    let adds = matches!(wanted.stat.as_str(), "Sum" | "SampleCount");
    let whole = end.div_euclid(period) * period;
    let last = if adds || whole == end { whole } else { whole + period };
    let oldest = last - wanted.kept();
    let late = if period > LATE { 2 * period } else { LATE };
    let since = known.map_or(oldest, |known| known.until.as_second().div_euclid(period) * period - late);
    (since.clamp(oldest, last - period), last)
}

/// Has a metric whose last value counts none in what is read every minute?
fn is_looked_back(wanted: &Wanted, row: &MetricSeries, end: i64) -> bool {
    let recent = row.last().is_some_and(|(at, _)| end - at.as_second() <= HOUR);
    let due = match row.looked_back {
        None => true,
        Some(at) => row.points.is_empty() && end - at.as_second() >= AGAIN,
    };
    wanted.named && wanted.period() == MINUTE && !recent && due && row.problem.is_none()
}

fn batches(wanted: &[Wanted], start: i64, end: i64, back: bool) -> Vec<Batch> {
    // Each metric has its own newest points, so what is looked back for is asked one by one; the price is the same.
    wanted
        .chunks(if back { 1 } else { BATCH })
        .map(|wanted| Batch { wanted: wanted.to_vec(), start, end, back })
        .collect()
}

/// What was told of one metric.
#[derive(Debug, Default)]
struct Told {
    start: i64,
    points: BTreeMap<i64, f64>,
    problem: Option<String>,
}

impl Told {
    /// The row, with what is kept of `known`.
    fn over(self, wanted: &Wanted, known: Option<&MetricSeries>, end: i64) -> MetricSeries {
        let oldest = if wanted.named { end - LOOK_BACK.max(wanted.kept()) } else { end - wanted.kept() };
        let kept = known.into_iter().flat_map(|k| &k.points).map(|(t, v)| (t.as_second(), *v));
        let mut all: BTreeMap<i64, f64> = kept.filter(|(t, _)| (oldest..self.start).contains(t)).collect();
        all.extend(self.points);
        let most = if wanted.named { POINTS_KEPT } else { usize::MAX };
        let points = all.into_iter().rev().take(most).filter_map(|(t, v)| Some((time(t)?, v)));
        let mut points: Vec<(Timestamp, f64)> = points.collect();
        points.reverse();
        // Minutes that nobody asked for may hold a value.
        let gap = known.is_some_and(|known| end - known.until.as_second() > wanted.kept());
        MetricSeries {
            id: wanted.id.clone(),
            label: wanted.label.clone(),
            stat: wanted.stat.clone(),
            period: wanted.period(),
            comes_every: wanted.comes_every,
            points,
            until: time(end).unwrap_or_default(),
            looked_back: known.and_then(|known| known.looked_back).filter(|_| !gap),
            problem: self.problem,
        }
    }
}

/// Asks batch by batch. A batch that is refused as it stands is halved, until what is wrong stands alone.
async fn ask(aws: &Aws, mut batches: Vec<Batch>) -> Result<Vec<(Wanted, Told)>, AwsError> {
    let mut all = Vec::new();
    while let Some(mut batch) = batches.pop() {
        match call(aws, &batch).await {
            Ok(mut told) => {
                let start = batch.start;
                all.extend(batch.wanted.into_iter().map(|wanted| {
                    let told = told.remove(&query_id(&wanted)).unwrap_or_default();
                    (wanted, Told { start, ..told })
                }));
            }
            Err(why) if why.kind != Kind::Other || !why.answered_no => return Err(why),
            Err(why) if batch.wanted.len() == 1 => {
                let told = Told { start: batch.start, problem: Some(why.to_string()), ..Told::default() };
                all.extend(batch.wanted.pop().map(|wanted| (wanted, told)));
            }
            Err(_) => {
                let half = batch.wanted.split_off(batch.wanted.len() / 2);
                batches.push(Batch { wanted: half, ..batch });
                batches.push(batch);
            }
        }
    }
    Ok(all)
}

/// One call: what was told, by the id of the query.
async fn call(aws: &Aws, batch: &Batch) -> Result<BTreeMap<String, Told>, AwsError> {
    aws.meter.metrics(batch.wanted.len());
    let queries: Vec<MetricDataQuery> = batch.wanted.iter().map(query).collect();
    let order = if batch.back { ScanBy::TimestampDescending } else { ScanBy::TimestampAscending };
    let enough = |page: &[MetricDataResult]| batch.back && page.iter().any(|result| !result.values().is_empty());
    let (results, _) = pages_until(None, PAGES, enough, async |token| {
        let request = aws.cloudwatch.get_metric_data().set_metric_data_queries(Some(queries.clone()));
        let request = request.set_max_datapoints(batch.back.then_some(POINTS_BACK)).scan_by(order.clone());
        let request = request.start_time(sdk(batch.start)).end_time(sdk(batch.end));
        let page = request.set_next_token(token).send().await.map_err(failed("GetMetricData"))?;
        Ok((page.metric_data_results.unwrap_or_default(), page.next_token))
    })
    .await?;
    let mut told: BTreeMap<String, Told> = BTreeMap::new();
    for result in results {
        told.entry(result.id.clone().unwrap_or_default()).or_default().take(result);
    }
    Ok(told)
}

impl Told {
    fn take(&mut self, result: MetricDataResult) {
        let status = result.status_code.as_ref().map_or("Complete", |status| status.as_str());
        if !matches!(status, "Complete" | "PartialData") {
            self.problem = Some(format!("CloudWatch answered {status}"));
        }
        let times = result.timestamps.unwrap_or_default().into_iter().map(|t| t.secs());
        // What is no number can neither be drawn nor kept.
        self.points.extend(times.zip(result.values.unwrap_or_default()).filter(|(_, v)| v.is_finite()));
    }
}

fn time(second: i64) -> Option<Timestamp> {
    Timestamp::from_second(second).ok()
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
    let stat = MetricStat::builder()
        .metric(metric)
        .period(i32::try_from(wanted.period()).unwrap_or(60))
        .stat(&wanted.stat)
        .build();
    MetricDataQuery::builder().id(query_id(wanted)).metric_stat(stat).return_data(true).build()
}

fn sdk(second: i64) -> aws_smithy_types::DateTime {
    aws_smithy_types::DateTime::from_secs(second)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(stat: &str, comes_every: Option<i64>) -> Wanted {
        Wanted {
            id: "m:x".into(),
            label: "x".into(),
            namespace: "N".into(),
            name: "x".into(),
            dimensions: Vec::new(),
            stat: stat.into(),
            comes_every,
            named: true,
        }
    }

    #[test]
    fn only_what_is_missing_is_asked_for_and_the_present_period_only_where_half_of_it_tells_something() {
        let (day, end) = (24 * HOUR, 10_000 * 24 * HOUR + 9 * HOUR);
        let until = |ago: i64| MetricSeries { until: time(end - ago).unwrap(), ..MetricSeries::default() };
        let today = end - 9 * HOUR;
        for (wanted, known, from, to) in [
            (wanted("Average", None), None, end - HOUR, end),
            (wanted("Average", None), Some(until(MINUTE)), end - MINUTE - LATE, end),
            (wanted("Average", None), Some(until(5 * day)), end - HOUR, end),
            (wanted("Average", Some(day)), None, today + day - 60 * day, today + day),
            (wanted("Average", Some(day)), Some(until(HOUR)), today - 2 * day, today + day),
            (wanted("Sum", Some(day)), Some(until(HOUR)), today - 2 * day, today),
        ] {
            assert_eq!(lacking(&wanted, known.as_ref(), end), (from, to), "{} {:?}", wanted.stat, wanted.comes_every);
        }
    }

    #[test]
    fn a_metric_is_looked_back_for_once_and_again_after_a_gap() {
        let end = 1_000_000_000;
        let row = |last: Option<i64>, back: Option<i64>| MetricSeries {
            points: last.map(|ago| (time(end - ago).unwrap(), 1.0)).into_iter().collect(),
            looked_back: back.and_then(|ago| time(end - ago)),
            ..MetricSeries::default()
        };
        let back = |wanted: &Wanted, row: &MetricSeries| is_looked_back(wanted, row, end);
        let named = wanted("Average", None);
        assert!(back(&named, &row(None, None)));
        assert!(!back(&named, &row(Some(MINUTE), None)), "it comes every minute");
        assert!(!back(&named, &row(Some(9 * HOUR), Some(HOUR))), "its last value is known");
        assert!(!back(&named, &row(None, Some(HOUR))) && back(&named, &row(None, Some(AGAIN))));
        assert!(!back(&wanted("Average", Some(24 * HOUR)), &row(None, None)), "its own period reaches back");
        assert!(!back(&Wanted { named: false, ..named.clone() }, &row(None, None)), "an idle endpoint has none");
        let known = MetricSeries { until: time(end - 2 * HOUR).unwrap(), ..row(Some(9 * HOUR), Some(3 * HOUR)) };
        assert!(back(&named, &Told::default().over(&named, Some(&known), end)), "nobody asked for an hour");
    }
}
