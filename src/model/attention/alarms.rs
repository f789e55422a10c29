//! What fires, and does it reach anybody?

use jiff::Timestamp;

use super::{Facts, Finding, NOT_READ, unread, untold};
use crate::config::{Meaning, MetricSource};
use crate::model::{Health, severity};
use crate::resources::alarm::Alarm;

fn alarms<'a>(facts: &'a Facts<'_>) -> impl Iterator<Item = &'a Alarm> {
    facts.rows.alarms.iter().copied()
}

/// A guard of deployments has its actions off on purpose.
fn guard(facts: &Facts<'_>, alarm: &Alarm) -> bool {
    facts.rows.endpoints.iter().any(|e| e.guards.iter().flatten().any(|guard| *guard == alarm.name))
}

pub(super) fn firing(facts: &Facts<'_>) -> Vec<Finding> {
    alarms(facts)
        .filter(|a| a.firing())
        .map(|alarm| {
            if good_news(facts, alarm) {
                return (Health::Ok, format!("{}: good enough to promote", alarm.name), alarm.since);
            }
            let tier = severity::tier(&facts.seen.wishes.severity, alarm);
            let health = match tier.as_deref() {
                Some(tier) => severity::weight(tier),
                // Nobody gave it a tier: what the service itself measures of a model that serves is what users see.
                None if alarm.namespaces.iter().any(|n| n == "AWS/SageMaker") && !guard(facts, alarm) => {
                    Health::Critical
                }
                None => Health::Warning,
            };
            let tier = tier.map(|t| format!(" {t}")).unwrap_or_default();
            (health, format!("{} in ALARM{tier}", alarm.name), alarm.since)
        })
        .collect()
}

/// Does it watch a metric of which the configuration says that crossing the line is good?
fn good_news(facts: &Facts<'_>, alarm: &Alarm) -> bool {
    let metrics = facts.config.map(|m| m.metrics.as_slice()).unwrap_or_default();
    metrics.iter().filter(|m| m.meaning == Meaning::Promote).any(|m| match &m.source {
        MetricSource::CloudWatch { namespace, name, .. } => {
            alarm.namespaces.contains(namespace) && alarm.watches.split(", ").any(|w| w == name)
        }
        MetricSource::Package { .. } => false,
    })
}

pub(super) fn nobody_told(facts: &Facts<'_>) -> Vec<Finding> {
    let (store, index) = (facts.index.store, facts.index);
    if !store.subscriptions.answered() || store.subscriptions.source().state != "fresh" {
        return Vec::new();
    }
    facts
        .chain
        .topics
        .iter()
        // Topics of other accounts and regions cannot be listed.
        .filter(|topic| store.topics.get(topic).is_some())
        .filter_map(|topic| {
            let listeners = index.alarms.subscriptions.get(topic).map_or(&[][..], Vec::as_slice);
            let name = topic.rsplit(':').next().unwrap_or(topic);
            if listeners.iter().any(|s| s.confirmed()) {
                return None;
            }
            let why = if listeners.is_empty() { "has no subscription" } else { "waits for confirmation" };
            Some((Health::Warning, format!("nobody is told: {name} {why}"), None))
        })
        .collect()
}

pub(super) fn no_action(facts: &Facts<'_>) -> Vec<Finding> {
    let silent = |a: &&Alarm| a.firing() && a.mute() && !guard(facts, a);
    alarms(facts)
        .filter(silent)
        .filter(|a| !facts.index.alarms.parents.contains_key(a.name.as_str()) && !good_news(facts, a))
        .map(|a| (Health::Warning, format!("nobody is told of {}: it has no action", a.name), a.since))
        .collect()
}

pub(super) fn source(facts: &Facts<'_>) -> Vec<Finding> {
    let alarms = &facts.index.store.alarms;
    if alarms.unfinished() && facts.rows.alarms.is_empty() {
        // What fires is read first: of the rest nothing is known until it was read as well.
        return vec![(Health::Unknown, NOT_READ.to_owned(), None)];
    }
    if !facts.rows.alarms.is_empty() {
        return Vec::new();
    }
    // Which alarms watch a model is told by what serves it.
    let serves = if facts.chain.serving.is_empty() { unread(&facts.index.store.endpoints) } else { Vec::new() };
    untold([if alarms.is_empty() { unread(alarms) } else { Vec::new() }, serves])
}

pub(super) fn summary(facts: &Facts<'_>) -> (bool, String, Option<Timestamp>) {
    let all = alarms(facts).count();
    let since = alarms(facts).filter_map(|a| a.since).max();
    match all {
        0 => (false, "no alarm watches it".to_owned(), None),
        1 => (true, "1 alarm quiet".to_owned(), since),
        n => (true, format!("{n} alarms quiet"), since),
    }
}
