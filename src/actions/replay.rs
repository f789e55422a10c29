//! What can be done to a replay.

use crate::app::{App, Effect, Modal, Replay};

use super::Context;

pub(super) fn playing(context: &Context<'_>) -> Result<String, String> {
    match context.app.playing() {
        Some(_) => Ok(String::new()),
        None => Err("only in a replay: sagetop replay FILE".to_owned()),
    }
}

pub(super) fn can_pause(context: &Context<'_>) -> Result<String, String> {
    playing(context)?;
    match context.app.playing() {
        Some(playing) if playing.ended() => Err("the recording ends here".to_owned()),
        Some(playing) if playing.paused => Ok("play".to_owned()),
        Some(_) | None => Ok("pause".to_owned()),
    }
}

#[expect(clippy::unnecessary_wraps, reason = "one signature for all actions")]
pub(super) fn replay(what: Replay) -> Option<Effect> {
    Some(Effect::Replay(what))
}

pub(super) fn jump(app: &mut App) -> Option<Effect> {
    app.modal = Some(Modal::Jump { input: tui_input::Input::default(), problem: None });
    None
}
