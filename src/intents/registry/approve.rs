//! Approval and rejection of a version.

use std::time::Duration;

use serde_json::Value;

use super::decision::{self, Decision};
use crate::aws::{Aws, AwsError};
use crate::intents::arguments::{command_line, option};
use crate::intents::calls::{Call, UpdateModelPackage, text};
use crate::intents::{Executor, Intent, Permission, Plan, Question, Receipt, Refusal, Selection, Verdict};
use crate::resources::Kind;

/// Approve a model version
#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
pub struct Approve {
    /// ARN of the model package
    pub arn: String,
    /// Why; kept in AWS with the version
    #[arg(long)]
    pub reason: String,
}

/// Reject a model version
#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
pub struct Reject {
    /// ARN of the model package
    pub arn: String,
    /// Why; kept in AWS with the version
    #[arg(long)]
    pub reason: String,
}

impl Intent for Approve {
    const NAME: &'static str = "approve";
    const HELP: &'static str = "approve the selected version";
    const PATIENCE: Duration = Duration::from_mins(1);
    const ON: &'static [Kind] = &[Kind::Packages];
    const PERMISSIONS: &'static [&'static [Permission]] = &[UpdateModelPackage::PERMISSIONS];
    const READS: &'static [&'static str] = decision::READS;

    fn available(at: &Selection<'_>) -> Result<String, String> {
        Decision::Approve.available(at)
    }

    fn question(at: &Selection<'_>) -> Option<Question> {
        Decision::Approve.question(at, |arn, reason| Self { arn, reason }.into())
    }

    async fn plan(&self, executor: &Executor) -> Result<Plan, Refusal> {
        Box::pin(Decision::Approve.plan(executor, &self.arn, &self.reason, self.clone().into())).await
    }

    async fn verify(&self, aws: &Aws, _receipt: &Receipt, _waited: Duration) -> Result<Verdict, AwsError> {
        Decision::Approve.verify(aws, &self.arn).await
    }

    fn arguments(&self) -> Option<Vec<String>> {
        Some(command_line([option("reason", &self.reason)], [&self.arn]))
    }

    fn of_last_call(_call: &str, parameters: &Value) -> Option<Self> {
        let (arn, reason) = (text(parameters, "ModelPackageArn"), text(parameters, "ApprovalDescription"));
        Some(Self { arn: arn.to_owned(), reason: reason.to_owned() })
    }
}

impl Intent for Reject {
    const NAME: &'static str = "reject";
    const HELP: &'static str = "reject the selected version";
    const PATIENCE: Duration = Duration::from_mins(1);
    const ON: &'static [Kind] = &[Kind::Packages];
    const PERMISSIONS: &'static [&'static [Permission]] = &[UpdateModelPackage::PERMISSIONS];
    const READS: &'static [&'static str] = decision::READS;

    fn available(at: &Selection<'_>) -> Result<String, String> {
        Decision::Reject.available(at)
    }

    fn question(at: &Selection<'_>) -> Option<Question> {
        Decision::Reject.question(at, |arn, reason| Self { arn, reason }.into())
    }

    async fn plan(&self, executor: &Executor) -> Result<Plan, Refusal> {
        Box::pin(Decision::Reject.plan(executor, &self.arn, &self.reason, self.clone().into())).await
    }

    async fn verify(&self, aws: &Aws, _receipt: &Receipt, _waited: Duration) -> Result<Verdict, AwsError> {
        Decision::Reject.verify(aws, &self.arn).await
    }

    fn arguments(&self) -> Option<Vec<String>> {
        Some(command_line([option("reason", &self.reason)], [&self.arn]))
    }

    fn of_last_call(_call: &str, parameters: &Value) -> Option<Self> {
        let (arn, reason) = (text(parameters, "ModelPackageArn"), text(parameters, "ApprovalDescription"));
        Some(Self { arn: arn.to_owned(), reason: reason.to_owned() })
    }
}
