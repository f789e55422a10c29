//! The menu of what can be done to the selected thing.

use super::Dialog;
use crate::app::Action;

/// The menu of the changes that concern the selected thing.
#[derive(Debug, Clone)]
pub struct Menu {
    /// The name of the thing.
    pub about: String,
    /// The changes, those that are available first.
    pub actions: Vec<&'static Action>,
    /// The commands of the configuration that fit the thing, by their names. They are below the changes.
    pub commands: Vec<String>,
    /// The index of the row with the cursor.
    pub focus: usize,
}

impl Menu {
    /// Moves the cursor by a number of rows. After the last row comes the first.
    pub fn step(&mut self, by: isize) {
        let count = (self.actions.len() + self.commands.len()).max(1);
        self.focus = (self.focus + count).saturating_add_signed(by) % count;
    }
}

impl Dialog for Menu {
    fn steps(&self) -> bool {
        true
    }
}
