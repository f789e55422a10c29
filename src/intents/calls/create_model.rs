//! `CreateModel` from a registered version; everything else is copied from an existing model.

use aws_sdk_sagemaker::operation::RequestId;
use aws_sdk_sagemaker::operation::describe_model::DescribeModelOutput;
use aws_sdk_sagemaker::types::{ContainerDefinition, ContainerMode, InferenceExecutionConfig, Tag};
use jiff::Timestamp;
use serde_json::Value;

use super::{Api, Call, Permission, Receipt, if_there, text};
use crate::aws::{Aws, AwsError, failed};

/// The call of this module.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct CreateModel {
    /// `ModelName`.
    pub(crate) name: String,
    /// The ARN of the version for its only container.
    pub(crate) package: String,
    /// The id of the intent, as a tag.
    pub(crate) intent: String,
    /// The settings of the container besides the version, such as environment variables.
    pub(crate) container: ContainerDefinition,
    /// `ExecutionRoleArn`.
    pub(crate) role: Option<String>,
    /// `EnableNetworkIsolation`.
    pub(crate) isolated: Option<bool>,
    /// `InferenceExecutionConfig`.
    pub(crate) execution: Option<InferenceExecutionConfig>,
}

impl CreateModel {
    /// Makes a call that copies a model. The caller must still set the name, the version and the intent.
    ///
    /// # Errors
    /// The part of the model that would not be copied, as a phrase.
    pub(crate) fn like(model: &DescribeModelOutput) -> Result<Self, &'static str> {
        let containers: Vec<_> = model.primary_container().into_iter().chain(model.containers()).collect();
        let [container] = containers[..] else { return Err("several containers") };
        let copied = ContainerDefinition::builder()
            .set_container_hostname(container.container_hostname.clone())
            .set_environment(container.environment.clone())
            .set_container_metrics_config(container.container_metrics_config.clone())
            .build();
        if without_version(container) != copied {
            return Err("a container with settings of its own (many models, a specification of the version)");
        }
        if model.vpc_config().is_some_and(|network| !network.subnets().is_empty()) {
            return Err("a network of its own");
        }
        Ok(Self {
            name: String::new(),
            package: String::new(),
            intent: String::new(),
            container: copied,
            role: model.execution_role_arn.clone(),
            isolated: model.enable_network_isolation,
            execution: model.inference_execution_config.clone(),
        })
    }
}

/// Returns the settings of a container that do not come from its version.
fn without_version(container: &ContainerDefinition) -> ContainerDefinition {
    let mut own = container.clone();
    (own.image, own.model_data_url, own.model_data_source, own.model_package_name) = (None, None, None, None);
    own.mode = own.mode.filter(|mode| *mode != ContainerMode::SingleModel);
    own
}

