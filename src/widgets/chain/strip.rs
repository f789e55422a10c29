//! Draws the chain in one or two lines, or with a line per stage.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::{arrow_style, sign};
use crate::theme::{Theme, Token};
use crate::view::{Arrow, Chain, Cut, Fact, Line, Stage, Tone, width};
use crate::widgets::paint;

/// Draws the stages one after the other, and the facts of the selected one below them.
pub(super) fn draw(chain: &Chain, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let room = usize::from(area.width);
    let words = |title: fn(&str) -> String, state: fn(&Stage) -> Line| -> Vec<(String, Line)> {
        chain.stages.iter().map(|s| (title(&s.title), tight(&state(s)))).collect()
    };
    let rows = area.height.min(2);
    // A second row begins with an arrow.
    let inset = if rows > 1 { 3 } else { 0 };
    let fits = |words: &[(String, Line)], rows| halves(words, rows).all(|half| needed(half) + inset <= room);
    // To fit, titles are shortened first; then a second row is used; then ages are left out; then the longest states
    // are cut.
    let (full, brief) = (words(str::to_owned, Stage::aged), words(short, Stage::aged));
    let (words, rows) = if needed(&full) <= room {
        (full, 1)
    } else if needed(&brief) <= room {
        (brief, 1)
    } else if fits(&brief, rows) {
        (brief, rows)
    } else {
        let brief = words(short, |s| s.state.clone());
        (halves(&brief, rows).flat_map(|half| squeezed(half.to_vec(), room.saturating_sub(inset))).collect(), rows)
    };
    let mut at = 0;
    for (row, group) in area.rows().zip(halves(&words, rows)) {
        let mut rest = row;
        for (title, state) in group {
            if at > 0 {
                let arrow = chain.arrows.get(at - 1).copied().unwrap_or(Arrow::Missing);
                let before = u16::from(rest.x > row.x);
                rest = paint::skip_cells(rest, before);
                rest = paint::skip_cells(rest, paint::words(sign(arrow), arrow_style(arrow, theme), rest, buf) + 1);
            }
            let selected = chain.stages.get(at).is_some_and(|s| s.selected);
            rest = paint::skip_cells(rest, head(title, selected, theme, rest, buf) + 1);
            paint::line(state, theme, rest, buf);
            rest = paint::skip_cells(rest, paint::cut_to_u16(state.width()));
            at += 1;
        }
    }
    let below = paint::below(area, rows);
    let selected = chain.stages.iter().find(|s| s.selected).into_iter().flat_map(|s| &s.facts);
    for (row, fact) in below.rows().zip(selected) {
        paint::line(&fact.whole(), theme, paint::skip_cells(row, 2), buf);
    }
}

/// Draws each stage in a row of its own, followed by its facts.
pub(super) fn rows(chain: &Chain, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let widest = |text: &dyn Fn(&Stage) -> usize| chain.stages.iter().map(text).max().unwrap_or(0);
    let titles = widest(&|s| width(&s.title)).min(usize::from(area.width) / 3);
    let states = widest(&|s| s.aged().width()).min(usize::from(area.width) / 3);
    for (at, (stage, row)) in chain.stages.iter().zip(area.rows()).enumerate() {
        if let Some(before) = at.checked_sub(1) {
            let arrow = chain.arrows.get(before).copied().unwrap_or(Arrow::Missing);
            paint::words(sign(arrow), arrow_style(arrow, theme), row, buf);
        }
        let row = paint::skip_cells(row, 4);
        head(&stage.title, stage.selected, theme, row, buf);
        let row = paint::skip_cells(row, paint::cut_to_u16(titles + 2));
        paint::line(&stage.aged().cut(states, Cut::End), theme, row, buf);
        let facts = stage.facts.iter().map(Fact::whole).filter(|f| f.width() > 0).fold(Line::new(), |line, fact| {
            let mut line = if line.0.is_empty() { line } else { line.muted(" · ") };
            line.0.extend(fact.0.iter().cloned());
            line
        });
        paint::line(&facts, theme, paint::skip_cells(row, paint::cut_to_u16(states + 2)), buf);
    }
}

/// Draws the name of a stage. Returns its width in cells.
fn head(title: &str, selected: bool, theme: &Theme, area: Rect, buf: &mut Buffer) -> u16 {
    let style = if selected {
        theme.style(Token::Title).patch(theme.style(Token::Selection))
    } else {
        theme.style(Token::Muted)
    };
    paint::words(title, style, area, buf)
}

/// Returns the stages of each row.
fn halves(words: &[(String, Line)], rows: u16) -> std::slice::Chunks<'_, (String, Line)> {
    words.chunks(words.len().div_ceil(usize::from(rows).max(1)).max(1))
}

/// Returns the width of a strip in one row, in cells.
fn needed(words: &[(String, Line)]) -> usize {
    let stages: usize = words.iter().map(|(title, state)| width(title) + 1 + state.width()).sum();
    stages + words.len().saturating_sub(1) * 4
}

/// Cuts the states until a row fits, the longest ones first.
fn squeezed(mut words: Vec<(String, Line)>, room: usize) -> Vec<(String, Line)> {
    let mut longest = words.iter().map(|(_, state)| state.width()).max().unwrap_or(0);
    while needed(&words) > room && longest > 1 {
        longest -= 1;
        for (_, state) in &mut words {
            *state = state.cut(longest, Cut::End);
        }
    }
    words
}

/// Abbreviates a stage's name as an operator would.
fn short(title: &str) -> String {
    match title.split_once(' ') {
        Some(("ENDPOINT", stage)) => stage.to_uppercase(),
        _ => title.replace("TRAINING", "TRAIN").replace("REGISTRY", "REG"),
    }
}

/// Returns the line with single spaces between its words.
fn tight(line: &Line) -> Line {
    let mut ended_in_space = true;
    let mut tight = Line::new();
    for span in &line.0 {
        let kept: String = span
            .text()
            .chars()
            .filter(|c| {
                let keep = *c != ' ' || !ended_in_space;
                ended_in_space = *c == ' ';
                keep
            })
            .collect();
        tight = tight.with(kept, if span.text().trim().is_empty() { Tone::Plain } else { span.tone() });
    }
    tight
}
