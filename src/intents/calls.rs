//! Every mutating call of the program. Each has a file and a line in `calls!`.
//!
//! A call is described once, by [`Call::send`]. The screen, the journal and the command of the AWS CLI show the
//! captured request of `send`; see [`Step`](super::Step).

mod cloudwatch;
#[cfg(feature = "codepipeline")]
mod codepipeline;
mod create_endpoint_config;
mod create_model;
#[cfg(feature = "eventbridge")]
mod eventbridge;
mod pipeline_execution;
#[cfg(feature = "applicationautoscaling")]
mod register_scalable_target;
#[cfg(feature = "ssm")]
mod start_automation_execution;
mod start_pipeline_execution;
mod step_callback;
mod stop_job;
mod update_endpoint;
mod update_endpoint_weights;
mod update_model_package;
#[cfg(feature = "scheduler")]
mod update_schedule;

use std::fmt;

use aws_types::request_id::RequestId;
use jiff::Timestamp;
use serde_json::Value;

use crate::aws::{Aws, AwsError, ErrorKind, SERVICES, Service};

pub(super) use cloudwatch::{DisableAlarmActions, EnableAlarmActions, PutAlarmMuteRule, actions_enabled, mute_rule};
#[cfg(feature = "codepipeline")]
pub(super) use codepipeline::{
    DisableStageTransition, EnableStageTransition, PutApprovalResult, RetryStageExecution, RollbackStage,
};
pub(super) use create_endpoint_config::CreateEndpointConfig;
pub(super) use create_model::CreateModel;
#[cfg(feature = "eventbridge")]
pub(super) use eventbridge::{DisableRule, EnableRule};
pub(super) use pipeline_execution::{RetryPipelineExecution, StopPipelineExecution};
#[cfg(feature = "applicationautoscaling")]
pub(super) use register_scalable_target::RegisterScalableTarget;
#[cfg(feature = "ssm")]
pub(super) use start_automation_execution::StartAutomationExecution;
pub(super) use start_pipeline_execution::{Selective, StartPipelineExecution};
pub(super) use step_callback::{SendPipelineExecutionStepFailure, SendPipelineExecutionStepSuccess};
pub(super) use stop_job::{StopHyperParameterTuningJob, StopProcessingJob, StopTrainingJob, StopTransformJob};
pub(super) use update_endpoint::UpdateEndpoint;
pub(super) use update_endpoint_weights::UpdateEndpointWeightsAndCapacities;
pub(super) use update_model_package::UpdateModelPackage;
#[cfg(feature = "scheduler")]
pub(super) use update_schedule::UpdateSchedule;

/// The name of a call. Its text is that of IAM, such as `sagemaker:UpdateEndpoint`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Api {
    /// The service. The AWS CLI uses the same name for it as IAM.
    pub service: &'static Service,
    /// The operation, such as `UpdateEndpoint`.
    pub operation: &'static str,
}

impl Api {
    /// Returns a call of a service.
    pub(super) const fn of(service: &'static Service, operation: &'static str) -> Self {
        Self { service, operation }
    }

    /// Returns a call of `SageMaker`.
    pub(super) const fn sagemaker(operation: &'static str) -> Self {
        Self::of(&SERVICES.sagemaker, operation)
    }

    /// Returns the command of the AWS CLI, such as `aws sagemaker update-endpoint`.
    #[must_use]
    pub fn command(self) -> String {
        let mut command = format!("aws {} ", self.service.iam);
        for (place, letter) in self.operation.chars().enumerate() {
            if letter.is_ascii_uppercase() && place > 0 {
                command.push('-');
            }
            command.push(letter.to_ascii_lowercase());
        }
        command
    }

    /// Returns whether this is the call of that name in the journal.
    pub(super) fn is(self, journalled: &str) -> bool {
        journalled.split_once(':') == Some((self.service.iam, self.operation))
    }
}

impl fmt::Display for Api {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.service.iam, self.operation)
    }
}

