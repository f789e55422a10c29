//! What a command of the configuration writes.

use jiff::Timestamp;

use super::Dialog;

/// What a command writes.
#[derive(Debug, Clone)]
pub struct Output {
    /// Identifies the run.
    pub ticket: u64,
    /// The command and the thing.
    pub title: String,
    /// When it began.
    pub since: Timestamp,
    /// What it wrote, and how it ended. `None` while it runs.
    pub ended: Option<Ended>,
    /// The number of rows that are scrolled away.
    pub scroll: usize,
}

/// The end of a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// What it wrote. It may hold anything.
    pub text: String,
    /// How it ended, as a phrase: `exit 0`.
    pub how: String,
    /// Did it end well?
    pub good: bool,
}

impl Dialog for Output {
    fn scroll(&mut self) -> Option<&mut usize> {
        Some(&mut self.scroll)
    }
}
