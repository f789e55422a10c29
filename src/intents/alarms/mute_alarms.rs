//! Alarms that tell nobody for a time: a mute rule that ends by itself.
//!
//! The facts about mute rules are in `docs/aws.md#mute-rules-of-alarms`.

use std::time::Duration;

use aws_sdk_cloudwatch::types::{AlarmMuteRuleStatus, MuteTargets, Rule, Schedule};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::aws::{Aws, AwsError};
use crate::fmt;
use crate::intents::calls::{Call, PutAlarmMuteRule, mute_rule};
use crate::intents::{
    Difference, Executor, Guard, Input, Intent, Part, Permission, Plan, Question, Receipt, Refusal, Selection, Step,
    Switch, Switched, UnmuteAlarm, Values, Verdict, new_id, reason,
};
use crate::resources::Kind;
use crate::resources::alarm::Alarm;
use crate::resources::pipeline::Parameter;
use crate::view::Line;

/// The most alarms of a rule.
const MOST: usize = 100;
/// The longest time that a rule mutes at once.
const LONGEST: Duration = Duration::from_hours(15 * 24);
/// The longest reason. AWS takes 1,024 characters, and the id of the intent follows the reason.
const LONGEST_REASON: usize = 900;

/// Mute alarms for a time
#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
pub struct MuteAlarms {
    /// Names of the alarms, at most 100
    #[arg(required = true)]
    pub alarms: Vec<String>,
    /// How long, such as 30m, 2h or 1d; at most 15d
    #[arg(long = "for", value_name = "TIME", value_parser = time)]
    pub time: Duration,
    /// Why; everybody reads it
    #[arg(long)]
    pub reason: String,
}

/// Reads `30m`, `2h` or `1d`.
fn time(text: &str) -> Result<Duration, String> {
    let wrong = || "write a time such as 30m, 2h or 1d, at most 15d".to_owned();
    let text = text.trim();
    let (number, minutes) = [("m", 1), ("h", 60), ("d", 24 * 60)]
        .into_iter()
        .find_map(|(unit, minutes)| Some((text.strip_suffix(unit)?, minutes)))
        .ok_or_else(wrong)?;
    let minutes = number.parse::<u64>().ok().and_then(|number| number.checked_mul(minutes)).ok_or_else(wrong)?;
    let time = Duration::from_mins(minutes);
    (minutes > 0 && time <= LONGEST).then_some(time).ok_or_else(wrong)
}

/// Returns the full minute after the next one. A schedule knows no seconds, and reading and confirming the plan takes
/// time: AWS does not tell what a begin in the past means.
pub(super) fn soon(now: Timestamp) -> Timestamp {
    Timestamp::from_second((now.as_second() / 60 + 2) * 60).unwrap_or(now)
}

/// Refuses an alarm that auto scaling needs: without its actions nothing is scaled.
pub(super) fn refuse_scaling(alarm: &Alarm) -> Result<(), String> {
    if alarm.drives_scaling() {
        return Err(format!("{} drives auto scaling, which would stop as well", alarm.name));
    }
    Ok(())
}

impl MuteAlarms {
    /// Returns the name that the operator types. Of several alarms, it is that of the first and the number of the others.
    fn target(&self) -> String {
        match self.alarms.as_slice() {
            [first, others @ ..] if !others.is_empty() => format!("{first} +{}", others.len()),
            alarms => alarms.concat(),
        }
    }

    /// Reads the alarms, all of which must be there.
    async fn read(&self, aws: &Aws) -> Result<Vec<Alarm>, Refusal> {
        if self.alarms.len() > MOST {
            return Err(Refusal::No(format!("a mute rule has at most {MOST} alarms")));
        }
        let found = Alarm::named(aws, &self.alarms).await?;
        match self.alarms.iter().find(|name| !found.iter().any(|alarm| alarm.name == **name)) {
            Some(missing) => Err(Refusal::No(format!("there is no alarm {missing}"))),
            None => Ok(found),
        }
    }

    fn rule(&self, begin: Timestamp) -> Rule {
        let schedule = Schedule::builder().expression(format!("at({})", begin.strftime("%Y-%m-%dT%H:%M")));
        let schedule = schedule.duration(format!("PT{}M", self.time.as_secs() / 60)).timezone("UTC").build();
        Rule::builder().schedule(schedule).build()
    }
}

