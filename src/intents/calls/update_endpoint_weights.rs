//! `UpdateEndpointWeightsAndCapacities`: shares of the traffic, or instances, of some variants of an endpoint.
//!
//! <https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_UpdateEndpointWeightsAndCapacities.html>

use aws_sdk_sagemaker::types::DesiredWeightAndCapacity;
use jiff::Timestamp;
use serde_json::Value;

use super::{Api, Call, Permission, Receipt, text};
use crate::aws::{Aws, AwsError, failed};
use crate::resources::endpoint::Endpoint;

/// The call of this module. Variants that are not named stay as they are.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct UpdateEndpointWeightsAndCapacities {
    /// `EndpointName`.
    pub(crate) endpoint: String,
    /// `DesiredWeight` of variants, by their names.
    pub(crate) weights: Vec<(String, f32)>,
    /// `DesiredInstanceCount` of variants, by their names.
    pub(crate) counts: Vec<(String, i32)>,
}

impl Call for UpdateEndpointWeightsAndCapacities {
    const API: Api = Api::sagemaker("UpdateEndpointWeightsAndCapacities");
    const PERMISSIONS: &'static [Permission] =
        &[Permission::new("sagemaker:UpdateEndpointWeightsAndCapacities", &["sagemaker:REGION:ACCOUNT:endpoint/*"])];

    async fn send(&self, aws: &Aws) -> Result<Receipt, AwsError> {
        let variant = |name: &String| DesiredWeightAndCapacity::builder().variant_name(name);
        let weights = self.weights.iter().map(|(name, weight)| variant(name).desired_weight(*weight).build());
        let counts = self.counts.iter().map(|(name, count)| variant(name).desired_instance_count(*count).build());
        let request = aws.sagemaker.update_endpoint_weights_and_capacities().endpoint_name(&self.endpoint);
        let request = request.set_desired_weights_and_capacities(Some(weights.chain(counts).collect()));
        let reply = request.send().await.map_err(failed)?;
        Ok(Receipt { arn: reply.endpoint_arn.clone(), ..Receipt::of(&reply) })
    }

    /// The endpoint wants what was sent.
    async fn effect(parameters: &Value, _: Timestamp, aws: &Aws) -> Result<Option<String>, AwsError> {
        let endpoint = Endpoint::describe(aws, text(parameters, "EndpointName")).await?;
        let sent = parameters.get("DesiredWeightsAndCapacities").and_then(Value::as_array);
        let wants = |of: &Value| {
            let variant = endpoint.variants.iter().find(|variant| variant.name == text(of, "VariantName"));
            let count = of.get("DesiredInstanceCount").and_then(Value::as_i64);
            let weight = of.get("DesiredWeight").and_then(Value::as_f64);
            variant.is_some_and(|variant| {
                count.is_none_or(|count| variant.desired_instances.map(i64::from) == Some(count))
                    && weight.is_none_or(|weight| {
                        variant.desired_weight.is_some_and(|own| (f64::from(own) - weight).abs() < 1e-6)
                    })
            })
        };
        Ok(sent.is_some_and(|sent| sent.iter().all(wants)).then_some(endpoint.arn))
    }
}
