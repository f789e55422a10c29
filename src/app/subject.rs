//! What the cursor is on: an account, a kind and an id, never a row number.

/// One thing: the account, the kind of its resource (`endpoints`, `model_packages`, …, or `models` for a chain) and its id.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Subject {
    /// Place of the account among all accounts.
    pub account: usize,
    /// Name of the kind.
    pub kind: &'static str,
    /// Id within the kind.
    pub id: String,
}

/// The kinds that a cursor can be on.
const KINDS: [&str; 15] = [
    "chain",
    "datasets",
    "feature_groups",
    "pipelines",
    "pipeline_executions",
    "pipeline_steps",
    "training_jobs",
    "model_packages",
    "endpoints",
    "endpoint_configs",
    "models",
    "codepipelines",
    "alarms",
    "topics",
    "subscriptions",
];

impl Subject {
    /// Something of an account.
    #[must_use]
    pub fn new(account: usize, kind: &'static str, id: impl Into<String>) -> Self {
        Self { account, kind, id: id.into() }
    }
    /// A model.
    #[must_use]
    pub fn chain(account: usize, name: impl Into<String>) -> Self {
        Self::new(account, "chain", name)
    }
    /// As one word within its account, for tree nodes.
    #[must_use]
    pub fn key(&self) -> String {
        node_id(self.kind, &self.id)
    }
    /// From one word; `None` for nodes that are no thing (headings).
    #[must_use]
    pub fn parse(account: usize, key: &str) -> Option<Self> {
        let (kind, id) = key.split_once('=')?;
        KINDS.iter().find(|k| **k == kind).map(|kind| Self::new(account, kind, id))
    }
}

/// The word for a thing within its account.
#[must_use]
pub(crate) fn node_id(kind: &str, id: &str) -> String {
    format!("{kind}={id}")
}
