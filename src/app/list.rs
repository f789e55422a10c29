//! Selection, order and filter of a pane. Selected is a thing, so nothing moves when rows do.

use crossterm::event::KeyEvent;

use super::filter::Filter;
use super::typing::{Typed, typed};
use super::{App, Effect, Subject};
use crate::panes;

/// Account and revision of the tables, filter, order, and whether auto scaling's alarms are listed.
type MadeOf = (usize, u64, String, Option<(usize, bool)>, bool);

/// How one pane is looked at.
#[derive(Debug, Clone, Default)]
pub struct ListState {
    /// What the cursor is on.
    pub selected: Option<Subject>,
    /// Place of the first row that is drawn.
    pub first: usize,
    /// Column that sorts (its place in the pane's table), and whether the largest comes first.
    pub sort: Option<(usize, bool)>,
    /// Which rows are shown, as it was typed.
    pub filter: String,
    /// Is the filter being typed?
    pub typing: bool,
    /// The rows in order.
    pub ids: Vec<Subject>,
    /// Did the operator move the cursor? Until then it stays on the first row, where the worst is.
    moved: bool,
    /// Where the cursor was, for when its thing goes away.
    place: usize,
    /// What `ids` were made from.
    made: Option<MadeOf>,
}

impl ListState {
    /// Place of the cursor among the rows.
    #[must_use]
    pub fn place(&self) -> usize {
        self.place
    }
    /// Moves the cursor by rows.
    pub fn step(&mut self, by: isize) {
        let last = self.ids.len().saturating_sub(1);
        self.put(self.place.saturating_add_signed(by).min(last));
    }
    /// Moves the cursor to a row.
    pub fn put(&mut self, place: usize) {
        if let Some(subject) = self.ids.get(place) {
            (self.selected, self.place, self.moved) = (Some(subject.clone()), place, true);
        }
    }
}

/// Makes the list of the pane that is shown fit the tables, and keeps the cursor on its thing.
pub(super) fn settle(app: &mut App) {
    let pane = app.pane;
    let (account, revision, scaling) = (app.here.place, app.revision, app.show_scaling);
    let rows = panes::list_rows(app).max(1);
    let refilling = app.refilling();
    let state = app.lists.entry(pane.name).or_default();
    let made = Some((account, revision, state.filter.clone(), state.sort, scaling));
    if state.made != made {
        let (filter, sort) = (state.filter.clone(), state.sort);
        let ids = ordered(app, &filter, sort);
        let state = app.lists.entry(pane.name).or_default();
        (state.ids, state.made) = (ids, made);
    }
    // An open sheet is about one row: the cursor stays on that row while the list is sorted anew.
    let held = app.modal.is_some();
    let state = app.lists.entry(pane.name).or_default();
    if !state.moved && !held {
        (state.selected, state.place) = (None, 0);
    }
    let found = state.selected.as_ref().and_then(|s| {
        let stays = state.ids.get(state.place) == Some(s);
        if stays { Some(state.place) } else { state.ids.iter().position(|id| id == s) }
    });
    if found.is_none() && (held || state.moved && refilling) {
        return;
    }
    // The thing under the cursor is gone: the one that took its place is the nearest.
    let place = found.unwrap_or(state.place).min(state.ids.len().saturating_sub(1));
    state.selected = state.ids.get(place).cloned();
    state.place = place;
    state.first = state
        .first
        .min(place)
        .max((place + 1).saturating_sub(rows))
        .min(state.ids.len().saturating_sub(rows.min(state.ids.len())));
}

fn ordered(app: &App, filter: &str, sort: Option<(usize, bool)>) -> Vec<Subject> {
    let ids = (app.pane.ids)(app);
    if filter.is_empty() && sort.is_none() {
        return ids;
    }
    let names: Vec<&str> = app.accounts().into_iter().map(|account| &*account.name).collect();
    let filter = Filter::new(filter, &names);
    let mut rows: Vec<_> = ids
        .into_iter()
        .filter_map(|id| {
            let cells = (app.pane.row)(app, &id)?;
            let account = app.account(id.account).map_or("", |account| &*account.name);
            let kept = filter.keeps(account, || cells.iter().map(|c| c.line.text() + " ").collect());
            let key = sort.and_then(|(column, _)| cells.get(column).map(panes::Cell::key));
            kept.then_some((key, id))
        })
        .collect();
    if let Some((_, descending)) = sort {
        // Stable: equal rows keep the pane's own order.
        rows.sort_by(|a, b| if descending { b.0.cmp(&a.0) } else { a.0.cmp(&b.0) });
    }
    rows.into_iter().map(|(_, id)| id).collect()
}

/// Puts the cursor on the first row that belongs to a model.
pub(super) fn select_first_of(app: &mut App, model: &str) {
    let Some(state) = app.lists.get(app.pane.name) else { return };
    let here = app.here.place;
    let belongs = |s: &Subject| s.account == here && app.chain_of(s).is_some_and(|c| c.name == model);
    if state.selected.as_ref().is_some_and(belongs) {
        return;
    }
    let place = state.ids.iter().position(belongs);
    if let Some(place) = place {
        app.list_mut().put(place);
    }
}

/// A key while the filter is typed.
pub(super) fn filter_key(app: &mut App, key: KeyEvent) -> Option<Effect> {
    let list = app.list_mut();
    match typed(&mut list.filter, key) {
        Typed::Kept | Typed::Dropped => list.typing = false,
        Typed::Moved(by) => list.step(by),
        Typed::Left(effect) => return Some(effect),
        Typed::Changed | Typed::Nothing => {}
    }
    None
}
