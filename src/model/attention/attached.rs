//! Rules about things that are attached to a model: what starts its pipelines, what its approvals start, what scales it.

use std::collections::BTreeMap;

use super::{Column, Finding, RuleInput};
use crate::model::{Attached, Health, StageKind};
use crate::resources::{AnyTable, Kind, Thing};

/// Returns the things that are attached to the model, with their rows.
fn rows<'a>(input: &'a RuleInput<'_>) -> impl Iterator<Item = (&'a Attached<'a>, &'a dyn Thing)> {
    input.chain.attached.iter().filter_map(|a| Some((a, input.index.store.get(a.kind, a.id)?)))
}

/// Finds things of one kind that nothing starts, although something is there to start them. `phrase` says so of one
/// thing, by its name.
fn not_started(input: &RuleInput<'_>, kind: Kind, phrase: impl Fn(&str) -> String) -> Vec<Finding> {
    let mut triggers: BTreeMap<&str, Vec<&dyn Thing>> = BTreeMap::new();
    for (attached, thing) in rows(input).filter(|(a, thing)| a.to.0 == kind && thing.starts().is_some()) {
        triggers.entry(attached.to.1).or_default().push(thing);
    }
    let stopped = triggers.into_iter().filter(|(_, all)| all.iter().all(|thing| thing.starts() == Some(false)));
    // Something that was not read may start it.
    let starters = input.index.store.tables().filter(|(kind, _)| kind.starts());
    let is_known = |table: &dyn AnyTable| table.complete() && !table.partly_read() && table.trouble().is_none();
    let known = starters.into_iter().all(|(_, table)| is_known(table));
    let finding = |(started, all): (&str, Vec<&dyn Thing>)| {
        let first = *all.first()?;
        let phrase = if known { phrase(started) } else { format!("{}, as far as was read", phrase(started)) };
        let health = if known { first.health() } else { Health::Unknown };
        let text = format!("{phrase}: {}", described(first));
        Some(Finding::new(health, text).brief(phrase).about(first.kind(), first.id()))
    };
    stopped.filter_map(finding).collect()
}

/// Describes what is wrong with a thing: `rule weekly is disabled`.
fn described(thing: &dyn Thing) -> String {
    let noun = thing.kind().noun().unwrap_or_default();
    format!("{noun} {} {}", thing.title(), thing.problem().unwrap_or_default())
}

/// Finds pipelines that have rules or schedules, all of which start nothing.
pub(super) fn not_retrained(input: &RuleInput<'_>) -> Vec<Finding> {
    not_started(input, Kind::Pipelines, |pipeline| format!("nothing starts {pipeline}"))
}

/// Finds a group whose approvals have rules, all of which start nothing.
pub(super) fn not_delivered(input: &RuleInput<'_>) -> Vec<Finding> {
    not_started(input, Kind::Groups, |_| "an approval starts nothing".to_owned())
}

/// Finds the attached things of one stage that cannot do their work. Things that start others have rules of their own.
fn problems(input: &RuleInput<'_>, stage: StageKind) -> Vec<Finding> {
    let mut all: Vec<Finding> = Vec::new();
    let stopped = rows(input).filter(|(a, thing)| a.stage == stage && thing.starts() != Some(false));
    for (attached, thing) in stopped.filter(|(_, thing)| thing.problem().is_some()) {
        // A thing may be attached to several things of the model.
        let known = all
            .iter()
            .any(|f| f.about.as_ref().is_some_and(|(kind, id)| (*kind, id.as_str()) == (attached.kind, attached.id)));
        if !known {
            let problem = thing.problem().unwrap_or_default();
            // The stage already names a thing that has a place of its own.
            let brief = if attached.has_own_stage() { problem } else { format!("{} {problem}", thing.title()) };
            let finding = Finding::new(thing.health(), described(thing)).brief(brief).since(thing.since());
            all.push(finding.about(attached.kind, attached.id));
        }
    }
    all
}

/// Finds the problems of things that are attached to the pipelines.
pub(super) fn of_training(input: &RuleInput<'_>) -> Vec<Finding> {
    problems(input, StageKind::Training)
}

/// Finds the problems of things that are attached to the group and its versions, or deliver these.
pub(super) fn of_registry(input: &RuleInput<'_>) -> Vec<Finding> {
    let mut all = problems(input, StageKind::Registry);
    all.retain(|finding| finding.health != Health::Waiting);
    all
}

/// Finds the things that deliver the versions and wait for a person.
pub(super) fn delivery_waits(input: &RuleInput<'_>) -> Vec<Finding> {
    let waiting = problems(input, StageKind::Registry).into_iter().filter(|finding| finding.health == Health::Waiting);
    waiting.map(|finding| finding.column(Column::WordAndAge("held"))).collect()
}

/// Is something that delivers the versions under way, waiting, or kept from it?
pub(super) fn delivering(input: &RuleInput<'_>) -> bool {
    let busy = |thing: &dyn Thing| thing.activity().or(thing.problem()).is_some();
    rows(input).any(|(attached, thing)| attached.has_own_stage() && busy(thing))
}

/// Finds the problems of things that are attached to the endpoints.
pub(super) fn of_endpoint(input: &RuleInput<'_>) -> Vec<Finding> {
    problems(input, StageKind::Endpoint)
}
