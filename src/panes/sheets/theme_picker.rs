//! The choice of a theme.

use super::keys;
use crate::app::{App, ThemePicker};
use crate::keymap::SheetKey::{Cancel, Confirm, ScrollDown, ScrollUp};
use crate::view::{Line, Sheet, SheetRow, Tone};

pub(super) fn theme_picker(app: &App, picker: &ThemePicker) -> Sheet {
    let items = picker.names.iter().enumerate().map(|(at, name)| SheetRow::Item {
        line: Line::new().plain(name),
        note: if *name == picker.before { Line::new().muted("the present one") } else { Line::new() },
        selected: at == picker.focus,
    });
    let tones = [("ok ", Tone::Good), ("running ", Tone::Busy), ("degraded ", Tone::Warn), ("broken ", Tone::Bad)];
    let sample = tones.into_iter().fold(Line::new(), |line, (word, tone)| line.with(word, tone)).muted("unknown");
    let rows = items.chain([SheetRow::Rule, SheetRow::Text(sample)]).collect();
    let wanted = [(ScrollUp, "move"), (ScrollDown, "move"), (Confirm, "keep"), (Cancel, "cancel")];
    Sheet {
        title: Line::from("themes"),
        width: 44,
        rows,
        focus: Some(picker.focus),
        keys: keys(app, false, &wanted),
        ..Sheet::default()
    }
}
