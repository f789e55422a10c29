//! Draws several series over time as lines of dots, with their labels, thresholds, marks and the cursor.
//!
//! ```text
//! ▸model latency ms  p99 41  p90 30  p50 22
//! 50 │        ⢀⠤⣀        ⣀⠤⠒⠉ p99
//!    │⠒⠤⠤⠒⠊⠉⠁    ⠑⠢⠤⠤⠒⠉ ⣀⠤⠒⠉ p90
//!  0 │┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄ > 20
//!    11:42      ●  ✗   14:41
//! ```

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::axis::Axis;
use super::dots::Dots;
use super::frame;
use super::scale::Scale;
use crate::theme::{Theme, Token};
use crate::view::{ChartGrid, ChartSeries, Line, LineChart, Tone, width};
use crate::widgets::paint;

/// The gap between charts that are beside each other.
const GAP: u16 = 2;

/// Draws the charts of a grid in areas of the same size. The last ones get the cells that are left.
pub(in crate::widgets) fn draw(grid: &ChartGrid, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let columns = usize::from(grid.columns.max(1));
    let rows = paint::cut_to_u16(grid.charts.len().div_ceil(columns)).max(1);
    let part = |whole: u16, parts: u16, at: u16| {
        let edge = |at: u16| u32::from(whole) * u32::from(at) / u32::from(parts);
        let (start, end) = (edge(at), edge(at + 1));
        (u16::try_from(start).unwrap_or(0), u16::try_from(end - start).unwrap_or(0))
    };
    for (at, chart) in grid.charts.iter().enumerate() {
        let (column, row) = (paint::cut_to_u16(at % columns), paint::cut_to_u16(at / columns));
        let (x, cells) = part(area.width + GAP, paint::cut_to_u16(columns), column);
        let (y, height) = part(area.height, rows, row);
        let place = Rect { x: area.x + x, y: area.y + y, width: cells.saturating_sub(GAP), height };
        one(chart, theme, place.intersection(area), buf);
    }
}

/// Draws one chart: its title, scale, lines and axis.
fn one(chart: &LineChart, theme: &Theme, area: Rect, buf: &mut Buffer) {
    paint::line_as(&chart.title, theme, Token::Title, area, buf);
    let body = paint::below(area, 1);
    if body.height < 2 || body.width < 20 {
        return;
    }
    let points: usize = chart.series.iter().map(|series| series.points.len()).max().unwrap_or(0);
    let mut values: Vec<Option<f64>> = chart.series.iter().flat_map(|series| series.points.iter().copied()).collect();
    let empty = values.iter().all(Option::is_none);
    values.extend(chart.limits.iter().map(|(value, _)| Some(*value)));
    let scale = Scale::of(&values, None);
    let labels = if empty { Vec::new() } else { scale.labels(body.height - 1) };
    let right = right_labels(chart).map(|(text, _)| width(text)).max().unwrap_or(0);
    let right = if empty || right == 0 { 0 } else { (paint::cut_to_u16(right) + 1).min(body.width / 4) };
    let plot = frame(&labels, right, theme, body, buf);
    if plot.is_empty() {
        return;
    }
    if empty {
        let rows = chart.empty.wrap(plot.width.saturating_sub(1).into());
        let first =
            paint::skip_cells(paint::below(plot, plot.height.saturating_sub(paint::cut_to_u16(rows.len())) / 2), 1);
        first.rows().zip(&rows).for_each(|(row, line)| paint::line(line, theme, row, buf));
    } else {
        lines(chart, &scale, theme, plot, buf);
        self::labels(chart, &scale, theme, (plot, right), buf);
    }
    let axis = Axis { points, ends: &chart.ends, marks: &chart.marks };
    axis.draw(theme, Rect { y: body.bottom() - 1, height: 1, ..plot }, buf);
}

/// Returns the labels at the right: those of series with the value at which they stand, and those of limits.
fn right_labels(chart: &LineChart) -> impl Iterator<Item = (&str, f64)> {
    let last = |series: &ChartSeries| series.points.iter().rev().find_map(|point| *point);
    let named = chart.series.iter().filter(|series| !series.label.is_empty());
    let series = named.filter_map(move |series| Some((series.label.as_str(), last(series)?)));
    series.chain(chart.limits.iter().map(|(value, label)| (label.as_str(), *value)))
}

