//! The end of the mute rules of an alarm. A rule is not deleted: it expires.

use std::time::Duration;

use aws_sdk_cloudwatch::operation::get_alarm_mute_rule::GetAlarmMuteRuleOutput;
use aws_sdk_cloudwatch::types::AlarmMuteRuleStatus;
use aws_smithy_types::DateTime;
use serde_json::Value;

use super::mute_alarms::soon;
use crate::aws::{Aws, AwsError, failed};
use crate::fmt;
use crate::intents::arguments::{command_line, option};
use crate::intents::calls::{Call, PutAlarmMuteRule, mute_rule, text};
use crate::intents::{
    Difference, Executor, Guard, Intent, MuteAlarms, Part, Permission, Plan, Question, Receipt, Refusal, Selection,
    Step, Switch, Switched, Verdict, new_id,
};
use crate::resources::Kind;

/// End the mute rules of an alarm
#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
pub struct UnmuteAlarm {
    /// Name of the alarm
    pub alarm: String,
    /// A mute rule to end (default: all that mute the alarm once)
    #[arg(long = "rule", value_name = "RULE")]
    pub rules: Vec<String>,
}

/// Lists the rules that mute an alarm now or will.
pub(super) async fn rules_of(aws: &Aws, alarm: &str) -> Result<Vec<String>, AwsError> {
    let request = aws.cloudwatch.list_alarm_mute_rules().alarm_name(alarm).max_records(100);
    let request = request.statuses(AlarmMuteRuleStatus::Active).statuses(AlarmMuteRuleStatus::Scheduled);
    let found = request.send().await.map_err(failed)?.alarm_mute_rule_summaries.unwrap_or_default();
    // A summary has no name, but the ARN ends with it.
    let arns = found.into_iter().filter_map(|summary| summary.alarm_mute_rule_arn);
    let mut names: Vec<String> =
        arns.filter_map(|arn| Some(arn.split_once(":alarm-mute-rule:")?.1.to_owned())).collect();
    names.sort_unstable();
    Ok(names)
}

impl UnmuteAlarm {
    /// Says that no wanted rule mutes the alarm.
    fn nothing(&self) -> String {
        match self.rules.join(", ").as_str() {
            "" => format!("no mute rule is about {}", self.alarm),
            rules => format!("{rules}: no such mute rule is about {} now", self.alarm),
        }
    }

    /// Reads the wanted rules: those that mute once, and the names of those that mute again and again.
    async fn read(&self, aws: &Aws) -> Result<(Vec<GetAlarmMuteRuleOutput>, Vec<String>), AwsError> {
        let (mut once, mut again) = (Vec::new(), Vec::new());
        let wanted = |name: &String| self.rules.is_empty() || self.rules.contains(name);
        for name in rules_of(aws, &self.alarm).await?.into_iter().filter(wanted) {
            match mute_rule(aws, &name).await? {
                Some(rule) if rule.mute_type.as_deref() == Some("ONE_TIME") => once.push(rule),
                Some(_) => again.push(name),
                None => {}
            }
        }
        Ok((once, again))
    }
}

/// Describes a rule: why it mutes, and all that it mutes.
fn row(rule: &GetAlarmMuteRuleOutput) -> Difference {
    let alarms = rule.mute_targets.as_ref().map(|targets| targets.alarm_names().join(", ")).unwrap_or_default();
    Difference {
        what: rule.name.clone().unwrap_or_default(),
        now: rule.status.as_ref().map(|status| status.as_str().to_owned()).unwrap_or_default(),
        then: "EXPIRED".to_owned(),
        note: format!("{} · mutes {alarms}", rule.description.as_deref().unwrap_or("no description")),
    }
}

