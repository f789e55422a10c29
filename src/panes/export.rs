//! The rows of the shown pane or log, as a table for other programs: all of them and all columns, in the order of the
//! screen, with the filters of the screen.

mod format;

use crate::app::{App, LogView, PaneColumn, Subject};
use crate::fmt;
use crate::model::Chain;
use crate::redact;
use crate::resources::Thing;

pub use format::{csv, json};

/// A table for other programs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exported {
    /// The name of the pane, or `log`.
    pub name: &'static str,
    /// The subject of the rows: the pane's title with its filter, or the thing of the log.
    pub about: String,
    /// The titles of the columns.
    pub titles: Vec<&'static str>,
    /// The rows.
    pub rows: Vec<ExportedRow>,
}

/// One row.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ExportedRow {
    /// The subject of the row: names and values, such as the kind and the ARN.
    pub about: Vec<(&'static str, String)>,
    /// The cells, without secrets.
    pub cells: Vec<String>,
}

/// Returns the number of rows that an export has, and what they are in words. `None` if the screen shows no rows.
#[must_use]
pub fn extent(app: &App) -> Option<(usize, String)> {
    if let Some(view) = &app.open_log {
        return Some((view.shown.len(), format!("{} of the log", fmt::count(view.shown.len(), "line"))));
    }
    app.pane.list().filter(|_| app.shows_pane())?;
    let rows = app.lists.get(app.pane.name).map_or(0, |list| list.ids.len());
    Some((rows, format!("{} of {}, all columns", fmt::count(rows, "row"), app.pane.title)))
}

/// Returns the rows of the shown pane or log.
#[must_use]
pub fn export(app: &App) -> Option<Exported> {
    if let Some(view) = &app.open_log {
        return Some(log(view));
    }
    if !app.shows_pane() {
        return None;
    }
    let list = app.pane.list()?;
    let shown = |column: &PaneColumn| column.to == u16::MAX && (app.several() || !column.several);
    let columns: Vec<usize> = (0..list.columns.len()).filter(|at| list.columns.get(*at).is_some_and(shown)).collect();
    let state = app.lists.get(app.pane.name);
    let row = |subject: &Subject| {
        let cells = (list.row)(app, subject)?;
        let cells = columns.iter().map(|at| cells.get(*at).map(|cell| clean(&cell.line.text())).unwrap_or_default());
        Some(ExportedRow { about: about(app, subject), cells: cells.collect() })
    };
    // The rows are those of the filter in force, which is not the one that is being typed or has a mistake.
    let filter = state.map(|state| state.applied.clone()).unwrap_or_default();
    let problems = state.filter(|state| state.problems).map(|_| "problems only".to_owned()).unwrap_or_default();
    let narrowed = (list.narrowed)(app).map(|(_, words)| words).unwrap_or_default();
    let words =
        [app.pane.title.to_owned(), narrowed, problems, if filter.is_empty() { filter } else { format!("/{filter}") }];
    Some(Exported {
        name: app.pane.name,
        about: words.into_iter().filter(|words| !words.is_empty()).collect::<Vec<_>>().join(" "),
        titles: columns.iter().filter_map(|at| Some(list.columns.get(*at)?.column.title)).collect(),
        rows: state.map(|state| state.ids.iter().filter_map(row).collect()).unwrap_or_default(),
    })
}

/// Returns a text without secrets. Tables hold none, and words of the console may join two texts to one.
fn clean(text: &str) -> String {
    redact::text(text.trim()).into_owned()
}

/// Returns what a row is about.
fn about(app: &App, subject: &Subject) -> Vec<(&'static str, String)> {
    let mut all = Vec::new();
    let account = app.account(subject.account);
    if let Some(account) = account.filter(|_| app.several()) {
        all.push(("account", account.name.clone()));
    }
    if let Some((kind, id)) = subject.item.resource() {
        all.extend([("kind", kind.name().to_owned()), ("id", clean(id))]);
        let thing = account.and_then(|account| account.observed.store.get(kind, id));
        all.extend(thing.and_then(Thing::arn).map(|arn| ("arn", clean(arn))));
        all.extend(thing.and_then(Thing::status).map(|status| ("status", clean(status))));
    }
    let model = app.chain_of(subject).map(|chain: &Chain| ("model", chain.name.to_owned()));
    all.extend(model);
    all
}

/// Returns the lines of a log that its filter keeps.
fn log(view: &LogView) -> Exported {
    let lines = view.shown.iter().filter_map(|at| view.lines.get(*at));
    let row = |line: &crate::logs::LogLine| ExportedRow {
        about: Vec::new(),
        cells: vec![line.at.to_string(), clean(&line.stream), clean(&line.text)],
    };
    Exported {
        name: "log",
        about: format!("{} {}", view.source.group, view.filter.text()).trim().to_owned(),
        titles: vec!["TIME", "STREAM", "LINE"],
        rows: lines.map(row).collect(),
    }
}

/// Returns what the screen calls the table: the title of the pane, or `log`.
#[must_use]
pub fn visible_name(app: &App) -> &'static str {
    if app.open_log.is_some() { "log" } else { app.pane.title }
}

/// Returns the beginning of the name of a file: `sagetop-endpoints-20261123T031200Z`.
#[must_use]
pub fn stem(app: &App, what: &str) -> String {
    format!("sagetop-{what}-{}", fmt::compact(app.here.observed.at))
}
