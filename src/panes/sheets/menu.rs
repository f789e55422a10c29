//! The menu of what can be done to the selected thing.

use super::{keys, place};
use crate::app::{Action, App, Context, Menu};
use crate::keymap::Keymap;
use crate::keymap::SheetKey::{Cancel, Confirm, ScrollDown, ScrollUp};
use crate::view::{Line, Sheet, SheetRow, Tone, width};

/// The least and the most width of the labels in cells. The descriptions follow them.
const LABELS: (usize, usize) = (20, 32);

pub(super) fn menu(app: &App, menu: &Menu) -> Sheet {
    let context = app.context();
    let labels = menu.actions.iter().filter_map(|action| (action.able)(&context).ok());
    let labels = labels.map(|label| width(&label)).chain(menu.commands.iter().map(|name| width(name)));
    let room = labels.filter(|cells| *cells <= LABELS.1).max().unwrap_or(0).max(LABELS.0);
    let items = menu.actions.iter().enumerate();
    let items = items.map(|(at, action)| row(app, &context, action, room, at == menu.focus));
    let commands = menu.commands.iter().zip(menu.actions.len()..).map(|(name, at)| SheetRow::Item {
        line: Line::new().plain(format!("{name:<room$}  ")).muted("a command of the configuration"),
        note: Line::new().muted(app.keymap.keys_for(&Keymap::of_command(name)).join(" ")),
        selected: at == menu.focus,
    });
    let wanted = [(ScrollUp, "move"), (ScrollDown, "move"), (Confirm, "choose"), (Cancel, "close")];
    Sheet {
        title: Line::new().with(&menu.about, Tone::Strong),
        width: 100,
        focus: Some(menu.focus),
        rows: items.chain(commands).chain(place(app)).collect(),
        keys: keys(app, false, &wanted),
        ..Sheet::default()
    }
}

/// Makes the row of a change: what it does, and its key or the reason why it is not available. `room` is the width of the
/// labels in cells.
fn row(app: &App, context: &Context<'_>, action: &Action, room: usize, selected: bool) -> SheetRow {
    let (line, note) = match (action.able)(context) {
        Ok(label) => {
            let keys = app.keymap.keys_for(action.like.unwrap_or(action.name)).join(" ");
            (Line::new().plain(format!("{label:<room$}  ")).muted(action.help), Line::new().muted(keys))
        }
        Err(why) => (Line::new().muted(action.title()), Line::new().with(why, Tone::Warn)),
    };
    SheetRow::Item { line, note, selected }
}
