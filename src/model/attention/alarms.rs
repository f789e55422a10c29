//! Rules about alarms: which ones fire, and do they notify anybody?

use super::{Column, Finding, RuleInput, Summary, errors, unread, untold};
use crate::config::{Compare, Meaning, Metric, Model as ModelConfig};
use crate::model::alarm_receiver::receiver_of;
use crate::model::people::{Reach, reach};
use crate::model::rows::Rows;
use crate::model::{AlarmReceiver, Health, Serving, severity, silence};
use crate::resources::Kind;
use crate::resources::alarm::Alarm;

/// The number of times in an hour that an alarm must go into `ALARM` to count as flapping.
const FLAPS: usize = 3;

fn alarms<'a>(input: &'a RuleInput<'_>) -> impl Iterator<Item = &'a Alarm> {
    input.rows.alarms.iter().copied()
}

/// Does the alarm guard deployments? Its actions are switched off on purpose.
fn guard(input: &RuleInput<'_>, alarm: &Alarm) -> bool {
    input.index.alarms.guards.contains_key(alarm.name.as_str())
}

/// Returns the endpoints of the model that an alarm watches according to its dimensions.
fn watched<'a>(input: &'a RuleInput<'_>, alarm: &'a Alarm) -> impl Iterator<Item = &'a Serving<'a>> {
    let named = |serving: &Serving| {
        let mut dimensions = alarm.dimensions.iter();
        dimensions
            .any(|(name, value)| matches!(name.as_str(), "EndpointName" | "Endpoint") && value == serving.endpoint)
    };
    input.chain.serving.iter().filter(move |serving| named(serving))
}

/// Returns the first endpoint of an alarm that watches only endpoints outside production.
fn backstage<'a>(input: &'a RuleInput<'_>, alarm: &'a Alarm) -> Option<&'a Serving<'a>> {
    watched(input, alarm).next().filter(|_| !watched(input, alarm).any(Serving::production))
}

/// Makes a finding about one alarm: its name, a phrase and its tier. If the alarm watches no production endpoint, the
/// finding names the endpoint.
fn alarm_finding(input: &RuleInput<'_>, alarm: &Alarm, health: Health, phrase: &str, tier: Option<&str>) -> Finding {
    let tier = tier.map(|tier| format!(" {tier}")).unwrap_or_default();
    let place = backstage(input, alarm).filter(|serving| !alarm.name.contains(serving.endpoint));
    let place = place.map(|serving| format!(" of {}", serving.place())).unwrap_or_default();
    let name = alarm.name.replace(input.chain.name, "…");
    let phrase = if phrase.is_empty() { String::new() } else { format!(" {phrase}") };
    let short = if alarm.firing() {
        let silent = silence(input.index.store, alarm, receiver_of(input.index, alarm).as_ref());
        let silent = silent.map(|silent| format!(" {}", silent.sign())).unwrap_or_default();
        format!("{name}{tier}{place}{silent}")
    } else {
        format!("{name}{phrase}{tier}{place}")
    };
    Finding::new(health, format!("{}{phrase}{tier}{place}", alarm.name))
        .brief(short)
        .since(alarm.since)
        .about(Kind::Alarms, &alarm.name)
}

pub(super) fn firing(input: &RuleInput<'_>) -> Vec<Finding> {
    alarms(input)
        .filter(|a| a.firing())
        .map(|alarm| {
            if good_news(input.config, alarm) {
                let finding = Finding::new(Health::Ok, format!("{}: good enough to promote", alarm.name));
                return finding.since(alarm.since).about(Kind::Alarms, &alarm.name);
            }
            let tier = severity::tier(&input.observed.preferences.severity, alarm);
            alarm_finding(input, alarm, harm(input, alarm), "in ALARM", tier.as_deref())
        })
        .collect()
}

