//! The help: every action with its keys, and why it does nothing here.

use super::keys;
use crate::app::{App, Filter, Help};
use crate::keymap::SheetKey::{self, Cancel, Filter as Look, PageDown, ScrollDown};
use crate::view::{Line, Sheet, SheetRow, Tone, width};

const SIGNS: &str = "✓ ok   ▲ degraded   ✗ broken   ◐ running   ⧖ waits   ◌ unknown   – nothing there";

/// Keys, name, and what it does, with the reason why not here.
type Entry = (&'static str, Line, Line, Line);

pub(super) fn help(app: &App, help: &Help) -> Sheet {
    let filter = Filter::new(&help.filter, &[]);
    let said = |(_, keys, name, what): &Entry| format!("{} {} {}", keys.text(), name.text(), what.text());
    let entries = actions(app).chain(in_sheets(app)).filter(|entry| filter.keeps("", || said(entry)));
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
        rows.push(SheetRow::Text(Line::new().with(format!("no match for {:?}", help.filter), Tone::Warn)));
    }
    rows.extend([SheetRow::Rule, SheetRow::Text(Line::new().muted(SIGNS))]);
    let wanted = [(ScrollDown, "scroll"), (PageDown, "page"), (Look, "filter"), (Cancel, "close")];
    let typed = [("enter", "keep"), ("esc", "drop")].map(|(key, what)| (key.to_owned(), what.to_owned()));
    Sheet {
        title: Line::from("keys"),
        width: 100,
        rows,
        pinned: line(help),
        scroll: help.scroll,
        keys: if help.typing { typed.to_vec() } else { keys(app, false, &wanted) },
        ..Sheet::default()
    }
}

/// The filter, while there is one.
fn line(help: &Help) -> Vec<SheetRow> {
    if help.filter.is_empty() && !help.typing {
        return Vec::new();
    }
    let cursor = help.typing.then(|| width(&help.filter));
    let field = SheetRow::Field { label: "/".into(), value: help.filter.clone(), cursor, hint: Line::new() };
    vec![SheetRow::Rule, field]
}

fn actions(app: &App) -> impl Iterator<Item = Entry> {
    let context = app.context();
    app.tables.actions.iter().map(move |action| {
        let able = (action.able)(&context);
        let tone = if able.is_ok() { Tone::Plain } else { Tone::Muted };
        let note = able.err().map(|why| format!("  not here: {why}")).unwrap_or_default();
        let keys = app.keymap.keys_for(action.name).join(" ");
        let what = Line::new().with(action.help, tone).with(note, Tone::Warn);
        (action.group, Line::new().with(keys, Tone::Busy), Line::new().with(action.name, tone), what)
    })
}

fn in_sheets(app: &App) -> impl Iterator<Item = Entry> {
    SheetKey::ALL.iter().map(|key| {
        let keys = app.keymap.sheet_keys_for(*key).join(" ");
        ("in a sheet", Line::new().with(keys, Tone::Busy), Line::from(key.name()), Line::from(key.help()))
    })
}
