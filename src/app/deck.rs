//! A recording under way, or a replay: how it stands, and what the operator does to it.

use jiff::Timestamp;
use tui_input::Input;

use super::{App, Effect, Feed, Modal};
use crate::aws::{OnDeck, Playing};
use crate::fmt;
use crate::resources::{Source, Store};
use crate::view::Tone;

/// What is done to a replay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Replay {
    /// Stop, or go on.
    Pause,
    /// To the next moment at which something was recorded, and stop.
    Step,
    /// To the moment before, and stop.
    Back,
    /// To a position.
    To(Timestamp),
    /// The next speed that is faster.
    Faster,
    /// The next speed that is slower.
    Slower,
}

impl App {
    /// The replay, if that is what is shown.
    #[must_use]
    pub fn playing(&self) -> Option<&Playing> {
        match &self.deck {
            Some(OnDeck::Playing(playing)) => Some(playing),
            Some(OnDeck::Recording(_)) | None => None,
        }
    }

    /// Forgets what was read: it lies in the future of the position that a replay went back to. The cursors stay.
    pub fn rewind(&mut self) {
        self.feed = Feed::default();
        self.rewound = true;
        for place in 0..=self.elsewhere.len() {
            self.begin_with(place, Store::default(), Vec::new());
        }
    }

    /// After going back, is something still to be read?
    #[must_use]
    pub fn refilling(&self) -> bool {
        self.rewound && !self.here.seen.store.sources().iter().all(Source::settled)
    }
}

/// Takes note of how it stands.
pub(super) fn told(app: &mut App, deck: OnDeck) {
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
pub(super) fn jump(app: &mut App, input: Input) -> Option<Effect> {
    let playing = app.playing()?;
    match fmt::moment(input.value(), playing.at, (playing.begin, playing.end), &app.zone) {
        Ok(at) => Some(Effect::Replay(Replay::To(at))),
        Err(problem) => {
            app.modal = Some(Modal::Jump { input, problem: Some(problem) });
            None
        }
    }
}
