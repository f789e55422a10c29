//! The screen as data: pure functions of the state. A pane shows a list or blocks of its own; [`screen`] builds the
//! whole screen.

mod accounts;
pub(crate) mod activity;
mod alarms;
mod automation;
mod banners;
mod cell;
mod chain;
pub mod charts;
mod crumbs;
mod data;
mod endpoints;
pub mod export;
mod facts;
mod first_contact;
mod footer;
mod header;
pub mod history;
mod home;
mod inbox;
pub mod lineage;
mod list;
pub mod logs;
mod measured;
mod muted;
mod registry;
mod sheets;
pub(crate) mod sources;
mod training;

use crate::app::{App, Body, Modal, Pane};
use crate::view::{Block, Content, Line, Screen, Sheet, Tab};

pub use list::{choosable, columns};

/// The minimum number of rows of a terminal that shows the tabs above a list with a preview.
const TABS_FROM: u16 = 20;

/// The first pane.
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
    &automation::PANE,
    &inbox::PANE,
];

/// Returns the panes that can be shown now.
pub fn shown(app: &App) -> impl Iterator<Item = &'static Pane> {
    let several = app.several();
    app.tables.panes.iter().copied().filter(move |pane| several || !pane.several)
}

/// Returns the contents between the tabs and the footer: the open log, the open charts, the open lineage, or
/// the body of the pane.
fn body(app: &App) -> &'static Body {
    match (&app.open_log, &app.open_charts, &app.detail) {
        (Some(_), ..) => &logs::BODY,
        (None, Some(_), _) => &charts::BODY,
        (None, None, Some(_)) => &lineage::BODY,
        (None, None, None) => &app.pane.body,
    }
}

/// Returns the number of rows between the header with its banners and the footer.
fn body_rows(app: &App, banners: &[Line]) -> u16 {
    let taken = header::ROWS + u16::try_from(banners.len()).unwrap_or(0) + tab_rows(app) + 1;
    app.size.1.saturating_sub(taken)
}

/// Returns the number of rows of the tabs, or of the way to what is shown instead of a pane. A list with a preview, and
/// what is shown instead of a pane, need all rows of a small terminal.
fn tab_rows(app: &App) -> u16 {
    let previews = app.pane.list().is_some_and(|list| list.preview.is_some());
    if app.layout.zoomed || app.wallboard.is_some() {
        return 0;
    }
    u16::from(app.size.1 >= TABS_FROM || (app.shows_pane() && !previews))
}

/// Returns the number of rows of the selected pane's list. If the pane has no list, these are the rows of its body.
#[must_use]
pub fn list_rows(app: &App) -> usize {
    let body = body_rows(app, &banners::banners(app));
    app.pane.list().map_or(body, |list| list::rows(app, list, body)).into()
}

/// Builds the whole screen.
#[must_use]
pub fn screen(app: &App) -> Screen {
    let banners = banners::banners(app);
    let rows = body_rows(app, &banners);
    let tabs = (tab_rows(app) > 0).then(|| Block { height: 1, content: above(app) });
    let pane = match body(app) {
        Body::List(list) => list::blocks(app, list, rows),
        Body::Own(blocks) => blocks(app, rows),
    };
    let below = app.size.1.saturating_sub(rows + 1);
    let sheet = app.modal.as_ref().map(|modal| Sheet { below, ..sheet(app, modal) });
    Screen {
        header: header::header(app),
        banners,
        blocks: tabs.into_iter().chain(pane).collect(),
        footer: footer::footer(app, sheet.as_ref()),
        sheet,
    }
}

/// Builds the row above the body: the tabs, or the way to what is shown instead of a pane.
fn above(app: &App) -> Content {
    if app.shows_pane() {
        return Content::Tabs(tabs(app));
    }
    Content::Lines { title: None, lines: vec![crumbs::crumbs(app)] }
}

/// Builds the contents of an open sheet.
#[must_use]
pub fn sheet(app: &App, modal: &Modal) -> Sheet {
    sheets::sheet(app, modal)
}

/// Updates only the list and its cursor on the last screen. The preview takes longer to build, and nobody reads it
/// while keys are pressed. Returns false if more than the cursor may have changed.
pub fn follow(app: &App, screen: &mut Screen) -> bool {
    let typing = app.lists.get(app.pane.name).is_some_and(|list| list.filter.typing);
    let footer = typing || app.message.is_some() || app.pending_keys.is_some() || screen.footer.message.is_some();
    let covered = app.modal.is_some() || screen.sheet.is_some();
    let Body::List(list) = body(app) else { return false };
    if list.preview.is_none() || footer || covered {
        return false;
    }
    let rows = body_rows(app, &screen.banners);
    let drawn = screen.blocks.iter_mut().find(|block| matches!(block.content, Content::Table(_)));
    drawn.is_some_and(|drawn| list::follow(app, list, drawn, rows))
}

fn tabs(app: &App) -> Vec<Tab> {
    let tab = |pane: &Pane| Tab {
        key: app.keymap.key_for(pane.name).unwrap_or_default(),
        name: pane.title.to_owned(),
        short: pane.short,
        pane: pane.name,
        shown: pane.name == app.pane.name,
    };
    shown(app).map(tab).collect()
}

/// Returns `  esc clears the filter`: the key of an action, and its effect here. Empty if the action has no key.
fn key_that(app: &App, action: &str, does: &str) -> String {
    app.keymap.key_for(action).map(|key| format!("  {key} {does}")).unwrap_or_default()
}
