//! Makes charts of the plan and the values.

use std::ops::Range;

use jiff::Timestamp;

use super::plan::{Limit, Planned, PlannedChart};
use super::state;
use super::values::{Values, number, values};
use crate::app::{App, ChartsView};
use crate::fmt;
use crate::panes::history::marks;
use crate::view::{ChartSeries, Cut, Line, LineChart, Span, Tone};

/// The tones of series, in their order. None of them means anything good or bad.
const TONES: [Tone; 4] = [Tone::Busy, Tone::Strong, Tone::Plain, Tone::Muted];
/// A limit that is this many times higher than all values would leave no room for them.
const FAR: f64 = 4.0;
/// Steps after which the newest value is called late.
const LATE: usize = 5;

/// Makes the charts of a plan.
pub(super) struct Drawing<'a> {
    app: &'a App,
    view: &'a ChartsView,
    planned: &'a Planned,
    marks: Vec<(usize, Span)>,
    ends: (String, String),
    /// The cells of a title.
    room: usize,
}

impl<'a> Drawing<'a> {
    /// Makes charts whose titles have so many cells.
    pub(super) fn new(app: &'a App, view: &'a ChartsView, planned: &'a Planned, room: usize) -> Self {
        let (window, now) = (view.window, app.here.observed.at);
        let from = window.end(now) - window.seconds();
        let chain = app.chain_of(&view.subject).or_else(|| app.current_chain());
        let marks = chain.map(|chain| marks(app, chain, from, window.period(), window.points())).unwrap_or_default();
        let clock =
            |second| Timestamp::from_second(second).map(|at| fmt::clock(now, at, &app.zone)).unwrap_or_default();
        let ends = (clock(from), clock(window.end(now) - window.period()));
        Self { app, view, planned, marks, ends, room }
    }

    /// Makes the charts with these indexes.
    pub(super) fn charts(&self, shown: Range<usize>) -> Vec<LineChart> {
        let all = self.planned.charts.iter().enumerate().skip(shown.start).take(shown.len());
        all.map(|(index, chart)| self.chart(index, chart)).collect()
    }

    fn chart(&self, index: usize, chart: &PlannedChart) -> LineChart {
        let selected = index == self.view.selected.min(self.planned.charts.len().saturating_sub(1));
        if chart.lines.is_empty() {
            return of_versions(chart, selected);
        }
        let place = state::place(self.app, self.view);
        let of = |line, back| values(self.app, self.view, line, chart.unit, back);
        let now: Vec<Values> = chart.lines.iter().map(|line| of(line, 0)).collect();
        let then: Vec<Option<Values>> =
            chart.lines.iter().map(|line| self.view.comparison.back().map(|back| of(line, back))).collect();
        let (limits, far) = drawn_limits(chart, &now, self.view.zoomed);
        let tones = now.iter().enumerate().map(|(index, values)| tone(chart, values, place, index));
        let tones: Vec<Tone> = tones.collect();
        let told = |brief: bool| {
            let mut told = Line::new();
            for ((line, (values, then)), tone) in chart.lines.iter().zip(now.iter().zip(&then)).zip(&tones) {
                let label = if line.label.is_empty() { String::new() } else { format!("{} ", line.label) };
                let gap = if brief { " " } else { "  " };
                told = told.plain(gap).with(label, *tone).with(number(values.at(place)), *tone);
                if let Some(then) = then.as_ref().filter(|_| !brief) {
                    // Beside the newest value stands the value of the same time.
                    let place = place.or_else(|| values.points.iter().rposition(Option::is_some));
                    told = told.muted(format!(" ({})", number(then.at(place))));
                }
                told = told.with(self.age(values, place), Tone::Warn);
            }
            told
        };
        let title = fitting(&title(chart, selected), &told, &far, self.room);
        let empty = state::missing(self.app, self.view, chart, &now);
        let lines = chart.lines.iter().zip(now.into_iter().zip(&tones));
        let label = |label: &str| if chart.lines.len() > 1 { label.to_owned() } else { String::new() };
        let series = lines.map(|(line, (values, tone))| ChartSeries {
            label: label(&line.label),
            points: values.points,
            tone: *tone,
            dotted: false,
        });
        let earlier = then.into_iter().flatten().map(|values| ChartSeries {
            label: String::new(),
            points: values.points,
            tone: Tone::Muted,
            dotted: true,
        });
        let (marks, ends) = (self.marks.clone(), self.ends.clone());
        let cursor = place.filter(|_| self.view.cursor.is_some());
        LineChart { title, series: series.chain(earlier).collect(), limits, marks, ends, cursor, empty, selected }
    }

