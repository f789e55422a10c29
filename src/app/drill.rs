//! A drill: what is asked of the operator, and how long it took.

use std::time::Duration;

/// What a story asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drill {
    /// What is to be done.
    pub task: String,
    /// What was right; told when it is done.
    pub fix: String,
    /// How long after the beginning it was done.
    pub solved: Option<Duration>,
}
