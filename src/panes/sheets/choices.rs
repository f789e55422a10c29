//! A choice of what to take out of the console.

use super::{keys, place};
use crate::app::{App, Choices};
use crate::keymap::SheetKey::{Cancel, Confirm, ScrollDown, ScrollUp};
use crate::view::{Align, Cut, Line, Sheet, SheetRow, Tone, width};

/// The most cells of a label.
const LABEL: usize = 24;

pub(super) fn choices(app: &App, choices: &Choices) -> Sheet {
    let label = choices.items.iter().map(|item| width(&item.label)).max().unwrap_or(0).min(LABEL) + 2;
    let item = |(at, item): (usize, &crate::app::Choice)| {
        let line = Line::new().with(&item.label, Tone::Strong).padded(label, Align::Left, Cut::End);
        let line = if item.leads { line.address(&item.text) } else { line.plain(&item.text) };
        SheetRow::Item { line, note: Line::new(), selected: at == choices.focus }
    };
    let wanted = [(ScrollUp, "up"), (ScrollDown, "down"), (Confirm, choices.confirm), (Cancel, "close")];
    Sheet {
        title: Line::new().with(&choices.title, Tone::Strong),
        width: 110,
        focus: Some(choices.focus),
        rows: choices.items.iter().enumerate().map(item).chain(place(app)).collect(),
        keys: keys(app, false, &wanted),
        ..Sheet::default()
    }
}
