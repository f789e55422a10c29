//! The output of a command of the configuration.

use jiff::Timestamp;

use super::Dialog;

/// The output of a command.
#[derive(Debug, Clone)]
pub struct Output {
    /// Identifies the run.
    pub ticket: u64,
    /// The command and the thing.
    pub title: String,
    /// When it began.
    pub since: Timestamp,
    /// Its output and its end. `None` while it runs.
    pub ended: Option<Ended>,
    /// The number of rows that are scrolled away.
    pub scroll: usize,
}

/// The end of a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// Its output. It may contain anything.
    pub text: String,
    /// Its end, as a phrase: `exit 0`.
    pub how: String,
    /// Did it end well?
    pub good: bool,
}

impl Dialog for Output {
    fn scroll(&mut self) -> Option<&mut usize> {
        Some(&mut self.scroll)
    }
}
