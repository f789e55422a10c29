//! The widths of the columns of a table, and which of them fit.

use super::{Column, Cut, Line, Table, Width, width};

/// Returns the margin on each side, in cells. A narrow terminal has none.
#[must_use]
pub fn margin(width: u16) -> u16 {
    u16::from(width >= 40)
}

/// Returns the width of each column and of the gap after it, in cells. Columns that do not fit are left out from the
/// right, and the remaining cells go to the filling columns.
#[must_use]
pub fn widths<'a>(columns: impl Iterator<Item = &'a Column>, room: u16) -> Vec<(u16, u16)> {
    let columns: Vec<&Column> = columns.collect();
    let gap = |at: usize, cells: u16| match columns.get(at + 1) {
        None => 0,
        // A glyph is close to the word that it belongs to.
        Some(_) if cells <= 2 => 1,
        Some(_) => {
            if room >= 98 {
                2
            } else {
                1
            }
        }
    };
    let mut widths = Vec::new();
    let mut left = room;
    for (at, column) in columns.iter().enumerate() {
        let least = column.least();
        let shown = least.min(left);
        if shown == 0 || (shown < least && shown < 4) {
            break;
        }
        let gap = gap(at, least).min(left - shown);
        left -= shown + gap;
        widths.push((shown, gap));
    }
    share(&columns, &mut widths, left);
    widths
}

impl Column {
    /// Returns the width that it needs, in cells.
    #[must_use]
    pub fn least(&self) -> u16 {
        match self.width {
            Width::Cells(cells) => cells,
            Width::Fill { min, .. } => min,
        }
    }
    /// Returns whether the texts of the column are names. They get room first.
    #[must_use]
    pub fn has_names(&self) -> bool {
        matches!(self.cut, Cut::Middle | Cut::Location)
    }
}

impl Table {
    /// Returns the width of each column and of the gap after it, in cells. A column that has more cells than its rows
    /// need gives them to columns whose texts do not fit: first to names, then to the others from the left.
    #[must_use]
    pub fn widths(&self, room: u16) -> Vec<(u16, u16)> {
        let mut widths = widths(self.columns.iter(), room);
        let needs: Vec<u16> = (0..widths.len()).map(|place| self.need(place)).collect();
        let names = |place: &usize| self.columns.get(*place).is_some_and(Column::has_names);
        let (first, then): (Vec<usize>, Vec<usize>) = (0..widths.len()).partition(names);
        for taker in first.into_iter().chain(then) {
            let lacks =
                needs.get(taker).zip(widths.get(taker)).map_or(0, |(need, (cells, _))| need.saturating_sub(*cells));
            let mut moved = 0;
            for ((cells, _), need) in widths.iter_mut().zip(&needs) {
                let spare = cells.saturating_sub(*need).min(lacks - moved);
                *cells -= spare;
                moved += spare;
            }
            if let Some((cells, _)) = widths.get_mut(taker) {
                *cells += moved;
            }
        }
        widths
    }

    /// Returns the cells that a column needs for its title and for the texts of all rows.
    fn need(&self, place: usize) -> u16 {
        let title = self.columns.get(place).map_or(0, |column| width(column.title));
        let arrow = if self.sorted.is_some_and(|(by, _)| by == place) { 2 } else { 0 };
        let texts = self.rows.iter().filter_map(|row| row.cells.get(place)).map(Line::width);
        u16::try_from(texts.max().unwrap_or(0).max(title + arrow)).unwrap_or(u16::MAX)
    }
}

/// Distributes the remaining cells to the filling columns.
fn share(columns: &[&Column], widths: &mut [(u16, u16)], left: u16) {
    let share = |column: &Column| match column.width {
        Width::Cells(_) => 0,
        Width::Fill { share, .. } => u32::from(share),
    };
    let mut shares: u32 = columns.iter().take(widths.len()).map(|c| share(c)).sum();
    let mut left = u32::from(left);
    for (column, (cells, _)) in columns.iter().zip(widths) {
        let mine = (left * share(column)).checked_div(shares).unwrap_or(0);
        *cells = cells.saturating_add(u16::try_from(mine).unwrap_or(u16::MAX));
        left -= mine;
        shares -= share(column);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::{Align, Row};

    #[test]
    fn names_are_cut_last() {
        let column = |title, width, cut| Column { title, width, align: Align::Left, cut };
        let fill = |share, min| Width::Fill { share, min };
        let row = |cells: [&str; 4]| Row {
            cells: cells.map(Line::from).to_vec(),
            id: crate::view::Id::default(),
            selected: false,
            changed: false,
        };
        let mut table = Table {
            columns: vec![
                column("A", Width::Cells(8), Cut::End),
                column("NAME", fill(1, 8), Cut::Middle),
                column("WHAT", fill(1, 8), Cut::End),
                column("N", Width::Cells(6), Cut::End),
            ],
            rows: vec![row(["x", "a-name-of-20-letters", "a longer text than fits", "1"])],
            ..Table::default()
        };
        let cells = |table: &Table, room| table.widths(room).iter().map(|(cells, _)| *cells).collect::<Vec<_>>();
        // Cells that are not needed go to the name first, then to the others.
        assert_eq!(cells(&table, 43), [1, 20, 18, 1]);
        assert_eq!(cells(&table, 33), [1, 20, 8, 1]);
        let all: u16 = table.widths(33).iter().map(|(cells, gap)| cells + gap).sum();
        assert_eq!(all, 33, "no cell is lost");
        // Nothing moves while everything fits.
        table.rows = vec![row(["x", "short", "short", "1"])];
        assert_eq!(cells(&table, 43), [8, 13, 13, 6]);
        table.rows.clear();
        assert_eq!(cells(&table, 43), [8, 13, 13, 6]);
    }
}
