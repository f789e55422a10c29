//! The calls that keep alarms from telling anybody, and let them tell again.
//!
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutAlarmMuteRule.html>

use aws_sdk_cloudwatch::operation::get_alarm_mute_rule::GetAlarmMuteRuleOutput;
use aws_sdk_cloudwatch::types::{MuteTargets, Rule};
use aws_smithy_types::DateTime;
use jiff::Timestamp;
use serde_json::Value;

use super::{Api, Call, Permission, Receipt, if_there, text};
use crate::aws::{Aws, AwsError, SERVICES, failed};
use crate::resources::alarm::Alarm;

/// The ARNs of alarms.
const ALARMS: &[&str] = &["cloudwatch:REGION:ACCOUNT:alarm:*"];

/// `PutAlarmMuteRule`: makes a rule, or replaces all of it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct PutAlarmMuteRule {
    /// `Name`.
    pub(crate) name: String,
    /// `Description`.
    pub(crate) description: Option<String>,
    /// `Rule`: the schedule.
    pub(crate) rule: Option<Rule>,
    /// `MuteTargets`: at most 100 alarms.
    pub(crate) targets: Option<MuteTargets>,
    /// `StartDate`.
    pub(crate) start: Option<DateTime>,
    /// `ExpireDate`: after it the rule mutes nothing.
    pub(crate) expire: Option<DateTime>,
}

impl Call for PutAlarmMuteRule {
    const API: Api = Api::of(&SERVICES.cloudwatch, "PutAlarmMuteRule");
    const PERMISSIONS: &'static [Permission] = &[Permission::new(
        "cloudwatch:PutAlarmMuteRule",
        &["cloudwatch:REGION:ACCOUNT:alarm-mute-rule:*", "cloudwatch:REGION:ACCOUNT:alarm:*"],
    )];

    async fn send(&self, aws: &Aws) -> Result<Receipt, AwsError> {
        let request = aws.cloudwatch.put_alarm_mute_rule().name(&self.name);
        let request = request.set_description(self.description.clone()).set_rule(self.rule.clone());
        let request = request.set_mute_targets(self.targets.clone()).set_start_date(self.start);
        let reply = request.set_expire_date(self.expire).send().await.map_err(failed)?;
        Ok(Receipt { arn: Some(self.name.clone()), ..Receipt::of(&reply) })
    }

    /// The rule is there, with the end that was sent.
    async fn effect(parameters: &Value, _: Timestamp, aws: &Aws) -> Result<Option<String>, AwsError> {
        let name = text(parameters, "Name");
        let Some(now) = mute_rule(aws, name).await? else { return Ok(None) };
        let sent = parameters.get("ExpireDate").and_then(Value::as_i64);
        Ok((now.expire_date.map(|at| at.secs()) == sent).then(|| name.to_owned()))
    }
}

/// Reads a mute rule; `None` if there is none of this name.
pub(crate) async fn mute_rule(aws: &Aws, name: &str) -> Result<Option<GetAlarmMuteRuleOutput>, AwsError> {
    if_there(aws.cloudwatch.get_alarm_mute_rule().alarm_mute_rule_name(name).send().await.map_err(failed))
}

/// `DisableAlarmActions`: <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DisableAlarmActions.html>.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DisableAlarmActions {
    /// The name in `AlarmNames`.
    pub(crate) alarm: String,
}

/// `EnableAlarmActions`: <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_EnableAlarmActions.html>.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct EnableAlarmActions {
    /// The name in `AlarmNames`.
    pub(crate) alarm: String,
}

impl Call for DisableAlarmActions {
    const API: Api = Api::of(&SERVICES.cloudwatch, "DisableAlarmActions");
    const PERMISSIONS: &'static [Permission] = &[Permission::new("cloudwatch:DisableAlarmActions", ALARMS)];

    async fn send(&self, aws: &Aws) -> Result<Receipt, AwsError> {
        let request = aws.cloudwatch.disable_alarm_actions().alarm_names(&self.alarm);
        Ok(Receipt::of(&request.send().await.map_err(failed)?))
    }

    async fn effect(parameters: &Value, _: Timestamp, aws: &Aws) -> Result<Option<String>, AwsError> {
        reads(aws, parameters, false).await
    }
}

impl Call for EnableAlarmActions {
    const API: Api = Api::of(&SERVICES.cloudwatch, "EnableAlarmActions");
    const PERMISSIONS: &'static [Permission] = &[Permission::new("cloudwatch:EnableAlarmActions", ALARMS)];

    async fn send(&self, aws: &Aws) -> Result<Receipt, AwsError> {
        let request = aws.cloudwatch.enable_alarm_actions().alarm_names(&self.alarm);
        Ok(Receipt::of(&request.send().await.map_err(failed)?))
    }

    async fn effect(parameters: &Value, _: Timestamp, aws: &Aws) -> Result<Option<String>, AwsError> {
        reads(aws, parameters, true).await
    }
}

/// Returns the name of the alarm of a call, if its actions are enabled as wanted.
async fn reads(aws: &Aws, parameters: &Value, wanted: bool) -> Result<Option<String>, AwsError> {
    let name = parameters.pointer("/AlarmNames/0").and_then(Value::as_str).unwrap_or_default();
    Ok(actions_enabled(aws, name).await?.filter(|enabled| *enabled == wanted).map(|_| name.to_owned()))
}

/// Reads whether the actions of an alarm are enabled; `None` if there is no such alarm.
pub(crate) async fn actions_enabled(aws: &Aws, alarm: &str) -> Result<Option<bool>, AwsError> {
    let found = Alarm::named(aws, &[alarm.to_owned()]).await?;
    Ok(found.into_iter().next().map(|alarm| alarm.actions_enabled))
}
