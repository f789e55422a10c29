//! The answers about lineage, trials and Inference Recommender.

use super::listing::{Listing, TIMES};
use super::state::{Handler, State};
use crate::sim::prelude::{Answer, Operation, Record, ServiceError, Value, read, tree, words};

pub(super) static OPERATIONS: &[Operation<Handler>] = &[
    read("ListArtifacts", |state, _, input| {
        let uri = input.str("SourceUri");
        let found =
            state.artifacts.values().filter(|record| uri.is_empty() || record.doc.text_at("Source.SourceUri") == uri);
        ARTIFACTS.answer(input, found)
    }),
    read("DescribeArtifact", |state, _, input| {
        let arn = input.need("ArtifactArn")?;
        let artifact = state.artifacts.get(arn).map(|artifact| artifact.doc.clone());
        artifact.ok_or_else(|| ServiceError::not_found(format!("Artifact with arn {arn} does not exist")))
    }),
    read("QueryLineage", |state, _, input| query(state, input)),
    read("DescribeTrialComponent", |state, _, input| {
        let name = input.need("TrialComponentName")?;
        let trial = state.trial_components.get(name).map(|trial| trial.doc.clone());
        trial.ok_or_else(|| ServiceError::not_found(format!("Experiment trial component {name} does not exist.")))
    }),
    read("ListInferenceRecommendationsJobs", |state, _, input| {
        let version = input.str("ModelPackageVersionArnEquals");
        let is_of = |record: &&Record| version.is_empty() || record.doc.str("ModelPackageVersionArn") == version;
        JOBS.answer(input, state.recommendation_jobs.values().filter(is_of))
    }),
    read("DescribeInferenceRecommendationsJob", |state, _, input| {
        let name = input.need("JobName")?;
        let job =
            state.recommendation_jobs.get(name).map(|job| job.doc.clone().with("ModelPackageVersionArn", Value::Null));
        job.ok_or_else(|| ServiceError::not_found(format!("Job {name} does not exist.")))
    }),
];

const ARTIFACTS: Listing = Listing {
    out: "ArtifactSummaries",
    summary: words! { ArtifactArn ArtifactName Source ArtifactType CreationTime LastModifiedTime },
    sort: &[("CreationTime", "CreationTime")],
    by: "CreationTime",
    descending: true,
    status: None,
    late: false,
    times: ("CreatedAfter", "CreatedBefore"),
};

const JOBS: Listing = Listing {
    out: "InferenceRecommendationsJobs",
    summary: words! {
        JobName JobDescription JobType JobArn Status CreationTime CompletionTime RoleArn LastModifiedTime FailureReason
        ModelPackageVersionArn
    },
    sort: &[("Name", "JobName"), ("CreationTime", "CreationTime"), ("Status", "Status")],
    times: TIMES,
    ..ARTIFACTS
};

/// Answers with all that led to the artifact of a version.
fn query(state: &State, input: &Value) -> Answer {
    let start = input.texts("StartArns")?.first().map(|arn| (*arn).to_owned()).unwrap_or_default();
    let Some(artifact) = state.artifacts.get(&start) else { return Ok(tree! { "Vertices": Vec::<Value>::new() }) };
    let version = artifact.doc.text_at("Source.SourceUri");
    let ancestors = state.ancestors.get(version).cloned().unwrap_or_default();
    let own = tree! { "Arn": start, "Type": "Model", "LineageType": "Artifact" };
    Ok(
        tree! { "Vertices": std::iter::once(own).chain(ancestors).collect::<Vec<Value>>(), "Edges": Vec::<Value>::new() },
    )
}
