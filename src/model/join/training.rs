//! Follows data to versions: pipelines, runs, jobs and their inputs.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::mem::take;

use crate::config::DataKind;
use crate::model::index::Index;
use crate::model::key::{Name, beginning};
use crate::model::{Confidence, StageKind};
use crate::resources::arn_name;
use crate::resources::feature_group::FeatureGroup;
use crate::resources::job::TrainingJob;
use crate::resources::pipeline::{Pipeline, of_execution};

use super::ChainBuilder;

/// The number of jobs whose inputs are drawn. The inputs of older jobs say nothing about the present.
pub(in crate::model) const RECENT_JOBS: usize = 3;

/// Adds versions, pipelines, runs, jobs and data to a chain.
pub(super) fn join<'a>(builder: &mut ChainBuilder<'a>, index: &Index<'a>) {
    builder.rows.packages =
        builder.group.and_then(|g| index.registry.packages.get(&Name(g))).cloned().unwrap_or_default();
    builder.chain.packages = builder.rows.packages.iter().map(|p| p.arn.as_str()).collect();
    builder.rows.pipelines = pipelines(builder, index);
    builder.chain.pipelines = builder.rows.pipelines.iter().map(|p| p.name.as_str()).collect();
    let executions = builder.rows.pipelines.iter().filter_map(|p| index.training.executions.get(p.name.as_str()));
    builder.rows.executions = executions.flatten().copied().collect();
    builder.rows.executions.sort_by_key(|e| Reverse(e.started));
    builder.chain.executions = builder.rows.executions.iter().map(|e| e.arn.as_str()).collect();
    builder.rows.jobs = jobs(builder, index);
    builder.chain.jobs = builder.rows.jobs.iter().map(|j| j.name.as_str()).collect();
    data(builder, index);
}

/// Finds the pipelines, sorted by name. The most certain of several edges wins.
fn pipelines<'a>(builder: &mut ChainBuilder<'a>, index: &Index<'a>) -> Vec<&'a Pipeline> {
    let mut found: Vec<(&'a Pipeline, Confidence, &'static str)> = Vec::new();
    let mut add = |pipeline, confidence, rule| found.push((pipeline, confidence, rule));
    for pipeline in builder.group.and_then(|g| index.training.pipelines_by_group.get(&Name(g))).into_iter().flatten() {
        add(pipeline, Confidence::Exact, "RegisterModel.ModelPackageGroupName of the definition");
    }
    let made_by =
        builder.rows.packages.iter().filter_map(|p| of_execution(p.details.as_ref()?.generated_by.as_deref()?));
    let mut makers: Vec<Name<'_>> = made_by.map(Name).collect();
    // Most versions of a group have the same pipeline, so remove repeated names first.
    makers.dedup();
    for maker in makers {
        if let Some(pipeline) = index.training.pipeline_by_name.get(&maker) {
            add(pipeline, Confidence::Exact, "MetadataProperties.GeneratedBy of its versions");
        }
    }
    for pipeline in
        builder.group.and_then(|g| index.training.pipelines_by_registered.get(&Name(g))).into_iter().flatten()
    {
        add(pipeline, Confidence::Exact, "Metadata.RegisterModel.Arn of its runs");
    }
    for glob in builder.config.iter().flat_map(|m| &m.pipelines) {
        for pipeline in beginning(&index.training.pipelines, glob.beginning()).filter(|p| glob.matches(&p.name)) {
            add(pipeline, Confidence::Config, "[[model]] pipelines");
        }
    }
    let target = builder.group.map_or(builder.name, |g| index.group(g).map_or(g, |g| &g.arn));
    found.sort_by_key(|(pipeline, ..)| pipeline.name.as_str());
    found.dedup_by_key(|(pipeline, ..)| pipeline.name.as_str());
    for (pipeline, confidence, rule) in &found {
        builder.cross(&pipeline.arn, target, *confidence, rule, StageKind::Registry);
    }
    found.into_iter().map(|(pipeline, ..)| pipeline).collect()
}

/// Finds the jobs, newest first.
fn jobs<'a>(builder: &mut ChainBuilder<'a>, index: &Index<'a>) -> Vec<&'a TrainingJob> {
    let mut jobs: Vec<&TrainingJob> = Vec::new();
    let executions = take(&mut builder.rows.executions);
    for execution in &executions {
        if let Some(pipeline) = index.store.pipelines.get(&execution.pipeline) {
            let rule = "the execution's ARN holds the pipeline's name";
            builder.within(&pipeline.arn, &execution.arn, Confidence::Exact, rule, StageKind::Training);
        }
        for step in index.training.steps.get(execution.arn.as_str()).into_iter().flatten() {
            if let Some(arn) = step.made.training_job() {
                let rule = "Metadata.TrainingJob.Arn";
                builder.within(&execution.arn, arn, Confidence::Exact, rule, StageKind::Training);
                jobs.extend(index.store.jobs.get(arn_name(arn)));
            }
            if let Some(arn) = step.made.model_package() {
                builder.cross(
                    &execution.arn,
                    arn,
                    Confidence::Exact,
                    "Metadata.RegisterModel.Arn",
                    StageKind::Registry,
                );
            }
        }
        for job in index.training.jobs_by_execution.get(execution.short()).into_iter().flatten() {
            let rule = "the job's name holds the execution's id";
            builder.within(&execution.arn, &job.arn, Confidence::Derived, rule, StageKind::Training);
            jobs.push(job);
        }
    }
    builder.rows.executions = executions;
    jobs.extend(jobs_of_versions(builder, index));
    jobs.extend(jobs_of_models(builder, index));
    jobs.sort_by(|a, b| (b.created, &b.name).cmp(&(a.created, &a.name)));
    jobs.dedup_by(|a, b| a.name == b.name);
    jobs
}

