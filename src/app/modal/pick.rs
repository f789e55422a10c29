//! A choice of one of several things, before an intent can be planned.

use super::Dialog;
pub use crate::intents::{Pick, PickItem};

impl Pick {
    /// Moves the cursor by a number of items. After the last item comes the first.
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
