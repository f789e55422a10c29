//! What happens in a story: events in the account, and calls that fail.

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
    /// Why; for `block`, `approve` and `reject`.
    #[serde(default)]
    pub(crate) reason: String,
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
}

fn bad() -> u16 {
    400
}
fn all() -> f64 {
    1.0
}
