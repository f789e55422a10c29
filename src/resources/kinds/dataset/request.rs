//! Chooses the locations that are followed.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::{Dataset, Role};
use crate::config::DataKind;
use crate::resources::step::Made;
use crate::resources::{Observed, arn_name};

/// One location that is to be read.
#[derive(Debug, Clone)]
pub(super) struct LocationRequest {
    pub(super) uri: String,
    pub(super) role: Role,
    /// Whether the user named it. Only then may it contain date patterns.
    pub(super) named: bool,
    /// Whether it is the offline store of a feature group.
    pub(super) features: bool,
}

impl LocationRequest {
    /// Returns its row before anything was read.
    pub(super) fn row(&self) -> Dataset {
        Dataset { uri: self.uri.clone(), role: self.role, ..Dataset::default() }
    }
}

/// Returns the locations to read: configured data first, then inputs of jobs, features, newest artifacts.
pub(super) fn locations(observed: &Observed) -> Vec<LocationRequest> {
    let store = &observed.store;
    let configured = observed.preferences.models.iter().flat_map(|m| &m.data).filter(|d| d.kind == DataKind::S3);
    let stores: BTreeSet<&str> = store.feature_groups.rows().filter_map(|g| g.offline_uri.as_deref()).collect();
    let location = |uri: &String, role| {
        let features = stores.contains(uri.as_str());
        LocationRequest { uri: uri.clone(), role, named: false, features }
    };
    let mut request: Vec<LocationRequest> =
        configured.map(|d| LocationRequest { named: true, ..location(&d.uri, Role::Data) }).collect();
    let mut artifacts = Vec::new();
    for (name, pipeline) in newest_jobs(observed) {
        let Some(details) = store.jobs.get(&name).and_then(|j| j.details.as_ref()) else { continue };
        request.extend(details.inputs.iter().map(|uri| location(uri, Role::Data)));
        // An artifact does not change, so it is read only when its job or pipeline is looked at.
        if observed.one_shot
            || observed.focus.jobs.contains(&name)
            || pipeline.is_some_and(|p| observed.focus.pipelines.contains(&p))
        {
            artifacts.extend(details.artifact.iter().map(|uri| location(uri, Role::Artifact)));
        }
    }
    request.extend(store.feature_groups.rows().filter_map(|g| Some(location(g.offline_uri.as_ref()?, Role::Features))));
    request.extend(artifacts);
    let mut once = BTreeSet::new();
    request.retain(|w| w.uri.starts_with("s3://") && once.insert(w.uri.clone()));
    request
}

/// Returns the newest job of each pipeline, and the newest jobs that belong to no pipeline.
fn newest_jobs(observed: &Observed) -> BTreeMap<String, Option<String>> {
    let store = &observed.store;
    let mut by_pipeline: BTreeMap<&str, (Option<Timestamp>, &str)> = BTreeMap::new();
    let mut in_pipelines = BTreeSet::new();
    for step in store.steps.rows() {
        let Made::TrainingJob(arn) = &step.made else { continue };
        let Some(execution) = store.executions.get(&step.execution) else { continue };
        in_pipelines.insert(arn_name(arn));
        let newest = by_pipeline.entry(&execution.pipeline).or_default();
        if newest.1.is_empty() || execution.started > newest.0 {
            *newest = (execution.started, arn_name(arn));
        }
    }
    let mut alone: Vec<_> = store.jobs.rows().filter(|j| !in_pipelines.contains(j.name.as_str())).collect();
    alone.sort_by_key(|j| std::cmp::Reverse(j.created));
    let alone = alone.into_iter().take(10).map(|j| (j.name.clone(), None));
    let own = by_pipeline.into_iter().map(|(pipeline, (_, name))| (name.to_owned(), Some(pipeline.to_owned())));
    own.chain(alone).collect()
}
