//! An open lineage: where its cursor is, and what of it is seen.

use std::collections::BTreeSet;

use super::line::TypedLine;
use super::subject::Item;

/// An open lineage.
#[derive(Debug, Clone, Default)]
pub struct Detail {
    /// Name of the model.
    pub model: String,
    /// Path to the selected node.
    pub selected: Vec<Item>,
    /// Paths of the nodes that are closed.
    pub closed: BTreeSet<Vec<Item>>,
    /// Rows of the facts that are scrolled away.
    pub scroll: usize,
    /// What is looked for.
    pub search: Search,
}

impl Detail {
    /// Puts the cursor on a node, opens the branches above it, and shows its facts from the first on.
    pub fn select(&mut self, path: Vec<Item>) {
        for length in 1..path.len() {
            self.closed.retain(|closed| Some(closed.as_slice()) != path.get(..length));
        }
        (self.selected, self.scroll) = (path, 0);
    }
}

/// What is looked for in a lineage.
#[derive(Debug, Clone, Default)]
pub struct Search {
    /// As it is typed; empty when nothing is looked for.
    pub line: TypedLine,
    /// Where the cursor was when typing began.
    pub(crate) from: Vec<Item>,
}