/// A permission of IAM that a call needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Permission {
    /// The action, such as `sagemaker:UpdateEndpoint`.
    pub action: &'static str,
    /// The resources: their ARNs after `arn:aws:`, with `REGION` and `ACCOUNT` in them. Empty where AWS takes `*` only.
    pub resources: &'static [&'static str],
    /// The service to which a role may be passed; absent for other actions.
    pub passed_to: Option<&'static str>,
}

impl Permission {
    /// Returns the permission for an action on some resources.
    pub(super) const fn new(action: &'static str, resources: &'static [&'static str]) -> Self {
        Self { action, resources, passed_to: None }
    }
}

/// The answer of AWS to a call.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Receipt {
    /// The id that AWS gave the request.
    pub request_id: Option<String>,
    /// The ARN of the created or changed resource; its id where AWS gives no ARN.
    pub arn: Option<String>,
}

impl Receipt {
    /// Returns the receipt of an answer that names no resource.
    pub(super) fn of(answer: &impl RequestId) -> Self {
        Self { request_id: answer.request_id().map(str::to_owned), arn: None }
    }
}

/// One mutating call with all its parameters.
pub(super) trait Call: Into<AnyCall> {
    /// Its name.
    const API: Api;
    /// The permissions that it needs.
    const PERMISSIONS: &'static [Permission];
    /// Whether AWS recognises a repeated call by its token, so that it acts only once.
    const REPEATABLE: bool = false;
    /// Whether it starts something that AWS lists from then on. Nothing newer replaces that.
    const STARTS: bool = false;

    /// Makes the call: exactly one request, the same each time. A token that the SDK would otherwise generate must be
    /// given.
    ///
    /// # Errors
    /// The error of AWS. After `Unreachable` the change may have happened nevertheless.
    fn send(&self, aws: &Aws) -> impl Future<Output = Result<Receipt, AwsError>> + Send;

    /// Returns the parameters that the request has in its path and not in its body, with AWS's names.
    fn in_path(&self) -> Vec<(&'static str, String)> {
        Vec::new()
    }

    /// Waits until other calls can use what this one made.
    fn settle(&self, _aws: &Aws) -> impl Future<Output = ()> + Send {
        std::future::ready(())
    }

    /// Looks once for the effect of the call in AWS, and returns its ARN; `None` if there is none. The parameters are
    /// those of the journal. The call was not made before the time, by the clock of this machine.
    ///
    /// # Errors
    /// When AWS does not answer the question.
    fn effect(
        parameters: &Value,
        since: Timestamp,
        aws: &Aws,
    ) -> impl Future<Output = Result<Option<String>, AwsError>> + Send;
}

