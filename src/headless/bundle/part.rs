//! The parts of a pack: models, alarms, metrics, things, and what was done from here. Texts are cut to a length.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use super::pack::{AlarmState, Deed, Finding, ModelState, Moment, Pack, Property, Series, StageState, ThingState};
use crate::app::Item;
use crate::fmt;
use crate::handles::{Place, What};
use crate::headless::Look;
use crate::journal::{Entry, Journal};
use crate::model::people::{Reach, listeners, reach};
use crate::model::{Chain, Reason, Serving};
use crate::resources::subscription::Subscription;
use crate::resources::{Event, Kind, Thing, Value};

/// The most characters of a text.
const LONGEST: usize = 2_000;
/// The most properties of a thing.
const MOST_PROPERTIES: usize = 60;
/// The time of the journal that is searched, and the most lines of it that are kept.
const LATELY: SignedDuration = SignedDuration::from_hours(7 * 24);
const MOST_DEEDS: usize = 100;
/// The most lines of the journal that are read.
const MOST_LINES: usize = 20_000;

/// Returns a text, cut to a length.
pub(super) fn cut(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default()),
        None => text.to_owned(),
    }
}

pub(super) fn model(chain: &Chain) -> ModelState {
    let finding = |reason: &Reason| Finding {
        stage: reason.stage().name().to_owned(),
        health: reason.health,
        text: cut(&reason.text),
        since: reason.since,
        rule: reason.rule.name.to_owned(),
    };
    let serving = |serving: &Serving<'_>| {
        let deploying = serving.deployment.as_ref().map(|d| format!(", {}", d.status)).unwrap_or_default();
        format!("{} {}{deploying}", serving.place(), serving.label())
    };
    let stages = chain.stages.iter().map(|stage| StageState {
        stage: stage.kind.name().to_owned(),
        health: stage.health,
        summary: cut(&stage.summary),
    });
    ModelState {
        name: chain.name.to_owned(),
        health: chain.health,
        stages: stages.collect(),
        findings: chain.reasons.iter().map(finding).collect(),
        serving: chain.serving.iter().map(serving).collect(),
    }
}

pub(super) fn moment(at: Timestamp, event: &Event) -> Moment {
    Moment { at, health: event.health, text: cut(&event.text), by: cut(&event.by) }
}

/// Returns an alarm, and whom it tells.
pub(super) fn alarm(look: &Look, name: &str) -> Option<AlarmState> {
    let store = look.store();
    let alarm = store.alarms.get(name)?;
    let topic = |arn: &String| {
        let topic = arn.rsplit(':').next().unwrap_or(arn);
        match reach(store, arn) {
            Reach::Nobody(why) => format!("{topic}: {why}"),
            Reach::Unknown(why) => format!("{topic}: not known: {why}"),
            Reach::Unread => format!("{topic}: not read"),
            Reach::Somebody => {
                let all: Vec<String> =
                    listeners(store, arn).into_iter().filter(|s| s.confirmed()).map(Subscription::receiver).collect();
                if all.is_empty() { topic.to_owned() } else { format!("{topic}: {}", all.join(", ")) }
            }
        }
    };
    let notifies: Vec<String> = if let Some(receiver) = look.joined.receiver(&alarm.name) {
        vec![receiver.in_words()]
    } else {
        let topics: Vec<String> = alarm.calls("sns").map(topic).collect();
        let others = alarm.called().into_iter().skip(topics.len()).map(std::borrow::Cow::into_owned);
        topics.iter().cloned().chain(others).collect()
    };
    Some(AlarmState {
        name: alarm.name.clone(),
        state: alarm.state.clone(),
        since: alarm.since,
        condition: cut(alarm.rule.as_deref().unwrap_or(&format!("{} {}", alarm.watches, alarm.condition))),
        reason: cut(&alarm.reason),
        notifies,
    })
}

