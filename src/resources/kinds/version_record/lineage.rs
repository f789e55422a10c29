//! The provenance of a version: the artifact that stands for it, what led to that, and the trial among it.

use std::collections::BTreeSet;

use aws_sdk_sagemaker::types::{Direction, LineageType, TrialComponentParameterValue, Vertex};

use super::{Origin, Trial};
use crate::aws::{Aws, AwsError, DescribedEach, describe_each, failed};
use crate::resources::on_demand::keep;
use crate::resources::{arn_name, finite};

/// The most vertices of one answer: <https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_QueryLineage.html>.
const VERTICES: i32 = 50;
/// The number of steps that the query goes back. The maximum is 10.
const DEPTH: i32 = 10;
/// The artifacts that are described.
const ARTIFACTS: usize = 12;
/// The parameters and metrics of a trial that are kept.
const VALUES: usize = 30;

/// The answer of the lineage.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) origins: Vec<Origin>,
    pub(super) more: bool,
    pub(super) trial: Option<Trial>,
    /// The reads that failed, each with the reason.
    pub(super) problems: Vec<String>,
}

pub(super) async fn of(aws: &Aws, package: &str) -> Result<Found, AwsError> {
    let listed = aws.sagemaker.list_artifacts().source_uri(package).max_results(1).send().await.map_err(failed)?;
    let Some(artifact) = listed.artifact_summaries.unwrap_or_default().into_iter().find_map(|a| a.artifact_arn) else {
        return Ok(Found::default());
    };
    let query = aws.sagemaker.query_lineage().start_arns(artifact).direction(Direction::Ascendants);
    let query = query.include_edges(false).max_depth(DEPTH).max_results(VERTICES);
    let answer = query.send().await.map_err(failed)?;
    let more = answer.next_token.is_some();
    let vertices = answer.vertices.unwrap_or_default();
    let of_type = |wanted: LineageType| {
        vertices.iter().filter(move |vertex| vertex.lineage_type.as_ref() == Some(&wanted)).cloned()
    };
    let artifacts: Vec<Vertex> = of_type(LineageType::Artifact).collect();
    let (more, artifacts) = (more || artifacts.len() > ARTIFACTS, artifacts.into_iter().take(ARTIFACTS).collect());
    let DescribedEach { found, missed, shared } =
        describe_each(artifacts, async |vertex: Vertex| origin(aws, vertex).await).await;
    let mut problems = Vec::new();
    // Without permission for artifacts the trial may still be read.
    let missing = shared.or_else(|| missed.into_iter().next().map(|(_, why)| why));
    keep(&mut problems, "artifacts of lineage", missing.map_or(Ok(()), Err))?;
    let origins: BTreeSet<Origin> = found.into_iter().filter(|origin| origin.uri != package).collect();
    let trials: Vec<String> = of_type(LineageType::TrialComponent).filter_map(|vertex| vertex.arn).collect();
    // Of several components that of the training says most. The name ends so (seen, not documented).
    let trial = trials.iter().find(|arn| arn.ends_with("-aws-training-job")).or(trials.first());
    let trial = match trial {
        Some(arn) => keep(&mut problems, "trial component", trial_of(aws, arn_name(arn)).await)?,
        None => None,
    };
    Ok(Found { origins: origins.into_iter().collect(), more, trial, problems })
}

async fn origin(aws: &Aws, vertex: Vertex) -> Result<Origin, AwsError> {
    let request = aws.sagemaker.describe_artifact().set_artifact_arn(vertex.arn.clone());
    let artifact = request.send().await.map_err(failed)?;
    let what = vertex.r#type.or(artifact.artifact_type).unwrap_or_else(|| "artifact".to_owned());
    let uri = artifact.source.and_then(|source| source.source_uri).or(vertex.arn).unwrap_or_default();
    Ok(Origin { what, uri })
}

async fn trial_of(aws: &Aws, name: &str) -> Result<Trial, AwsError> {
    let answer = aws.sagemaker.describe_trial_component().trial_component_name(name).send().await.map_err(failed)?;
    let text = |value: &TrialComponentParameterValue| {
        let text = value.as_string_value().cloned();
        text.or_else(|value| value.as_number_value().map(f64::to_string))
            .unwrap_or_else(|_| "of another type".to_owned())
    };
    let mut parameters: Vec<(String, String)> =
        answer.parameters.unwrap_or_default().into_iter().map(|(name, value)| (name, text(&value))).collect();
    parameters.sort();
    parameters.truncate(VALUES);
    let metrics = answer.metrics.unwrap_or_default().into_iter().take(VALUES);
    Ok(Trial {
        name: name.to_owned(),
        source: answer.source.and_then(|source| source.source_arn),
        parameters,
        metrics: metrics
            .filter_map(|metric| Some((metric.metric_name?, finite(metric.last).or(finite(metric.avg))?)))
            .collect(),
    })
}