/// Returns the health of a model while an alarm fires.
pub(super) fn harm(input: &RuleInput<'_>, alarm: &Alarm) -> Health {
    let tier = severity::tier(&input.observed.preferences.severity, alarm);
    // Metrics of SageMaker itself on a production endpoint show problems that users notice, even without a tier.
    let shows_trouble = || {
        let own = alarm.namespaces.iter().any(|n| n == "AWS/SageMaker");
        own && !guard(input, alarm) && backstage(input, alarm).is_none()
    };
    match tier {
        Some(tier) => severity::weight(&tier),
        None if shows_trouble() => Health::Critical,
        None => Health::Warning,
    }
}

/// Finds alarms that are OK now but went into `ALARM` again and again. Their present state alone does not show that.
pub(super) fn flapping(input: &RuleInput<'_>) -> Vec<Finding> {
    let well = alarms(input).filter(|a| !a.firing() && !good_news(input.config, a));
    well.filter_map(|alarm| {
        let fired = input.index.alarms.fired.get(alarm.name.as_str()).copied().filter(|fired| *fired >= FLAPS)?;
        let tier = severity::tier(&input.observed.preferences.severity, alarm);
        Some(alarm_finding(input, alarm, Health::Warning, &format!("fired {fired} times in an hour"), tier.as_deref()))
    })
    .collect()
}

/// Is it good news when the alarm fires? The configuration decides about its own metrics: those of an alarm that fires on
/// the side that promotes are good. What the owner says of the alarm counts where it has no such metric.
pub(super) fn good_news(config: Option<&ModelConfig>, alarm: &Alarm) -> bool {
    let metrics = config.map(|m| m.metrics.as_slice()).unwrap_or_default();
    if metrics.iter().any(|metric| metric.is_cloudwatch(&alarm.namespaces, &alarm.watches)) {
        return promotes(metrics, alarm);
    }
    says_good_news(alarm)
}

/// Does the alarm fire on the side of a metric that is good to cross, according to the configuration?
fn promotes(metrics: &[Metric], alarm: &Alarm) -> bool {
    let side = match alarm.operator.as_deref() {
        Some("GreaterThanThreshold" | "GreaterThanOrEqualToThreshold") => true,
        Some("LessThanThreshold" | "LessThanOrEqualToThreshold") => false,
        // A band has no good side, and neither has an unknown operator.
        _ => return false,
    };
    let promotes = |m: &&Metric| {
        m.meaning == Meaning::Promote
            && m.limit.is_some_and(|(compare, _)| matches!(compare, Compare::Greater | Compare::GreaterOrEqual) == side)
    };
    // An expression may swap the sides, so it never counts as good news.
    metrics.iter().filter(promotes).any(|metric| metric.is_cloudwatch(&alarm.namespaces, &alarm.watches))
}

/// Phrases with which owners say that their alarm fires on good news.
const GOOD_NEWS: [&str; 5] =
    ["good news", "good enough to promote", "ready to promote", "can be promoted", "may be promoted"];
/// Words that turn such a text into its opposite.
const DENIALS: [&str; 13] =
    ["not", "no", "don", "dont", "never", "cannot", "stop", "stops", "block", "blocks", "blocked", "fail", "failed"];

/// Do the name or the description of an alarm say that it is good news when it fires? What AWS measures, and what pages
/// somebody, is no good news whatever its text says.
fn says_good_news(alarm: &Alarm) -> bool {
    let graver = severity::tier(&[], alarm).is_some_and(|tier| severity::weight(&tier) == Health::Critical);
    if graver || alarm.namespaces.iter().any(|namespace| namespace.starts_with("AWS/")) {
        return false;
    }
    let texts = [&alarm.name, &alarm.description].map(|text| text.to_lowercase());
    let words = texts
        .each_ref()
        .map(|text| text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect::<Vec<&str>>());
    let denied = words.iter().flatten().any(|word| DENIALS.contains(word));
    let good = |words: &Vec<&str>| {
        let text = format!(" {} ", words.join(" "));
        let calls = words.first() == Some(&"promote") || words.last() == Some(&"promote");
        calls || GOOD_NEWS.iter().any(|phrase| text.contains(&format!(" {phrase} ")))
    };
    !denied && words.iter().any(good)
}

