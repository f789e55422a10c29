//! Endpoints: status, version, instances, traffic, errors, latency.

use super::cell;
use crate::app::{App, Body, Cell, List, Pane, PaneColumn, Subject};
use crate::fmt;

use crate::model::{Health, Reason, Serving, StageKind};
use crate::resources::Kind;
use crate::resources::endpoint::{Endpoint, Mode};
use crate::resources::metric::MetricSeries;
use crate::view::{Line, Tone};

/// One row for each endpoint, unhealthy ones first.
pub(super) static PANE: Pane = Pane {
    name: "endpoints",
    title: "endpoints",
    short: "ep",
    several: false,
    kinds: |kind| {
        matches!(kind, Kind::Endpoints | Kind::Configs | Kind::InferenceComponents | Kind::Models | Kind::Metrics)
    },
    body: Body::List(LIST),
};

const LIST: List = List {
    columns: &[
        PaneColumn::fill("ENDPOINT", 3, 20).name(),
        PaneColumn::cells("STATUS", 14),
        PaneColumn::cells("LIVE", 11),
        PaneColumn::cells("INSTANCES", 10).right(),
        PaneColumn::cells("REQ/MIN", 7).right().from(90),
        PaneColumn::cells("5XX", 8).right(),
        PaneColumn::cells("P99", 8).right(),
        PaneColumn::fill("CONFIGURATION", 4, 16).name().from(170),
        PaneColumn::fill("MODEL", 2, 12).name().from(190),
        PaneColumn::fill("WHAT", 5, 16).from(100),
    ],
    ids,
    row,
    note,
    empty: |_| vec![Line::from("No endpoint in this account and region.")],
    ..List::EMPTY
};

fn ids(app: &App) -> Vec<Subject> {
    let mut all: Vec<&Endpoint> = app.here.observed.store.endpoints.rows().collect();
    // The sort is stable, and the endpoints are sorted by name already.
    all.sort_by_cached_key(|e| std::cmp::Reverse(health(app, e)));
    all.into_iter().map(|e| app.here.resource(Kind::Endpoints, &e.name)).collect()
}

/// Returns the health of an endpoint: the status of AWS, or the worst finding if that is worse.
fn health(app: &App, endpoint: &Endpoint) -> Health {
    let found = worst(app, endpoint).map(|reason| reason.health).unwrap_or_default();
    Health::of_status(&endpoint.status).max(found)
}

/// Returns the worst finding about an endpoint.
fn worst<'a>(app: &'a App, endpoint: &Endpoint) -> Option<&'a Reason> {
    let chain = app.here.joined.owner(Kind::Endpoints, &endpoint.name)?;
    let serving = chain.serving.iter().find(|s| s.endpoint == endpoint.name)?;
    chain.said_of(serving).find(|reason| reason.health > Health::Waiting)
}

fn row(app: &App, subject: &Subject) -> Option<Vec<Cell>> {
    let endpoint = app.here.observed.store.endpoints.get(subject.id())?;
    let version = app.here.joined.serving(&endpoint.name).and_then(Serving::version);
    let count = |f: fn(&crate::resources::endpoint::Variant) -> Option<i32>| -> Option<i32> {
        let counts: Vec<i32> = endpoint.variants.iter().filter_map(f).collect();
        (!counts.is_empty()).then(|| counts.iter().sum())
    };
    let instances = match (count(|v| v.instances), count(|v| v.desired_instances)) {
        (Some(now), Some(wanted)) if now != wanted => {
            Cell::of(Line::new().with(format!("{now} of {wanted}"), Tone::Busy), now.into())
        }
        (Some(now), _) => Cell::count(Some(now.into())),
        (None, _) => Cell::muted("–"),
    };
    let phase = endpoint.phase().map(str::to_owned);
    let serving = app.here.joined.serving(&endpoint.name);
    let pending = serving.and_then(|s| s.deployment.as_ref()).map(|d| d.way() + &d.phase());
    let changed = serving.and_then(|s| {
        let age = fmt::age(app.here.observed.at, s.since?);
        Some(format!("{} {age} ago", s.changed.clone().unwrap_or_else(|| s.came())))
    });
    let wrong = worst(app, endpoint).map(|reason| reason.brief().to_owned());
    let what = endpoint.failure.clone().or(pending).or(phase).or(wrong).or(changed).unwrap_or_default();
    Some(vec![
        Cell::plain(&endpoint.name),
        Cell::judged(app, StageKind::Endpoint, &endpoint.status, health(app, endpoint)),
        live(serving, version),
        instances,
        requests(app, endpoint),
        metric(app, endpoint, "Invocation5XXErrors", fmt::percent),
        metric(app, endpoint, "ModelLatency", fmt::micros),
        Cell::muted(endpoint.config.as_deref().unwrap_or("–")),
        cell::models(app, subject),
        Cell::plain(what),
    ])
}

