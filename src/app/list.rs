//! Selection, order and filter of a pane. Selected is a thing, so nothing moves when rows do.

use super::line::TypedLine;
use super::subject::Subject;
use crate::resources::AccountId;

/// Account and revision of the tables, filter, order, and whether auto scaling's alarms are listed.
pub(crate) type MadeOf = (AccountId, u64, String, Option<(usize, bool)>, bool);

/// How one pane is looked at.
#[derive(Debug, Clone, Default)]
pub struct ListState {
    /// What the cursor is on.
    pub selected: Option<Subject>,
    /// Place of the first row that is drawn.
    pub first: usize,
    /// Column that sorts (its place in the pane's table), and whether the largest comes first.
    pub sort: Option<(usize, bool)>,
    /// Which rows are shown, as it is typed.
    pub filter: TypedLine,
    /// The rows in order.
    pub ids: Vec<Subject>,
    /// How many there are without the filter.
    pub all: usize,
    /// Did the operator move the cursor? Until then it stays on the first row, where the worst is.
    moved: bool,
    /// Where the cursor was, for when its thing goes away.
    place: usize,
    /// What `ids` were made from.
    pub(crate) made: Option<MadeOf>,
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

    /// Keeps the cursor on its thing and in sight, with room for so many rows. Under an open sheet it is `held`; while the
    /// tables are read anew it `waits` for its thing to come back.
    pub(crate) fn settle(&mut self, rows: usize, held: bool) {
        if !self.moved && !held {
            (self.selected, self.place) = (None, 0);
        }
        let found = self.selected.as_ref().and_then(|selected| {
            let stays = self.ids.get(self.place) == Some(selected);
            if stays { Some(self.place) } else { self.ids.iter().position(|id| id == selected) }
        });
        if found.is_none() && held {
            return;
        }
        // The thing under the cursor is gone: the one that took its place is the nearest.
        let place = found.unwrap_or(self.place).min(self.ids.len().saturating_sub(1));
        self.selected = self.ids.get(place).cloned();
        self.place = place;
        self.first = self
            .first
            .min(place)
            .max((place + 1).saturating_sub(rows))
            .min(self.ids.len().saturating_sub(rows.min(self.ids.len())));
    }
}
