//! A choice of one of several things.

use super::{keys, place};
use crate::app::{App, Pick};
use crate::keymap::SheetKey::{Cancel, Confirm, ScrollDown};
use crate::view::{Line, Sheet, SheetRow, Tone, width};

pub(super) fn pick(app: &App, pick: &Pick) -> Sheet {
    let head = [SheetRow::Text(Line::new().muted(&pick.text)), SheetRow::Text(Line::new())];
    let focus = Some(pick.focus + head.len());
    // The pieces of all rows begin in the same columns.
    let cells = |line: &Line, place: usize| line.0.get(place).map_or(0, |piece| width(piece.text()));
    let widest = |place: usize| pick.items.iter().map(|item| cells(&item.line, place)).max().unwrap_or(0);
    let aligned = |line: &Line| {
        let last = line.0.len().saturating_sub(1);
        line.0.iter().enumerate().fold(Line::new(), |mut row, (place, piece)| {
            let gap = if place < last { widest(place) - width(piece.text()) } else { 0 };
            row.0.push(piece.clone());
            if gap > 0 { row.plain(" ".repeat(gap)) } else { row }
        })
    };
    let items = pick.items.iter().enumerate().map(|(at, item)| SheetRow::Item {
        line: aligned(&item.line),
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
