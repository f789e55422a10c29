//! The values of a series on the steps of the window.

use super::plan::{PlannedLine, Unit};
use crate::app::{App, ChartsView};
use crate::charts::{SeriesKey, Window};
use crate::fmt;
use crate::resources::metric::MetricSeries;

/// Seconds by which the last hour in the table may be behind, before it is read anew.
const BEHIND: i64 = 180;

/// The values of a series.
#[derive(Debug, Default)]
pub(super) struct Values {
    /// One for each step of the window, in the unit of the chart. `None` is a gap.
    pub(super) points: Vec<Option<f64>>,
    /// Whether it was ever read.
    pub(super) read: bool,
    /// The end of what was read, if that is before the end of the window; in seconds since 1970.
    pub(super) old: Option<i64>,
    /// Why it could not be read the last time.
    pub(super) problem: Option<String>,
}

/// Formats a value. A missing value is a dash.
pub(super) fn number(value: Option<f64>) -> String {
    value.map_or_else(|| "–".to_owned(), fmt::number)
}

/// Returns what identifies the series of a line.
pub(crate) fn key(view: &ChartsView, line: &PlannedLine, back: i64) -> SeriesKey {
    SeriesKey { account: view.subject.account, query: line.query.clone(), window: view.window, back }
}

/// Returns the last hour of a line from the table of metrics, which is read for the lists. Outside of a replay it must
/// be up to date.
pub(crate) fn stored<'a>(app: &'a App, view: &ChartsView, line: &PlannedLine, back: i64) -> Option<&'a MetricSeries> {
    let id = line.stored.as_deref().filter(|_| view.window == Window::Hour && back == 0)?;
    let series = app.here.observed.store.metrics.get(id)?;
    let same = series.stat == line.query.stat && series.period == line.query.period;
    let until = view.window.end(app.here.observed.at) - BEHIND;
    let current = app.replay.is_some() || (series.until.as_second() >= until && series.problem.is_none());
    (same && current).then_some(series)
}

/// Returns the values of a line, this many seconds earlier than the window.
pub(super) fn values(app: &App, view: &ChartsView, line: &PlannedLine, unit: Unit, back: i64) -> Values {
    let (window, period) = (view.window, line.query.period);
    let end = window.end(app.here.observed.at);
    let from = end - window.seconds() - back;
    let mut points = vec![None; window.points()];
    let mut fill = |at: i64, value: f64| {
        // A value covers its period, which may be longer than a step.
        let place = |second: i64| usize::try_from((second - from).div_euclid(window.period()));
        let (first, next) = (place(at.max(from)).unwrap_or(0), place(at + period).unwrap_or(0));
        points.iter_mut().take(next).skip(first).for_each(|point| *point = Some(unit.shown(value, period)));
    };
    if let Some(series) = stored(app, view, line, back) {
        series.points.iter().for_each(|(at, value)| fill(at.as_second(), *value));
        return Values { points, read: true, ..Values::default() };
    }
    let Some(kept) = app.series.get(&key(view, line, back)) else {
        return Values { points, ..Values::default() };
    };
    kept.points.iter().for_each(|(at, value)| fill(at.as_second(), *value));
    let old = kept.end.filter(|read| *read < end);
    Values { points, read: kept.end.is_some(), old, problem: kept.problem.clone() }
}

impl Values {
    /// Returns the value at a step; without one, the newest value.
    pub(super) fn at(&self, place: Option<usize>) -> Option<f64> {
        match place {
            Some(place) => self.points.get(place).copied().flatten(),
            None => self.points.iter().rev().find_map(|point| *point),
        }
    }

    /// Returns the lowest value, the highest value and the mean.
    pub(super) fn summary(&self) -> Option<[f64; 3]> {
        let known = || self.points.iter().flatten().copied();
        let (sum, count) = known().fold((0.0, 0.0), |(sum, count), value| (sum + value, count + 1.0));
        (count > 0.0).then(|| [known().fold(f64::MAX, f64::min), known().fold(f64::MIN, f64::max), sum / count])
    }
}
