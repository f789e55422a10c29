//! Draws the tab row and the footer.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Modifier;

use super::paint;
use crate::theme::{Theme, Token};
use crate::view::{Cut, Footer, FooterKey, Tab, Tone, cut, width};

/// Draws the names of the panes. A pane with a problem has a glyph.
pub(super) fn tabs(tabs: &[Tab], theme: &Theme, area: Rect, buf: &mut Buffer) {
    let row = paint::first_row(area);
    let (letters, gap) = names(tabs, row.width.into());
    let mut rest = row;
    for tab in tabs {
        let start = rest;
        let (name, style) = if tab.shown {
            (tab.name.clone(), Token::Title)
        } else {
            (cut(&tab.name, letters, Cut::End), Token::Plain)
        };
        rest = paint::behind(rest, 1);
        rest = paint::behind(rest, paint::words(&tab.key, theme.style(Token::Key), rest, buf) + 1);
        rest = paint::behind(rest, paint::words(&name, theme.style(style), rest, buf));
        if let Some(mark) = mark(tab.tone) {
            rest = paint::behind(rest, 1);
            rest = paint::behind(rest, paint::words(mark, theme.tone(tab.tone), rest, buf));
        }
        rest = paint::behind(rest, 1);
        if tab.shown {
            buf.set_style(Rect { width: rest.x - start.x, ..start }, theme.style(Token::Selection));
        }
        rest = paint::behind(rest, gap);
    }
}

/// The longest name and the gap between two tabs, such that the last tab is visible.
fn names(tabs: &[Tab], room: usize) -> (usize, u16) {
    let needed = |letters: usize, gap: usize| -> usize {
        let name = |tab: &Tab| {
            if tab.shown { width(&tab.name) } else { width(&tab.name).min(letters) }
        };
        tabs.iter().map(|tab| 3 + width(&tab.key) + name(tab) + mark(tab.tone).map_or(0, |_| 2) + gap).sum()
    };
    let longest = tabs.iter().map(|tab| width(&tab.name)).max().unwrap_or(0);
    if needed(longest, 1) <= room {
        return (longest, 1);
    }
    let fits = (0..=longest).rev().find(|letters| needed(*letters, 0) <= room);
    (fits.unwrap_or(0), 0)
}

/// The glyph of a state. Only a state that needs attention has one.
fn mark(tone: Tone) -> Option<&'static str> {
    match tone {
        Tone::Bad => Some("✗"),
        Tone::Warn => Some("▲"),
        Tone::Busy => Some("◐"),
        Tone::Plain | Tone::Muted | Tone::Strong | Tone::Good => None,
    }
}

/// Draws the last row. Returns the position of the cursor when the operator types there.
pub(super) fn footer(footer: &Footer, theme: &Theme, area: Rect, buf: &mut Buffer) -> Option<Position> {
    let row = paint::inset(area);
    let Some(message) = &footer.message else {
        keys(&footer.keys, theme, row, buf);
        return None;
    };
    paint::line(message, theme, row, buf);
    let at = paint::behind(row, paint::cut_to_u16(footer.cursor?).min(row.width.saturating_sub(1)));
    if at.is_empty() {
        return None;
    }
    // Terminals without a visible cursor, and pictures, show the position as well.
    buf.set_style(Rect { width: 1, ..at }, Modifier::UNDERLINED);
    Some(at.as_position())
}

/// As many keys as fit. Those marked as kept come first.
fn keys(keys: &[FooterKey], theme: &Theme, row: Rect, buf: &mut Buffer) {
    let cells = |key: &FooterKey| width(&key.key) + width(&key.label) + 4;
    let mut room = usize::from(row.width) + 3;
    let mut fits = |key: &FooterKey| {
        let left = room.checked_sub(cells(key));
        room = left.unwrap_or(room);
        left.is_some()
    };
    let kept: Vec<bool> = keys.iter().map(|key| key.kept && fits(key)).collect();
    // Keys that work come next. After the first key that does not fit, all others are left out: a shorter one must not
    // take its place.
    let mut shown = kept;
    let mut full = false;
    for works in [true, false] {
        for (key, shown) in keys.iter().zip(&mut shown).filter(|(key, _)| !key.kept && key.works == works) {
            full |= full || !fits(key);
            *shown = !full;
        }
    }
    let mut rest = row;
    for (FooterKey { key, label, works, .. }, _) in keys.iter().zip(shown).filter(|(_, shown)| *shown) {
        let styles = if *works { [Token::Key, Token::Plain] } else { [Token::Muted; 2] };
        for (text, token) in [key, label].into_iter().zip(styles) {
            let style = theme.style(token);
            let style = if *works { style } else { style.add_modifier(Modifier::DIM) };
            rest = paint::behind(rest, paint::words(text, style, rest, buf) + 1);
        }
        rest = paint::behind(rest, 2);
    }
}
