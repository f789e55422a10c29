//! The data of models: S3 locations and feature groups.

use std::cmp::Reverse;

use super::cell;
use crate::app::{App, Body, Cell, List, Pane, PaneColumn, Subject};
use crate::fmt;
use crate::model::{Chain, Health};
use crate::resources::Kind;
use crate::resources::dataset::{Dataset, Role};
use crate::resources::feature_group::FeatureGroup;
use crate::view::{Line, Tone};

/// One row for each location or feature group, the worst first. Among equals, data comes first, the newest first.
pub(super) static PANE: Pane = Pane {
    name: "data",
    title: "data",
    short: "data",
    several: false,
    kinds: |kind| matches!(kind, Kind::Datasets | Kind::FeatureGroups),
    body: Body::List(LIST),
};

const LIST: List = List {
    columns: &[
        PaneColumn::cells("", 1),
        PaneColumn::fill("LOCATION", 6, 24).location(),
        PaneColumn::cells("ROLE", 9),
        PaneColumn::cells("NEWEST", 8).right(),
        PaneColumn::cells("OBJECTS", 8).right().from(90),
        PaneColumn::cells("SIZE", 9).right().from(90),
        PaneColumn::cells("VERSIONING", 11).from(110),
        PaneColumn::fill("MODEL", 3, 14).name(),
        PaneColumn::fill("WHAT", 4, 12).from(130),
    ],
    ids,
    row,
    empty: |_| {
        vec![Line::from("No data location is known yet: training jobs name theirs, [[model.data]] adds others.")]
    },
    ..List::EMPTY
};

fn ids(app: &App) -> Vec<Subject> {
    let store = &app.here.observed.store;
    let mut sets: Vec<_> = store.datasets.rows().collect();
    sets.sort_by_key(|d| (d.role as u8, d.problem.is_none(), Reverse(d.newest)));
    let (data, artifacts): (Vec<_>, Vec<_>) = sets.into_iter().partition(|d| d.role == Role::Data);
    let of_set = |d: &Dataset| (health(app, d), app.here.resource(Kind::Datasets, &d.uri));
    let of_group = |g: &FeatureGroup| (health_of_group(app, g), app.here.resource(Kind::FeatureGroups, &g.name));
    let groups = store.feature_groups.rows().map(of_group);
    let mut all: Vec<_> = data.into_iter().map(of_set).chain(groups).chain(artifacts.into_iter().map(of_set)).collect();
    // The sort is stable: what is equally bad stays in this order.
    all.sort_by_key(|(health, _)| Reverse(*health));
    all.into_iter().map(|(_, subject)| subject).collect()
}

/// Returns the health of a location according to its models. Trouble with data degrades a model but never breaks it.
fn said(owners: &[&Chain<'_>], uri: &str) -> Health {
    let said = owners.iter().flat_map(|chain| &chain.reasons).filter(|r| r.is_about(Kind::Datasets, uri));
    said.map(|r| r.health.min(Health::Warning)).max().unwrap_or_default()
}

/// Returns the health of a feature group, or of its offline store if that is worse.
fn health_of_group(app: &App, group: &FeatureGroup) -> Health {
    let uri = group.offline_uri.as_deref();
    let set = uri.and_then(|uri| app.here.observed.store.datasets.get(uri));
    let owners = app.here.joined.owners(Kind::FeatureGroups, &group.name);
    let said = set.map_or(Health::Absent, |set| said(&owners, &set.uri));
    Health::of_status(group.offline_status.as_deref().unwrap_or(&group.status)).max(said)
}

/// Returns the health of a location that may be unreadable. A location whose newest object is that of another one is as
/// late as the other one is.
fn health(app: &App, set: &Dataset) -> Health {
    let bucket = |set: &Dataset| set.uri.split('/').nth(2).map(str::to_owned);
    let is_same = |other: &&Dataset| {
        let newest = |set: &'_ Dataset| (set.newest, set.newest_key.clone());
        other.uri == set.uri
            || (set.newest_key.is_some() && newest(other) == newest(set) && bucket(other) == bucket(set))
    };
    let same = app.here.observed.store.datasets.rows().filter(is_same);
    let said = same.map(|set| said(&app.here.joined.owners(Kind::Datasets, &set.uri), &set.uri));
    let said = said.max().unwrap_or_default().max(Health::Ok);
    if set.problem.is_some() { said.max(Health::Unknown) } else { said }
}

fn row(app: &App, subject: &Subject) -> Option<Vec<Cell>> {
    let (store, now) = (&app.here.observed.store, app.here.observed.at);
    let model = cell::models(app, subject);
    if let Some(name) = subject.item.of_kind(Kind::FeatureGroups) {
        let group = store.feature_groups.get(name)?;
        let set = group.offline_uri.as_deref().and_then(|uri| store.datasets.get(uri));
        let newest = set.and_then(|d| d.newest);
        let what = group
            .blocked
            .clone()
            .unwrap_or_else(|| format!("{}{}", group.status, if group.online { ", online" } else { "" }));
        return Some(vec![
            Cell::glyph(health_of_group(app, group)),
            Cell::plain(&group.name),
            Cell::muted("group"),
            Cell::age(app, now, newest),
            Cell::muted(""),
            Cell::muted(""),
            Cell::muted(""),
            model,
            Cell::plain(what),
        ]);
    }
    let set = store.datasets.get(subject.id())?;
    let health = health(app, set);
    let role = match set.role {
        Role::Data => "data",
        Role::Features => "features",
        Role::Artifact => "artifact",
    };
    let more = if set.capped { "+" } else { "" };
    let objects = i64::try_from(set.objects).unwrap_or(i64::MAX);
    let versioning = match set.versioning.as_deref() {
        Some("Enabled") => Cell::muted("Enabled"),
        Some(other) => Cell::text(other, Tone::Warn),
        None => Cell::muted("?"),
    };
    // A location that cannot be read has an unknown number of objects, not none.
    let known = set.is_counted();
    let counted = |text: String, n: i64| if known { Cell::of(Line::new().plain(text), n) } else { Cell::muted("?") };
    Some(vec![
        Cell::glyph(health),
        Cell::plain(&set.uri),
        Cell::muted(role),
        Cell::age(app, now, set.newest),
        counted(format!("{objects}{more}"), objects),
        counted(fmt::bytes(set.bytes), i64::try_from(set.bytes).unwrap_or(i64::MAX)),
        versioning,
        model,
        Cell::plain(set.problem.as_deref().or(set.unsure.as_deref()).or(set.newest_key.as_deref()).unwrap_or_default()),
    ])
}
