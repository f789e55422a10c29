//! The choice of the columns of a list, and of the one that sorts.

use super::Dialog;

/// The choice of columns.
#[derive(Debug, Clone, Copy, Default)]
pub struct ColumnPicker {
    /// The index of the row with the cursor. The row after the columns takes all choices back.
    pub focus: usize,
}

impl Dialog for ColumnPicker {
    fn steps(&self) -> bool {
        true
    }

    fn turns(&self) -> bool {
        true
    }
}
