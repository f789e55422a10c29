//! A choice of what to take out of the console.

use super::{keys, place};
use crate::app::{App, Chooser};
use crate::keymap::SheetKey::{Cancel, Confirm, ScrollDown, ScrollUp};
use crate::view::{Align, Cut, Line, Sheet, SheetRow, Tone, width};

/// The most cells of a label.
const LABEL: usize = 24;

pub(super) fn chooser(app: &App, chooser: &Chooser) -> Sheet {
    let label = chooser.items.iter().map(|item| width(&item.label)).max().unwrap_or(0).min(LABEL) + 2;
    let item = |(at, item): (usize, &crate::app::ChooserItem)| {
        let line = Line::new().with(&item.label, Tone::Strong).padded(label, Align::Left, Cut::End);
        let line = if item.leads { line.address(&item.text) } else { line.plain(&item.text) };
        SheetRow::Item { line, note: Line::new(), selected: at == chooser.focus }
    };
    let wanted = [(ScrollUp, "move"), (ScrollDown, "move"), (Confirm, chooser.confirm), (Cancel, "close")];
    Sheet {
        title: Line::new().with(&chooser.title, Tone::Strong),
        width: 110,
        focus: Some(chooser.focus),
        rows: chooser.items.iter().enumerate().map(item).chain(place(app)).collect(),
        keys: keys(app, false, &wanted),
        ..Sheet::default()
    }
}
