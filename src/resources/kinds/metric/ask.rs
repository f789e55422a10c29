//! Requests metrics from `GetMetricData` and lays the answers over what is kept.

mod earlier;

use std::collections::BTreeMap;

use aws_sdk_cloudwatch::types::{Dimension, Metric, MetricDataQuery, MetricDataResult, MetricStat, ScanBy};
use jiff::Timestamp;

use super::request::SeriesRequest;
use super::{HOUR, LOOK_BACK, MINUTE, MetricSeries};
use crate::aws::{Aws, AwsError, ErrorKind, failed, pages_until};
use crate::resources::Table;

/// The newest seconds whose values may still change: `CloudWatch` is 1 to 3 minutes late.
const LATE: i64 = 3 * MINUTE;
/// The most queries that one call may hold.
const BATCH: usize = 500;
/// Pages of one answer.
const PAGES: usize = 10;
/// The most points that a search for the last value of a metric requests.
const POINTS_BACK: i32 = 100;
/// Points that are kept of a metric whose last value counts however old it is.
const POINTS_KEPT: usize = 120;
/// Seconds after which the last value of a metric without any is searched for again.
const AGAIN: i64 = 6 * HOUR;

/// After this many single metrics were refused in a row, batches are refused as a whole. The cause is then not one of
/// them, and each metric that is requested costs money.
const ENOUGH: usize = 8;

/// Metrics that are requested together.
#[derive(Clone)]
struct Batch {
    request: Vec<SeriesRequest>,
    start: i64,
    end: i64,
    /// Whether it is a search for the last values, newest points first.
    back: bool,
}

/// Requests what each of `wanted` lacks up to `end` and lays it over what is kept. If a metric that the user named has
/// no recent value, its last one is searched for. A metric that AWS refuses has the reason in its row. If AWS refuses
/// many of them without an answer in between, the error is also returned as the fault of all.
///
/// # Errors
/// Those of `GetMetricData` that are not about single metrics.
pub(super) async fn ask_all(
    aws: &Aws,
    known: &Table<MetricSeries>,
    request: Vec<SeriesRequest>,
    end: i64,
) -> Result<(Vec<MetricSeries>, Option<AwsError>), AwsError> {
    let mut groups: BTreeMap<(i64, i64, bool), Vec<SeriesRequest>> = BTreeMap::new();
    for request in request {
        let known = request.known(known);
        let (start, end) = lacking(&request, known, end);
        groups.entry((start, end, known.is_some_and(|k| k.problem.is_some()))).or_default().push(request);
    }
    let groups = groups.into_iter().flat_map(|((start, end, _), all)| batches(&all, start, end, false));
    let (asked, fault) = ask(groups.collect(), |batch| call(aws, batch)).await?;
    let (mut rows, mut back) = (Vec::new(), Vec::new());
    for (request, told) in asked {
        let row = told.over(&request, request.known(known), end);
        if is_looked_back(&request, &row, end) {
            back.push((request, row));
        } else {
            rows.push((request, row));
        }
    }
    let request: Vec<SeriesRequest> = back.iter().map(|(request, _)| request.clone()).collect();
    let mut older: BTreeMap<String, Told> = BTreeMap::new();
    let batches = batches(&request, end - LOOK_BACK, end, true);
    let (asked, older_fault) = ask(batches, |batch| call(aws, batch)).await?;
    for (request, told) in asked {
        older.insert(request.id, told);
    }
    rows.extend(back.into_iter().map(|(named, mut row)| {
        let told = older.remove(&named.id).unwrap_or_default();
        match told.problem {
            Some(why) => (row.problem, row.refused) = (Some(why), time(end)),
            None => row.looked_back = time(end),
        }
        let points = told.points.into_iter().filter_map(|(t, v)| Some((time(t)?, v)));
        let all: BTreeMap<Timestamp, f64> = points.chain(row.points).collect();
        row.points = all.into_iter().collect();
        (named, row)
    }));
    earlier::look(&mut rows, end, |batch| call(aws, batch)).await?;
    Ok((rows.into_iter().map(|(_, row)| row).collect(), fault.or(older_fault)))
}

/// Requests a whole time, whatever is kept.
///
/// # Errors
/// Those of `GetMetricData`, also where many single metrics were refused.
pub(super) async fn ask_between(
    aws: &Aws,
    request: &[SeriesRequest],
    start: i64,
    end: i64,
) -> Result<Vec<MetricSeries>, AwsError> {
    let (asked, fault) = ask(batches(request, start, end, false), |batch| call(aws, batch)).await?;
    let rows = asked.into_iter().map(|(request, told)| told.over(&request, None, end)).collect();
    fault.map_or(Ok(rows), Err)
}

