//! The palette: actions and things, found by typing.

use super::keys;
use crate::app::{App, Context, Offer, Palette, matching};
use crate::keymap::SheetKey::{Cancel, Confirm, ScrollDown, ScrollUp};
use crate::view::{Cut, Line, Sheet, SheetRow, Tone, cut};

/// The least width of a name in cells. The description follows it.
const NAME: usize = 12;

/// The maximum width of a name. A longer name loses its middle.
const LONGEST: usize = 56;

pub(super) fn palette(app: &App, palette: &Palette) -> Sheet {
    let context = app.context();
    let found = matching(app, palette.input.value());
    let place = palette.place(&found.offers);
    let wanted = [(ScrollUp, "move"), (ScrollDown, "move"), (Confirm, "do it"), (Cancel, "close")];
    let hint = match (place, found.offers.first()) {
        (None, Some(_)) if !palette.input.value().trim().is_empty() => {
            let down = app.keymap.sheet_key_for(ScrollDown, true).unwrap_or_default();
            Line::new().muted(format!("needs {down} or its whole name"))
        }
        _ => Line::new(),
    };
    let field = SheetRow::Field {
        label: ":".to_owned(),
        value: palette.input.value().to_owned(),
        cursor: Some(palette.input.visual_cursor()),
        hint,
    };
    let mut rows = vec![field, SheetRow::Rule];
    if found.offers.is_empty() {
        let text = format!("nothing is called {:?}", palette.input.value());
        rows.push(SheetRow::Text(Line::new().with(text, Tone::Warn)));
    }
    let lengths = found.offers.iter().filter_map(|offer| match offer {
        Offer::Do(action) => Some(action.name.len()),
        Offer::Go { .. } => None,
    });
    let names = lengths.max().unwrap_or(0).max(NAME) + 2;
    let items = found.offers.iter().enumerate();
    rows.extend(items.map(|(at, offer)| item(app, &context, offer, names, place == Some(at))));
    if found.more > 0 {
        rows.push(SheetRow::Text(Line::new().muted(format!("{} more: type more of the name", found.more))));
    }
    let focus = place.map(|place| place + 2);
    Sheet {
        title: Line::from("go to or do"),
        width: 90,
        rows,
        focus,
        keys: keys(app, true, &wanted),
        ..Sheet::default()
    }
}

/// Returns the row of an offer. `names` is the width of the names of actions, in cells.
fn item(app: &App, context: &Context<'_>, offer: &Offer, names: usize, selected: bool) -> SheetRow {
    let (line, note) = match offer {
        Offer::Do(action) => {
            let able = (action.able)(context);
            let tone = if able.is_ok() { Tone::Plain } else { Tone::Muted };
            let note = match able {
                Ok(_) => Line::new().muted(app.keymap.keys_for(action.name).join(" ")),
                Err(why) => Line::new().with(why, Tone::Warn),
            };
            (Line::new().with(format!("{:<names$}", action.title()), tone).muted(action.help), note)
        }
        Offer::Go { subject, name, what } => {
            let account = app.account(subject.account).filter(|_| app.several()).map(|account| &*account.name);
            let line = Line::new().plain(cut(name, LONGEST, Cut::Middle));
            (line, Line::new().muted(account.map(|name| format!("{name}  ")).unwrap_or_default()).muted(*what))
        }
    };
    SheetRow::Item { line, note, selected }
}
