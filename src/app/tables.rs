//! What is handed to the console: its panes and its actions. Both are rows of tables that stand above the state.

use super::cell::{Cell, PaneColumn};
use super::message::Effect;
use super::state::App;
use super::subject::Subject;
use crate::model::Chain;
use crate::resources::Kind;
use crate::view::Line;

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

/// One list on the screen: which things, and what a row says about one.
pub struct Pane {
    /// Its name: also that of the action that opens it.
    pub name: &'static str,
    /// In the tabs.
    pub title: &'static str,
    /// Its columns.
    pub columns: &'static [PaneColumn],
    /// The kinds that it lists: they are read more often while it is shown, and their trouble is told beside its title.
    pub kinds: &'static [Kind],
    /// Which things, in the pane's own order.
    pub ids: fn(&App) -> Vec<Subject>,
    /// One row; asked for visible rows only, unless a filter or an order needs all.
    pub row: fn(&App, &Subject) -> Option<Vec<Cell>>,
    /// Why it is empty, and what would fill it.
    pub empty: fn(&App) -> Vec<Line>,
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
