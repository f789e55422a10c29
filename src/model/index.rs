//! The lookup tables of a join: the rows by the keys that a join searches for again and again.

use std::cmp::Reverse;
use std::collections::HashSet;

use foldhash::fast::RandomState;

use super::attached::Referrers;
use super::claims::Claims;
use super::key::{Keyed, Name};
use super::muted::{Muted, all_muted};
use super::parallel::{MANY, both};
use super::people;
use jiff::SignedDuration;

use crate::resources::alarm::Alarm;
use crate::resources::config::EndpointConfig;
use crate::resources::endpoint::Endpoint;
use crate::resources::execution::PipelineExecution;
use crate::resources::feature_group::FeatureGroup;
use crate::resources::group::ModelPackageGroup;
use crate::resources::job::TrainingJob;
use crate::resources::model::Model;
use crate::resources::package::ModelPackage;
use crate::resources::pipeline::{Pipeline, of_execution};
use crate::resources::step::PipelineStep;
use crate::resources::subscription::Subscription;
use crate::resources::{Observed, Store};

/// The rows by key, for all keys that are not the id of their table.
pub(super) struct Index<'a> {
    pub(super) observed: &'a Observed,
    pub(super) store: &'a Store,
    pub(super) claims: Claims<'a>,
    /// The endpoints, sorted by name.
    pub(super) endpoints: Vec<&'a Endpoint>,
    /// The configurations, sorted by name.
    pub(super) configs: Vec<&'a EndpointConfig>,
    /// The endpoints with metrics. A large account has few of them.
    pub(super) measured: HashSet<&'a str, RandomState>,
    pub(super) registry: Registry<'a>,
    pub(super) training: Training<'a>,
    pub(super) alarms: Alarms<'a>,
    pub(super) referrers: Referrers<'a>,
}

/// The groups, the versions, and the models made from them.
#[derive(Default)]
pub(super) struct Registry<'a> {
    /// The groups by name.
    groups: Keyed<Name<'a>, &'a ModelPackageGroup>,
    /// The versions of a group, newest first.
    pub(super) packages: Keyed<Name<'a>, Vec<&'a ModelPackage>>,
    /// The packages without a group, by ARN.
    unversioned: Keyed<Name<'a>, &'a ModelPackage>,
    /// The artifacts of models that name no version, each with the only version that has the same artifact.
    pub(super) package_by_data: Keyed<&'a str, Only<'a>>,
    /// The models by the endpoints that ran them when the index of AWS was read.
    pub(super) models_by_endpoint: Keyed<&'a str, Vec<&'a Model>>,
}

/// The version that has an artifact.
#[derive(Clone, Copy)]
pub(super) enum Only<'a> {
    Nobody,
    One(&'a ModelPackage),
    Several,
}

/// The pipelines, their runs, and the data that they read.
#[derive(Default)]
pub(super) struct Training<'a> {
    /// The pipelines, sorted by name.
    pub(super) pipelines: Vec<&'a Pipeline>,
    /// The pipelines by name. An ARN spells the name in lower case: `docs/aws.md#lower-case-arns`.
    pub(super) pipeline_by_name: Keyed<Name<'a>, &'a Pipeline>,
    /// The pipelines by the group that their definition registers into.
    pub(super) pipelines_by_group: Keyed<Name<'a>, Vec<&'a Pipeline>>,
    /// The pipelines by the group that their runs registered into. A parameter of a run may name another group than
    /// the definition.
    pub(super) pipelines_by_registered: Keyed<Name<'a>, Vec<&'a Pipeline>>,
    /// The executions of a pipeline, newest first.
    pub(super) executions: Keyed<&'a str, Vec<&'a PipelineExecution>>,
    /// The steps of an execution.
    pub(super) steps: Keyed<&'a str, Vec<&'a PipelineStep>>,
    /// The jobs by the artifact that they made.
    pub(super) job_by_artifact: Keyed<&'a str, &'a TrainingJob>,
    /// The jobs by the id of the execution in their name.
    pub(super) jobs_by_execution: Keyed<&'a str, Vec<&'a TrainingJob>>,
    /// The feature groups, sorted by name.
    pub(super) feature_groups: Vec<&'a FeatureGroup>,
    /// The feature groups by the location of their offline store, without the trailing slash.
    pub(super) feature_groups_by_store: Keyed<&'a str, Vec<&'a FeatureGroup>>,
}

