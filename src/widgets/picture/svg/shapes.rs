//! Glyphs that are drawn as shapes: lines, corners, arrows, bars.

use std::fmt::Write as _;

use super::{CELL, cells};

/// Draws a line, corner, bar or block as a shape; returns whether it could.
pub(super) fn shape(out: &mut String, symbol: &str, at: (f64, f64), color: &str) -> bool {
    let Some(path) = strokes(symbol, at) else {
        return block(out, symbol, at, color);
    };
    let stroke = if "━┃┏┓┗┛".contains(symbol) { 2.4 } else { 1.2 };
    let _ = writeln!(out, "<path d=\"{path}\" fill=\"none\" stroke=\"{color}\" stroke-width=\"{stroke}\"/>");
    true
}

/// Returns the path of a line or a corner through a cell's middle and its four edges.
fn strokes(symbol: &str, (left, top): (f64, f64)) -> Option<String> {
    let (right, bottom) = (left + CELL.0, top + CELL.1);
    let (mid, half) = (f64::midpoint(left, right), f64::midpoint(top, bottom));
    let (above, beneath) = (half - CELL.0 / 2.0, half + CELL.0 / 2.0);
    let dash = CELL.0 / 6.0;
    Some(match symbol {
        "─" | "━" => format!("M{left:.1} {half:.1}H{right:.1}"),
        "│" | "┃" => format!("M{mid:.1} {top:.1}V{bottom:.1}"),
        "╶" => format!("M{mid:.1} {half:.1}H{right:.1}"),
        "╴" => format!("M{left:.1} {half:.1}H{mid:.1}"),
        "╭" => {
            format!("M{mid:.1} {bottom:.1}V{beneath:.1}Q{mid:.1} {half:.1} {right:.1} {half:.1}")
        }
        "╮" => {
            format!("M{mid:.1} {bottom:.1}V{beneath:.1}Q{mid:.1} {half:.1} {left:.1} {half:.1}")
        }
        "╰" => format!("M{mid:.1} {top:.1}V{above:.1}Q{mid:.1} {half:.1} {right:.1} {half:.1}"),
        "╯" => format!("M{mid:.1} {top:.1}V{above:.1}Q{mid:.1} {half:.1} {left:.1} {half:.1}"),
        "┏" => format!("M{mid:.1} {bottom:.1}V{half:.1}H{right:.1}"),
        "┓" => format!("M{mid:.1} {bottom:.1}V{half:.1}H{left:.1}"),
        "┗" | "└" => format!("M{mid:.1} {top:.1}V{half:.1}H{right:.1}"),
        "┛" => format!("M{mid:.1} {top:.1}V{half:.1}H{left:.1}"),
        "├" => format!("M{mid:.1} {top:.1}V{bottom:.1}M{mid:.1} {half:.1}H{right:.1}"),
        "┤" => format!("M{mid:.1} {top:.1}V{bottom:.1}M{mid:.1} {half:.1}H{left:.1}"),
        "┄" => {
            let first = left + dash / 2.0;
            format!("M{first:.1} {half:.1}h{dash:.1}m{dash:.1} 0h{dash:.1}m{dash:.1} 0h{dash:.1}")
        }
        _ => return None,
    })
}

/// Draws an arrow's head or a bar of a chart; returns whether it was one.
fn block(out: &mut String, symbol: &str, (left, top): (f64, f64), color: &str) -> bool {
    if symbol == "▶" {
        let half = top + CELL.1 / 2.0;
        let (above, beneath, tip) = (half - 4.2, half + 4.2, left + CELL.0 - 0.6);
        let path = format!("M{left:.1} {above:.1}L{tip:.1} {half:.1}L{left:.1} {beneath:.1}Z");
        let _ = writeln!(out, "<path d=\"{path}\" fill=\"{color}\"/>");
        return true;
    }
    let bars = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];
    let Some(eighths) = bars.iter().position(|bar| *bar == symbol) else {
        return false;
    };
    let height = CELL.1 * cells(eighths + 1) / 8.0;
    rect(out, (left, top + CELL.1 - height), (CELL.0, height), color);
    true
}

pub(super) fn rect(out: &mut String, (x, y): (f64, f64), (w, h): (f64, f64), color: &str) {
    let _ = writeln!(
        out,
        "<rect x=\"{x:.1}\" y=\"{y:.2}\" width=\"{w:.1}\" height=\"{h:.2}\" fill=\"{color}\" shape-rendering=\"crispEdges\"/>"
    );
}
