//! The layout of a sheet: its rows in a given space, before anything is drawn.

use unicode_segmentation::UnicodeSegmentation as _;

use super::text::{Cut, cells, cut, width};
use super::{Align, Area, Line, Sheet, SheetRow, Tone};

/// The width of a sheet without a preferred one.
const USUAL: u16 = 76;

/// The cells of frame and padding, both sides together.
const SIDES: u16 = 4;

/// The minimum width of a last column or a field, whatever precedes it.
const LEAST: usize = 16;

/// One row of a sheet, ready to be drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LaidOutRow {
    /// The index of the row of the sheet that it belongs to.
    pub row: usize,
    /// The text from the left edge.
    pub line: Line,
    /// The text at the right edge.
    pub note: Line,
    /// Its style.
    pub style: RowStyle,
}

/// The style of a row of a sheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowStyle {
    /// An ordinary row.
    Text,
    /// A horizontal line.
    Rule,
    /// The row with the cursor.
    Selected,
    /// A row with a place to type.
    Field {
        /// The first cell of the place to type.
        start: usize,
        /// Its width in cells.
        cells: usize,
        /// The cell of the cursor within it.
        cursor: Option<usize>,
    },
}

impl Sheet {
    /// Returns the size of the sheet on a screen of this size, in columns and rows, including the frame.
    #[must_use]
    pub fn size(&self, screen: (u16, u16)) -> (u16, u16) {
        let (cells, rows) = screen;
        let cells = frame_width(self.width, cells);
        let most = if rows < 12 { rows } else { rows - 2 };
        let inside = usize::from(cells.saturating_sub(SIDES));
        let rows = self.lay_out(inside).len() + self.lay_out_pinned(inside).len();
        (cells, u16::try_from(rows + 2).unwrap_or(u16::MAX).min(most))
    }

    /// Returns the area of the sheet on a screen of this size. It is in the middle; but a small one always starts in
    /// the same row, so that a list does not move while it is filtered.
    #[must_use]
    pub fn area(&self, screen: (u16, u16)) -> Area {
        let (width, height) = self.size(screen);
        let top = ((screen.1 - height) / 2).min(screen.1 / 6);
        let top = if self.below + height < screen.1 { top.max(self.below) } else { top };
        Area { x: (screen.0 - width) / 2, y: top, width, height }
    }

    /// Returns the rows of the contents and the rows below them, in a frame of this many `cells`.
    #[must_use]
    pub fn lay_out_in_frame(&self, cells: u16) -> (Vec<LaidOutRow>, Vec<LaidOutRow>) {
        let inside = usize::from(cells.saturating_sub(SIDES));
        (self.lay_out(inside), self.lay_out_pinned(inside))
    }

    /// Returns the first visible row if `height` rows are visible: the scrolled position, or one at which the whole
    /// focus is visible.
    #[must_use]
    pub fn first(&self, rows: &[LaidOutRow], height: usize) -> usize {
        let most = rows.len().saturating_sub(height);
        let Some(focus) = self.focus else {
            return self.scroll.min(most);
        };
        let start = rows.iter().position(|l| l.row == focus).unwrap_or(0);
        let end = rows.iter().rposition(|l| l.row == focus).map_or(0, |at| at + 1);
        let middle = (start + end).saturating_sub(height) / 2;
        // If the focus is higher than the sheet, its start is shown.
        middle.max(end.saturating_sub(height)).min(start).min(most)
    }

    /// Returns the number of rows of the contents that are visible on a screen of this size.
    #[must_use]
    pub fn page(&self, screen: (u16, u16)) -> usize {
        let (cells, rows) = self.size(screen);
        let pinned = self.lay_out_pinned(usize::from(cells.saturating_sub(SIDES))).len();
        usize::from(rows.saturating_sub(2)).saturating_sub(pinned)
    }

    /// Returns the largest useful `scroll` on a screen of this size.
    #[must_use]
    pub fn most_scroll(&self, screen: (u16, u16)) -> usize {
        let (cells, _) = self.size(screen);
        self.lay_out(usize::from(cells.saturating_sub(SIDES))).len().saturating_sub(self.page(screen))
    }

