//! Requests about alarms.

use super::alarm::{Alarm, HistoryItem, Verdict};
use super::state::{Handler, State};
use super::view::dimensions;
use crate::sim::prelude::{Answer, Env, Operation, Paging, ServiceError, Value, read, tree, write};
use crate::sim::services::sagemaker::Endpoints;

pub(super) static OPERATIONS: &[Operation<Handler>] = &[
    read("DescribeAlarms", describe),
    read("DescribeAlarmsForMetric", describe_for_metric),
    write("SetAlarmState", set_state),
    write("EnableAlarmActions", |state, env, _, input| state.set_actions(env, input, true)),
    write("DisableAlarmActions", |state, env, _, input| state.set_actions(env, input, false)),
    write("DeleteAlarms", delete),
];

const PAGES: Paging = Paging { token: "NextToken", size: "MaxRecords", usual: 50, most: 100 };
const STATES: &[&str] = &["OK", "ALARM", "INSUFFICIENT_DATA"];
const KINDS: &[&str] = &["CompositeAlarm", "MetricAlarm", "LogAlarm"];
const ACTIONS: [&str; 3] = ["AlarmActions", "OKActions", "InsufficientDataActions"];

fn describe(state: &mut State, _: &Env, _: &Endpoints, input: &Value) -> Answer {
    let kinds = input.texts("AlarmTypes")?;
    if let Some(wrong) = kinds.iter().find(|kind| !KINDS.contains(kind)) {
        let message = format!("Value {wrong} at 'alarmTypes' is not one of {}", KINDS.join(", "));
        return Err(ServiceError::new("InvalidParameterValue", message));
    }
    let kinds = if kinds.is_empty() { vec!["MetricAlarm"] } else { kinds };
    let names = input.texts("AlarmNames")?;
    let prefix = input.text("AlarmNamePrefix")?;
    if !names.is_empty() && prefix.is_some() {
        let message = "AlarmNames and AlarmNamePrefix are mutually exclusive.";
        return Err(ServiceError::new("InvalidParameterCombination", message));
    }
    let wanted = input.one_of("StateValue", STATES)?;
    let action = input.text("ActionPrefix")?;
    if let Some(children) = input.text("ChildrenOfAlarmName")? {
        return state.relatives(children, true);
    }
    if let Some(parents) = input.text("ParentsOfAlarmName")? {
        return state.relatives(parents, false);
    }
    let has_action = |alarm: &Alarm, prefix: &str| {
        let mut actions = ACTIONS.iter().flat_map(|list| alarm.doc.items_at(list));
        actions.any(|arn| arn.as_text().is_some_and(|arn| arn.starts_with(prefix)))
    };
    let found = state.alarms.iter().filter(|(name, alarm)| {
        kinds.contains(&alarm.kind())
            && (names.is_empty() || names.contains(&name.as_str()))
            && prefix.is_none_or(|prefix| name.starts_with(prefix))
            && wanted.is_none_or(|wanted| alarm.state() == wanted)
            && action.is_none_or(|prefix| has_action(alarm, prefix))
    });
    let mut found: Vec<&Alarm> = found.map(|(_, alarm)| alarm).collect();
    found.sort_by_key(|alarm| !alarm.is_composite());
    let (page, next) = PAGES.cut(input, found)?;
    let (composite, metric): (Vec<&Alarm>, Vec<&Alarm>) = page.into_iter().partition(|alarm| alarm.is_composite());
    let docs = |alarms: Vec<&Alarm>| alarms.into_iter().map(|alarm| alarm.doc.clone()).collect::<Vec<_>>();
    Ok(tree! { "CompositeAlarms": docs(composite), "MetricAlarms": docs(metric), "NextToken": next })
}

fn describe_for_metric(state: &mut State, _: &Env, _: &Endpoints, input: &Value) -> Answer {
    let (name, namespace) = (input.need("MetricName")?, input.need("Namespace")?);
    let sorted = |value: Option<&Value>| {
        let mut pairs = dimensions(value);
        pairs.sort();
        pairs
    };
    let wanted = sorted(input.get("Dimensions"));
    let own = state.alarms.values().map(|alarm| &alarm.doc).filter(|doc| {
        doc.str("MetricName") == name && doc.str("Namespace") == namespace && sorted(doc.get("Dimensions")) == wanted
    });
    Ok(tree! { "MetricAlarms": own.cloned().collect::<Vec<_>>() })
}

fn set_state(state: &mut State, env: &Env, endpoints: &Endpoints, input: &Value) -> Answer {
    let name = input.need("AlarmName")?;
    let wanted = input.one_of("StateValue", STATES)?;
    let wanted = STATES.iter().find(|word| Some(**word) == wanted);
    let wanted = wanted.ok_or_else(|| ServiceError::missing("StateValue"))?;
    let reason = input.text("StateReason")?.ok_or_else(|| ServiceError::missing("StateReason"))?.to_owned();
    let data = input.text("StateReasonData")?.map(str::to_owned);
    let Some(alarm) = state.alarms.get(name) else { return Err(unknown()) };
    let present = alarm.is_composite().then(|| state.view(env, endpoints).judge(alarm).state == "ALARM");
    if let Some(alarm) = state.alarms.get_mut(name) {
        alarm.set_by_hand = present;
    }
    state.change_alarm(env.now, name, &Verdict { state: wanted, reason, data }, env.now);
    Ok(Value::Null)
}

fn delete(state: &mut State, _: &Env, _: &Endpoints, input: &Value) -> Answer {
    let names = input.texts("AlarmNames")?;
    if let Some(missing) = names.iter().find(|name| !state.alarms.contains_key(**name)) {
        let message = format!("The alarm {missing} does not exist.");
        return Err(ServiceError::new("ResourceNotFound", message).status(404));
    }
    for name in names {
        state.alarms.remove(name);
    }
    Ok(Value::Null)
}

fn unknown() -> ServiceError {
    ServiceError::new("ResourceNotFound", "Unknown").status(404)
}

impl State {
    /// Enables or disables the actions of alarms.
    fn set_actions(&mut self, env: &Env, input: &Value, on: bool) -> Answer {
        for name in input.texts("AlarmNames")? {
            // AWS ignores unknown names.
            let Some(alarm) = self.alarms.get_mut(name) else { continue };
            alarm.doc.set("ActionsEnabled", on);
            alarm.doc.set("AlarmConfigurationUpdatedTimestamp", env.now);
            let summary = if on { "Alarm actions enabled" } else { "Alarm actions disabled" }.to_owned();
            let data = tree! { "version": "1.0", "actionsEnabled": on };
            self.history.push(HistoryItem::new(alarm, env.now, "ConfigurationUpdate", summary, &data));
        }
        Ok(Value::Null)
    }

    /// Returns the names of a composite alarm's children, or of the alarms that name this one.
    fn relatives(&self, name: &str, children: bool) -> Answer {
        let Some(alarm) = self.alarms.get(name) else { return Err(unknown()) };
        let own = alarm.children();
        let (mut composite, mut metric) = (Vec::new(), Vec::new());
        for (other, found) in &self.alarms {
            let related = if children { own.contains(&other.as_str()) } else { found.children().contains(&name) };
            if related {
                let arn = found.doc.get("AlarmArn");
                let row = tree! { "AlarmName": other, "AlarmArn": arn, "StateValue": found.state() };
                if found.is_composite() { &mut composite } else { &mut metric }.push(row);
            }
        }
        Ok(tree! { "CompositeAlarms": composite, "MetricAlarms": metric })
    }
}