/// Shows the version that gets the largest share, and during a deployment the one that arrives.
fn live(serving: Option<&Serving>, version: Option<i32>) -> Cell {
    let Some(version) = version else { return Cell::muted("–") };
    let label = serving.map(Serving::label_with_share).unwrap_or_default();
    let arrives = serving.is_some_and(|serving| serving.deployment.is_some());
    Cell::of(Line::new().with(label, if arrives { Tone::Busy } else { Tone::Plain }), version.into())
}

/// Says how the metrics of the other rows are read, if some were not.
fn note(app: &App) -> Line {
    let unread = |e: &Endpoint| newest(app, e, "ModelLatency").is_empty() && health(app, e) <= Health::Waiting;
    let some = app.here.observed.store.endpoints.rows().any(unread);
    if some { Line::new().muted("P99 ◌: select a row to read it") } else { Line::new() }
}

/// Shows the newest requests a minute of all parts.
fn requests(app: &App, endpoint: &Endpoint) -> Cell {
    let mode = Mode::of(&app.here.observed.store, endpoint);
    let newest = newest(app, endpoint, mode.requests());
    let all = newest.iter().map(|(_, value)| value).sum();
    cell(app, newest.iter().map(|(at, _)| *at).min().map(|at| (at, all)), Tone::Plain, fmt::number)
}

/// Returns the newest value of each part, since the live version serves.
fn newest(app: &App, endpoint: &Endpoint, name: &str) -> Vec<(jiff::Timestamp, f64)> {
    let store = &app.here.observed.store;
    let parts = Mode::of(store, endpoint).parts(store, endpoint).into_iter();
    let own = |(at, _): &(jiff::Timestamp, f64)| endpoint.live_since.is_none_or(|live| *at >= live);
    let series = parts.filter_map(|part| store.metrics.get(&MetricSeries::of_variant(&endpoint.name, part, name)));
    series.filter_map(MetricSeries::last).filter(own).collect()
}

/// Shows the newest value of the live version, of the part with the highest one. Latencies are read only for selected and unhealthy endpoints, so most
/// rows have none.
fn metric(app: &App, endpoint: &Endpoint, name: &str, read: fn(f64) -> String) -> Cell {
    let worst = newest(app, endpoint, name).into_iter().max_by(|(_, a), (_, b)| a.total_cmp(b));
    let bad = name == "Invocation5XXErrors" && worst.is_some_and(|(_, value)| value > 0.02);
    cell(app, worst, if bad { Tone::Bad } else { Tone::Plain }, read)
}

fn cell(app: &App, newest: Option<(jiff::Timestamp, f64)>, tone: Tone, read: fn(f64) -> String) -> Cell {
    let Some((at, value)) = newest else { return Cell::of(Line::new().muted("◌"), i64::MIN) };
    #[expect(clippy::cast_possible_truncation, reason = "an order among rows")]
    let order = (value * 1e6) as i64;
    let old = app.here.observed.at.as_second() - at.as_second() > OLD;
    Cell::of(Line::new().with(read(value), if old { Tone::Muted } else { tone }), order)
}

/// The number of seconds after which a value is muted, because it may have changed.
const OLD: i64 = 12 * 60;
