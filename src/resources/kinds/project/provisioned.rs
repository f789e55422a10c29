//! Reads what Service Catalog knows of the product that made a project.

use aws_sdk_servicecatalog::types::ProvisioningArtifactGuidance;

use super::ProvisionedProduct;
use crate::aws::{Aws, AwsError, failed};
use crate::resources::on_demand::keep;

/// Asks Service Catalog for a provisioned product, and for the names of the product and its version. What cannot be read
/// is added to the `problems`.
///
/// # Errors
/// Those that concern all products, such as credentials that have expired.
pub(super) async fn read(
    aws: &Aws,
    product: &mut ProvisionedProduct,
    problems: &mut Vec<String>,
) -> Result<(), AwsError> {
    let answer = aws.service_catalog.describe_provisioned_product().id(&product.id).send().await.map_err(failed);
    let answer = keep(problems, "provisioned product", answer)?;
    let Some(found) = answer.and_then(|answer| answer.provisioned_product_detail) else { return Ok(()) };
    product.status = found.status.map(|status| status.as_str().to_owned());
    product.message = found.status_message.or(product.message.take());
    product.product.clone_from(&found.product_id);
    product.artifact.clone_from(&found.provisioning_artifact_id);
    let Some(id) = found.product_id else { return Ok(()) };
    let answer = aws.service_catalog.describe_product().id(id).send().await.map_err(failed);
    let Some(known) = keep(problems, "names of the product and its version", answer)? else { return Ok(()) };
    product.product = known.product_view_summary.and_then(|view| view.name).or(product.product.take());
    let mut artifacts = known.provisioning_artifacts.unwrap_or_default().into_iter();
    if let Some(artifact) = artifacts.find(|artifact| artifact.id == product.artifact) {
        product.deprecated = artifact.guidance == Some(ProvisioningArtifactGuidance::Deprecated);
        product.artifact = artifact.name.or(artifact.id);
    }
    Ok(())
}
