//! A drill: its task, and how long it took.

use std::time::Duration;

/// The drill of a story.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drill {
    /// The task.
    pub task: String,
    /// The solution, shown when the task is done.
    pub fix: String,
    /// How long the task took, once it is done.
    pub solved: Option<Duration>,
}
