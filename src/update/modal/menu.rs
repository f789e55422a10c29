//! Keys of the menu.

use crate::app::{App, Effect, Menu};
use crate::keymap::SheetKey;
use crate::update::commands;
use crate::view::Tone;

/// Handles a key.
#[expect(clippy::wildcard_enum_match_arm, reason = "all other keys do nothing here")]
pub(super) fn key(app: &mut App, mut menu: Menu, key: SheetKey) -> Option<Effect> {
    use SheetKey::{Confirm, NextField, PreviousField, ScrollDown, ScrollUp};
    match key {
        Confirm => {
            if let Some(name) = menu.focus.checked_sub(menu.actions.len()).and_then(|at| menu.commands.get(at)) {
                return commands::start(app, name);
            }
            let action = *menu.actions.get(menu.focus)?;
            match (action.able)(&app.context()) {
                Ok(_) => return (action.run)(app),
                // The menu stays, so that another row can be chosen.
                Err(why) => app.message = Some((Tone::Warn, format!("{}: {why}", action.title()))),
            }
        }
        ScrollDown | NextField => menu.step(1),
        ScrollUp | PreviousField => menu.step(-1),
        _ => {}
    }
    app.modal = Some(menu.into());
    None
}
