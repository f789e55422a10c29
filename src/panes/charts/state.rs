//! The title and the state of charts: what they are about, the cursor, how they were read, and why something is missing.

use jiff::Timestamp;

use super::super::key_that;
use super::plan::{Planned, PlannedChart};
use super::values::{Values, number, values};
use crate::app::{App, ChartsView};
use crate::aws::PER_METRIC;
use crate::charts::Window;
use crate::fmt;
use crate::panes::cell::event_sign;
use crate::panes::history::history;
use crate::view::{Cut, Line, Tone, width};

/// The maximum number of events in which the event at the cursor is searched.
const MOST_EVENTS: usize = 500;

/// The minimum width of the terminal at which the words about costs are complete.
const WIDE: u16 = 100;

/// Names the thing, the window and what is beside it. If there is no room for all, the thing is cut, and the window stays.
pub(super) fn title(app: &App, view: &ChartsView, about: &str) -> Line {
    let window = Line::new().plain(format!(" · {}", view.window.name()));
    let steps = window.clone().muted(format!(", steps of {}", view.window.step()));
    let beside = view.comparison.back().map(|_| format!(" · beside {} (dotted)", view.comparison.name()));
    let beside = beside.unwrap_or_default();
    let about = Line::new().muted("charts of ").with(app.whose(view.subject.account) + about, Tone::Strong);
    let room = usize::from(app.size.0).saturating_sub(2);
    let fits = |window: &Line| about.width() + window.width() + width(&beside) <= room;
    let window = if fits(&steps) { steps } else { window };
    let about = about.cut(room.saturating_sub(window.width() + width(&beside)), Cut::Middle);
    Line(about.0.into_iter().chain(window.plain(beside).0).collect())
}

/// Returns the index of the step at the cursor. `None` if the newest values are read.
pub(super) fn place(app: &App, view: &ChartsView) -> Option<usize> {
    let (window, at) = (view.window, view.cursor?);
    let from = window.end(app.here.observed.at) - window.seconds();
    let place = (at.as_second() - from).div_euclid(window.period()).max(0);
    Some(usize::try_from(place).unwrap_or(0).min(window.points().saturating_sub(1)))
}

/// Says where the cursor is, and how the series were read.
pub(super) fn state(app: &App, view: &ChartsView, planned: &Planned) -> Line {
    let line = match view.cursor {
        Some(at) => {
            let line =
                Line::new().with(format!("at {}", fmt::clock(app.here.observed.at, at, &app.zone)), Tone::Strong);
            match event_at(app, view, at) {
                Some(event) => line.plain(format!("  {event}")),
                None => line,
            }
        }
        None => Line::new().muted("newest values"),
    };
    let mut line = line.plain("  ");
    line.0.extend(reading(app, view, planned).0);
    line
}

fn reading(app: &App, view: &ChartsView, planned: &Planned) -> Line {
    let (line, now, usage) = (Line::new(), app.here.observed.at, &app.here.usage);
    if app.replay.is_some() {
        return line.with(recorded(view.window), Tone::Warn);
    }
    if let Some((error, at)) = &view.failed {
        let again = key_that(app, "refresh", "tries again");
        return line.with(format!("◌ tried {} ago: {error}", fmt::age(now, *at)), Tone::Warn).muted(again);
    }
    if let Some(cost) = view.unaffordable {
        let most = app.here.observed.preferences.max_cost_per_day.unwrap_or_default();
        let (most, spent, cost) = (fmt::dollars(most), fmt::dollars(usage.last_day), fmt::dollars(cost));
        return line.with(
            format!("◌ not read: the last day cost {spent} of max_cost_per_day {most}, this costs {cost}"),
            Tone::Warn,
        );
    }
    if let Some(request) = &view.asked {
        return line.with(format!("◐ reading {}", fmt::count(request.metrics(), "metric")), Tone::Busy);
    }
    let times = if view.comparison.back().is_some() { 2 } else { 1 };
    let metrics = planned.charts.iter().map(|chart| chart.lines.len()).sum::<usize>() * times;
    let cost = f64::from(u32::try_from(metrics).unwrap_or(u32::MAX)) * PER_METRIC;
    let (cost, today) = (fmt::dollars(cost), fmt::dollars(usage.on_demand));
    let metrics = fmt::count(metrics, "metric");
    let day = if app.size.0 < WIDE { "last day" } else { "charts of the last day" };
    line.muted(format!("{metrics}, {cost} every {} · {day} {today}", view.window.step()))
}

