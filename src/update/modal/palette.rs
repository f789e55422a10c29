//! Keys in the palette.

use crate::app::{App, Effect, Offer, Palette, matching};
use crate::keymap::SheetKey;
use crate::update::navigate;
use crate::update::run_action::run_action;

/// Handles a key.
#[expect(clippy::wildcard_enum_match_arm, reason = "all other keys do nothing here")]
pub(super) fn key(app: &mut App, mut palette: Palette, key: SheetKey) -> Option<Effect> {
    use SheetKey::{Confirm, NextField, PageDown, PageUp, PreviousField, ScrollDown, ScrollUp};
    /// The number of matches of a page.
    const PAGE: isize = 10;
    let offers = matching(app, palette.input.value()).offers;
    let place = palette.place(&offers);
    let by = match key {
        Confirm => {
            let Some(offer) = place.and_then(|place| offers.into_iter().nth(place)) else {
                app.modal = Some(palette.into());
                return None;
            };
            return take(app, offer);
        }
        ScrollDown | NextField => 1,
        ScrollUp | PreviousField => -1,
        PageDown => PAGE,
        PageUp => -PAGE,
        _ => 0,
    };
    let last = offers.len().checked_sub(1);
    if let Some(last) = last.filter(|_| by != 0) {
        let next = place.map_or(0, |place| place.saturating_add_signed(by));
        palette.moved = Some(next.min(last));
    }
    app.modal = Some(palette.into());
    None
}

/// Runs the chosen action, or goes to the chosen thing.
fn take(app: &mut App, offer: Offer) -> Option<Effect> {
    match offer {
        Offer::Do(action) => run_action(app, action.name),
        Offer::Go { subject, name, .. } => navigate::reach(app, &subject, &name),
    }
}
