//! Registered versions: which of them wait, which are approved, and where they serve.

use std::cmp::Reverse;
use std::collections::HashMap;

use jiff::Timestamp;

use crate::app::{App, Body, Cell, List, Pane, PaneColumn, Subject};
use crate::model::StageKind;
use crate::resources::Kind;
use crate::view::{Line, Tone};

/// One row for each version, newest first within its group. Groups with waiting versions come first.
pub(super) static PANE: Pane = Pane {
    name: "registry",
    title: "registry",
    short: "reg",
    several: false,
    kinds: |kind| matches!(kind, Kind::Packages | Kind::Reports),
    body: Body::List(LIST),
};

const LIST: List = List {
    columns: &[
        PaneColumn::fill("GROUP", 3, 14).name(),
        PaneColumn::cells("VERSION", 7).right(),
        PaneColumn::cells("APPROVAL", 23),
        PaneColumn::cells("REGISTERED", 10).right(),
        PaneColumn::cells("SERVES", 13),
        PaneColumn::cells("STATUS", 11).from(110),
        PaneColumn::fill("WHY", 5, 12),
        PaneColumn::fill("BY", 2, 10).from(130),
    ],
    ids,
    row,
    empty: |_| vec![Line::from("No version is registered in this account and region.")],
    ..List::EMPTY
};

fn ids(app: &App) -> Vec<Subject> {
    let mut packages: Vec<_> = app.here.observed.store.packages.rows().collect();
    // The newest waiting version of each group.
    let mut waiting: HashMap<Option<&str>, Timestamp> = HashMap::new();
    for package in packages.iter().filter(|p| p.waits()) {
        if let Some(created) = package.created {
            let newest = waiting.entry(package.group.as_deref()).or_insert(created);
            *newest = created.max(*newest);
        }
    }
    packages.sort_by_cached_key(|p| {
        let group = p.group.as_deref();
        (Reverse(waiting.get(&group).copied()), group, Reverse(p.version))
    });
    packages.into_iter().map(|p| app.here.resource(Kind::Packages, &p.arn)).collect()
}

fn row(app: &App, subject: &Subject) -> Option<Vec<Cell>> {
    let package = app.here.observed.store.packages.get(subject.id())?;
    let details = package.details.as_ref();
    let chain = app.here.joined.owner(Kind::Packages, subject.id());
    let serves: Vec<String> = chain
        .map(|c| c.serving.iter())
        .into_iter()
        .flatten()
        .filter_map(|s| {
            let (_, version) = s.versions.iter().find(|(arn, _)| arn.eq_ignore_ascii_case(&package.arn))?;
            let share = s.share(*version).map(|share| format!("{share} ")).unwrap_or_default();
            Some(format!("{share}{}", if s.stage.is_empty() { s.endpoint } else { s.stage }))
        })
        .collect();
    let why = details.and_then(|d| d.approval_description.as_deref()).unwrap_or(&package.description);
    let by = details.and_then(|d| d.modified_by.as_deref().or(d.created_by.as_deref())).unwrap_or_default();
    let version = i64::from(package.version.unwrap_or_default());
    let group = package.group.as_deref().unwrap_or_else(|| crate::resources::arn_name(&package.arn));
    Some(vec![
        Cell::plain(group),
        Cell::of(Line::new().with(package.version.map_or("–".to_owned(), |v| format!("v{v}")), Tone::Strong), version),
        Cell::status(app, StageKind::Registry, &package.approval),
        Cell::age(app, app.here.observed.at, package.created),
        Cell::text(serves.join(", "), Tone::Good),
        Cell::status(app, StageKind::Registry, &package.status),
        Cell::plain(why),
        Cell::muted(by.rsplit([':', '/']).next().unwrap_or(by)),
    ])
}
