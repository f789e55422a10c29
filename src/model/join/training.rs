//! From data to versions: pipelines, executions, jobs and what they read (`aws-map` edges 1 to 10).

use std::collections::BTreeSet;

use crate::config::DataKind;
use crate::model::index::Index;
use crate::model::{Confidence, StageKind};
use crate::resources::arn_name;
use crate::resources::config::EndpointConfig;
use crate::resources::execution::PipelineExecution;
use crate::resources::job::TrainingJob;
use crate::resources::package::ModelPackage;
use crate::resources::pipeline::of_execution;

use super::Draft;

/// Jobs whose inputs are drawn: what older ones read says nothing about today.
const RECENT_JOBS: usize = 3;

/// Gives a chain its versions, pipelines, executions, jobs and data.
pub(super) fn join(draft: &mut Draft<'_>, index: &Index<'_>) {
    let versions: Vec<&ModelPackage> =
        draft.chain.group.as_deref().and_then(|g| index.packages.get(g)).cloned().unwrap_or_default();
    draft.chain.packages = versions.iter().map(|p| p.arn.clone()).collect();
    pipelines(draft, index, &versions);
    let executions: Vec<&PipelineExecution> = {
        let mut all: Vec<_> =
            draft.chain.pipelines.iter().filter_map(|p| index.executions.get(p.as_str())).flatten().copied().collect();
        all.sort_by_key(|e| std::cmp::Reverse(e.started));
        all
    };
    draft.chain.executions = executions.iter().map(|e| e.arn.clone()).collect();
    let jobs = jobs(draft, index, &executions, &versions);
    draft.chain.jobs = jobs.iter().map(|j| j.name.clone()).collect();
    data(draft, index, &jobs);
}

fn pipelines(draft: &mut Draft<'_>, index: &Index<'_>, versions: &[&ModelPackage]) {
    let group = draft.chain.group.clone();
    let group_arn = group.as_deref().and_then(|g| index.store.groups.get(g)).map(|g| g.arn.clone());
    let target = group_arn.or_else(|| group.clone()).unwrap_or_else(|| draft.chain.name.clone());
    let made_by: BTreeSet<String> = versions
        .iter()
        .filter_map(|p| of_execution(p.details.as_ref()?.generated_by.as_deref()?))
        .map(str::to_ascii_lowercase)
        .collect();
    for pipeline in index.store.pipelines.rows() {
        let configured = draft.config.is_some_and(|m| m.pipelines.iter().any(|glob| glob.matches(&pipeline.name)));
        let registers =
            pipeline.definition.as_ref().is_some_and(|d| group.as_ref().is_some_and(|g| d.groups.contains(g)));
        let edge = if registers {
            Some((Confidence::Exact, "RegisterModel.ModelPackageGroupName of the definition"))
        } else if made_by.contains(&pipeline.name.to_ascii_lowercase()) {
            Some((Confidence::Exact, "MetadataProperties.GeneratedBy of its versions"))
        } else if configured {
            Some((Confidence::Config, "[[model]] pipelines"))
        } else {
            None
        };
        if let Some((confidence, rule)) = edge {
            draft.chain.pipelines.push(pipeline.name.clone());
            draft.cross(&pipeline.arn, &target, confidence, rule, StageKind::Registry);
        }
    }
}

fn jobs<'a>(
    draft: &mut Draft<'_>,
    index: &Index<'a>,
    executions: &[&PipelineExecution],
    versions: &[&ModelPackage],
) -> Vec<&'a TrainingJob> {
    let mut jobs: Vec<&TrainingJob> = Vec::new();
    for execution in executions {
        if let Some(pipeline) = index.store.pipelines.get(&execution.pipeline) {
            let rule = "the execution's ARN holds the pipeline's name";
            draft.within(&pipeline.arn, &execution.arn, Confidence::Exact, rule, StageKind::Training);
        }
        for step in index.steps.get(execution.arn.as_str()).into_iter().flatten() {
            if let Some(arn) = step.made.training_job() {
                let rule = "Metadata.TrainingJob.Arn";
                draft.within(&execution.arn, arn, Confidence::Exact, rule, StageKind::Training);
                jobs.extend(index.store.jobs.get(arn_name(arn)));
            }
            if let Some(arn) = step.made.model_package() {
                draft.cross(&execution.arn, arn, Confidence::Exact, "Metadata.RegisterModel.Arn", StageKind::Registry);
            }
        }
        for job in index.jobs_by_execution.get(execution.short()).into_iter().flatten() {
            let rule = "the job's name holds the execution's id";
            draft.within(&execution.arn, &job.arn, Confidence::Derived, rule, StageKind::Training);
            jobs.push(job);
        }
    }
    jobs.extend(jobs_of_versions(draft, index, executions, versions));
    jobs.extend(jobs_of_models(draft, index));
    jobs.sort_by(|a, b| (b.created, &b.name).cmp(&(a.created, &a.name)));
    jobs.dedup_by(|a, b| a.name == b.name);
    jobs
}

