//! Draws a value over time as bars in eighths of a row, with its scale, its threshold and marks of events. The chart of
//! ratatui has no gaps, no threshold line and no marks.
//!
//! ```text
//! 5XX rate %   4.1 %
//! 4 │                                ▂▅█
//!   │┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄▄▇████ 2 % sev1
//! 0 │▁▁▂▁▁▁▂▁▁      ▁▁▁▂▁▁▁▁▁▁▁▃███████
//!   00:14                      ●  ✗  03:14
//! ```

mod axis;
mod dots;
pub(super) mod lines;
mod scale;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;
use ratatui::widgets::{Sparkline, SparklineBar, Widget as _};

use self::axis::Axis;
use self::scale::{Scale, columns};
use super::paint;
use crate::theme::{Theme, Token};
use crate::view::{Chart, Line, Tone, width};

/// Draws the labels of a scale, each with its row, and the line beside them. Returns the area between them and the
/// `right` cells that labels need there, without the row of the axis. It is empty if there is no room.
fn frame(labels: &[(u16, String)], right: u16, theme: &Theme, body: Rect, buf: &mut Buffer) -> Rect {
    let left = paint::cut_to_u16(labels.iter().map(|(_, text)| width(text)).max().unwrap_or(0)) + 2;
    let plot = paint::skip_cells(body, left);
    let plot = Rect { width: plot.width.saturating_sub(right), height: body.height - 1, ..plot };
    if plot.is_empty() {
        return plot;
    }
    for row in plot.rows() {
        let at = Rect { x: plot.x.saturating_sub(1), width: 1, ..row };
        paint::words("│", theme.style(Token::Border), at, buf);
    }
    for (row, text) in labels {
        let at = Rect { y: plot.y + row, width: left, height: 1, ..body };
        let cells = usize::from(left).saturating_sub(2);
        paint::words(&format!("{text:>cells$}"), theme.style(Token::Muted), at, buf);
    }
    plot
}

/// Draws title, scale, bars, threshold and the time axis, as far as there are rows.
pub(super) fn draw(chart: &Chart, theme: &Theme, area: Rect, buf: &mut Buffer) {
    paint::line_as(&chart.title, theme, Token::Title, area, buf);
    let body = paint::below(area, 1);
    if body.height < 2 || body.width < 20 {
        return;
    }
    let scale = Scale::of(&chart.points, chart.threshold.as_ref().map(|(at, _)| *at));
    let labels = scale.labels(body.height - 1);
    let right = chart.threshold.as_ref().map_or(0, |(_, words)| paint::cut_to_u16(width(words)) + 1);
    let right = right.min(body.width / 4);
    let plot = frame(&labels, right, theme, body, buf);
    if plot.is_empty() {
        return;
    }
    bars(chart, &scale, theme, plot, buf);
    if let Some((value, words)) = &chart.threshold {
        threshold((*value, words), &scale, theme, (plot, right), buf);
    }
    let axis = Axis { points: chart.points.len(), ends: &chart.ends, marks: &chart.marks };
    axis.draw(theme, Rect { y: body.bottom() - 1, height: 1, ..plot }, buf);
}

fn bars(chart: &Chart, scale: &Scale, theme: &Theme, plot: Rect, buf: &mut Buffer) {
    let most = u64::from(plot.height) * 8;
    let limit = chart.threshold.as_ref().map(|(value, _)| *value);
    let last = chart.points.iter().rev().flatten().next().copied();
    let data = columns(&chart.points, plot.width.into()).into_iter().map(|value| {
        // Only bars on the same side of the threshold as the last value have its colour.
        let is_like_last = match (limit, value, last) {
            (Some(limit), Some(value), Some(last)) => (value < limit) == (last < limit),
            _ => true,
        };
        let has_color = is_like_last && !matches!(chart.tone, Tone::Plain | Tone::Strong);
        let tone = if has_color { chart.tone } else { Tone::Muted };
        // A value at the bottom of the scale is still drawn, as an empty column means no data.
        let eighths = value.map(|v| scale.eighths(v, plot.height).clamp(1, most));
        SparklineBar::from(eighths).style(paint::stroke(theme.tone(tone)))
    });
    let bars: Vec<SparklineBar> = data.collect();
    Sparkline::default().data(bars).max(most).absent_value_symbol(" ").render(plot, buf);
}

/// Draws the threshold line across all bars, with its label behind it.
fn threshold((value, words): (f64, &str), scale: &Scale, theme: &Theme, (plot, right): (Rect, u16), buf: &mut Buffer) {
    let up = (scale.eighths(value, plot.height).saturating_sub(1) / 8).min(u64::from(plot.height) - 1);
    let y = plot.bottom() - 1 - u16::try_from(up).unwrap_or(0);
    for x in plot.left()..plot.right() {
        let Some(cell) = buf.cell_mut((x, y)) else {
            continue;
        };
        if cell.symbol() == " " {
            cell.set_symbol("┄").set_style(theme.style(Token::Muted));
        } else if cell.symbol() == "█" {
            // Within a bar the line is drawn inverted.
            cell.set_symbol("┄").set_style(Modifier::REVERSED);
        }
    }
    let at = Rect { x: plot.right(), y, width: right, height: 1 };
    paint::line(&Line::new().muted(format!(" {words}")), theme, at, buf);
}
