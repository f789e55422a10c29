//! Converts lines of the view to lines of the terminal library.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text;

use crate::theme::{Theme, Token};
use crate::view::{Area, Cut, Line, Tone, margin, simple, with_link};

impl From<Area> for Rect {
    fn from(Area { x, y, width, height }: Area) -> Self {
        Self { x, y, width, height }
    }
}

impl From<Rect> for Area {
    fn from(Rect { x, y, width, height }: Rect) -> Self {
        Self { x, y, width, height }
    }
}

/// Returns the line with the styles of the theme.
pub(super) fn styled<'a>(line: &'a Line, theme: &Theme) -> text::Line<'a> {
    line.0.iter().map(|span| text::Span::styled(span.text(), theme.style(span.tone().into()))).collect()
}

/// Draws a line in the first row of an area, cut to its width.
pub(super) fn line(line: &Line, theme: &Theme, area: Rect, buf: &mut Buffer) {
    line_as(line, theme, Token::Plain, area, buf);
}

/// Draws a line in the first row of an area. Its plain pieces get the style of a token.
pub(super) fn line_as(line: &Line, theme: &Theme, plain: Token, area: Rect, buf: &mut Buffer) {
    let mut rest = first_row(area).intersection(buf.area);
    if line.width() > rest.width.into() {
        // The cut line fits, so the recursion ends.
        return line_as(&line.cut(rest.width.into(), Cut::End), theme, plain, rest, buf);
    }
    for span in &line.0 {
        let token = if span.tone() == Tone::Plain { plain } else { span.tone().into() };
        let style = theme.style(token);
        let style = if span.marked() { style.add_modifier(Modifier::UNDERLINED) } else { style };
        let drawn = words(span.text(), style, rest, buf);
        if let Some(address) = span.link().filter(|_| theme.links()) {
            link(address, Rect { width: drawn, ..rest }, buf);
        }
        rest = skip_cells(rest, drawn);
    }
}

/// Lets the cells of an area lead to an address.
fn link(address: &str, area: Rect, buf: &mut Buffer) {
    for position in area.positions() {
        if let Some(cell) = buf.cell_mut(position) {
            let symbol = with_link(cell.symbol(), address);
            cell.set_symbol(&symbol);
        }
    }
}

/// Draws two lines in one row. If both do not fit, the left one is cut.
pub(super) fn both(left: &Line, right: &Line, theme: &Theme, plain: Token, area: Rect, buf: &mut Buffer) {
    let room = usize::from(area.width);
    let right = right.cut(room, Cut::End);
    let taken = right.width();
    let gap = if taken == 0 { 0 } else { 2 };
    line_as(&left.cut(room.saturating_sub(taken + gap), Cut::End), theme, plain, area, buf);
    line(&right, theme, from_right(first_row(area), taken), buf);
}

/// Draws words in one style at the start of an area. Returns their width in cells.
pub(super) fn words(words: &str, style: Style, area: Rect, buf: &mut Buffer) -> u16 {
    let row = first_row(area).intersection(buf.area);
    if row.is_empty() {
        return 0;
    }
    if !simple(words) {
        return buf.set_stringn(row.x, row.y, words, row.width.into(), style).0 - row.x;
    }
    let first = buf.index_of(row.x, row.y);
    let cells = buf.content.iter_mut().skip(first).take(row.width.into()).zip(words.chars());
    cut_to_u16(cells.map(|(cell, c)| cell.set_char(c).set_style(style)).count())
}

/// Returns the style of a line or a bar: the colour of a meaning, without the attributes of words.
pub(super) fn stroke(style: Style) -> Style {
    Style { add_modifier: Modifier::empty(), ..style }
}

/// Returns the first row of an area.
pub(super) fn first_row(area: Rect) -> Rect {
    Rect { height: area.height.min(1), ..area }
}

/// Returns an area without its first rows.
pub(super) fn below(area: Rect, rows: u16) -> Rect {
    let rows = rows.min(area.height);
    Rect { y: area.y + rows, height: area.height - rows, ..area }
}

/// Returns an area without its first cells.
pub(super) fn skip_cells(area: Rect, cells: u16) -> Rect {
    let cells = cells.min(area.width);
    Rect { x: area.x + cells, width: area.width - cells, ..area }
}

/// Returns the last cells of an area.
pub(super) fn from_right(area: Rect, cells: usize) -> Rect {
    skip_cells(area, area.width.saturating_sub(cut_to_u16(cells)))
}

/// Returns an area without the margins of the screen.
pub(super) fn inset(area: Rect) -> Rect {
    let margin = margin(area.width);
    Rect { x: area.x + margin, width: area.width - 2 * margin, ..area }
}

/// Converts a count to cells. A terminal has no more than `u16::MAX`.
pub(super) fn cut_to_u16(count: usize) -> u16 {
    u16::try_from(count).unwrap_or(u16::MAX)
}
