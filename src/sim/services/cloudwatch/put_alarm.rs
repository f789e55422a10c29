//! Requests that make or replace alarms.

use super::rule::Rule;
use super::state::{Handler, State};
use crate::sim::prelude::{Answer, Env, Operation, ServiceError, Value, write};
use crate::sim::services::sagemaker::Endpoints;

pub(super) static OPERATIONS: &[Operation<Handler>] =
    &[write("PutMetricAlarm", put_metric), write("PutCompositeAlarm", put_composite)];

/// Creates the error for a value that this service does not accept.
fn invalid(message: impl Into<String>) -> ServiceError {
    ServiceError::new("InvalidParameterValue", message)
}

fn put_metric(state: &mut State, env: &Env, _: &Endpoints, input: &Value) -> Answer {
    let name = input.need("AlarmName")?;
    let operator = input.need("ComparisonOperator")?;
    if !operator.ends_with("Threshold") {
        return Err(invalid(format!("Value '{operator}' at 'comparisonOperator' is not supported.")));
    }
    let periods = input.int("EvaluationPeriods")?.ok_or_else(|| ServiceError::missing("EvaluationPeriods"))?;
    if periods < 1 {
        return Err(invalid("EvaluationPeriods must be at least 1."));
    }
    if input.list("Metrics")?.is_empty() {
        input.need("MetricName")?;
        input.need("Namespace")?;
    }
    state.put_alarm(env, name, numbers(input));
    Ok(Value::Null)
}

fn put_composite(state: &mut State, env: &Env, _: &Endpoints, input: &Value) -> Answer {
    let name = input.need("AlarmName")?;
    let rule = input.need("AlarmRule")?;
    if Rule::parse(rule).is_none() {
        return Err(ServiceError::new("ValidationError", "AlarmRule has a syntax error."));
    }
    state.put_alarm(env, name, input.clone());
    Ok(Value::Null)
}

/// Converts the text of the Query protocol to numbers.
fn numbers(input: &Value) -> Value {
    let mut doc = input.clone();
    for key in ["Period", "EvaluationPeriods", "DatapointsToAlarm"] {
        doc.set(key, input.get(key).and_then(Value::as_int));
    }
    doc.set("Threshold", input.get("Threshold").and_then(Value::as_float));
    doc
}

impl State {
    /// Adds an alarm by request; it gets its state at the next evaluation.
    fn put_alarm(&mut self, env: &Env, name: &str, mut spec: Value) {
        for key in ["Tags", "AlarmName"] {
            spec.set(key, Value::Null);
        }
        let off =
            matches!(spec.get("ActionsEnabled"), Some(Value::Bool(false))) || spec.str("ActionsEnabled") == "false";
        spec.set("ActionsEnabled", !off);
        self.add_alarm(env, name, env.now, &spec);
    }
}