/// Alarms by the name of the thing that they watch.
pub(super) type Watching<'a> = Keyed<&'a str, Vec<&'a Alarm>>;

/// Alarms by the name of a model or group, without regard to case.
pub(super) type NamedLikeModels<'a> = Keyed<Name<'a>, Vec<&'a Alarm>>;

/// The dimensions whose value is the name of a model or of its group, in lower case and without signs.
const MODEL_DIMENSIONS: [&str; 5] = ["model", "modelname", "modelgroup", "modelpackagegroup", "modelpackagegroupname"];

/// The alarms, and the subscriptions of their topics.
#[derive(Default)]
pub(super) struct Alarms<'a> {
    /// The alarms, sorted by name.
    pub(super) all: Vec<&'a Alarm>,
    /// The alarms by the thing that a dimension names, for each kind of thing.
    pub(super) of_endpoints: Watching<'a>,
    pub(super) of_configs: Watching<'a>,
    pub(super) of_pipelines: Watching<'a>,
    pub(super) of_feature_groups: Watching<'a>,
    pub(super) of_models: NamedLikeModels<'a>,
    /// Alarms on metrics that are not AWS's own, by the values of their dimensions.
    pub(super) of_own_metrics: NamedLikeModels<'a>,
    /// The alarms that auto scaling made, by endpoint.
    pub(super) scaling: Watching<'a>,
    /// The alarms without dimensions, by each word of their expression, because they have nothing else to match.
    pub(super) by_word: Watching<'a>,
    /// The composite alarms by the name of a child.
    pub(super) parents: Watching<'a>,
    /// The endpoints by the name of an alarm that rolls back their deployments.
    pub(super) guards: Keyed<&'a str, &'a str>,
    /// The number of times that an alarm went into `ALARM` in the last hour.
    pub(super) fired: Keyed<&'a str, usize>,
    /// The rules that mute an alarm now.
    pub(super) muted: Keyed<&'a str, Muted>,
    /// The subscriptions of a topic.
    pub(super) subscriptions: Keyed<&'a str, Vec<&'a Subscription>>,
}

impl<'a> Index<'a> {
    pub(super) fn new(observed: &'a Observed) -> Self {
        let store = &observed.store;
        let (alarms, (registry, training)) =
            both(store.alarms.len() >= MANY, || Alarms::new(observed), || (Registry::new(store), Training::new(store)));
        let (endpoints, measured): (Vec<_>, _) =
            (store.endpoints.rows().collect(), store.metrics.rows().filter_map(|m| m.endpoint.as_deref()));
        let claims = Claims::new(&endpoints, &observed.preferences.models);
        let configs = store.configs.rows().collect();
        let (measured, referrers) = (measured.collect(), Referrers::new(store));
        Self { observed, store, claims, endpoints, configs, measured, registry, training, alarms, referrers }
    }

    /// Returns a group by name.
    pub(super) fn group(&self, name: &str) -> Option<&'a ModelPackageGroup> {
        self.registry.groups.get(&Name(name)).copied()
    }
    /// Returns the name of a group in the group's own spelling.
    pub(super) fn spelling(&self, name: &'a str) -> &'a str {
        self.group(name).map_or(name, |group| &group.name)
    }
    /// Is there a group of this name? If the list of groups is denied, only the versions of a group show that it
    /// exists.
    pub(super) fn has_group(&self, name: &str) -> bool {
        self.group(name).is_some() || self.registry.packages.contains_key(&Name(name))
    }
    /// Returns a version by ARN. The ARN contains the group and the number.
    pub(super) fn package(&self, arn: &str) -> Option<&'a ModelPackage> {
        let versions = |group| self.registry.packages.get(&Name(group)).map_or(&[][..], Vec::as_slice);
        let known = ModelPackage::parse_arn(arn).and_then(|(group, number)| {
            let versions = versions(group);
            let first = versions.partition_point(|p| p.version > Some(number));
            let same = versions.iter().skip(first).take_while(|p| p.version == Some(number));
            same.copied().find(|p| p.arn.eq_ignore_ascii_case(arn))
        });
        known.or_else(|| self.registry.unversioned.get(&Name(arn)).copied())
    }
}

