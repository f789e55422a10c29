//! The actions of an alarm, which are disabled without an end. Where AWS knows mute rules, these are the better way.

use std::time::Duration;

use serde_json::Value;

use super::mute_alarms::refuse_scaling;
use super::unmute_alarm;
use crate::aws::{Aws, AwsError, ErrorKind};
use crate::fmt;
use crate::intents::arguments::command_line;
use crate::intents::calls::{Call, DisableAlarmActions, EnableAlarmActions, actions_enabled};
use crate::intents::{
    Difference, Executor, Guard, Intent, Part, Permission, Plan, Question, Receipt, Refusal, Selection, Step, Switch,
    Switched, Verdict, new_id,
};
use crate::resources::Kind;
use crate::resources::alarm::Alarm;

/// Enable the actions of an alarm, or disable them where AWS knows no mute rules
#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
pub struct SwitchAlarmActions {
    /// Name of the alarm
    pub alarm: String,
    /// What its actions shall be
    pub to: Switch,
}

impl Intent for SwitchAlarmActions {
    const NAME: &'static str = "switch-alarm-actions";
    const HELP: &'static str = "let an alarm tell somebody again";
    const PATIENCE: Duration = Duration::from_mins(1);
    const ON: &'static [Kind] = &[Kind::Alarms];
    const PERMISSIONS: &'static [&'static [Permission]] =
        &[EnableAlarmActions::PERMISSIONS, DisableAlarmActions::PERMISSIONS];
    const READS: &'static [&'static str] = &["cloudwatch:DescribeAlarms", "cloudwatch:ListAlarmMuteRules"];

    fn available(at: &Selection<'_>) -> Result<String, String> {
        let name = at.id_of(Kind::Alarms).ok_or("no alarm is selected")?;
        let alarm = at.store().alarms.get(name).ok_or_else(|| format!("{name} is gone"))?;
        if alarm.actions_enabled {
            return Err("its actions are enabled; mute it for a time instead".to_owned());
        }
        Ok(Switch::Enabled.label("alarm actions"))
    }

    fn question(at: &Selection<'_>) -> Option<Question> {
        let alarm = at.id_of(Kind::Alarms)?.to_owned();
        Some(Question::Nothing(Self { alarm, to: Switch::Enabled }.into()))
    }

    async fn plan(&self, executor: &Executor) -> Result<Plan, Refusal> {
        let aws = &executor.aws;
        let missing = || Refusal::No(format!("there is no alarm {}", self.alarm));
        let found =
            Alarm::named(aws, std::slice::from_ref(&self.alarm)).await?.into_iter().next().ok_or_else(missing)?;
        self.to.refuse_same(found.actions_enabled, &format!("the actions of {}", self.alarm))?;
        let alarm = self.alarm.clone();
        let (step, warning) = match self.to {
            Switch::Enabled => (Step::new(aws, EnableAlarmActions { alarm }).await?, None),
            Switch::Disabled => {
                refuse_scaling(&found).map_err(Refusal::No)?;
                self.refuse_where_mute_rules_are_known(aws).await?;
                let warning = "Nothing enables them again by itself: somebody must remember.".to_owned();
                (Step::new(aws, DisableAlarmActions { alarm }).await?, Some(warning))
            }
        };
        let title = format!("{} the actions of {}", self.to.verb(), self.alarm);
        Ok(Plan {
            differences: vec![Difference::change("actions", self.to.other().word(), self.to.word())],
            warnings: warning.into_iter().collect(),
            then: "The change is immediate. An alarm that fires already calls nobody until it fires anew.".to_owned(),
            undo: format!("sagetop {} {} {}", Self::NAME, fmt::shell_word(&self.alarm), self.to.other().word()),
            steps: vec![step],
            guards: vec![Guard::present(self.clone(), &self.alarm, self.present(aws).await?)],
            inverse: self.switches().pop().map(|switched| switched.back),
            ..Plan::of(new_id(), self.clone(), title, self.alarm.clone())
        })
    }

    async fn present(&self, aws: &Aws) -> Result<String, AwsError> {
        let enabled = actions_enabled(aws, &self.alarm).await?;
        Ok(enabled.map_or("gone", |enabled| Switch::of(enabled).word()).to_owned())
    }

    async fn verify(&self, aws: &Aws, _: &Receipt, _: Duration) -> Result<Verdict, AwsError> {
        Ok(match actions_enabled(aws, &self.alarm).await? {
            Some(enabled) => self.to.verdict(enabled, &format!("calling actions of {}", self.alarm)),
            None => Verdict::Failed(format!("{} is gone", self.alarm)),
        })
    }

    fn switches(&self) -> Vec<Switched> {
        vec![Switched::new(Part::AlarmActions, &self.alarm, self.to, Self { to: self.to.other(), ..self.clone() })]
    }

    fn arguments(&self) -> Option<Vec<String>> {
        Some(command_line([], [self.alarm.as_str(), self.to.word()]))
    }

    fn of_last_call(call: &str, parameters: &Value) -> Option<Self> {
        let alarm = parameters.pointer("/AlarmNames/0")?.as_str()?.to_owned();
        Some(Self { alarm, to: Switch::of(EnableAlarmActions::API.is(call)) })
    }
}

impl SwitchAlarmActions {
    async fn refuse_where_mute_rules_are_known(&self, aws: &Aws) -> Result<(), Refusal> {
        match unmute_alarm::rules_of(aws, &self.alarm).await {
            Err(why) if matches!(why.kind, ErrorKind::Unsupported | ErrorKind::Denied) => Ok(()),
            Err(why) => Err(why.into()),
            Ok(_) => Err(Refusal::No(format!(
                "a mute rule ends by itself, and nobody must remember: sagetop mute-alarms {} --for 1h --reason …",
                fmt::shell_word(&self.alarm)
            ))),
        }
    }
}
