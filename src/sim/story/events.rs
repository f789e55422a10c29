//! Events in the account of a story, rules, and calls that fail.

use serde::Deserialize;

use super::super::time::Span;

/// Something that happens in the account; exactly one of the actions is given.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Event {
    /// How long after the beginning.
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
    /// Why; for `block`, `approve` and `reject`.
    #[serde(default)]
    pub(crate) reason: String,
}

/// A failure of coming runs of a pipeline.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RunFailure {
    pub(crate) pipeline: String,
    pub(crate) step: String,
    pub(crate) reason: String,
    /// A run with this parameter succeeds: `[name, value]`.
    pub(crate) unless: Option<(String, String)>,
}

/// An event rule: what starts when a version is decided upon, or when its time comes.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Rule {
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) description: String,
    #[serde(default = "super::yes")]
    pub(crate) enabled: bool,
    /// The model group whose decisions it waits for.
    pub(crate) group: Option<String>,
    /// The decisions that it waits for.
    #[serde(default)]
    pub(crate) on: Vec<String>,
    /// The endpoints to which the newest approved version then goes.
    #[serde(default)]
    pub(crate) deploys: Vec<String>,
    /// The delivery pipeline by which it goes there.
    pub(crate) via: Option<String>,
    /// Whether a person has to agree before the last endpoint.
    #[serde(default)]
    pub(crate) gated: bool,
    /// `rate(7 days)`, or a cron expression.
    pub(crate) schedule: Option<String>,
    /// The pipeline that the schedule starts.
    pub(crate) runs: Option<String>,
    /// A rule without targets drops its events without a word.
    #[serde(default = "super::yes")]
    pub(crate) targets: bool,
}

/// Calls that do not succeed, or answer strangely.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Fault {
    /// The operation; `*` stands for any text.
    pub(crate) operation: String,
    /// The error's code; without it the call succeeds.
    pub(crate) code: Option<String>,
    #[serde(default)]
    pub(crate) message: String,
    #[serde(default = "bad")]
    pub(crate) status: u16,
    /// Since when, seen from the beginning.
    #[serde(default)]
    pub(crate) from: Span,
    pub(crate) to: Option<Span>,
    /// How much longer the answer takes.
    #[serde(default)]
    pub(crate) latency: Span,
    /// The part of the calls that it hits, 0 to 1.
    #[serde(default = "all")]
    pub(crate) share: f64,
    /// This text is the whole answer.
    pub(crate) body: Option<String>,
    /// Each page says that there is another, for ever.
    #[serde(default)]
    pub(crate) endless: bool,
    /// So many empty pages with a token come first.
    #[serde(default)]
    pub(crate) empty_pages: u32,
    /// The account does what it is asked to do before it answers like this.
    #[serde(default)]
    pub(crate) done: bool,
}

defaults! {
    bad: u16 = 400;
    all: f64 = 1.0;
}
