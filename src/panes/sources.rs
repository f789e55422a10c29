//! What was read, when, at what cost, and what went wrong.

use super::{Cell, Pane, PaneColumn};
use crate::app::{App, Subject};
use crate::view::{Line, Tone};

/// One row a source.
pub(super) const PANE: Pane = Pane {
    name: "sources",
    title: "sources",
    columns: &[
        PaneColumn::fill("SOURCE", 2, 20),
        PaneColumn::cells("STATE", 12),
        PaneColumn::cells("AGE", 7).right(),
        PaneColumn::cells("ROWS", 8).right(),
        PaneColumn::cells("CALLS", 7).right(),
        PaneColumn::fill("LAST ERROR", 6, 20),
    ],
    ids: |app| app.seen.store.sources().iter().map(|s| Subject::new("source", s.name)).collect(),
    row,
    empty: |_| Vec::new(),
};

fn row(app: &App, subject: &Subject) -> Option<Vec<Cell>> {
    let source = app.seen.store.sources().into_iter().find(|s| s.name == subject.id)?;
    let calls = app.usage.by_source.get(source.name).copied().unwrap_or(0);
    let rows = i64::try_from(source.rows).unwrap_or(i64::MAX);
    let count = format!("{rows}{}", if source.capped { "+" } else { "" });
    let tone = match source.state {
        "fresh" => Tone::Good,
        "waiting" => Tone::Muted,
        _ => Tone::Warn,
    };
    Some(vec![
        Cell::plain(source.name),
        Cell::text(source.state, tone),
        Cell::age(app.seen.at, source.fetched_at),
        Cell::of(Line::new().plain(count), rows),
        Cell::count(i64::try_from(calls).ok()),
        Cell::text(source.error.unwrap_or_default(), Tone::Warn),
    ])
}
