//! A model and its chain: pipeline, runs, versions, endpoints.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::super::time::Span;

/// A model with everything around it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Model {
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) description: String,
    /// The repository of the serving and training image, with a tag.
    pub(crate) image: String,
    #[serde(default = "sklearn")]
    pub(crate) framework: String,
    #[serde(default = "serving")]
    pub(crate) instance: String,
    #[serde(default = "training")]
    pub(crate) training_instance: String,
    #[serde(default)]
    pub(crate) spot: bool,
    /// Where the training data is.
    #[serde(default)]
    pub(crate) data: Vec<String>,
    /// The feature group that training reads.
    pub(crate) features: Option<String>,
    /// Where artifacts go.
    pub(crate) bucket: String,
    /// The member of the evaluation file that holds the metrics.
    pub(crate) family: String,
    pub(crate) quality: Vec<Quality>,
    /// Whether the pipeline may take the result of its first step from an earlier run.
    #[serde(default)]
    pub(crate) cached: bool,
    /// Whether models put their container in `Containers`, as the official templates do.
    #[serde(default)]
    pub(crate) containers: bool,
    #[serde(default)]
    pub(crate) versions: Vec<Version>,
    /// Runs that registered nothing, or are still going on.
    #[serde(default)]
    pub(crate) runs: Vec<Run>,
    #[serde(default)]
    pub(crate) endpoints: Vec<Endpoint>,
    #[serde(default)]
    pub(crate) tags: BTreeMap<String, String>,
}

defaults! {
    sklearn: String = "XGBOOST".to_owned();
    serving: String = "ml.c6i.xlarge".to_owned();
    training: String = "ml.m5.2xlarge".to_owned();
}

/// A metric of the evaluation, and the gate that it must pass.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Quality {
    pub(crate) name: String,
    pub(crate) value: f64,
    #[serde(default)]
    pub(crate) spread: f64,
    /// Models are registered only when the metric is at least this.
    pub(crate) least: Option<f64>,
    /// Models are registered only when the metric is at most this.
    pub(crate) most: Option<f64>,
}

/// A version in the registry, oldest first.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Version {
    pub(crate) age: Span,
    #[serde(default = "approved")]
    pub(crate) status: String,
    #[serde(default)]
    pub(crate) note: String,
    #[serde(default = "ana")]
    pub(crate) by: String,
    #[serde(default)]
    pub(crate) quality: BTreeMap<String, f64>,
    /// Deploying it ends back at the old configuration, with this reason, which may be empty.
    pub(crate) rolls_back: Option<String>,
    /// Deploying it ends in `UpdateRollbackFailed`, with this reason.
    pub(crate) stuck: Option<String>,
}

defaults! {
    approved: String = "Approved".to_owned();
    ana: String = "ana".to_owned();
}

/// A run that registered nothing, or is still going on.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Run {
    pub(crate) age: Span,
    /// The step that failed, and why.
    pub(crate) fails: Option<String>,
    #[serde(default)]
    pub(crate) reason: String,
    #[serde(default)]
    pub(crate) quality: BTreeMap<String, f64>,
    /// The step at which it is when the story begins.
    pub(crate) at: Option<String>,
    #[serde(default = "scheduler")]
    pub(crate) by: String,
}

defaults! {
    scheduler: String = "scheduler".to_owned();
}

/// An endpoint of a model.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Endpoint {
    pub(crate) stage: String,
    #[serde(default = "all_traffic")]
    pub(crate) variant: String,
    /// Instances in the configuration.
    #[serde(default = "two")]
    pub(crate) instances: i64,
    /// Instances now, when scaling has changed them.
    pub(crate) now: Option<i64>,
    /// What scaling may use; no scaling when absent.
    pub(crate) scaling: Option<Scaling>,
    /// Requests a minute.
    #[serde(default)]
    pub(crate) requests: f64,
    #[serde(default = "forty")]
    pub(crate) latency_ms: f64,
    #[serde(default = "few")]
    pub(crate) errors: f64,
    #[serde(default = "forty")]
    pub(crate) cpu: f64,
    pub(crate) deployed: Vec<Deployed>,
    /// Why it is in `UpdateRollbackFailed`, if it is.
    pub(crate) stuck: Option<String>,
    /// Alarms that roll its deployments back.
    #[serde(default)]
    pub(crate) guards: Vec<String>,
    #[serde(default)]
    pub(crate) tags: BTreeMap<String, String>,
}

defaults! {
    all_traffic: String = "AllTraffic".to_owned();
    two: i64 = 2;
    forty: f64 = 40.0;
    few: f64 = 0.0004;
}

/// Limits of scaling.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Scaling {
    pub(crate) least: i64,
    pub(crate) most: i64,
    /// Requests a minute and instance that scaling aims at.
    pub(crate) target: f64,
}

/// A deployment in the past, oldest first.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Deployed {
    pub(crate) version: usize,
    pub(crate) age: Span,
    /// Another instance type than the model's.
    pub(crate) instance: Option<String>,
    /// Another number of instances than the endpoint's.
    pub(crate) instances: Option<i64>,
    /// Environment variables of the container.
    #[serde(default)]
    pub(crate) environment: BTreeMap<String, String>,
    /// Does it record requests?
    #[serde(default)]
    pub(crate) capture: bool,
    /// Configuration and model were deleted since, as `CloudFormation` does.
    #[serde(default)]
    pub(crate) gone: bool,
}
