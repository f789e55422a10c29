//! The choices of the operator: theme, columns, order and filters. A file keeps them for the next run.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::list::ListState;
use super::modal::Modal;
use super::state::App;
use super::tables::Pane;
use crate::charts::Window;

/// The choices of the operator. A choice that was never made is absent.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Choices {
    /// The theme.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub theme: Option<Chosen<String>>,
    /// Does the console take the clicks of the mouse?
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mouse: Option<Chosen<bool>>,
    /// The name of the window of charts, such as `3 h`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub window: Option<String>,
    /// Do lists show times instead of ages?
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub times: bool,
    /// Was the tour of the first start shown?
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub toured: bool,
    /// The order and the columns of lists, by the name of the pane.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub panes: BTreeMap<String, PaneChoices>,
    /// The filters of the lists, by the watched accounts and the name of the pane.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub accounts: BTreeMap<String, BTreeMap<String, RowChoices>>,
}

/// A choice in place of a setting. When the setting is changed later, the choice is over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chosen<T> {
    /// The choices.
    pub is: T,
    /// The setting of the configuration at that time.
    pub instead_of: T,
}

/// The order and the columns of one list.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct PaneChoices {
    /// The title of the column that sorts, and whether the order is descending.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sort: Option<(String, bool)>,
    /// The columns that are shown or hidden, by title.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub columns: BTreeMap<String, bool>,
}

/// The filter of one list.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct RowChoices {
    /// The filter.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub filter: String,
    /// Are only rows listed that tell of a problem?
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub problems: bool,
}

/// The settings of the configuration that choices replace, and the accounts that are watched.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Settled {
    /// The theme.
    pub theme: String,
    /// Does the console take the clicks of the mouse?
    pub mouse: bool,
    /// The accounts, as a name. Empty if what lists leave out is not kept.
    pub accounts: String,
}

impl<T: PartialEq + Clone> Chosen<T> {
    /// Returns what was chosen, if the setting is still the same.
    #[must_use]
    pub fn in_place_of(this: Option<&Self>, setting: &T) -> Option<T> {
        this.filter(|chosen| chosen.instead_of == *setting).map(|chosen| chosen.is.clone())
    }

    fn of(is: &T, setting: &T) -> Option<Self> {
        (is != setting).then(|| Self { is: is.clone(), instead_of: setting.clone() })
    }
}

impl App {
    /// Applies what was chosen in an earlier run. The theme was applied before.
    pub fn recall(&mut self, choices: Choices, settled: Settled) {
        self.mouse = Chosen::in_place_of(choices.mouse.as_ref(), &settled.mouse).unwrap_or(settled.mouse);
        let window = choices.window.as_deref();
        self.window = Window::ALL.into_iter().find(|known| Some(known.name()) == window).unwrap_or_default();
        self.layout.times = choices.times;
        for pane in self.tables.panes {
            let rows = choices.accounts.get(&settled.accounts).and_then(|panes| panes.get(pane.name));
            recall(self.lists.entry(pane.name).or_default(), pane, choices.panes.get(pane.name), rows);
        }
        (self.recalled, self.settled) = (choices, settled);
        self.theme.clone_into(&mut self.began_with);
    }

    /// Returns what the operator has chosen so far, in this run and in earlier ones.
    #[must_use]
    pub fn choices(&self) -> Choices {
        let mut choices = self.recalled.clone();
        // The picker shows themes that are not chosen yet, and the command line names one for this run only.
        let theme = if let Some(Modal::ThemePicker(picker)) = &self.modal { &picker.before } else { &self.theme };
        if *theme != self.began_with {
            choices.theme = Chosen::of(theme, &self.settled.theme);
        }
        choices.mouse = Chosen::of(&self.mouse, &self.settled.mouse);
        choices.window = (self.window != Window::default()).then(|| self.window.name().to_owned());
        choices.times = self.layout.times;
        choices.toured |= self.tour.is_some();
        let lists = || self.tables.panes.iter().filter_map(|pane| Some((pane, self.lists.get(pane.name)?)));
        let panes = lists().map(|(pane, list)| (pane.name.to_owned(), columns_of(list, pane)));
        choices.panes = panes.filter(|(_, chosen)| *chosen != PaneChoices::default()).collect();
        if !self.settled.accounts.is_empty() {
            let rows = lists().map(|(pane, list)| (pane.name.to_owned(), rows_of(list)));
            let rows: BTreeMap<_, _> = rows.filter(|(_, chosen)| *chosen != RowChoices::default()).collect();
            choices.accounts.remove(&self.settled.accounts);
            choices.accounts.extend((!rows.is_empty()).then(|| (self.settled.accounts.clone(), rows)));
        }
        choices
    }
}

fn recall(list: &mut ListState, pane: &Pane, columns: Option<&PaneChoices>, rows: Option<&RowChoices>) {
    if let Some(PaneChoices { sort, columns }) = columns {
        let place = |title: &str| pane.list()?.columns.iter().position(|column| column.column.title == title);
        list.sort = sort.as_ref().and_then(|(title, descending)| Some((place(title)?, *descending)));
        list.columns.clone_from(columns);
    }
    if let Some(RowChoices { filter, problems }) = rows {
        (list.filter, list.problems) = (filter.clone().into(), *problems);
    }
}

fn columns_of(list: &ListState, pane: &Pane) -> PaneChoices {
    let title = |place: usize| Some(pane.list()?.columns.get(place)?.column.title.to_owned());
    let sort = list.sort.and_then(|(place, descending)| Some((title(place)?, descending)));
    PaneChoices { sort, columns: list.columns.clone() }
}

fn rows_of(list: &ListState) -> RowChoices {
    RowChoices { filter: list.applied.clone(), problems: list.problems }
}
