//! The choice of the columns of a list, and of the one that sorts.

use super::keys;
use crate::app::{App, ColumnPicker};
use crate::keymap::SheetKey::{Cancel, Confirm, NextChoice, PreviousChoice, ScrollDown};
use crate::panes::list;
use crate::view::{Line, Sheet, SheetRow, Tone};

pub(super) fn column_picker(app: &App, picker: ColumnPicker) -> Sheet {
    let (all, shown) = (list::choosable(app), list::columns(app));
    let state = app.lists.get(app.pane.name);
    let sort = state.and_then(|state| state.sort);
    let mut rows: Vec<SheetRow> = Vec::new();
    for (at, (place, column)) in all.iter().enumerate() {
        let is_shown = shown.iter().any(|(known, _)| known == place);
        let wanted = state.and_then(|state| state.columns.get(column.column.title)).copied();
        let why = match (is_shown, wanted) {
            (false, None) if column.from > app.size.0 => "on a wider screen",
            (false, None) if column.to < app.size.0 => "on a narrower screen",
            (false, Some(true) | None) => "no room",
            (true, _) | (false, Some(false)) => "",
        };
        let order = match sort.filter(|(by, _)| by == place) {
            Some((_, true)) => "sorts ↓",
            Some((_, false)) => "sorts ↑",
            None => "",
        };
        let (sign, tone) = if is_shown { ("✓ ", Tone::Plain) } else { ("  ", Tone::Muted) };
        let gap = if why.is_empty() || order.is_empty() { "" } else { "  " };
        rows.push(SheetRow::Item {
            line: Line::new().with(sign, Tone::Good).with(column.column.title, tone),
            note: Line::new().muted(why).plain(gap).with(order, Tone::Strong),
            selected: at == picker.focus,
        });
    }
    let selected = picker.focus == all.len();
    rows.push(SheetRow::Item { line: Line::new().plain("  as they were"), note: Line::new(), selected });
    let wanted = [
        (ScrollDown, "next"),
        (Confirm, "show or hide"),
        (PreviousChoice, "sort ↑"),
        (NextChoice, "sort ↓"),
        (Cancel, "close"),
    ];
    Sheet {
        title: Line::from(format!("columns of {}", app.pane.title)),
        width: 58,
        rows,
        focus: Some(picker.focus),
        keys: keys(app, false, &wanted),
        ..Sheet::default()
    }
}
