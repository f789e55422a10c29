//! The sheet of a plan: what changes, what to know, what is sent; and below it, always in sight, the question.

use super::{keys, place};
use crate::actions::SheetKey::{Cancel, Confirm, CopyCall, PageDown, ScrollDown};
use crate::app::{App, Ask};
use crate::intents::Plan;
use crate::view::{Cut, Line, Sheet, SheetRow, Tone, cut, width};

/// Widest value in a plan's columns, in cells.
const LONGEST: usize = 32;

pub(super) fn ask(app: &App, ask: &Ask) -> Sheet {
    let mut pinned = vec![SheetRow::Rule];
    pinned.extend(place(app));
    let target = &ask.plan.target;
    let answers = match ask.lenient {
        None => {
            let hint = ask.problem.as_ref().map(|problem| Line::new().with(problem, Tone::Bad));
            pinned.push(SheetRow::Field {
                label: format!("Type {target} to send"),
                value: ask.input.value().to_owned(),
                cursor: Some(ask.input.visual_cursor()),
                hint: hint.unwrap_or_default(),
            });
            vec![(Confirm, "send"), (Cancel, "cancel"), (PageDown, "scroll"), (CopyCall, "copy call")]
        }
        Some(send) => {
            pinned.extend([
                SheetRow::Item { line: Line::from("cancel"), note: Line::new(), selected: !send },
                SheetRow::Item { line: Line::from(format!("send to {target}")), note: Line::new(), selected: send },
            ]);
            let confirm = if send { "send" } else { "cancel" };
            let other = if send { "to cancel" } else { "to send" };
            vec![(Confirm, confirm), (ScrollDown, other), (PageDown, "scroll"), (CopyCall, "copy call")]
        }
    };
    Sheet {
        title: Line::new().with(&ask.plan.title, Tone::Strong),
        tone: Tone::Warn,
        width: 118,
        rows: rows(&ask.plan),
        pinned,
        scroll: ask.scroll,
        keys: keys(app, ask.lenient.is_none(), &answers),
        ..Sheet::default()
    }
}

/// The plan for reading: what changes, what to know, what was checked, what follows, and what is sent in full at the end.
fn rows(plan: &Plan) -> Vec<SheetRow> {
    let mut rows = Vec::new();
    for d in &plan.differences {
        let changed = d.now != d.then && !d.then.is_empty();
        let tone = if changed { Tone::Strong } else { Tone::Muted };
        rows.push(SheetRow::Columns(vec![
            Line::new().muted(&d.what),
            Line::new().plain(shortened(&d.now)),
            if d.then.is_empty() { Line::new() } else { Line::new().muted("→ ").with(shortened(&d.then), tone) },
            Line::new().muted(&d.note),
        ]));
    }
    rows.push(SheetRow::Text(Line::new()));
    rows.extend(plan.warnings.iter().map(|w| SheetRow::Text(Line::new().with("▲ ", Tone::Warn).plain(w))));
    let mut checks = Line::new();
    for check in &plan.checks {
        checks = checks.with("✓ ", Tone::Good).plain(format!("{check}   "));
    }
    rows.push(SheetRow::Text(checks));
    rows.push(SheetRow::Text(Line::new()));
    rows.push(SheetRow::Text(Line::new().muted("Then   ").plain(&plan.then)));
    rows.push(SheetRow::Text(Line::new().muted("Undo   ").plain(&plan.undo)));
    for step in &plan.steps {
        let parameters = step.parameters();
        rows.push(SheetRow::Text(
            Line::new().muted("Sends  ").with(step.call(), Tone::Strong).plain(format!("  {parameters}")),
        ));
    }
    rows
}

/// Long values would push the columns apart; the whole is in the call below.
fn shortened(text: &str) -> String {
    if width(text) <= LONGEST { text.to_owned() } else { cut(text, LONGEST, Cut::Middle) }
}