impl Call for CreateModel {
    const API: Api = Api::sagemaker("CreateModel");
    const PERMISSIONS: &'static [Permission] = &[
        Permission::new("sagemaker:CreateModel", &["sagemaker:REGION:ACCOUNT:model/*"]),
        Permission::new("sagemaker:AddTags", &["sagemaker:REGION:ACCOUNT:model/*"]),
        // The new model gets the role of the old one.
        Permission {
            action: "iam:PassRole",
            resources: &["iam::ACCOUNT:role/MODEL_EXECUTION_ROLE"],
            passed_to: Some("sagemaker.amazonaws.com"),
        },
    ];

    async fn send(&self, aws: &Aws) -> Result<Receipt, AwsError> {
        let mut container = self.container.clone();
        container.model_package_name = Some(self.package.clone());
        let intent = Tag::builder().key("sagetop:intent").value(&self.intent).build();
        let request = aws.sagemaker.create_model().model_name(&self.name).containers(container).tags(intent);
        let request = request.set_execution_role_arn(self.role.clone());
        let request = request.set_enable_network_isolation(self.isolated);
        let request = request.set_inference_execution_config(self.execution.clone());
        let reply = request.send().await.map_err(failed)?;
        Ok(Receipt { request_id: reply.request_id().map(str::to_owned), arn: reply.model_arn })
    }

    async fn effect(parameters: &Value, _: Timestamp, aws: &Aws) -> Result<Option<String>, AwsError> {
        let request = aws.sagemaker.describe_model().model_name(text(parameters, "ModelName"));
        let found = request.send().await.map_err(failed);
        Ok(if_there(found)?.and_then(|model| model.model_arn))
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_sagemaker::operation::describe_model::builders::DescribeModelOutputBuilder;
    use aws_sdk_sagemaker::types as t;

    use super::super::tests::{parameters, unset};
    use super::*;
    use crate::redact;

    type Set = fn(DescribeModelOutputBuilder) -> DescribeModelOutputBuilder;

    fn container() -> t::builders::ContainerDefinitionBuilder {
        ContainerDefinition::builder().model_package_name("fraud/12").image("img").model_data_url("s3://b/m.tar.gz")
    }

    /// Builds a model with one container from the registry, and one more member.
    fn model(set: Set) -> DescribeModelOutput {
        set(DescribeModelOutput::builder().model_name("m12").primary_container(container().build())).build()
    }

    /// The members of a model: the copied ones with their value, and the others with the reason.
    const MEMBERS: [(&str, Set, Result<&str, &str>); 10] = [
        ("ModelArn", |m| m.model_arn("arn"), Ok("null")),
        ("CreationTime", |m| m.creation_time(aws_smithy_types::DateTime::from_secs(1)), Ok("null")),
        ("ExecutionRoleArn", |m| m.execution_role_arn("role"), Ok("\"role\"")),
        ("EnableNetworkIsolation", |m| m.enable_network_isolation(true), Ok("true")),
        (
            "InferenceExecutionConfig",
            |m| {
                let direct = t::InferenceExecutionConfig::builder().mode(t::InferenceExecutionMode::Direct);
                m.inference_execution_config(direct.build())
            },
            Ok("{\"Mode\":\"Direct\"}"),
        ),
        // A recommendation of AWS is not a setting.
        (
            "DeploymentRecommendation",
            |m| m.deployment_recommendation(t::DeploymentRecommendation::builder().build()),
            Ok("null"),
        ),
        ("VpcConfig", |m| m.vpc_config(t::VpcConfig::builder().subnets("s").build()), Err("a network of its own")),
        ("Containers", |m| m.containers(container().build()), Err("several containers")),
        (
            "PrimaryContainer",
            |m| m.primary_container(container().mode(ContainerMode::MultiModel).build()),
            Err("a container with settings of its own (many models, a specification of the version)"),
        ),
        (
            "PrimaryContainer",
            |m| m.primary_container(container().inference_specification_name("small").build()),
            Err("a container with settings of its own (many models, a specification of the version)"),
        ),
    ];

    #[tokio::test]
    async fn each_member_of_a_model_is_copied_or_refused() {
        for (member, set, expected) in MEMBERS {
            match (CreateModel::like(&model(set)), expected) {
                (Ok(copy), Ok(value)) => {
                    let copy = CreateModel { name: "m11".into(), package: "fraud/11".into(), ..copy };
                    let sent = parameters(copy).await;
                    assert_eq!(sent.get(member).unwrap_or_default().to_string(), value, "{member}");
                }
                (copy, expected) => assert_eq!(copy.err(), expected.err(), "{member}"),
            }
        }
        let whole = MEMBERS.into_iter().fold(DescribeModelOutput::builder().model_name("m"), |m, (_, set, _)| set(m));
        assert_eq!(unset(&whole.build()), Vec::<String>::new(), "a member of DescribeModel is not looked at");
    }

    #[tokio::test]
    async fn a_container_keeps_what_does_not_come_from_its_version() {
        let own =
            container().environment("LEVEL", "1").container_hostname("h").mode(ContainerMode::SingleModel).build();
        let copy = CreateModel::like(&DescribeModelOutput::builder().containers(own.clone()).build()).unwrap();
        let sent = parameters(CreateModel { package: "fraud/11".into(), ..copy.clone() }).await;
        // The values of variables may be secrets, so they are sent and not shown.
        let expected = serde_json::json!([
            {"ContainerHostname": "h", "Environment": {"LEVEL": redact::MARK}, "ModelPackageName": "fraud/11"}
        ]);
        assert_eq!(copy.container.environment(), own.environment());
        assert_eq!(sent.get("Containers"), Some(&expected));
    }
}
