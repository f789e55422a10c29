//! Keys in a comparison.

use crate::app::{App, Comparison, Effect};
use crate::keymap::SheetKey;

/// Handles a key.
pub(super) fn key(app: &mut App, mut comparison: Comparison, key: SheetKey) -> Option<Effect> {
    comparison.unfolded ^= key == SheetKey::Unfold;
    if key != SheetKey::Confirm {
        app.modal = Some(comparison.into());
    }
    None
}
