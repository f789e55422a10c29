//! Alarms: what they are, and the requests about them. How they change is in `judge`.

use super::super::fault::Fault;
use super::super::sagemaker::listing::cut_by;
use super::super::time::Time;
use super::super::wire::{Value, tree};
use super::super::world::World;
use super::history::Item;
use super::rule::Rule;
use super::{Operation, invalid, read, worded, write};

pub(super) static OPERATIONS: &[Operation] = &[
    read("DescribeAlarms", describe),
    write("SetAlarmState", set_state),
    write("EnableAlarmActions", enable),
    write("DisableAlarmActions", disable),
];

const STATES: &[&str] = &["OK", "ALARM", "INSUFFICIENT_DATA"];
const KINDS: &[&str] = &["CompositeAlarm", "MetricAlarm", "LogAlarm"];

/// An alarm: its description, and its rule when it is a composite one.
#[derive(Debug, Clone)]
pub(crate) struct Alarm {
    pub(crate) doc: Value,
    pub(crate) rule: Option<Rule>,
    /// Set by hand: the state that the children gave when it was set, which a composite one waits to see change.
    pub(crate) held: Option<bool>,
}

impl Alarm {
    /// An alarm from its description; a composite one has an `AlarmRule`.
    pub(crate) fn new(doc: Value) -> Self {
        let rule =
            doc.get("AlarmRule").and_then(Value::as_text).map(|text| Rule::parse(text).unwrap_or(Rule::Always(false)));
        Self { doc, rule, held: None }
    }
    /// Its state, by AWS's word.
    pub(crate) fn state(&self) -> &str {
        self.doc.str("StateValue")
    }
    /// Its kind, by AWS's word.
    pub(crate) fn kind(&self) -> &'static str {
        if self.rule.is_some() { "CompositeAlarm" } else { "MetricAlarm" }
    }
}

fn describe(world: &mut World, input: &Value) -> Result<Value, Fault> {
    let kinds = input.texts("AlarmTypes").map_err(worded)?;
    if let Some(wrong) = kinds.iter().find(|kind| !KINDS.contains(kind)) {
        return Err(invalid(format!("Value {wrong} at 'alarmTypes' is not one of {}", KINDS.join(", "))));
    }
    let kinds = if kinds.is_empty() { vec!["MetricAlarm"] } else { kinds };
    let names = input.texts("AlarmNames").map_err(worded)?;
    let prefix = input.text("AlarmNamePrefix").map_err(worded)?;
    if !names.is_empty() && prefix.is_some() {
        return Err(Fault::new(
            "InvalidParameterCombination",
            "AlarmNames and AlarmNamePrefix are mutually exclusive.",
        ));
    }
    let state = input.one_of("StateValue", STATES).map_err(|fault| invalid(fault.message))?;
    let action = input.text("ActionPrefix")?;
    if let Some(children) = input.text("ChildrenOfAlarmName")? {
        return world.relatives(children, true);
    }
    if let Some(parents) = input.text("ParentsOfAlarmName")? {
        return world.relatives(parents, false);
    }
    let mut found: Vec<&Alarm> = world
        .alarms
        .iter()
        .filter(|(name, alarm)| {
            kinds.contains(&alarm.kind())
                && (names.is_empty() || names.contains(&name.as_str()))
                && prefix.is_none_or(|prefix| name.starts_with(prefix))
                && state.is_none_or(|state| alarm.state() == state)
                && action.is_none_or(|prefix| has_action(&alarm.doc, prefix))
        })
        .map(|(_, alarm)| alarm)
        .collect();
    found.sort_by_key(|alarm| alarm.rule.is_none());
    let (page, next) = cut_by(input, found, ("NextToken", "MaxRecords"), 50, 100).map_err(worded)?;
    let (composite, metric): (Vec<&Alarm>, Vec<&Alarm>) = page.into_iter().partition(|alarm| alarm.rule.is_some());
    let docs = |alarms: Vec<&Alarm>| alarms.into_iter().map(|alarm| alarm.doc.clone()).collect::<Vec<_>>();
    Ok(tree! { "CompositeAlarms": docs(composite), "MetricAlarms": docs(metric), "NextToken": next })
}

fn has_action(doc: &Value, prefix: &str) -> bool {
    let lists = ["AlarmActions", "OKActions", "InsufficientDataActions"];
    lists
        .iter()
        .filter_map(|list| doc.get(list))
        .flat_map(Value::items)
        .any(|arn| arn.as_text().is_some_and(|a| a.starts_with(prefix)))
}

