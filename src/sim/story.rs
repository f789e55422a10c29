//! Stories: TOML files that define the contents of an account, its events, and the calls that fail.
//!
//! The set of fields is closed, so that a typing error is reported with its line and column, and is not ignored.
//! Lengths of time are text such as `"90s"` or `"14d"`.

/// Declares the defaults of fields that a story may omit: `name: type = value`.
macro_rules! defaults {
    ($($name:ident: $type:ty = $value:expr;)+) => { $(fn $name() -> $type { $value })+ };
}

mod alarm;
mod bundled;
mod data;
mod drill;
mod error;
mod events;
mod governed;
mod inherit;
mod job;
mod model;
mod special;
mod ssm;
mod topic;

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use super::account::Account;
use super::time::Span;

pub(crate) use alarm::{Alarm, Metric, Missing, Mute};
pub(crate) use bundled::BUNDLED;
pub(crate) use data::{Bucket, Data, FeatureGroup};
pub(crate) use drill::{Condition, Drill};
pub use error::StoryError;
pub(crate) use events::{Event, Fault, MachineRun, Rule, RunFailure, Schedule, StateMachine};
pub(crate) use governed::{
    Card, Evaluated, Governed, HealthEvent, Image, Insight, Item, Key, Monitor, MonitorKind, Place, Project, Schema,
    Violation, Workbench,
};
pub(crate) use inherit::Add;
pub(crate) use job::{Job, JobKind};
pub(crate) use model::{Deployed, Endpoint, Model, Quality, Run, Scaling, Version};
pub(crate) use special::{Special, Way};
pub(crate) use ssm::{Automation, Calendar, Runbook};
pub(crate) use topic::Topic;

/// The initial contents of a simulated account, and its events.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Story {
    /// The bundled story that this one adds to.
    #[cfg_attr(test, schemars(with = "Option<String>"))]
    inherits: Option<Spanned<String>>,
    /// The title of the story, in a few words.
    #[serde(default)]
    pub title: String,
    /// The summary of the story, in a sentence or two.
    #[serde(default)]
    pub about: String,
    /// The seed of ids and noise.
    #[serde(default = "seven")]
    pub(crate) seed: u64,
    /// The owner of the account.
    pub(crate) account: Option<Account>,
    /// The SNS topics.
    #[serde(default, rename = "topic")]
    pub(crate) topics: Vec<Topic>,
    /// The buckets.
    #[serde(default, rename = "bucket")]
    pub(crate) buckets: Vec<Bucket>,
    /// The folders with the data of each day.
    #[serde(default)]
    pub(crate) data: Vec<Data>,
    /// The feature groups.
    #[serde(default, rename = "feature_group")]
    pub(crate) feature_groups: Vec<FeatureGroup>,
    /// The models, each with its group, pipeline, versions and endpoints.
    #[serde(default, rename = "model")]
    pub(crate) models: Vec<Model>,
    /// The metrics that do not come from an endpoint.
    #[serde(default)]
    pub(crate) series: Vec<Series>,
    /// The effects that move metrics away from their usual course.
    #[serde(default, rename = "effect")]
    pub(crate) effects: Vec<Effect>,
    /// The lines that containers write.
    #[serde(default, rename = "log")]
    pub(crate) logs: Vec<Log>,
    /// The alarms.
    #[serde(default, rename = "alarm")]
    pub(crate) alarms: Vec<Alarm>,
    /// The rules that mute alarms.
    #[serde(default, rename = "mute")]
    pub(crate) mute_rules: Vec<Mute>,
    /// The additions to inherited models.
    #[serde(default, rename = "add")]
    pub(crate) adds: Vec<Add>,
    /// The failures of coming runs.
    #[serde(default, rename = "spoil")]
    pub(crate) run_failures: Vec<RunFailure>,
    /// The evaluations of coming runs.
    #[serde(default, rename = "quality")]
    pub(crate) evaluations: Vec<Evaluation>,
    /// The event rules.
    #[serde(default, rename = "rule")]
    pub(crate) rules: Vec<Rule>,
    /// The schedules of `EventBridge` Scheduler.
    #[serde(default, rename = "schedule")]
    pub(crate) schedules: Vec<Schedule>,
    /// The state machines.
    #[serde(default, rename = "state_machine")]
    pub(crate) state_machines: Vec<StateMachine>,
    /// The endpoints of other kinds.
    #[serde(default, rename = "endpoint")]
    pub(crate) specials: Vec<Special>,
    /// The jobs that no pipeline started.
    #[serde(default, rename = "job")]
    pub(crate) jobs: Vec<Job>,
    /// The monitoring schedules.
    #[serde(default, rename = "monitor")]
    pub(crate) monitors: Vec<Monitor>,
    /// The model cards.
    #[serde(default, rename = "card")]
    pub(crate) cards: Vec<Card>,
    /// The records of the registry about versions besides their approval.
    #[serde(default)]
    pub(crate) governed: Vec<Governed>,
    /// The keys that are not enabled.
    #[serde(default, rename = "key")]
    pub(crate) keys: Vec<Key>,
    /// The insights of `DevOps` Guru.
    #[serde(default, rename = "insight")]
    pub(crate) insights: Vec<Insight>,
    /// The events of AWS Health.
    #[serde(default, rename = "health_event")]
    pub(crate) health_events: Vec<HealthEvent>,
    /// The change calendars of Systems Manager.
    #[serde(default, rename = "calendar")]
    pub(crate) calendars: Vec<Calendar>,
    /// The runbooks of Systems Manager.
    #[serde(default, rename = "runbook")]
    pub(crate) runbooks: Vec<Runbook>,
    /// The executions of runbooks in the past.
    #[serde(default, rename = "automation")]
    pub(crate) automations: Vec<Automation>,
    /// The places where people work.
    #[serde(default, rename = "workbench")]
    pub(crate) workbenches: Vec<Workbench>,
    /// The images that ECR has.
    #[serde(default, rename = "image")]
    pub(crate) images: Vec<Image>,
    /// What rules of AWS Config say.
    #[serde(default)]
    pub(crate) evaluated: Vec<Evaluated>,
    /// The items of tables of `DynamoDB`.
    #[serde(default, rename = "item")]
    pub(crate) items: Vec<Item>,
    /// The projects that Service Catalog provisioned.
    #[serde(default, rename = "project")]
    pub(crate) projects: Vec<Project>,
    /// The schemas of Glue.
    #[serde(default, rename = "schema")]
    pub(crate) schemas: Vec<Schema>,
    /// The task of the operator.
    pub(crate) drill: Option<Drill>,
    /// What happens.
    #[serde(default, rename = "event")]
    pub(crate) events: Vec<Event>,
    /// The calls that fail, or get strange answers.
    #[serde(default, rename = "fault")]
    pub(crate) faults: Vec<Fault>,
}