macro_rules! calls {
    ($($(#[$cfg:meta])* $call:ident,)+) => {
        /// Any of the calls.
        #[derive(Debug, Clone, PartialEq)]
        pub(super) enum AnyCall {
            $($(#[$cfg])* $call($call),)+
        }

        $($(#[$cfg])* impl From<$call> for AnyCall {
            fn from(call: $call) -> Self {
                Self::$call(call)
            }
        })+

        impl AnyCall {
            /// Returns its name.
            pub(super) fn api(&self) -> Api {
                match self { $($(#[$cfg])* Self::$call(_) => $call::API,)+ }
            }

            /// Returns whether AWS recognises a repeated call by its token, so that it acts only once.
            pub(super) fn repeatable(&self) -> bool {
                match self { $($(#[$cfg])* Self::$call(_) => $call::REPEATABLE,)+ }
            }

            /// Returns the parameters in its path; see [`Call::in_path`].
            pub(super) fn in_path(&self) -> Vec<(&'static str, String)> {
                match self { $($(#[$cfg])* Self::$call(call) => call.in_path(),)+ }
            }

            /// Makes the call, once.
            ///
            /// # Errors
            /// Those of [`Call::send`].
            pub(super) async fn send(&self, aws: &Aws) -> Result<Receipt, AwsError> {
                match self { $($(#[$cfg])* Self::$call(call) => call.send(aws).await,)+ }
            }

            /// Waits until other calls can use what this one made.
            pub(super) async fn settle(&self, aws: &Aws) {
                match self { $($(#[$cfg])* Self::$call(call) => call.settle(aws).await,)+ }
            }
        }

        /// Returns whether the call of that name in the journal starts something that AWS lists from then on.
        pub(super) fn starts(name: &str) -> bool {
            $(
                $(#[$cfg])*
                if $call::API.is(name) {
                    return $call::STARTS;
                }
            )+
            false
        }

        /// Looks once for the effect of a journalled call in AWS, and returns the answer that AWS would have given;
        /// `None` if there is no effect. The call was not made before the time.
        ///
        /// # Errors
        /// When AWS does not answer the question, or when the call is one of a newer version of the program.
        pub(super) async fn effect(
            name: &str,
            parameters: &Value,
            since: Timestamp,
            aws: &Aws,
        ) -> Result<Option<Receipt>, AwsError> {
            let found = |arn: Option<String>| arn.map(|arn| Receipt { arn: Some(arn), ..Receipt::default() });
            $(
                $(#[$cfg])*
                if $call::API.is(name) {
                    return Ok(found($call::effect(parameters, since, aws).await?));
                }
            )+
            Err(AwsError::other("nothing", format!("it is not known what {name} leaves behind")))
        }
    };
}

calls! {
    CreateEndpointConfig,
    CreateModel,
    StartPipelineExecution,
    UpdateEndpoint,
    UpdateModelPackage,
    #[cfg(feature = "codepipeline")]
    PutApprovalResult,
    #[cfg(feature = "codepipeline")]
    RetryStageExecution,
    #[cfg(feature = "codepipeline")]
    RollbackStage,
    #[cfg(feature = "codepipeline")]
    DisableStageTransition,
    #[cfg(feature = "codepipeline")]
    EnableStageTransition,
    #[cfg(feature = "eventbridge")]
    EnableRule,
    #[cfg(feature = "eventbridge")]
    DisableRule,
    #[cfg(feature = "scheduler")]
    UpdateSchedule,
    SendPipelineExecutionStepSuccess,
    SendPipelineExecutionStepFailure,
    StopTrainingJob,
    StopHyperParameterTuningJob,
    StopProcessingJob,
    StopTransformJob,
    StopPipelineExecution,
    RetryPipelineExecution,
    UpdateEndpointWeightsAndCapacities,
    #[cfg(feature = "applicationautoscaling")]
    RegisterScalableTarget,
    PutAlarmMuteRule,
    DisableAlarmActions,
    EnableAlarmActions,
    #[cfg(feature = "ssm")]
    StartAutomationExecution,
}

/// Returns a text of the journalled parameters; it is empty if there is none.
pub(super) fn text<'a>(parameters: &'a Value, name: &str) -> &'a str {
    parameters.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// Turns a "not found" error into `None`.
fn if_there<T>(found: Result<T, AwsError>) -> Result<Option<T>, AwsError> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(error) if error.kind == ErrorKind::Gone => Ok(None),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Debug;

    use super::*;
    use crate::aws::Target;
    use crate::intents::Step;

    /// Returns the parameters that a call sends.
    pub(super) async fn parameters(call: impl Call) -> Value {
        let target = Target { region: Some("eu-west-1".into()), ..Target::default() };
        let step = Step::new(&Aws::unconnected(&target, "nothing is sent"), call).await;
        step.unwrap().parameters().clone()
    }

    /// Returns the members of an answer that have no value.
    pub(super) fn unset(answer: &impl Debug) -> Vec<String> {
        let text = format!("{answer:#?}");
        // The members of members are indented further. The id of the request is not part of the answer.
        let own = text.lines().filter(|line| line.starts_with("    ") && !line.starts_with("     "));
        own.filter(|line| line.ends_with(": None,") && !line.contains("_request_id")).map(str::to_owned).collect()
    }

    #[test]
    fn a_call_is_named_as_iam_and_the_command_line_do() {
        let api = UpdateEndpoint::API;
        assert_eq!(api.to_string(), "sagemaker:UpdateEndpoint");
        assert_eq!(api.command(), "aws sagemaker update-endpoint");
        assert!(api.is("sagemaker:UpdateEndpoint") && !api.is("sagemaker:UpdateEndpointWeights"));
    }
}
