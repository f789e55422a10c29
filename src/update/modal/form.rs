//! Keys in a form.

use crate::app::{App, Effect, Form};
use crate::keymap::SheetKey;

/// Handles a key.
#[expect(clippy::wildcard_enum_match_arm, reason = "all other keys do nothing here")]
pub(super) fn key(app: &mut App, mut form: Form, key: SheetKey) -> Option<Effect> {
    match key {
        SheetKey::Confirm => return submit(app, form),
        SheetKey::NextField | SheetKey::ScrollDown => form.step(1),
        SheetKey::PreviousField | SheetKey::ScrollUp => form.step(-1),
        SheetKey::NextChoice => form.choose(1),
        SheetKey::PreviousChoice => form.choose(-1),
        _ => {}
    }
    app.modal = Some(form.into());
    None
}

/// Submits the values, or selects the first wrong field.
fn submit(app: &mut App, mut form: Form) -> Option<Effect> {
    match form.values() {
        Err(wrong) => form.focus = wrong,
        Ok(values) => match form.submit.call(app, &values) {
            Ok(effect) => return effect,
            Err(problem) => form.problem = Some(problem),
        },
    }
    app.modal = Some(form.into());
    None
}