    /// Says until when a series was read, if it was not read to the end, or how late its newest value is.
    fn age(&self, values: &Values, place: Option<usize>) -> String {
        let window = self.view.window;
        let from = window.end(self.app.here.observed.at) - window.seconds();
        let clock = |second| {
            let at = Timestamp::from_second(second).unwrap_or_default();
            fmt::clock(self.app.here.observed.at, at, &self.app.zone)
        };
        if let Some(old) = values.old {
            return format!(" read until {}", clock(old));
        }
        let newest = values.points.iter().rposition(Option::is_some).filter(|_| place.is_none());
        let late = newest.filter(|newest| newest + LATE < values.points.len());
        let at = late.and_then(|late| i64::try_from(late).ok());
        at.map_or_else(String::new, |at| format!(" at {}", clock(from + at * window.period())))
    }
}

/// Returns a title with its values and notes that has room, so that no value is cut: without the notes if necessary,
/// then without what is beside the values, then with a part of the title.
fn fitting(title: &Line, told: &dyn Fn(bool) -> Line, notes: &[String], room: usize) -> Line {
    let joined = |title: Line, values: Line| Line(title.0.into_iter().chain(values.0).collect());
    let with_notes = |line: Line| notes.iter().fold(line, Line::muted);
    let (full, brief) = (told(false), told(true));
    let forms = [with_notes(joined(title.clone(), full.clone())), joined(title.clone(), full)];
    let fits = forms.into_iter().find(|line| line.width() <= room);
    fits.unwrap_or_else(|| joined(title.cut(room.saturating_sub(brief.width()), Cut::BeforeLast), brief))
}

/// Makes a chart of the values of registered versions.
fn of_versions(chart: &PlannedChart, selected: bool) -> LineChart {
    let known = chart.versions.iter().rev().filter_map(|(version, value)| Some((version, (*value)?)));
    let mut title = title(chart, selected).muted(" by version");
    for (version, value) in known.take(3) {
        let bad = chart.limits.iter().any(|limit| limit.is_broken(value));
        title = title.with(format!("  {version} {}", number(Some(value))), if bad { Tone::Bad } else { Tone::Busy });
    }
    let points: Vec<Option<f64>> = chart.versions.iter().map(|(_, value)| *value).collect();
    let end = |version: Option<&(String, Option<f64>)>| version.map(|(name, _)| name.clone()).unwrap_or_default();
    let ends = (end(chart.versions.first()), end(chart.versions.last()));
    let limits = chart.limits.iter().map(|limit| (limit.value, limit.label())).collect();
    let empty = Line::new().muted("no evaluation report of a version was read");
    let series = vec![ChartSeries { label: String::new(), points, tone: Tone::Busy, dotted: false }];
    LineChart { title, series, limits, ends, empty, selected, ..LineChart::default() }
}

fn title(chart: &PlannedChart, selected: bool) -> Line {
    let (sign, tone) = if selected { ("▸", Tone::Strong) } else { (" ", Tone::Plain) };
    let unit = if chart.unit.name.is_empty() { String::new() } else { format!(" {}", chart.unit.name) };
    // The unit is a piece of its own, because a cut title keeps it.
    Line::new().with(format!("{sign}{}", chart.title), tone).with(unit, tone)
}

/// Returns the limits that are drawn as lines, and texts about those that are too far from the values.
fn drawn_limits(chart: &PlannedChart, now: &[Values], zoomed: bool) -> (Vec<(f64, String)>, Vec<String>) {
    let highest =
        now.iter().flat_map(|values| values.points.iter().flatten()).fold(0.0_f64, |most, v| most.max(v.abs()));
    let (near, far): (Vec<_>, Vec<_>) =
        chart.limits.iter().partition(|limit| highest == 0.0 || limit.value.abs() <= highest * FAR);
    // The name of the alarm has room in a large chart.
    let label = |limit: &Limit| if zoomed { format!("{} {}", limit.label(), limit.name) } else { limit.label() };
    let near = near.into_iter().map(|limit| (limit.value, label(limit).trim_end().to_owned())).collect();
    (near, far.into_iter().map(|limit| format!("  limit {}", limit.label())).collect())
}

/// Returns the tone of a series: bad if its value is beyond a limit.
fn tone(chart: &PlannedChart, values: &Values, place: Option<usize>, index: usize) -> Tone {
    let bad = values.at(place).is_some_and(|value| chart.limits.iter().any(|limit| limit.is_broken(value)));
    if bad { Tone::Bad } else { TONES.get(index).copied().unwrap_or(Tone::Muted) }
}
