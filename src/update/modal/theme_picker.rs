//! Keys in the choice of a theme.

use crate::app::{App, Effect, ThemePicker};
use crate::keymap::SheetKey;

/// Opens the choice.
#[expect(clippy::unnecessary_wraps, reason = "one signature for all actions")]
pub(in crate::update) fn open(app: &mut App) -> Option<Effect> {
    app.modal = Some(ThemePicker::new(app.themes.clone(), &app.theme).into());
    None
}

/// Handles a key.
#[expect(clippy::wildcard_enum_match_arm, reason = "all other keys do nothing here")]
pub(super) fn key(app: &mut App, mut picker: ThemePicker, key: SheetKey) -> Option<Effect> {
    use SheetKey::{Confirm, NextField, PreviousField, ScrollDown, ScrollUp};
    let chosen = match key {
        Confirm => return None,
        ScrollDown | NextField => picker.step(1).cloned(),
        ScrollUp | PreviousField => picker.step(-1).cloned(),
        _ => None,
    };
    app.modal = Some(picker.into());
    chosen.and_then(|name| put_on(app, name))
}

/// Puts a theme in force, unless it is already.
pub(super) fn put_on(app: &mut App, name: String) -> Option<Effect> {
    if app.theme == name {
        return None;
    }
    app.theme.clone_from(&name);
    Some(Effect::Theme(name))
}
