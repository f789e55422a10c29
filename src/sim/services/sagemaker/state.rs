//! The state of `SageMaker`.

use std::collections::BTreeMap;

use super::endpoint::{DeploymentFailure, Endpoints};
use super::execution::{Execution, RunTemplate};
use super::monitoring::Monitor;
use crate::sim::prelude::{Answer, Env, Record, ServiceError, Table, Time, Value};
use crate::sim::record::ByAge;

/// The name of the service in `CloudTrail`.
pub(crate) const SOURCE: &str = "sagemaker.amazonaws.com";

/// A handler of this service. An operation needs only the state and the environment.
pub(crate) type Handler = fn(&mut State, &mut Env, &Value) -> Answer;

/// The versions of each model group, oldest first.
pub(crate) type Packages = BTreeMap<String, Vec<Record>>;

/// The resources of `SageMaker`, by name unless a field says otherwise.
#[derive(Debug, Default)]
pub(crate) struct State {
    pub(crate) endpoints: Endpoints,
    /// The failures of deployments of a version (`group/version`).
    pub(crate) deployment_failures: BTreeMap<String, DeploymentFailure>,
    pub(crate) configs: Table,
    pub(crate) models: Table,
    /// The inference components.
    pub(crate) components: Table,
    pub(crate) groups: Table,
    pub(crate) packages: Packages,
    pub(crate) pipelines: Table,
    /// The results of the executions of each pipeline.
    pub(crate) templates: BTreeMap<String, RunTemplate>,
    /// The executions by ARN.
    pub(crate) executions: BTreeMap<String, Execution>,
    /// The answers to callback steps: the execution by the token of the request.
    pub(crate) answered: BTreeMap<String, String>,
    pub(crate) training_jobs: Table,
    /// The training jobs from the oldest on. There are many, and lists begin with the oldest.
    pub(crate) training_by_age: ByAge,
    pub(crate) processing_jobs: Table,
    pub(crate) transform_jobs: Table,
    pub(crate) tuning_jobs: Table,
    pub(crate) auto_ml_jobs: Table,
    pub(crate) feature_groups: Table,
    pub(crate) monitors: BTreeMap<String, Monitor>,
    /// The executions of all monitors.
    pub(crate) monitoring_executions: Vec<Record>,
    pub(crate) model_cards: Table,
    /// The artifacts of lineage by ARN.
    pub(crate) artifacts: Table,
    /// The vertices that led to a version, by its ARN.
    pub(crate) ancestors: BTreeMap<String, Vec<Value>>,
    pub(crate) trial_components: Table,
    pub(crate) recommendation_jobs: Table,
    pub(crate) notebooks: Table,
    pub(crate) apps: Table,
    pub(crate) tracking_servers: Table,
    pub(crate) projects: Table,
    /// The feature groups that are written to, with the folder of their offline store and the time of the next write.
    pub(crate) offline_writes: BTreeMap<String, (String, Time)>,
}

impl State {
    /// Adds a training job, or replaces the one of that name.
    pub(crate) fn add_training_job(&mut self, job: Record) {
        let entry = (job.created, job.name.clone());
        if let Some(old) = self.training_jobs.insert(job.name.clone(), job) {
            self.training_by_age.remove(&(old.created, old.name));
        }
        self.training_by_age.insert(entry);
    }
}

/// Adds the `Tags` of a create request.
pub(super) fn add_tags(env: &mut Env, arn: &str, input: &Value) {
    for tag in input.items_at("Tags") {
        env.tags.add(arn, tag.str("Key"), tag.str("Value"));
    }
}

/// Checks a name by the rule that `SageMaker` has for most resources.
pub(super) fn valid_name(name: &str, member: &str) -> Result<(), ServiceError> {
    let pattern = "[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}";
    let edge = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    let inside = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    if name.len() <= 63 && inside && edge(name.chars().next()) && edge(name.chars().next_back()) {
        return Ok(());
    }
    let rule = format!("Member must satisfy regular expression pattern: {pattern}");
    Err(ServiceError::constraint(&format!("'{name}'"), member, &rule))
}
