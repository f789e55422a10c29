//! The choice of a theme. The theme under the cursor is in force while one chooses.

use super::Dialog;

/// The choice of a theme.
#[derive(Debug, Clone)]
pub struct ThemePicker {
    /// The names of all themes.
    pub names: Vec<String>,
    /// The index of the row with the cursor.
    pub focus: usize,
    /// The theme that comes back when the choice is cancelled.
    pub before: String,
}

impl ThemePicker {
    /// Makes the choice, with the cursor on the theme that is in force.
    #[must_use]
    pub fn new(names: Vec<String>, before: &str) -> Self {
        let focus = names.iter().position(|name| name == before).unwrap_or_default();
        Self { names, focus, before: before.to_owned() }
    }

    /// Moves the cursor by a number of rows, and returns the theme that is there. After the last row comes the first.
    pub fn step(&mut self, by: isize) -> Option<&String> {
        let count = self.names.len().max(1);
        self.focus = (self.focus + count).saturating_add_signed(by) % count;
        self.names.get(self.focus)
    }
}

impl Dialog for ThemePicker {
    fn steps(&self) -> bool {
        true
    }
}
