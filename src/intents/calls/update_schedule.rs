//! `UpdateSchedule` of `EventBridge` Scheduler. It replaces the whole schedule, so everything is sent as it was read.
//!
//! <https://docs.aws.amazon.com/scheduler/latest/APIReference/API_UpdateSchedule.html>

use aws_sdk_scheduler::operation::get_schedule::GetScheduleOutput;
use aws_sdk_scheduler::types::ScheduleState;
use jiff::Timestamp;
use serde_json::Value;

use super::{Api, Call, Permission, Receipt, text};
use crate::aws::{Aws, AwsError, SERVICES, failed};

/// The call of this module.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct UpdateSchedule {
    /// The schedule as it was read.
    pub(crate) read: Box<GetScheduleOutput>,
    /// `State`.
    pub(crate) state: ScheduleState,
    /// `ClientToken`: with a repeated token the same change is made once.
    pub(crate) token: String,
}

impl Call for UpdateSchedule {
    const API: Api = Api::of(&SERVICES.scheduler, "UpdateSchedule");
    const REPEATABLE: bool = true;
    const PERMISSIONS: &'static [Permission] = &[
        Permission::new("scheduler:UpdateSchedule", &["scheduler:REGION:ACCOUNT:schedule/*"]),
        // The schedule keeps its role, and AWS asks whether the caller may give it one.
        Permission {
            action: "iam:PassRole",
            resources: &["iam::ACCOUNT:role/SCHEDULE_ROLE"],
            passed_to: Some("scheduler.amazonaws.com"),
        },
    ];

    async fn send(&self, aws: &Aws) -> Result<Receipt, AwsError> {
        let read = (*self.read).clone();
        let request = aws.scheduler.update_schedule();
        let request = request.set_name(read.name).set_group_name(read.group_name);
        let request = request.set_schedule_expression(read.schedule_expression);
        let request = request.set_schedule_expression_timezone(read.schedule_expression_timezone);
        let request = request.set_start_date(read.start_date).set_end_date(read.end_date);
        let request = request.set_description(read.description).set_kms_key_arn(read.kms_key_arn);
        let request = request.set_target(read.target).set_flexible_time_window(read.flexible_time_window);
        let request = request.set_action_after_completion(read.action_after_completion);
        let reply = request.state(self.state.clone()).client_token(&self.token).send().await.map_err(failed)?;
        Ok(Receipt { arn: Some(reply.schedule_arn.clone()), ..Receipt::of(&reply) })
    }

    fn in_path(&self) -> Vec<(&'static str, String)> {
        vec![("Name", self.read.name.clone().unwrap_or_default())]
    }

    async fn effect(parameters: &Value, _: Timestamp, aws: &Aws) -> Result<Option<String>, AwsError> {
        let request = aws.scheduler.get_schedule().name(text(parameters, "Name"));
        let now = request.group_name(text(parameters, "GroupName")).send().await.map_err(failed)?;
        let as_wanted = now.state.as_ref().map(ScheduleState::as_str) == Some(text(parameters, "State"));
        Ok(now.arn.filter(|_| as_wanted))
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_scheduler::types::{FlexibleTimeWindow, FlexibleTimeWindowMode, Target};
    use aws_smithy_types::DateTime;

    use super::super::tests::{parameters, unset};
    use super::*;

    /// A new member of the answer that is not copied is in neither list, and fails this test.
    #[tokio::test]
    async fn every_member_of_a_schedule_is_sent_as_it_was_read() {
        let target = Target::builder().arn("arn:target").role_arn("arn:role").input("{\"a\": 1}").build().unwrap();
        let window = FlexibleTimeWindow::builder().mode(FlexibleTimeWindowMode::Off).build().unwrap();
        let (begin, end) = (DateTime::from_secs(1), DateTime::from_secs(2));
        let read = GetScheduleOutput::builder().arn("arn:own").name("nightly").group_name("ml").state("ENABLED".into());
        let read = read.schedule_expression("rate(1 day)").schedule_expression_timezone("Europe/Berlin");
        let read = read.start_date(begin).end_date(end).creation_date(begin).last_modification_date(begin);
        let read = read.description("d").kms_key_arn("arn:key").target(target).flexible_time_window(window);
        let read = read.action_after_completion("NONE".into()).build();
        assert_eq!(unset(&read), Vec::<String>::new());
        let call = UpdateSchedule { read: Box::new(read), state: ScheduleState::Disabled, token: "t".into() };
        let sent = parameters(call).await;
        let expected = serde_json::json!({
            "Name": "nightly", "GroupName": "ml", "State": "DISABLED", "ScheduleExpression": "rate(1 day)",
            "ScheduleExpressionTimezone": "Europe/Berlin", "StartDate": 1.0, "EndDate": 2.0, "Description": "d",
            "KmsKeyArn": "arn:key", "Target": {"Arn": "arn:target", "RoleArn": "arn:role", "Input": "{\"a\": 1}"},
            "FlexibleTimeWindow": {"Mode": "OFF"}, "ActionAfterCompletion": "NONE", "ClientToken": "t",
        });
        let whole = |value: &Value| value.as_f64().map_or_else(|| value.clone(), |number| serde_json::json!(number));
        let sent: serde_json::Map<String, Value> =
            sent.as_object().unwrap().iter().map(|(name, value)| (name.clone(), whole(value))).collect();
        assert_eq!(Value::Object(sent), expected);
    }
}
