//! The screen as a picture or as text, to keep it or to show it to somebody.

mod animation;
mod svg;

use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::screen;
use crate::theme::Theme;
use crate::view::{Screen, width};

pub use animation::animation;
pub use svg::svg;

/// Draws the whole screen in so many columns and rows.
#[must_use]
pub fn drawn(screen: &Screen, theme: &Theme, (columns, rows): (u16, u16)) -> Buffer {
    let mut buffer = Buffer::empty(Rect::new(0, 0, columns, rows));
    // An address behind a cell would be a part of its text.
    screen::draw(screen, &theme.clone().with_links(false), buffer.area, &mut buffer);
    buffer
}

/// Returns the text of the screen, a line for each row.
#[must_use]
pub fn text(buffer: &Buffer) -> String {
    let width = usize::from(buffer.area.width).max(1);
    buffer.content.chunks(width).map(|row| row_text(row).trim_end().to_owned() + "\n").collect()
}

/// Returns the text of some cells. The second cell of a wide glyph is empty.
#[must_use]
pub fn row_text(row: &[Cell]) -> String {
    let mut hidden = 0;
    let mut text = String::new();
    for cell in row {
        if hidden == 0 {
            text.push_str(cell.symbol());
            hidden = width(cell.symbol()).max(1);
        }
        hidden -= 1;
    }
    text
}

/// Gives the second cell of each wide glyph the style of the first. A terminal never shows that cell, so drawing leaves
/// it without a style.
#[must_use]
pub fn whole(buffer: &Buffer) -> Buffer {
    let mut whole = buffer.clone();
    let (mut hidden, mut style) = (0, Style::new());
    for cell in &mut whole.content {
        if hidden > 0 {
            hidden -= 1;
            cell.set_style(style);
        } else {
            hidden = width(cell.symbol()).max(1) - 1;
            style = cell.style();
        }
    }
    whole
}
