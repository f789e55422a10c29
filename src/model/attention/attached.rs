//! Rules about things that are attached to a model: what starts its pipelines, what its approvals start, what scales it.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::{Finding, RuleInput};
use crate::model::{Attached, Health, StageKind};
use crate::resources::{AnyTable, Kind, Thing};

/// Returns the things that are attached to the model, with their rows.
fn rows<'a>(input: &'a RuleInput<'_>) -> impl Iterator<Item = (&'a Attached<'a>, &'a dyn Thing)> {
    input.chain.attached.iter().filter_map(|a| Some((a, input.index.store.get(a.kind, a.id)?)))
}

/// The most things that start each other.
const DEEPEST: usize = 4;

/// The reason why a thing starts nothing.
struct Stopped<'a> {
    /// The thing that keeps it from that.
    cause: &'a dyn Thing,
    /// A phrase that names the thing.
    text: String,
}

/// Returns why a thing will not start the things that it names. `None` if it may start them: nothing keeps it from that,
/// and it starts by itself, or something that may start it is not stopped or not known.
fn stopped<'a>(input: &'a RuleInput<'_>, thing: &'a dyn Thing, depth: usize) -> Option<Stopped<'a>> {
    if thing.starts()? {
        let depth = depth.checked_sub(1)?;
        let triggers: Vec<&dyn Thing> = triggers(input, (thing.kind(), thing.id())).collect();
        let all: Option<Vec<Stopped<'_>>> =
            triggers.into_iter().map(|trigger| stopped(input, trigger, depth)).collect();
        let all = all.filter(|all| !all.is_empty())?;
        let noun = thing.kind().noun().unwrap_or_default();
        let why: Vec<String> = all.iter().map(|stopped| stopped.text.clone()).collect();
        let text = format!("its {noun} {} is started only by {}", thing.title(), why.join(", and "));
        return Some(Stopped { cause: all.first()?.cause, text });
    }
    let (noun, problem) = (thing.kind().noun().unwrap_or_default(), thing.problem().unwrap_or_default());
    Some(Stopped { cause: thing, text: format!("{noun} {}, which {problem}", thing.title()) })
}

/// Returns the things that start a thing.
fn triggers<'a>(input: &'a RuleInput<'_>, to: (Kind, &'a str)) -> impl Iterator<Item = &'a dyn Thing> {
    rows(input).filter(move |(a, thing)| a.to == to && thing.starts().is_some()).map(|(_, thing)| thing)
}

/// Finds things of one kind that nothing starts, although something is there to start them. `phrase` says so of one
/// thing, by its name.
fn not_started(input: &RuleInput<'_>, kind: Kind, phrase: impl Fn(&str) -> String) -> Vec<Finding> {
    let started: BTreeSet<&str> = rows(input).filter(|(a, _)| a.to.0 == kind).map(|(a, _)| a.to.1).collect();
    // Something that was not read may start it.
    let starters = input.index.store.tables().filter(|(kind, _)| kind.starts());
    let is_known = |table: &dyn AnyTable| table.complete() && !table.partly_read() && table.trouble().is_none();
    let known = starters.into_iter().all(|(_, table)| is_known(table));
    let mut found = Vec::new();
    for started in started {
        let all = triggers(input, (kind, started)).map(|thing| Some((thing, stopped(input, thing, DEEPEST)?)));
        let Some(all) = all.collect::<Option<Vec<_>>>() else { continue };
        // A thing that is itself switched off says more than one that nothing starts.
        let first = all.iter().find(|(thing, _)| thing.starts() == Some(false)).or(all.first());
        let Some((thing, Stopped { cause, text })) = first else { continue };
        let why = if thing.starts() == Some(false) { described(*thing) } else { text.clone() };
        let phrase = if known { phrase(started) } else { format!("{}, as far as was read", phrase(started)) };
        let health = if known { cause.health() } else { Health::Unknown };
        let finding = Finding::new(health, format!("{phrase}: {why}")).brief(phrase).word("not started");
        found.push(finding.since(last_changed(input, *cause)).about(cause.kind(), cause.id()));
    }
    found
}

/// Returns when somebody last changed a thing, if that was in the last day.
#[cfg(feature = "cloudtrail")]
fn last_changed(input: &RuleInput<'_>, thing: &dyn Thing) -> Option<Timestamp> {
    let calls = input.index.store.trail_events.rows().filter(|call| call.error.is_none());
    calls.filter(|call| Thing::part_of(*call) == Some((thing.kind(), thing.id()))).filter_map(|call| call.at).max()
}
#[cfg(not(feature = "cloudtrail"))]
fn last_changed(_: &RuleInput<'_>, _: &dyn Thing) -> Option<Timestamp> {
    None
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
    let found = not_started(input, Kind::Groups, |_| "an approval starts nothing".to_owned());
    let word = match super::registry::newest_waiting(input) {
        Some(version) => format!("v{version} waits, off"),
        None => "delivery off".to_owned(),
    };
    found.into_iter().map(|finding| finding.word(word.clone())).collect()
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
            // The reason comes before a long name, because the end is cut.
            let brief = match thing.problem_in_brief().filter(|_| !attached.has_own_stage()) {
                Some(reason) => format!("{reason}: {}", thing.title()),
                None if attached.has_own_stage() => problem,
                None => format!("{problem} ({})", thing.title()),
            };
            let finding = Finding::new(thing.health(), described(thing)).brief(brief).since(thing.since());
            let word = thing.problem_in_brief().map_or_else(|| thing.problem().unwrap_or_default(), str::to_owned);
            // The column of alarms has room for a number and a tier.
            let finding = if stage == StageKind::Alarms { finding } else { finding.word(word) };
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
    waiting.collect()
}

/// Is something that delivers the versions under way, waiting, or kept from it?
pub(super) fn delivering(input: &RuleInput<'_>) -> bool {
    let busy = |thing: &dyn Thing| thing.activity().or(thing.problem()).is_some();
    rows(input).any(|(attached, thing)| attached.has_own_stage() && busy(thing))
}

/// The kinds of things attached to endpoints whose problems wait for a decision: scaling that fails fails again until
/// somebody changes the type of the instances or the limits.
const AWAITING: &[Kind] = &[
    #[cfg(feature = "applicationautoscaling")]
    Kind::ScalableTargets,
];

/// Finds the problems of things that are attached to the endpoints.
pub(super) fn of_endpoint(input: &RuleInput<'_>) -> Vec<Finding> {
    // Scaling that somebody suspended has no time since when it fails.
    let awaits = |finding: &Finding| {
        finding.since.is_some() && finding.about.as_ref().is_some_and(|(kind, _)| AWAITING.contains(kind))
    };
    let found = problems(input, StageKind::Endpoint).into_iter();
    found.map(|finding| if awaits(&finding) { finding.awaits(true) } else { finding }).collect()
}

/// Finds the problems of things that are attached to the alarms.
pub(super) fn of_alarms(input: &RuleInput<'_>) -> Vec<Finding> {
    problems(input, StageKind::Alarms)
}
