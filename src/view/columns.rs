//! The widths of the columns of a table, and which of them fit.

use super::{Column, Width};

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
        let least = match column.width {
            Width::Cells(cells) => cells,
            Width::Fill { min, .. } => min,
        };
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
