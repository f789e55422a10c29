//! Looking for a word in an open lineage.

use crossterm::event::KeyEvent;

use super::typing::{Typed, type_line};
use crate::app::{App, Detail, Effect, Search, TypedLine, insert};
use crate::panes::lineage;
use crate::view::Tone;

/// Begins to type the word; the cursor goes to the first match while it is typed.
pub(super) fn begin(detail: &mut Detail) {
    detail.search = Search { line: TypedLine::begun(), from: detail.selected.clone() };
}

/// A key while the word is typed.
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

/// Puts pasted text into the word.
pub(super) fn paste(app: &mut App, text: &str) {
    if let Some(detail) = &mut app.detail {
        insert(&mut detail.search.line.input, text);
        look(app);
    }
}

/// Puts the cursor on the first place with the word, from where it was when typing began.
fn look(app: &mut App) {
    let Some(detail) = &app.detail else { return };
    let from = detail.search.from.clone();
    let found = lineage::found(app, detail, &from).first().cloned();
    if let Some(detail) = &mut app.detail {
        detail.select(found.unwrap_or(from));
    }
}

/// Moves to the next place with the word, or to the one before; behind the last one comes the first.
fn turn(app: &mut App, by: isize) {
    let Some(detail) = &app.detail else { return };
    let found = lineage::found(app, detail, &detail.selected);
    // The first of them is where the cursor is, when that has the word.
    let is_on_one = found.first() == Some(&detail.selected);
    let next = if by > 0 { found.get(usize::from(is_on_one)).or(found.first()) } else { found.last() };
    if let (Some(next), Some(detail)) = (next.cloned(), &mut app.detail) {
        detail.select(next);
    }
}

/// Moves on, and says which of how many it is.
pub(super) fn next(app: &mut App, by: isize) {
    turn(app, by);
    let Some(detail) = &app.detail else { return };
    let (place, all) = lineage::place(app, detail);
    app.message = Some(match place {
        Some(place) => (Tone::Plain, format!("/{}  {} of {all}", detail.search.line.text(), place + 1)),
        None => (Tone::Warn, lineage::no_match(app, detail)),
    });
}
