//! The screen as data: pure functions of the state. Each pane is one list; [`screen`] puts the whole together.

mod accounts;
pub(crate) mod activity;
mod alarms;
mod cell;
mod chain;
mod console;
mod data;
mod endpoints;
mod facts;
mod frame;
mod header;
mod home;
pub mod lineage;
mod measured;
mod registry;
mod sheets;
pub(crate) mod sources;
mod training;

use crate::app::{App, ListState, Modal, Pane, PaneColumn, Subject};
use crate::resources::Source;
use crate::view::{self, Block, Content, Line, Row, Screen, Sheet, Tab, Table, Tone};

/// From so many rows on the home screen has the names of the panes.
const TABS_FROM: u16 = 20;

/// The pane that is shown first.
pub static HOME: &Pane = &home::PANE;

/// All panes, in the order of their tabs.
pub static PANES: &[&Pane] = &[
    &home::PANE,
    &data::PANE,
    &training::PANE,
    &registry::PANE,
    &endpoints::PANE,
    &alarms::PANE,
    &activity::PANE,
    &sources::PANE,
    &accounts::PANE,
];

/// The panes that can be shown: that of the accounts only where there are several.
pub fn shown(app: &App) -> impl Iterator<Item = &'static Pane> {
    let several = app.several();
    app.tables.panes.iter().copied().filter(move |pane| several || pane.name != accounts::PANE.name)
}

/// Rows between header with banners and footer.
fn body_rows(app: &App, banners: &[Line]) -> u16 {
    let taken = header::ROWS + u16::try_from(banners.len()).unwrap_or(0) + tab_rows(app) + 1;
    app.size.1.saturating_sub(taken)
}

/// Rows of the names of the panes. A lineage is none of them, and the list of models on few rows needs all of them.
fn tab_rows(app: &App) -> u16 {
    let low = app.at_home() && app.size.1 < TABS_FROM;
    u16::from(app.detail.is_none() && !low)
}

/// Rows of the list that is shown.
#[must_use]
pub fn list_rows(app: &App) -> usize {
    rows_in(app, body_rows(app, &frame::banners(app)))
}

/// Rows of the list that is shown in a body of so many rows.
fn rows_in(app: &App, body: u16) -> usize {
    let rows = if app.at_home() { home::table_rows(app, body) } else { body.saturating_sub(2) };
    rows.into()
}

/// The whole screen.
#[must_use]
pub fn screen(app: &App) -> Screen {
    let banners = frame::banners(app);
    let body = body_rows(app, &banners);
    let tabs = (tab_rows(app) > 0).then(|| Block { height: 1, content: Content::Tabs(tabs(app)) });
    let pane = match &app.detail {
        Some(detail) => lineage::blocks(app, detail, body),
        None if app.at_home() => home::blocks(app, body),
        None => vec![Block { height: body, content: Content::Table(table(app, rows_in(app, body), true)) }],
    };
    let sheet = app.modal.as_ref().map(|modal| sheet(app, modal));
    Screen {
        header: header::header(app),
        banners,
        blocks: tabs.into_iter().chain(pane).collect(),
        footer: frame::footer(app, sheet.as_ref()),
        sheet,
    }
}

/// What an open sheet shows.
#[must_use]
pub fn sheet(app: &App, modal: &Modal) -> Sheet {
    sheets::sheet(app, modal)
}

/// Lets the list of models follow the cursor on the screen that was drawn last: what is said of the model that it is on
/// takes longer, and nobody reads it while keys are pressed. False where more than that may have changed.
pub fn follow(app: &App, screen: &mut Screen) -> bool {
    let typing = app.lists.get(app.pane.name).is_some_and(|list| list.filter.typing);
    let told = typing || app.message.is_some() || app.pending_keys.is_some() || screen.footer.message.is_some();
    let covered = app.detail.is_some() || app.modal.is_some() || screen.sheet.is_some();
    if !app.at_home() || told || covered {
        return false;
    }
    let body = body_rows(app, &screen.banners);
    let list = screen.blocks.iter_mut().find(|block| matches!(block.content, Content::Table(_)));
    list.is_some_and(|drawn| home::follow(app, drawn, body))
}

fn tabs(app: &App) -> Vec<Tab> {
    let tab = |pane: &Pane| Tab {
        key: app.keymap.key_for(pane.name).unwrap_or_default(),
        name: pane.title.to_owned(),
        shown: pane.name == app.pane.name,
        tone: Tone::Plain,
    };
    shown(app).map(tab).collect()
}

