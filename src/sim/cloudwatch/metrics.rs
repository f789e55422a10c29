//! Reading metrics.

use std::collections::BTreeMap;

use super::super::fault::Fault;
use super::super::num;
use super::super::sagemaker::listing::cut_by;
use super::super::time::{Span, Time};
use super::super::wire::{Value, tree};
use super::super::world::World;
use super::math::{self, Points};
use super::series::percentile;
use super::{Operation, invalid, read, worded};

pub(super) static OPERATIONS: &[Operation] = &[read("GetMetricData", get_data), read("ListMetrics", list)];

/// More data points than this are not given in one answer.
const MOST_POINTS: i64 = 100_800;

/// Dimensions as pairs.
pub(crate) fn dimensions(value: Option<&Value>) -> Vec<(String, String)> {
    let items = value.map(Value::items).unwrap_or_default();
    items.iter().map(|d| (d.str("Name").to_owned(), d.str("Value").to_owned())).collect()
}

fn list(world: &mut World, input: &Value) -> Result<Value, Fault> {
    let namespace = input.text("Namespace")?;
    let name = input.text("MetricName")?;
    let wanted = input.list("Dimensions")?;
    for filter in wanted {
        filter.need("Name").map_err(worded)?;
    }
    input.one_of("RecentlyActive", &["PT3H"]).map_err(|fault| invalid(fault.message))?;
    let found: Vec<Value> = world
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
        })
        .collect();
    let (page, next) = cut_by(input, found, ("NextToken", "MaxRecords"), 500, 500).map_err(worded)?;
    Ok(tree! { "Metrics": page, "NextToken": next })
}

/// One query's answer, oldest first.
struct Answer {
    id: String,
    label: String,
    times: Vec<Time>,
    points: Points,
}

fn get_data(world: &mut World, input: &Value) -> Result<Value, Fault> {
    let start = input.time("StartTime")?.ok_or_else(|| worded(Fault::missing("StartTime")))?;
    let end = input.time("EndTime")?.ok_or_else(|| worded(Fault::missing("EndTime")))?;
    if start >= end {
        return Err(Fault::new("ValidationError", "The parameter StartTime must be less than the parameter EndTime."));
    }
    let queries = input.list("MetricDataQueries")?;
    if queries.is_empty() {
        return Err(worded(Fault::missing("MetricDataQueries")));
    }
    if queries.len() > 500 {
        return Err(Fault::new(
            "ValidationError",
            "The collection MetricDataQueries must not have a size greater than 500.",
        ));
    }
    let newest_first = input.text("ScanBy")? != Some("TimestampAscending");
    let answers = world.all(queries, start, end)?;
    let results: Vec<Value> = answers.into_iter().map(|answer| answer.shown(newest_first)).collect();
    Ok(tree! { "MetricDataResults": results, "Messages": Vec::<Value>::new() })
}

impl Answer {
    fn shown(self, newest_first: bool) -> Value {
        let pairs = self.times.into_iter().zip(self.points).filter_map(|(time, point)| Some((time, point?)));
        let (mut times, mut values): (Vec<Time>, Vec<f64>) = pairs.unzip();
        if newest_first {
            times.reverse();
            values.reverse();
        }
        tree! { "Id": self.id, "Label": self.label, "Timestamps": times, "Values": values, "StatusCode": "Complete" }
    }
}

fn period_of(query: &Value) -> Result<i64, Fault> {
    let stat = query.get("MetricStat").unwrap_or(query);
    let period = stat.int("Period")?.unwrap_or(60);
    if matches!(period, 1 | 5 | 10 | 20 | 30) || (period > 0 && period % 60 == 0) {
        return Ok(period);
    }
    Err(Fault::new(
        "ValidationError",
        format!(
            "The parameter MetricDataQueries.member.MetricStat.Period must be 1, 5, 10, 20, 30 or a multiple of 60; it was {period}."
        ),
    ))
}

impl World {
    fn all(&self, queries: &[Value], start: Time, end: Time) -> Result<Vec<Answer>, Fault> {
        let mut known: BTreeMap<String, Points> = BTreeMap::new();
        let mut ready: BTreeMap<String, Vec<Answer>> = BTreeMap::new();
        let mut grid: Vec<Time> = Vec::new();
        for query in queries {
            let id = query.need("Id").map_err(worded)?;
            if !id.starts_with(|c: char| c.is_ascii_lowercase())
                || !id.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
            {
                return Err(Fault::new(
                    "ValidationError",
                    format!("The value {id} for parameter MetricDataQueries.member.Id is not valid."),
                ));
            }
            if query.get("MetricStat").is_none() == query.get("Expression").is_none() {
                return Err(Fault::new(
                    "ValidationError",
                    format!("Query {id} must have either MetricStat or Expression."),
                ));
            }
            if query.get("MetricStat").is_some() {
                let answer = self.measured(query, start, end)?;
                if known.insert(id.to_owned(), answer.points.clone()).is_some() {
                    return Err(Fault::new(
                        "ValidationError",
                        format!("The values for parameter id in MetricDataQueries are not unique: {id}"),
                    ));
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

    fn measured(&self, query: &Value, start: Time, end: Time) -> Result<Answer, Fault> {
        let spec = query.get("MetricStat").unwrap_or(&Value::Null);
        let statistic = spec.need("Stat").map_err(worded)?;
        if !matches!(statistic, "Average" | "Sum" | "Minimum" | "Maximum" | "SampleCount")
            && percentile(statistic).is_none()
        {
            return Err(Fault::new(
                "ValidationError",
                format!(
                    "The value {statistic} for parameter MetricDataQueries.member.MetricStat.Stat is not supported."
                ),
            ));
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
        Ok(Answer { id: query.str("Id").to_owned(), label, times, points })
    }

    fn computed(
        &self,
        query: &Value,
        queries: &[Value],
        expression: &str,
        known: &BTreeMap<String, Points>,
        grid: &[Time],
    ) -> Result<Vec<Answer>, Fault> {
        let id = query.str("Id");
        let label = query.text("Label")?.unwrap_or(id);
        let answer = |label: String, points: Points| Answer { id: id.to_owned(), label, times: grid.to_vec(), points };
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
            .map_err(|why| Fault::new("ValidationError", format!("Error in expression \"{id}\": {why}")))?;
        Ok(vec![answer(label.to_owned(), points)])
    }
}
