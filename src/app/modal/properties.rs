//! The properties of one thing.

use super::Dialog;
use crate::app::Subject;

/// The properties of a thing that belongs to no model, so that it has no place in a lineage. They are read when they are
/// drawn, so that they are never old.
#[derive(Debug, Clone)]
pub struct Properties {
    /// The thing, a resource.
    pub subject: Subject,
    /// The number of rows that are scrolled away.
    pub scroll: usize,
}

impl Dialog for Properties {
    fn scroll(&mut self) -> Option<&mut usize> {
        Some(&mut self.scroll)
    }
}