/// Jobs whose artifact a version serves; and the executions that versions say they were made by.
fn jobs_of_versions<'a>(
    draft: &mut Draft<'_>,
    index: &Index<'a>,
    executions: &[&PipelineExecution],
    versions: &[&ModelPackage],
) -> Vec<&'a TrainingJob> {
    let mut jobs: Vec<&TrainingJob> = Vec::new();
    for package in versions {
        let Some(details) = &package.details else { continue };
        let made_by = details.generated_by.as_deref();
        if let Some(execution) = executions.iter().find(|e| made_by.is_some_and(|m| m.eq_ignore_ascii_case(&e.arn))) {
            draft.cross(
                &execution.arn,
                &package.arn,
                Confidence::Exact,
                "MetadataProperties.GeneratedBy",
                StageKind::Registry,
            );
        }
        for job in details.data.iter().filter_map(|d| index.job_by_artifact.get(d.as_str())) {
            let rule = "ModelDataUrl equals S3ModelArtifacts";
            draft.cross(&job.arn, &package.arn, Confidence::Derived, rule, StageKind::Registry);
            jobs.push(job);
        }
    }
    jobs
}

/// Jobs whose artifact a model serves that was made without the registry.
fn jobs_of_models<'a>(draft: &mut Draft<'_>, index: &Index<'a>) -> Vec<&'a TrainingJob> {
    let configs = draft.chain.serving.iter().filter_map(|s| index.store.configs.get(s.config.as_deref()?));
    let models: Vec<_> =
        configs.flat_map(EndpointConfig::models).filter_map(|name| index.store.models.get(name)).collect();
    let mut jobs = Vec::new();
    for model in models {
        let artifacts =
            model.containers.iter().flatten().filter(|c| c.package.is_none()).filter_map(|c| c.data.as_deref());
        for job in artifacts.filter_map(|artifact| index.job_by_artifact.get(artifact)) {
            let rule = "the model's ModelDataUrl equals S3ModelArtifacts";
            draft.cross(&job.arn, &model.arn, Confidence::Derived, rule, StageKind::Endpoint);
            jobs.push(*job);
        }
    }
    jobs
}

fn data(draft: &mut Draft<'_>, index: &Index<'_>, jobs: &[&TrainingJob]) {
    let mut uris = BTreeSet::new();
    let mut groups = BTreeSet::new();
    for job in jobs.iter().take(RECENT_JOBS) {
        for uri in job.details.iter().flat_map(|d| &d.inputs) {
            draft.cross(uri, &job.arn, Confidence::Exact, "InputDataConfig[].S3Uri", StageKind::Training);
            uris.insert(uri.clone());
            let stores =
                index.store.feature_groups.rows().filter(|g| g.offline_uri.as_deref().is_some_and(|o| within(uri, o)));
            for group in stores {
                draft.cross(
                    &group.arn,
                    &job.arn,
                    Confidence::Derived,
                    "the input lies in the offline store",
                    StageKind::Training,
                );
                groups.insert(group.name.clone());
            }
        }
    }
    let target = draft.chain.pipelines.first().and_then(|p| index.store.pipelines.get(p)).map(|p| p.arn.clone());
    let target = target.unwrap_or_else(|| draft.chain.name.clone());
    for location in draft.config.map(|m| m.data.as_slice()).unwrap_or_default() {
        draft.cross(&location.uri, &target, Confidence::Config, "[[model.data]]", StageKind::Training);
        match location.kind {
            DataKind::S3 => uris.insert(location.uri.clone()),
            DataKind::FeatureGroup => groups.insert(location.uri.clone()),
        };
    }
    // Most teams export features first, so that no input shows the group: a name is better than nothing, and says so.
    let stem = draft.chain.name.clone();
    for group in index
        .store
        .feature_groups
        .rows()
        .filter(|g| g.name.starts_with(&stem) && !groups.contains(&g.name))
        .collect::<Vec<_>>()
    {
        draft.cross(
            &group.arn,
            &target,
            Confidence::Guess,
            "the feature group's name begins with the model's",
            StageKind::Training,
        );
        groups.insert(group.name.clone());
    }
    draft.chain.datasets = uris.into_iter().collect();
    draft.chain.feature_groups = groups.into_iter().collect();
}

/// Does a URI lie below another? Whole path parts count: `s3://b/sales2` is not below `s3://b/sales`.
fn within(uri: &str, above: &str) -> bool {
    let above = above.trim_end_matches('/');
    uri.strip_prefix(above).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_compare_by_whole_parts() {
        assert!(within("s3://b/sales/x", "s3://b/sales/"));
        assert!(within("s3://b/sales", "s3://b/sales"));
        assert!(!within("s3://b/sales2/x", "s3://b/sales"));
        assert_eq!(of_execution("arn:aws:sagemaker:r:1:pipeline/build/execution/abc"), Some("build"));
        assert_eq!(of_execution("by hand"), None);
    }
}
