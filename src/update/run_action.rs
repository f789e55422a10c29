//! Runs the action that a key or the palette names.

use crate::app::{App, Effect};
use crate::view::Tone;

/// Runs an action, or shows why it is not available.
pub(super) fn run_action(app: &mut App, name: &str) -> Option<Effect> {
    let action = app.action(name)?;
    if let Err(why) = (action.able)(&app.context()) {
        app.message = Some((Tone::Warn, format!("{name}: {why}")));
        return None;
    }
    (action.run)(app)
}
