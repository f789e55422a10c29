//! Every mutating call of the program: a file and a line in `calls!` for each.
//!
//! A call is described once, by [`Call::send`]. What is shown, journalled and printed as a command of the AWS CLI is
//! captured from the request that `send` makes; see [`Step`](super::Step).

mod create_endpoint_config;
mod create_model;
mod start_pipeline_execution;
mod update_endpoint;
mod update_model_package;

use std::fmt;

use serde_json::Value;

use crate::aws::{Aws, AwsError, ErrorKind, SERVICES, Service};

pub(super) use create_endpoint_config::CreateEndpointConfig;
pub(super) use create_model::CreateModel;
pub(super) use start_pipeline_execution::StartPipelineExecution;
pub(super) use update_endpoint::UpdateEndpoint;
pub(super) use update_model_package::UpdateModelPackage;

/// The name of a call; as text that of IAM, such as `sagemaker:UpdateEndpoint`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Api {
    /// The service. The AWS CLI calls it as IAM does.
    pub service: &'static Service,
    /// The operation, such as `UpdateEndpoint`.
    pub operation: &'static str,
}

impl Api {
    /// A call of `SageMaker`.
    pub(super) const fn sagemaker(operation: &'static str) -> Self {
        Self { service: &SERVICES.sagemaker, operation }
    }

    /// The command of the AWS CLI, such as `aws sagemaker update-endpoint`.
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

    /// Is it the call that the journal names so?
    pub(super) fn is(self, journalled: &str) -> bool {
        journalled.split_once(':') == Some((self.service.iam, self.operation))
    }
}

impl fmt::Display for Api {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.service.iam, self.operation)
    }
}

/// What AWS answered to a call.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Receipt {
    /// AWS's id of the request.
    pub request_id: Option<String>,
    /// ARN of what was made or changed.
    pub arn: Option<String>,
}

/// One mutating call, with everything that it sends.
pub(super) trait Call: Into<AnyCall> {
    /// Its name.
    const API: Api;
    /// Does AWS take the same call twice as one, by its token?
    const REPEATABLE: bool = false;

    /// Makes the call: exactly one request, the same each time. A token that the SDK would make up must be given.
    ///
    /// # Errors
    /// What AWS said; after `Unreachable` it may have been done all the same.
    fn send(&self, aws: &Aws) -> impl Future<Output = Result<Receipt, AwsError>> + Send;

    /// Waits until other calls can use what this one made.
    fn settle(&self, _aws: &Aws) -> impl Future<Output = ()> + Send {
        std::future::ready(())
    }

    /// Looks once for what the call leaves behind in AWS, and returns its ARN; `None` when it is not there. The parameters
    /// are those of the journal.
    ///
    /// # Errors
    /// When AWS does not answer the question.
    fn effect(parameters: &Value, aws: &Aws) -> impl Future<Output = Result<Option<String>, AwsError>> + Send;
}

macro_rules! calls {
    ($($call:ident,)+) => {
        /// Any of the calls.
        #[derive(Debug, Clone, PartialEq)]
        pub(super) enum AnyCall {
            $($call($call),)+
        }

        $(impl From<$call> for AnyCall {
            fn from(call: $call) -> Self {
                Self::$call(call)
            }
        })+

        impl AnyCall {
            /// Its name.
            pub(super) fn api(&self) -> Api {
                match self { $(Self::$call(_) => $call::API,)+ }
            }

            /// Does AWS take the same call twice as one, by its token?
            pub(super) fn repeatable(&self) -> bool {
                match self { $(Self::$call(_) => $call::REPEATABLE,)+ }
            }

            /// Makes the call, once.
            ///
            /// # Errors
            /// Those of [`Call::send`].
            pub(super) async fn send(&self, aws: &Aws) -> Result<Receipt, AwsError> {
                match self { $(Self::$call(call) => call.send(aws).await,)+ }
            }

            /// Waits until other calls can use what this one made.
            pub(super) async fn settle(&self, aws: &Aws) {
                match self { $(Self::$call(call) => call.settle(aws).await,)+ }
            }
        }

        /// Looks once for what a call of the journal left behind in AWS, and returns what AWS would have answered;
        /// `None` when it is not there.
        ///
        /// # Errors
        /// When AWS does not answer the question, or when the call is one of a newer version of the program.
        pub(super) async fn effect(name: &str, parameters: &Value, aws: &Aws) -> Result<Option<Receipt>, AwsError> {
            let arn = $(if $call::API.is(name) {
                $call::effect(parameters, aws).await?
            } else)+ {
                return Err(AwsError::other("nothing", format!("it is not known what {name} leaves behind")));
            };
            Ok(arn.map(|arn| Receipt { arn: Some(arn), ..Receipt::default() }))
        }
    };
}

calls! { CreateEndpointConfig, CreateModel, StartPipelineExecution, UpdateEndpoint, UpdateModelPackage, }

/// A text of the journalled parameters; empty where there is none.
pub(super) fn text<'a>(parameters: &'a Value, name: &str) -> &'a str {
    parameters.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// Turns "not found" into `None`.
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

    /// What a call sends.
    pub(super) async fn parameters(call: impl Call) -> Value {
        let target = Target { region: Some("eu-west-1".into()), ..Target::default() };
        let step = Step::new(&Aws::unconnected(&target, "nothing is sent"), call).await;
        step.unwrap().parameters().clone()
    }

    /// The members of an answer that have no value.
    pub(super) fn unset(answer: &impl Debug) -> Vec<String> {
        let text = format!("{answer:#?}");
        // Members of its members are indented further. The id of the request is not of the answer.
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
