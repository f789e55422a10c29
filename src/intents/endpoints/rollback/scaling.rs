//! Scaling that changes the instances of an endpoint by itself. A plan warns of it.

use crate::aws::Aws;
use crate::resources::endpoint::Endpoint;

/// Describes what scales the variants of an endpoint, as sentences. An error is one of them.
pub(super) async fn describe(aws: &Aws, endpoint: &Endpoint) -> Vec<String> {
    let managed = endpoint.variants.iter().filter_map(|variant| {
        let (least, most) = (variant.least_instances?, variant.most_instances?);
        Some(format!("SageMaker scales {} between {least} and {most} instances by itself.", variant.name))
    });
    let mut told: Vec<String> = managed.collect();
    told.extend(targets(aws, endpoint).await);
    told
}

/// Describes the targets of Application Auto Scaling. AWS refuses an update that changes the instance type of one, and
/// does not scale while it updates: <https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-scaling.html>.
#[cfg(feature = "applicationautoscaling")]
async fn targets(aws: &Aws, endpoint: &Endpoint) -> Vec<String> {
    use crate::aws::failed;
    use aws_sdk_applicationautoscaling::types::ServiceNamespace;
    let ids = endpoint.variants.iter().map(|variant| format!("endpoint/{}/variant/{}", endpoint.name, variant.name));
    let request = aws.application_auto_scaling.describe_scalable_targets();
    let request = request.service_namespace(ServiceNamespace::Sagemaker).set_resource_ids(Some(ids.collect()));
    match request.send().await.map_err(failed) {
        Ok(page) => {
            let each = page.scalable_targets.unwrap_or_default().into_iter();
            let told = each.map(|target| {
                let variant = target.resource_id.rsplit('/').next().unwrap_or_default();
                let (min, max) = (target.min_capacity, target.max_capacity);
                format!("Auto Scaling keeps {variant} between {min} and {max} instances, but not while the endpoint is Updating.")
            });
            told.collect()
        }
        Err(error) => vec![format!("Whether its instances are scaled is not known: {error}.")],
    }
}

#[cfg(not(feature = "applicationautoscaling"))]
#[expect(clippy::unused_async, reason = "with Application Auto Scaling it reads")]
async fn targets(_: &Aws, _: &Endpoint) -> Vec<String> {
    Vec::new()
}