impl<'a> Registry<'a> {
    fn new(store: &'a Store) -> Self {
        let mut registry =
            Self { groups: store.groups.rows().map(|group| (Name(&group.name), group)).collect(), ..Self::default() };
        for model in store.models.rows() {
            for endpoint in &model.endpoints {
                registry.models_by_endpoint.entry(endpoint).or_default().push(model);
            }
            let unnamed = model.containers.iter().flatten().filter(|c| c.package.is_none());
            registry.package_by_data.extend(unnamed.filter_map(|c| Some((c.data.as_deref()?, Only::Nobody))));
        }
        registry.versions(store);
        registry
    }

    fn versions(&mut self, store: &'a Store) {
        let packages: Vec<&ModelPackage> = store.packages.rows().collect();
        // The versions of a group follow each other, so the group is looked up once for all of them.
        for versions in packages.chunk_by(|a, b| a.group == b.group) {
            match versions.first().and_then(|p| p.group.as_deref()) {
                Some(group) => self.packages.entry(Name(group)).or_default().extend(versions),
                None => self.unversioned.extend(versions.iter().map(|p| (Name(p.arn.as_str()), *p))),
            }
        }
        for versions in self.packages.values_mut() {
            versions.sort_by_key(|p| Reverse(p.version));
        }
        if self.package_by_data.is_empty() {
            return;
        }
        for package in packages {
            for data in package.details.iter().flat_map(|d| &d.data) {
                if let Some(only) = self.package_by_data.get_mut(data.as_str()) {
                    *only = if matches!(only, Only::Nobody) { Only::One(package) } else { Only::Several };
                }
            }
        }
    }
}

impl<'a> Training<'a> {
    fn new(store: &'a Store) -> Self {
        let mut training = Self {
            pipelines: store.pipelines.rows().collect(),
            pipeline_by_name: store.pipelines.rows().map(|pipeline| (Name(&pipeline.name), pipeline)).collect(),
            feature_groups: store.feature_groups.rows().collect(),
            ..Self::default()
        };
        for &pipeline in &training.pipelines {
            for group in pipeline.definition.iter().flat_map(|d| &d.groups) {
                training.pipelines_by_group.entry(Name(group)).or_default().push(pipeline);
            }
        }
        for execution in store.executions.rows() {
            training.executions.entry(&execution.pipeline).or_default().push(execution);
        }
        for executions in training.executions.values_mut() {
            executions.sort_by_key(|e| Reverse(e.started));
        }
        for step in store.steps.rows() {
            training.steps.entry(&step.execution).or_default().push(step);
            training.registered(step);
        }
        for steps in training.steps.values_mut() {
            steps.sort_by_key(|s| s.started);
        }
        for job in store.jobs.rows() {
            if let Some(artifact) = job.details.as_ref().and_then(|d| d.artifact.as_deref()) {
                training.job_by_artifact.insert(artifact, job);
            }
            if let Some(id) = job.name.strip_prefix("pipelines-").and_then(|rest| rest.split('-').next()) {
                training.jobs_by_execution.entry(id).or_default().push(job);
            }
        }
        for &group in &training.feature_groups {
            if let Some(uri) = &group.offline_uri {
                training.feature_groups_by_store.entry(uri.trim_end_matches('/')).or_default().push(group);
            }
        }
        training
    }

