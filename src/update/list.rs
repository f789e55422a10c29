//! The list of the selected pane: its rows, and the keys of its filter.

use crossterm::event::KeyEvent;

use super::typing::{Typed, type_line};
use crate::app::{App, Cell, Effect, List, MadeOf, Subject};
use crate::model::Health;
use crate::panes;

/// Updates the rows of the selected pane's list, and keeps the cursor on the selected thing.
pub(super) fn settle(app: &mut App) {
    let Some(list) = app.pane.list() else { return };
    apply_filter(app, list);
    let filtered = !app.list_mut().applied.is_empty();
    let shown = if filtered { panes::columns(app).iter().map(|(place, _)| *place).collect() } else { Vec::new() };
    let (account, revision, scaling, events) = (app.here.id, app.revision, app.show_scaling, app.event_filter);
    let state = app.list_mut();
    let (filter, problems, sort) = (state.applied.clone(), state.problems, state.sort);
    let made = MadeOf { account, revision, filter, shown, problems, events, sort, scaling };
    if state.made.as_ref() != Some(&made) {
        let ids = (list.ids)(app);
        let all = ids.len();
        let as_they_are = made.filter.is_empty() && !made.problems && made.sort.is_none();
        let ids = if as_they_are { ids } else { choose_and_sort(app, list, ids, &made) };
        let state = app.list_mut();
        (state.ids, state.all, state.made) = (ids, all, Some(made));
    }
    let rows = panes::list_rows(app).max(1);
    // An open sheet is about the selected thing: the cursor stays on it.
    let held = app.modal.is_some();
    app.list_mut().settle(rows, held);
}

/// Puts the typed filter in force, unless it has a mistake: then the last one without a mistake stays.
fn apply_filter(app: &mut App, list: &List) {
    let state = app.list_mut();
    if state.filter.text() == state.applied {
        state.mistake = None;
        return;
    }
    let text = state.filter.text().to_owned();
    let parsed = app.parse_filter(list, &text);
    let state = app.list_mut();
    match parsed {
        Ok(_) => (state.applied, state.mistake) = (text, None),
        Err(why) => state.mistake = Some(why),
    }
}

/// Returns the things whose rows are kept, in order.
fn choose_and_sort(app: &App, list: &List, ids: Vec<Subject>, made: &MadeOf) -> Vec<Subject> {
    let Ok(filter) = app.parse_filter(list, &made.filter) else { return ids };
    let mut rows: Vec<_> = ids
        .into_iter()
        .filter_map(|id| {
            let cells = (list.row)(app, &id)?;
            let account = app.account(id.account).map_or("", |account| &*account.name);
            let troubled = cells.iter().any(|cell| cell.health >= Health::Unknown);
            let of_project = || project(app, &id);
            let kept = (troubled || !made.problems) && filter.keeps(account, of_project, &cells, &made.shown);
            let key = made.sort.and_then(|(column, _)| cells.get(column).map(Cell::key));
            kept.then_some((key, id))
        })
        .collect();
    if let Some((_, descending)) = made.sort {
        // The sort is stable: equal rows keep the default order.
        rows.sort_by(|a, b| if descending { b.0.cmp(&a.0) } else { a.0.cmp(&b.0) });
    }
    rows.into_iter().map(|(_, id)| id).collect()
}

/// Lists only rows that tell of a problem, or all rows again.
pub(super) fn show_problems(app: &mut App) -> Option<Effect> {
    let list = app.list_mut();
    list.problems = !list.problems;
    None
}

/// Returns the project of the model of a thing for a filter such as `project:shop`.
fn project(app: &App, subject: &Subject) -> String {
    let chain = app.chain_of(subject);
    let store = app.account(subject.account).map(|account| &account.observed.store);
    let project = chain.zip(store).and_then(|(chain, store)| chain.project(store));
    project.map(str::to_owned).unwrap_or_default()
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
        // A filter with a mistake is not kept.
        Typed::Kept => list.filter.typing = list.mistake.is_some(),
        Typed::Changed | Typed::Dropped | Typed::Nothing => {}
    }
    None
}
