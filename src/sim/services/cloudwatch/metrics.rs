//! Requests for metrics and their values.

use std::collections::BTreeMap;

use super::math::{self, Points};
use super::series::percentile;
use super::state::{Handler, State};
use super::view::View;
use crate::sim::prelude::{Answer, Env, Operation, Paging, ServiceError, Span, Time, Value, num, read, tree};
use crate::sim::services::sagemaker::Endpoints;

pub(super) static OPERATIONS: &[Operation<Handler>] =
    &[read("GetMetricData", get_data), read("GetMetricStatistics", get_statistics), read("ListMetrics", list)];

const PAGES: Paging = Paging { token: "NextToken", size: "MaxRecords", usual: 500, most: 500 };

/// The most data points of one answer.
const MOST_POINTS: i64 = 100_800;

fn list(state: &mut State, _: &Env, _: &Endpoints, input: &Value) -> Answer {
    let namespace = input.text("Namespace")?;
    let name = input.text("MetricName")?;
    let wanted = input.list("Dimensions")?;
    for filter in wanted {
        filter.need("Name")?;
    }
    input.one_of("RecentlyActive", &["PT3H"])?;
    let found = state
        .series
        .values()
        .filter(|series| {
            namespace.is_none_or(|n| series.namespace == n)
                && name.is_none_or(|n| series.name == n)
                && wanted.iter().all(|filter| {
                    let value = filter.get("Value").and_then(Value::as_text);
                    series.dimensions.iter().any(|(n, v)| n == filter.str("Name") && value.is_none_or(|wanted| v == wanted))
                })
        })
        .map(|series| {
            let dimensions = series.dimensions.iter().map(|(name, value)| tree! { "Name": name, "Value": value });
            tree! { "Namespace": &series.namespace, "MetricName": &series.name, "Dimensions": dimensions.collect::<Vec<_>>() }
        });
    PAGES.answer(input, "Metrics", found.collect())
}

/// The values of one query, oldest first.
struct MetricValues {
    id: String,
    label: String,
    times: Vec<Time>,
    points: Points,
}

fn get_data(state: &mut State, env: &Env, endpoints: &Endpoints, input: &Value) -> Answer {
    let start = input.time("StartTime")?.ok_or_else(|| ServiceError::missing("StartTime"))?;
    let end = input.time("EndTime")?.ok_or_else(|| ServiceError::missing("EndTime"))?;
    if start >= end {
        return Err(validation("The parameter StartTime must be less than the parameter EndTime."));
    }
    let queries = input.list("MetricDataQueries")?;
    if queries.is_empty() {
        return Err(ServiceError::missing("MetricDataQueries"));
    }
    if queries.len() > 500 {
        return Err(validation("The collection MetricDataQueries must not have a size greater than 500."));
    }
    let newest_first = input.text("ScanBy")? != Some("TimestampAscending");
    let answers = state.view(env, endpoints).values(queries, start, end)?;
    let results: Vec<Value> = answers.into_iter().map(|answer| answer.row(newest_first)).collect();
    Ok(tree! { "MetricDataResults": results, "Messages": Vec::<Value>::new() })
}

/// Returns the error of this service for invalid queries.
fn validation(message: impl Into<String>) -> ServiceError {
    ServiceError::new("ValidationError", message)
}

impl MetricValues {
    fn row(self, newest_first: bool) -> Value {
        let pairs = self.times.into_iter().zip(self.points).filter_map(|(time, point)| Some((time, point?)));
        let (mut times, mut values): (Vec<Time>, Vec<f64>) = pairs.unzip();
        if newest_first {
            times.reverse();
            values.reverse();
        }
        tree! { "Id": self.id, "Label": self.label, "Timestamps": times, "Values": values, "StatusCode": "Complete" }
    }
}

fn period_of(query: &Value) -> Result<i64, ServiceError> {
    let stat = query.get("MetricStat").unwrap_or(query);
    let period = stat.int("Period")?.unwrap_or(60);
    if matches!(period, 1 | 5 | 10 | 20 | 30) || (period > 0 && period % 60 == 0) {
        return Ok(period);
    }
    Err(validation(format!(
        "The parameter MetricDataQueries.member.MetricStat.Period must be 1, 5, 10, 20, 30 or a multiple of 60; it was {period}."
    )))
}

