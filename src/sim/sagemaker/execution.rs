//! A run of a pipeline: what was wanted, what is done, what is still to come.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use super::super::time::Time;
use super::super::wire::{Value, json, tree};
use super::super::world::Record;

/// What a pipeline's runs come to: the model group, the metrics that evaluation finds.
#[derive(Debug, Clone)]
pub(crate) struct Recipe {
    /// The member of the evaluation file that holds the metrics.
    pub(crate) family: String,
    pub(crate) quality: Vec<Quality>,
    pub(crate) repository: String,
    /// How coming runs fail, while they do.
    pub(crate) spoils: Vec<Spoil>,
}

/// A metric of the evaluation.
#[derive(Debug, Clone)]
pub(crate) struct Quality {
    pub(crate) name: String,
    pub(crate) value: f64,
    pub(crate) spread: f64,
}

/// A failure of coming runs.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Spoil {
    pub(crate) step: String,
    pub(crate) reason: String,
    /// The run succeeds when this parameter has this value.
    pub(crate) unless: Option<(String, String)>,
}

/// What is laid down for one run.
#[derive(Debug, Clone, Default)]
pub(crate) struct Script {
    pub(crate) quality: BTreeMap<String, f64>,
    pub(crate) fail: Option<(String, String)>,
}

/// A wish to run a pipeline.
#[derive(Debug, Clone, Default)]
pub(crate) struct Order {
    pub(crate) token: String,
    pub(crate) given: BTreeMap<String, String>,
    pub(crate) name: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) by: String,
    pub(crate) script: Script,
}

/// A run of a pipeline.
#[derive(Debug, Clone)]
pub(crate) struct Execution {
    pub(crate) record: Record,
    pub(crate) pipeline: String,
    pub(crate) id: String,
    pub(crate) token: String,
    pub(crate) given: BTreeMap<String, String>,
    pub(crate) definition: Arc<str>,
    /// All parameters with the values of this run; every step asks for them.
    pub(crate) parameters: Vec<Value>,
    /// As the service lists them, oldest first.
    pub(crate) steps: Vec<Value>,
    /// The definitions of the steps to come.
    pub(crate) queue: VecDeque<Value>,
    /// What steps gave, by the path under which later steps ask for it.
    pub(crate) outputs: BTreeMap<String, String>,
    pub(crate) quality: BTreeMap<String, f64>,
    pub(crate) fail: Option<(String, String)>,
    pub(crate) by: String,
    /// Goes up whenever the running step is replaced, so that late ends are ignored.
    pub(crate) attempt: u64,
    pub(crate) current: Option<Value>,
}

impl Execution {
    /// Its status, by AWS's word.
    pub(crate) fn status(&self) -> &str {
        self.record.doc.str("PipelineExecutionStatus")
    }
    /// Changes the status.
    pub(crate) fn set_status(&mut self, status: &str, now: Time) {
        self.record.doc.set("PipelineExecutionStatus", status);
        self.record.doc.set("LastModifiedTime", now);
    }
    /// As `Search` finds it.
    pub(crate) fn found(&self) -> Value {
        self.record.doc.clone().with("PipelineParameters", self.parameters.clone())
    }
    /// Makes it run again from the step that failed.
    pub(crate) fn retry(&mut self, now: Time) {
        self.set_status("Executing", now);
        self.record.doc.set("FailureReason", Value::Null);
        self.fail = None;
        self.attempt += 1;
    }
    /// The row of the running step.
    pub(crate) fn row(&mut self) -> Option<&mut Value> {
        self.steps.last_mut()
    }
}

/// A definition as a tree; one that cannot be read is empty.
pub(crate) fn parsed(definition: &str) -> Value {
    json::read(definition.as_bytes()).unwrap_or_else(|_| Value::Map(Vec::new()))
}

/// The parameters of a definition, with the values of a run.
pub(crate) fn parameters(definition: &Value, given: &BTreeMap<String, String>) -> Vec<Value> {
    let known = definition.get("Parameters").map(Value::items).unwrap_or_default();
    known
        .iter()
        .map(|p| {
            let name = p.str("Name");
            let usual = p.get("DefaultValue").map(text_of).unwrap_or_default();
            tree! { "Name": name, "Value": given.get(name).cloned().unwrap_or(usual) }
        })
        .collect()
}

/// A parameter's value as text.
pub(crate) fn text_of(value: &Value) -> String {
    match value {
        Value::Text(text) => text.to_string(),
        Value::Int(int) => int.to_string(),
        Value::Float(float) => float.to_string(),
        Value::Bool(flag) => flag.to_string(),
        Value::Null | Value::Time(_) | Value::List(_) | Value::Map(_) | Value::Dict(_) => String::new(),
    }
}
