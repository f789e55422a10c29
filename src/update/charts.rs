//! The open charts: opening and closing them, the window, the cursor, and which series are to be read.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::app::{App, ChartsView, Context, Effect, Item, Subject};
use crate::charts::{ChartPart, ChartRequest, Comparison, Window};
use crate::panes::charts::{key, planned, stored, values_at_cursor};
use crate::resources::metric::MetricQuery;
use crate::view::Tone;

type Able = Result<String, String>;

pub(super) fn can_open(context: &Context<'_>) -> Able {
    if context.app.open_charts.is_some() && context.app.open_log.is_none() {
        return Err("the charts are open".into());
    }
    let subject = context.subject.as_ref().ok_or("nothing is selected")?;
    planned(context.app, &about(context.app, subject)?, Window::default()).map(|_| "charts".to_owned())
}

/// Returns the thing that an event is about; another thing as it is.
fn about(app: &App, subject: &Subject) -> Result<Subject, String> {
    let Item::LogEntry(serial) = subject.item else { return Ok(subject.clone()) };
    let entry = app.log.get(serial).ok_or("the event is gone")?;
    entry.subject.clone().ok_or_else(|| "the event names nothing that has metrics".to_owned())
}

/// Opens the charts of the selected thing. An event sets the cursor to its time.
pub(super) fn open(app: &mut App) -> Option<Effect> {
    let selected = app.subject()?;
    let subject = about(app, &selected).ok()?;
    let at = if let Item::LogEntry(serial) = selected.item { app.log.get(serial).map(|entry| entry.at) } else { None };
    app.open_log = None;
    app.visit(subject.account);
    let mut view = ChartsView::new(subject, app.window, Comparison::None);
    view.cursor = at.filter(|at| app.here.observed.at.as_second() - at.as_second() < view.window.seconds());
    app.open_charts = Some(view);
    None
}

/// Returns the open charts, if they are on the screen.
pub(super) fn shown(app: &mut App) -> Option<&mut ChartsView> {
    app.open_charts.as_mut().filter(|_| app.open_log.is_none())
}

/// Are the charts on the screen?
pub(super) fn are_shown(app: &App) -> bool {
    app.open_charts.is_some() && app.open_log.is_none()
}

fn in_charts<'a>(context: &'a Context<'_>) -> Result<&'a ChartsView, String> {
    let key = context.app.keymap.key_for("charts").map(|key| format!(": {key} opens them")).unwrap_or_default();
    let view = context.app.open_charts.as_ref().filter(|_| context.app.open_log.is_none());
    view.ok_or_else(|| format!("only in charts{key}"))
}

pub(super) fn can_turn(context: &Context<'_>, by: isize) -> Able {
    let window = in_charts(context)?.window.turned(by);
    window.map(|window| window.name().to_owned()).ok_or_else(|| "there is no such window".into())
}

/// Shows a longer or a shorter window. The cursor stays if it is in it.
pub(super) fn turn(app: &mut App, by: isize) -> Option<Effect> {
    let now = app.here.observed.at;
    let view = shown(app)?;
    view.window = view.window.turned(by)?;
    let from = view.window.end(now) - view.window.seconds();
    view.cursor.take_if(|at| at.as_second() < from);
    read_anew(view);
    let window = view.window;
    app.window = window;
    None
}

pub(super) fn can_compare(context: &Context<'_>) -> Able {
    let view = in_charts(context)?;
    if context.app.replay.is_some() {
        return Err("not in the recording".into());
    }
    Ok(match view.comparison.next() {
        Comparison::None => "compare with nothing".to_owned(),
        next @ (Comparison::Yesterday | Comparison::LastWeek) => format!("beside {}", next.name()),
    })
}

/// Shows the next earlier time beside the window.
pub(super) fn compare(app: &mut App) -> Option<Effect> {
    let view = shown(app)?;
    view.comparison = view.comparison.next();
    read_anew(view);
    None
}

/// Ends the read of what is no longer shown.
fn read_anew(view: &mut ChartsView) {
    (view.asked, view.unaffordable) = (None, None);
}

/// Tries a read that failed again.
pub(super) fn refresh(app: &mut App) {
    if let Some(view) = shown(app) {
        view.failed = None;
    }
}

