//! Keys in the help.

use crossterm::event::KeyEvent;

use crate::app::{App, Effect, Help};
use crate::keymap::{Keymap, SheetKey};
use crate::update::typing::{Typed, type_line};

/// Handles a key.
pub(super) fn key(app: &mut App, mut help: Help, key: SheetKey) -> Option<Effect> {
    help.filter.typing |= key == SheetKey::Filter;
    if key != SheetKey::Confirm {
        app.modal = Some(help.into());
    }
    None
}

/// Handles a key while the filter is edited.
pub(super) fn type_filter(help: &mut Help, keymap: &mut Keymap, key: KeyEvent) -> Option<Effect> {
    match type_line(&mut help.filter, keymap, key) {
        Typed::Changed | Typed::Dropped => help.scroll = 0,
        Typed::Moved(by) => help.scroll = help.scroll.saturating_add_signed(by),
        Typed::Suspended => return Some(Effect::Suspend),
        Typed::Kept | Typed::Nothing => {}
    }
    None
}
