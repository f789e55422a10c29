//! Keys of a choice.

use super::plan;
use crate::app::{App, Effect, Pick};
use crate::keymap::SheetKey;

/// Handles a key.
#[expect(clippy::wildcard_enum_match_arm, reason = "all other keys do nothing here")]
pub(super) fn key(app: &mut App, mut pick: Pick, key: SheetKey) -> Option<Effect> {
    use SheetKey::{Confirm, NextChoice, NextField, PreviousChoice, PreviousField, ScrollDown, ScrollUp};
    match key {
        Confirm => {
            let intent = pick.items.get(pick.focus)?.intent.clone();
            return Some(plan(app, intent));
        }
        ScrollDown | NextField | NextChoice => pick.step(1),
        ScrollUp | PreviousField | PreviousChoice => pick.step(-1),
        _ => {}
    }
    app.modal = Some(pick.into());
    None
}
