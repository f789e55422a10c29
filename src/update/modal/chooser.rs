//! Keys of a choice of what to take out.

use crate::app::{App, Chooser, ChooserAct, Effect};
use crate::keymap::SheetKey;
use crate::update::run_action::run_action;
use crate::update::{commands, copy};

/// Handles a key.
#[expect(clippy::wildcard_enum_match_arm, reason = "all other keys do nothing here")]
pub(super) fn key(app: &mut App, mut chooser: Chooser, key: SheetKey) -> Option<Effect> {
    use SheetKey::{Confirm, NextField, PreviousField, ScrollDown, ScrollUp};
    match key {
        Confirm => {
            let item = chooser.items.get(chooser.focus)?;
            return match item.then {
                ChooserAct::Copy => Some(copy::take(app, &item.label, item.text.clone())),
                ChooserAct::Run(action) => run_action(app, action),
                ChooserAct::Command(place) => commands::confirmed(app, place, &item.text),
                ChooserAct::Nothing => None,
            };
        }
        ScrollDown | NextField => chooser.step(1),
        ScrollUp | PreviousField => chooser.step(-1),
        _ => {}
    }
    app.modal = Some(chooser.into());
    None
}
