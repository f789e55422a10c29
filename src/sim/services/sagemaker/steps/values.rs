//! Arguments of steps: references to parameters and to outputs of earlier steps, and conditions on them.

use crate::sim::prelude::Value;
use crate::sim::services::sagemaker::execution::{Execution, text_of};

/// Replaces references to parameters and outputs by their values.
pub(super) fn resolved(value: &Value, execution: &Execution, parameters: &[Value], depth: usize) -> Value {
    if depth > 40 {
        return Value::Null;
    }
    let deeper = |value: &Value| resolved(value, execution, parameters, depth + 1);
    if let Value::List(items) = value {
        return Value::List(items.iter().map(deeper).collect());
    }
    let Value::Map(members) = value else { return value.clone() };
    if let Some(path) = value.get("Get").and_then(Value::as_text) {
        if let Some(name) = path.strip_prefix("Parameters.") {
            let found = parameters.iter().find(|p| p.str("Name") == name).map_or("", |p| p.str("Value"));
            return typed(found);
        }
        if path == "Execution.PipelineExecutionId" {
            return Value::from(execution.id.as_str());
        }
        return execution.outputs.get(path).map_or_else(|| Value::from(path), Value::from);
    }
    if let Some(join) = value.get("Std:Join") {
        let parts: Vec<String> = join.items_at("Values").iter().map(|v| text_of(&deeper(v))).collect();
        return Value::from(parts.join(join.str("On")));
    }
    Value::Map(members.iter().map(|(key, value)| (key.clone(), deeper(value))).collect())
}

/// Parses text as a boolean or an integer; other text stays text.
fn typed(text: &str) -> Value {
    match text {
        "true" | "True" => Value::Bool(true),
        "false" | "False" => Value::Bool(false),
        _ => text.parse::<i64>().map_or_else(|_| Value::from(text), Value::Int),
    }
}

/// Returns whether a condition holds for the metrics of the evaluation.
pub(super) fn holds(condition: &Value, execution: &Execution) -> bool {
    let side = |value: Option<&Value>| -> Option<f64> {
        let value = value?;
        if let Some(path) = value.at("Std:JsonGet").and_then(|get| get.get("Path")).and_then(Value::as_text) {
            let metric = path.trim_end_matches(".value").rsplit('.').next()?;
            return execution.quality.get(metric).copied();
        }
        value.as_float()
    };
    let (Some(left), Some(right)) = (side(condition.get("LeftValue")), side(condition.get("RightValue"))) else {
        return false;
    };
    match condition.str("Type") {
        "GreaterThan" => left > right,
        "GreaterThanOrEqualTo" => left >= right,
        "LessThan" => left < right,
        "LessThanOrEqualTo" => left <= right,
        _ => (left - right).abs() < f64::EPSILON,
    }
}
