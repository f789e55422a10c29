//! The contents of an incident pack. The shape is stable; an incompatible change increases `schema`.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::model::Health;

/// An incident pack.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Pack {
    /// Version of the shape.
    pub schema: u32,
    /// The program and its version.
    pub program: String,
    /// When the state was taken, UTC.
    pub taken_at: Timestamp,
    /// The name of the thing that it is about.
    pub name: String,
    /// The thing with its kind, in words: `endpoint recommendation-prod`.
    pub about: String,
    /// The account id, if it is known.
    pub account: Option<String>,
    /// The region.
    pub region: String,
    /// The ARN of the caller that took the state.
    pub identity: Option<String>,
    /// The endpoint URL, where it is not AWS.
    pub endpoint_url: Option<String>,
    /// The models of the thing, the worst first.
    pub models: Vec<ModelState>,
    /// The events, newest first.
    pub timeline: Vec<Moment>,
    /// Alarms of the models, those that fire first.
    pub alarms: Vec<AlarmState>,
    /// Metrics with the values of the last hour.
    pub metrics: Vec<Series>,
    /// The last lines of the logs that matter most.
    pub logs: Vec<LogTail>,
    /// The changes that this machine made in the last week.
    pub done: Vec<Deed>,
    /// The things of the models with their properties.
    pub things: Vec<ThingState>,
    /// Addresses and commands that lead to the thing and its models.
    pub links: Vec<Link>,
    /// The reads that failed, each with the reason.
    pub troubles: Vec<String>,
    /// The parts that are left out because there are too many.
    pub left_out: Vec<String>,
}

/// The state of a model.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct ModelState {
    /// Its name.
    pub name: String,
    /// The worst health of its findings.
    pub health: Health,
    /// The state of each stage.
    pub stages: Vec<StageState>,
    /// The findings, the worst first.
    pub findings: Vec<Finding>,
    /// The endpoint and the version that serves: `recommendation-prod v15`.
    pub serving: Vec<String>,
}

/// The state of a stage.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct StageState {
    /// Its name.
    pub stage: String,
    /// Its health.
    pub health: Health,
    /// In a few words.
    pub summary: String,
}

/// A finding of a rule.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Finding {
    /// The stage.
    pub stage: String,
    /// The health.
    pub health: Health,
    /// The finding, as a sentence.
    pub text: String,
    /// Since when, UTC, if that is known.
    pub since: Option<Timestamp>,
    /// The name of the rule.
    pub rule: String,
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Moment {
    /// When, UTC.
    pub at: Timestamp,
    /// The health that it shows.
    pub health: Health,
    /// The event, as a sentence.
    pub text: String,
    /// The person, role or service that did it, if that is known.
    pub by: String,
}

/// An alarm.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct AlarmState {
    /// Its name.
    pub name: String,
    /// AWS's word for its state.
    pub state: String,
    /// Since when, UTC.
    pub since: Option<Timestamp>,
    /// Its condition.
    pub condition: String,
    /// AWS's reason for the state.
    pub reason: String,
    /// Its receivers, in words.
    pub notifies: Vec<String>,
}

/// A metric.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Series {
    /// Its id: `endpoint/variant/metric`, or `model:label`.
    pub id: String,
    /// `Average`, `Sum`, `p99`, ….
    pub stat: String,
    /// Seconds that one value covers.
    pub period: i64,
    /// Times and values, oldest first. Latencies are in µs, as AWS has them.
    pub points: Vec<(Timestamp, f64)>,
    /// The reason why it could not be read.
    pub problem: Option<String>,
}

/// The last lines of a log.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct LogTail {
    /// The thing that writes it.
    pub of: String,
    /// The log group.
    pub group: String,
    /// The lines, oldest first.
    pub lines: Vec<LogLine>,
    /// The reason why there are none, or not all.
    pub problem: Option<String>,
}

/// A line of a log.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct LogLine {
    /// When it was written, UTC.
    pub at: Timestamp,
    /// The stream.
    pub stream: String,
    /// The text.
    pub text: String,
}

/// A line of the journal.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Deed {
    /// When, UTC.
    pub at: Timestamp,
    /// The name of the intent.
    pub intent: String,
    /// The name that was typed.
    pub target: String,
    /// `confirmed`, `sent`, `done`, ….
    pub event: String,
    /// ARN of the caller.
    pub identity: String,
    /// The call, if the line is about one.
    pub call: Option<String>,
    /// A text: a headline, an error, or the end state.
    pub message: String,
}

/// A thing of a model.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct ThingState {
    /// The name of its kind.
    pub kind: String,
    /// Its name, as AWS's console shows it.
    pub name: String,
    /// Its id.
    pub id: String,
    /// Its ARN, where AWS gives one.
    pub arn: Option<String>,
    /// AWS's word for its state.
    pub status: Option<String>,
    /// Its health, judged by its status alone.
    pub health: Health,
    /// Its properties.
    pub properties: Vec<Property>,
    /// Its page in AWS's console.
    pub console: Option<String>,
    /// The command that describes it.
    pub command: Option<String>,
}

/// A property of a thing. The names of the fields are those by which values under secret names are found.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Property {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
}

/// An address or a command.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Link {
    /// The thing that the address leads to.
    pub what: String,
    /// The address or the command.
    pub text: String,
}
