//! Charts of several series, in columns.

use super::{Line, Span, Tone};

/// Charts beside and below each other, all of the same size.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ChartGrid {
    /// The number of charts beside each other, at least 1.
    pub columns: u16,
    /// The charts that are shown, row by row.
    pub charts: Vec<LineChart>,
}

/// Several series over the same time. `None` is a gap, and not zero.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LineChart {
    /// The title with the unit, and the values at the cursor.
    pub title: Line,
    /// The series, the most important first. Each has a point for each step of time.
    pub series: Vec<ChartSeries>,
    /// The values of threshold lines, and their labels.
    pub limits: Vec<(f64, String)>,
    /// Glyphs below the time axis, such as a deployment or an alarm, each with the index of its point.
    pub marks: Vec<(usize, Span)>,
    /// The labels of the oldest and the newest point.
    pub ends: (String, String),
    /// The index of the point at which values are read.
    pub cursor: Option<usize>,
    /// The text in the place of missing points: why there are none.
    pub empty: Line,
    /// Whether the cursor is on this chart.
    pub selected: bool,
}

/// One series of a chart.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ChartSeries {
    /// The label at its last point; may be empty.
    pub label: String,
    /// The points, the newest last.
    pub points: Vec<Option<f64>>,
    /// Its tone.
    pub tone: Tone,
    /// Whether it is dotted: the series of an earlier time.
    pub dotted: bool,
}
