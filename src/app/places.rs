//! The places that were visited, to go back and forward among them.

use super::state::App;
use super::subject::{Item, Subject};
use crate::resources::AccountId;

/// The most places that are remembered.
const MOST: usize = 100;

/// The place that the screen shows, without sheets and logs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The name of the pane.
    pub pane: &'static str,
    /// The account.
    pub account: AccountId,
    /// The model of the open lineage, and the path to the selected node.
    pub lineage: Option<(String, Vec<Item>)>,
    /// The subject of the open charts.
    pub charts: Option<Subject>,
    /// The selected row of the pane.
    pub selected: Option<Subject>,
}

impl Place {
    /// Returns the present place.
    #[must_use]
    pub fn of(app: &App) -> Self {
        Self {
            pane: app.pane.name,
            account: app.here.id,
            lineage: app.detail.as_ref().map(|detail| (detail.model.clone(), detail.selected.clone())),
            charts: app.open_charts.as_ref().map(|charts| charts.subject.clone()),
            selected: app.lists.get(app.pane.name).and_then(|list| list.selected.clone()),
        }
    }

    /// Is it the same place, whatever is selected there?
    fn is_same(&self, other: &Self) -> bool {
        let models = [self, other].map(|place| place.lineage.as_ref().map(|(model, _)| model));
        let [own, others] = models;
        let same_account = self.lineage.is_none() || self.account == other.account;
        self.pane == other.pane && self.charts == other.charts && own == others && same_account
    }
}

/// The places that were visited, the oldest first.
#[derive(Debug, Clone, Default)]
pub struct Places {
    visited: Vec<Place>,
    /// The index of the present place.
    at: usize,
}

impl Places {
    /// Notes the present place. A new one takes the place of all that lie ahead.
    pub fn follow(&mut self, place: Place) {
        if let Some(present) = self.visited.get_mut(self.at)
            && present.is_same(&place)
        {
            *present = place;
            return;
        }
        self.visited.truncate(self.at + 1);
        self.visited.push(place);
        if self.visited.len() > MOST {
            self.visited.remove(0);
        }
        self.at = self.visited.len() - 1;
    }

    /// Returns the place that is so many steps ahead, or behind.
    #[must_use]
    pub fn ahead(&self, by: isize) -> Option<&Place> {
        self.visited.get(self.at.checked_add_signed(by)?)
    }

    /// Moves by so many steps, and returns the place that is there.
    pub fn turn(&mut self, by: isize) -> Option<Place> {
        let place = self.ahead(by)?.clone();
        self.at = self.at.saturating_add_signed(by);
        Some(place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(pane: &'static str, row: &str) -> Place {
        let account = AccountId::default();
        Place { pane, account, lineage: None, charts: None, selected: Some(Subject::model(account, row)) }
    }

    #[test]
    fn a_new_place_ends_what_lay_ahead_and_a_row_is_no_place() {
        let mut places = Places::default();
        for (pane, row) in [("home", "a"), ("home", "b"), ("alarms", "c"), ("data", "d")] {
            places.follow(place(pane, row));
        }
        assert_eq!(places.turn(1), None);
        assert_eq!(places.turn(-1), Some(place("alarms", "c")));
        places.follow(place("alarms", "e"));
        assert_eq!(places.turn(-1), Some(place("home", "b")), "with the row that was selected last");
        assert_eq!(places.turn(-1), None);
        assert_eq!(places.turn(1), Some(place("alarms", "e")));
        places.follow(place("inbox", "f"));
        assert_eq!(places.ahead(1), None);
        assert_eq!(places.turn(-1), Some(place("alarms", "e")));
    }

    #[test]
    fn old_places_are_forgotten() {
        let mut places = Places::default();
        for number in 0..2 * MOST {
            places.follow(place(if number % 2 == 0 { "home" } else { "data" }, "a"));
        }
        let all = (0..2 * MOST).take_while(|_| places.turn(-1).is_some()).count();
        assert_eq!(all, MOST - 1);
    }
}
