//! Alarms that a stranger makes and takes away, and the older way to read a metric.

use super::super::fault::Fault;
use super::super::num;
use super::super::time::{Span, Time};
use super::super::wire::{Value, tree};
use super::super::world::World;
use super::series::percentile;
use super::{Operation, invalid, read, worded, write};

pub(super) static OPERATIONS: &[Operation] = &[
    write("PutMetricAlarm", put_metric),
    write("PutCompositeAlarm", put_composite),
    write("DeleteAlarms", delete),
    read("GetMetricStatistics", statistics),
    read("DescribeAlarmsForMetric", for_metric),
];

fn put_metric(world: &mut World, input: &Value) -> Result<Value, Fault> {
    let name = input.need("AlarmName").map_err(worded)?.to_owned();
    let operator = input.need("ComparisonOperator").map_err(worded)?;
    if !operator.ends_with("Threshold") {
        return Err(invalid(format!("Value '{operator}' at 'comparisonOperator' is not supported.")));
    }
    let periods = input.int("EvaluationPeriods")?.ok_or_else(|| worded(Fault::missing("EvaluationPeriods")))?;
    if periods < 1 {
        return Err(invalid("EvaluationPeriods must be at least 1."));
    }
    if input.list("Metrics")?.is_empty() {
        input.need("MetricName").map_err(worded)?;
        input.need("Namespace").map_err(worded)?;
    }
    world.put_alarm(&name, numbers(input));
    Ok(Value::Null)
}

fn put_composite(world: &mut World, input: &Value) -> Result<Value, Fault> {
    let name = input.need("AlarmName").map_err(worded)?.to_owned();
    let rule = input.need("AlarmRule").map_err(worded)?;
    if super::rule::Rule::parse(rule).is_none() {
        return Err(Fault::new("ValidationError", "AlarmRule has a syntax error."));
    }
    world.put_alarm(&name, input.clone());
    Ok(Value::Null)
}

/// The Query protocol sends everything as text: numbers and flags are made what they are.
fn numbers(input: &Value) -> Value {
    let mut doc = input.clone();
    for key in ["Period", "EvaluationPeriods", "DatapointsToAlarm"] {
        doc.set(key, input.get(key).and_then(Value::as_int));
    }
    doc.set("Threshold", input.get("Threshold").and_then(Value::as_float));
    doc
}

fn delete(world: &mut World, input: &Value) -> Result<Value, Fault> {
    let names = input.texts("AlarmNames").map_err(worded)?;
    if let Some(missing) = names.iter().find(|name| !world.alarms.contains_key(**name)) {
        return Err(Fault::new("ResourceNotFound", format!("The alarm {missing} does not exist.")).status(404));
    }
    for name in names {
        world.alarms.remove(name);
    }
    Ok(Value::Null)
}

fn for_metric(world: &mut World, input: &Value) -> Result<Value, Fault> {
    let (name, namespace) = (input.need("MetricName").map_err(worded)?, input.need("Namespace").map_err(worded)?);
    let sorted = |value: Option<&Value>| {
        let mut pairs = super::metrics::dimensions(value);
        pairs.sort();
        pairs
    };
    let wanted = sorted(input.get("Dimensions"));
    let own = world.alarms.values().map(|alarm| &alarm.doc).filter(|doc| {
        doc.str("MetricName") == name && doc.str("Namespace") == namespace && sorted(doc.get("Dimensions")) == wanted
    });
    Ok(tree! { "MetricAlarms": own.cloned().collect::<Vec<_>>() })
}

fn statistics(world: &mut World, input: &Value) -> Result<Value, Fault> {
    let name = input.need("MetricName").map_err(worded)?;
    let namespace = input.need("Namespace").map_err(worded)?;
    let need = |key: &str| -> Result<Time, Fault> { input.time(key)?.ok_or_else(|| worded(Fault::missing(key))) };
    let (start, end) = (need("StartTime")?, need("EndTime")?);
    let period = input.int("Period")?.ok_or_else(|| worded(Fault::missing("Period")))?;
    if start >= end || period < 1 {
        return Err(Fault::new(
            "InvalidParameterCombination",
            "StartTime must be less than EndTime, and Period positive.",
        ));
    }
    let period = Span::seconds(period);
    let count = ((end.min(world.now) - start).0 / period.0).clamp(0, 1440);
    if (end - start).0 / period.0 > 1440 {
        return Err(Fault::new(
            "InvalidParameterCombination",
            "You have requested more than 1,440 datapoints, which is the limit.",
        ));
    }
    let plain = input.texts("Statistics")?;
    let extended = input.texts("ExtendedStatistics")?;
    if let Some(wrong) = extended.iter().find(|s| percentile(s).is_none()) {
        return Err(invalid(format!("The value {wrong} for parameter ExtendedStatistics is not supported.")));
    }
    let series = world.find_series(namespace, name, input.get("Dimensions"));
    let mut points = Vec::new();
    for at in 0..count {
        let from = start.floor(period) + Span(period.0 * at);
        let one = |stat: &str| world.statistic(series?, from, from + period, stat).map(|v| num::rounded(v, 9));
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

impl World {
    /// Keeps an alarm that somebody makes or changes; it finds its state at the next evaluation.
    fn put_alarm(&mut self, name: &str, mut spec: Value) {
        for key in ["Tags", "AlarmName"] {
            spec.set(key, Value::Null);
        }
        let off =
            matches!(spec.get("ActionsEnabled"), Some(Value::Bool(false))) || spec.str("ActionsEnabled") == "false";
        spec.set("ActionsEnabled", !off);
        self.add_alarm(name, self.now, &spec);
    }
}
