//! A text to read.

use super::keys;
use crate::app::{App, Notice};
use crate::keymap::SheetKey::{Cancel, Confirm, ScrollDown};
use crate::view::{Line, Sheet, SheetRow};

pub(super) fn notice(app: &App, notice: &Notice) -> Sheet {
    let keys = match &notice.leads {
        Some(_) => keys(app, false, &[(ScrollDown, "scroll"), (Confirm, "go there"), (Cancel, "close")]),
        None => keys(app, false, &[(ScrollDown, "scroll"), (Confirm, "close")]),
    };
    Sheet {
        title: Line::from(notice.title.as_str()),
        tone: notice.tone,
        width: 80,
        scroll: notice.scroll,
        rows: notice.text.iter().map(|text| SheetRow::Text(Line::from(text.as_str()))).collect(),
        keys,
        ..Sheet::default()
    }
}
