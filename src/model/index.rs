//! The tables turned round: what is asked for again and again during a join, by key.

use std::cmp::Reverse;
use std::collections::HashMap;

use crate::resources::Store;
use crate::resources::alarm::Alarm;
use crate::resources::execution::PipelineExecution;
use crate::resources::job::TrainingJob;
use crate::resources::model::Model;
use crate::resources::package::ModelPackage;
use crate::resources::step::PipelineStep;
use crate::resources::subscription::Subscription;

/// Everything by the key that a join looks for.
pub(super) struct Index<'a> {
    pub(super) store: &'a Store,
    /// Versions of a group, newest first.
    pub(super) packages: HashMap<&'a str, Vec<&'a ModelPackage>>,
    /// Versions by ARN in lower case: AWS is not consistent about case (`aws-map` 2.7).
    pub(super) package_by_arn: HashMap<String, &'a ModelPackage>,
    /// Versions by the artifact they serve.
    pub(super) package_by_data: HashMap<&'a str, Vec<&'a ModelPackage>>,
    /// Models by the endpoints that ran them when the index of AWS was read (`aws-map` edge 16).
    pub(super) models_by_endpoint: HashMap<&'a str, Vec<&'a Model>>,
    /// Executions of a pipeline, newest first.
    pub(super) executions: HashMap<&'a str, Vec<&'a PipelineExecution>>,
    /// Steps of an execution.
    pub(super) steps: HashMap<&'a str, Vec<&'a PipelineStep>>,
    /// Jobs by the artifact they made.
    pub(super) job_by_artifact: HashMap<&'a str, &'a TrainingJob>,
    /// Jobs by the id of the execution in their name (`aws-map` edge 9).
    pub(super) jobs_by_execution: HashMap<&'a str, Vec<&'a TrainingJob>>,
    /// Alarms by the value of any dimension.
    pub(super) alarms_by_value: HashMap<&'a str, Vec<(&'a Alarm, &'a str)>>,
    /// Alarms that auto scaling made, by endpoint.
    pub(super) scaling: HashMap<&'a str, Vec<&'a Alarm>>,
    /// Alarms without dimensions: their expression is all there is.
    pub(super) expressions: Vec<&'a Alarm>,
    /// Composite alarms by the name of a child.
    pub(super) parents: HashMap<&'a str, Vec<&'a Alarm>>,
    /// Who listens to a topic.
    pub(super) subscriptions: HashMap<&'a str, Vec<&'a Subscription>>,
}

impl<'a> Index<'a> {
    pub(super) fn new(store: &'a Store) -> Self {
        let mut index = Self {
            store,
            packages: HashMap::new(),
            package_by_arn: HashMap::new(),
            package_by_data: HashMap::new(),
            models_by_endpoint: HashMap::new(),
            executions: HashMap::new(),
            steps: HashMap::new(),
            job_by_artifact: HashMap::new(),
            jobs_by_execution: HashMap::new(),
            alarms_by_value: HashMap::new(),
            scaling: HashMap::new(),
            expressions: Vec::new(),
            parents: HashMap::new(),
            subscriptions: HashMap::new(),
        };
        index.registry();
        index.training();
        index.alarms();
        index
    }

    fn registry(&mut self) {
        for package in self.store.packages.rows() {
            if let Some(group) = &package.group {
                self.packages.entry(group).or_default().push(package);
            }
            self.package_by_arn.insert(package.arn.to_ascii_lowercase(), package);
            for data in package.details.iter().flat_map(|d| &d.data) {
                self.package_by_data.entry(data).or_default().push(package);
            }
        }
        for model in self.store.models.rows() {
            for endpoint in &model.endpoints {
                self.models_by_endpoint.entry(endpoint).or_default().push(model);
            }
        }
        for versions in self.packages.values_mut() {
            versions.sort_by_key(|p| Reverse(p.version));
        }
    }

    fn training(&mut self) {
        for execution in self.store.executions.rows() {
            self.executions.entry(&execution.pipeline).or_default().push(execution);
        }
        for executions in self.executions.values_mut() {
            executions.sort_by_key(|e| Reverse(e.started));
        }
        for step in self.store.steps.rows() {
            self.steps.entry(&step.execution).or_default().push(step);
        }
        for steps in self.steps.values_mut() {
            steps.sort_by_key(|s| s.started);
        }
        for job in self.store.jobs.rows() {
            if let Some(artifact) = job.details.as_ref().and_then(|d| d.artifact.as_deref()) {
                self.job_by_artifact.insert(artifact, job);
            }
            if let Some(id) = job.name.strip_prefix("pipelines-").and_then(|rest| rest.split('-').next()) {
                self.jobs_by_execution.entry(id).or_default().push(job);
            }
        }
    }

    fn alarms(&mut self) {
        for alarm in self.store.alarms.rows() {
            for (name, value) in &alarm.dimensions {
                self.alarms_by_value.entry(value).or_default().push((alarm, name));
            }
            let scaled = alarm.name.strip_prefix("TargetTracking-endpoint/").and_then(|rest| rest.split('/').next());
            if let Some(endpoint) = scaled {
                self.scaling.entry(endpoint).or_default().push(alarm);
            } else if alarm.dimensions.is_empty() && alarm.rule.is_none() {
                self.expressions.push(alarm);
            }
            for child in alarm.children() {
                self.parents.entry(child).or_default().push(alarm);
            }
        }
        for subscription in self.store.subscriptions.rows() {
            self.subscriptions.entry(&subscription.topic).or_default().push(subscription);
        }
    }

    /// A version by ARN, whatever its case.
    pub(super) fn package(&self, arn: &str) -> Option<&'a ModelPackage> {
        self.package_by_arn.get(&arn.to_ascii_lowercase()).copied()
    }
}
