//! The state of a list: its selection, order and filter. A thing is selected, not a row number, so that the selection
//! stays when rows move.

use std::collections::BTreeMap;

use super::event_filter::EventFilter;
use super::line::TypedLine;
use super::subject::Subject;
use crate::resources::AccountId;

/// The inputs of the rows.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct MadeOf {
    pub(crate) account: AccountId,
    /// The revision of the tables of all accounts.
    pub(crate) revision: u64,
    pub(crate) filter: String,
    /// The columns that the filter looks at.
    pub(crate) shown: Vec<usize>,
    pub(crate) problems: bool,
    pub(crate) events: EventFilter,
    pub(crate) sort: Option<(usize, bool)>,
    /// Are alarms of auto scaling listed?
    pub(crate) scaling: bool,
}

/// The state of one list.
#[derive(Debug, Clone, Default)]
pub struct ListState {
    /// The selected thing.
    pub selected: Option<Subject>,
    /// The index of the first visible row.
    pub first: usize,
    /// The index of the column that sorts, among all columns of the pane, and whether the order is descending.
    pub sort: Option<(usize, bool)>,
    /// The filter, as it is typed.
    pub filter: TypedLine,
    /// The last filter without a mistake. It is in force.
    pub applied: String,
    /// The mistake in the filter that is typed.
    pub mistake: Option<String>,
    /// Are only rows listed that tell of a problem?
    pub problems: bool,
    /// The columns that the operator chose to show or to hide, by title. The width of the screen decides on all others.
    pub columns: BTreeMap<String, bool>,
    /// The things of all rows, in order.
    pub ids: Vec<Subject>,
    /// The number of rows without the filter, and without the choice of rows with a problem.
    pub all: usize,
    /// Has the operator moved the cursor? Until then it stays on the first row, the worst.
    moved: bool,
    /// The index of the selected row. It is used when the selected thing disappears.
    place: usize,
    /// The inputs from which `ids` were made.
    pub(crate) made: Option<MadeOf>,
}

impl ListState {
    /// Returns the index of the selected row.
    #[must_use]
    pub fn place(&self) -> usize {
        self.place
    }
    /// Has the operator moved the cursor?
    #[must_use]
    pub fn moved(&self) -> bool {
        self.moved
    }
    /// Moves the cursor by a number of rows.
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

    /// Keeps the cursor on the selected thing, and visible among `rows` rows. A cursor that is `held` (a sheet is open)
    /// stays where it is even if the thing has disappeared.
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
        // The selected thing has disappeared: the thing that is now in its row is selected.
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