impl Intent for MuteAlarms {
    const NAME: &'static str = "mute-alarms";
    const HELP: &'static str = "mute an alarm for a time";
    const PATIENCE: Duration = Duration::from_mins(5);
    const ON: &'static [Kind] = &[Kind::Alarms];
    const PERMISSIONS: &'static [&'static [Permission]] = &[PutAlarmMuteRule::PERMISSIONS];
    const READS: &'static [&'static str] =
        &["cloudwatch:DescribeAlarms", "cloudwatch:ListAlarmMuteRules", "cloudwatch:GetAlarmMuteRule"];

    fn available(at: &Selection<'_>) -> Result<String, String> {
        let name = at.id_of(Kind::Alarms).ok_or("no alarm is selected")?;
        let alarm = at.store().alarms.get(name).ok_or_else(|| format!("{name} is gone"))?;
        refuse_scaling(alarm)?;
        Ok("mute alarms".to_owned())
    }

    fn question(at: &Selection<'_>) -> Option<Question> {
        let name = at.id_of(Kind::Alarms)?.to_owned();
        let parameter = Parameter { name: "for".to_owned(), default: Some("1h".to_owned()), ..Parameter::default() };
        let text = "It changes its state as ever and tells nobody. Times are such as 30m, 2h or 1d.";
        let title = format!("Mute {name}");
        let make = move |values: &[String]| {
            let value = |place: usize| values.get(place).map(|value| value.trim()).unwrap_or_default();
            let (time, reason) = (time(value(0))?, value(1).to_owned());
            reason::check(&reason, LONGEST_REASON)?;
            Ok(Self { alarms: vec![name.clone()], time, reason }.into())
        };
        let inputs = vec![Input::Parameter(parameter), Input::Text("reason")];
        Some(Question::Values(Values { title, text: vec![Line::new().muted(text)], inputs, intent: Box::new(make) }))
    }

    async fn plan(&self, executor: &Executor) -> Result<Plan, Refusal> {
        let why = self.reason.trim();
        reason::check(why, LONGEST_REASON).map_err(Refusal::No)?;
        let alarms = self.read(&executor.aws).await?;
        alarms.iter().try_for_each(refuse_scaling).map_err(Refusal::No)?;
        let begin = soon((executor.clock)());
        let end = begin + SignedDuration::try_from(self.time).unwrap_or_default();
        let (id, time) = (new_id(), fmt::span(self.time));
        let name = format!("sagetop-{}", id.chars().take(8).collect::<String>());
        let back = self.alarms.first().map(|alarm| UnmuteAlarm { alarm: alarm.clone(), rules: vec![name.clone()] });
        let call = PutAlarmMuteRule {
            name: name.clone(),
            description: Some(format!("{why} (sagetop, intent {id})")),
            rule: Some(self.rule(begin)),
            targets: Some(MuteTargets::builder().set_alarm_names(Some(self.alarms.clone())).build()),
            start: None,
            expire: None,
        };
        let fires = alarms.iter().filter(|alarm| alarm.firing());
        let fires = fires.map(|alarm| format!("{} is in ALARM now: nobody will hear that it goes on.", alarm.name));
        let rows = alarms.iter().map(|alarm| {
            Difference::change(
                &alarm.name,
                alarm.state.clone(),
                format!("muted until {}", end.strftime("%d %H:%M UTC")),
            )
        });
        Ok(Plan {
            differences: rows.collect(),
            checks: vec!["None of them drives auto scaling".to_owned()],
            warnings: fires.collect(),
            then: format!(
                "Begins at {} and ends by itself after {time}; done when the rule is active.",
                begin.strftime("%H:%M UTC")
            ),
            undo: format!(
                "sagetop unmute-alarm {} --rule {name}",
                self.alarms.first().map(|name| fmt::shell_word(name)).unwrap_or_default()
            ),
            steps: vec![Step::new(&executor.aws, call).await?],
            guards: vec![Guard::present(self.clone(), &self.target(), self.present(&executor.aws).await?)],
            inverse: back.map(|back| Box::new(back.into())),
            ..Plan::of(id, self.clone(), format!("Mute {} for {time}", self.target()), self.target())
        })
    }

    /// Names the rules that mute the first alarm, so that nobody mutes it twice.
    async fn present(&self, aws: &Aws) -> Result<String, AwsError> {
        let first = self.alarms.first().map(String::as_str).unwrap_or_default();
        let rules = super::unmute_alarm::rules_of(aws, first).await?;
        Ok(if rules.is_empty() { "not muted".to_owned() } else { format!("muted by {}", rules.join(", ")) })
    }

    async fn verify(&self, aws: &Aws, receipt: &Receipt, _: Duration) -> Result<Verdict, AwsError> {
        let name = receipt.arn.as_deref().unwrap_or_default();
        let Some(rule) = mute_rule(aws, name).await? else {
            return Ok(Verdict::Pending(format!("AWS does not know the mute rule {name} yet")));
        };
        let text = format!("{}: mute rule {name}", self.target());
        Ok(match rule.status.as_ref().map(AlarmMuteRuleStatus::as_str) {
            Some("ACTIVE") => Verdict::Done(format!("{text} is active")),
            Some("EXPIRED") => Verdict::Failed(format!("{text} is over")),
            _ => Verdict::Pending(format!("{text} has not begun yet")),
        })
    }

    fn switches(&self) -> Vec<Switched> {
        let unmute = |alarm: &String| UnmuteAlarm { alarm: alarm.clone(), rules: Vec::new() };
        self.alarms.iter().map(|alarm| Switched::new(Part::Mute, alarm, Switch::Disabled, unmute(alarm))).collect()
    }

    fn of_last_call(_: &str, parameters: &Value) -> Option<Self> {
        let names = parameters.pointer("/MuteTargets/AlarmNames")?.as_array()?;
        let alarms = names.iter().filter_map(Value::as_str).map(str::to_owned).collect();
        Some(Self { alarms, time: Duration::ZERO, reason: String::new() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_as_people_write_them() {
        assert_eq!((time("30m"), time(" 2h ")), (Ok(Duration::from_mins(30)), Ok(Duration::from_hours(2))));
        assert_eq!(time("15d"), Ok(LONGEST));
        for wrong in ["", "m", "0m", "16d", "90", "1.5h", "-5m", "99999999999999999999d"] {
            assert!(time(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_name_to_type_names_an_alarm() {
        for (alarms, target) in [("a", "a"), ("a b", "a +1"), ("b a c", "b +2")] {
            let alarms = alarms.split(' ').map(str::to_owned).collect();
            let intent = MuteAlarms { alarms, time: Duration::from_hours(1), reason: "x".into() };
            assert_eq!(intent.target(), target);
        }
    }

    #[test]
    fn a_rule_begins_at_a_full_minute_that_is_still_to_come() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        assert_eq!(soon(at("2026-11-23T03:10:00Z")), at("2026-11-23T03:12:00Z"));
        assert_eq!(soon(at("2026-11-23T03:10:59Z")), at("2026-11-23T03:12:00Z"));
    }
}
