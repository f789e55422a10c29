//! Keys in the choice of columns. A choice holds at once.

use crate::app::{App, ColumnPicker, Effect};
use crate::keymap::SheetKey;
use crate::panes;

/// Opens the choice, with the cursor on the first column.
pub(in crate::update) fn open(app: &mut App) -> Option<Effect> {
    app.modal = Some(ColumnPicker::default().into());
    None
}

/// Handles a key.
#[expect(clippy::wildcard_enum_match_arm, reason = "all other keys do nothing here")]
pub(super) fn key(app: &mut App, mut picker: ColumnPicker, key: SheetKey) -> Option<Effect> {
    use SheetKey::{Confirm, NextChoice, NextField, PreviousChoice, PreviousField, ScrollDown, ScrollUp};
    let count = panes::choosable(app).len() + 1;
    match key {
        Confirm => toggle(app, picker.focus),
        ScrollDown | NextField => picker.focus = (picker.focus + 1) % count,
        ScrollUp | PreviousField => picker.focus = (picker.focus + count - 1) % count,
        PreviousChoice => sort(app, picker.focus, false),
        NextChoice => sort(app, picker.focus, true),
        _ => {}
    }
    app.modal = Some(picker.into());
    None
}

/// Shows or hides a column, or takes all choices back. The column that names the row stays.
fn toggle(app: &mut App, at: usize) {
    let chosen = panes::choosable(app).get(at).copied();
    let Some((place, column)) = chosen else {
        app.list_mut().columns.clear();
        return;
    };
    let is_shown = panes::columns(app).iter().any(|(known, _)| *known == place);
    let names = panes::choosable(app).iter().position(|(_, column)| column.column.has_names()).unwrap_or(0);
    if at != names || !is_shown {
        app.list_mut().columns.insert(column.column.title.to_owned(), !is_shown);
    }
}

/// Sorts by a column in an order. The same order again ends it.
fn sort(app: &mut App, at: usize, descending: bool) {
    let wanted = panes::choosable(app).get(at).map(|(place, _)| (*place, descending));
    let list = app.list_mut();
    list.sort = wanted.filter(|_| list.sort != wanted);
}
