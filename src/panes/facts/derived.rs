//! Properties that are in no row: the receivers of an alarm, the subscriptions of a topic, the metrics of a version.

use jiff::{SignedDuration, Timestamp};

use super::super::{measured, muted};
#[cfg(feature = "applicationautoscaling")]
use super::scaling;
use super::{Fact, checks, compared, fact, images, live, serving, steps, warn};
use crate::app::App;
use crate::fmt;
use crate::model::people::{Reach, listeners, reach};
use crate::model::{AlarmReceiver, Chain, Confidence};
use crate::resources::alarm::{Alarm, Suppressor};
use crate::resources::alarm_history::fired_since;
use crate::resources::subscription::Subscription;
use crate::resources::{Derived, Kind, Store};
use crate::view::{Line, Tone};

/// Returns the properties that the joined models add to a thing.
pub(super) fn derived(app: &App, chain: &Chain, id: &str, which: Derived) -> Vec<Fact> {
    let alarm = app.here.observed.store.alarms.get(id);
    match which {
        Derived::Fired => vec![fired(app, id)],
        Derived::Notified => alarm.map(|alarm| receivers(app, alarm)).unwrap_or_default(),
        Derived::Suppression => {
            let suppressor = alarm.and_then(|alarm| Some((alarm, alarm.suppressor.as_ref()?)));
            let held = suppressor.map(|(alarm, suppressor)| suppression(app, alarm, suppressor)).unwrap_or_default();
            held.into_iter().chain(mute_rules(app, id)).collect()
        }
        Derived::Subscribers => subscribers(app, id),
        Derived::Compared => compared::compared(app, chain, id),
        Derived::Record => record(app, chain, id),
        Derived::Kept => super::resource_if_known(app, chain, Kind::LocationRecords, id),
        Derived::Images => images::images(app, id),
        Derived::Steps => steps::steps(app, id),
        Derived::Checks => checks::checks(app, chain, id),
        Derived::Serving => serving::serving(app, chain, id),
        Derived::Measured => {
            measured::of_version(app, chain, id).map(|m| (m.metric.label.clone(), m.whole())).collect()
        }
        Derived::BesideLive => live::beside(app, chain, id),
        #[cfg(feature = "applicationautoscaling")]
        Derived::Capacity => scaling::capacity(app, id),
        #[cfg(feature = "applicationautoscaling")]
        Derived::Policy => scaling::policy_of(app, id).into_iter().collect(),
        #[cfg(not(feature = "applicationautoscaling"))]
        Derived::Capacity | Derived::Policy => Vec::new(),
    }
}

/// Returns what other parts of `SageMaker` know of a version.
fn record(app: &App, chain: &Chain, package: &str) -> Vec<Fact> {
    super::resource_if_known(app, chain, Kind::VersionRecords, package)
}

/// Returns the properties of a thing that is in no table. The subscriptions of another account's topic may be known.
pub(super) fn of_missing(app: &App, kind: Kind, id: &str) -> Vec<Fact> {
    if kind == Kind::Topics { subscribers(app, id) } else { Vec::new() }
}

/// Shows how often an alarm fired in the last day, if it fired more than once. A flapping alarm is OK most of the
/// time.
fn fired(app: &App, name: &str) -> Fact {
    let history = &app.here.observed.store.alarm_history;
    let since = |hours: i64| {
        let after = app.here.observed.at.checked_sub(SignedDuration::from_hours(hours)).unwrap_or_default();
        fired_since(history, name, after)
    };
    match (since(1), since(24)) {
        (_, 0 | 1) => fact("fired", ""),
        (0 | 1, day) => fact("fired", format!("{day} times in 24 h")),
        (hour, day) => warn("fired", format!("▲ {hour} times in the last hour, {day} times in 24 h")),
    }
}

/// Shows the receiver of an alarm. An alarm that notifies nobody does not change the health of its model, but it is
/// marked.
fn tells(app: &App, alarm: &Alarm) -> Fact {
    match app.here.joined.receiver(&alarm.name) {
        Some(AlarmReceiver::Nobody) if alarm.actions.is_empty() => warn("notifies", "▲ nobody: it has no action"),
        Some(AlarmReceiver::Nobody) => warn("notifies", "▲ nobody: its actions are switched off"),
        Some(AlarmReceiver::Unread) => fact("notifies", "◌ not known yet: deployments were not read"),
        Some(AlarmReceiver::Suppressed(by)) => warn("notifies", format!("▲ nobody now: {by} holds the actions back")),
        Some(AlarmReceiver::Muted(by)) => {
            let rule = app.here.observed.store.mute_rules.get(&by.rule).and_then(|rule| rule.details.as_ref());
            let why = rule.map(|details| &details.description).filter(|why| !why.is_empty());
            let why = why.map(|why| format!(": {why}")).unwrap_or_default();
            warn("notifies", format!("▲ nobody now: {}{why}", muted::now(app, by)))
        }
        Some(AlarmReceiver::Quiet(by)) => {
            warn("notifies", format!("▲ nobody now: {by}, which notifies for it, does not fire"))
        }
        Some(AlarmReceiver::Composite(parent)) => fact("notifies", format!("nobody itself; {parent} notifies for it")),
        Some(AlarmReceiver::Perhaps(parent)) => {
            fact("notifies", format!("nobody itself; {parent} may notify for it, but its rule cannot be read"))
        }
        Some(AlarmReceiver::Rule(rule)) => fact("notifies", format!("nobody itself; rule {rule} acts on its events")),
        Some(AlarmReceiver::PerhapsRule(rule)) => fact(
            "notifies",
            format!("nobody itself; rule {rule} may act on its events, but its pattern cannot be read"),
        ),
        Some(AlarmReceiver::Deployment(endpoint)) => {
            fact("notifies", format!("no people; it rolls back deployments of {endpoint}"))
        }
        None => fact("notifies", alarm.called().join(", ")),
    }
}

