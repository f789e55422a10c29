//! The calls about an execution of a `SageMaker` pipeline: it is stopped, or goes on where it failed.

use jiff::Timestamp;
use serde_json::Value;

use super::{Api, Call, Permission, Receipt, text};
use crate::aws::{Aws, AwsError, failed};

/// The ARNs of executions.
const EXECUTIONS: &[&str] = &["sagemaker:REGION:ACCOUNT:pipeline/*/execution/*"];

/// `StopPipelineExecution`: <https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_StopPipelineExecution.html>.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StopPipelineExecution {
    /// `PipelineExecutionArn`.
    pub(crate) arn: String,
    /// `ClientRequestToken`: a repeated token is the same request.
    pub(crate) token: String,
}

/// `RetryPipelineExecution`: <https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_RetryPipelineExecution.html>.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RetryPipelineExecution {
    /// `PipelineExecutionArn`.
    pub(crate) arn: String,
    /// `ClientRequestToken`: a repeated token is the same request.
    pub(crate) token: String,
}

impl Call for StopPipelineExecution {
    const API: Api = Api::sagemaker("StopPipelineExecution");
    const REPEATABLE: bool = true;
    const PERMISSIONS: &'static [Permission] = &[Permission::new("sagemaker:StopPipelineExecution", EXECUTIONS)];

    async fn send(&self, aws: &Aws) -> Result<Receipt, AwsError> {
        let request = aws.sagemaker.stop_pipeline_execution().pipeline_execution_arn(&self.arn);
        let reply = request.client_request_token(&self.token).send().await.map_err(failed)?;
        Ok(Receipt { arn: reply.pipeline_execution_arn.clone(), ..Receipt::of(&reply) })
    }

    async fn effect(parameters: &Value, _: Timestamp, aws: &Aws) -> Result<Option<String>, AwsError> {
        reads(aws, parameters, |status| matches!(status, "Stopping" | "Stopped")).await
    }
}

impl Call for RetryPipelineExecution {
    const API: Api = Api::sagemaker("RetryPipelineExecution");
    const REPEATABLE: bool = true;
    const PERMISSIONS: &'static [Permission] = &[Permission::new("sagemaker:RetryPipelineExecution", EXECUTIONS)];

    async fn send(&self, aws: &Aws) -> Result<Receipt, AwsError> {
        let request = aws.sagemaker.retry_pipeline_execution().pipeline_execution_arn(&self.arn);
        let reply = request.client_request_token(&self.token).send().await.map_err(failed)?;
        Ok(Receipt { arn: reply.pipeline_execution_arn.clone(), ..Receipt::of(&reply) })
    }

    async fn effect(parameters: &Value, _: Timestamp, aws: &Aws) -> Result<Option<String>, AwsError> {
        reads(aws, parameters, |status| matches!(status, "Executing" | "Succeeded")).await
    }
}

/// Returns the ARN of the execution, if its status is as wanted.
async fn reads(aws: &Aws, parameters: &Value, wanted: fn(&str) -> bool) -> Result<Option<String>, AwsError> {
    let request = aws.sagemaker.describe_pipeline_execution();
    let request = request.pipeline_execution_arn(text(parameters, "PipelineExecutionArn"));
    let now = request.send().await.map_err(failed)?;
    let as_wanted = now.pipeline_execution_status.as_ref().is_some_and(|status| wanted(status.as_str()));
    Ok(now.pipeline_execution_arn.filter(|_| as_wanted))
}
