//! A recording under way, or a replay: how it stands, and what can be done to it.

use tui_input::Input;

use crate::app::{App, Context, Effect, Modal, Replay};
use crate::aws::OnDeck;
use crate::fmt;
use crate::view::Tone;

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
    app.modal = Some(Modal::Jump { input: Input::default(), problem: None });
    None
}

/// Takes note of how it stands.
pub(super) fn take_status(app: &mut App, deck: OnDeck) {
    if let OnDeck::Playing(playing) = &deck {
        app.tick(playing.at);
    }
    if let (OnDeck::Recording(now), Some(OnDeck::Recording(before))) = (&deck, &app.deck)
        && let (Some(why), None) = (&now.trouble, &before.trouble)
    {
        app.message = Some((Tone::Bad, format!("recording: {why}")));
    }
    app.deck = Some(deck);
}

/// Goes where the operator typed, or says what is wrong with it.
pub(super) fn jump_to(app: &mut App, input: Input) -> Option<Effect> {
    let playing = app.playing()?;
    match fmt::moment(input.value(), playing.at, (playing.begin, playing.end), &app.zone) {
        Ok(at) => Some(Effect::Replay(Replay::To(at))),
        Err(problem) => {
            app.modal = Some(Modal::Jump { input, problem: Some(problem) });
            None
        }
    }
}
