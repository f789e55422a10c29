//! One of several things is to be chosen before an intent can be planned.

use super::Dialog;
use crate::intents::AnyIntent;
use crate::view::Line;

/// Several things, of which one is to be chosen.
#[derive(Debug, Clone, PartialEq)]
pub struct Pick {
    /// The question.
    pub title: String,
    /// Why it is asked.
    pub text: String,
    /// What can be chosen.
    pub items: Vec<PickItem>,
    /// The place of the item with the cursor.
    pub focus: usize,
}

/// One of the things that can be chosen.
#[derive(Debug, Clone, PartialEq)]
pub struct PickItem {
    /// What it is.
    pub line: Line,
    /// What is known of it.
    pub note: Line,
    /// What choosing it plans.
    pub intent: AnyIntent,
}

impl Pick {
    /// Moves the cursor by so many items, round and round.
    pub fn step(&mut self, by: isize) {
        let count = self.items.len().max(1);
        self.focus = (self.focus + count).saturating_add_signed(by) % count;
    }
}

impl Dialog for Pick {
    fn steps(&self) -> bool {
        true
    }

    fn turns(&self) -> bool {
        true
    }
}
