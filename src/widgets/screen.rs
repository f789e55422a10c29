//! The whole screen: header, banners, blocks, footer, and a sheet over them.
//!
//! ```text
//! header          one or two rows on their own ground
//! banners         what the operator must know now
//! block           tabs, tables, the chain, charts …
//! block
//! footer          keys, or what is being typed
//! ```

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Modifier;

use super::{ascii, chain, chart, paint, sheet, status, table, tree};
use crate::theme::{Theme, Token};
use crate::view::{Block, Content, LEAST_SIZE, Line, Screen, Tone, is_readable};

/// Draws the whole screen. Returns the position of the cursor.
pub(super) fn draw(screen: &Screen, theme: &Theme, area: Rect, buf: &mut Buffer) -> Option<Position> {
    buf.set_style(area, theme.style(Token::Screen));
    let cursor = if is_readable((area.width, area.height)) {
        let below = rows(screen, theme, area, buf);
        let above = screen.sheet.as_ref().map(|sheet| {
            // The screen below stays readable in dim colours.
            buf.set_style(area, Modifier::DIM);
            sheet::draw(sheet, theme, area, buf)
        });
        above.unwrap_or(below)
    } else {
        too_small(theme, area, buf);
        None
    };
    if theme.ascii() {
        ascii::replace(buf);
    }
    cursor
}

fn rows(screen: &Screen, theme: &Theme, area: Rect, buf: &mut Buffer) -> Option<Position> {
    let parts = screen.parts((area.width, area.height));
    for ((left, right), row) in screen.header.iter().zip(parts.header.into_iter().map(Rect::from)) {
        buf.set_style(row, theme.style(Token::Header));
        paint::both(left, right, theme, Token::Plain, paint::inset(row), buf);
    }
    for (line, row) in screen.banners.iter().zip(parts.banners) {
        banner(line, theme, row.into(), buf);
    }
    for (block, area) in screen.blocks.iter().zip(parts.blocks) {
        content(block, theme, area.into(), buf);
    }
    status::footer(&screen.footer, theme, parts.footer.into(), buf)
}

fn content(block: &Block, theme: &Theme, area: Rect, buf: &mut Buffer) {
    if area.is_empty() {
        return;
    }
    match &block.content {
        Content::Tabs(tabs) => status::tabs(tabs, theme, area, buf),
        Content::Table(it) => table::draw(it, theme, area, buf),
        Content::Chain(it) => chain::draw(it, theme, paint::inset(area), buf),
        Content::Lines { title, lines } => {
            let mut rest = paint::inset(area);
            if let Some(title) = title {
                paint::line_as(title, theme, Token::Title, rest, buf);
                rest = paint::below(rest, 1);
            }
            for (row, line) in rest.rows().zip(lines) {
                paint::line(line, theme, row, buf);
            }
        }
        Content::Tree(it) => tree::draw(it, theme, area, buf),
        Content::Chart(it) => chart::draw(it, theme, paint::inset(area), buf),
        Content::Charts(it) => chart::lines::draw(it, theme, paint::inset(area), buf),
    }
}

/// Draws a bar across the screen, in the colour of its worst piece.
fn banner(line: &Line, theme: &Theme, row: Rect, buf: &mut Buffer) {
    let tones = [Tone::Bad, Tone::Warn, Tone::Busy, Tone::Good];
    let worst = tones.into_iter().find(|t| line.0.iter().any(|s| s.tone() == *t));
    let style = theme.tone(worst.unwrap_or(Tone::Warn)).add_modifier(Modifier::REVERSED);
    buf.set_style(row, style);
    paint::words(
        &line.cut(row.width.saturating_sub(2).into(), crate::view::Cut::End).text(),
        style,
        paint::inset(row),
        buf,
    );
}

fn too_small(theme: &Theme, area: Rect, buf: &mut Buffer) {
    let (cells, rows) = LEAST_SIZE;
    let message = format!("terminal too small: {}×{}, sagetop needs {cells}×{rows}", area.width, area.height);
    let lines = Line::from(message).wrap(area.width.into());
    let top = area.height.saturating_sub(paint::cut_to_u16(lines.len())) / 2;
    for (row, line) in paint::below(area, top).rows().zip(&lines) {
        paint::line(line, theme, row, buf);
    }
}