/// Finds the jobs that made the artifact of a version, and adds the edges from executions to the versions that name
/// them.
fn jobs_of_versions<'a>(builder: &mut ChainBuilder<'a>, index: &Index<'a>) -> Vec<&'a TrainingJob> {
    let mut jobs: Vec<&TrainingJob> = Vec::new();
    let packages = take(&mut builder.rows.packages);
    for package in &packages {
        let Some(details) = &package.details else { continue };
        let made_by = |arn: &str| details.generated_by.as_ref().is_some_and(|by| by.eq_ignore_ascii_case(arn));
        if let Some(execution) = builder.rows.executions.iter().copied().find(|e| made_by(&e.arn)) {
            let rule = "MetadataProperties.GeneratedBy";
            builder.cross(&execution.arn, &package.arn, Confidence::Exact, rule, StageKind::Registry);
        }
        for job in details.data.iter().filter_map(|d| index.training.job_by_artifact.get(d.as_str())) {
            let rule = "ModelDataUrl equals S3ModelArtifacts";
            builder.cross(&job.arn, &package.arn, Confidence::Derived, rule, StageKind::Registry);
            jobs.push(job);
        }
    }
    builder.rows.packages = packages;
    jobs
}

/// Finds the jobs that made the artifact of a model outside the registry.
fn jobs_of_models<'a>(builder: &mut ChainBuilder<'a>, index: &Index<'a>) -> Vec<&'a TrainingJob> {
    let mut jobs = Vec::new();
    let models = take(&mut builder.rows.models);
    for model in &models {
        let artifacts =
            model.containers.iter().flatten().filter(|c| c.package.is_none()).filter_map(|c| c.data.as_deref());
        for job in artifacts.filter_map(|artifact| index.training.job_by_artifact.get(artifact)) {
            let rule = "the model's ModelDataUrl equals S3ModelArtifacts";
            builder.cross(&job.arn, &model.arn, Confidence::Derived, rule, StageKind::Endpoint);
            jobs.push(*job);
        }
    }
    builder.rows.models = models;
    jobs
}

/// Adds the inputs of jobs, the data that the configuration names, and feature groups with the name of the model.
fn data<'a>(builder: &mut ChainBuilder<'a>, index: &Index<'a>) {
    let mut uris: BTreeSet<&str> = BTreeSet::new();
    let mut groups: BTreeSet<&str> = BTreeSet::new();
    let recent: Vec<&'a TrainingJob> = builder.rows.jobs.iter().take(RECENT_JOBS).copied().collect();
    for job in recent {
        for uri in job.details.iter().flat_map(|d| &d.inputs) {
            builder.cross(uri, &job.arn, Confidence::Exact, "InputDataConfig[].S3Uri", StageKind::Training);
            uris.insert(uri);
            for group in above(uri).filter_map(|place| index.training.feature_groups_by_store.get(place)).flatten() {
                let rule = "the input lies in the offline store";
                builder.cross(&group.arn, &job.arn, Confidence::Derived, rule, StageKind::Training);
                groups.insert(&group.name);
            }
            for group in unread_stores(index, uri) {
                let rule = "the input's path names the feature group";
                builder.cross(&group.arn, &job.arn, Confidence::Guess, rule, StageKind::Training);
                groups.insert(&group.name);
            }
        }
    }
    let target = builder.rows.pipelines.first().map_or(builder.name, |p| &p.arn);
    for location in builder.config.into_iter().flat_map(|m| &m.data) {
        builder.cross(&location.uri, target, Confidence::Config, "[[model.data]]", StageKind::Training);
        match location.kind {
            DataKind::S3 => uris.insert(&location.uri),
            DataKind::FeatureGroup => groups.insert(&location.uri),
        };
    }
    // Most teams export features first, so no input names the feature group. A match by name is better than nothing,
    // and it is marked as a guess.
    for group in beginning(&index.training.feature_groups, builder.name) {
        if groups.insert(&group.name) {
            let rule = "the feature group's name begins with the model's";
            builder.cross(&group.arn, target, Confidence::Guess, rule, StageKind::Training);
        }
    }
    builder.chain.datasets = uris.into_iter().collect();
    builder.chain.feature_groups = groups.into_iter().collect();
}

/// Returns the feature groups whose offline store may hold a location, as far as their names tell: the places of their
/// stores were not read.
fn unread_stores<'a>(index: &Index<'a>, uri: &str) -> impl Iterator<Item = &'a FeatureGroup> {
    let known = &index.training.feature_groups_by_store;
    let is_unread = FeatureGroup::is_store(uri) && !known.contains_key(uri.trim_end_matches('/'));
    let all = is_unread.then_some(&index.training.feature_groups);
    all.into_iter().flatten().copied().filter(move |group| group.may_store_at(uri))
}

/// Returns the locations that contain a URI, without the trailing slash: `s3://b/sales/x` lies in `s3://b/sales`, not
/// in `s3://b/sal`.
fn above(uri: &str) -> impl Iterator<Item = &str> {
    uri.match_indices('/').filter_map(|(end, _)| uri.get(..end)).chain([uri])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_compare_by_whole_parts() {
        let within = |uri, place: &str| above(uri).any(|above| above == place);
        assert!(within("s3://b/sales/x", "s3://b/sales"));
        assert!(within("s3://b/sales/", "s3://b/sales"));
        assert!(within("s3://b/sales", "s3://b/sales"));
        assert!(!within("s3://b/sales2/x", "s3://b/sales"));
        assert_eq!(of_execution("arn:aws:sagemaker:r:1:pipeline/build/execution/abc"), Some("build"));
        assert_eq!(of_execution("by hand"), None);
    }
}
