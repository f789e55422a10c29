//! What sheets over the screen show: one file for each kind.

mod form;
mod help;
mod notice;
mod palette;
mod pick;
mod plan;

use crate::app::{Account, App, Modal};
use crate::fmt;
use crate::keymap::SheetKey;
use crate::view::{KeyHint, Line, Sheet, SheetRow, Tone};

/// The sheet of what is open.
pub(super) fn sheet(app: &App, modal: &Modal) -> Sheet {
    match modal {
        Modal::Help(it) => help::help(app, it),
        Modal::Palette(it) => palette::palette(app, it),
        Modal::Form(it) => form::form(app, it),
        Modal::Pick(it) => pick::pick(app, it),
        Modal::Planning(it) => plan::planning(app, it),
        Modal::Ask(it) => plan::ask(app, it),
        Modal::Notice(it) => notice::notice(app, it),
    }
}

/// The keys of the keymap that work in a sheet, and what they do there. Where a line is typed letters do nothing else.
fn keys(app: &App, types: bool, wanted: &[(SheetKey, &str)]) -> Vec<KeyHint> {
    let hint = |(does, label): &(SheetKey, &str)| {
        let key = app.keymap.sheet_key_for(*does, types)?;
        let (label, action) = ((*label).to_owned(), does.name().to_owned());
        Some(KeyHint { key, label, action, works: true, kept: true })
    };
    wanted.iter().filter_map(hint).collect()
}

/// Where it would be sent to, where that is not a matter of course.
fn place(app: &App) -> Option<SheetRow> {
    let Account { name, tone, region, .. } = app.several().then_some(&app.here)?;
    let line = Line::new().muted("In     ").with(name, if *tone == Tone::Plain { Tone::Strong } else { *tone });
    let line = match app.here.identity() {
        Some(me) => line.plain(format!("  {}", fmt::account(&me.account))).muted(format!("  as {}", me.short())),
        None => line,
    };
    Some(SheetRow::Text(if name == region { line } else { line.plain(format!("  {region}")) }))
}