/// Moves the cursor by steps of the window. Behind the newest step it follows the newest values.
pub(super) fn step(app: &mut App, by: i64) {
    let now = app.here.observed.at;
    let Some(view) = shown(app) else { return };
    let (period, end) = (view.window.period(), view.window.end(now));
    let newest = end - period;
    let from = view.cursor.map_or(if by < 0 { end } else { newest }, Timestamp::as_second);
    let to = (from.div_euclid(period) + by) * period;
    let to = to.max(end - view.window.seconds());
    view.cursor = Timestamp::from_second(to).ok().filter(|_| to <= newest && !(by > 0 && from >= newest));
}

/// Moves the cursor by an eighth of the window.
pub(super) fn page(app: &mut App, by: isize) {
    let steps = shown(app).map_or(1, |view| view.window.points() / 8).max(1);
    let by = i64::try_from(by).unwrap_or(0).saturating_mul(i64::try_from(steps).unwrap_or(1));
    step(app, by);
}

/// Moves the cursor to the oldest step, or lets it follow the newest values.
pub(super) fn end(app: &mut App, first: bool) {
    let now = app.here.observed.at;
    let Some(view) = shown(app) else { return };
    let oldest = view.window.end(now) - view.window.seconds();
    view.cursor = Timestamp::from_second(oldest).ok().filter(|_| first);
}

/// Selects the next or the previous chart.
pub(super) fn choose(app: &mut App, by: isize) {
    let last = charts(app).saturating_sub(1);
    if let Some(view) = shown(app) {
        view.selected = view.selected.min(last).saturating_add_signed(by).min(last);
    }
}

fn charts(app: &App) -> usize {
    let planned = app.open_charts.as_ref().and_then(|view| planned(app, &view.subject, view.window).ok());
    planned.map_or(0, |planned| planned.charts.len())
}

/// Gives the selected chart all the room, or takes it back.
pub(super) fn zoom(view: &mut ChartsView) {
    view.zoomed = !view.zoomed;
}

/// Shows all charts again, or closes them.
pub(super) fn back(app: &mut App) {
    match shown(app).filter(|view| view.zoomed) {
        Some(view) => view.zoomed = false,
        None => app.open_charts = None,
    }
}

/// Copies the values at the cursor.
pub(super) fn copy(app: &mut App) -> Option<Effect> {
    let text = values_at_cursor(app, app.open_charts.as_ref()?)?;
    app.message = Some((Tone::Good, "copied the values of all series".to_owned()));
    Some(Effect::Copy(text))
}

/// Decides what is to be read: nothing while no charts are looked at, while a read is under way, after a failure for a
/// while, or beyond the budget of the day.
pub(super) fn settle(app: &mut App) {
    let now = app.here.observed.at;
    let Some(view) = app.open_charts.as_ref().filter(|_| app.open_log.is_none() && app.replay.is_none()) else {
        return;
    };
    if view.asked.is_some() || view.rests(now) {
        return;
    }
    let request = lacking(app, view);
    let budget = app.here.observed.preferences.max_cost_per_day.unwrap_or(f64::INFINITY);
    let left = budget - app.here.usage.last_day;
    let (asked, unaffordable) = match request {
        Some(request) if request.cost() > left => (None, Some(request.cost())),
        request => (request, None),
    };
    // Until the meter has counted the read, it is counted here.
    let cost = asked.as_ref().map_or(0.0, ChartRequest::cost);
    app.here.usage.last_day += cost;
    if let Some(view) = &mut app.open_charts {
        (view.asked, view.unaffordable) = (asked, unaffordable);
    }
}

/// Returns the request for the series that were not read for this period.
fn lacking(app: &App, view: &ChartsView) -> Option<ChartRequest> {
    let planned = planned(app, &view.subject, view.window).ok()?;
    let end = view.window.end(app.here.observed.at);
    let part = |back: i64| {
        let lines = planned.charts.iter().flat_map(|chart| &chart.lines);
        let lacks = lines.filter(|line| {
            stored(app, view, line, back).is_none() && !app.series.is_fresh(&key(view, line, back), end - back)
        });
        // Two charts may show the same metric.
        let queries: BTreeSet<MetricQuery> = lacks.map(|line| line.query.clone()).collect();
        ChartPart { back, end: end - back, queries: queries.into_iter().collect() }
    };
    let parts = std::iter::once(0).chain(view.comparison.back()).map(part);
    let parts: Vec<ChartPart> = parts.filter(|part| !part.queries.is_empty()).collect();
    let (account, window) = (view.subject.account, view.window);
    (!parts.is_empty()).then_some(ChartRequest { account, window, parts })
}
