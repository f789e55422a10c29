//! The properties of one thing: label and value, in AWS's own words where there are any.

mod business;
mod checks;
mod compared;
mod compliance;
mod derived;
mod images;
mod keys;
mod limits;
mod live;
mod metadata_item;
mod pairs;
mod project;
#[cfg(feature = "applicationautoscaling")]
mod scaling;
mod schema;
mod serving;
mod steps;

pub(super) use pairs::{Compared, compare};
pub(super) use steps::{step_name, step_with_notes};

use std::borrow::Cow;

use super::{alarms, cell};
use crate::app::{App, Item, Subject};
use crate::fmt;
use crate::model::{Chain, Health};
use crate::resources::package::ModelPackage;
use crate::resources::{Kind, Property, Resource, Table, Thing, Value};
use crate::view::{Line, Tone};

/// A label and a value.
type Fact = (String, Line);

/// Returns the properties of something, the most important first.
pub(super) fn facts(app: &App, chain: &Chain, item: &Item) -> Vec<Fact> {
    let mut facts = match item {
        Item::Model(_) => model(app, chain),
        Item::Resource(kind, id) => resource(app, chain, *kind, id),
        Item::AlarmAction(arn) => vec![fact("arn", arn)],
        Item::Stage(_) | Item::Rest | Item::LogEntry(_) | Item::Source(_) | Item::Account => Vec::new(),
    };
    facts.extend(metadata_item::attributes(app, chain, item));
    facts.extend(links(app, chain, item));
    facts.extend(page(app, item));
    facts.retain(|(_, line)| line.width() > 0);
    facts
}

/// Returns the properties of a thing that belongs to no model.
pub(super) fn of_thing(app: &App, subject: &Subject) -> Vec<Fact> {
    let Some((kind, id)) = subject.item.resource() else { return Vec::new() };
    let mut facts = resource(app, &Chain::default(), kind, id);
    facts.extend(page(app, &subject.item));
    facts.retain(|(_, line)| line.width() > 0);
    facts
}

/// Returns the properties of a resource, and those that the joined models add.
fn resource(app: &App, chain: &Chain, kind: Kind, id: &str) -> Vec<Fact> {
    let store = &app.here.observed.store;
    let Some(thing) = store.get(kind, id) else {
        return [warn("state", store.table(kind).missing())]
            .into_iter()
            .chain(derived::of_missing(app, kind, id))
            .collect();
    };
    let known = app.here.acknowledged(kind, id);
    let known = known.map(|known| {
        let age = fmt::age(app.here.observed.at, known.at);
        ("acknowledged".to_owned(), Line::new().with(format!("{age} ago by {}", known.text()), Tone::Good))
    });
    let mut facts: Vec<Fact> = known.into_iter().collect();
    for Property { label, value } in thing.properties() {
        if let Value::Derived(which) = value {
            facts.extend(derived::derived(app, chain, id, which));
        } else {
            let limit = limits::limit(app, &value);
            let judged = judged(app, chain, thing, &value);
            facts.push((label.into_owned(), judged.unwrap_or_else(|| format_value(app, value))));
            facts.extend(limit);
        }
    }
    facts.extend(keys::state(app, kind, id));
    facts.extend(compliance::rules(app, kind, id));
    facts.extend(schema::schema(app, chain, kind, id));
    facts.push(fact("arn", thing.arn().unwrap_or_default()));
    facts
}

/// Returns the properties of a resource, or nothing where it was not read.
fn resource_if_known(app: &App, chain: &Chain, kind: Kind, id: &str) -> Vec<Fact> {
    let known = app.here.observed.store.get(kind, id).is_some();
    if known { resource(app, chain, kind, id) } else { Vec::new() }
}

/// Returns the address of a resource in AWS's own console.
fn page(app: &App, item: &Item) -> Option<Fact> {
    let (kind, id) = item.resource()?;
    let page = app.here.place().page(app.here.observed.store.get(kind, id)?)?;
    Some(("console".to_owned(), Line::new().address(&page)))
}

/// Formats a value.
fn format_value(app: &App, value: Value) -> Line {
    let now = app.here.observed.at;
    match value {
        Value::Text(text) => Line::new().plain(text),
        Value::Status(raw) => status(&raw, Health::of_status(&raw)),
        Value::Warning(text) => Line::new().with(format!("▲ {text}"), Tone::Warn),
        Value::Time(at) => {
            let (clock, age) = (fmt::clock(now, at, &app.zone), fmt::age(now.max(at), now.min(at)));
            Line::new().plain(if at > now { format!("{clock}  (in {age})") } else { format!("{clock}  ({age} ago)") })
        }
        Value::Span(span) => Line::new().plain(fmt::span(span)),
        Value::Bytes(bytes) => Line::new().plain(fmt::bytes(bytes)),
        Value::Number(number) => Line::new().plain(fmt::number(number)),
        Value::Derived(_) => Line::new(),
    }
}

