//! Two things of a kind side by side.

use super::Dialog;
use crate::app::Subject;

/// Two things of a kind side by side. What differs is shown when it is drawn, so that it is never old.
#[derive(Debug, Clone)]
pub struct Comparison {
    /// The thing on the left.
    pub old: Subject,
    /// The thing on the right.
    pub new: Subject,
    /// Are the values shown that both have?
    pub unfolded: bool,
    /// The number of rows that are scrolled away.
    pub scroll: usize,
}

impl Dialog for Comparison {
    fn scroll(&mut self) -> Option<&mut usize> {
        Some(&mut self.scroll)
    }
}
