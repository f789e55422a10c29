//! The sources: when they were read, their cost, and their errors.

use crate::app::{App, Body, Cell, Item, List, Notice, Pane, PaneColumn, Subject};
use crate::aws::missing_features;
use crate::fmt;
use crate::model::Health;
use crate::resources::{Cadence, Kind};
use crate::view::{Line, Tone};

/// One row for each source.
pub(super) static PANE: Pane =
    Pane { name: "sources", title: "sources", short: "src", several: false, kinds: |_| false, body: Body::List(LIST) };

const LIST: List = List {
    columns: &[
        PaneColumn::fill("SOURCE", 2, 19),
        PaneColumn::cells("STATE", 11),
        PaneColumn::cells("CADENCE", 7),
        PaneColumn::cells("AGE", 6).right(),
        PaneColumn::cells("ROWS", 7).right(),
        PaneColumn::cells("CALLS", 6).right(),
        PaneColumn::cells("METRICS", 7).right().from(140),
        PaneColumn::cells("COST", 8).right(),
        PaneColumn::fill("LAST ERROR", 6, 10),
    ],
    ids: |app| Kind::ALL.iter().map(|kind| app.here.subject(Item::Source(*kind))).collect(),
    row,
    note: |app| {
        let until = app.here.usage.credentials_until.filter(|until| *until > app.here.observed.at);
        let login = until.map(|until| format!("login ends in {}", fmt::age(until, app.here.observed.at)));
        let phrases = login.into_iter().chain(app.here.transport.iter().cloned()).chain(not_built(app, |_| true));
        phrases.fold(Line::new(), |line, phrase| line.muted(phrase).muted("  "))
    },
    ..List::EMPTY
};

/// The cells of the title line that its title, its count and the range of its rows may need.
const OTHERS: usize = 30;

/// Says which of some services this build leaves out: their names where the line has room, otherwise how many they are.
pub(super) fn not_built(app: &App, of: fn(&str) -> bool) -> Option<String> {
    let missing: Vec<&str> = missing_features().filter(|name| of(name)).collect();
    let names = format!("not built: {} (--help)", missing.join(", "));
    match missing.len() {
        0 => None,
        _ if names.len() + OTHERS <= usize::from(app.size.0) => Some(names),
        count => Some(format!("{} not built (--help)", fmt::count(count, "service"))),
    }
}

fn row(app: &App, subject: &Subject) -> Option<Vec<Cell>> {
    let Item::Source(kind) = subject.item else { return None };
    let source = app.here.observed.store.table(kind).source();
    let spent = app.here.usage.by_source.get(kind.name()).copied().unwrap_or_default();
    let count = |n: u64| Cell::count(i64::try_from(n).ok());
    let rows = i64::try_from(source.rows).unwrap_or(i64::MAX);
    let (tone, health) = match source.state {
        "fresh" => (Tone::Good, Health::Ok),
        "waiting" => (Tone::Muted, Health::Running),
        "on demand" => (Tone::Muted, Health::Absent),
        _ => (Tone::Warn, Health::Warning),
    };
    Some(vec![
        Cell::plain(kind.name()),
        Cell::text(if source.more && source.state == "fresh" { "reading" } else { source.state }, tone).tells(health),
        Cell::muted(source.cadence.map_or("–", Cadence::name)),
        Cell::age(app, app.here.observed.at, source.fetched_at),
        Cell::of(Line::new().plain(format!("{rows}{}", if source.capped { "+" } else { "" })), rows),
        count(spent.calls),
        count(spent.metrics),
        cost(spent.cost),
        Cell::text(source.error.unwrap_or_default(), Tone::Warn),
    ])
}

/// Builds the details of a source, because a row has no room for an error message of AWS.
pub(crate) fn notice(app: &App, kind: Kind) -> Notice {
    let table = app.here.observed.store.table(kind);
    let source = table.source();
    let age = source.fetched_at.map(|at| format!("read {} ago", fmt::age(app.here.observed.at, at)));
    let cadence = source
        .cadence
        .map_or_else(|| "not asked yet".to_owned(), |cadence| format!("asked every {}", fmt::span(cadence.every())));
    let now = app.here.observed.at;
    let next = source.next.filter(|next| app.replay.is_none() && *next > now);
    let next = next.map(|next| format!(", again in {}", fmt::age(next, now))).unwrap_or_default();
    let rows = format!("{}{}", fmt::count(source.rows, "row"), if source.capped { ", there are more" } else { "" });
    let mut text =
        vec![format!("{}: {}, {rows}, {cadence}{next}", source.state, age.unwrap_or_else(|| "never read".into()))];
    text.extend(app.here.transport.iter().map(|phrase| format!("In force: {phrase}.")));
    let trouble = table.trouble();
    if let Some(why) = trouble {
        text.push(why.to_string());
        text.extend(why.request_id.as_ref().map(|id| format!("Request id for AWS support: {id}")));
        text.extend(why.watched().map(|advice| format!("What to do: {advice}.")));
    }
    let tone = if trouble.is_some() { Tone::Warn } else { Tone::Plain };
    Notice { title: format!("{}{kind}", app.whose(app.here.id)), text, tone, ..Notice::default() }
}

fn cost(dollars: f64) -> Cell {
    #[expect(clippy::cast_possible_truncation, reason = "an order among rows")]
    let order = (dollars * 1e9) as i64;
    let text = if order == 0 { "–".to_owned() } else { fmt::dollars(dollars) };
    Cell::of(Line::new().plain(text), order)
}
