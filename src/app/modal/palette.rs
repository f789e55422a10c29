//! Actions and things, found by typing.

use tui_input::Input;

use super::Dialog;
use crate::app::Offer;

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

impl Dialog for Palette {
    fn types(&self) -> bool {
        true
    }

    fn line(&mut self) -> Option<&mut Input> {
        self.moved = None;
        Some(&mut self.input)
    }
}
