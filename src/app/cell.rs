//! The columns and cells of a list.

use crate::model::Health;
use crate::view::{Align, Column, Cut, Line, Span, Width};

/// One cell.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    /// The text, with its sign if it has one.
    pub line: Line,
    /// The value to sort by. Without one, the text is compared.
    pub order: Option<Order>,
    /// The health that the cell tells of, the least if it tells of none.
    pub health: Health,
    /// Is the first piece of the line the sign of the health?
    pub signed: bool,
}

/// A value to sort by. Numbers come before words.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Order {
    /// A count, a time or a number of millionths.
    Number(i64),
    /// A word.
    Word(String),
}

impl Cell {
    /// Makes a cell that tells of no health and is sorted by its text.
    #[must_use]
    pub fn of_line(line: Line) -> Self {
        Self { line, order: None, health: Health::Absent, signed: false }
    }
    /// Returns the text without the sign.
    #[must_use]
    pub fn words(&self) -> String {
        let text: String = self.line.0.iter().skip(self.signed.into()).map(Span::text).collect();
        if self.signed { text.trim_start().to_owned() } else { text }
    }
    /// Returns the value to sort by.
    #[must_use]
    pub fn key(&self) -> Order {
        self.order.clone().unwrap_or_else(|| Order::Word(self.line.text().to_lowercase()))
    }
}

/// One column, and the widths of the terminal at which it is shown.
#[derive(Debug)]
pub struct PaneColumn {
    /// The column as it is drawn.
    pub column: Column,
    /// The minimum width of the terminal in cells.
    pub from: u16,
    /// The maximum width of the terminal in cells.
    pub to: u16,
    /// Is it shown only if several accounts are watched?
    pub several: bool,
}

impl PaneColumn {
    const fn new(title: &'static str, width: Width) -> Self {
        let column = Column { title, width, align: Align::Left, cut: Cut::End };
        Self { column, from: 0, to: u16::MAX, several: false }
    }
    /// Makes a column of fixed width.
    pub(crate) const fn cells(title: &'static str, cells: u16) -> Self {
        Self::new(title, Width::Cells(cells))
    }
    /// Makes a column that takes a share of the remaining cells.
    pub(crate) const fn fill(title: &'static str, share: u16, min: u16) -> Self {
        Self::new(title, Width::Fill { share, min })
    }
    /// Aligns the column to the right, for numbers.
    pub(crate) const fn right(mut self) -> Self {
        self.column.align = Align::Right;
        self
    }
    /// Cuts texts in their middle, for names: both ends tell them apart.
    pub(crate) const fn name(mut self) -> Self {
        self.column.cut = Cut::Middle;
        self
    }
    /// Cuts locations after their scheme, because their ends tell them apart.
    pub(crate) const fn location(mut self) -> Self {
        self.column.cut = Cut::Location;
        self
    }
    /// Cuts texts before their last piece, for what has its age at the end.
    pub(crate) const fn aged(mut self) -> Self {
        self.column.cut = Cut::BeforeLast;
        self
    }
    /// Keeps the last piece of a text, which says what happened, and the first one if there is room: when.
    pub(crate) const fn ending(mut self) -> Self {
        self.column.cut = Cut::ToLast;
        self
    }
    /// Shows the column only if several accounts are watched.
    pub(crate) const fn several(mut self) -> Self {
        self.several = true;
        self
    }
    /// Shows the column only on terminals of at least this width.
    pub(crate) const fn from(mut self, cells: u16) -> Self {
        self.from = cells;
        self
    }
    /// Shows the column only on terminals that are narrower than this.
    pub(crate) const fn below(mut self, cells: u16) -> Self {
        self.to = cells - 1;
        self
    }
}
