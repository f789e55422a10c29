//! A picture of the screen as SVG, with the same bytes for the same buffer.
//!
//! Every run of text has an explicit length, and lines, boxes and bars are shapes, so that the picture is sharp and
//! aligned in any font.

mod shapes;

use std::fmt::Write as _;

use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};

use super::whole;
use crate::view::width;
use shapes::{rect, shape};

/// The size of a cell, the margin around the screen, and the height of the title bar.
pub(super) const CELL: (f64, f64) = (8.4, 18.0);
const MARGIN: f64 = 14.0;
const BAR: f64 = 34.0;

const FONT: &str = "'JetBrains Mono','DejaVu Sans Mono','SF Mono',Menlo,Consolas,'Liberation Mono',monospace";

/// Draws the buffer as a picture of a terminal window with that title.
#[must_use]
pub fn svg(buffer: &Buffer, title: &str) -> String {
    let buffer = &whole(buffer);
    let ground = hex(ground(buffer));
    window(buffer, title, |out| {
        for (y, row) in rows(buffer).enumerate() {
            draw_row(out, row, y, &ground);
        }
    })
}

/// Returns the rows of a buffer.
pub(super) fn rows(buffer: &Buffer) -> impl Iterator<Item = &[Cell]> {
    buffer.content.chunks(usize::from(buffer.area.width).max(1))
}

/// Draws a terminal window as large as the buffer, and its `body` in it.
pub(super) fn window(buffer: &Buffer, title: &str, body: impl FnOnce(&mut String)) -> String {
    let (columns, rows) = (f64::from(buffer.area.width), f64::from(buffer.area.height));
    let (w, h) = (columns * CELL.0 + 2.0 * MARGIN, rows * CELL.1 + BAR + MARGIN);
    let mut out = String::new();
    let _ = writeln!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{w:.0}\" height=\"{h:.0}\" viewBox=\"0 0 {w:.1} {h:.1}\" font-family=\"{FONT}\" font-size=\"14\">"
    );
    let _ = writeln!(out, "<title>{}</title>", escaped(title));
    let (ground, dots) = (hex(ground(buffer)), ["#ff5f57", "#febc2e", "#28c840"]);
    let _ = writeln!(
        out,
        "<rect x=\".5\" y=\".5\" width=\"{:.1}\" height=\"{:.1}\" rx=\"10\" fill=\"{ground}\" stroke=\"#7f8a99\" stroke-opacity=\".45\"/>",
        w - 1.0,
        h - 1.0
    );
    for (dot, x) in dots.iter().zip([20.0, 38.0, 56.0]) {
        let _ = writeln!(out, "<circle cx=\"{x}\" cy=\"17\" r=\"5.5\" fill=\"{dot}\"/>");
    }
    let _ = writeln!(
        out,
        "<text x=\"{:.1}\" y=\"21.5\" text-anchor=\"middle\" font-size=\"12.5\" fill=\"#8592a3\">{}</text>",
        w / 2.0,
        escaped(title)
    );
    let _ = writeln!(out, "<g transform=\"translate({MARGIN},{BAR})\" shape-rendering=\"auto\">");
    body(&mut out);
    out.push_str("</g>\n</svg>\n");
    out
}

/// The visible look of a cell: reversal and dimness are applied.
#[derive(Clone, PartialEq)]
struct Look {
    fg: String,
    bg: String,
    attributes: String,
    underlined: bool,
}

fn look(cell: &Cell) -> Look {
    let (mut fg, mut bg) = (rgb(cell.fg, (201, 210, 222)), rgb(cell.bg, (14, 19, 26)));
    if cell.modifier.contains(Modifier::REVERSED) {
        (fg, bg) = (bg, fg);
    }
    if cell.modifier.contains(Modifier::DIM) {
        let mix = |a: u8, b: u8| u8::try_from((u16::from(a) * 11 + u16::from(b) * 9) / 20).unwrap_or(a);
        fg = (mix(fg.0, bg.0), mix(fg.1, bg.1), mix(fg.2, bg.2));
    }
    let mut attributes = String::new();
    if cell.modifier.contains(Modifier::BOLD) {
        attributes.push_str(" font-weight=\"700\"");
    }
    if cell.modifier.contains(Modifier::ITALIC) {
        attributes.push_str(" font-style=\"italic\"");
    }
    let underlined = cell.modifier.contains(Modifier::UNDERLINED);
    Look { fg: hex(fg), bg: hex(bg), attributes, underlined }
}

