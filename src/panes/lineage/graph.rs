//! The steps of an execution as a drawn graph: order, parallel branches, outcomes, durations.

use super::super::facts::{step_name, step_with_notes};
use crate::app::{App, Item};
use crate::resources::Kind;
use crate::resources::pipeline::StepDefinition;
use crate::resources::step::PipelineStep;
use crate::view::{GraphNode, Line, Tone, draw, margin};

/// A graph that is ready to be shown.
pub(super) struct Drawn {
    pub(super) title: Line,
    pub(super) lines: Vec<Line>,
}

/// Returns the graph of the selected execution, or of the execution of the selected step. `None` if the screen is too
/// narrow for it; the properties list the steps in any case.
pub(super) fn graph(app: &App, item: &Item) -> Option<Drawn> {
    let store = &app.here.observed.store;
    let arn = match item.of_kind(Kind::Steps) {
        Some(step) => store.steps.get(step)?.execution.as_str(),
        None => item.of_kind(Kind::Executions)?,
    };
    let run = store.executions.get(arn)?;
    let defined = &store.pipelines.get(&run.pipeline)?.definition.as_ref()?.steps;
    // Without any order there is nothing to draw.
    if defined.iter().all(|step| step.after.is_empty()) {
        return None;
    }
    let done = |name: &str| store.steps.rows().find(|step| step.execution == arn && step.name == name);
    let place = |name: &String| defined.iter().position(|step| step.name == *name);
    let nodes = |notes: bool| -> Vec<GraphNode> {
        let node = |step: &StepDefinition| GraphNode {
            line: node(app, step, done(&step.name), run.running(), notes),
            after: step.after.iter().filter_map(place).collect(),
        };
        defined.iter().map(node).collect()
    };
    let room = usize::from(app.size.0 - 2 * margin(app.size.0));
    // With less room the steps stand alone; the properties have their notes.
    let lines = draw(&nodes(true), room).or_else(|| draw(&nodes(false), room))?;
    let title = Line::new().with(format!("steps of run {}", run.short()), Tone::Strong);
    Some(Drawn { title: title.muted(format!("  in the order of {} as it is defined now", run.pipeline)), lines })
}

/// Returns the text of a step: its branch, state and name, and with `notes` what it took.
fn node(app: &App, defined: &StepDefinition, step: Option<&PipelineStep>, running: bool, notes: bool) -> Line {
    let branch = match defined.branch {
        Some(true) => "if ",
        Some(false) => "else ",
        None => "",
    };
    let line = Line::new().muted(branch);
    let Some(step) = step else {
        // A step that was not reached has no row.
        return line.muted(format!("{} {}", if running { "·" } else { "–" }, defined.name));
    };
    if notes { step_with_notes(app, step, line) } else { step_name(step, line) }
}
