//! `UpdateEndpoint`: changes to another configuration, all at once and without automatic rollback.

use aws_sdk_sagemaker::operation::RequestId;
use jiff::Timestamp;
use serde_json::Value;

use super::{Api, Call, Permission, Receipt, text};
use crate::aws::{Aws, AwsError, failed};
use crate::resources::endpoint::Endpoint;

/// The call of this module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct UpdateEndpoint {
    /// `EndpointName`.
    pub(crate) endpoint: String,
    /// `EndpointConfigName`.
    pub(crate) config: String,
    /// `RetainAllVariantProperties`: keeps instance counts and weights; see `docs/aws.md#retain-variant-properties`.
    pub(crate) retain: bool,
}

impl Call for UpdateEndpoint {
    const API: Api = Api::sagemaker("UpdateEndpoint");
    const PERMISSIONS: &'static [Permission] = &[Permission::new(
        "sagemaker:UpdateEndpoint",
        &["sagemaker:REGION:ACCOUNT:endpoint/*", "sagemaker:REGION:ACCOUNT:endpoint-config/*"],
    )];

    async fn send(&self, aws: &Aws) -> Result<Receipt, AwsError> {
        let request = aws.sagemaker.update_endpoint().endpoint_name(&self.endpoint).endpoint_config_name(&self.config);
        let request = request.retain_all_variant_properties(self.retain);
        let reply = request.send().await.map_err(failed)?;
        Ok(Receipt { request_id: reply.request_id().map(str::to_owned), arn: reply.endpoint_arn })
    }

    async fn effect(parameters: &Value, _: Timestamp, aws: &Aws) -> Result<Option<String>, AwsError> {
        let now = Endpoint::describe(aws, text(parameters, "EndpointName")).await?;
        let config = text(parameters, "EndpointConfigName");
        let arriving = now.pending.as_ref().map(|pending| pending.config == config);
        // An update may begin before AWS names the new configuration.
        let begun = arriving.unwrap_or_else(|| !now.steady());
        Ok((begun || now.config.as_deref() == Some(config)).then_some(now.arn))
    }
}
