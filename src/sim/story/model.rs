//! A model and its chain: pipeline, runs, versions, endpoints.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::super::time::Span;

/// A model with everything around it.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the story")]
pub(crate) struct Model {
    /// The name of the model and its group.
    pub(crate) name: String,
    /// The description.
    #[serde(default)]
    pub(crate) description: String,
    /// The repository of the serving and training image, with a tag.
    pub(crate) image: String,
    /// The framework.
    #[serde(default = "sklearn")]
    pub(crate) framework: String,
    /// The instance type that serves.
    #[serde(default = "serving")]
    pub(crate) instance: String,
    /// The instance type that trains.
    #[serde(default = "training")]
    pub(crate) training_instance: String,
    /// Whether it is trained on spot capacity.
    #[serde(default)]
    pub(crate) spot: bool,
    /// The locations of the training data.
    #[serde(default)]
    pub(crate) data: Vec<String>,
    /// The feature group that training reads.
    pub(crate) features: Option<String>,
    /// The bucket of the artifacts.
    pub(crate) bucket: String,
    /// The member of the evaluation file that holds the metrics.
    pub(crate) family: String,
    /// The metrics of the evaluation.
    pub(crate) quality: Vec<Quality>,
    /// Whether the pipeline may take the result of its first step from an earlier run.
    #[serde(default)]
    pub(crate) cached: bool,
    /// Whether the pipeline explains the model beside the evaluation, and fails where the model is not good enough.
    #[serde(default)]
    pub(crate) explained: bool,
    /// Whether the pipeline checks the quality of the data, and the bias of the model.
    #[serde(default)]
    pub(crate) checked: bool,
    /// Whether models have their container in `Containers`, as in the official templates.
    #[serde(default)]
    pub(crate) containers: bool,
    /// The versions, oldest first, numbered from 1.
    #[serde(default)]
    pub(crate) versions: Vec<Version>,
    /// The runs that registered nothing, or are still running.
    #[serde(default)]
    pub(crate) runs: Vec<Run>,
    /// The endpoints.
    #[serde(default)]
    pub(crate) endpoints: Vec<Endpoint>,
    /// The tags.
    #[serde(default)]
    pub(crate) tags: BTreeMap<String, String>,
}

defaults! {
    sklearn: String = "XGBOOST".to_owned();
    serving: String = "ml.c6i.xlarge".to_owned();
    training: String = "ml.m5.2xlarge".to_owned();
}

/// A metric of the evaluation, and the threshold that it must pass.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(crate) struct Quality {
    /// The name.
    pub(crate) name: String,
    /// The usual value.
    pub(crate) value: f64,
    /// How far values differ from it.
    #[serde(default)]
    pub(crate) spread: f64,
    /// Models are registered only when the metric is at least this.
    pub(crate) least: Option<f64>,
    /// Models are registered only when the metric is at most this.
    pub(crate) most: Option<f64>,
}

/// A version in the registry, oldest first.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(crate) struct Version {
    /// Its age.
    pub(crate) age: Span,
    /// The approval: `Approved`, `Rejected` or `PendingManualApproval`.
    #[serde(default = "approved")]
    pub(crate) status: String,
    /// The reason of the approval.
    #[serde(default)]
    pub(crate) note: String,
    /// The person or role that decided.
    #[serde(default = "ana")]
    pub(crate) by: String,
    /// The metrics of its evaluation, where they differ.
    #[serde(default)]
    pub(crate) quality: BTreeMap<String, f64>,
    /// The reason with which its deployments roll back to the old configuration; it may be empty.
    pub(crate) rolls_back: Option<String>,
    /// The reason with which its deployments end in `UpdateRollbackFailed`.
    pub(crate) stuck: Option<String>,
}

defaults! {
    approved: String = "Approved".to_owned();
    ana: String = "ana".to_owned();
}