impl View<'_> {
    /// Returns the values of each query that returns data.
    fn values(&self, queries: &[Value], start: Time, end: Time) -> Result<Vec<MetricValues>, ServiceError> {
        let mut known: BTreeMap<String, Points> = BTreeMap::new();
        let mut ready: BTreeMap<String, Vec<MetricValues>> = BTreeMap::new();
        let mut grid: Vec<Time> = Vec::new();
        for query in queries {
            let id = query.need("Id")?;
            if !id.starts_with(|c: char| c.is_ascii_lowercase())
                || !id.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
            {
                return Err(validation(format!(
                    "The value {id} for parameter MetricDataQueries.member.Id is not valid."
                )));
            }
            if query.get("MetricStat").is_none() == query.get("Expression").is_none() {
                return Err(validation(format!("Query {id} must have either MetricStat or Expression.")));
            }
            if query.get("MetricStat").is_some() {
                let answer = self.measured(query, start, end)?;
                if known.insert(id.to_owned(), answer.points.clone()).is_some() {
                    return Err(validation(format!(
                        "The values for parameter id in MetricDataQueries are not unique: {id}"
                    )));
                }
                if grid.is_empty() {
                    grid.clone_from(&answer.times);
                }
                ready.insert(id.to_owned(), vec![answer]);
            }
        }
        for query in queries.iter().filter(|query| query.get("Expression").is_some()) {
            let (id, expression) = (query.str("Id"), query.str("Expression"));
            let found = self.computed(query, queries, expression, &known, &grid)?;
            if let [only] = found.as_slice() {
                known.insert(id.to_owned(), only.points.clone());
            }
            ready.insert(id.to_owned(), found);
        }
        let shown = queries.iter().filter(|query| {
            query.get("ReturnData").is_none_or(|v| !matches!(v, Value::Bool(false)))
                && query.str("ReturnData") != "false"
        });
        Ok(shown.filter_map(|query| ready.remove(query.str("Id"))).flatten().collect())
    }

    fn measured(&self, query: &Value, start: Time, end: Time) -> Result<MetricValues, ServiceError> {
        let spec = query.get("MetricStat").unwrap_or(&Value::Null);
        let statistic = spec.need("Stat")?;
        if !matches!(statistic, "Average" | "Sum" | "Minimum" | "Maximum" | "SampleCount")
            && percentile(statistic).is_none()
        {
            return Err(validation(format!(
                "The value {statistic} for parameter MetricDataQueries.member.MetricStat.Stat is not supported."
            )));
        }
        let metric = spec.get("Metric").unwrap_or(&Value::Null);
        let period = Span::seconds(period_of(query)?);
        let (first, last) = (start.floor(period), end.min(self.now));
        let count = ((last - first).0 + period.0 - 1).div_euclid(period.0).clamp(0, MOST_POINTS);
        let times: Vec<Time> = (0..count).map(|at| first + Span(period.0 * at)).collect();
        let name = metric.str("MetricName");
        let series = self.find_series(metric.str("Namespace"), name, metric.get("Dimensions"));
        let point = |from: &Time| self.statistic(series?, *from, *from + period, statistic).map(|v| num::rounded(v, 9));
        let points = times.iter().map(point).collect();
        let label = query.text("Label")?.unwrap_or(name).to_owned();
        Ok(MetricValues { id: query.str("Id").to_owned(), label, times, points })
    }

    fn computed(
        &self,
        query: &Value,
        queries: &[Value],
        expression: &str,
        known: &BTreeMap<String, Points>,
        grid: &[Time],
    ) -> Result<Vec<MetricValues>, ServiceError> {
        let id = query.str("Id");
        let label = query.text("Label")?.unwrap_or(id);
        let answer =
            |label: String, points: Points| MetricValues { id: id.to_owned(), label, times: grid.to_vec(), points };
        if let Some((metric, width)) = math::band(expression) {
            let of = queries.iter().find(|q| q.str("Id") == metric).and_then(|q| q.at("MetricStat.Metric"));
            let series =
                of.and_then(|m| self.find_series(m.str("Namespace"), m.str("MetricName"), m.get("Dimensions")));
            let bounds: Vec<Option<(f64, f64)>> = grid.iter().map(|at| Some(self.band(series?, *at, width))).collect();
            let low = bounds.iter().map(|b| b.map(|(low, _)| low)).collect();
            let high = bounds.iter().map(|b| b.map(|(_, high)| high)).collect();
            return Ok(vec![answer(format!("{label} High"), high), answer(format!("{label} Low"), low)]);
        }
        let points = math::evaluate(expression, known, grid.len())
            .map_err(|why| validation(format!("Error in expression \"{id}\": {why}")))?;
        Ok(vec![answer(label.to_owned(), points)])
    }
}

fn get_statistics(state: &mut State, env: &Env, endpoints: &Endpoints, input: &Value) -> Answer {
    let name = input.need("MetricName")?;
    let namespace = input.need("Namespace")?;
    let need = |key: &str| -> Result<Time, ServiceError> { input.time(key)?.ok_or_else(|| ServiceError::missing(key)) };
    let (start, end) = (need("StartTime")?, need("EndTime")?);
    let period = input.int("Period")?.ok_or_else(|| ServiceError::missing("Period"))?;
    if start >= end || period < 1 {
        return Err(ServiceError::new(
            "InvalidParameterCombination",
            "StartTime must be less than EndTime, and Period positive.",
        ));
    }
    let period = Span::seconds(period);
    let count = ((end.min(env.now) - start).0 / period.0).clamp(0, 1440);
    if (end - start).0 / period.0 > 1440 {
        return Err(ServiceError::new(
            "InvalidParameterCombination",
            "You have requested more than 1,440 datapoints, which is the limit.",
        ));
    }
    let plain = input.texts("Statistics")?;
    let extended = input.texts("ExtendedStatistics")?;
    if let Some(wrong) = extended.iter().find(|s| percentile(s).is_none()) {
        let message = format!("The value {wrong} for parameter ExtendedStatistics is not supported.");
        return Err(ServiceError::new("InvalidParameterValue", message));
    }
    let view = state.view(env, endpoints);
    let series = view.find_series(namespace, name, input.get("Dimensions"));
    let mut points = Vec::new();
    for at in 0..count {
        let from = start.floor(period) + Span(period.0 * at);
        let one = |stat: &str| view.statistic(series?, from, from + period, stat).map(|v| num::rounded(v, 9));
        let mut point = tree! { "Timestamp": from };
        for stat in &plain {
            point.set((*stat).to_owned(), one(stat));
        }
        let more: Vec<_> =
            extended.iter().filter_map(|stat| Some(((*stat).to_owned().into(), Value::from(one(stat)?)))).collect();
        if !more.is_empty() {
            point.set("ExtendedStatistics", Value::Dict(more));
        }
        if point.members().len() > 1 {
            points.push(point.with("Unit", "None"));
        }
    }
    Ok(tree! { "Label": name, "Datapoints": points })
}