/// The columns of the pane that are shown at this width, each with its place among all of them.
#[must_use]
pub fn columns(app: &App) -> Vec<(usize, &'static PaneColumn)> {
    let width = app.size.0;
    let fits = |c: &PaneColumn| (c.from..=c.to).contains(&width) && (app.several() || !c.several);
    let wanted = app.pane.columns.iter().enumerate().filter(|(_, c)| fits(c));
    let mut columns: Vec<_> = wanted.collect();
    let room = width - 2 * view::margin(width);
    columns.truncate(view::widths(columns.iter().map(|(_, c)| &c.column), room).len());
    columns
}

/// The list of the pane that is shown; only the rows that fit.
fn table(app: &App, rows: usize, titled: bool) -> Table {
    let columns = columns(app);
    let empty = ListState::default();
    let list = app.lists.get(app.pane.name).unwrap_or(&empty);
    let row = |subject: &Subject| {
        let cells = (app.pane.row)(app, subject)?;
        let changed = app.account(subject.account).is_some_and(|account| account.changed(subject));
        let shown = |place: usize| columns.iter().any(|(shown, _)| *shown == place);
        let cells =
            cells.into_iter().enumerate().filter(|(place, _)| shown(*place)).map(|(_, cell)| cell.line).collect();
        Some(Row { cells, selected: list.selected.as_ref() == Some(subject), changed })
    };
    let visible = list.ids.iter().skip(list.first).take(rows).filter_map(row).collect();
    let never_read = never_read(app, list);
    let sorted = list.sort.and_then(|(place, down)| Some((columns.iter().position(|(p, _)| *p == place)?, down)));
    Table {
        title: titled.then(|| title(app, list)),
        // What was never read is told in place of the rows.
        note: if titled && !never_read { frame::note(app, app.pane) } else { None },
        columns: columns.into_iter().map(|(_, c)| c.column.clone()).collect(),
        sorted,
        rows: visible,
        place: (list.first, list.ids.len()),
        empty: if list.ids.is_empty() { reasons_for_nothing(app, list) } else { Vec::new() },
    }
}

fn title(app: &App, list: &ListState) -> Line {
    let count = if never_read(app, list) { "–".to_owned() } else { list.ids.len().to_string() };
    let mut line = Line::new().with(app.pane.title, Tone::Strong).muted(format!("  {count}"));
    if let Some((column, descending)) = hidden_sort(app) {
        line = line.muted("  by ").plain(format!("{column} {}", if descending { "↓" } else { "↑" }));
    }
    if list.filter.is_empty() { line } else { line.muted("  /").plain(list.filter.text()) }
}

/// The column that sorts and is not shown at this width, so that no head can say it; and whether the largest comes first.
fn hidden_sort(app: &App) -> Option<(&'static str, bool)> {
    let (place, descending) = app.lists.get(app.pane.name)?.sort?;
    let hidden = columns(app).iter().all(|(shown, _)| *shown != place);
    Some((app.pane.columns.get(place).filter(|_| hidden)?.column.title, descending))
}

/// The sources of a pane that were never read.
fn unread(app: &App) -> Vec<Source> {
    let mut sources = app.here.seen.store.sources();
    sources.retain(|source| app.pane.kinds.contains(&source.kind) && source.fetched_at.is_none());
    sources
}

/// Is a list empty for want of reading? Then nothing was counted.
fn never_read(app: &App, list: &ListState) -> bool {
    list.ids.is_empty() && !unread(app).is_empty()
}

fn reasons_for_nothing(app: &App, list: &ListState) -> Vec<Line> {
    let unread = unread(app).into_iter().map(|source| match source.error {
        Some(why) => Line::new().with(format!("◌ {} never read: {why}", source.kind), Tone::Warn),
        None => Line::new().muted(format!("◌ {} not read yet", source.kind)),
    });
    let unread: Vec<Line> = unread.collect();
    if !unread.is_empty() {
        return unread;
    }
    if list.filter.is_empty() {
        return (app.pane.empty)(app);
    }
    if app.at_home() && app.filtered_account() == Some(app.here.id) && app.here.unread() {
        let name = Line::new().plain(format!("Nothing of {} was read yet.", app.here.name));
        let name = name.muted(key_that(app, "back", "shows the others"));
        return home::unread(&app.here).unwrap_or_default().into_iter().chain([name]).collect();
    }
    let clears = key_that(app, "back", "clears the filter");
    vec![Line::new().plain(format!("Nothing here holds {:?}.", list.filter.text())).muted(clears)]
}

/// `  esc clears the filter`: the key of an action, and what it does here; nothing where it has none.
fn key_that(app: &App, action: &str, does: &str) -> String {
    app.keymap.key_for(action).map(|key| format!("  {key} {does}")).unwrap_or_default()
}
