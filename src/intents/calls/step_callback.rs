//! The answers to a callback step of a `SageMaker` pipeline. The token of the step is a credential, so neither the
//! journal nor the screen has it; what became of an answer is read from the step.

use aws_sdk_sagemaker::types::OutputParameter;
use jiff::Timestamp;
use serde_json::Value;

use super::{Api, Call, Permission, Receipt};
use crate::aws::{Aws, AwsError, ErrorKind, failed};

/// `SendPipelineExecutionStepSuccess`:
/// <https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_SendPipelineExecutionStepSuccess.html>.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SendPipelineExecutionStepSuccess {
    /// `CallbackToken`.
    pub(crate) callback: String,
    /// `OutputParameters`: name and value.
    pub(crate) outputs: Vec<(String, String)>,
    /// `ClientRequestToken`: a repeated token is the same request.
    pub(crate) token: String,
}

/// `SendPipelineExecutionStepFailure`:
/// <https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_SendPipelineExecutionStepFailure.html>.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SendPipelineExecutionStepFailure {
    /// `CallbackToken`.
    pub(crate) callback: String,
    /// `FailureReason`, at most 256 characters.
    pub(crate) reason: String,
    /// `ClientRequestToken`: a repeated token is the same request.
    pub(crate) token: String,
}

impl Call for SendPipelineExecutionStepSuccess {
    const API: Api = Api::sagemaker("SendPipelineExecutionStepSuccess");
    const REPEATABLE: bool = true;
    const PERMISSIONS: &'static [Permission] = &[Permission::new("sagemaker:SendPipelineExecutionStepSuccess", &[])];

    async fn send(&self, aws: &Aws) -> Result<Receipt, AwsError> {
        let outputs =
            self.outputs.iter().map(|(name, value)| OutputParameter::builder().name(name).value(value).build());
        let outputs = Some(outputs.collect::<Vec<_>>()).filter(|outputs| !outputs.is_empty());
        let request = aws.sagemaker.send_pipeline_execution_step_success().callback_token(&self.callback);
        let request = request.set_output_parameters(outputs).client_request_token(&self.token);
        let reply = request.send().await.map_err(failed)?;
        Ok(Receipt { arn: reply.pipeline_execution_arn.clone(), ..Receipt::of(&reply) })
    }

    async fn effect(_: &Value, _: Timestamp, _: &Aws) -> Result<Option<String>, AwsError> {
        Err(unknown())
    }
}

impl Call for SendPipelineExecutionStepFailure {
    const API: Api = Api::sagemaker("SendPipelineExecutionStepFailure");
    const REPEATABLE: bool = true;
    const PERMISSIONS: &'static [Permission] = &[Permission::new("sagemaker:SendPipelineExecutionStepFailure", &[])];

    async fn send(&self, aws: &Aws) -> Result<Receipt, AwsError> {
        let request = aws.sagemaker.send_pipeline_execution_step_failure().callback_token(&self.callback);
        let request = request.failure_reason(&self.reason).client_request_token(&self.token);
        let reply = request.send().await.map_err(failed)?;
        Ok(Receipt { arn: reply.pipeline_execution_arn.clone(), ..Receipt::of(&reply) })
    }

    async fn effect(_: &Value, _: Timestamp, _: &Aws) -> Result<Option<String>, AwsError> {
        Err(unknown())
    }
}

/// Without the token nothing tells which step was meant, and no further look would. The call is repeatable, so that it
/// is sent again instead.
fn unknown() -> AwsError {
    let why = AwsError::other("nothing", "the journal has no tokens; look at the step of the run");
    AwsError { kind: ErrorKind::Unsupported, ..why }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::Target;

    #[tokio::test]
    async fn nobody_waits_for_an_effect_that_cannot_be_seen() {
        let target = Target { region: Some("eu-west-1".into()), ..Target::default() };
        let aws = Aws::unconnected(&target, "nothing is sent");
        let success =
            SendPipelineExecutionStepSuccess::effect(&Value::Null, Timestamp::UNIX_EPOCH, &aws).await.unwrap_err();
        let failure =
            SendPipelineExecutionStepFailure::effect(&Value::Null, Timestamp::UNIX_EPOCH, &aws).await.unwrap_err();
        assert_eq!([success.kind, failure.kind], [ErrorKind::Unsupported; 2]);
    }
}