/// Returns the alarms that are good news when they fire.
pub(super) fn all_good_news<'a>(rows: &Rows<'a>, config: Option<&ModelConfig>) -> Vec<&'a str> {
    rows.alarms.iter().filter(|alarm| good_news(config, alarm)).map(|alarm| alarm.name.as_str()).collect()
}

/// Returns the alarms that degrade the model when they fire, and do not break it.
pub(super) fn all_degrading<'a>(input: &RuleInput<'_>, rows: &Rows<'a>) -> Vec<&'a str> {
    let degrading = rows.alarms.iter().filter(|alarm| harm(input, alarm) < Health::Critical);
    degrading.map(|alarm| alarm.name.as_str()).collect()
}

/// Finds alarms without data that would break the model if they fired. Data is expected if the owner lets missing
/// data count as a breach, or if requests arrive.
pub(super) fn without_data(input: &RuleInput<'_>) -> Vec<Finding> {
    let dry = alarms(input).filter(|a| a.state == "INSUFFICIENT_DATA" && !unevaluable(a));
    dry.filter_map(|alarm| {
        let tier = severity::tier(&input.observed.preferences.severity, alarm)?;
        if severity::weight(&tier) < Health::Critical {
            return None;
        }
        let expected = alarm.missing.as_deref() == Some("breaching")
            || watched(input, alarm).any(|serving| serving.production() && errors::takes_requests(input, serving));
        let observed = backstage(input, alarm).is_none();
        let health = if expected && observed { Health::Warning } else { Health::Unknown };
        let finding = alarm_finding(input, alarm, health, "has no data", Some(&tier));
        Some(finding.column(Column::Word("no data".into())))
    })
    .collect()
}

pub(super) fn nobody_told(input: &RuleInput<'_>) -> Vec<Finding> {
    let store = input.index.store;
    let me = store.identity.rows().next();
    // If the list of topics is denied, the account in the ARN shows the owner of the topic.
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
            // Nobody can fix a topic of another account here. The topic itself shows that its state is unknown.
            Reach::Unknown(why) if own(topic) => {
                let text = format!("whether {name} notifies anybody is not known: {why}");
                Some(Finding::new(Health::Unknown, text).about(Kind::Topics, *topic))
            }
            Reach::Somebody | Reach::Unknown(_) | Reach::Unread => None,
        }
    };
    input.chain.topics.iter().filter_map(told).collect()
}

pub(super) fn no_action(input: &RuleInput<'_>) -> Vec<Finding> {
    let firing = alarms(input).filter(|a| a.firing() && a.mute() && !good_news(input.config, a));
    let unheard = |a: &Alarm| match receiver_of(input.index, a)? {
        AlarmReceiver::Nobody => {
            let why = if a.actions.is_empty() { "it has no action" } else { "its actions are switched off" };
            Some(unheard(input, a, Health::Warning, |name| format!("nobody is notified of {name}: {why}")))
        }
        AlarmReceiver::Perhaps(parent) => Some(unheard(input, a, Health::Unknown, |name| {
            format!("whether {name} notifies anybody is not known: the rule of {parent} cannot be read")
        })),
        AlarmReceiver::PerhapsRule(rule) => Some(unheard(input, a, Health::Unknown, |name| {
            format!("whether {name} notifies anybody is not known: it is not known whether rule {rule} acts")
        })),
        AlarmReceiver::Quiet(parent) => Some(unheard(input, a, Health::Warning, |name| {
            format!("nobody is notified of {name} now: {parent} does not fire")
        })),
        // The alarm whose actions are suppressed or muted has its own finding.
        AlarmReceiver::Suppressed(_)
        | AlarmReceiver::Muted(_)
        | AlarmReceiver::Composite(_)
        | AlarmReceiver::Rule(_)
        | AlarmReceiver::Deployment(_)
        | AlarmReceiver::Unread => None,
    };
    firing.filter_map(unheard).collect()
}