    /// Returns all rows of the contents in this many `cells`, without the frame.
    #[must_use]
    pub fn lay_out(&self, cells: usize) -> Vec<LaidOutRow> {
        Self::lay_out_rows(&self.rows, cells)
    }

    /// Returns the rows below the contents in this many `cells`.
    #[must_use]
    pub fn lay_out_pinned(&self, cells: usize) -> Vec<LaidOutRow> {
        Self::lay_out_rows(&self.pinned, cells)
    }

    fn lay_out_rows(rows: &[SheetRow], cells: usize) -> Vec<LaidOutRow> {
        let cells = cells.max(1);
        let mut drawn = Vec::new();
        let mut at = 0;
        let alike = |a: &SheetRow, b: &SheetRow| {
            matches!(
                (a, b),
                (SheetRow::Columns(_), SheetRow::Columns(_)) | (SheetRow::Field { .. }, SheetRow::Field { .. })
            )
        };
        for group in rows.chunk_by(alike) {
            let widths = columns(group, cells);
            let label = label(group, cells);
            for row in group {
                drawn.extend(one(row, cells, &widths, label).into_iter().map(|(line, note, style)| LaidOutRow {
                    row: at,
                    line,
                    note,
                    style,
                }));
                at += 1;
            }
        }
        drawn
    }
}

/// Returns the cells of a sheet with its frame, by its preferred width and the width of the screen.
fn frame_width(wished: u16, screen: u16) -> u16 {
    let wished = if wished == 0 { USUAL } else { wished };
    wished.min(if screen < 60 { screen } else { screen - 2 })
}

/// Returns the cells of a row of a sheet, by the preferred width of the sheet and the width of the screen.
#[must_use]
pub fn sheet_room(wished: u16, screen: u16) -> usize {
    usize::from(frame_width(wished, screen).saturating_sub(SIDES))
}

type Row = (Line, Line, RowStyle);

fn text(line: Line) -> Row {
    (line, Line::new(), RowStyle::Text)
}

fn one(row: &SheetRow, cells: usize, widths: &[usize], label: usize) -> Vec<Row> {
    match row {
        SheetRow::Text(line) => line.wrap(cells).into_iter().map(text).collect(),
        SheetRow::Rule => vec![(Line::new(), Line::new(), RowStyle::Rule)],
        SheetRow::Columns(columns) => columns_side_by_side(columns, cells, widths).into_iter().map(text).collect(),
        SheetRow::Item { line, note, selected } => {
            // A long note leaves half of the row to what it is about.
            let note = note.cut(cells.saturating_sub(line.width().min(cells / 2) + 2), Cut::End);
            let gap = if note.width() == 0 { 0 } else { 2 };
            let line = line.cut(cells.saturating_sub(note.width() + gap), Cut::End);
            vec![(line, note, if *selected { RowStyle::Selected } else { RowStyle::Text })]
        }
        SheetRow::Field { label: name, value, cursor, hint } => field((name, label), (value, *cursor), hint, cells),
    }
}

/// Returns the gap between two columns, in cells.
fn gap(cells: usize) -> usize {
    if cells < 60 { 2 } else { 3 }
}

/// Returns the widths of the columns of a group. The widest are reduced until the last one has room.
fn columns(group: &[SheetRow], cells: usize) -> Vec<usize> {
    let mut widths: Vec<usize> = Vec::new();
    for row in group {
        let SheetRow::Columns(columns) = row else {
            continue;
        };
        widths.resize(widths.len().max(columns.len()), 0);
        // The last column of a shorter row reaches to the edge, so it does not count.
        let counted = columns.len() - usize::from(columns.len() < widths.len()).min(columns.len());
        for (width, line) in widths.iter_mut().zip(columns).take(counted) {
            *width = (*width).max(line.width());
        }
    }
    let Some((last, first)) = widths.split_last_mut() else {
        return widths;
    };
    let gaps = gap(cells) * first.len();
    let kept = (*last).min(LEAST).min(cells / 2);
    while first.iter().sum::<usize>() + gaps + kept > cells {
        match first.iter_mut().max() {
            Some(widest) if *widest > 4 => *widest -= 1,
            _ => break,
        }
    }
    *last = cells.saturating_sub(first.iter().sum::<usize>() + gaps).max(1);
    widths
}