    /// Records the group that a step registered into.
    fn registered(&mut self, step: &'a PipelineStep) {
        let Some((group, _)) = step.made.model_package().and_then(ModelPackage::parse_arn) else { return };
        let maker = of_execution(&step.execution).and_then(|name| self.pipeline_by_name.get(&Name(name)));
        let Some(maker) = maker.copied() else { return };
        let makers = self.pipelines_by_registered.entry(Name(group)).or_default();
        if makers.iter().all(|known| known.name != maker.name) {
            makers.push(maker);
        }
    }
}

impl<'a> Alarms<'a> {
    /// Returns the lookup table for a dimension that names a watched thing.
    fn watched_by(&mut self, dimension: &str) -> Option<&mut Watching<'a>> {
        Some(match dimension {
            "EndpointName" | "Endpoint" => &mut self.of_endpoints,
            "EndpointConfigName" => &mut self.of_configs,
            "PipelineName" => &mut self.of_pipelines,
            "FeatureGroupName" => &mut self.of_feature_groups,
            _ => return None,
        })
    }

    /// Notes an alarm by the names that may be those of a model: the value of a dimension that says so, or of any
    /// dimension of a metric that is not AWS's own.
    fn note_names(&mut self, alarm: &'a Alarm) {
        let own = !alarm.namespaces.is_empty() && alarm.namespaces.iter().all(|name| !name.starts_with("AWS/"));
        for (name, value) in &alarm.dimensions {
            let plain: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
            let says_so = MODEL_DIMENSIONS.contains(&plain.to_ascii_lowercase().as_str());
            let names = if says_so { Some(&mut self.of_models) } else { own.then_some(&mut self.of_own_metrics) };
            if let Some(names) = names {
                names.entry(Name(value)).or_default().push(alarm);
            }
        }
    }

    fn new(observed: &'a Observed) -> Self {
        let store = &observed.store;
        let mut alarms =
            Self { all: store.alarms.rows().collect(), subscriptions: people::by_topic(store), ..Self::default() };
        for alarm in store.alarms.rows() {
            for (name, value) in &alarm.dimensions {
                if let Some(watching) = alarms.watched_by(name) {
                    watching.entry(value).or_default().push(alarm);
                }
            }
            alarms.note_names(alarm);
            let scaled = alarm.name.strip_prefix("TargetTracking-endpoint/").and_then(|rest| rest.split('/').next());
            if let Some(endpoint) = scaled {
                alarms.scaling.entry(endpoint).or_default().push(alarm);
            } else if alarm.dimensions.is_empty() && alarm.rule.is_none() {
                for word in words(&alarm.watches) {
                    alarms.by_word.entry(word).or_default().push(alarm);
                }
            }
            for child in &alarm.children {
                alarms.parents.entry(&child.name).or_default().push(alarm);
            }
        }
        let hour_ago = observed.at.checked_sub(SignedDuration::from_hours(1)).unwrap_or_default();
        let fired = store.alarm_history.rows().filter(|turn| turn.state == "ALARM" && turn.at >= Some(hour_ago));
        for turn in fired {
            *alarms.fired.entry(&turn.alarm).or_default() += 1;
        }
        alarms.muted = all_muted(store.mute_rules.rows(), observed.at);
        for endpoint in store.endpoints.rows() {
            alarms
                .guards
                .extend(endpoint.guards.iter().flatten().map(|guard| (guard.as_str(), endpoint.name.as_str())));
        }
        alarms
    }
}

/// Splits an expression into words. A name may contain `-` and `_`.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric() && c != '-' && c != '_').filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expression_must_name_the_whole_endpoint() {
        let named = |text, word| words(text).any(|w| w == word);
        assert!(named("SELECT AVG(x) WHERE EndpointName = 'fraud'", "fraud"));
        assert!(!named("SELECT AVG(x) WHERE EndpointName = 'fraud-v2'", "fraud"));
        assert!(!named("antifraud", "fraud"));
    }
}
