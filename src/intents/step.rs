//! One call of a plan, together with the parameters that are shown of it.

use jiff::Timestamp;
use serde_json::Value;

use super::Refusal;
use super::calls::{AnyCall, Api, Call, Receipt, effect};
use crate::aws::{Aws, AwsError};
use crate::redact;

/// A mutating call as data. Its shown parameters were captured from the request that it will send.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    call: AnyCall,
    parameters: Value,
}

impl Step {
    /// Prepares a call: makes its request once with clients that send nothing, and keeps the parameters.
    ///
    /// # Errors
    /// When the request cannot be made or cannot be shown; then it must not be sent either.
    pub(super) async fn new<C: Call>(aws: &Aws, call: C) -> Result<Self, Refusal> {
        let call: AnyCall = call.into();
        let (clients, capture) = aws.capturing();
        // The clients send nothing, so the call fails; only its request matters.
        let _ = call.send(&clients).await;
        let parameters = capture.parameters();
        let mut parameters =
            parameters.map_err(|why| Refusal::No(format!("{} cannot be planned: {why}", call.api())))?;
        if let Value::Object(members) = &mut parameters {
            members.extend(call.in_path().into_iter().map(|(name, value)| (name.to_owned(), Value::String(value))));
        }
        redact::json(&mut parameters);
        Ok(Self { call, parameters })
    }

    /// Returns the name of the call.
    #[must_use]
    pub fn api(&self) -> Api {
        self.call.api()
    }

    /// Returns the parameters with AWS's names, for the screen and the journal. Values under secret names are replaced.
    #[must_use]
    pub fn parameters(&self) -> &Value {
        &self.parameters
    }

    /// Returns the command of the AWS command line, quoted for a POSIX shell. Values under secret names must be filled
    /// in.
    #[must_use]
    pub fn cli(&self) -> String {
        let json = self.parameters.to_string().replace('\'', r"'\''");
        format!("{} --cli-input-json '{json}'", self.api().command())
    }

    /// Returns whether AWS recognises a repeated call by its token, so that it acts only once.
    pub(super) fn repeatable(&self) -> bool {
        self.call.repeatable()
    }

    /// Makes the call once, and waits until other calls can use its result.
    ///
    /// # Errors
    /// The error of AWS. After `Unreachable` the change may have happened nevertheless.
    pub(super) async fn send(&self, aws: &Aws) -> Result<Receipt, AwsError> {
        let receipt = self.call.send(aws).await?;
        self.call.settle(aws).await;
        Ok(receipt)
    }

    /// Looks once for the effect of the call in AWS, and returns the answer that AWS would have given; `None` if there
    /// is no effect. The call was not made before the time.
    ///
    /// # Errors
    /// When AWS does not answer the question.
    pub(super) async fn effect(&self, since: Timestamp, aws: &Aws) -> Result<Option<Receipt>, AwsError> {
        effect(&self.api().to_string(), &self.parameters, since, aws).await
    }
}

#[cfg(test)]
mod tests {
    use super::super::calls::{StartPipelineExecution, UpdateModelPackage};
    use super::*;
    use crate::aws::Target;

    fn aws() -> Aws {
        Aws::unconnected(&Target { region: Some("eu-west-1".into()), ..Target::default() }, "nothing is sent")
    }

    #[tokio::test]
    async fn the_command_line_says_the_same_and_quotes_what_people_typed() {
        let call = UpdateModelPackage {
            arn: "arn:aws:sagemaker:eu-west-1:1:model-package/fraud/7".into(),
            approval: "Approved".into(),
            description: "it's good; $(rm -rf ~)".into(),
            token: "t".into(),
        };
        let step = Step::new(&aws(), call).await.unwrap();
        let command = step.cli();
        assert!(command.starts_with("aws sagemaker update-model-package --cli-input-json '{\"ModelPackageArn\":"));
        assert!(command.contains(r"it'\''s good; $(rm -rf ~)"), "{command}");
        assert!(step.parameters().get("CustomerMetadataProperties").is_none(), "what is not sent is not shown");
    }

    #[tokio::test]
    async fn a_secret_value_is_sent_and_not_shown() {
        let call = StartPipelineExecution {
            pipeline: "build".into(),
            display_name: "sagetop-1".into(),
            description: String::new(),
            parameters: vec![("DbPassword".into(), "hunter2".into()), ("Epochs".into(), "12".into())],
            selective: None,
            token: "t".into(),
        };
        let step = Step::new(&aws(), call.clone()).await.unwrap();
        let shown = step.parameters().pointer("/PipelineParameters").unwrap();
        let expected = serde_json::json!([
            {"Name": "DbPassword", "Value": redact::MARK}, {"Name": "Epochs", "Value": "12"},
        ]);
        assert_eq!(*shown, expected);
        assert!(!step.cli().contains("hunter2"));
        assert_eq!(step.call, AnyCall::from(call), "the call itself has it");
    }
}
