//! A choice of one of several things.

use super::{keys, place};
use crate::app::{App, Pick};
use crate::keymap::SheetKey::{Cancel, Confirm, ScrollDown};
use crate::view::{Line, Sheet, SheetRow, Tone};

pub(super) fn pick(app: &App, pick: &Pick) -> Sheet {
    let head = [SheetRow::Text(Line::new().muted(&pick.text)), SheetRow::Text(Line::new())];
    let focus = Some(pick.focus + head.len());
    let items = pick.items.iter().enumerate().map(|(at, item)| SheetRow::Item {
        line: item.line.clone(),
        note: item.note.clone(),
        selected: at == pick.focus,
    });
    Sheet {
        title: Line::new().with(&pick.title, Tone::Strong),
        tone: Tone::Busy,
        width: 100,
        focus,
        rows: head.into_iter().chain(items).chain(place(app)).collect(),
        keys: keys(app, false, &[(Confirm, "make the plan"), (ScrollDown, "next"), (Cancel, "cancel")]),
        ..Sheet::default()
    }
}
