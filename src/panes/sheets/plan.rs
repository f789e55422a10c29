//! The sheet of a plan: the choices, the changes, the notes and the calls. The question is below them and always
//! visible.

use jiff::SignedDuration;

use super::{keys, place, plan_table};
use crate::app::{Answer, App, Ask, Planning};
use crate::fmt;
use crate::intents::{Choice, Plan};
use crate::keymap::SheetKey::{
    Cancel, Confirm, CopyCall, NextChoice, NextField, PageDown, PreviousChoice, ScrollDown, Unfold,
};
use crate::view::{Line, Sheet, SheetRow, Tone, sheet_room};

/// The preferred width of the sheet in cells.
const WIDTH: u16 = 118;

/// The cells between two checks.
const GAP: usize = 3;

pub(super) fn ask(app: &App, ask: &Ask) -> Sheet {
    let mut pinned = vec![SheetRow::Rule];
    pinned.extend(place(app));
    let target = &ask.plan.target;
    let hint = ask.problem.as_ref().map(|problem| Line::new().with(problem, Tone::Bad));
    let answers = match &ask.answer {
        Answer::Typed(input) => {
            pinned.push(SheetRow::Field {
                label: format!("Type {target} to send"),
                value: input.value().to_owned(),
                cursor: Some(input.visual_cursor()),
                hint: hint.unwrap_or_default(),
            });
            vec![(Confirm, "send"), (Cancel, "cancel")]
        }
        Answer::Key { sends } => {
            pinned.extend(hint.map(SheetRow::Text));
            pinned.extend([
                SheetRow::Item { line: Line::from("cancel"), note: Line::new(), selected: !sends },
                SheetRow::Item { line: Line::from(format!("send to {target}")), note: Line::new(), selected: *sends },
            ]);
            let confirm = if *sends { "send" } else { "cancel" };
            vec![(Confirm, confirm), (ScrollDown, if *sends { "to cancel" } else { "to send" })]
        }
    };
    let choices =
        (ask.targets().count() > 1).then_some([(PreviousChoice, "other target"), (NextChoice, "other target")]);
    let ways = (ask.ways().count() > 1).then_some((NextField, "another way"));
    let fold = if ask.unfolded { "fold calls" } else { "show calls" };
    let others = [(PageDown, "scroll"), (Unfold, fold), (CopyCall, "copy call")];
    let wanted: Vec<_> = answers.into_iter().chain(ways).chain(choices.into_iter().flatten()).chain(others).collect();
    Sheet {
        title: Line::new().with(ask.plan.headline(), Tone::Strong),
        tone: Tone::Warn,
        width: WIDTH,
        rows: rows(&ask.plan, ask.unfolded, sheet_room(WIDTH, app.size.0)),
        pinned,
        scroll: ask.scroll,
        keys: keys(app, !ask.is_by_key(), &wanted),
        ..Sheet::default()
    }
}

/// Builds the sheet of a plan that is being made. If the operator chose something else in a plan, that plan stays
/// visible.
pub(super) fn planning(app: &App, planning: &Planning) -> Sheet {
    let (keys, reading) = (keys(app, false, &[(Cancel, "cancel")]), SheetRow::Text(reading(app, planning)));
    if let Some(before) = &planning.before {
        return Sheet { tone: Tone::Busy, pinned: vec![SheetRow::Rule, reading], keys, ..ask(app, before) };
    }
    Sheet {
        title: Line::from(format!("{}: reading from AWS", planning.intent.name().replace('-', " "))),
        tone: Tone::Busy,
        width: 76,
        rows: vec![reading],
        keys,
        ..Sheet::default()
    }
}

/// Says that a plan is being made, and for how long, or names the reason for its delay.
fn reading(app: &App, planning: &Planning) -> Line {
    let line = Line::new().with("◐ ", Tone::Busy);
    let line = match &planning.waits {
        Some(waits) => line.with(waits, Tone::Warn).plain("; nothing is sent"),
        None => line.plain("reading, nothing is sent"),
    };
    let now = app.here.observed.at;
    let is_long = now.duration_since(planning.since) >= SignedDuration::from_secs(1);
    if is_long { line.muted(format!("  {}", fmt::age(now, planning.since))) } else { line }
}

/// Builds the rows of a plan: the changes, the notes, the other choices, the checks, the consequences, and the calls.
fn rows(plan: &Plan, unfolded: bool, room: usize) -> Vec<SheetRow> {
    let mut rows = Vec::new();
    rows.extend(turner(&plan.choices).map(SheetRow::Text));
    let (same, changes): (Vec<_>, Vec<_>) = plan.differences.iter().partition(|d| d.now == d.then);
    rows.extend(plan_table::differences(&changes, room));
    if !same.is_empty() {
        let names: Vec<&str> = same.iter().map(|d| d.what.as_str()).collect();
        rows.push(SheetRow::Text(Line::new().muted(format!("same   {}", names.join(", ")))));
    }
    rows.push(SheetRow::Text(Line::new()));
    rows.extend(plan.warnings.iter().map(|w| SheetRow::Text(Line::new().with("▲ ", Tone::Warn).plain(w))));
    rows.extend(plan_table::ways(&plan.ways, room));
    rows.extend(plan_table::choices(&plan.choices, room));
    rows.extend(checks(&plan.checks, room).into_iter().map(SheetRow::Text));
    rows.push(SheetRow::Text(Line::new()));
    rows.push(SheetRow::Text(Line::new().muted("Then   ").plain(&plan.then)));
    rows.push(SheetRow::Text(Line::new().muted("Undo   ").plain(&plan.undo)));
    for step in &plan.steps {
        let line = Line::new().muted("Sends  ").with(step.api().to_string(), Tone::Strong);
        let parameters = if unfolded { format!("  {}", step.parameters()) } else { String::new() };
        rows.push(SheetRow::Text(line.plain(parameters)));
    }
    rows
}

/// Returns the checks, as many in a row as fit. A tick stays with its text.
fn checks(checks: &[String], room: usize) -> Vec<Line> {
    let mut rows = vec![Line::new()];
    for check in checks {
        let check = Line::new().with("✓ ", Tone::Good).plain(check);
        match rows.last_mut().filter(|row| row.width() == 0 || row.width() + GAP + check.width() <= room) {
            Some(row) => {
                let gap = if row.width() == 0 { "" } else { "   " };
                row.0
                    .extend(Line::new().plain(gap).0.into_iter().chain(check.0).filter(|span| !span.text().is_empty()));
            }
            None => rows.push(check),
        }
    }
    rows
}

/// Returns `to  v13  ‹ v12 ›  v11` if there is a choice.
fn turner(choices: &[Choice]) -> Option<Line> {
    let offered = || choices.iter().filter(|choice| choice.intent.is_some());
    if offered().count() < 2 {
        return None;
    }
    let named = |line: Line, choice: &Choice| {
        if choice.chosen {
            return line.with(format!("‹ {} ›  ", choice.label), Tone::Strong);
        }
        line.with(format!("{}  ", choice.label), if choice.bad { Tone::Bad } else { Tone::Plain })
    };
    Some(offered().fold(Line::new().muted("to     "), named))
}
