//! A sheet laid out: which rows it takes in a given room, before anything is drawn.

use unicode_segmentation::UnicodeSegmentation as _;

use super::text::{Cut, cells, cut, width};
use super::{Align, Line, Sheet, SheetRow, Tone};

/// Width of a sheet that wishes none.
const USUAL: u16 = 76;

/// Cells between the screen's content and a sheet's: frame and padding on both sides.
const SIDES: u16 = 4;

/// Cells that a last column or a field keeps, whatever stands before it.
const LEAST: usize = 16;

/// One row of a sheet as it is drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Laid {
    /// Which of the sheet's rows it belongs to.
    pub row: usize,
    /// From the left edge.
    pub line: Line,
    /// At the right edge.
    pub note: Line,
    /// What is special about it.
    pub look: Look,
}

/// What is special about a row of a sheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// Nothing.
    Text,
    /// It is a line across.
    Rule,
    /// The cursor is here.
    Selected,
    /// Some of its cells are a place to type.
    Field {
        /// The first of them.
        start: usize,
        /// How many.
        cells: usize,
        /// Cell of the cursor within them.
        cursor: Option<usize>,
    },
}

impl Sheet {
    /// Cells and rows of the sheet on a screen of that size, frame included.
    #[must_use]
    pub fn size(&self, screen: (u16, u16)) -> (u16, u16) {
        let (cells, rows) = screen;
        let wished = if self.width == 0 { USUAL } else { self.width };
        let cells = wished.min(if cells < 60 { cells } else { cells - 2 });
        let most = if rows < 12 { rows } else { rows - 2 };
        let inside = usize::from(cells.saturating_sub(SIDES));
        let laid = self.laid(inside).len() + self.laid_pinned(inside).len();
        (cells, u16::try_from(laid + 2).unwrap_or(u16::MAX).min(most))
    }

    /// Rows of the content that are in sight on a screen of that size.
    #[must_use]
    pub fn page(&self, screen: (u16, u16)) -> usize {
        let (cells, rows) = self.size(screen);
        let pinned = self.laid_pinned(usize::from(cells.saturating_sub(SIDES))).len();
        usize::from(rows.saturating_sub(2)).saturating_sub(pinned)
    }

    /// How far `scroll` goes on a screen of that size: further down is nothing new.
    #[must_use]
    pub fn most_scroll(&self, screen: (u16, u16)) -> usize {
        let (cells, _) = self.size(screen);
        self.laid(usize::from(cells.saturating_sub(SIDES))).len().saturating_sub(self.page(screen))
    }

    /// All rows of the content in so many cells, the frame left out.
    #[must_use]
    pub fn laid(&self, cells: usize) -> Vec<Laid> {
        Self::lay(&self.rows, cells)
    }

    /// The rows below the content in so many cells.
    #[must_use]
    pub fn laid_pinned(&self, cells: usize) -> Vec<Laid> {
        Self::lay(&self.pinned, cells)
    }

    fn lay(rows: &[SheetRow], cells: usize) -> Vec<Laid> {
        let cells = cells.max(1);
        let mut laid = Vec::new();
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
                laid.extend(one(row, cells, &widths, label).into_iter().map(|(line, note, look)| Laid {
                    row: at,
                    line,
                    note,
                    look,
                }));
                at += 1;
            }
        }
        laid
    }
}

type Row = (Line, Line, Look);

fn text(line: Line) -> Row {
    (line, Line::new(), Look::Text)
}

fn one(row: &SheetRow, cells: usize, widths: &[usize], label: usize) -> Vec<Row> {
    match row {
        SheetRow::Text(line) => line.wrap(cells).into_iter().map(text).collect(),
        SheetRow::Rule => vec![(Line::new(), Line::new(), Look::Rule)],
        SheetRow::Columns(columns) => beside(columns, cells, widths).into_iter().map(text).collect(),
        SheetRow::Item { line, note, selected } => {
            let note = note.cut(cells, Cut::End);
            let gap = if note.width() == 0 { 0 } else { 2 };
            let line = line.cut(cells.saturating_sub(note.width() + gap), Cut::End);
            vec![(line, note, if *selected { Look::Selected } else { Look::Text })]
        }
        SheetRow::Field { label: name, value, cursor, hint } => field((name, label), (value, *cursor), hint, cells),
    }
}

/// Cells between two columns.
fn gap(cells: usize) -> usize {
    if cells < 60 { 2 } else { 3 }
}

/// Widths of the columns of a group; the widest give way until the last one has room.
fn columns(group: &[SheetRow], cells: usize) -> Vec<usize> {
    let mut widths: Vec<usize> = Vec::new();
    for row in group {
        let SheetRow::Columns(columns) = row else {
            continue;
        };
        widths.resize(widths.len().max(columns.len()), 0);
        // The last column of a shorter row reaches to the edge: it needs no room of its own.
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

/// Columns of one row, each wrapped in its width.
fn beside(columns: &[Line], cells: usize, widths: &[usize]) -> Vec<Line> {
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

/// Width of the labels of neighbouring fields; none when one of them needs a row of its own.
fn label(group: &[SheetRow], cells: usize) -> usize {
    let labels = group.iter().map(|row| match row {
        SheetRow::Field { label, .. } => width(label),
        SheetRow::Text(_) | SheetRow::Columns(_) | SheetRow::Rule | SheetRow::Item { .. } => 0,
    });
    let widest = labels.max().unwrap_or(0);
    if widest + 1 + LEAST > cells { 0 } else { widest }
}

/// Label, place to type, hint; the hint goes below when it does not fit behind.
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
    let (shown, cursor) = seen(value, cursor, place);
    line = line.plain(&shown).plain(" ".repeat(place - width(&shown).min(place)));
    let look = Look::Field { start, cells: place, cursor };
    if behind {
        line = line.plain("  ");
        line.0.extend(hint.0.iter().cloned());
    }
    rows.push((line, Line::new(), look));
    if hint.width() > 0 && !behind {
        for part in hint.wrap(room) {
            let indented = Line::new().with(" ".repeat(start), Tone::Plain);
            rows.push(text(Line(indented.0.into_iter().chain(part.0).collect())));
        }
    }
    rows
}

/// The part of a value that is seen around its cursor, and the cursor's cell within it.
fn seen(value: &str, cursor: Option<usize>, room: usize) -> (String, Option<usize>) {
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
