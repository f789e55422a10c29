//! The steps of an execution as a list, for screens on which their graph does not fit.

use std::time::Duration;

use super::super::cell;
use super::{Fact, unread, warn};
use crate::app::App;
use crate::fmt;
use crate::model::Health;
use crate::resources::pipeline::StepDefinition;
use crate::resources::step::{Made, PipelineStep};
use crate::view::{Line, Tone};

/// Returns one fact for each step: first those of the definition in its order, then others that ran. Without a definition
/// that was read, it says so first.
pub(super) fn steps(app: &App, execution: &str) -> Vec<Fact> {
    let store = &app.here.observed.store;
    let Some(run) = store.executions.get(execution) else { return Vec::new() };
    let definition = store.pipelines.get(&run.pipeline).and_then(|p| p.definition.as_ref());
    let unread = match definition {
        Some(definition) => definition.problem.as_ref().map(|why| warn("definition", format!("◌ {why}"))),
        None => Some(unread("definition", &store.pipelines)),
    };
    let note = if unread.is_some() { "" } else { "  not in the definition" };
    let defined = definition.map(|d| d.steps.as_slice()).unwrap_or_default();
    let mut own: Vec<&PipelineStep> = store.steps.rows().filter(|step| step.execution == execution).collect();
    own.sort_by_key(|step| step.started);
    if own.is_empty() {
        return Vec::new();
    }
    let found = |name: &str| own.iter().find(|step| step.name == name).copied();
    let others = own.iter().filter(|step| !defined.iter().any(|d| d.name == step.name));
    let others = others.map(|step| (step.name.clone(), state(app, step, Line::new()).muted(note)));
    let defined = defined.iter().map(|step| of_step(app, step, found(&step.name), run.running()));
    unread.into_iter().chain(defined).chain(others).collect()
}

fn of_step(app: &App, defined: &StepDefinition, step: Option<&PipelineStep>, running: bool) -> Fact {
    let line = match step {
        Some(step) => state(app, step, Line::new()),
        None if running => Line::new().muted("· not reached yet"),
        None => Line::new().muted("– not run"),
    };
    let branch = match defined.branch {
        Some(true) => "  if true",
        Some(false) => "  if false",
        None => "",
    };
    let after = if defined.after.is_empty() { String::new() } else { format!("  after {}", defined.after.join(", ")) };
    (defined.name.clone(), line.muted(format!("{branch}{after}")))
}

/// Adds the state of a step, and what it took and made.
fn state(app: &App, step: &PipelineStep, line: Line) -> Line {
    let health = Health::of_status(&step.status);
    let line = line.with(format!("{} {}", health.sign().0, step.status), cell::tone(health));
    let line = notes(app, step, line);
    let made = step.made.model_package().map(|_| format!("  {}", step.made.in_words())).unwrap_or_default();
    let line = line.muted(made);
    step.failure.as_ref().map_or(line.clone(), |why| line.with(format!("  {why}"), Tone::Bad))
}

/// Adds the sign and the name of a step.
pub(in crate::panes) fn step_name(step: &PipelineStep, line: Line) -> Line {
    let health = Health::of_status(&step.status);
    line.with(format!("{} ", health.sign().0), cell::tone(health)).plain(&step.name)
}

/// Adds the sign and the name of a step, and its notes.
pub(in crate::panes) fn step_with_notes(app: &App, step: &PipelineStep, line: Line) -> Line {
    notes(app, step, step_name(step, line))
}

/// Adds how long a step took, the outcome of a condition, whether its result came from the cache, further attempts, and
/// what it waits for.
fn notes(app: &App, step: &PipelineStep, line: Line) -> Line {
    let now = app.here.observed.at;
    let running = step.status == "Executing";
    let end = step.ended.or(running.then_some(now));
    let took = step.started.zip(end).map(|(from, to)| (to.as_second() - from.as_second()).max(0).unsigned_abs());
    let took = took.filter(|_| step.cached_from.is_none()).map(|s| format!(" {}", fmt::span(Duration::from_secs(s))));
    let line = line.with(took.unwrap_or_default(), if running { Tone::Busy } else { Tone::Muted });
    let line = if let Made::Condition(outcome) = &step.made { line.plain(format!(" {outcome}")) } else { line };
    let waits = if let Made::Callback(queue) = &step.made { Some(queue).filter(|_| running) } else { None };
    let waits = waits.map(|queue| format!(" waits for {}", crate::resources::arn_name(queue))).unwrap_or_default();
    let line = line.with(waits, Tone::Warn);
    let cached = step.cached_from.as_ref().map(|_| " from the cache").unwrap_or_default();
    let again = step.attempts.filter(|n| *n > 1).map(|n| format!(" attempt {n}")).unwrap_or_default();
    line.muted(cached).with(again, Tone::Warn)
}
