//! Logging in again, by the command that the profile needs.

use crate::app::{App, Context, Effect};
use crate::aws::{Renewal, in_one_line};
use crate::resources::AccountId;
use crate::view::Tone;

pub(super) fn can_log_in(context: &Context<'_>) -> Result<String, String> {
    if context.app.replay.is_some() {
        return Err("a replay needs no login".into());
    }
    match &context.app.here.login {
        Some(renewal) if renewal.command().is_some() => Ok("log in".to_owned()),
        Some(other) => Err(other.to_string()),
        None => Err("this account needs no login".into()),
    }
}

/// Gives the terminal to the command that logs in.
pub(super) fn log_in(app: &mut App) -> Option<Effect> {
    let command = app.here.login.as_ref().and_then(Renewal::command)?.to_vec();
    Some(Effect::LogIn(app.here.id, command))
}

/// Says how the command has ended.
pub(super) fn logged_in(app: &mut App, id: AccountId, ended: Result<(), String>) {
    let command = app.account(id).and_then(|account| account.login.as_ref()?.command()).map(in_one_line);
    let command = command.unwrap_or_default();
    app.message = Some(match ended {
        Ok(()) => (Tone::Good, format!("`{command}` has ended; reading from AWS now")),
        Err(why) => (Tone::Warn, format!("`{command}` failed: {why}")),
    });
}
