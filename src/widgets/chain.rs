//! Draws the chain of one model, from data to alarms: as boxes where there is room, otherwise as rows or a strip.
//!
//! ```text
//! wide    ╭ DATA ───╮     ╭ TRAINING ─╮        narrow, high      DATA      ✓ 2 h   clicks/dt=11-23
//!         │ ✓ 2 h   │────▶│ ✓ 3 h     │                       ─▶ TRAINING  ✓ 3 h   42 min spot
//!         ╰─────────╯     ╰───────────╯        narrow, low    DATA ✓ 2 h ─▶ TRAIN ✓ 3 h ─▶ REG ◇ v14
//! ```

mod strip;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Span;
use ratatui::widgets::{Block, BorderType, Widget as _};

use super::paint;
use crate::theme::{Theme, Token};
use crate::view::{Arrow, Chain, Cut, Line, Stage, Tone, cut};

/// The minimum width of a box. A narrower one says too little.
const NARROWEST: u16 = 17;

/// The minimum height of a box: its frame, the state and two facts.
const LOWEST: u16 = 5;

/// Draws the chain in the form that fits.
pub(super) fn draw(chain: &Chain, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let has_title = chain.title.width() > 0;
    if has_title {
        let legend = legend(&chain.arrows);
        let fits = chain.title.width() + 2 + legend.width() <= area.width.into();
        let legend = if fits { legend } else { Line::new() };
        paint::both(&chain.title, &legend, theme, Token::Title, area, buf);
    }
    let body = paint::below(area, u16::from(has_title));
    let stages = paint::cut_to_u16(chain.stages.len());
    if stages == 0 || body.is_empty() {
        return;
    }
    let gap = if body.width >= 134 { 5 } else { 3 };
    let room = body.width.saturating_sub(gap * (stages - 1));
    if body.height >= LOWEST && room / stages >= NARROWEST {
        boxes(chain, theme, (room, gap), body, buf);
    } else if body.height >= stages.max(LOWEST) {
        strip::rows(chain, theme, body, buf);
    } else {
        strip::draw(chain, theme, body, buf);
    }
}

/// Returns a legend of the arrows if one of them is not certain.
fn legend(arrows: &[Arrow]) -> Line {
    let kinds = [(Arrow::Derived, "derived"), (Arrow::Guess, "guessed"), (Arrow::Missing, "no link found")];
    let mut legend = Line::new();
    for (kind, words) in kinds.into_iter().filter(|(kind, _)| arrows.contains(kind)) {
        let gap = if legend.0.is_empty() { "" } else { "  " };
        let tone = if kind == Arrow::Missing { Tone::Warn } else { Tone::Muted };
        legend = legend.muted(gap).with(sign(kind), tone).muted(format!(" {words}"));
    }
    legend
}

/// Returns the shortest form of an arrow.
fn sign(arrow: Arrow) -> &'static str {
    match arrow {
        Arrow::Exact => "─▶",
        Arrow::Derived => "┄▶",
        Arrow::Guess => "·▶",
        Arrow::Missing => "╴✗╶",
        Arrow::Unknown => "╴ ╶",
    }
}

fn arrow_style(arrow: Arrow, theme: &Theme) -> Style {
    match arrow {
        Arrow::Exact | Arrow::Derived | Arrow::Guess | Arrow::Unknown => theme.style(Token::Muted),
        Arrow::Missing => theme.tone(Tone::Warn),
    }
}

fn boxes(chain: &Chain, theme: &Theme, (room, gap): (u16, u16), body: Rect, buf: &mut Buffer) {
    let stages = paint::cut_to_u16(chain.stages.len());
    // The first boxes get the remainder, so that both edges are flush.
    let widths = (0..stages).map(|at| room / stages + u16::from(at < room % stages));
    let texts: Vec<(u16, Vec<Line>)> =
        chain.stages.iter().zip(widths).map(|(s, width)| (width, s.lines(inside(width).into()))).collect();
    let rows = texts.iter().map(|(_, lines)| lines.len()).max().unwrap_or(0);
    let height = body.height.min(paint::cut_to_u16(rows + 2)).max(LOWEST);
    let mut rest = Rect { height, ..body };
    for (at, (stage, (width, lines))) in chain.stages.iter().zip(texts).enumerate() {
        let width = width.min(rest.width);
        one_box(stage, &lines, theme, Rect { width, ..rest }, buf);
        rest = paint::skip_cells(rest, width);
        if let Some(arrow) = chain.arrows.get(at).filter(|_| at + 1 < chain.stages.len()) {
            let row = Rect { y: rest.y + height / 2, width: gap.min(rest.width), height: 1, ..rest };
            paint::words(&long(*arrow, gap.into()), arrow_style(*arrow, theme), row, buf);
        }
        rest = paint::skip_cells(rest, gap);
    }
}

/// Draws an arrow from box to box.
fn long(arrow: Arrow, cells: usize) -> String {
    let line = |stroke: &str| format!("{}▶", stroke.repeat(cells - 1));
    match arrow {
        Arrow::Exact => line("─"),
        Arrow::Derived => line("┄"),
        Arrow::Guess => line("·"),
        Arrow::Missing => {
            let gap = " ".repeat(cells.saturating_sub(3) / 2);
            format!("╴{gap}✗{gap}╶")
        }
        Arrow::Unknown => format!("╴{}╶", " ".repeat(cells.saturating_sub(2))),
    }
}

/// Returns the width for text in a box, without its frame and a space on each side.
fn inside(width: u16) -> u16 {
    width.saturating_sub(4)
}

fn one_box(stage: &Stage, lines: &[Line], theme: &Theme, area: Rect, buf: &mut Buffer) {
    // Only a stage that needs attention has a coloured frame.
    let (frame, title) = match stage.tone {
        Tone::Bad | Tone::Warn | Tone::Busy => (paint::stroke(theme.tone(stage.tone)), theme.tone(stage.tone)),
        Tone::Plain | Tone::Muted | Tone::Strong | Tone::Good => {
            (theme.style(Token::Border), theme.style(Token::Muted))
        }
    };
    let (kind, title) = if stage.selected {
        (BorderType::Thick, theme.style(Token::Title).patch(theme.style(Token::Selection)))
    } else {
        (BorderType::Rounded, title)
    };
    let frame = Block::bordered().border_type(kind).border_style(frame);
    let name = cut(&stage.title, inside(area.width).into(), Cut::End);
    let frame = frame.title(Span::styled(format!(" {name} "), title));
    let inner = frame.inner(area);
    frame.render(area, buf);
    let inner = Rect { x: inner.x + 1, width: inside(area.width), ..inner };
    for (row, line) in inner.rows().zip(lines) {
        paint::line(line, theme, row, buf);
    }
}
