//! Reads versions that serve and are too far back in the index, a hundred a call.

use aws_sdk_sagemaker::types::BatchDescribeModelPackageSummary;

use super::{Details, ModelPackage, artifacts, images};
use crate::aws::{Aws, AwsError, DescribedEach, describe_each, failed, in_background};
use crate::resources::time;

/// The most versions that one call describes.
const MOST: usize = 100;

/// The result of the batches. `refused` has the versions to describe one by one, for example if this account has no
/// batches.
pub(super) struct Batched {
    pub(super) found: Vec<ModelPackage>,
    pub(super) refused: Vec<String>,
    pub(super) fault: Option<AwsError>,
}

/// Describes versions in brief, after everything else. Versions that AWS does not know or does not show are left out.
pub(super) async fn read(aws: &Aws, arns: &[String]) -> Batched {
    let batches: Vec<Vec<String>> = arns.chunks(MOST).map(<[String]>::to_vec).collect();
    let work = describe_each(batches, async |arns| batch(aws, arns).await);
    let DescribedEach { found, missed, shared } = in_background(work).await;
    let found: Vec<ModelPackage> = found.into_iter().flatten().collect();
    // An error that single calls would share is returned; the next turn tries again.
    match shared {
        Some(fault) if !fault.kind.is_shared() && found.is_empty() => {
            Batched { found, refused: arns.to_vec(), fault: None }
        }
        // One bad version fails its whole batch.
        fault => Batched { found, refused: missed.into_iter().flat_map(|(arns, _)| arns).collect(), fault },
    }
}

async fn batch(aws: &Aws, arns: Vec<String>) -> Result<Vec<ModelPackage>, AwsError> {
    let request = aws.sagemaker.batch_describe_model_package().set_model_package_arn_list(Some(arns));
    let answer = request.send().await.map_err(failed)?;
    Ok(answer.model_package_summaries.unwrap_or_default().into_values().filter_map(from_brief).collect())
}

fn from_brief(s: BatchDescribeModelPackageSummary) -> Option<ModelPackage> {
    let containers = s.inference_specification.map(|i| i.containers.unwrap_or_default()).unwrap_or_default();
    let details =
        Details { data: artifacts(&containers), images: images(&containers), brief: true, ..Details::default() };
    Some(ModelPackage {
        created: time(s.creation_time.as_ref()),
        status: s.model_package_status.map(|s| s.as_str().to_owned()).unwrap_or_default(),
        approval: s.model_approval_status.map(|s| s.as_str().to_owned()).unwrap_or_default(),
        arn: s.model_package_arn?,
        group: s.model_package_group_name,
        version: s.model_package_version,
        description: s.model_package_description.unwrap_or_default(),
        details: Some(details),
    })
}
