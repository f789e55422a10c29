//! Draws the screen's data on a terminal. Drawing changes only the frame.

mod ascii;
mod chain;
mod chart;
mod paint;
pub mod picture;
mod screen;
mod sheet;
mod status;
mod table;
mod tree;

use ratatui::Frame;

use crate::theme::Theme;
use crate::view::Screen;

/// Draws the whole screen and places the cursor where the operator types.
pub fn draw(screen: &Screen, theme: &Theme, frame: &mut Frame<'_>) {
    let area = frame.area();
    if let Some(cursor) = screen::draw(screen, theme, area, frame.buffer_mut()) {
        frame.set_cursor_position(cursor);
    }
}

#[cfg(test)]
mod tests;
