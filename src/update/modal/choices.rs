//! Keys of a choice of what to take out.

use crate::app::{App, Choices, Chosen, Effect};
use crate::keymap::SheetKey;
use crate::update::run_action::run_action;
use crate::update::{commands, copy};

/// Handles a key.
#[expect(clippy::wildcard_enum_match_arm, reason = "all other keys do nothing here")]
pub(super) fn key(app: &mut App, mut choices: Choices, key: SheetKey) -> Option<Effect> {
    use SheetKey::{Confirm, NextField, PreviousField, ScrollDown, ScrollUp};
    match key {
        Confirm => {
            let item = choices.items.get(choices.focus)?;
            return match item.then {
                Chosen::Copy => Some(copy::take(app, &item.label, item.text.clone())),
                Chosen::Run(action) => run_action(app, action),
                Chosen::Command(place) => commands::confirmed(app, place),
                Chosen::Nothing => None,
            };
        }
        ScrollDown | NextField => choices.step(1),
        ScrollUp | PreviousField => choices.step(-1),
        _ => {}
    }
    app.modal = Some(choices.into());
    None
}
