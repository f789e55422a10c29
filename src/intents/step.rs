//! Every mutating call of the crate, as data; and the only place that sends one.

use std::time::Duration;

use aws_sdk_sagemaker::operation::RequestId;
use aws_sdk_sagemaker::operation::describe_endpoint_config::DescribeEndpointConfigOutput;
use aws_sdk_sagemaker::operation::describe_model::DescribeModelOutput;
use aws_sdk_sagemaker::types::{ContainerDefinition, ModelApprovalStatus, Parameter, ProductionVariant, Tag};
use serde_json::{Value, json};

use crate::aws::{Aws, AwsError, failed};
use crate::redact;

/// Seconds that a new configuration may take until it can be read.
const MOMENTS: u32 = 15;

/// One mutating call.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// `UpdateModelPackage`.
    UpdateModelPackage {
        /// `ModelPackageArn`.
        arn: String,
        /// `ModelApprovalStatus`.
        approval: String,
        /// `ApprovalDescription`, at most 1,024 characters.
        description: String,
        /// `ClientToken`; the SDK does not fill it in.
        token: String,
    },
    /// `StartPipelineExecution`.
    StartPipelineExecution {
        /// `PipelineName`.
        pipeline: String,
        /// `PipelineExecutionDisplayName`, at most 82 of `[A-Za-z0-9-]`.
        display_name: String,
        /// `PipelineExecutionDescription`.
        description: String,
        /// `PipelineParameters`: name and value.
        parameters: Vec<(String, String)>,
        /// `ClientRequestToken`: the same one starts the same execution.
        token: String,
    },
    /// `UpdateEndpoint`, all at once and without automatic rollback.
    UpdateEndpoint {
        /// `EndpointName`.
        endpoint: String,
        /// `EndpointConfigName`.
        config: String,
        /// `RetainAllVariantProperties`: keeps instance counts and weights; see `docs/aws.md#retain-variant-properties`.
        retain: bool,
    },
    /// `CreateModel` from a registered version, otherwise like a model that exists.
    CreateModel {
        /// `ModelName`.
        name: String,
        /// ARN of the version.
        package: String,
        /// The model whose role and network it gets.
        like: Box<DescribeModelOutput>,
        /// Id of the intent, as a tag.
        intent: String,
    },
    /// `CreateEndpointConfig` like one that exists, with another model.
    CreateEndpointConfig {
        /// `EndpointConfigName`.
        name: String,
        /// `ModelName` of its only variant.
        model: String,
        /// The configuration that it copies.
        like: Box<DescribeEndpointConfigOutput>,
        /// Id of the intent, as a tag.
        intent: String,
    },
}

/// What AWS answered to a step.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Receipt {
    /// AWS's id of the request.
    pub request_id: Option<String>,
    /// ARN of what was made or changed.
    pub arn: Option<String>,
}

impl Step {
    /// IAM name of the call: `sagemaker:UpdateEndpoint`.
    #[must_use]
    pub fn call(&self) -> &'static str {
        match self {
            Self::UpdateModelPackage { .. } => "sagemaker:UpdateModelPackage",
            Self::StartPipelineExecution { .. } => "sagemaker:StartPipelineExecution",
            Self::UpdateEndpoint { .. } => "sagemaker:UpdateEndpoint",
            Self::CreateModel { .. } => "sagemaker:CreateModel",
            Self::CreateEndpointConfig { .. } => "sagemaker:CreateEndpointConfig",
        }
    }

    /// Does AWS take the same call twice as one, by its token?
    #[must_use]
    pub fn repeatable(&self) -> bool {
        matches!(self, Self::StartPipelineExecution { .. })
    }

    /// The parameters as AWS names them, for the screen and the journal: values under secret names are replaced.
    #[must_use]
    pub fn parameters(&self) -> Value {
        let mut call = self.named_parameters();
        without_nulls(&mut call);
        redact::json(&mut call);
        call
    }

    fn named_parameters(&self) -> Value {
        match self {
            Self::UpdateModelPackage { arn, approval, description, token } => json!({
                "ModelPackageArn": arn, "ModelApprovalStatus": approval,
                "ApprovalDescription": description, "ClientToken": token,
            }),
            Self::StartPipelineExecution { pipeline, display_name, description, parameters, token } => json!({
                "PipelineName": pipeline, "PipelineExecutionDisplayName": display_name,
                "PipelineExecutionDescription": description,
                "PipelineParameters": parameters.iter().map(|(n, v)| json!({"Name": n, "Value": v})).collect::<Vec<_>>(),
                "ClientRequestToken": token,
            }),
            Self::UpdateEndpoint { endpoint, config, retain } => json!({
                "EndpointName": endpoint, "EndpointConfigName": config,
                "RetainAllVariantProperties": retain,
            }),
            Self::CreateModel { name, package, like, intent } => json!({
                "ModelName": name, "Containers": [{"ModelPackageName": package}],
                "ExecutionRoleArn": like.execution_role_arn(),
                "EnableNetworkIsolation": like.enable_network_isolation(),
                "Tags": [{"Key": "sagetop:intent", "Value": intent}],
            }),
            Self::CreateEndpointConfig { name, model, like, intent } => json!({
                "EndpointConfigName": name,
                "ProductionVariants": like.production_variants().iter().map(|v| json!({
                    "VariantName": v.variant_name(), "ModelName": model,
                    "InstanceType": v.instance_type().map(aws_sdk_sagemaker::types::ProductionVariantInstanceType::as_str),
                    "InitialInstanceCount": v.initial_instance_count(),
                    "InitialVariantWeight": v.initial_variant_weight(),
                })).collect::<Vec<_>>(),
                "KmsKeyId": like.kms_key_id(),
                "Tags": [{"Key": "sagetop:intent", "Value": intent}, {"Key": "sagetop:rolled-back-from", "Value": like.endpoint_config_name()}],
            }),
        }
    }

    /// The same call for the AWS command line, quoted for a POSIX shell; values under secret names must be filled in.
    #[must_use]
    pub fn cli(&self) -> String {
        let (_, operation) = self.call().split_once(':').unwrap_or_default();
        let mut command = String::from("aws sagemaker ");
        for (i, c) in operation.chars().enumerate() {
            if c.is_ascii_uppercase() && i > 0 {
                command.push('-');
            }
            command.push(c.to_ascii_lowercase());
        }
        let json = self.parameters().to_string().replace('\'', r"'\''");
        format!("{command} --cli-input-json '{json}'")
    }

    /// Makes the call, once.
    ///
    /// # Errors
    /// What AWS said; after `Unreachable` it may have been done all the same.
    pub async fn send(&self, aws: &Aws) -> Result<Receipt, AwsError> {
        let client = &aws.sagemaker;
        match self {
            Self::UpdateModelPackage { arn, approval, description, token } => {
                let request = client.update_model_package().model_package_arn(arn).client_token(token);
                let request = request.model_approval_status(ModelApprovalStatus::from(approval.as_str()));
                let request = request.approval_description(description);
                let reply = request.send().await.map_err(failed("UpdateModelPackage"))?;
                Ok(Receipt { request_id: reply.request_id().map(str::to_owned), arn: reply.model_package_arn })
            }
            Self::StartPipelineExecution { pipeline, display_name, description, parameters, token } => {
                let parameters =
                    parameters.iter().map(|(n, v)| Parameter::builder().name(n).value(v).build()).collect();
                let request = client.start_pipeline_execution().pipeline_name(pipeline).client_request_token(token);
                let request = request.pipeline_execution_display_name(display_name);
                let request =
                    request.pipeline_execution_description(description).set_pipeline_parameters(Some(parameters));
                let reply = request.send().await.map_err(failed("StartPipelineExecution"))?;
                Ok(Receipt { request_id: reply.request_id().map(str::to_owned), arn: reply.pipeline_execution_arn })
            }
            Self::UpdateEndpoint { endpoint, config, retain } => {
                let request = client.update_endpoint().endpoint_name(endpoint).endpoint_config_name(config);
                let request = request.retain_all_variant_properties(*retain);
                let reply = request.send().await.map_err(failed("UpdateEndpoint"))?;
                Ok(Receipt { request_id: reply.request_id().map(str::to_owned), arn: reply.endpoint_arn })
            }
            Self::CreateModel { name, package, like, intent } => create_model(aws, name, package, like, intent).await,
            Self::CreateEndpointConfig { name, model, like, intent } => {
                create_config(aws, name, model, like, intent).await
            }
        }
    }
}

