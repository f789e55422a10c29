//! The list of the selected pane: its rows, and the keys of its filter.

use crossterm::event::KeyEvent;

use super::typing::{Typed, type_line};
use crate::app::{App, Cell, Effect, Filter, List, Subject};
use crate::panes;

/// Updates the rows of the selected pane's list, and keeps the cursor on the selected thing.
pub(super) fn settle(app: &mut App) {
    let Some(list) = app.pane.list() else { return };
    let (account, revision, scaling) = (app.here.id, app.revision, app.show_scaling);
    let events = app.event_filter;
    let state = app.list_mut();
    let made = Some((account, revision, (state.filter.text().to_owned(), events), state.sort, scaling));
    if state.made != made {
        let (filter, sort) = (state.filter.text().to_owned(), state.sort);
        let ids = (list.ids)(app);
        let all = ids.len();
        let ids =
            if filter.is_empty() && sort.is_none() { ids } else { filter_and_sort(app, list, ids, &filter, sort) };
        let state = app.list_mut();
        (state.ids, state.all, state.made) = (ids, all, made);
    }
    let rows = panes::list_rows(app).max(1);
    // An open sheet is about the selected thing: the cursor stays on it.
    let held = app.modal.is_some();
    app.list_mut().settle(rows, held);
}

/// Returns the things that the filter keeps, in order.
fn filter_and_sort(
    app: &App,
    list: &List,
    ids: Vec<Subject>,
    filter: &str,
    sort: Option<(usize, bool)>,
) -> Vec<Subject> {
    let names: Vec<&str> = app.accounts().into_iter().map(|account| &*account.name).collect();
    let filter = Filter::new(filter, &names);
    let mut rows: Vec<_> = ids
        .into_iter()
        .filter_map(|id| {
            let cells = (list.row)(app, &id)?;
            let account = app.account(id.account).map_or("", |account| &*account.name);
            let text = || cells.iter().map(|c| c.line.text() + " ").collect::<String>() + &project(app, &id);
            let kept = filter.keeps(account, text);
            let key = sort.and_then(|(column, _)| cells.get(column).map(Cell::key));
            kept.then_some((key, id))
        })
        .collect();
    if let Some((_, descending)) = sort {
        // The sort is stable: equal rows keep the default order.
        rows.sort_by(|a, b| if descending { b.0.cmp(&a.0) } else { a.0.cmp(&b.0) });
    }
    rows.into_iter().map(|(_, id)| id).collect()
}

/// Returns the project of the model of a thing as a word that a filter may name: `project:shop`.
fn project(app: &App, subject: &Subject) -> String {
    let chain = app.chain_of(subject);
    let store = app.account(subject.account).map(|account| &account.observed.store);
    let project = chain.zip(store).and_then(|(chain, store)| chain.project(store));
    project.map(|project| format!("project:{project}")).unwrap_or_default()
}

/// Selects the first row that belongs to a model.
pub(super) fn select_first_of(app: &mut App, model: &str) {
    let Some(state) = app.lists.get(app.pane.name) else { return };
    let here = app.here.id;
    let belongs = |s: &Subject| s.account == here && app.chain_of(s).is_some_and(|c| c.name == model);
    if state.selected.as_ref().is_some_and(belongs) {
        return;
    }
    let place = state.ids.iter().position(belongs);
    if let Some(place) = place {
        app.list_mut().put(place);
    }
}

/// Handles a key while the filter is edited.
pub(super) fn filter_key(app: &mut App, key: KeyEvent) -> Option<Effect> {
    let list = app.lists.entry(app.pane.name).or_default();
    match type_line(&mut list.filter, &mut app.keymap, key) {
        Typed::Moved(by) => list.step(by),
        Typed::Suspended => return Some(Effect::Suspend),
        Typed::Changed | Typed::Kept | Typed::Dropped | Typed::Nothing => {}
    }
    None
}
