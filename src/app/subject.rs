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
    app.chains.iter().find(|chain| holds(app, chain, subject))
}

fn holds(app: &App, chain: &Chain, subject: &Subject) -> bool {
    let id = &subject.id;
    match subject.kind {
        "chain" => chain.name == *id,
        "datasets" => chain.datasets.contains(id),
        "feature_groups" => chain.feature_groups.contains(id),
        "pipelines" => chain.pipelines.contains(id),
        "pipeline_executions" => chain.executions.contains(id),
        "pipeline_steps" => app.seen.store.steps.get(id).is_some_and(|s| chain.executions.contains(&s.execution)),
        "training_jobs" => chain.jobs.contains(id),
        "model_packages" => chain.packages.contains(id),
        "endpoints" => chain.serving.iter().any(|s| s.endpoint == *id),
        "endpoint_configs" => chain.serving.iter().any(|s| s.config.as_ref() == Some(id)),
        "alarms" => chain.alarms.contains(id),
        "topics" => chain.topics.contains(id),
        _ => false,
    }
}
