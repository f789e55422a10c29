//! The time axis below a chart: its ends, and the marks of events.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::theme::Theme;
use crate::view::{Line, Span, width};
use crate::widgets::paint;

/// What stands on the axis.
#[derive(Debug)]
pub(super) struct Axis<'a> {
    /// The number of points of the chart.
    pub(super) points: usize,
    /// The labels of the oldest and the newest point.
    pub(super) ends: &'a (String, String),
    /// Glyphs, each with the index of its point.
    pub(super) marks: &'a [(usize, Span)],
}

impl Axis<'_> {
    /// Draws the oldest and the newest time in a row, and the marks between them. A mark replaces a time.
    pub(super) fn draw(&self, theme: &Theme, row: Rect, buf: &mut Buffer) {
        let room = usize::from(row.width);
        let points = self.points.max(1);
        let places: Vec<usize> = self.marks.iter().map(|(at, _)| at.min(&(points - 1)) * room / points).collect();
        let (first, last) = self.ends;
        let mut start = 0;
        while let Some(place) = places.iter().find(|p| (start..=start + width(first)).contains(p)) {
            start = place + 2;
        }
        let mut end = room;
        while let Some(place) = places.iter().find(|p| (end.saturating_sub(width(last) + 1)..end).contains(p)) {
            end = place.saturating_sub(1);
        }
        let newest = end.saturating_sub(width(last));
        if start + width(first) < newest {
            let at = |cell| paint::skip_cells(row, paint::cut_to_u16(cell));
            paint::line(&Line::new().muted(first), theme, at(start), buf);
            paint::line(&Line::new().muted(last), theme, at(newest), buf);
        }
        for ((_, mark), cell) in self.marks.iter().zip(places) {
            let place = paint::skip_cells(row, paint::cut_to_u16(cell));
            paint::words(mark.text(), theme.tone(mark.tone()), Rect { width: 1, ..place }, buf);
        }
    }
}
