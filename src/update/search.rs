//! The search in the open lineage.

use crossterm::event::KeyEvent;

use super::typing::{Typed, type_line};
use crate::app::{App, Detail, Effect, Search, TypedLine, insert};
use crate::panes::lineage;
use crate::view::Tone;

/// Begins a search.
pub(super) fn begin(detail: &mut Detail) {
    detail.search = Search { line: TypedLine::begun(), from: detail.selected.clone() };
}

/// Handles a key while the word is edited.
pub(super) fn key(app: &mut App, key: KeyEvent) -> Option<Effect> {
    let detail = app.detail.as_mut()?;
    match type_line(&mut detail.search.line, &mut app.keymap, key) {
        Typed::Changed => look(app),
        Typed::Dropped => {
            let from = std::mem::take(&mut detail.search).from;
            detail.select(from);
        }
        Typed::Moved(by) => turn(app, by),
        Typed::Suspended => return Some(Effect::Suspend),
        Typed::Kept | Typed::Nothing => {}
    }
    None
}

/// Inserts pasted text into the word.
pub(super) fn paste(app: &mut App, text: &str) {
    if let Some(detail) = &mut app.detail {
        insert(&mut detail.search.line.input, text);
        look(app);
    }
}

/// Selects the first match, beginning with the node that was selected when the search began.
fn look(app: &mut App) {
    let Some(detail) = &app.detail else { return };
    let from = detail.search.from.clone();
    let found = lineage::find_matches(app, detail, &from).first().cloned();
    if let Some(detail) = &mut app.detail {
        detail.select(found.unwrap_or(from));
    }
}

/// Selects the next or the previous match. After the last match comes the first.
fn turn(app: &mut App, by: isize) {
    let Some(detail) = &app.detail else { return };
    let found = lineage::find_matches(app, detail, &detail.selected);
    // The first one is the selected node, if it matches.
    let is_on_one = found.first() == Some(&detail.selected);
    let next = if by > 0 { found.get(usize::from(is_on_one)).or(found.first()) } else { found.last() };
    if let (Some(next), Some(detail)) = (next.cloned(), &mut app.detail) {
        detail.select(next);
    }
}

/// Selects the next or the previous match, and shows its number.
pub(super) fn next(app: &mut App, by: isize) {
    turn(app, by);
    let Some(detail) = &app.detail else { return };
    let (place, all) = lineage::place(app, detail);
    app.message = Some(match place {
        Some(place) => (Tone::Plain, format!("/{}  {} of {all}", detail.search.line.text(), place + 1)),
        None => (Tone::Warn, lineage::no_match(app, detail)),
    });
}
