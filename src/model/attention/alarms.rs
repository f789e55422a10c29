//! What fires, and does it reach anybody?

use super::{Column, Facts, Finding, Summary, errors, unread, untold};
use crate::config::{Compare, Meaning, Metric, Model as ModelConfig};
use crate::model::hears::hears_of;
use crate::model::people::{Reach, reach};
use crate::model::rows::Rows;
use crate::model::{Health, Hears, Serving, severity};
use crate::resources::Kind;
use crate::resources::alarm::Alarm;

/// An alarm that went into `ALARM` so often in an hour flaps.
const FLAPS: usize = 3;

fn alarms<'a>(facts: &'a Facts<'_>) -> impl Iterator<Item = &'a Alarm> {
    facts.rows.alarms.iter().copied()
}

/// A guard of deployments has its actions off on purpose.
fn guard(facts: &Facts<'_>, alarm: &Alarm) -> bool {
    facts.index.alarms.guards.contains_key(alarm.name.as_str())
}

/// The endpoints of the model that an alarm watches, by its dimensions.
fn watched<'a>(facts: &'a Facts<'_>, alarm: &'a Alarm) -> impl Iterator<Item = &'a Serving<'a>> {
    let named = |serving: &Serving| {
        let mut dimensions = alarm.dimensions.iter();
        dimensions
            .any(|(name, value)| matches!(name.as_str(), "EndpointName" | "Endpoint") && value == serving.endpoint)
    };
    facts.chain.serving.iter().filter(move |serving| named(serving))
}

/// Where it watches only endpoints that customers do not see: the first of them.
fn backstage<'a>(facts: &'a Facts<'_>, alarm: &'a Alarm) -> Option<&'a Serving<'a>> {
    watched(facts, alarm).next().filter(|_| !watched(facts, alarm).any(Serving::production))
}

/// A finding of one alarm: its name, a phrase and its tier; one that watches no production endpoint says which it does.
fn told(facts: &Facts<'_>, alarm: &Alarm, health: Health, phrase: &str, tier: Option<&str>) -> Finding {
    let tier = tier.map(|tier| format!(" {tier}")).unwrap_or_default();
    let place = backstage(facts, alarm).filter(|serving| !alarm.name.contains(serving.endpoint));
    let place = place.map(|serving| format!(" of {}", serving.place())).unwrap_or_default();
    let name = alarm.name.replace(facts.chain.name, "…");
    let phrase = if phrase.is_empty() { String::new() } else { format!(" {phrase}") };
    let short = if alarm.firing() { format!("{name}{tier}{place}") } else { format!("{name}{phrase}{tier}{place}") };
    Finding::new(health, format!("{}{phrase}{tier}{place}", alarm.name))
        .brief(short)
        .since(alarm.since)
        .about(Kind::Alarms, &alarm.name)
}

pub(super) fn firing(facts: &Facts<'_>) -> Vec<Finding> {
    alarms(facts)
        .filter(|a| a.firing())
        .map(|alarm| {
            if good_news(facts.config, alarm) {
                let finding = Finding::new(Health::Ok, format!("{}: good enough to promote", alarm.name));
                return finding.since(alarm.since).about(Kind::Alarms, &alarm.name);
            }
            let tier = severity::tier(&facts.seen.wishes.severity, alarm);
            let health = match tier.as_deref() {
                Some(tier) => severity::weight(tier),
                // Nobody gave it a tier: what the service itself measures of a model that serves is what users see.
                None if alarm.namespaces.iter().any(|n| n == "AWS/SageMaker")
                    && !guard(facts, alarm)
                    && backstage(facts, alarm).is_none() =>
                {
                    Health::Critical
                }
                None => Health::Warning,
            };
            told(facts, alarm, health, "in ALARM", tier.as_deref())
        })
        .collect()
}

/// Alarms that are well just now and went into `ALARM` again and again: whoever looks at their state alone sees nothing.
pub(super) fn flapping(facts: &Facts<'_>) -> Vec<Finding> {
    let well = alarms(facts).filter(|a| !a.firing() && !good_news(facts.config, a));
    well.filter_map(|alarm| {
        let fired = facts.index.alarms.fired.get(alarm.name.as_str()).copied().filter(|fired| *fired >= FLAPS)?;
        let tier = severity::tier(&facts.seen.wishes.severity, alarm);
        Some(told(facts, alarm, Health::Warning, &format!("fired {fired} times in an hour"), tier.as_deref()))
    })
    .collect()
}

/// Does it watch one metric of which the configuration says that crossing the line is good, and fire on that side of it?
fn good_news(config: Option<&ModelConfig>, alarm: &Alarm) -> bool {
    let side = match alarm.operator.as_deref() {
        Some("GreaterThanThreshold" | "GreaterThanOrEqualToThreshold") => true,
        Some("LessThanThreshold" | "LessThanOrEqualToThreshold") => false,
        // A band, and what is not known here, has no side that is good.
        _ => return false,
    };
    let metrics = config.map(|m| m.metrics.as_slice()).unwrap_or_default();
    let promotes = |m: &&Metric| {
        m.meaning == Meaning::Promote
            && m.limit.is_some_and(|(compare, _)| matches!(compare, Compare::Greater | Compare::GreaterOrEqual) == side)
    };
    // An expression may turn the sides round: it is none of these.
    metrics.iter().filter(promotes).any(|metric| metric.is_cloudwatch(&alarm.namespaces, &alarm.watches))
}

/// The alarms that bring good news when they fire.
pub(super) fn all_good_news<'a>(rows: &Rows<'a>, config: Option<&ModelConfig>) -> Vec<&'a str> {
    rows.alarms.iter().filter(|alarm| good_news(config, alarm)).map(|alarm| alarm.name.as_str()).collect()
}

