//! The palette: actions and things, found by typing.

use tui_input::Input;

use super::Dialog;
use crate::app::Offer;

/// The palette.
#[derive(Debug, Clone, Default)]
pub struct Palette {
    /// The text typed so far.
    pub input: Input,
    /// The index of the selected match, once the cursor was moved.
    pub moved: Option<usize>,
}

impl Palette {
    /// Returns the index of the selected match. Until the cursor is moved it is the first one, unless that is a write
    /// of which only a part of the name was typed.
    #[must_use]
    pub fn place(&self, offers: &[Offer]) -> Option<usize> {
        self.moved.or_else(|| offers.first()?.chosen_by(self.input.value()).then_some(0))
    }
}

impl Dialog for Palette {
    fn types(&self) -> bool {
        true
    }

    fn line(&mut self) -> Option<&mut Input> {
        self.moved = None;
        Some(&mut self.input)
    }
}
