//! What is handed to the console: its panes and its actions. Both are rows of tables that stand above the state.

use super::cell::{Cell, PaneColumn};
use super::message::Effect;
use super::state::App;
use super::subject::Subject;
use crate::model::Chain;
use crate::resources::Kind;
use crate::view::{Block, Line};

/// The tables that a console works with.
#[derive(Debug, Clone, Copy)]
pub struct Tables {
    /// The pane that is shown first, and that `back` returns to.
    pub home: &'static Pane,
    /// All panes, in the order of their tabs.
    pub panes: &'static [&'static Pane],
    /// All actions.
    pub actions: &'static [Action],
}

/// One of the screens that the tabs lead to.
pub struct Pane {
    /// Its name: also that of the action that opens it.
    pub name: &'static str,
    /// In the tabs.
    pub title: &'static str,
    /// Is it there only where several accounts are watched?
    pub several: bool,
    /// The kinds that it lists: they are read more often while it is shown, and their trouble is told beside its title.
    pub kinds: &'static [Kind],
    /// What it shows.
    pub body: Body,
}

/// What stands between the tabs and the footer.
#[derive(Debug)]
pub enum Body {
    /// Rows and columns, with a cursor, an order and a filter.
    List(List),
    /// Blocks of its own in so many rows.
    Own(fn(&App, u16) -> Vec<Block>),
}

/// A list: which things, and what a row says about one.
#[derive(Debug)]
pub struct List {
    /// Its columns.
    pub columns: &'static [PaneColumn],
    /// Which things, in the list's own order.
    pub ids: fn(&App) -> Vec<Subject>,
    /// One row; asked for visible rows only, unless a filter or an order needs all.
    pub row: fn(&App, &Subject) -> Option<Vec<Cell>>,
    /// Why it is empty, and what would fill it.
    pub empty: fn(&App) -> Vec<Line>,
    /// What to know beside its title, before the trouble of its kinds.
    pub note: fn(&App) -> Line,
    /// Does it list things of all accounts? Otherwise those of the account that is looked at.
    pub all_accounts: bool,
    /// What is shown below it of the thing that the cursor is on.
    pub preview: Option<Preview>,
}

/// What a list shows below it of the thing that the cursor is on. Such a list is as high as it has rows, and has a title
/// only where its rows or their order are not as usual.
#[derive(Debug)]
pub struct Preview {
    /// Rows that are kept free for it in a body of so many.
    pub rows: fn(&App, u16) -> u16,
    /// Its blocks: in a body of so many rows, and in so many that the list leaves.
    pub blocks: fn(&App, u16, u16) -> Vec<Block>,
}

impl List {
    /// A list of nothing; a pane says in which way it is another one.
    pub(crate) const EMPTY: Self = Self {
        columns: &[],
        ids: |_| Vec::new(),
        row: |_, _| None,
        empty: |_| Vec::new(),
        note: |_| Line::new(),
        all_accounts: false,
        preview: None,
    };
}

impl Pane {
    /// Its list, if that is what it shows.
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

/// What an action may look at before it acts.
#[derive(Debug)]
pub struct Context<'a> {
    /// The console.
    pub app: &'a App,
    /// What the cursor is on.
    pub subject: Option<Subject>,
    /// The model it belongs to.
    pub chain: Option<&'a Chain<'a>>,
}

/// Something the operator can do.
pub struct Action {
    /// Its name in keymaps and in the palette.
    pub name: &'static str,
    /// What it does, as a phrase.
    pub help: &'static str,
    /// Its heading in the help.
    pub group: &'static str,
    /// Does it help where an endpoint is broken? Then it comes first there.
    pub remedy: bool,
    /// Can it be done here? A label for the footer, or why not.
    pub able: fn(&Context<'_>) -> Result<String, String>,
    /// Does it.
    pub run: fn(&mut App) -> Option<Effect>,
}

impl Action {
    /// Does it change something in AWS?
    #[must_use]
    pub fn writes(&self) -> bool {
        self.group == "act"
    }
}

impl std::fmt::Debug for Action {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}
