//! A choice of what to take out of the console: a text to copy, or a file to write.

use super::Dialog;

/// A choice of what to take out.
#[derive(Debug, Clone)]
pub struct Chooser {
    /// The title.
    pub title: String,
    /// The effect of the key that chooses.
    pub confirm: &'static str,
    /// The rows.
    pub items: Vec<ChooserItem>,
    /// The index of the row with the cursor.
    pub focus: usize,
}

/// One row.
#[derive(Debug, Clone)]
pub struct ChooserItem {
    /// Its name, in a word or two.
    pub label: String,
    /// The text that is taken out, or what is written.
    pub text: String,
    /// Is the text an address?
    pub leads: bool,
    /// The effect of choosing it.
    pub then: ChooserAct,
}

/// The effect of choosing a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChooserAct {
    /// Copies its text.
    Copy,
    /// Runs the action with this name.
    Run(&'static str),
    /// Runs the command of the configuration with this index.
    Command(usize),
    /// Does nothing.
    Nothing,
}

impl Chooser {
    /// Moves the cursor by a number of rows. After the last row comes the first.
    pub fn step(&mut self, by: isize) {
        let count = self.items.len().max(1);
        self.focus = (self.focus + count).saturating_add_signed(by) % count;
    }
}

impl Dialog for Chooser {
    fn steps(&self) -> bool {
        true
    }
}
