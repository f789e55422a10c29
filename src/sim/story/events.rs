//! The events, rules and failing calls of a story.

use serde::Deserialize;

use super::super::time::Span;

/// An event in the account. Exactly one of the actions is set.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(crate) struct Event {
    /// The time after the beginning.
    pub(crate) at: Span,
    /// Starts a pipeline.
    pub(crate) run: Option<String>,
    /// Deploys a version: `{ endpoint = "x-prod", version = "x/13" }`.
    pub(crate) deploy: Option<super::Serving>,
    /// Approves a version, `model/number`.
    pub(crate) approve: Option<String>,
    /// Rejects a version, `model/number`.
    pub(crate) reject: Option<String>,
    /// Blocks the offline store of a feature group.
    pub(crate) block: Option<String>,
    /// Confirms the pending subscriptions of a topic.
    pub(crate) confirm: Option<String>,
    /// The reason, for `block`, `approve` and `reject`.
    #[serde(default)]
    pub(crate) reason: String,
}

/// A failure of future runs of a pipeline.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(crate) struct RunFailure {
    /// The pipeline.
    pub(crate) pipeline: String,
    /// The step that fails.
    pub(crate) step: String,
    /// The reason.
    pub(crate) reason: String,
    /// The parameter with which a run succeeds: `[name, value]`.
    pub(crate) unless: Option<(String, String)>,
}

/// An event rule: it starts something when a version is decided on, or at fixed times.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "each is a word of its own in a story")]
pub(crate) struct Rule {
    /// The name.
    pub(crate) name: String,
    /// The description.
    #[serde(default)]
    pub(crate) description: String,
    /// Whether it is enabled.
    #[serde(default = "super::yes")]
    pub(crate) enabled: bool,
    /// Who disabled it, and how long ago.
    pub(crate) disabled: Option<Disabled>,
    /// The model group whose decisions it waits for.
    pub(crate) group: Option<String>,
    /// The decisions that it waits for.
    #[serde(default)]
    pub(crate) on: Vec<String>,
    /// The endpoints to which the newest approved version then goes.
    #[serde(default)]
    pub(crate) deploys: Vec<String>,
    /// The delivery pipeline that takes it there.
    pub(crate) via: Option<String>,
    /// Whether a person must approve before the last endpoint.
    #[serde(default)]
    pub(crate) gated: bool,
    /// Whether the executions of the delivery pipeline run side by side.
    #[serde(default)]
    pub(crate) parallel: bool,
    /// The reason why somebody disabled the transition into the last stage of the delivery pipeline, if somebody did.
    pub(crate) frozen: Option<String>,
    /// The time for which the newest approved version has waited in the delivery pipeline: for the approval, or before
    /// the disabled transition.
    pub(crate) waits: Option<Span>,
    /// `rate(7 days)`, or a cron expression.
    pub(crate) schedule: Option<String>,
    /// The pipeline that the schedule starts.
    pub(crate) runs: Option<String>,
    /// The state machine that the schedule starts.
    pub(crate) machine: Option<String>,
    /// Whether the rule has targets. Without them it silently drops its events.
    #[serde(default = "super::yes")]
    pub(crate) targets: bool,
}

/// Who disabled a rule, and when.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(crate) struct Disabled {
    /// The person or role that disabled it.
    pub(crate) by: String,
    /// How long ago.
    pub(crate) age: Span,
}

/// A schedule of `EventBridge` Scheduler, which starts a pipeline at fixed times.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(crate) struct Schedule {
    /// The name.
    pub(crate) name: String,
    /// The description.
    #[serde(default)]
    pub(crate) description: String,
    /// Whether it is enabled.
    #[serde(default = "super::yes")]
    pub(crate) enabled: bool,
    /// `rate(7 days)`, `cron(…)` or `at(…)`.
    pub(crate) expression: String,
    /// The time zone of the expression; UTC if absent.
    pub(crate) zone: Option<String>,
    /// The pipeline that it starts.
    pub(crate) runs: String,
    /// Its age.
    pub(crate) age: Span,
}

/// A state machine that starts a pipeline.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(crate) struct StateMachine {
    /// The name.
    pub(crate) name: String,
    /// The pipeline that it starts.
    pub(crate) pipeline: String,
    /// The past executions, oldest first.
    #[serde(default)]
    pub(crate) executions: Vec<MachineRun>,
}

/// A past execution of a state machine.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(crate) struct MachineRun {
    /// The time since it began.
    pub(crate) age: Span,
    /// How long it took; without a time it still runs.
    pub(crate) lasts: Option<Span>,
    /// The state in which it is or ended.
    pub(crate) state: String,
    /// The name of the error, if it failed.
    pub(crate) error: Option<String>,
    /// The cause of the error, in words.
    #[serde(default)]
    pub(crate) cause: String,
}

/// Calls that fail, or get strange answers.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(crate) struct Fault {
    /// The operation; `*` matches any text.
    pub(crate) operation: String,
    /// The error's code; without one, the call succeeds.
    pub(crate) code: Option<String>,
    /// The message of the error.
    #[serde(default)]
    pub(crate) message: String,
    /// The HTTP status.
    #[serde(default = "bad")]
    pub(crate) status: u16,
    /// The start, counted from the beginning of the story.
    #[serde(default)]
    pub(crate) from: Span,
    /// The end, counted from the beginning of the story.
    pub(crate) to: Option<Span>,
    /// The additional time of the answer.
    #[serde(default)]
    pub(crate) latency: Span,
    /// The share of the calls that it affects, 0 to 1.
    #[serde(default = "all")]
    pub(crate) share: f64,
    /// The text that replaces the whole answer.
    pub(crate) body: Option<String>,
    /// Whether each page has a token for another one, without end.
    #[serde(default)]
    pub(crate) endless: bool,
    /// The number of empty pages with a token that come first.
    #[serde(default)]
    pub(crate) empty_pages: u32,
    /// Whether the account performs the call before this answer.
    #[serde(default)]
    pub(crate) done: bool,
}

defaults! {
    bad: u16 = 400;
    all: f64 = 1.0;
}
