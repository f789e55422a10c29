//! The drill: its state, its result, and the number of keys.

use crate::app::{App, Drill, Notice};
use crate::fmt;
use crate::view::Tone;

/// Stores the state of the drill, and shows the result when the task is done.
pub(super) fn take(app: &mut App, drill: Drill) {
    let (solved_before, keys) = app.drill.take().map_or((None, 0), |(d, keys)| (Some(d.solved.is_some()), keys));
    if let (Some(after), Some(false)) = (drill.solved, solved_before) {
        let result = format!("Done after {}, with {}.", fmt::span(after), fmt::count(keys as usize, "key"));
        let text = vec![result, drill.fix.clone()];
        app.modal =
            Some(Notice { title: "drill: done".to_owned(), text, tone: Tone::Good, ..Notice::default() }.into());
    }
    app.drill = Some((drill, keys));
}

/// Counts a key, until the task is done.
pub(super) fn key(app: &mut App) {
    if let Some((Drill { solved: None, .. }, keys)) = &mut app.drill {
        *keys += 1;
    }
}
