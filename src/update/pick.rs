//! What keys do while an endpoint is chosen.

use super::modal;
use crate::app::{App, Effect, Modal, Pick};
use crate::intents::Rollback;
use crate::keymap::SheetKey;

/// A key that means something to the question.
#[expect(clippy::wildcard_enum_match_arm, reason = "all other keys do nothing here")]
pub(super) fn key(app: &mut App, mut pick: Pick, key: SheetKey) -> Option<Effect> {
    use SheetKey::{Confirm, NextChoice, NextField, PreviousChoice, PreviousField, ScrollDown, ScrollUp};
    let count = pick.places.len().max(1);
    match key {
        Confirm => {
            let endpoint = pick.places.get(pick.focus)?.endpoint.clone();
            return Some(modal::plan(app, Rollback { endpoint, to: None }.into()));
        }
        ScrollDown | NextField | NextChoice => pick.focus = (pick.focus + 1) % count,
        ScrollUp | PreviousField | PreviousChoice => pick.focus = (pick.focus + count - 1) % count,
        _ => {}
    }
    app.modal = Some(Modal::Pick(pick));
    None
}
