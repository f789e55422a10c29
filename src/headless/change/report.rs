//! The plan and the result of a change, as JSON. The names of the fields are stable; see
//! `docs/headless.md#changes-as-json`.

use std::io::{self, Write};

use serde_json::{Value, json};

use crate::intents::{Api, Choice, Difference, Executor, Plan, Step, Way};
use crate::view::harmless;

/// The end of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// Only the plan was asked for.
    Planned,
    /// The wanted end state was seen.
    Done,
    /// Another end state was seen.
    Failed,
    /// AWS accepted the calls, and no end state was seen in time.
    Open,
    /// Nothing was sent, because the plan could not be made or its assumptions no longer held.
    Refused,
    /// Nothing was sent, because the operator did not type the name of the target.
    NotConfirmed,
}

impl End {
    /// Returns the word of the JSON.
    fn word(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Open => "open",
            Self::Refused => "refused",
            Self::NotConfirmed => "not_confirmed",
        }
    }
}

/// The result of a change.
#[derive(Debug)]
pub(super) struct Report {
    intent: &'static str,
    region: String,
    endpoint: Option<String>,
    identity: String,
    /// The plan, as soon as it is made.
    plan: Option<Plan>,
    /// The calls that AWS accepted, with the ids of their requests.
    pub(super) sent: Vec<(Api, Option<String>)>,
    /// Its end.
    pub(super) end: End,
    message: String,
}

impl Report {
    /// Begins the report of a command.
    pub(super) fn new(intent: &'static str) -> Self {
        Self {
            intent,
            region: String::new(),
            endpoint: None,
            identity: String::new(),
            plan: None,
            sent: Vec::new(),
            end: End::Planned,
            message: String::new(),
        }
    }

    /// Notes where it is carried out, and by whom.
    pub(super) fn place(&mut self, executor: &Executor) {
        (self.region, self.endpoint) = (executor.aws.region.clone(), executor.aws.endpoint.clone());
        self.identity.clone_from(&executor.identity);
    }

    /// Notes the plan. Its intent may be another one than that of the command.
    pub(super) fn planned(&mut self, plan: &Plan) {
        self.intent = plan.intent.name();
        self.plan = Some(plan.clone());
    }

    /// Notes the end, and tells it as a line.
    pub(super) fn ends(&mut self, end: End, message: String, out: &mut impl Write) -> io::Result<()> {
        (self.end, self.message) = (end, message);
        let word = if end == End::NotConfirmed { "not confirmed" } else { end.word() };
        writeln!(out, "{word}: {}", harmless(&self.message))
    }

    pub(super) fn to_json(&self) -> Value {
        let sent: Vec<Value> = self
            .sent
            .iter()
            .map(|(call, request_id)| json!({"call": call.to_string(), "request_id": request_id}))
            .collect();
        json!({
            "schema": 1,
            "intent": self.intent,
            "region": self.region,
            "endpoint_url": self.endpoint,
            "identity": self.identity,
            "plan": self.plan.as_ref().map(plan),
            "outcome": self.end.word(),
            "message": self.message,
            "sent": sent,
        })
    }
}

fn plan(plan: &Plan) -> Value {
    json!({
        "id": plan.id,
        "title": plan.title,
        "stage": plan.stage,
        "access": plan.access.word(),
        "target": plan.target,
        "ways": plan.ways.iter().map(way).collect::<Vec<_>>(),
        "choices": plan.choices.iter().map(choice).collect::<Vec<_>>(),
        "differences": plan.differences.iter().map(difference).collect::<Vec<_>>(),
        "checks": plan.checks,
        "warnings": plan.warnings,
        "then": plan.then,
        "undo": plan.undo,
        "calls": plan.steps.iter().map(call).collect::<Vec<_>>(),
    })
}

fn way(way: &Way) -> Value {
    json!({
        "name": way.name,
        "takes": way.takes,
        "offered": way.intent.is_some(),
        "chosen": way.chosen,
        "note": way.note,
    })
}

fn choice(choice: &Choice) -> Value {
    json!({
        "label": choice.label,
        "name": choice.name,
        "offered": choice.intent.is_some(),
        "chosen": choice.chosen,
        "changes": choice.changes,
        "record": choice.record,
        "bad": choice.bad,
    })
}

fn difference(row: &Difference) -> Value {
    json!({"what": row.what, "now": row.now, "then": row.then, "note": row.note})
}

fn call(step: &Step) -> Value {
    json!({"call": step.api().to_string(), "parameters": step.parameters(), "command": step.cli()})
}