fn status(raw: &str, health: Health) -> Line {
    Line::new().with(format!("{} {raw}", health.sign().0), cell::tone(health))
}

/// Returns a value with the sign that the lists give it, if that is not the sign of AWS's word: an alarm whose firing is
/// good news is no trouble, and what waits for a person is only a warning where nothing else is known of it.
fn judged(app: &App, chain: &Chain, thing: &dyn Thing, value: &Value) -> Option<Line> {
    if let Value::Status(raw) = value {
        let alarm = app.here.observed.store.alarms.get(thing.id()).filter(|_| thing.kind() == Kind::Alarms);
        return alarm.map(|alarm| status(raw, alarms::health(Some(chain), alarm)));
    }
    let Value::Warning(text) = value else { return None };
    let waits = thing.health() == Health::Waiting && thing.problem().as_ref() == Some(text);
    waits.then(|| status(text, Health::Waiting))
}

/// Returns the name of the other end of an edge: a location is whole, and a version has the name of its group.
fn end_of_link(key: &str) -> Cow<'_, str> {
    if key.starts_with("s3://") {
        return key.into();
    }
    match ModelPackage::parse_arn(key) {
        Some((group, version)) => format!("{group} v{version}").into(),
        None => crate::resources::arn_name(key).into(),
    }
}

fn fact(label: &str, value: impl AsRef<str>) -> Fact {
    (label.to_owned(), Line::new().plain(value))
}

fn warn(label: &str, text: impl AsRef<str>) -> Fact {
    (label.to_owned(), Line::new().with(text, Tone::Warn))
}

/// Returns a fact about something without a row in a table that is read on demand: AWS did not tell it, or was not asked.
fn unread<T: Resource>(label: &str, table: &Table<T>) -> Fact {
    match table.trouble() {
        Some(why) => warn(label, format!("◌ not known: {} {}", why.operation, why.kind.word())),
        None => fact(label, "◌ not asked yet"),
    }
}

fn model(app: &App, chain: &Chain) -> Vec<Fact> {
    let reason = |r: &crate::model::Reason| {
        let since = r.since.map(|at| format!("  {}", fmt::age(app.here.observed.at, at))).unwrap_or_default();
        let line =
            Line::new().with(format!("{} ", r.health.sign().0), cell::tone(r.health)).plain(&r.text).muted(since);
        (r.stage().name().to_owned(), line)
    };
    let mut facts: Vec<Fact> = chain.reasons.iter().filter(|r| r.health >= Health::Ok).map(reason).collect();
    facts.extend(business::metrics(app, chain));
    facts.push(fact("group", chain.group.unwrap_or_default()));
    let config = chain.configured.and_then(|i| app.here.observed.preferences.models.get(i));
    facts.push(fact("family", config.and_then(|m| m.family).map(|family| family.to_string()).unwrap_or_default()));
    let runbook = config.and_then(|m| m.runbook_url.as_deref()).unwrap_or_default();
    facts.push(("runbook".to_owned(), Line::new().address(runbook)));
    facts.extend(project::project(app, chain));
    facts
}

/// Returns the edges that end or begin here. They explain the place of the thing in the lineage.
fn links(app: &App, chain: &Chain, item: &Item) -> Vec<Fact> {
    let thing = item.resource().and_then(|(kind, id)| app.here.observed.store.get(kind, id));
    let key = thing.and_then(Thing::arn).unwrap_or(item.id());
    if key.is_empty() {
        return Vec::new();
    }
    let line = |other: &str, l: &crate::model::Link<'_>| {
        let sure = format!("{:?}", l.confidence).to_lowercase();
        Line::new().plain(end_of_link(other)).muted(format!("  {sure}: {}", l.rule))
    };
    let links = app.here.joined.links(chain);
    let from = links.iter().filter(|l| l.to == key).map(|l| ("← from".to_owned(), line(l.from, l)));
    let to = links.iter().filter(|l| l.from == key).map(|l| ("→ to".to_owned(), line(l.to, l)));
    from.take(6).chain(to.take(6)).collect()
}
