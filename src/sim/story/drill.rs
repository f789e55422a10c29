//! The task of an operator in a story, and the conditions that end it.

use serde::Deserialize;

use super::super::time::Span;

/// A task with the conditions under which it is done.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(crate) struct Drill {
    /// The task for the operator.
    pub(crate) task: String,
    /// The right solution, which is shown afterwards.
    pub(crate) fix: String,
    /// The conditions, which must all hold.
    pub(crate) done: Vec<Condition>,
}

/// A condition. Missing fields do not matter.
#[derive(Debug, Clone, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Condition {
    /// An endpoint that is in service, and serves `version` if that is given.
    pub(crate) serves: Option<String>,
    /// The version `model/number`; `model/new` is any that was registered during the story.
    pub(crate) version: Option<String>,
    /// An alarm that is in `state`.
    pub(crate) alarm: Option<String>,
    /// The state of the alarm.
    pub(crate) state: Option<String>,
    /// A version that has the approval `is`.
    pub(crate) approval: Option<String>,
    /// The approval of the version.
    pub(crate) is: Option<String>,
    /// A pipeline of which an execution has the status `ended`, reached during the story.
    pub(crate) pipeline: Option<String>,
    /// The status of the execution.
    pub(crate) ended: Option<String>,
    /// A model of which a version was registered during the story.
    pub(crate) registered: Option<String>,
    /// A topic that notifies somebody.
    pub(crate) reaches: Option<String>,
    /// A rule that is enabled and has a target.
    pub(crate) armed: Option<String>,
    /// An endpoint with at least `instances`.
    pub(crate) capacity: Option<String>,
    /// The number of instances.
    pub(crate) instances: i64,
    /// An operation that was answered without an error, at least this long after the beginning.
    pub(crate) answered: Option<String>,
    /// The time after the beginning.
    pub(crate) after: Span,
}