/// Returns the begin and the end of the seconds to request.
fn lacking(request: &SeriesRequest, known: Option<&MetricSeries>, end: i64) -> (i64, i64) {
    let period = request.period();
    // The last period is not over. Its mean is useful; half a sum looks like a fall: docs/aws.md#incomplete-period
    let adds = matches!(request.stat.as_str(), "Sum" | "SampleCount");
    let whole = end.div_euclid(period) * period;
    let last = if adds || whole == end { whole } else { whole + period };
    let oldest = last - request.kept();
    let late = if period > LATE { 2 * period } else { LATE };
    let since = known.map_or(oldest, |known| known.until.as_second().div_euclid(period) * period - late);
    (since.clamp(oldest, last - period), last)
}

/// Returns whether to search further back for the last value of this metric.
fn is_looked_back(request: &SeriesRequest, row: &MetricSeries, end: i64) -> bool {
    let recent = row.last().is_some_and(|(at, _)| end - at.as_second() <= HOUR);
    let due = match row.looked_back {
        None => true,
        Some(at) => row.points.is_empty() && end - at.as_second() >= AGAIN,
    };
    request.named && request.period() == MINUTE && !recent && due && row.problem.is_none()
}

fn batches(request: &[SeriesRequest], start: i64, end: i64, back: bool) -> Vec<Batch> {
    // Each metric has its own newest points, so a search for last values requests them one by one. The price is the
    // same.
    request
        .chunks(if back { 1 } else { BATCH })
        .map(|request| Batch { request: request.to_vec(), start, end, back })
        .collect()
}

/// The answer about one metric.
#[derive(Debug, Default)]
struct Told {
    start: i64,
    points: BTreeMap<i64, f64>,
    problem: Option<String>,
}

impl Told {
    /// Makes the row, with what is kept of `known`.
    fn over(self, request: &SeriesRequest, known: Option<&MetricSeries>, end: i64) -> MetricSeries {
        let oldest = if request.named { end - LOOK_BACK.max(request.kept()) } else { end - request.kept() };
        let kept = known.into_iter().flat_map(|k| &k.points).map(|(t, v)| (t.as_second(), *v));
        // Without an answer all stays as it was, and the same minutes are requested again.
        let (replaced, until) = match &self.problem {
            Some(_) => (i64::MAX, known.map(|known| known.until)),
            None => (self.start, time(end)),
        };
        let mut all: BTreeMap<i64, f64> = kept.filter(|(t, _)| (oldest..replaced).contains(t)).collect();
        all.extend(self.points);
        let most = if request.named { POINTS_KEPT } else { usize::MAX };
        let points = all.into_iter().rev().take(most).filter_map(|(t, v)| Some((time(t)?, v)));
        let mut points: Vec<(Timestamp, f64)> = points.collect();
        points.reverse();
        // Minutes that were never requested may hold a value.
        let gap = known.is_some_and(|known| end - known.until.as_second() > request.kept());
        MetricSeries {
            id: request.id.clone(),
            endpoint: request.endpoint.clone(),
            label: request.label.clone(),
            stat: request.stat.clone(),
            period: request.period(),
            comes_every: request.comes_every,
            earlier: known.and_then(|known| known.earlier.clone()),
            points,
            until: until.unwrap_or_default(),
            looked_back: known.and_then(|known| known.looked_back).filter(|_| !gap),
            refused: time(end).filter(|_| self.problem.is_some()),
            problem: self.problem,
        }
    }
}

/// The answers about each metric, and why many of them were refused.
type Answers = (Vec<(SeriesRequest, Told)>, Option<AwsError>);

