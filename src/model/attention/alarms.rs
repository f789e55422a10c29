//! What fires, and does it reach anybody?

use jiff::Timestamp;

use super::{Facts, Finding, NOT_READ, unread, untold};
use crate::config::{Meaning, MetricSource};
use crate::model::hears::hears_of;
use crate::model::people::{Reach, reach};
use crate::model::{Health, Hears, severity};
use crate::resources::alarm::Alarm;

fn alarms<'a>(facts: &'a Facts<'_>) -> impl Iterator<Item = &'a Alarm> {
    facts.rows.alarms.iter().copied()
}

/// A guard of deployments has its actions off on purpose.
fn guard(facts: &Facts<'_>, alarm: &Alarm) -> bool {
    facts.index.alarms.guards.contains_key(alarm.name.as_str())
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
    let store = facts.index.store;
    let me = store.identity.rows().next();
    // Where the list of topics is denied, the account in the ARN tells whose it is.
    let own = |topic: &str| {
        let account = topic.split(':').nth(4);
        store.topics.get(topic).is_some_and(|t| t.listed) || me.is_some_and(|me| Some(me.account.as_str()) == account)
    };
    let told = |topic: &&str| {
        let name = topic.rsplit(':').next().unwrap_or(topic);
        match reach(store, topic) {
            Reach::Nobody(why) => Some((Health::Warning, format!("nobody is told: {name} {why}"), None)),
            // What another account does not tell cannot be mended here; the topic itself says that it is not known.
            Reach::Unknown(why) if own(topic) => {
                Some((Health::Unknown, format!("whether {name} tells anybody is not known: {why}"), None))
            }
            Reach::Somebody | Reach::Unknown(_) | Reach::Unread => None,
        }
    };
    facts.chain.topics.iter().filter_map(told).collect()
}

pub(super) fn no_action(facts: &Facts<'_>) -> Vec<Finding> {
    let firing = alarms(facts).filter(|a| a.firing() && a.mute() && !good_news(facts, a));
    let told = |a: &Alarm| match hears_of(facts.index, a)? {
        Hears::Nobody => {
            let why = if a.actions.is_empty() { "it has no action" } else { "its actions are switched off" };
            Some((Health::Warning, format!("nobody is told of {}: {why}", a.name), a.since))
        }
        Hears::Perhaps(parent) => {
            let text = format!("whether {} tells anybody is not known: the rule of {parent} cannot be read", a.name);
            Some((Health::Unknown, text, a.since))
        }
        // That is said of the composite alarm whose actions are held back.
        Hears::Suppressed(_) | Hears::Composite(_) | Hears::Deployment(_) | Hears::Unread => None,
    };
    firing.filter_map(told).collect()
}

pub(super) fn suppressed(facts: &Facts<'_>) -> Vec<Finding> {
    let firing = alarms(facts).filter(|a| a.firing() && a.suppressed().is_some() && !good_news(facts, a));
    let told = |a: &Alarm| match hears_of(facts.index, a)? {
        Hears::Suppressed(by) => {
            Some((Health::Warning, format!("nobody is told of {} now: {by} holds its actions back", a.name), a.since))
        }
        Hears::Nobody | Hears::Perhaps(_) | Hears::Composite(_) | Hears::Deployment(_) | Hears::Unread => None,
    };
    firing.filter_map(told).collect()
}

pub(super) fn unevaluated(facts: &Facts<'_>) -> Vec<Finding> {
    // Part of the data is some evaluation; an alarm that fires is worse than one that is not evaluated.
    let blind = alarms(facts).filter(|a| !a.firing());
    let told = |a: &Alarm| {
        let state = a.evaluation.as_deref().filter(|state| *state != "PARTIAL_DATA")?;
        Some((Health::Unknown, format!("{} is not evaluated: {state}", a.name), a.since))
    };
    blind.filter_map(told).collect()
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
    let since = alarms(facts).filter_map(|a| a.since).max();
    let states: Vec<Seems> = alarms(facts).map(Seems::of).collect();
    (!states.is_empty(), states_in_words(&states), since)
}

/// How an alarm stands, as the summary of the stage counts it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Seems {
    Firing,
    WithoutData,
    PartlyEvaluated,
    Unclear,
    Quiet,
}

impl Seems {
    fn of(alarm: &Alarm) -> Self {
        match (alarm.state.as_str(), &alarm.evaluation) {
            ("ALARM", _) => Self::Firing,
            ("INSUFFICIENT_DATA", _) => Self::WithoutData,
            ("OK", None) => Self::Quiet,
            ("OK", Some(_)) => Self::PartlyEvaluated,
            _ => Self::Unclear,
        }
    }
    fn words(self) -> &'static str {
        match self {
            Self::Firing => "in ALARM",
            Self::WithoutData => "without data",
            Self::PartlyEvaluated => "with part of the data",
            Self::Unclear => "in no known state",
            Self::Quiet => "quiet",
        }
    }
}

/// `3 alarms quiet`, or what is not: `1 of 3 without data`.
fn states_in_words(states: &[Seems]) -> String {
    let all = states.len();
    let count = |wanted: Seems| states.iter().filter(|state| **state == wanted).count();
    let mut parts = Vec::new();
    for seems in [Seems::WithoutData, Seems::PartlyEvaluated, Seems::Unclear, Seems::Firing] {
        match count(seems) {
            0 => {}
            n if all == 1 => parts.push(format!("{n} alarm {}", seems.words())),
            n => parts.push(format!("{n} of {all} {}", seems.words())),
        }
    }
    match (parts.is_empty(), all) {
        (false, _) => parts.join(", "),
        (true, 0) => "no alarm watches it".to_owned(),
        (true, 1) => "1 alarm quiet".to_owned(),
        (true, all) => format!("{all} alarms quiet"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_alarms_with_data_are_quiet() {
        let alarm = |state: &str, evaluation: Option<&str>| {
            Seems::of(&Alarm { state: state.into(), evaluation: evaluation.map(str::to_owned), ..Alarm::default() })
        };
        let (ok, dry) = (alarm("OK", None), alarm("INSUFFICIENT_DATA", None));
        let (partial, odd) = (alarm("OK", Some("PARTIAL_DATA")), alarm("SOMETHING_NEW", None));
        let cases: [(&[Seems], &str); 9] = [
            (&[], "no alarm watches it"),
            (&[ok], "1 alarm quiet"),
            (&[ok, ok, ok], "3 alarms quiet"),
            (&[dry], "1 alarm without data"),
            (&[ok, dry, ok], "1 of 3 without data"),
            (&[dry, dry], "2 of 2 without data"),
            (&[ok, partial, dry], "1 of 3 without data, 1 of 3 with part of the data"),
            (&[ok, odd], "1 of 2 in no known state"),
            // One that fires may be good news: then nothing is worse.
            (&[ok, alarm("ALARM", None)], "1 of 2 in ALARM"),
        ];
        for (states, text) in cases {
            assert_eq!(states_in_words(states), text);
        }
    }
}
