//! The tables of a story about governance: monitors, model cards, and the registry's records of a version.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::super::time::Span;

/// A monitoring schedule that executes every hour.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(crate) struct Monitor {
    /// The name.
    pub(crate) name: String,
    /// The endpoint that it watches.
    pub(crate) endpoint: String,
    /// The type.
    #[serde(rename = "type")]
    pub(crate) kind: MonitorKind,
    /// The bucket of its reports.
    pub(crate) bucket: String,
    /// Whether it is stopped.
    #[serde(default)]
    pub(crate) stopped: bool,
    /// The age of the newest execution, if the schedule silently stopped to execute.
    pub(crate) silent: Option<Span>,
    /// The reason why the newest execution failed, if it did.
    pub(crate) fails: Option<String>,
    /// The violations of the newest execution.
    #[serde(default)]
    pub(crate) violations: Vec<Violation>,
}

/// A type of monitor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) enum MonitorKind {
    DataQuality,
    ModelQuality,
    ModelBias,
    ModelExplainability,
}

/// One violation.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(crate) struct Violation {
    /// The feature.
    pub(crate) feature: String,
    /// The check that found it.
    pub(crate) check: String,
    /// The description.
    pub(crate) description: String,
}

/// A model card of one version.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(crate) struct Card {
    /// The name.
    pub(crate) name: String,
    /// `model/number`.
    pub(crate) version: String,
    /// The status, such as `PendingReview`.
    pub(crate) status: String,
    /// The risk rating.
    pub(crate) risk: String,
    /// The purpose of the model.
    pub(crate) purpose: String,
    /// Its age.
    pub(crate) age: Span,
}

/// The records of the registry about a version besides its approval.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(crate) struct Governed {
    /// `model/number`.
    pub(crate) version: String,
    /// The stage of its life cycle.
    pub(crate) stage: String,
    /// The status of that stage.
    pub(crate) status: String,
    /// The bucket of its reports and baselines.
    pub(crate) bucket: String,
}

/// The record of ECR for the image of a version.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(crate) struct Image {
    /// `model/number`.
    pub(crate) version: String,
    /// Its tag, where it differs from that of the model.
    pub(crate) tag: Option<String>,
    /// Whether it was deleted.
    #[serde(default)]
    pub(crate) gone: bool,
    /// Whether it is archived.
    #[serde(default)]
    pub(crate) archived: bool,
    /// The number of findings of the scan by severity.
    #[serde(default)]
    pub(crate) findings: BTreeMap<String, i64>,
}

impl Image {
    /// Returns whether it is of a version of this model.
    pub(crate) fn is_of(&self, model: &str) -> bool {
        self.version.split_once('/').is_some_and(|(own, _)| own == model)
    }
}

/// An item of a `DynamoDB` table. The key of the first item of a table is the schema of its key.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(crate) struct Item {
    /// The table.
    pub(crate) table: String,
    /// The attributes of its key.
    #[cfg_attr(test, schemars(with = "BTreeMap<String, serde_json::Value>"))]
    pub(crate) key: BTreeMap<String, toml::Value>,
    /// The other attributes.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "BTreeMap<String, serde_json::Value>"))]
    pub(crate) attributes: BTreeMap<String, toml::Value>,
}

/// A place where people work.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(crate) struct Workbench {
    /// The name.
    pub(crate) name: String,
    /// The kind of place.
    pub(crate) place: Place,
    /// The status.
    pub(crate) status: String,
    /// The instance type.
    pub(crate) instance: Option<String>,
    /// The owner.
    pub(crate) owner: Option<String>,
    /// Its age.
    pub(crate) age: Span,
}

/// A kind of place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Place {
    Notebook,
    App,
    Mlflow,
}

/// A key that is not enabled.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(crate) struct Key {
    /// The ARN.
    pub(crate) arn: String,
    /// The state, such as `PendingDeletion`.
    pub(crate) state: String,
}

/// An event of AWS Health about `SageMaker`.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(crate) struct HealthEvent {
    /// The type: `AWS_SAGEMAKER_OPERATIONAL_ISSUE`.
    pub(crate) code: String,
    /// The category: `issue`, `scheduledChange`, `accountNotification`.
    pub(crate) category: String,
    /// The status: `open` or `upcoming`.
    pub(crate) status: String,
    /// The time since it began.
    pub(crate) age: Span,
    /// AWS's description.
    pub(crate) text: String,
    /// What it affects in the account. If nothing, the event is public.
    #[serde(default)]
    pub(crate) entities: Vec<String>,
}

/// What a rule of AWS Config says of something.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(crate) struct Evaluated {
    /// The name of the rule.
    pub(crate) rule: String,
    /// The type of AWS Config: `AWS::SageMaker::EndpointConfig`.
    #[serde(rename = "type")]
    pub(crate) kind: String,
    /// The begin of its name.
    pub(crate) name: String,
    /// Whether it meets the rule.
    #[serde(default)]
    pub(crate) met: bool,
    /// What the rule says about it.
    pub(crate) why: Option<String>,
}

/// A project of `SageMaker`, and the product of Service Catalog that made it.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(crate) struct Project {
    /// The name, which is that of a model.
    pub(crate) name: String,
    /// The status of the provisioned product, such as `TAINTED`.
    pub(crate) status: String,
    /// What Service Catalog says about that status.
    pub(crate) message: Option<String>,
    /// The name of the product: the template of the project.
    pub(crate) product: String,
    /// The name of the version of the product.
    pub(crate) artifact: String,
    /// Its age.
    pub(crate) age: Span,
}

/// A schema of the schema registry of Glue.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(crate) struct Schema {
    /// The name of the registry.
    pub(crate) registry: String,
    /// The name.
    pub(crate) name: String,
    /// The compatibility mode, such as `BACKWARD`.
    pub(crate) compatibility: String,
    /// The number of versions.
    pub(crate) versions: i64,
    /// The status of the newest version, such as `AVAILABLE`.
    pub(crate) status: String,
    /// The age of the newest version.
    pub(crate) age: Span,
}

/// An insight of `DevOps` Guru.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(crate) struct Insight {
    /// The name.
    pub(crate) name: String,
    /// The severity.
    pub(crate) severity: String,
    /// The time since it began.
    pub(crate) age: Span,
    /// ARNs of what it is about.
    pub(crate) resources: Vec<String>,
}
