//! A drill: what is asked of the operator, and how long and how many keys it took.

use std::time::Duration;

use super::{App, Notice};
use crate::fmt;
use crate::view::Tone;

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

/// Keeps the task for the banner, and shows the result when it is done.
pub(super) fn told(app: &mut App, drill: Drill) {
    let (solved_before, keys) = app.drill.take().map_or((None, 0), |(d, keys)| (Some(d.solved.is_some()), keys));
    if let (Some(after), Some(false)) = (drill.solved, solved_before) {
        let result = format!("Done after {}, with {}.", fmt::span(after), fmt::count(keys as usize, "key"));
        let text = vec![result, drill.fix.clone()];
        app.modal = Some(Notice { title: "drill: done".to_owned(), text, tone: Tone::Good, leads: None }.into());
    }
    app.drill = Some((drill, keys));
}

/// Counts a key until the drill is done.
pub(super) fn key(app: &mut App) {
    if let Some((Drill { solved: None, .. }, keys)) = &mut app.drill {
        *keys += 1;
    }
}
