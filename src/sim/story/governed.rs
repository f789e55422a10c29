//! What watches and governs models: monitors, model cards, and what the registry says of a version.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::super::time::Span;

/// A monitoring schedule that executes every hour.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Monitor {
    pub(crate) name: String,
    pub(crate) endpoint: String,
    #[serde(rename = "type")]
    pub(crate) kind: MonitorKind,
    /// The bucket of its reports.
    pub(crate) bucket: String,
    #[serde(default)]
    pub(crate) stopped: bool,
    /// The age of the newest execution, if the schedule silently stopped to execute.
    pub(crate) silent: Option<Span>,
    /// The reason why the newest execution failed, if it did.
    pub(crate) fails: Option<String>,
    /// What the newest execution found.
    #[serde(default)]
    pub(crate) violations: Vec<Violation>,
}

/// A type of monitor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub(crate) enum MonitorKind {
    DataQuality,
    ModelQuality,
    ModelBias,
    ModelExplainability,
}

/// One violation.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Violation {
    pub(crate) feature: String,
    pub(crate) check: String,
    pub(crate) description: String,
}

/// A model card of one version.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Card {
    pub(crate) name: String,
    /// `model/number`.
    pub(crate) version: String,
    pub(crate) status: String,
    pub(crate) risk: String,
    pub(crate) purpose: String,
    pub(crate) age: Span,
}

/// What the registry says of a version besides its approval.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Governed {
    /// `model/number`.
    pub(crate) version: String,
    pub(crate) stage: String,
    pub(crate) status: String,
    /// The bucket of its reports and baselines.
    pub(crate) bucket: String,
}

/// What ECR says of the image of a version.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Image {
    /// `model/number`.
    pub(crate) version: String,
    #[serde(default)]
    pub(crate) gone: bool,
    #[serde(default)]
    pub(crate) archived: bool,
    /// The number of findings of the scan by severity.
    #[serde(default)]
    pub(crate) findings: BTreeMap<String, i64>,
}

/// A place where people work.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Workbench {
    pub(crate) name: String,
    pub(crate) place: Place,
    pub(crate) status: String,
    pub(crate) instance: Option<String>,
    pub(crate) owner: Option<String>,
    pub(crate) age: Span,
}

/// A kind of place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Place {
    Notebook,
    App,
    Mlflow,
}

/// A key that is not enabled.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Key {
    pub(crate) arn: String,
    pub(crate) state: String,
}

/// An insight of `DevOps` Guru.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Insight {
    pub(crate) name: String,
    pub(crate) severity: String,
    pub(crate) age: Span,
    /// ARNs of what it is about.
    pub(crate) resources: Vec<String>,
}
