//! The open lineage: its cursor, its closed branches, its search.

use std::collections::BTreeSet;

use super::line::TypedLine;
use super::subject::Item;

/// The open lineage.
#[derive(Debug, Clone, Default)]
pub struct Detail {
    /// The name of the model.
    pub model: String,
    /// The path to the selected node.
    pub selected: Vec<Item>,
    /// The paths of the closed nodes.
    pub closed: BTreeSet<Vec<Item>>,
    /// The number of rows of the properties that are scrolled away.
    pub scroll: usize,
    /// The search.
    pub search: Search,
}

impl Detail {
    /// Selects a node: opens the branches above it, and shows its properties from the first one.
    pub fn select(&mut self, path: Vec<Item>) {
        for length in 1..path.len() {
            self.closed.retain(|closed| Some(closed.as_slice()) != path.get(..length));
        }
        (self.selected, self.scroll) = (path, 0);
    }
}

/// A search in the lineage.
#[derive(Debug, Clone, Default)]
pub struct Search {
    /// The word. It is empty when nothing is searched.
    pub line: TypedLine,
    /// The selected node when the search began.
    pub(crate) from: Vec<Item>,
}