/// What is not sent is not shown.
fn without_nulls(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|_, v| !v.is_null());
            fields.values_mut().for_each(without_nulls);
        }
        Value::Array(items) => items.iter_mut().for_each(without_nulls),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

async fn create_model(
    aws: &Aws,
    name: &str,
    package: &str,
    like: &DescribeModelOutput,
    intent: &str,
) -> Result<Receipt, AwsError> {
    let container = ContainerDefinition::builder().model_package_name(package).build();
    let request =
        aws.sagemaker.create_model().model_name(name).containers(container).tags(tag("sagetop:intent", intent));
    let request = request.set_execution_role_arn(like.execution_role_arn.clone());
    let request = request.set_enable_network_isolation(like.enable_network_isolation);
    let reply = request.send().await.map_err(failed("CreateModel"))?;
    Ok(Receipt { request_id: reply.request_id().map(str::to_owned), arn: reply.model_arn })
}

async fn create_config(
    aws: &Aws,
    name: &str,
    model: &str,
    like: &DescribeEndpointConfigOutput,
    intent: &str,
) -> Result<Receipt, AwsError> {
    let variant = |v: &ProductionVariant| {
        let mut copy = v.clone();
        copy.model_name = Some(model.to_owned());
        copy
    };
    let source = like.endpoint_config_name().unwrap_or_default();
    let request = aws.sagemaker.create_endpoint_config().endpoint_config_name(name);
    let request = request
        .set_production_variants(Some(like.production_variants().iter().map(variant).collect()))
        .set_kms_key_id(like.kms_key_id.clone())
        .tags(tag("sagetop:intent", intent))
        .tags(tag("sagetop:rolled-back-from", source));
    let reply = request.send().await.map_err(failed("CreateEndpointConfig"))?;
    // What was just made can be read a moment later; an update before that would be refused: docs/aws.md#read-after-create
    for _ in 0..MOMENTS {
        if aws.sagemaker.describe_endpoint_config().endpoint_config_name(name).send().await.is_ok() {
            break;
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    Ok(Receipt { request_id: reply.request_id().map(str::to_owned), arn: reply.endpoint_config_arn })
}

fn tag(key: &str, value: &str) -> Tag {
    Tag::builder().key(key).value(value).build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_says_the_same_and_quotes_what_people_typed() {
        let step = Step::UpdateModelPackage {
            arn: "arn:aws:sagemaker:eu-west-1:1:model-package/fraud/7".into(),
            approval: "Approved".into(),
            description: "it's good; $(rm -rf ~)".into(),
            token: "t".into(),
        };
        let command = step.cli();
        assert!(command.starts_with("aws sagemaker update-model-package --cli-input-json '{\"ModelPackageArn\":"));
        assert!(command.contains(r"it'\''s good; $(rm -rf ~)"), "{command}");
        assert!(step.parameters().get("CustomerMetadataProperties").is_none());
    }
}