/// Says what of a window a recording has.
fn recorded(window: Window) -> &'static str {
    if window == Window::Hour {
        "a replay has the metrics that were read for the lists"
    } else {
        "a replay has the last hour only: longer windows are not in the recording"
    }
}

/// Names the worst event in the step of the cursor.
fn event_at(app: &App, view: &ChartsView, at: Timestamp) -> Option<String> {
    let chain = app.chain_of(&view.subject).or_else(|| app.current_chain())?;
    let step = |at: Timestamp| at.as_second().div_euclid(view.window.period());
    let past = history(app, chain, MOST_EVENTS).into_iter().filter(|(event_at, _)| step(*event_at) == step(at));
    past.max_by_key(|(_, event)| event.health).map(|(_, event)| format!("{} {}", event_sign(event.health), event.text))
}

/// Says why a chart has no points.
pub(super) fn missing(app: &App, view: &ChartsView, chart: &PlannedChart, all: &[Values]) -> Line {
    let line = Line::new();
    if let Some(problem) = all.iter().find_map(|values| values.problem.as_ref()) {
        return line.with(format!("◌ not read: {problem}"), Tone::Warn);
    }
    if all.iter().any(|values| values.read) {
        let last = chart.lines.iter().find_map(|line| {
            let series = app.here.observed.store.metrics.get(line.stored.as_deref()?)?;
            let (at, value) = series.last().filter(|_| series.stat == line.query.stat)?;
            let at = fmt::clock(app.here.observed.at, at, &app.zone);
            Some(format!(", last {} at {at}", number(Some(chart.unit.shown(value, series.period)))))
        });
        return line.muted(format!("no data in this time{}", last.unwrap_or_default()));
    }
    match (app.replay.is_some(), &view.failed, view.unaffordable) {
        (true, ..) => line.with("not in the recording", Tone::Warn),
        (_, Some((error, _)), _) => line.with(format!("◌ not read: {}", error.kind.word()), Tone::Warn),
        (_, None, Some(_)) => line.with("◌ not read: max_cost_per_day", Tone::Warn),
        (_, None, None) => line.with("◐ reading", Tone::Busy),
    }
}

/// Returns the values of all series at the cursor as text, one line for each chart.
pub(crate) fn values_at_cursor(app: &App, view: &ChartsView) -> Option<String> {
    let planned = super::planned(app, &view.subject, view.window).ok()?;
    let place = place(app, view);
    let step = view.window.end(app.here.observed.at) - view.window.period();
    let at = view.cursor.or_else(|| Timestamp::from_second(step).ok())?;
    let mut text = vec![format!("{} · {}", planned.about, fmt::second(at, &app.zone))];
    for chart in planned.charts.iter().filter(|chart| !chart.lines.is_empty()) {
        let of = |back| {
            let one = |line| number(values(app, view, line, chart.unit, back).at(place));
            chart.lines.iter().map(one).collect::<Vec<_>>()
        };
        let then = view.comparison.back().map(of);
        let each = chart.lines.iter().zip(of(0)).enumerate().map(|(index, (line, value))| {
            let earlier = then.as_ref().and_then(|then| then.get(index));
            let earlier = earlier.map(|then| format!(" ({then} {})", view.comparison.name())).unwrap_or_default();
            format!("{} {value}{earlier}", line.label).trim().to_owned()
        });
        let unit = if chart.unit.name.is_empty() { String::new() } else { format!(" {}", chart.unit.name) };
        text.push(format!("{}{unit}: {}", chart.title, each.collect::<Vec<_>>().join(", ")));
    }
    Some(text.join("\n"))
}