/// An alarm that would break the model, and cannot tell. Whoever lets missing data count as a breach wants to know; where
/// requests come in there should be data.
pub(super) fn without_data(facts: &Facts<'_>) -> Vec<Finding> {
    let dry = alarms(facts).filter(|a| a.state == "INSUFFICIENT_DATA" && !unevaluable(a));
    dry.filter_map(|alarm| {
        let tier = severity::tier(&facts.seen.wishes.severity, alarm)?;
        if severity::weight(&tier) < Health::Critical {
            return None;
        }
        let expected = alarm.missing.as_deref() == Some("breaching")
            || watched(facts, alarm).any(|serving| serving.production() && errors::takes_requests(facts, serving));
        let seen = backstage(facts, alarm).is_none();
        let health = if expected && seen { Health::Warning } else { Health::Unknown };
        let finding = told(facts, alarm, health, "has no data", Some(&tier));
        Some(finding.column(Column::Word("no data".into())))
    })
    .collect()
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
            Reach::Nobody(why) => {
                let finding = Finding::new(Health::Warning, format!("nobody is notified: {name} {why}"));
                let brief = format!("nobody is notified: {name} {}", why.brief());
                Some(finding.brief(brief).about(Kind::Topics, *topic))
            }
            // What another account does not tell cannot be mended here; the topic itself says that it is not known.
            Reach::Unknown(why) if own(topic) => {
                let text = format!("whether {name} notifies anybody is not known: {why}");
                Some(Finding::new(Health::Unknown, text).about(Kind::Topics, *topic))
            }
            Reach::Somebody | Reach::Unknown(_) | Reach::Unread => None,
        }
    };
    facts.chain.topics.iter().filter_map(told).collect()
}

pub(super) fn no_action(facts: &Facts<'_>) -> Vec<Finding> {
    let firing = alarms(facts).filter(|a| a.firing() && a.mute() && !good_news(facts.config, a));
    let unheard = |a: &Alarm| match hears_of(facts.index, a)? {
        Hears::Nobody => {
            let why = if a.actions.is_empty() { "it has no action" } else { "its actions are switched off" };
            Some(unheard(facts, a, Health::Warning, |name| format!("nobody is notified of {name}: {why}")))
        }
        Hears::Perhaps(parent) => Some(unheard(facts, a, Health::Unknown, |name| {
            format!("whether {name} notifies anybody is not known: the rule of {parent} cannot be read")
        })),
        Hears::Quiet(parent) => Some(unheard(facts, a, Health::Warning, |name| {
            format!("nobody is notified of {name} now: {parent} does not fire")
        })),
        // That is said of the composite alarm whose actions are held back.
        Hears::Suppressed(_) | Hears::Composite(_) | Hears::Deployment(_) | Hears::Unread => None,
    };
    firing.filter_map(unheard).collect()
}

/// A finding that nobody hears of an alarm, by the name of the alarm.
fn unheard(facts: &Facts<'_>, alarm: &Alarm, health: Health, phrase: impl Fn(&str) -> String) -> Finding {
    let brief = phrase(&alarm.name.replace(facts.chain.name, "…"));
    Finding::new(health, phrase(&alarm.name)).brief(brief).since(alarm.since).about(Kind::Alarms, &alarm.name)
}

pub(super) fn suppressed(facts: &Facts<'_>) -> Vec<Finding> {
    let firing = alarms(facts).filter(|a| a.firing() && a.suppressed().is_some() && !good_news(facts.config, a));
    let held = |a: &Alarm| {
        let Some(Hears::Suppressed(by)) = hears_of(facts.index, a) else { return None };
        let phrase = |name: &str| format!("nobody is notified of {name} now: {by} holds its actions back");
        Some(unheard(facts, a, Health::Warning, phrase))
    };
    firing.filter_map(held).collect()
}

/// Could AWS not evaluate it? Part of the data is some evaluation.
fn unevaluable(alarm: &Alarm) -> bool {
    alarm.evaluation.as_deref().is_some_and(|state| state != "PARTIAL_DATA")
}

pub(super) fn unevaluated(facts: &Facts<'_>) -> Vec<Finding> {
    // An alarm that fires is worse than one that is not evaluated.
    let blind = alarms(facts).filter(|a| !a.firing() && unevaluable(a));
    let told = |a: &Alarm| {
        let text = format!("{} is not evaluated: {}", a.name, a.evaluation.as_deref()?);
        Some(Finding::new(Health::Unknown, text).since(a.since).about(Kind::Alarms, &a.name))
    };
    blind.filter_map(told).collect()
}

pub(super) fn source(facts: &Facts<'_>) -> Vec<Finding> {
    let alarms = &facts.index.store.alarms;
    if alarms.unfinished() && facts.rows.alarms.is_empty() {
        // What fires is read first: of the rest nothing is known until it was read as well.
        return vec![Finding::unread("")];
    }
    if !facts.rows.alarms.is_empty() {
        return Vec::new();
    }
    // Which alarms watch a model is told by what serves it.
    let serves = if facts.chain.serving.is_empty() { unread(&facts.index.store.endpoints) } else { Vec::new() };
    untold([if alarms.is_empty() { unread(alarms) } else { Vec::new() }, serves])
}

pub(super) fn summary(facts: &Facts<'_>) -> Summary {
    let since = alarms(facts).filter_map(|a| a.since).max();
    let states: Vec<Seems> = alarms(facts).map(Seems::of).collect();
    Summary::new(!states.is_empty(), states_in_words(&states), since)
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
mod tests;
