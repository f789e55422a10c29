//! Actions and things, found by typing.

use tui_input::Input;

use super::{App, Effect, Modal};
use crate::actions::{self, Offer, SheetKey};

/// Actions and things, found by typing.
#[derive(Debug, Clone, Default)]
pub struct Palette {
    /// What was typed.
    pub input: Input,
    /// Place of the cursor among the matches, once it was moved.
    pub moved: Option<usize>,
}

impl Palette {
    /// Place of the cursor among these matches. What changes something in AWS is not chosen by a part of its name.
    #[must_use]
    pub fn place(&self, offers: &[Offer]) -> Option<usize> {
        self.moved.or_else(|| offers.first()?.chosen_by(self.input.value()).then_some(0))
    }
}

/// A key that means something to the palette.
#[expect(clippy::wildcard_enum_match_arm, reason = "all other keys do nothing here")]
pub(super) fn key(app: &mut App, mut palette: Palette, key: SheetKey) -> Option<Effect> {
    use SheetKey::{Confirm, NextField, PageDown, PageUp, PreviousField, ScrollDown, ScrollUp};
    /// Matches that a page moves by.
    const PAGE: isize = 10;
    let offers = actions::matching(app, palette.input.value()).offers;
    let place = palette.place(&offers);
    let by = match key {
        Confirm => {
            let Some(offer) = place.and_then(|place| offers.into_iter().nth(place)) else {
                app.modal = Some(Modal::Palette(palette));
                return None;
            };
            return offer.take(app);
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
    app.modal = Some(Modal::Palette(palette));
    None
}