defaults! {
    seven: u64 = 7;
    yes: bool = true;
}

/// A metric that does not come from an endpoint.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(crate) struct Series {
    /// The namespace.
    pub(crate) namespace: String,
    /// The name.
    pub(crate) name: String,
    /// The dimensions.
    #[serde(default)]
    pub(crate) dimensions: BTreeMap<String, String>,
    /// The usual value.
    pub(crate) base: f64,
    /// The share of it that comes and goes in a day.
    #[serde(default)]
    pub(crate) daily: f64,
    /// The share of it that is noise.
    #[serde(default = "little")]
    pub(crate) noise: f64,
}

defaults! {
    little: f64 = 0.03;
}

/// Lines that the containers of an endpoint write.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(crate) struct Log {
    /// The endpoint.
    pub(crate) endpoint: String,
    /// The lines of a request that fails; with `every`, lines that are written one after another.
    pub(crate) lines: Vec<String>,
    /// The time between two lines.
    pub(crate) every: Option<Span>,
}

/// A deviation of a metric from its usual course.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(crate) struct Effect {
    /// The name of the metric.
    pub(crate) metric: String,
    /// The endpoint of the metric.
    pub(crate) endpoint: Option<String>,
    /// The value of the dimension `Model`, for business metrics.
    pub(crate) model: Option<String>,
    /// The value that it goes to.
    pub(crate) to: f64,
    /// The time that it takes to get there.
    #[serde(default = "minute")]
    pub(crate) over: Span,
    /// The start, counted from the beginning of the story; a negative one is before it.
    pub(crate) from: Option<Span>,
    /// The end, counted from the beginning of the story.
    pub(crate) until: Option<Span>,
    /// The number of instances of an endpoint that ends the effect.
    pub(crate) relief: Option<Relief>,
    /// The version that an endpoint must serve for the effect: `{ endpoint = "x-prod", version = "x/13" }`.
    pub(crate) serving: Option<Serving>,
}

defaults! {
    minute: Span = Span::minutes(1);
}

/// The number of instances that is enough.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(crate) struct Relief {
    /// The endpoint.
    pub(crate) endpoint: String,
    /// The number of instances.
    pub(crate) instances: i64,
}

/// A metric that future runs of a pipeline find in their evaluation.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(crate) struct Evaluation {
    /// The pipeline.
    pub(crate) pipeline: String,
    /// The name of the metric.
    pub(crate) name: String,
    /// The value.
    pub(crate) value: f64,
    /// How far values differ from it.
    #[serde(default)]
    pub(crate) spread: f64,
}

/// A version that serves.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(crate) struct Serving {
    /// The endpoint.
    pub(crate) endpoint: String,
    /// `model/number`.
    pub(crate) version: String,
    /// The time after it went live.
    #[serde(default)]
    pub(crate) after: Span,
}

impl Story {
    /// Reads a story with those that it inherits from.
    ///
    /// # Errors
    /// When the text is not TOML, or contains an unknown field; the error contains its place.
    pub fn parse(text: &str) -> Result<Self, StoryError> {
        let story: Self = toml::from_str(text)?;
        story.inherited(0)
    }
}

#[cfg(test)]
mod tests;