/// Lays out the columns of one row, each wrapped in its width.
fn columns_side_by_side(columns: &[Line], cells: usize, widths: &[usize]) -> Vec<Line> {
    let mut rows: Vec<Line> = Vec::new();
    let mut start = 0;
    for (at, (column, width)) in columns.iter().zip(widths).enumerate() {
        let is_last = at + 1 == columns.len();
        let width = if is_last { cells.saturating_sub(start).max(1) } else { *width };
        let wrapped = column.wrap(width);
        rows.resize(rows.len().max(wrapped.len()), Line::new());
        for (row, part) in rows.iter_mut().zip(wrapped) {
            let padded = std::mem::take(row).padded(start, Align::Left, Cut::End);
            row.0 = padded.0.into_iter().chain(part.0).collect();
        }
        start += width + gap(cells);
    }
    rows.iter().map(|row| row.cut(cells, Cut::End)).collect()
}

/// Returns the width of the labels of neighbouring fields. It is 0 if a label needs a row of its own.
fn label(group: &[SheetRow], cells: usize) -> usize {
    let labels = group.iter().map(|row| match row {
        SheetRow::Field { label, .. } => width(label),
        SheetRow::Text(_) | SheetRow::Columns(_) | SheetRow::Rule | SheetRow::Item { .. } => 0,
    });
    let widest = labels.max().unwrap_or(0);
    if widest + 1 + LEAST > cells { 0 } else { widest }
}

/// Lays out a field: the label, the place to type, and the hint. A hint that does not fit goes on the next row.
fn field((name, label): (&str, usize), (value, cursor): (&str, Option<usize>), hint: &Line, cells: usize) -> Vec<Row> {
    let named = Line::new().muted(name);
    let mut rows = Vec::new();
    let mut start = 0;
    let mut line = Line::new();
    if label > 0 {
        start = label + 1;
        line = named.padded(start, Align::Left, Cut::End);
    } else if width(name) > 0 {
        rows.extend(named.wrap(cells).into_iter().map(text));
    }
    let room = cells.saturating_sub(start).max(1);
    let behind = hint.width() > 0 && hint.width() + 2 + LEAST <= room;
    let place = if behind { room - hint.width() - 2 } else { room };
    let place = if hint.width() > 0 { place.min(40.max(width(value) + 1)).min(room) } else { place };
    let (shown, cursor) = visible_part(value, cursor, place);
    line = line.plain(&shown).plain(" ".repeat(place - width(&shown).min(place)));
    let style = RowStyle::Field { start, cells: place, cursor };
    if behind {
        line = line.plain("  ");
        line.0.extend(hint.0.iter().cloned());
    }
    rows.push((line, Line::new(), style));
    if hint.width() > 0 && !behind {
        for part in hint.wrap(room) {
            let indented = Line::new().with(" ".repeat(start), Tone::Plain);
            rows.push(text(Line(indented.0.into_iter().chain(part.0).collect())));
        }
    }
    rows
}

/// Returns the visible part of a value around its cursor, and the cell of the cursor within it.
fn visible_part(value: &str, cursor: Option<usize>, room: usize) -> (String, Option<usize>) {
    let Some(cursor) = cursor else {
        return (cut(value, room, Cut::End), None);
    };
    let away = (cursor + 1).saturating_sub(room);
    let mut dropped = 0;
    let rest: String = value
        .graphemes(true)
        .skip_while(|g| {
            let drop = dropped < away;
            dropped += if drop { cells(g) } else { 0 };
            drop
        })
        .collect();
    let shown = super::text::head(&rest, room).to_owned();
    (shown, Some(cursor.saturating_sub(dropped).min(room.saturating_sub(1))))
}

#[cfg(test)]
mod tests;
