//! `CreateEndpointConfig`: a copy of an existing configuration with another model.

use std::time::Duration;

use aws_sdk_sagemaker::operation::RequestId;
use aws_sdk_sagemaker::operation::describe_endpoint_config::DescribeEndpointConfigOutput;
use aws_sdk_sagemaker::types::{MetricsConfig, ProductionVariant, Tag};
use jiff::Timestamp;
use serde_json::Value;

use super::{Api, Call, Permission, Receipt, if_there, text};
use crate::aws::{Aws, AwsError, failed};

/// The most tries to read a new configuration, one per second.
const LOOKS: u32 = 15;

/// The call of this module.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct CreateEndpointConfig {
    /// `EndpointConfigName`.
    pub(crate) name: String,
    /// `ModelName` of its only variant.
    pub(crate) model: String,
    /// The id of the intent, as a tag.
    pub(crate) intent: String,
    /// The name of the copied configuration, as a tag.
    pub(crate) copy_of: String,
    /// The only variant, with the model of the copied configuration.
    pub(crate) variant: ProductionVariant,
    /// `KmsKeyId`.
    pub(crate) kms_key: Option<String>,
    /// `EnableNetworkIsolation`.
    pub(crate) isolated: Option<bool>,
    /// `MetricsConfig`.
    pub(crate) metrics: Option<MetricsConfig>,
}

impl CreateEndpointConfig {
    /// Makes a call that copies a configuration with its model. The caller must still set the name and the intent.
    ///
    /// # Errors
    /// The part of the configuration that would not be copied, as a phrase.
    pub(crate) fn like(config: &DescribeEndpointConfigOutput) -> Result<Self, &'static str> {
        let [variant] = config.production_variants() else { return Err("several variants") };
        let copied = ProductionVariant::builder()
            .set_variant_name(variant.variant_name.clone())
            .set_model_name(variant.model_name.clone())
            .set_instance_type(variant.instance_type.clone())
            .set_initial_instance_count(variant.initial_instance_count)
            .set_initial_variant_weight(variant.initial_variant_weight)
            .build();
        let captures = config.data_capture_config().and_then(|capture| capture.destination_s3_uri());
        let lost = [
            (copied != *variant, "a variant with settings of its own (serverless, scaling, routing, time-outs)"),
            (!config.shadow_production_variants().is_empty(), "shadow variants"),
            (config.async_inference_config().is_some(), "asynchronous inference"),
            (config.explainer_config().is_some(), "an explainer"),
            (captures.is_some_and(|uri| !uri.is_empty()), "data capture"),
            (config.vpc_config().is_some_and(|network| !network.subnets().is_empty()), "a network of its own"),
            (config.execution_role_arn().is_some(), "a role of its own"),
        ];
        if let Some((_, what)) = lost.into_iter().find(|(there, _)| *there) {
            return Err(what);
        }
        Ok(Self {
            name: String::new(),
            model: copied.model_name.clone().unwrap_or_default(),
            intent: String::new(),
            copy_of: config.endpoint_config_name.clone().unwrap_or_default(),
            variant: copied,
            kms_key: config.kms_key_id.clone(),
            // A configuration without this member is not isolated either.
            isolated: config.enable_network_isolation.filter(|isolated| *isolated),
            metrics: config.metrics_config.clone(),
        })
    }
}

