//! The types of panes and actions. Their tables are in higher layers, and are handed to the console.

use super::cell::{Cell, PaneColumn};
use super::message::Effect;
use super::state::App;
use super::subject::Subject;
use crate::model::Chain;
use crate::resources::Kind;
use crate::view::{Block, Line};

/// The tables of panes and actions.
#[derive(Debug, Clone, Copy)]
pub struct Tables {
    /// The first pane. `back` returns to it.
    pub home: &'static Pane,
    /// All panes, in the order of their tabs.
    pub panes: &'static [&'static Pane],
    /// All actions.
    pub actions: &'static [Action],
}

/// A pane: the contents under one of the tabs.
pub struct Pane {
    /// Its name, which is also the name of the action that opens it.
    pub name: &'static str,
    /// The title, shown in the tab.
    pub title: &'static str,
    /// The title where there is little room.
    pub short: &'static str,
    /// Is it shown only if several accounts are watched?
    pub several: bool,
    /// The kinds that it lists. They are read more often while it is selected, and their errors are shown next to its
    /// title.
    pub kinds: fn(Kind) -> bool,
    /// Its contents.
    pub body: Body,
}

/// The contents of a pane.
#[derive(Debug)]
pub enum Body {
    /// A list with a cursor, an order and a filter.
    List(List),
    /// Any blocks: a function that makes them for a number of rows.
    Own(fn(&App, u16) -> Vec<Block>),
}

/// A list: its things, and the cells of a row.
#[derive(Debug)]
pub struct List {
    /// Its columns.
    pub columns: &'static [PaneColumn],
    /// The things, in the default order.
    pub ids: fn(&App) -> Vec<Subject>,
    /// The cells of one row. It is called for visible rows only, unless a filter or an order needs all rows.
    pub row: fn(&App, &Subject) -> Option<Vec<Cell>>,
    /// The text of an empty list: why it is empty, and what would fill it.
    pub empty: fn(&App) -> Vec<Line>,
    /// A note next to the title, before the errors of its kinds.
    pub note: fn(&App) -> Line,
    /// The number of all rows where a filter of its own leaves some out, and the filter in words.
    pub narrowed: fn(&App) -> Option<(usize, String)>,
    /// Does it list things of all accounts? Otherwise it lists those of the selected account.
    pub all_accounts: bool,
    /// A preview of the selected thing, shown below the list.
    pub preview: Option<Preview>,
}

/// A preview of the selected thing below a list. Such a list is only as high as its rows, and has a title only if it is
/// filtered or sorted.
#[derive(Debug)]
pub struct Preview {
    /// The number of rows to keep free for the preview, for a number of rows of list and preview together.
    pub rows: fn(&App, u16) -> u16,
    /// The blocks of the preview, for a number of rows of list and preview together, and for the rows that the list
    /// leaves.
    pub blocks: fn(&App, u16, u16) -> Vec<Block>,
}

impl List {
    /// An empty list, from which the lists of panes are made.
    pub(crate) const EMPTY: Self = Self {
        columns: &[],
        ids: |_| Vec::new(),
        row: |_, _| None,
        empty: |_| Vec::new(),
        note: |_| Line::new(),
        narrowed: |_| None,
        all_accounts: false,
        preview: None,
    };
}

impl Pane {
    /// Returns the list, if its contents are one.
    #[must_use]
    pub fn list(&self) -> Option<&List> {
        match &self.body {
            Body::List(list) => Some(list),
            Body::Own(_) => None,
        }
    }
}

impl std::fmt::Debug for Pane {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

/// The context of an action.
#[derive(Debug)]
pub struct Context<'a> {
    /// The console.
    pub app: &'a App,
    /// The selected thing.
    pub subject: Option<Subject>,
    /// The selected model, or the model of the selected thing.
    pub chain: Option<&'a Chain<'a>>,
}

/// An action: something that the operator can do.
pub struct Action {
    /// The name, in keymaps and in the palette.
    pub name: &'static str,
    /// The help text: what it does, as a phrase.
    pub help: &'static str,
    /// The group, a heading of the help.
    pub group: &'static str,
    /// Does it repair a broken endpoint? Then it comes first in the footer when one is selected.
    pub remedy: bool,
    /// The kinds of things that it changes.
    pub on: &'static [Kind],
    /// The action whose key runs this one as well, where this one fits the selection.
    pub like: Option<&'static str>,
    /// Is it available? Returns the label for the footer, or the reason why it is not.
    pub able: fn(&Context<'_>) -> Result<String, String>,
    /// Does it fit the selection, although it is not allowed now? Then the menu lists it with the reason.
    pub fits: fn(&Context<'_>) -> bool,
    /// Runs the action.
    pub run: fn(&mut App) -> Option<Effect>,
}

impl Action {
    /// Returns the name that the screen shows: that of the keymap and the command line, with spaces between its words.
    #[must_use]
    pub fn title(&self) -> String {
        self.name.replace('-', " ")
    }

    /// An action that stays in the console, from which others are made.
    pub(crate) const LOOK: Self = Self {
        name: "",
        help: "",
        group: "look",
        remedy: false,
        on: &[],
        like: None,
        able: |_| Ok(String::new()),
        fits: |_| false,
        run: |_| None,
    };

    /// Does it change anything in AWS?
    #[must_use]
    pub fn writes(&self) -> bool {
        self.group == "act"
    }
}

impl Context<'_> {
    /// Is an action about the kind of the selected thing?
    #[must_use]
    pub fn is_on(&self, action: &Action) -> bool {
        let kind = self.subject.as_ref().and_then(|subject| subject.item.resource()).map(|(kind, _)| kind);
        kind.is_some_and(|kind| action.on.contains(&kind))
    }
}

impl std::fmt::Debug for Action {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}