/// Makes the requests batch by batch. A batch that AWS refuses as a whole is halved until the metric at fault stands
/// alone; but not after many single metrics were refused and none was answered.
async fn ask<Fut>(mut batches: Vec<Batch>, call: impl Fn(Batch) -> Fut) -> Result<Answers, AwsError>
where
    Fut: Future<Output = Result<BTreeMap<String, Told>, AwsError>>,
{
    let (mut all, mut fault) = (Vec::new(), None);
    // The number of single metrics that were refused since the last answer.
    let mut refused = 0;
    while let Some(mut batch) = batches.pop() {
        match call(batch.clone()).await {
            Ok(mut told) => {
                refused = 0;
                let start = batch.start;
                all.extend(batch.request.into_iter().map(|request| {
                    let told = told.remove(&query_id(&request)).unwrap_or_default();
                    (request, Told { start, ..told })
                }));
            }
            Err(why) if why.kind != ErrorKind::Other || !why.answered_no => return Err(why),
            Err(why) if batch.request.len() == 1 || refused >= ENOUGH => {
                let (start, others) = (batch.start, batch.request.len() - 1);
                let said = if others == 0 { why.to_string() } else { format!("{why} (asked with {others} others)") };
                let told = |request| (request, Told { start, problem: Some(said.clone()), ..Told::default() });
                all.extend(batch.request.into_iter().map(told));
                refused += 1;
                fault = fault.or(Some(why).filter(|_| refused >= ENOUGH));
            }
            Err(_) => {
                let half = batch.request.split_off(batch.request.len() / 2);
                batches.push(Batch { request: half, ..batch });
                batches.push(batch);
            }
        }
    }
    Ok((all, fault))
}