/// Makes a finding that an alarm notifies nobody. `phrase` makes the text from the name of the alarm.
fn unheard(input: &RuleInput<'_>, alarm: &Alarm, health: Health, phrase: impl Fn(&str) -> String) -> Finding {
    let brief = phrase(&alarm.name.replace(input.chain.name, "…"));
    let finding = Finding::new(health, phrase(&alarm.name)).brief(brief).since(alarm.since);
    finding.about(Kind::Alarms, &alarm.name).awaits(harm(input, alarm) == Health::Critical)
}

pub(super) fn suppressed(input: &RuleInput<'_>) -> Vec<Finding> {
    let firing = alarms(input).filter(|a| a.firing() && a.suppressed().is_some() && !good_news(input.config, a));
    let held = |a: &Alarm| {
        let Some(AlarmReceiver::Suppressed(by)) = receiver_of(input.index, a) else { return None };
        let phrase = |name: &str| format!("nobody is notified of {name} now: {by} holds its actions back");
        Some(unheard(input, a, Health::Warning, phrase))
    };
    firing.filter_map(held).collect()
}

/// Did AWS fail to evaluate it? An evaluation with partial data still counts.
fn unevaluable(alarm: &Alarm) -> bool {
    alarm.evaluation.as_deref().is_some_and(|state| state != "PARTIAL_DATA")
}

pub(super) fn unevaluated(input: &RuleInput<'_>) -> Vec<Finding> {
    // An alarm that fires is worse than one that is not evaluated, so it is not listed here.
    let read_error = alarms(input).filter(|a| !a.firing() && unevaluable(a));
    let told = |a: &Alarm| {
        let text = format!("{} is not evaluated: {}", a.name, a.evaluation.as_deref()?);
        Some(Finding::new(Health::Unknown, text).since(a.since).about(Kind::Alarms, &a.name))
    };
    read_error.filter_map(told).collect()
}

pub(super) fn source(input: &RuleInput<'_>) -> Vec<Finding> {
    let alarms = &input.index.store.alarms;
    if alarms.unfinished() && input.rows.alarms.is_empty() {
        // Firing alarms are read first. The other alarms are unknown until they were read as well.
        return vec![Finding::unread("")];
    }
    if !input.rows.alarms.is_empty() {
        return Vec::new();
    }
    // The endpoints of a model determine which alarms watch it.
    let serves = if input.chain.serving.is_empty() { unread(&input.index.store.endpoints) } else { Vec::new() };
    untold([if alarms.is_empty() { unread(alarms) } else { Vec::new() }, serves])
}

pub(super) fn summary(input: &RuleInput<'_>) -> Summary {
    let since = alarms(input).filter_map(|a| a.since).max();
    let seems = |alarm| if good_news(input.config, alarm) && alarm.firing() { Seems::Good } else { Seems::of(alarm) };
    let states: Vec<Seems> = alarms(input).map(seems).collect();
    Summary::new(!states.is_empty(), states_in_words(&states), since)
}

/// The state of an alarm, as the summary of the stage counts it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Seems {
    Firing,
    Good,
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
            Self::Good => "good enough to promote",
            Self::WithoutData => "without data",
            Self::PartlyEvaluated => "with part of the data",
            Self::Unclear => "in no known state",
            Self::Quiet => "quiet",
        }
    }
}

/// Returns `3 alarms quiet`, or the alarms that are not quiet: `1 of 3 without data`.
fn states_in_words(states: &[Seems]) -> String {
    let all = states.len();
    let count = |wanted: Seems| states.iter().filter(|state| **state == wanted).count();
    let mut parts = Vec::new();
    for seems in [Seems::WithoutData, Seems::PartlyEvaluated, Seems::Unclear, Seems::Firing, Seems::Good] {
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
