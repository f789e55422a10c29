//! The calls of `EventBridge`: rules of the default bus are enabled and disabled.

use aws_sdk_eventbridge::types::RuleState;
use jiff::Timestamp;
use serde_json::Value;

use super::{Api, Call, Permission, Receipt, text};
use crate::aws::{Aws, AwsError, SERVICES, failed};

/// `EnableRule`: <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_EnableRule.html>.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct EnableRule {
    /// `Name`.
    pub(crate) name: String,
}

/// `DisableRule`: <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_DisableRule.html>.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DisableRule {
    /// `Name`.
    pub(crate) name: String,
}

impl Call for EnableRule {
    const API: Api = Api::of(&SERVICES.eventbridge, "EnableRule");
    const PERMISSIONS: &'static [Permission] =
        &[Permission::new("events:EnableRule", &["events:REGION:ACCOUNT:rule/*"])];

    async fn send(&self, aws: &Aws) -> Result<Receipt, AwsError> {
        Ok(Receipt::of(&aws.eventbridge.enable_rule().name(&self.name).send().await.map_err(failed)?))
    }

    async fn effect(parameters: &Value, _: Timestamp, aws: &Aws) -> Result<Option<String>, AwsError> {
        reads(aws, text(parameters, "Name"), |state| *state != RuleState::Disabled).await
    }
}

impl Call for DisableRule {
    const API: Api = Api::of(&SERVICES.eventbridge, "DisableRule");
    const PERMISSIONS: &'static [Permission] =
        &[Permission::new("events:DisableRule", &["events:REGION:ACCOUNT:rule/*"])];

    async fn send(&self, aws: &Aws) -> Result<Receipt, AwsError> {
        Ok(Receipt::of(&aws.eventbridge.disable_rule().name(&self.name).send().await.map_err(failed)?))
    }

    async fn effect(parameters: &Value, _: Timestamp, aws: &Aws) -> Result<Option<String>, AwsError> {
        reads(aws, text(parameters, "Name"), |state| *state == RuleState::Disabled).await
    }
}

/// Returns the ARN of a rule, if its state is as wanted.
async fn reads(aws: &Aws, name: &str, wanted: fn(&RuleState) -> bool) -> Result<Option<String>, AwsError> {
    let rule = aws.eventbridge.describe_rule().name(name).send().await.map_err(failed)?;
    Ok(rule.arn.filter(|_| rule.state.as_ref().is_some_and(wanted)))
}