/// Returns the metrics of the endpoints of models, and those that the configuration gives them.
pub(super) fn series(look: &Look, chains: &[&Chain], item: &Item) -> Vec<Series> {
    let mut endpoints: BTreeSet<&str> =
        chains.iter().flat_map(|chain| chain.serving.iter().map(|serving| serving.endpoint)).collect();
    endpoints.extend(item.of_kind(Kind::Endpoints));
    let of_model =
        |id: &str| chains.iter().any(|chain| id.strip_prefix(chain.name).is_some_and(|r| r.starts_with(':')));
    let wanted = look.store().metrics.rows().filter(|row| match &row.endpoint {
        Some(endpoint) => endpoints.contains(endpoint.as_str()),
        None => of_model(&row.id),
    });
    let one = |row: &crate::resources::metric::MetricSeries| Series {
        id: row.id.clone(),
        stat: row.stat.clone(),
        period: row.period,
        points: row.points.iter().copied().filter(|(_, value)| value.is_finite()).collect(),
        problem: row.problem.as_deref().map(cut),
    };
    wanted.map(one).collect()
}

/// Returns a thing with its properties.
pub(super) fn thing(place: Place<'_>, thing: &dyn Thing) -> ThingState {
    let property = |property: crate::resources::Property| {
        let value = match property.value {
            Value::Text(text) | Value::Status(text) | Value::Warning(text) => cut(&text),
            Value::Time(at) => at.to_string(),
            Value::Span(span) => fmt::span(span),
            Value::Bytes(bytes) => fmt::bytes(bytes),
            Value::Number(number) => fmt::number(number),
            Value::Derived(_) => return None,
        };
        Some(Property { name: property.label.into_owned(), value })
    };
    let handles = place.of_thing(thing);
    let text = |what: &What| handles.iter().find(|handle| handle.what == *what).map(|handle| handle.text.clone());
    ThingState {
        kind: thing.kind().name().to_owned(),
        name: text(&What::Name).unwrap_or_default(),
        id: thing.id().to_owned(),
        arn: thing.arn().map(str::to_owned),
        status: thing.status().map(str::to_owned),
        health: thing.health(),
        properties: thing.properties().into_iter().filter_map(property).take(MOST_PROPERTIES).collect(),
        console: text(&What::Console),
        command: text(&What::Command),
    }
}

/// Returns what could not be read, and why.
pub(super) fn troubles(look: &Look) -> Vec<String> {
    let unread =
        look.store().sources().into_iter().filter(|source| source.fetched_at.is_none() && source.error.is_none());
    let unread = unread.map(|source| format!("{}: not read", source.kind));
    look.store().troubles().into_iter().map(|(kind, why)| cut(&format!("{kind}: {why}"))).chain(unread).collect()
}

/// Adds the changes that this machine made to the things of a pack in the last week, newest first.
pub(super) fn add_done(pack: &mut Pack, journal: &Journal) {
    let tail = match journal.tail(MOST_LINES) {
        Ok(tail) => tail,
        Err(why) => return pack.troubles.push(format!("the journal of this machine cannot be read: {why}")),
    };
    let all = deeds(pack, tail.entries);
    if all.len() > MOST_DEEDS {
        pack.left_out.push(format!("{} of {} changes from here", all.len() - MOST_DEEDS, all.len()));
    }
    pack.done = all.into_iter().take(MOST_DEEDS).collect();
}

fn deeds(pack: &Pack, entries: Vec<Entry>) -> Vec<Deed> {
    let names: BTreeSet<&str> = pack.things.iter().flat_map(|thing| [&*thing.id, &*thing.name]).collect();
    // The target of some changes is a part: `PIPELINE/STAGE`.
    let is_of =
        |target: &str| names.contains(target) || target.split_once('/').is_some_and(|(of, _)| names.contains(of));
    let since = pack.taken_at.checked_sub(LATELY).unwrap_or_default();
    let about = entries.into_iter().rev().filter(|entry| {
        let identity = pack.identity.as_deref().unwrap_or_default();
        let ours = entry.may_be_of(&pack.region, pack.endpoint_url.as_deref(), identity);
        ours && entry.at >= since && is_of(&entry.target)
    });
    let deed = |entry: Entry| Deed {
        at: entry.at,
        event: format!("{:?}", entry.event).to_lowercase(),
        intent: entry.intent,
        target: entry.target,
        identity: entry.identity,
        call: entry.call,
        message: cut(&entry.message),
    };
    about.map(deed).collect()
}