/// A run that registered nothing, or is still running.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(crate) struct Run {
    /// The time since it began.
    pub(crate) age: Span,
    /// The step that failed, and the reason.
    pub(crate) fails: Option<String>,
    /// The reason of the failure.
    #[serde(default)]
    pub(crate) reason: String,
    /// The metrics of its evaluation, where they differ.
    #[serde(default)]
    pub(crate) quality: BTreeMap<String, f64>,
    /// The step that is running when the story begins.
    pub(crate) at: Option<String>,
    /// The person, role or service that started it.
    #[serde(default = "scheduler")]
    pub(crate) by: String,
}

defaults! {
    scheduler: String = "scheduler".to_owned();
}

/// An endpoint of a model.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(crate) struct Endpoint {
    /// The stage, which ends its name.
    pub(crate) stage: String,
    /// The name of the variant.
    #[serde(default = "all_traffic")]
    pub(crate) variant: String,
    /// The instances in the configuration.
    #[serde(default = "two")]
    pub(crate) instances: i64,
    /// The present instances, if scaling has changed them.
    pub(crate) now: Option<i64>,
    /// The limits of scaling; no scaling if they are missing.
    pub(crate) scaling: Option<Scaling>,
    /// The requests per minute.
    #[serde(default)]
    pub(crate) requests: f64,
    /// The latency of the model in milliseconds.
    #[serde(default = "forty")]
    pub(crate) latency_ms: f64,
    /// The share of the requests that fail, 0 to 1.
    #[serde(default = "few")]
    pub(crate) errors: f64,
    /// The load of the CPU in percent.
    #[serde(default = "forty")]
    pub(crate) cpu: f64,
    /// The deployments, oldest first.
    pub(crate) deployed: Vec<Deployed>,
    /// The reason why it is in `UpdateRollbackFailed`, if it is.
    pub(crate) stuck: Option<String>,
    /// The alarms that roll its deployments back.
    #[serde(default)]
    pub(crate) guards: Vec<String>,
    /// The tags.
    #[serde(default)]
    pub(crate) tags: BTreeMap<String, String>,
}

defaults! {
    all_traffic: String = "AllTraffic".to_owned();
    two: i64 = 2;
    forty: f64 = 40.0;
    few: f64 = 0.0004;
}

/// The limits of scaling.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(crate) struct Scaling {
    /// The least number of instances.
    pub(crate) least: i64,
    /// The greatest number of instances.
    pub(crate) most: i64,
    /// The requests per minute and instance that scaling aims at.
    pub(crate) target: f64,
    /// The actions that set the limits at certain times.
    #[serde(default)]
    pub(crate) scheduled: Vec<ScheduledAction>,
    /// The kinds of scaling that are suspended: `in`, `out`, `scheduled`.
    #[serde(default)]
    pub(crate) suspended: Vec<String>,
    /// The reason why no instances can be added, if that is so.
    pub(crate) lacks: Option<String>,
}

/// An action that sets the limits of scaling at certain times.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(crate) struct ScheduledAction {
    /// The name.
    pub(crate) name: String,
    /// When it acts, as `cron(…)`, `rate(…)` or `at(…)`.
    pub(crate) schedule: String,
    /// The new minimum.
    pub(crate) least: Option<i64>,
    /// The new maximum.
    pub(crate) most: Option<i64>,
    /// The time since it last acted, if it did.
    pub(crate) ran: Option<Span>,
}

/// A deployment in the past, oldest first.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(crate) struct Deployed {
    /// The number of the version.
    pub(crate) version: usize,
    /// The time since it was deployed.
    pub(crate) age: Span,
    /// The instance type, if it is not the model's.
    pub(crate) instance: Option<String>,
    /// The number of instances, if it is not the endpoint's.
    pub(crate) instances: Option<i64>,
    /// The environment variables of the container.
    #[serde(default)]
    pub(crate) environment: BTreeMap<String, String>,
    /// Whether it captures requests.
    #[serde(default)]
    pub(crate) capture: bool,
    /// Whether the configuration and model were deleted since, as `CloudFormation` does.
    #[serde(default)]
    pub(crate) gone: bool,
}
