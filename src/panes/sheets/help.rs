//! The help: every action with its keys, and the reason if it is not available here.

use super::keys;
use crate::app::{App, Cell, Filter, Help};
use crate::keymap::Keymap;
use crate::keymap::SheetKey::{self, Cancel, Confirm, Filter as Look, PageDown, ScrollDown};
use crate::view::{Line, Sheet, SheetRow, Tone};

const SIGNS: &str = "✓ ok   ▲ degraded   ✗ broken   ◐ running   ◇ pending   ◌ unknown   – nothing there";

/// The keys, the name, the effect, and the reason why the action is not available here.
type Entry = (&'static str, Line, Line, Line);

pub(super) fn help(app: &App, help: &Help) -> Sheet {
    let filter = Filter::parse(help.filter.text(), &[], &[]);
    let said = |(_, keys, name, what): &Entry| [keys, name, what].map(|line| Cell::of_line(line.clone()));
    let keeps =
        |entry: &Entry| filter.as_ref().map_or(true, |filter| filter.keeps("", String::new, &said(entry), &[0, 1, 2]));
    let entries = actions(app, !help.filter.is_empty()).chain(commands(app)).chain(in_sheets(app)).filter(keeps);
    let mut rows = Vec::new();
    let mut group = "";
    for (its, keys, name, what) in entries {
        if its != group {
            group = its;
            if !rows.is_empty() {
                rows.push(SheetRow::Text(Line::new()));
            }
            rows.push(SheetRow::Text(Line::new().with(group, Tone::Strong)));
        }
        rows.push(SheetRow::Columns(vec![keys, name, what]));
    }
    if rows.is_empty() {
        rows.push(SheetRow::Text(Line::new().with(format!("no match for {:?}", help.filter.text()), Tone::Warn)));
    }
    rows.extend([SheetRow::Rule, SheetRow::Text(Line::new().muted(SIGNS))]);
    let typed = [(Confirm, "keep"), (Cancel, "drop")];
    let wanted = [(ScrollDown, "scroll"), (PageDown, "page"), (Look, "filter"), (Cancel, "close")];
    Sheet {
        title: Line::from("keys"),
        width: 100,
        rows,
        pinned: line(help, filter.err()),
        scroll: help.scroll,
        keys: if help.filter.typing { keys(app, true, &typed) } else { keys(app, false, &wanted) },
        ..Sheet::default()
    }
}

/// Returns the row of the filter, if there is one, with its mistake.
fn line(help: &Help, mistake: Option<String>) -> Vec<SheetRow> {
    if help.filter.is_empty() && !help.filter.typing {
        return Vec::new();
    }
    let cursor = help.filter.typing.then(|| help.filter.input.visual_cursor());
    let hint = mistake.map_or_else(Line::new, |mistake| Line::new().with(mistake, Tone::Warn));
    let field = SheetRow::Field { label: "/".into(), value: help.filter.text().to_owned(), cursor, hint };
    vec![SheetRow::Rule, field]
}

/// Returns the actions. One without a key is shown where it can be used, and to somebody who is `searching`.
fn actions(app: &App, searching: bool) -> impl Iterator<Item = Entry> {
    let context = app.context();
    app.tables.actions.iter().filter_map(move |action| {
        let able = (action.able)(&context);
        // A change without a key is in the menu of what it changes.
        let keyless = action.on.is_empty() && (searching || able.is_ok());
        if !keyless && app.keymap.key_for(action.name).is_none() {
            return None;
        }
        let tone = if able.is_ok() { Tone::Plain } else { Tone::Muted };
        let note = able.err().map(|why| format!("  not here: {why}")).unwrap_or_default();
        let keys = app.keymap.keys_for(action.name).join(" ");
        let what = Line::new().with(action.help, tone).with(note, Tone::Warn);
        Some((action.group, Line::new().with(keys, Tone::Busy), Line::new().with(action.title(), tone), what))
    })
}

/// Returns the commands of the configuration.
fn commands(app: &App) -> impl Iterator<Item = Entry> {
    app.commands.iter().map(|command| {
        let keys = app.keymap.keys_for(&Keymap::of_command(&command.name)).join(" ");
        let args: Vec<String> = command.args.iter().map(ToString::to_string).collect();
        let (name, what) = (Line::from(command.name.as_str()), Line::from(args.join(" ")));
        ("commands", Line::new().with(keys, Tone::Busy), name, what)
    })
}

fn in_sheets(app: &App) -> impl Iterator<Item = Entry> {
    SheetKey::ALL.iter().map(|key| {
        let keys = app.keymap.sheet_keys_for(*key).join(" ");
        ("in a sheet", Line::new().with(keys, Tone::Busy), Line::from(key.name()), Line::from(key.help()))
    })
}
