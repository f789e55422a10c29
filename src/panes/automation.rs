//! The things that are attached to models: they start, deliver and scale them.

use crate::app::{App, Body, Cell, Item, List, Pane, PaneColumn, Subject};
use crate::model::Health;
use crate::resources::Kind;
use crate::view::{Line, Tone};

use super::cell::tone;
use super::sources;

/// One row for each thing.
pub(super) static PANE: Pane = Pane {
    name: "automation",
    title: "automation",
    short: "auto",
    several: false,
    kinds: |kind| kind.noun().is_some(),
    body: Body::List(LIST),
};

const LIST: List = List {
    columns: &[
        PaneColumn::cells("", 1),
        PaneColumn::fill("NAME", 4, 20).name(),
        PaneColumn::cells("KIND", 15),
        PaneColumn::fill("STATE", 5, 20),
        PaneColumn::fill("MODEL", 2, 12).name(),
    ],
    ids,
    row,
    note: |app| {
        let missing = sources::not_built(app, |name| matches!(name, "devopsguru" | "health" | "ssm"));
        missing.map(|phrase| Line::new().muted(phrase)).unwrap_or_default()
    },
    empty: |_| vec![Line::from("Nothing starts, delivers or scales a model here.")],
    ..List::EMPTY
};

/// Returns the things, those of models first, then by kind and name.
fn ids(app: &App) -> Vec<Subject> {
    let tables = app.here.observed.store.tables().filter(|(kind, _)| kind.noun().is_some());
    let things = tables.flat_map(|(kind, table)| table.things().map(move |thing| (kind, thing.id())));
    let mut things: Vec<(bool, Kind, &str)> =
        things.map(|(kind, id)| (app.here.joined.owner(kind, id).is_none(), kind, id)).collect();
    things.sort_unstable();
    things.into_iter().map(|(_, kind, id)| app.here.resource(kind, id)).collect()
}

fn row(app: &App, subject: &Subject) -> Option<Vec<Cell>> {
    let Item::Resource(kind, id) = &subject.item else { return None };
    let table = app.here.observed.store.table(*kind);
    let thing = table.thing(id)?;
    let models: Vec<&str> = app.here.joined.owners(*kind, id).iter().map(|chain| chain.name).collect();
    // A thing that belongs to no model may be switched off for good. Some things concern all models.
    let matters = !models.is_empty() || kind.concerns_all();
    // Only the whole model shows that something works and is too small.
    let finding = app.here.joined.finding_about(*kind, id).filter(|finding| finding.health > thing.health());
    let worst = finding.map_or(thing.health(), |finding| finding.health);
    let health = if matters { worst } else { Health::Absent };
    let problem = thing.problem().or_else(|| finding.map(|finding| finding.brief().to_owned()));
    let problem = problem.map(|why| format!("{why}  ")).unwrap_or_default();
    let state = Line::new().with(problem, if matters { tone(health) } else { Tone::Muted });
    let state = state.plain(thing.summary());
    Some(vec![
        Cell::glyph(health),
        Cell::plain(thing.title()),
        Cell::muted(kind.noun().unwrap_or_default()),
        Cell::of_line(state),
        Cell::muted(models.join(", ")),
    ])
}