/// Draws the cursor, then the limits, then the series. The first series lies above the others.
fn lines(chart: &LineChart, scale: &Scale, theme: &Theme, plot: Rect, buf: &mut Buffer) {
    let points: usize = chart.series.iter().map(|series| series.points.len()).max().unwrap_or(0);
    for (value, _) in &chart.limits {
        let y = plot.y + row_of(scale, *value, plot.height);
        let row = Rect { y, height: 1, ..plot };
        paint::words(&"┄".repeat(row.width.into()), theme.style(Token::Muted), row, buf);
    }
    if let Some(cursor) = chart.cursor {
        let x = plot.x + paint::cut_to_u16(cursor * usize::from(plot.width) / points.max(1)).min(plot.width - 1);
        for row in plot.rows() {
            paint::words("│", theme.tone(Tone::Strong), Rect { x, width: 1, ..row }, buf);
        }
    }
    let mut dots = Dots::new(plot.width, plot.height);
    let (dotted, whole): (Vec<_>, Vec<_>) = chart.series.iter().partition(|series| series.dotted);
    for series in dotted.into_iter().chain(whole.into_iter().rev()) {
        let shares: Vec<Option<f64>> = series.points.iter().map(|point| point.map(|v| scale.share(v))).collect();
        dots.series(&shares, series.tone, series.dotted);
    }
    for (x, y, glyph, tone) in dots.cells() {
        if let Some(cell) = buf.cell_mut((plot.x + x, plot.y + y)) {
            cell.set_char(glyph).set_style(paint::stroke(theme.tone(tone)));
        }
    }
}

/// Returns the row of a value, from the top.
fn row_of(scale: &Scale, value: f64, rows: u16) -> u16 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "held within a screen's height")]
    let up = (scale.share(value) * f64::from(rows)).clamp(0.0, f64::from(rows.saturating_sub(1))) as u16;
    rows.saturating_sub(1) - up
}

/// Draws the labels behind the lines, each in a row of its own, in the order of their values.
fn labels(chart: &LineChart, scale: &Scale, theme: &Theme, (plot, room): (Rect, u16), buf: &mut Buffer) {
    let named = chart.series.iter().filter(|series| !series.label.is_empty()).map(|series| series.tone);
    let tones = named.chain(std::iter::repeat(Tone::Muted));
    let mut all: Vec<((&str, f64), Tone)> = right_labels(chart).zip(tones).take(plot.height.into()).collect();
    all.sort_by(|((_, a), _), ((_, b), _)| b.total_cmp(a));
    let rows =
        spread(&all.iter().map(|((_, value), _)| row_of(scale, *value, plot.height)).collect::<Vec<_>>(), plot.height);
    for (((text, _), tone), row) in all.into_iter().zip(rows) {
        let place = Rect { x: plot.right(), y: plot.y + row, width: room, height: 1 };
        paint::line(&Line::new().with(format!(" {text}"), tone), theme, place, buf);
    }
}

/// Gives each of the wanted rows, which do not fall, a row of its own among `height` rows. There are not more of them.
fn spread(wanted: &[u16], height: u16) -> Vec<u16> {
    let mut free = 0;
    let mut rows: Vec<u16> = wanted
        .iter()
        .map(|wanted| {
            let row = free.max(*wanted);
            free = row + 1;
            row
        })
        .collect();
    let mut below = height;
    for row in rows.iter_mut().rev() {
        *row = (*row).min(below.saturating_sub(1));
        below = *row;
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_have_rows_of_their_own_in_the_order_of_their_values() {
        for (wanted, rows) in [
            (&[0, 3][..], &[0, 3][..]),
            (&[3, 3, 3], &[1, 2, 3]),
            (&[0, 0, 0], &[0, 1, 2]),
            (&[1, 1, 3, 3], &[0, 1, 2, 3]),
            (&[], &[]),
        ] {
            assert_eq!(spread(wanted, 4), rows, "{wanted:?}");
        }
    }
}