/// Makes one call, and returns the answers by the id of the query.
async fn call(aws: &Aws, batch: Batch) -> Result<BTreeMap<String, Told>, AwsError> {
    aws.meter.count_metrics(batch.request.len());
    let queries: Vec<MetricDataQuery> = batch.request.iter().map(query).collect();
    let order = if batch.back { ScanBy::TimestampDescending } else { ScanBy::TimestampAscending };
    let enough = |page: &[MetricDataResult]| batch.back && page.iter().any(|result| !result.values().is_empty());
    let (results, _) = pages_until(None, PAGES, enough, async |token| {
        let request = aws.cloudwatch.get_metric_data().set_metric_data_queries(Some(queries.clone()));
        let request = request.set_max_datapoints(batch.back.then_some(POINTS_BACK)).scan_by(order.clone());
        let request = request.start_time(sdk(batch.start)).end_time(sdk(batch.end));
        let page = request.set_next_token(token).send().await.map_err(failed)?;
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
        // A value that is no number can neither be drawn nor kept.
        self.points.extend(times.zip(result.values.unwrap_or_default()).filter(|(_, v)| v.is_finite()));
    }
}

fn time(second: i64) -> Option<Timestamp> {
    Timestamp::from_second(second).ok()
}

/// Returns the id of a query. A metric has the same id in every request, so its answer is found whatever else was
/// requested.
fn query_id(request: &SeriesRequest) -> String {
    // FNV-1a: small, and the same in every run.
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for byte in request.id.bytes().chain(request.stat.bytes()) {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    }
    format!("m{hash:016x}")
}

fn query(request: &SeriesRequest) -> MetricDataQuery {
    let dimensions = request.dimensions.iter().map(|(k, v)| Dimension::builder().name(k).value(v).build());
    let metric = Metric::builder()
        .namespace(&request.namespace)
        .metric_name(&request.name)
        .set_dimensions(Some(dimensions.collect()))
        .build();
    let stat = MetricStat::builder()
        .metric(metric)
        .period(i32::try_from(request.period()).unwrap_or(60))
        .stat(&request.stat)
        .build();
    MetricDataQuery::builder().id(query_id(request)).metric_stat(stat).return_data(true).build()
}

fn sdk(second: i64) -> aws_smithy_types::DateTime {
    aws_smithy_types::DateTime::from_secs(second)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(stat: &str, comes_every: Option<i64>) -> SeriesRequest {
        SeriesRequest {
            id: "m:x".into(),
            endpoint: None,
            label: "x".into(),
            namespace: "N".into(),
            name: "x".into(),
            dimensions: Vec::new(),
            stat: stat.into(),
            comes_every,
            named: true,
            often: MINUTE,
            bad: None,
        }
    }

    #[test]
    fn only_what_is_missing_is_asked_for_and_the_present_period_only_where_half_of_it_tells_something() {
        let (day, end) = (24 * HOUR, 10_000 * 24 * HOUR + 9 * HOUR);
        let until = |ago: i64| MetricSeries { until: time(end - ago).unwrap(), ..MetricSeries::default() };
        let today = end - 9 * HOUR;
        for (request, known, from, to) in [
            (request("Average", None), None, end - HOUR, end),
            (request("Average", None), Some(until(MINUTE)), end - MINUTE - LATE, end),
            (request("Average", None), Some(until(5 * day)), end - HOUR, end),
            (request("Average", Some(day)), None, today + day - 60 * day, today + day),
            (request("Average", Some(day)), Some(until(HOUR)), today - 2 * day, today + day),
            (request("Sum", Some(day)), Some(until(HOUR)), today - 2 * day, today),
        ] {
            assert_eq!(
                lacking(&request, known.as_ref(), end),
                (from, to),
                "{} {:?}",
                request.stat,
                request.comes_every
            );
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
        let back = |request: &SeriesRequest, row: &MetricSeries| is_looked_back(request, row, end);
        let named = request("Average", None);
        assert!(back(&named, &row(None, None)));
        assert!(!back(&named, &row(Some(MINUTE), None)), "it comes every minute");
        assert!(!back(&named, &row(Some(9 * HOUR), Some(HOUR))), "its last value is known");
        assert!(!back(&named, &row(None, Some(HOUR))) && back(&named, &row(None, Some(AGAIN))));
        assert!(!back(&request("Average", Some(24 * HOUR)), &row(None, None)), "its own period reaches back");
        assert!(!back(&SeriesRequest { named: false, ..named.clone() }, &row(None, None)), "an idle endpoint has none");
        let known = MetricSeries { until: time(end - 2 * HOUR).unwrap(), ..row(Some(9 * HOUR), Some(3 * HOUR)) };
        assert!(back(&named, &Told::default().over(&named, Some(&known), end)), "nobody asked for an hour");
    }

    #[test]
    fn a_refusal_leaves_the_minutes_to_be_asked_for_again_and_the_points_as_they_were() {
        let end = 1_000_000_000;
        let named = request("Average", None);
        let known = MetricSeries {
            until: time(end - 5 * MINUTE).unwrap(),
            points: vec![(time(end - 6 * MINUTE).unwrap(), 1.0)],
            ..MetricSeries::default()
        };
        let start = lacking(&named, Some(&known), end).0;
        let refused = Told { start, problem: Some("no".into()), ..Told::default() }.over(&named, Some(&known), end);
        assert_eq!((refused.until, &refused.points, refused.refused), (known.until, &known.points, time(end)));
        assert_eq!(lacking(&named, Some(&refused), end + 10 * MINUTE).0, start, "the same minutes are asked for");
        let answered = Told { start, ..Told::default() }.over(&named, Some(&refused), end + 10 * MINUTE);
        assert_eq!((answered.until, answered.refused), (time(end + 10 * MINUTE).unwrap(), None));
    }

    /// Returns the calls, the metrics requested, the rows that say why, the rows without trouble, and whether there is
    /// a fault of all.
    async fn asked(bad: fn(usize) -> bool) -> (usize, usize, usize, usize, bool) {
        let all: Vec<SeriesRequest> =
            (0..BATCH).map(|n| SeriesRequest { id: n.to_string(), ..request("Sum", None) }).collect();
        let cost = std::cell::Cell::new((0, 0));
        let call = async |batch: Batch| {
            cost.set((cost.get().0 + 1, cost.get().1 + batch.request.len()));
            let refused = batch.request.iter().any(|w| bad(w.id.parse().unwrap()));
            let why = AwsError { answered_no: true, ..AwsError::other("GetMetricData", "no such unit") };
            if refused { Err(why) } else { Ok(BTreeMap::new()) }
        };
        let (rows, fault) = ask(batches(&all, 0, HOUR, false), call).await.unwrap();
        let refused = rows.iter().filter(|(_, told)| told.problem.is_some()).count();
        (cost.get().0, cost.get().1, refused, rows.len() - refused, fault.is_some())
    }

    #[tokio::test]
    async fn one_bad_metric_costs_one_row_and_what_is_wrong_with_all_is_not_searched_for() {
        let (calls, _, refused, good, fault) = asked(|n| n == 77).await;
        assert_eq!((refused, good, fault), (1, BATCH - 1, false));
        assert!(calls < 25, "{calls}");
        let (_, _, refused, good, fault) = asked(|n| n % 50 == 0).await;
        assert_eq!((refused, good, fault), (10, BATCH - 10, false));
        let (calls, metrics, refused, good, fault) = asked(|_| true).await;
        assert_eq!((refused, good, fault), (BATCH, 0, true));
        assert!(calls < 40 && metrics < 4 * BATCH, "{calls} calls for {metrics} metrics");
    }
}