impl Call for CreateEndpointConfig {
    const API: Api = Api::sagemaker("CreateEndpointConfig");
    const PERMISSIONS: &'static [Permission] = &[
        Permission::new("sagemaker:CreateEndpointConfig", &["sagemaker:REGION:ACCOUNT:endpoint-config/*"]),
        Permission::new("sagemaker:AddTags", &["sagemaker:REGION:ACCOUNT:endpoint-config/*"]),
    ];

    async fn send(&self, aws: &Aws) -> Result<Receipt, AwsError> {
        let mut variant = self.variant.clone();
        variant.model_name = Some(self.model.clone());
        let tag = |key: &str, value: &str| Tag::builder().key(key).value(value).build();
        let request = aws.sagemaker.create_endpoint_config().endpoint_config_name(&self.name);
        let request = request.production_variants(variant).set_kms_key_id(self.kms_key.clone());
        let request = request.set_enable_network_isolation(self.isolated).set_metrics_config(self.metrics.clone());
        let request = request.tags(tag("sagetop:intent", &self.intent));
        let request = request.tags(tag("sagetop:rolled-back-from", &self.copy_of));
        let reply = request.send().await.map_err(failed)?;
        Ok(Receipt { request_id: reply.request_id().map(str::to_owned), arn: reply.endpoint_config_arn })
    }

    /// Waits until the configuration can be read, because an earlier update would be refused. See
    /// `docs/aws.md#read-after-create`.
    async fn settle(&self, aws: &Aws) {
        for _ in 0..LOOKS {
            if aws.sagemaker.describe_endpoint_config().endpoint_config_name(&self.name).send().await.is_ok() {
                break;
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    }

    async fn effect(parameters: &Value, _: Timestamp, aws: &Aws) -> Result<Option<String>, AwsError> {
        let request = aws.sagemaker.describe_endpoint_config();
        let request = request.endpoint_config_name(text(parameters, "EndpointConfigName"));
        let found = request.send().await.map_err(failed);
        Ok(if_there(found)?.and_then(|config| config.endpoint_config_arn))
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_sagemaker::operation::describe_endpoint_config::builders::DescribeEndpointConfigOutputBuilder;
    use aws_sdk_sagemaker::types as t;

    use super::super::tests::{parameters, unset};
    use super::*;

    type Set = fn(DescribeEndpointConfigOutputBuilder) -> DescribeEndpointConfigOutputBuilder;

    fn variant() -> t::builders::ProductionVariantBuilder {
        let variant = ProductionVariant::builder().variant_name("all").model_name("m12").initial_instance_count(2);
        variant.instance_type(t::ProductionVariantInstanceType::MlC5Large).initial_variant_weight(1.0)
    }

    /// Builds a configuration with one plain variant, and one more member.
    fn config(set: Set) -> DescribeEndpointConfigOutput {
        let plain = DescribeEndpointConfigOutput::builder().endpoint_config_name("web-12");
        set(plain.production_variants(variant().build())).build()
    }

    /// The members of a configuration: the copied ones with their value, and the others with the reason.
    const MEMBERS: [(&str, Set, Result<&str, &str>); 11] = [
        ("EndpointConfigArn", |c| c.endpoint_config_arn("arn"), Ok("null")),
        ("CreationTime", |c| c.creation_time(aws_smithy_types::DateTime::from_secs(1)), Ok("null")),
        ("KmsKeyId", |c| c.kms_key_id("key"), Ok("\"key\"")),
        ("EnableNetworkIsolation", |c| c.enable_network_isolation(true), Ok("true")),
        (
            "MetricsConfig",
            |c| c.metrics_config(MetricsConfig::builder().enable_enhanced_metrics(true).build()),
            Ok("{\"EnableEnhancedMetrics\":true}"),
        ),
        (
            "DataCaptureConfig",
            |c| c.data_capture_config(t::DataCaptureConfig::builder().destination_s3_uri("s3://b/").build()),
            Err("data capture"),
        ),
        (
            "AsyncInferenceConfig",
            |c| c.async_inference_config(t::AsyncInferenceConfig::builder().build()),
            Err("asynchronous inference"),
        ),
        ("ExplainerConfig", |c| c.explainer_config(t::ExplainerConfig::builder().build()), Err("an explainer")),
        (
            "ShadowProductionVariants",
            |c| c.shadow_production_variants(variant().variant_name("shadow").build()),
            Err("shadow variants"),
        ),
        ("ExecutionRoleArn", |c| c.execution_role_arn("role"), Err("a role of its own")),
        ("VpcConfig", |c| c.vpc_config(t::VpcConfig::builder().subnets("s").build()), Err("a network of its own")),
    ];

    #[tokio::test]
    async fn each_member_of_a_configuration_is_copied_or_refused() {
        for (member, set, expected) in MEMBERS {
            match (CreateEndpointConfig::like(&config(set)), expected) {
                (Ok(copy), Ok(value)) => {
                    let sent = parameters(CreateEndpointConfig { name: "web-11".into(), ..copy }).await;
                    assert_eq!(sent.get(member).unwrap_or_default().to_string(), value, "{member}");
                }
                (copy, expected) => assert_eq!(copy.err(), expected.err(), "{member}"),
            }
        }
        let named = DescribeEndpointConfigOutput::builder().endpoint_config_name("web-12");
        let named = named.production_variants(variant().build());
        let whole = MEMBERS.into_iter().fold(named, |config, (_, set, _)| set(config)).build();
        assert_eq!(unset(&whole), Vec::<String>::new(), "a member of DescribeEndpointConfig is not looked at");
    }

    #[tokio::test]
    async fn a_variant_is_copied_whole_or_refused() {
        let plain = CreateEndpointConfig::like(&config(|c| c)).unwrap();
        let copy = CreateEndpointConfig { name: "web-11".into(), model: "m11".into(), intent: "id".into(), ..plain };
        let expected = serde_json::json!({
            "EndpointConfigName": "web-11",
            "ProductionVariants": [{
                "VariantName": "all", "ModelName": "m11", "InitialInstanceCount": 2, "InstanceType": "ml.c5.large",
                "InitialVariantWeight": 1.0,
            }],
            "Tags": [
                {"Key": "sagetop:intent", "Value": "id"},
                {"Key": "sagetop:rolled-back-from", "Value": "web-12"},
            ],
        });
        assert_eq!(parameters(copy).await, expected);
        let timed = |c: DescribeEndpointConfigOutputBuilder| {
            c.set_production_variants(Some(vec![variant().enable_ssm_access(true).build()]))
        };
        let refused = CreateEndpointConfig::like(&config(timed)).unwrap_err();
        assert!(refused.starts_with("a variant with settings of its own"), "{refused}");
    }
}
