//! Columns and cells of a list: a line to read and a value to sort by.

use crate::view::{Align, Column, Cut, Line, Width};

/// One cell.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    /// What is read.
    pub line: Line,
    /// What is compared; nothing where that is what is read.
    pub order: Option<Order>,
}

/// A value to sort by; numbers come before words.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Order {
    /// A count, a time, a share in millionths.
    Number(i64),
    /// A word.
    Word(String),
}

impl Cell {
    /// What is compared.
    #[must_use]
    pub fn key(&self) -> Order {
        self.order.clone().unwrap_or_else(|| Order::Word(self.line.text().to_lowercase()))
    }
}

/// One column, and from which to which width of the terminal it is shown.
#[derive(Debug)]
pub struct PaneColumn {
    /// How it is drawn.
    pub column: Column,
    /// Least width in cells.
    pub from: u16,
    /// Greatest width in cells.
    pub to: u16,
    /// Only where several accounts are watched.
    pub several: bool,
}

impl PaneColumn {
    const fn new(title: &'static str, width: Width) -> Self {
        let column = Column { title, width, align: Align::Left, cut: Cut::End };
        Self { column, from: 0, to: u16::MAX, several: false }
    }
    /// A column of fixed width.
    pub(crate) const fn cells(title: &'static str, cells: u16) -> Self {
        Self::new(title, Width::Cells(cells))
    }
    /// A column that takes a share of what is left.
    pub(crate) const fn fill(title: &'static str, share: u16, min: u16) -> Self {
        Self::new(title, Width::Fill { share, min })
    }
    /// Numbers stand on the right.
    pub(crate) const fn right(mut self) -> Self {
        self.column.align = Align::Right;
        self
    }
    /// Names lose their middle, as both ends tell them apart.
    pub(crate) const fn name(mut self) -> Self {
        self.column.cut = Cut::Middle;
        self
    }
    /// Only where several accounts are watched.
    pub(crate) const fn several(mut self) -> Self {
        self.several = true;
        self
    }
    /// Only on terminals at least this wide.
    pub(crate) const fn from(mut self, cells: u16) -> Self {
        self.from = cells;
        self
    }
    /// Only on terminals narrower than this.
    pub(crate) const fn below(mut self, cells: u16) -> Self {
        self.to = cells - 1;
        self
    }
}
