//! Runs the action that a key or the palette names.

use super::{commands, tour};
use crate::app::{App, Effect};
use crate::keymap::Keymap;
use crate::view::Tone;

/// Runs an action, or shows why it is not available.
pub(super) fn run_action(app: &mut App, name: &str) -> Option<Effect> {
    if let Some(command) = Keymap::command_of(name) {
        return commands::start(app, command);
    }
    let context = app.context();
    let action = app.action_at(name, &context)?;
    if let Err(why) = (action.able)(&context) {
        app.message = Some((Tone::Warn, format!("{}: {why}", action.title())));
        return None;
    }
    let name = action.name;
    let effect = (action.run)(app);
    tour::note(app, name);
    effect
}