pub(super) fn draw_row(out: &mut String, row: &[Cell], y: usize, ground: &str) {
    let looks: Vec<Look> = row.iter().map(look).collect();
    let top = cells(y) * CELL.1;
    let mut start = 0;
    for run in looks.chunk_by(|a, b| a.bg == b.bg) {
        if let Some(look) = run.first().filter(|look| look.bg != ground) {
            rect(out, (cells(start) * CELL.0, top), (cells(run.len()) * CELL.0, CELL.1), &look.bg);
        }
        start += run.len();
    }
    start = 0;
    for run in looks.chunk_by(PartialEq::eq) {
        let (Some(look), Some(part)) = (run.first(), row.get(start..start + run.len())) else {
            continue;
        };
        if look.underlined {
            let at = (cells(start) * CELL.0, top + CELL.1 - 2.5);
            rect(out, at, (cells(run.len()) * CELL.0, 1.2), &look.fg);
        }
        draw_run(out, part, start, top, look);
        start += run.len();
    }
}

/// Draws a run of cells. Words of ordinary letters stay together; every other glyph is placed by itself.
fn draw_run(out: &mut String, run: &[Cell], first: usize, top: f64, look: &Look) {
    let mut word = String::new();
    let mut start = first;
    for (at, cell) in (first..).zip(run) {
        let symbol = cell.symbol();
        let is_letter = symbol.is_ascii() && symbol != " ";
        if is_letter {
            if word.is_empty() {
                start = at;
            }
            word.push_str(symbol);
            continue;
        }
        // One space between two words does not end the run.
        let goes_on = symbol == " "
            && !word.is_empty()
            && run.get(at - first + 1).is_some_and(|c| c.symbol().is_ascii() && c.symbol() != " ");
        if goes_on {
            word.push(' ');
            continue;
        }
        text(out, &std::mem::take(&mut word), start, top, look);
        if symbol != " " && !shape(out, symbol, (cells(at) * CELL.0, top), &look.fg) {
            text(out, symbol, at, top, look);
        }
    }
    text(out, &word, start, top, look);
}

fn text(out: &mut String, text: &str, at: usize, top: f64, look: &Look) {
    if text.is_empty() {
        return;
    }
    let _ = writeln!(
        out,
        "<text x=\"{:.1}\" y=\"{:.1}\" textLength=\"{:.1}\" lengthAdjust=\"spacingAndGlyphs\" fill=\"{}\"{} xml:space=\"preserve\">{}</text>",
        cells(at) * CELL.0,
        top + CELL.1 * 0.74,
        cells(width(text)) * CELL.0,
        look.fg,
        look.attributes,
        escaped(text)
    );
}

/// Returns the background of the screen, which its last cell always shows.
pub(super) fn ground(buffer: &Buffer) -> (u8, u8, u8) {
    let last = buffer.content.last();
    last.map_or((14, 19, 26), |cell| rgb(cell.bg, (14, 19, 26)))
}

/// Returns a colour as a usual terminal shows it.
fn rgb(color: Color, reset: (u8, u8, u8)) -> (u8, u8, u8) {
    match color {
        Color::Reset => reset,
        Color::Rgb(r, g, b) => (r, g, b),
        Color::Black => (12, 16, 22),
        Color::Red => (224, 96, 92),
        Color::Green => (114, 190, 110),
        Color::Yellow => (220, 178, 80),
        Color::Blue => (92, 148, 230),
        Color::Magenta => (190, 120, 205),
        Color::Cyan => (84, 186, 200),
        Color::Gray => (190, 198, 208),
        Color::DarkGray => (118, 128, 142),
        Color::LightRed => (255, 135, 128),
        Color::LightGreen => (150, 220, 140),
        Color::LightYellow => (245, 210, 120),
        Color::LightBlue => (130, 180, 255),
        Color::LightMagenta => (220, 160, 235),
        Color::LightCyan => (120, 215, 228),
        Color::White => (245, 247, 250),
        Color::Indexed(n @ 232..) => {
            let grey = 8 + (n - 232) * 10;
            (grey, grey, grey)
        }
        Color::Indexed(n) => {
            let (cube, step) = (n.saturating_sub(16), |n: u8| if n == 0 { 0 } else { 55 + n * 40 });
            (step(cube / 36), step(cube / 6 % 6), step(cube % 6))
        }
    }
}

pub(super) fn hex((r, g, b): (u8, u8, u8)) -> String {
    format!("#{r:02x}{g:02x}{b:02x}")
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// Converts a count of cells to a length.
pub(super) fn cells(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_well_formed_and_the_same_every_time() {
        let mut buffer = Buffer::empty(ratatui::layout::Rect::new(0, 0, 20, 3));
        buffer.set_string(0, 0, "╭─ a < b & c ─▶ ✓ 日", Color::Green);
        buffer.set_string(0, 1, "two words ▃█", Modifier::REVERSED | Modifier::BOLD);
        let picture = svg(&buffer, "sagetop <demo>");
        assert_eq!(picture, svg(&buffer, "sagetop <demo>"));
        assert!(picture.contains("a &lt; b &amp; c</text>"), "{picture}");
        assert!(picture.contains(">two words</text>"), "{picture}");
        assert!(picture.contains("<title>sagetop &lt;demo&gt;</title>"), "{picture}");
        assert_eq!(picture.matches("<text").count(), picture.matches("</text>").count());
    }
}
