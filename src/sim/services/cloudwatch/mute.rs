//! Mute rules: while one is active, its alarms call nothing.
//!
//! The account knows rules that mute once, and rules that mute at a time of every day.

use super::state::{Handler, State};
use crate::sim::prelude::{Answer, Env, Operation, Paging, ServiceError, Span, Time, Value, read, tree, write};
use crate::sim::services::sagemaker::Endpoints;

pub(super) static OPERATIONS: &[Operation<Handler>] = &[
    read("ListAlarmMuteRules", list),
    read("GetAlarmMuteRule", get),
    write("PutAlarmMuteRule", put),
    write("DeleteAlarmMuteRule", |state, _, _, input| {
        state.mute_rules.remove(input.need("AlarmMuteRuleName")?);
        Ok(Value::Null)
    }),
];

const PAGES: Paging = Paging { token: "NextToken", size: "MaxRecords", usual: 50, most: 100 };
const STATUSES: &[&str] = &["SCHEDULED", "ACTIVE", "EXPIRED"];
const DAY: i64 = 24 * 60 * 60 * 1000;

/// A mute rule.
#[derive(Debug, Clone)]
pub(crate) struct MuteRule {
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) expression: String,
    pub(crate) duration: String,
    pub(crate) alarms: Vec<String>,
    pub(crate) expire: Option<Time>,
    pub(crate) updated: Time,
}

impl MuteRule {
    fn arn(&self, env: &Env) -> String {
        env.account.arn("cloudwatch", &format!("alarm-mute-rule:{}", self.name))
    }
    fn kind(&self) -> &'static str {
        if self.expression.starts_with("at(") { "ONE_TIME" } else { "RECURRING" }
    }
    /// Returns when the last window began that began at this time or before.
    fn last_begin(&self, now: Time) -> Option<Time> {
        let inner = self.expression.split_once('(')?.1.strip_suffix(')')?;
        if self.kind() == "ONE_TIME" {
            return Time::parse(&format!("{inner}:00Z")).filter(|begin| *begin <= now);
        }
        let mut fields = inner.split(' ');
        let (minute, hour): (i64, i64) = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
        let today = now.floor(Span(DAY)) + Span::minutes(hour * 60 + minute);
        Some(if today <= now { today } else { today - Span(DAY) })
    }
    fn status(&self, now: Time) -> &'static str {
        if self.expire.is_some_and(|expire| expire <= now) {
            return "EXPIRED";
        }
        let end = self.last_begin(now).zip(length(&self.duration)).map(|(begin, length)| begin + length);
        match end {
            Some(end) if now < end => "ACTIVE",
            Some(_) if self.kind() == "ONE_TIME" => "EXPIRED",
            _ => "SCHEDULED",
        }
    }
    fn summary(&self, env: &Env) -> Value {
        tree! {
            "AlarmMuteRuleArn": self.arn(env),
            "ExpireDate": self.expire,
            "Status": self.status(env.now),
            "MuteType": self.kind(),
            "LastUpdatedTimestamp": self.updated,
        }
    }
}

/// Returns the length of `PT2H30M` or `P1D`.
fn length(duration: &str) -> Option<Span> {
    let span: jiff::Span = duration.parse().ok()?;
    let length = span.to_duration(jiff::SpanRelativeTo::days_are_24_hours()).ok()?;
    Some(Span(i64::try_from(length.as_millis()).ok()?)).filter(|length| length.0 > 0)
}

fn list(state: &mut State, env: &Env, _: &Endpoints, input: &Value) -> Answer {
    let alarm = input.text("AlarmName")?;
    let statuses = input.texts("Statuses")?;
    if let Some(wrong) = statuses.iter().find(|status| !STATUSES.contains(status)) {
        let message = format!("Value {wrong} at 'statuses' is not one of {}", STATUSES.join(", "));
        return Err(ServiceError::new("InvalidParameterValue", message));
    }
    let rules = state.mute_rules.values().filter(|rule| {
        alarm.is_none_or(|alarm| rule.alarms.iter().any(|name| name == alarm))
            && (statuses.is_empty() || statuses.contains(&rule.status(env.now)))
    });
    PAGES.answer(input, "AlarmMuteRuleSummaries", rules.map(|rule| rule.summary(env)).collect())
}

fn get(state: &mut State, env: &Env, _: &Endpoints, input: &Value) -> Answer {
    let name = input.need("AlarmMuteRuleName")?;
    let missing = || ServiceError::new("ResourceNotFoundException", format!("Mute rule {name} not found")).status(404);
    let rule = state.mute_rules.get(name).ok_or_else(missing)?;
    let schedule = tree! { "Expression": &rule.expression, "Duration": &rule.duration, "Timezone": "UTC" };
    let targets = tree! { "AlarmNames": rule.alarms.iter().map(Value::from).collect::<Vec<_>>() };
    Ok(rule
        .summary(env)
        .with("Name", &rule.name)
        .with("Description", Some(rule.description.as_str()).filter(|text| !text.is_empty()))
        .with("Rule", tree! { "Schedule": schedule })
        .with("MuteTargets", targets))
}

fn put(state: &mut State, env: &Env, _: &Endpoints, input: &Value) -> Answer {
    let name = input.need("Name")?.to_owned();
    let text = |path: &str| input.at(path).and_then(Value::as_text).unwrap_or_default().to_owned();
    let alarms = input.at("MuteTargets").map(|targets| targets.texts("AlarmNames")).transpose()?.unwrap_or_default();
    let rule = MuteRule {
        description: input.text("Description")?.unwrap_or_default().to_owned(),
        expression: text("Rule.Schedule.Expression"),
        duration: text("Rule.Schedule.Duration"),
        alarms: alarms.into_iter().map(str::to_owned).collect(),
        expire: input.time("ExpireDate")?,
        updated: env.now,
        name,
    };
    if length(&rule.duration).is_none() || !rule.expression.ends_with(')') {
        return Err(ServiceError::new("ValidationError", "The schedule of the mute rule is not valid."));
    }
    state.mute_rules.insert(rule.name.clone(), rule);
    Ok(Value::Null)
}

impl State {
    /// Returns whether a mute rule mutes an alarm.
    pub(super) fn is_muted(&self, now: Time, alarm: &str) -> bool {
        let mut rules = self.mute_rules.values().filter(|rule| rule.alarms.iter().any(|name| name == alarm));
        rules.any(|rule| rule.status(now) == "ACTIVE")
    }
}
