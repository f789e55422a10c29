//! Rectangles of cells, and their division.

use super::margin;

/// A rectangle of cells on a screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Area {
    /// The first column.
    pub x: u16,
    /// The first row.
    pub y: u16,
    /// The number of columns.
    pub width: u16,
    /// The number of rows.
    pub height: u16,
}

impl Area {
    /// Returns the area of a screen of this size (columns, rows).
    #[must_use]
    pub fn whole((width, height): (u16, u16)) -> Self {
        Self { x: 0, y: 0, width, height }
    }

    /// Returns the first rows.
    #[must_use]
    pub fn top(self, rows: u16) -> Self {
        Self { height: self.height.min(rows), ..self }
    }

    /// Returns the area without its first rows.
    #[must_use]
    pub fn below(self, rows: u16) -> Self {
        let rows = rows.min(self.height);
        Self { y: self.y + rows, height: self.height - rows, ..self }
    }

    /// Returns the first columns.
    #[must_use]
    pub fn left(self, cells: u16) -> Self {
        Self { width: self.width.min(cells), ..self }
    }

    /// Returns the area without its first columns.
    #[must_use]
    pub fn behind(self, cells: u16) -> Self {
        let cells = cells.min(self.width);
        Self { x: self.x + cells, width: self.width - cells, ..self }
    }

    /// Returns the last columns.
    #[must_use]
    pub fn right(self, cells: u16) -> Self {
        self.behind(self.width.saturating_sub(cells))
    }

    /// Returns the area without the margins of the screen.
    #[must_use]
    pub fn inset(self) -> Self {
        let margin = margin(self.width);
        Self { x: self.x + margin, width: self.width - 2 * margin, ..self }
    }

    /// Returns whether this cell (column, row) is in the area.
    #[must_use]
    pub fn contains(self, (x, y): (u16, u16)) -> bool {
        let within = |at: u16, first: u16, count: u16| at >= first && at - first < count;
        within(x, self.x, self.width) && within(y, self.y, self.height)
    }
}
