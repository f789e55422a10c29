//! An execution of a pipeline: its parameters, the finished steps, and the remaining ones.

use crate::sim::prelude::{Record, Time, Value, json, tree};
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

/// The results of a pipeline's executions, which its definition does not contain.
#[derive(Debug, Clone)]
pub(crate) struct RunTemplate {
    /// The member of the evaluation file that holds the metrics.
    pub(crate) family: String,
    /// The metrics that the evaluation finds.
    pub(crate) quality: Vec<Quality>,
    pub(crate) repository: String,
    /// The failures of future executions.
    pub(crate) failures: Vec<PlannedFailure>,
}

/// A metric of the evaluation.
#[derive(Debug, Clone)]
pub(crate) struct Quality {
    pub(crate) name: String,
    pub(crate) value: f64,
    pub(crate) spread: f64,
}

/// A failure of future executions.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct PlannedFailure {
    pub(crate) step: String,
    pub(crate) reason: String,
    /// The parameter value with which an execution succeeds.
    pub(crate) unless: Option<(String, String)>,
}

/// The parameters for the start of an execution.
#[derive(Debug, Clone, Default)]
pub(crate) struct RunRequest {
    /// The token of the request; empty for executions of the past.
    pub(crate) token: String,
    /// The parameters that differ from their default.
    pub(crate) given: BTreeMap<String, String>,
    pub(crate) name: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) by: String,
    /// The metrics that the evaluation will find.
    pub(crate) quality: BTreeMap<String, f64>,
    /// The step that will fail, and the reason.
    pub(crate) failure: Option<(String, String)>,
    /// The execution whose results are used, and the only steps that run.
    pub(crate) selective: Option<(String, Vec<String>)>,
}

/// An execution of a pipeline.
#[derive(Debug, Clone)]
pub(crate) struct Execution {
    pub(crate) record: Record,
    pub(crate) pipeline: String,
    pub(crate) id: String,
    pub(crate) token: String,
    pub(crate) given: BTreeMap<String, String>,
    pub(crate) definition: Arc<str>,
    /// All parameters with the values of this execution.
    pub(crate) parameters: Vec<Value>,
    /// The steps as the service lists them, oldest first.
    pub(crate) steps: Vec<Value>,
    /// The definitions of the remaining steps.
    pub(crate) queue: VecDeque<Value>,
    /// The outputs of steps, by the path by which later steps refer to them.
    pub(crate) outputs: BTreeMap<String, String>,
    pub(crate) quality: BTreeMap<String, f64>,
    pub(crate) failure: Option<(String, String)>,
    pub(crate) by: String,
    /// A number that increases whenever the running step is replaced, so that late ends are ignored.
    pub(crate) attempt: u64,
    pub(crate) current: Option<Value>,
}

impl Execution {
    /// Returns its status in AWS's terms.
    pub(crate) fn status(&self) -> &str {
        self.record.doc.str("PipelineExecutionStatus")
    }
    /// Changes the status.
    pub(crate) fn set_status(&mut self, status: &str, now: Time) {
        self.record.doc.set("PipelineExecutionStatus", status);
        self.record.doc.set("LastModifiedTime", now);
    }
    /// Returns the execution as `Search` finds it.
    pub(super) fn search_record(&self) -> Value {
        self.record.doc.clone().with("PipelineParameters", self.parameters.clone())
    }
    /// Makes it run again from the step that failed.
    pub(crate) fn retry(&mut self, now: Time) {
        self.set_status("Executing", now);
        self.record.doc.set("FailureReason", Value::Null);
        self.failure = None;
        self.attempt += 1;
    }
    /// Returns the row of the running step.
    pub(super) fn row(&mut self) -> Option<&mut Value> {
        self.steps.last_mut()
    }
}

/// Parses a definition; an invalid one becomes an empty tree.
pub(super) fn parsed(definition: &str) -> Value {
    json::read(definition.as_bytes()).unwrap_or_else(|_| Value::empty())
}

/// Returns the parameters of a definition, with the values of an execution.
pub(super) fn parameters(definition: &Value, given: &BTreeMap<String, String>) -> Vec<Value> {
    let known = definition.items_at("Parameters");
    known
        .iter()
        .map(|p| {
            let name = p.str("Name");
            let usual = p.get("DefaultValue").map(text_of).unwrap_or_default();
            tree! { "Name": name, "Value": given.get(name).cloned().unwrap_or(usual) }
        })
        .collect()
}

/// Returns a parameter's value as text.
pub(super) fn text_of(value: &Value) -> String {
    match value {
        Value::Text(text) => text.to_string(),
        Value::Int(int) => int.to_string(),
        Value::Float(float) => float.to_string(),
        Value::Bool(flag) => flag.to_string(),
        Value::Null | Value::Time(_) | Value::List(_) | Value::Map(_) | Value::Dict(_) => String::new(),
    }
}
