//! The output of a command of the configuration. Its text may be hostile, like that of AWS.

use super::keys;
use crate::app::{App, Output};
use crate::fmt;
use crate::keymap::SheetKey::{Cancel, PageDown, ScrollDown};
use crate::view::{Line, Sheet, SheetRow, Tone};

/// The most lines that are shown.
const MOST: usize = 2_000;

pub(super) fn output(app: &App, output: &Output) -> Sheet {
    let (rows, state) = match &output.ended {
        None => {
            let age = fmt::age(app.here.observed.at, output.since);
            (Vec::new(), Line::new().with(format!("◐ running  {age}"), Tone::Busy))
        }
        Some(ended) => {
            let tone = if ended.good { Tone::Good } else { Tone::Bad };
            let sign = if ended.good { "✓" } else { "✗" };
            let all = ended.text.lines().count();
            let mut state = Line::new().with(format!("{sign} {}", ended.how), tone);
            if all > MOST {
                state = state.muted(format!("  the first {MOST} of {all} lines"));
            }
            let line = |text: &str| SheetRow::Text(Line::from(text));
            (ended.text.lines().take(MOST).map(line).collect(), state)
        }
    };
    let wanted: &[_] = if output.ended.is_some() {
        &[(ScrollDown, "scroll"), (PageDown, "page"), (Cancel, "close")]
    } else {
        &[(Cancel, "stop it")]
    };
    Sheet {
        title: Line::new().with(&output.title, Tone::Strong),
        tone: Tone::Busy,
        width: 160,
        rows,
        pinned: vec![SheetRow::Rule, SheetRow::Text(state)],
        scroll: output.scroll,
        keys: keys(app, false, wanted),
        ..Sheet::default()
    }
}
