//! Draws the tab row and the footer.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Modifier;

use super::paint;
use crate::theme::{Theme, Token};
use crate::view::{Footer, KeyHint, Tab, TabPlace, tab_places};

/// Draws the names of the panes.
pub(super) fn tabs(tabs: &[Tab], theme: &Theme, area: Rect, buf: &mut Buffer) {
    let row = paint::first_row(area);
    for (tab, TabPlace { cells, name }) in tabs.iter().zip(tab_places(tabs, row.width)) {
        let all = Rect { x: row.x + cells.start, width: cells.end - cells.start, ..row };
        let rest = paint::skip_cells(all, 1);
        let rest = paint::skip_cells(rest, paint::words(&tab.key, theme.style(Token::Key), rest, buf) + 1);
        let style = if tab.shown { Token::Title } else { Token::Plain };
        paint::words(&name, theme.style(style), rest, buf);
        if tab.shown {
            buf.set_style(all, theme.style(Token::Selection));
        }
    }
}

/// Draws the last row. Returns the position of the cursor when the operator types there.
pub(super) fn footer(footer: &Footer, theme: &Theme, area: Rect, buf: &mut Buffer) -> Option<Position> {
    let row = paint::inset(area);
    let Some(message) = &footer.message else {
        keys(footer, theme, row, buf);
        return None;
    };
    paint::line(message, theme, row, buf);
    let at = paint::skip_cells(row, paint::cut_to_u16(footer.cursor?).min(row.width.saturating_sub(1)));
    if at.is_empty() {
        return None;
    }
    // Terminals without a visible cursor, and pictures, show the position by the underline.
    buf.set_style(Rect { width: 1, ..at }, Modifier::UNDERLINED);
    Some(at.as_position())
}

/// Draws the keys that have room.
fn keys(footer: &Footer, theme: &Theme, row: Rect, buf: &mut Buffer) {
    for (start, KeyHint { key, label, works, .. }) in footer.places(row.width) {
        let mut rest = paint::skip_cells(row, start);
        let styles = if *works { [Token::Key, Token::Plain] } else { [Token::Muted; 2] };
        for (text, token) in [key, label].into_iter().zip(styles) {
            let style = theme.style(token);
            let style = if *works { style } else { style.add_modifier(Modifier::DIM) };
            rest = paint::skip_cells(rest, paint::words(text, style, rest, buf) + 1);
        }
    }
}
