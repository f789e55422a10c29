//! ECR: the images that versions were made with. Every image exists, unless the story says otherwise.

use std::collections::BTreeMap;

use crate::sim::prelude::{Answer, Cause, Env, Operations, ServiceError, Span, Value, num, read, tree};
use crate::sim::story::Image;

type Handler = fn(&State, &Env, &Value) -> Answer;

pub(crate) static OPERATIONS: Operations<Handler> = &[&[read("DescribeImages", describe)]];

/// The images of the story, by digest.
#[derive(Debug, Default)]
pub(crate) struct State {
    pub(crate) images: BTreeMap<String, Image>,
}

/// Gives common errors the code that ECR has for invalid requests.
pub(crate) fn reword(error: ServiceError) -> ServiceError {
    if error.cause == Cause::Own { error } else { error.coded("InvalidParameterException") }
}

fn describe(state: &State, env: &Env, input: &Value) -> Answer {
    let repository = input.need("repositoryName")?;
    let registry = input.text("registryId")?.unwrap_or(&env.account.id);
    if registry != env.account.id {
        let message = format!("User is not authorized to perform: ecr:DescribeImages on registry {registry}");
        return Err(ServiceError::new("AccessDeniedException", message));
    }
    let mut details = Vec::new();
    for id in input.list("imageIds")? {
        let digest = match id.text("imageDigest")? {
            Some(digest) => digest.to_owned(),
            None => format!("sha256:{}", num::hex(num::hash(&format!("{repository}{}", id.str("imageTag"))), 64)),
        };
        let told = state.images.get(&digest);
        if told.is_some_and(|image| image.gone) {
            let message = format!(
                "The image with imageId {{imageDigest:'{digest}'}} does not exist within the repository with name \
                 '{repository}' in the registry with id '{registry}'"
            );
            return Err(ServiceError::new("ImageNotFoundException", message));
        }
        let archived = told.is_some_and(|image| image.archived);
        let scanned =
            told.map(|image| image.findings.iter().map(|(severity, n)| (severity.clone().into(), Value::Int(*n))));
        let counts = Value::Dict(scanned.into_iter().flatten().collect());
        let pushed = env.start - Span::minutes(60 * 24 * 60);
        details.push(tree! {
            "registryId": registry, "repositoryName": repository, "imageDigest": digest,
            "imageSizeInBytes": 1_874_211_022, "imagePushedAt": pushed,
            "imageScanStatus": tree! { "status": "COMPLETE" },
            "imageScanFindingsSummary": tree! { "imageScanCompletedAt": pushed, "findingSeverityCounts": counts },
            "imageStatus": if archived { "ARCHIVED" } else { "ACTIVE" },
        });
    }
    Ok(tree! { "imageDetails": details })
}
