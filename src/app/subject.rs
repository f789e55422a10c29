//! What the cursor is on: a kind and an id, never a row number.

use super::App;
use crate::model::Chain;

/// One thing: the kind of its resource (`endpoints`, `model_packages`, …, or `models` for a chain) and its id.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Subject {
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
    /// A subject of a kind.
    #[must_use]
    pub fn new(kind: &'static str, id: impl Into<String>) -> Self {
        Self { kind, id: id.into() }
    }
    /// A model.
    #[must_use]
    pub fn chain(name: impl Into<String>) -> Self {
        Self::new("chain", name)
    }
    /// As one word, for tree nodes.
    #[must_use]
    pub fn key(&self) -> String {
        format!("{}={}", self.kind, self.id)
    }
    /// From one word; `None` for nodes that are no thing (headings).
    #[must_use]
    pub fn parse(key: &str) -> Option<Self> {
        let (kind, id) = key.split_once('=')?;
        KINDS.iter().find(|k| **k == kind).map(|kind| Self::new(kind, id))
    }
}

/// The model that a thing belongs to; the worst one when it belongs to several.
pub(super) fn chain_of<'a>(app: &'a App, subject: &Subject) -> Option<&'a Chain> {
    match subject.kind {
        "chain" => app.chain(&subject.id),
        "pipeline_steps" => {
            let step = app.seen.store.steps.get(&subject.id)?;
            app.joined.owner("pipeline_executions", &step.execution)
        }
        kind => app.joined.owner(kind, &subject.id),
    }
}