impl Intent for UnmuteAlarm {
    const NAME: &'static str = "unmute-alarm";
    const HELP: &'static str = "end the mute rules of an alarm";
    const PATIENCE: Duration = Duration::from_mins(5);
    const ON: &'static [Kind] = &[Kind::Alarms];
    const PERMISSIONS: &'static [&'static [Permission]] = &[PutAlarmMuteRule::PERMISSIONS];
    const READS: &'static [&'static str] = &["cloudwatch:ListAlarmMuteRules", "cloudwatch:GetAlarmMuteRule"];

    fn available(at: &Selection<'_>) -> Result<String, String> {
        at.id_of(Kind::Alarms).map(|_| "unmute alarm".to_owned()).ok_or_else(|| "no alarm is selected".to_owned())
    }

    fn question(at: &Selection<'_>) -> Option<Question> {
        Some(Question::Nothing(Self { alarm: at.id_of(Kind::Alarms)?.to_owned(), rules: Vec::new() }.into()))
    }

    async fn plan(&self, executor: &Executor) -> Result<Plan, Refusal> {
        let aws = &executor.aws;
        let was = self.present(aws).await?;
        let (once, again) = self.read(aws).await?;
        let recurs = |name: &String| {
            format!("{name} mutes again and again, and stays: ending it for good is not a matter for the night.")
        };
        if once.is_empty() {
            let why = again.first().map_or_else(|| self.nothing(), recurs);
            return Err(Refusal::No(why));
        }
        let end = soon((executor.clock)());
        let expire = DateTime::from_secs(end.as_second());
        let rules = once.iter().filter_map(|rule| rule.name.clone()).collect();
        let own = Self { rules, ..self.clone() };
        let mut steps = Vec::new();
        for rule in &once {
            let call = PutAlarmMuteRule {
                name: rule.name.clone().unwrap_or_default(),
                description: rule.description.clone(),
                rule: rule.rule.clone(),
                targets: rule.mute_targets.clone(),
                start: rule.start_date,
                expire: Some(expire),
            };
            steps.push(Step::new(aws, call).await?);
        }
        let shared = once.iter().any(|rule| rule.mute_targets.as_ref().is_some_and(|of| of.alarm_names().len() > 1));
        let shared = shared.then(|| "A rule mutes other alarms, too; these are heard again as well.".to_owned());
        Ok(Plan {
            differences: once.iter().map(row).collect(),
            warnings: shared.into_iter().chain(again.iter().map(recurs)).collect(),
            then: format!(
                "The rules expire at {}; done when none of them is active. They are not deleted.",
                end.strftime("%H:%M UTC")
            ),
            undo: format!("Mute it again: sagetop mute-alarms {} --for 1h --reason …", fmt::shell_word(&self.alarm)),
            steps,
            guards: vec![Guard::present(self.clone(), &self.alarm, was)],
            ..Plan::of(new_id(), own, format!("Unmute {}", self.alarm), self.alarm.clone())
        })
    }

    async fn present(&self, aws: &Aws) -> Result<String, AwsError> {
        let (once, _) = self.read(aws).await?;
        let rule = |rule: &GetAlarmMuteRuleOutput| {
            let changed = rule.last_updated_timestamp.map(|at| format!(" of {}", at.secs())).unwrap_or_default();
            format!("{}{changed}", rule.name.as_deref().unwrap_or_default())
        };
        let rules: Vec<String> = once.iter().map(rule).collect();
        Ok(if rules.is_empty() { "not muted".to_owned() } else { format!("muted by {}", rules.join(", ")) })
    }

    /// Looks at the rules that were made to expire. Others may mute the alarm still.
    async fn verify(&self, aws: &Aws, _: &Receipt, waited: Duration) -> Result<Verdict, AwsError> {
        let mut active = Vec::new();
        for name in &self.rules {
            let status = mute_rule(aws, name).await?.and_then(|rule| rule.status);
            if status.is_some_and(|status| status != AlarmMuteRuleStatus::Expired) {
                active.push(name.as_str());
            }
        }
        let rules = self.rules.join(", ");
        Ok(match active.as_slice() {
            [] => Verdict::Done(format!("expired: {rules}")),
            active if waited < Self::PATIENCE => Verdict::Pending(format!("not expired yet: {}", active.join(", "))),
            active => Verdict::Failed(format!("not expired: {}; plan it again", active.join(", "))),
        })
    }

    fn switches(&self) -> Vec<Switched> {
        let mute =
            MuteAlarms { alarms: vec![self.alarm.clone()], time: Duration::from_hours(1), reason: String::new() };
        vec![Switched::new(Part::Mute, &self.alarm, Switch::Enabled, mute)]
    }

    fn arguments(&self) -> Option<Vec<String>> {
        Some(command_line(self.rules.iter().map(|it| option("rule", it)), [&self.alarm]))
    }

    fn of_last_call(_: &str, parameters: &Value) -> Option<Self> {
        let alarm = parameters.pointer("/MuteTargets/AlarmNames/0")?.as_str()?.to_owned();
        Some(Self { alarm, rules: vec![text(parameters, "Name").to_owned()] })
    }
}