/// Shows the alarm that may suppress the actions, and whether they are suppressed now.
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
            Some(fmt::clock(app.here.observed.at, end, &app.zone))
        };
        let until = match by.as_str() {
            "Alarm" => Some(format!("until {name} leaves ALARM, and {extension} more")),
            "WaitPeriod" => end(alarm.since, suppressor.wait).map(|at| format!("until {at}, unless {name} fires")),
            "ExtensionPeriod" => {
                let ended = app.here.observed.store.alarms.get(name).and_then(|a| a.since);
                end(ended, suppressor.extension).map(|at| format!("until {at}"))
            }
            _ => None,
        };
        let until = until.unwrap_or_else(|| "until when is not known".to_owned());
        facts.push(warn("ActionsSuppressedBy", format!("▲ {by}: {until}")));
        facts.push(fact("ActionsSuppressedReason", &suppressor.reason));
    }
    facts
}

/// Returns the confirmed subscriptions of a topic.
fn told<'a>(store: &'a Store, topic: &str) -> impl Iterator<Item = &'a Subscription> {
    listeners(store, topic).into_iter().filter(|s| s.confirmed())
}

/// Shows whom an alarm tells: its receiver, the people behind each of its topics, and the rules that act on its events.
fn receivers(app: &App, alarm: &Alarm) -> Vec<Fact> {
    let store = &app.here.observed.store;
    let topics = alarm.calls("sns").map(|topic| {
        let name = topic.rsplit(':').next().unwrap_or(topic);
        let all = listeners(store, topic).into_iter().map(|s| match (s.confirmed(), s.pending()) {
            (true, _) => s.receiver(),
            (false, true) => format!("{} (pending confirmation)", s.receiver()),
            (false, false) => format!("{} (deleted)", s.receiver()),
        });
        let all: Vec<String> = all.collect();
        match reach(store, topic) {
            Reach::Nobody(why) => warn("→", format!("▲ {name} {why}")),
            Reach::Unknown(why) => warn("→", format!("◌ {name}: not known: {why}")),
            Reach::Unread => fact("→", format!("◌ {name}: not read")),
            Reach::Somebody if all.is_empty() => fact("→", format!("{name}: somebody, whose address may not be read")),
            Reach::Somebody => fact("→", format!("{name}: {}", all.join(", "))),
        }
    });
    let topics: Vec<Fact> = topics.collect();
    let chain = app.here.joined.owner(Kind::Alarms, &alarm.name);
    let attached = chain.into_iter().flat_map(|chain| &chain.attached);
    let acting = attached.filter(|a| a.to == (Kind::Alarms, alarm.name.as_str()));
    let acting = acting.filter_map(|a| {
        let thing = store.get(a.kind, a.id).filter(|thing| thing.starts().is_some())?;
        let perhaps = if a.confidence == Confidence::Guess { "perhaps " } else { "" };
        let problem = thing.problem().map(|why| format!(" {why}")).unwrap_or_default();
        let noun = a.kind.noun().unwrap_or_default();
        Some(fact("→", format!("{perhaps}{noun} {}{problem}: {}", thing.title(), thing.summary())))
    });
    [tells(app, alarm)].into_iter().chain(topics).chain(acting).collect()
}

/// Shows the mute rules that will mute an alarm. Where they cannot be read, it says so.
fn mute_rules(app: &App, alarm: &str) -> Vec<Fact> {
    let rules = &app.here.observed.store.mute_rules;
    let unread = rules.rows().find(|rule| rule.details.is_none() && rule.status != "EXPIRED");
    let unknown = match (rules.trouble(), unread) {
        (Some(why), _) => Some(format!("◌ not known: {} {}", why.operation, why.kind.word())),
        (None, Some(rule)) => Some(format!("◌ not known: the alarms of rule {} are not read", rule.name)),
        (None, None) if !rules.complete() => Some("◌ not known: not all rules are read".to_owned()),
        (None, None) => None,
    };
    let known = muted::schedules(app, alarm).into_iter().map(|text| fact("mute rule", text));
    known.chain(unknown.map(|text| fact("mute rules", text))).collect()
}

fn subscribers(app: &App, topic: &str) -> Vec<Fact> {
    let store = &app.here.observed.store;
    let reaches = match reach(store, topic) {
        Reach::Somebody if told(store, topic).all(Subscription::is_for_a_service) => {
            fact("reaches", "services only; whom these tell is not known")
        }
        Reach::Somebody => fact("reaches", "somebody"),
        Reach::Nobody(why) => warn("reaches", format!("▲ nobody: it {why}")),
        Reach::Unknown(why) => warn("reaches", format!("◌ not known: {why}")),
        Reach::Unread => fact("reaches", "◌ not read"),
    };
    let subscriber = |s: &Subscription| {
        let state = if s.confirmed() { "" } else { s.arn.as_str() };
        let service = if s.way() == s.protocol { "" } else { s.way() };
        let line = Line::new().plain(&s.endpoint).muted(format!("  {service}"));
        (s.protocol.clone(), line.with(format!("  {state}"), Tone::Warn))
    };
    [reaches].into_iter().chain(listeners(store, topic).into_iter().map(subscriber)).collect()
}
