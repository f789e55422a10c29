//! Draws tables. The edges of columns do not move when data arrives.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::paint;
use crate::theme::{Theme, Token};
use crate::view::{Align, Column, Cut, Line, Table, Tone, width};

/// Draws title, column titles and as many rows as fit, always with the selected one.
pub(super) fn draw(table: &Table, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let (title_rows, head_rows) = (table.title_rows(), table.head_rows());
    let body = paint::below(area, title_rows + head_rows);
    let shown = table.visible_rows(body.height);

    if title_rows > 0 {
        let title = table.title.clone().unwrap_or_default();
        paint::both(&title, &note(table, shown.clone()), theme, Token::Title, paint::inset(area), buf);
    }
    let widths = table.widths(paint::inset(area).width);
    if head_rows > 0 {
        heads(table, &widths, theme, paint::inset(paint::below(area, title_rows)), buf);
    }
    let rows = table.rows.get(shown).unwrap_or_default();
    for (row, at) in rows.iter().zip(body.rows()) {
        let mut rest = paint::inset(at);
        for (line, (column, (cells, gap))) in row.cells.iter().zip(table.columns.iter().zip(&widths)) {
            cell(line, column, theme, Rect { width: *cells, ..rest }, buf);
            rest = paint::skip_cells(rest, cells + gap);
        }
        let token = match (row.selected, row.changed) {
            (true, _) => Token::Selection,
            (false, true) => Token::Changed,
            (false, false) => continue,
        };
        buf.set_style(at, theme.style(token));
    }
    if rows.is_empty() {
        for (line, at) in table.empty.iter().zip(paint::inset(body).rows()) {
            paint::line_as(line, theme, Token::Muted, at, buf);
        }
    }
}

/// Returns the text at the right of the title, with the position when not all rows are shown.
fn note(table: &Table, shown: std::ops::Range<usize>) -> Line {
    let note = table.note.clone().unwrap_or_default();
    let (first, all) = table.place;
    if shown.is_empty() || shown.len() >= all {
        return note;
    }
    let gap = if note.width() == 0 { "" } else { "   " };
    note.muted(format!("{gap}{}–{} of {all}", first + shown.start + 1, first + shown.end))
}

/// Draws the column titles. An arrow marks the one that sorts.
fn heads(table: &Table, widths: &[(u16, u16)], theme: &Theme, area: Rect, buf: &mut Buffer) {
    let mut rest = area;
    for (at, (column, (cells, gap))) in table.columns.iter().zip(widths).enumerate() {
        let head = match table.sorted.filter(|(by, _)| *by == at) {
            Some((_, largest_first)) => {
                let arrow = if largest_first { "↓" } else { "↑" };
                // If both do not fit, the title is cut and the arrow stays.
                let room = usize::from(*cells);
                let gap = if column.title.is_empty() || width(column.title) + 2 > room { "" } else { " " };
                let title: String = column.title.chars().take(room.saturating_sub(1)).collect();
                Line::new().with(format!("{title}{gap}{arrow}"), Tone::Strong)
            }
            None => Line::new().muted(column.title),
        };
        let column = Column { cut: Cut::End, ..column.clone() };
        cell(&head, &column, theme, Rect { width: *cells, ..rest }, buf);
        rest = paint::skip_cells(rest, cells + gap);
    }
}

/// Aligns a line in its column.
fn cell(line: &Line, column: &Column, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let cells = line.width();
    if cells > area.width.into() {
        paint::line(&line.cut(area.width.into(), column.cut), theme, area, buf);
        return;
    }
    let area = match column.align {
        Align::Left => area,
        Align::Right => paint::from_right(area, cells),
    };
    paint::line(line, theme, area, buf);
}
