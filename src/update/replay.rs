//! A recording under way, or a replay: how it stands, and what can be done to it.

use crate::app::{App, Context, Effect, Field, Form, Replay, Submit};
use crate::aws::OnDeck;
use crate::fmt;
use crate::view::{Line, Tone};

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

/// Asks where to go in the recording.
pub(super) fn jump(app: &mut App) -> Option<Effect> {
    let playing = app.playing()?;
    let (begin, end) = (fmt::second(playing.begin, &app.zone), fmt::second(playing.end, &app.zone));
    let forms = "A time of day, a date with a time, +5m or -30s from here, or a share such as 50%.";
    let submit = |app: &mut App, values: &[String]| {
        let (Some(playing), Some(typed)) = (app.playing(), values.first()) else { return Ok(None) };
        let at = fmt::moment(typed, playing.at, (playing.begin, playing.end), &app.zone)?;
        Ok(Some(Effect::Replay(Replay::To(at))))
    };
    let form = Form {
        title: "Go to".to_owned(),
        text: vec![Line::new().muted(format!("The recording goes from {begin} to {end}. {forms}"))],
        fields: vec![Field::text("time")],
        focus: 0,
        writes: false,
        confirm: "go",
        problem: None,
        submit: Submit::new(submit),
    };
    app.modal = Some(form.into());
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
