//! What is known of an alarm and of a topic: what it looks at, whom it tells, and what keeps it from telling anybody.

use jiff::{SignedDuration, Timestamp};

use super::{Fact, fact, optional, status, when};
use crate::app::App;
use crate::fmt;
use crate::model::Hears;
use crate::model::people::{Reach, listeners, reach};
use crate::resources::alarm::{Alarm, Suppressor};
use crate::resources::alarm_history::fired_since;
use crate::view::{Line, Tone};

pub(super) fn alarm(app: &App, name: &str) -> Vec<Fact> {
    let Some(a) = app.here.seen.store.alarms.get(name) else { return Vec::new() };
    let dimensions: Vec<String> = a.dimensions.iter().map(|(k, v)| format!("{k}={v}")).collect();
    let mut facts = vec![
        status("StateValue", &a.state),
        when(app, "since", a.since),
        fired(app, name),
        fact("StateReason", &a.reason),
        evaluation(a),
        fact("watches", format!("{} {}", a.watches, a.condition)),
        rule(a),
        fact("dimensions", dimensions.join(", ")),
        fact("description", &a.description),
        tells(app, a),
    ];
    facts.extend(a.suppressor.iter().flat_map(|suppressor| suppression(app, a, suppressor)));
    facts.extend([
        fact("ActionsEnabled", if a.actions_enabled { "true" } else { "false" }),
        fact("type", &*a.kind),
        fact("arn", &a.arn),
    ]);
    facts
}

/// How often it fired in the last day, where it was more than once: an alarm that flaps looks well most of the time.
fn fired(app: &App, name: &str) -> Fact {
    let history = &app.here.seen.store.alarm_history;
    let since = |hours: i64| {
        let after = app.here.seen.at.checked_sub(SignedDuration::from_hours(hours)).unwrap_or_default();
        fired_since(history, name, after)
    };
    match (since(1), since(24)) {
        (_, 0 | 1) => fact("fired", ""),
        (0 | 1, day) => fact("fired", format!("{day} times in 24 h")),
        (hour, day) => warn("fired", format!("▲ {hour} times in the last hour, {day} times in 24 h")),
    }
}

fn warn(label: &str, text: String) -> Fact {
    (label.to_owned(), Line::new().with(text, Tone::Warn))
}

/// What AWS says of the evaluation, where it was not as usual.
fn evaluation(alarm: &Alarm) -> Fact {
    let Some(state) = alarm.evaluation.as_deref() else { return fact("EvaluationState", "") };
    let meaning = match state {
        "PARTIAL_DATA" => ": only part of the data was looked at",
        "EVALUATION_ERROR" => ": the alarm is configured wrongly",
        "EVALUATION_FAILURE" => ": CloudWatch has a problem for now",
        _ => "",
    };
    warn("EvaluationState", format!("▲ {state}{meaning}"))
}

fn rule(alarm: &Alarm) -> Fact {
    match &alarm.rule_problem {
        Some(problem) => warn("AlarmRule", format!("▲ {problem}; all alarms that it may name are taken for its own")),
        None => fact("AlarmRule", ""),
    }
}

/// Whom an alarm tells. An alarm that tells nobody does not change the health of its model, but it is marked.
fn tells(app: &App, alarm: &Alarm) -> Fact {
    match app.here.joined.hears(&alarm.name) {
        Some(Hears::Nobody) if alarm.actions.is_empty() => warn("tells", "▲ nobody: it has no action".to_owned()),
        Some(Hears::Nobody) => warn("tells", "▲ nobody: its actions are switched off".to_owned()),
        Some(Hears::Unread) => fact("tells", "◌ not known yet: deployments were not read"),
        Some(Hears::Suppressed(by)) => warn("tells", format!("▲ nobody now: {by} holds the actions back")),
        Some(Hears::Quiet(by)) => warn("tells", format!("▲ nobody now: {by}, which speaks for it, does not fire")),
        Some(Hears::Composite(parent)) => fact("tells", format!("nobody itself; {parent} speaks for it")),
        Some(Hears::Perhaps(parent)) => {
            fact("tells", format!("nobody itself; {parent} may speak for it, but its rule cannot be read"))
        }
        Some(Hears::Deployment(endpoint)) => {
            fact("tells", format!("no people; it rolls back deployments of {endpoint}"))
        }
        None => fact("tells", alarm.called().join(", ")),
    }
}

/// What may hold its actions back, and what does now.
fn suppression(app: &App, alarm: &Alarm, suppressor: &Suppressor) -> Vec<Fact> {
    let seconds = |s: Option<i32>| s.map_or_else(|| "some time".to_owned(), |s| format!("{s} s"));
    let (name, wait, extension) = (suppressor.name(), seconds(suppressor.wait), seconds(suppressor.extension));
    let mut facts = vec![fact(
        "ActionsSuppressor",
        format!("{name}; actions wait {wait} for it to fire, and {extension} after it"),
    )];
    if let Some(by) = &suppressor.by {
        let end = |since: Option<Timestamp>, seconds: Option<i32>| {
            let end = since?.checked_add(SignedDuration::from_secs(seconds?.into())).ok()?;
            Some(fmt::clock(app.here.seen.at, end, &app.zone))
        };
        let until = match by.as_str() {
            "Alarm" => Some(format!("until {name} leaves ALARM, and {extension} more")),
            "WaitPeriod" => end(alarm.since, suppressor.wait).map(|at| format!("until {at}, unless {name} fires")),
            "ExtensionPeriod" => {
                let ended = app.here.seen.store.alarms.get(name).and_then(|a| a.since);
                end(ended, suppressor.extension).map(|at| format!("until {at}"))
            }
            _ => None,
        };
        let until = until.unwrap_or_else(|| "nobody knows until when".to_owned());
        facts.push(warn("ActionsSuppressedBy", format!("▲ {by}: {until}")));
        facts.push(fact("ActionsSuppressedReason", &suppressor.reason));
    }
    facts
}

pub(super) fn topic(app: &App, arn: &str) -> Vec<Fact> {
    let store = &app.here.seen.store;
    let reaches = match reach(store, arn) {
        Reach::Somebody => fact("reaches", "somebody"),
        Reach::Nobody(why) => warn("reaches", format!("▲ nobody: it {why}")),
        Reach::Unknown(why) => warn("reaches", format!("◌ not known: {why}")),
        Reach::Unread => fact("reaches", "◌ not asked"),
    };
    let topic = store.topics.get(arn);
    let mut facts = vec![reaches];
    facts.extend(listeners(store, arn).into_iter().map(|s| {
        let state = if s.confirmed() { "" } else { s.arn.as_str() };
        (s.protocol.clone(), Line::new().plain(&s.endpoint).with(format!("  {state}"), Tone::Warn))
    }));
    facts.push(optional("KmsMasterKeyId", topic.and_then(|t| t.key.as_ref())));
    facts.push(fact("arn", arn));
    facts
}
