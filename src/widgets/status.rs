//! The tab row and the footer: where one is, and which keys matter now.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Modifier;

use super::paint;
use crate::theme::{Theme, Token};
use crate::view::{Footer, Tab, Tone, width};

/// Draws the names of the panes; one with trouble says so with a glyph.
pub(super) fn tabs(tabs: &[Tab], theme: &Theme, area: Rect, buf: &mut Buffer) {
    let row = paint::first_row(area);
    let wide: usize = tabs.iter().map(|tab| tab_width(tab) + 1).sum();
    let gap = u16::from(wide <= row.width.into());
    let mut rest = row;
    for tab in tabs {
        let style = if tab.shown {
            Token::Title
        } else {
            Token::Plain
        };
        let start = rest;
        rest = paint::behind(rest, 1);
        rest = paint::behind(
            rest,
            paint::words(&tab.key, theme.style(Token::Key), rest, buf) + 1,
        );
        rest = paint::behind(rest, paint::words(&tab.name, theme.style(style), rest, buf));
        if let Some(mark) = mark(tab.tone) {
            rest = paint::behind(rest, 1);
            rest = paint::behind(rest, paint::words(mark, theme.tone(tab.tone), rest, buf));
        }
        rest = paint::behind(rest, 1);
        if tab.shown {
            buf.set_style(
                Rect {
                    width: rest.x - start.x,
                    ..start
                },
                theme.style(Token::Selection),
            );
        }
        rest = paint::behind(rest, gap);
    }
}

fn tab_width(tab: &Tab) -> usize {
    3 + width(&tab.key) + width(&tab.name) + mark(tab.tone).map_or(0, |_| 2)
}

/// Only what needs an eye gets a glyph.
fn mark(tone: Tone) -> Option<&'static str> {
    match tone {
        Tone::Bad => Some("✗"),
        Tone::Warn => Some("▲"),
        Tone::Busy => Some("◐"),
        Tone::Plain | Tone::Muted | Tone::Strong | Tone::Good => None,
    }
}

/// Draws the last row; says where the cursor is when the operator types there.
pub(super) fn footer(
    footer: &Footer,
    theme: &Theme,
    area: Rect,
    buf: &mut Buffer,
) -> Option<Position> {
    let row = paint::inset(area);
    let Some(message) = &footer.message else {
        keys(&footer.keys, theme, row, buf);
        return None;
    };
    paint::line(message, theme, row, buf);
    let at = paint::behind(
        row,
        paint::cut_to_u16(footer.cursor?).min(row.width.saturating_sub(1)),
    );
    if at.is_empty() {
        return None;
    }
    // Terminals without a visible cursor, and pictures, still show the place.
    buf.set_style(Rect { width: 1, ..at }, Modifier::UNDERLINED);
    Some(at.as_position())
}

/// As many keys as fit; the last one (the way to all others) always does.
fn keys(keys: &[(String, String, bool)], theme: &Theme, row: Rect, buf: &mut Buffer) {
    let cells = |(key, what, _): &(String, String, bool)| width(key) + width(what) + 4;
    let room = usize::from(row.width) + 3;
    let kept_last = keys.last().map_or(0, cells);
    let mut used = 0;
    let mut rest = row;
    for (at, key) in keys.iter().enumerate() {
        let is_last = at + 1 == keys.len();
        if !is_last && used + cells(key) + kept_last > room {
            continue;
        }
        used += cells(key);
        let (key, what, works) = key;
        let styles = if *works {
            [Token::Key, Token::Plain]
        } else {
            [Token::Muted; 2]
        };
        for (text, token) in [key, what].into_iter().zip(styles) {
            let style = theme.style(token);
            let style = if *works {
                style
            } else {
                style.add_modifier(Modifier::DIM)
            };
            rest = paint::behind(rest, paint::words(text, style, rest, buf) + 1);
        }
        rest = paint::behind(rest, 2);
    }
}