fn set_state(world: &mut World, input: &Value) -> Result<Value, Fault> {
    let name = input.need("AlarmName").map_err(worded)?.to_owned();
    let state = input.one_of("StateValue", STATES).map_err(|fault| invalid(fault.message))?;
    let state = state.ok_or_else(|| worded(Fault::missing("StateValue")))?.to_owned();
    let reason = input.text("StateReason")?.ok_or_else(|| worded(Fault::missing("StateReason")))?.to_owned();
    let data = input.text("StateReasonData")?.map(str::to_owned);
    let Some(alarm) = world.alarms.get(&name) else { return Err(unknown()) };
    let now_holds = alarm.rule.is_some().then(|| world.judge(alarm).0 == "ALARM");
    if let Some(alarm) = world.alarms.get_mut(&name) {
        alarm.held = now_holds;
    }
    let now = world.now;
    world.change_alarm(&name, &state, &reason, data.as_deref(), now);
    Ok(Value::Null)
}

fn unknown() -> Fault {
    Fault::new("ResourceNotFound", "Unknown").status(404)
}

fn enable(world: &mut World, input: &Value) -> Result<Value, Fault> {
    actions(world, input, true)
}

fn disable(world: &mut World, input: &Value) -> Result<Value, Fault> {
    actions(world, input, false)
}

fn actions(world: &mut World, input: &Value, on: bool) -> Result<Value, Fault> {
    let now = world.now;
    for name in input.texts("AlarmNames").map_err(worded)? {
        // AWS ignores names that it does not know.
        let Some(alarm) = world.alarms.get_mut(name) else { continue };
        alarm.doc.set("ActionsEnabled", on);
        alarm.doc.set("AlarmConfigurationUpdatedTimestamp", now);
        let words = if on { "Alarm actions enabled" } else { "Alarm actions disabled" };
        let item = Item::new(
            alarm,
            name,
            now,
            "ConfigurationUpdate",
            words,
            &tree! { "version": "1.0", "actionsEnabled": on },
        );
        world.history.push(item);
    }
    Ok(Value::Null)
}

impl World {
    /// The names of a composite alarm's children, or of the alarms that name this one.
    fn relatives(&self, name: &str, children: bool) -> Result<Value, Fault> {
        let Some(alarm) = self.alarms.get(name) else { return Err(unknown()) };
        let own: Vec<&str> = alarm.rule.as_ref().map(Rule::children).unwrap_or_default();
        let (mut composite, mut metric) = (Vec::new(), Vec::new());
        for (other, found) in &self.alarms {
            let related = if children {
                own.contains(&other.as_str())
            } else {
                found.rule.as_ref().is_some_and(|rule| rule.children().contains(&name))
            };
            if related {
                let arn = found.doc.get("AlarmArn").cloned();
                let row = tree! { "AlarmName": other.as_str(), "AlarmArn": arn, "StateValue": found.state() };
                if found.rule.is_some() { &mut composite } else { &mut metric }.push(row);
            }
        }
        Ok(tree! { "CompositeAlarms": composite, "MetricAlarms": metric })
    }

    /// Gives an alarm a state, and tells everyone who wants to know.
    pub(crate) fn change_alarm(&mut self, name: &str, state: &str, reason: &str, data: Option<&str>, at: Time) {
        let held = self.alarms.get(name).is_some_and(|alarm| self.held_back(alarm, state, at).is_some());
        let Some(alarm) = self.alarms.get_mut(name) else { return };
        let before = alarm.state().to_owned();
        alarm.doc.set("StateReason", reason);
        alarm.doc.set("StateReasonData", data);
        alarm.doc.set("StateUpdatedTimestamp", at);
        if before == state {
            return;
        }
        alarm.doc.set("StateValue", state);
        alarm.doc.set("StateTransitionedTimestamp", at);
        let words = format!("Alarm updated from {before} to {state}");
        let story = tree! {
            "version": "1.0",
            "oldState": tree! { "stateValue": before },
            "newState": tree! { "stateValue": state, "stateReason": reason, "stateReasonData": data },
        };
        let mut items = vec![Item::new(alarm, name, at, "StateUpdate", &words, &story)];
        let list = match state {
            "ALARM" => "AlarmActions",
            "OK" => "OKActions",
            _ => "InsufficientDataActions",
        };
        if alarm.doc.get("ActionsEnabled") == Some(&Value::Bool(true)) && !held {
            for action in alarm.doc.get(list).map(Value::items).unwrap_or_default() {
                let action = action.as_text().unwrap_or("");
                let words = format!("Successfully executed action {action}");
                let story =
                    tree! { "actionState": "Succeeded", "stateUpdateTimestamp": at.0, "notificationResource": action };
                items.push(Item::new(alarm, name, at, "Action", &words, &story));
            }
        }
        self.history.extend(items);
    }
}
