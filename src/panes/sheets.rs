//! The contents of sheets above the screen: one file for each kind.

mod chooser;
mod column_picker;
mod comparison;
mod form;
mod help;
mod menu;
mod notice;
mod output;
mod palette;
mod pick;
mod plan;
mod plan_table;
mod properties;
mod theme_picker;

use crate::app::{Account, App, Modal};
use crate::fmt;
use crate::keymap::SheetKey;
use crate::view::{KeyHint, Line, Sheet, SheetRow, Tone};

/// Builds the open sheet.
pub(super) fn sheet(app: &App, modal: &Modal) -> Sheet {
    match modal {
        Modal::Help(it) => help::help(app, it),
        Modal::Palette(it) => palette::palette(app, it),
        Modal::Form(it) => form::form(app, it),
        Modal::Pick(it) => pick::pick(app, it),
        Modal::Menu(it) => menu::menu(app, it),
        Modal::Chooser(it) => chooser::chooser(app, it),
        Modal::Planning(it) => plan::planning(app, it),
        Modal::Ask(it) => plan::ask(app, it),
        Modal::Notice(it) => notice::notice(app, it),
        Modal::Properties(it) => properties::properties(app, it),
        Modal::Output(it) => output::output(app, it),
        Modal::ThemePicker(it) => theme_picker::theme_picker(app, it),
        Modal::Comparison(it) => comparison::comparison(app, it),
        Modal::ColumnPicker(it) => column_picker::column_picker(app, *it),
    }
}

/// Returns the keys that work in a sheet, with their effect there. While a line is edited, letters are typed into it. Two
/// keys with one effect, such as up and down, are one hint.
fn keys(app: &App, types: bool, wanted: &[(SheetKey, &str)]) -> Vec<KeyHint> {
    let hint = |(does, label): &(SheetKey, &str)| {
        let key = app.keymap.sheet_key_for(*does, types)?;
        let (label, action) = ((*label).to_owned(), does.name().to_owned());
        Some(KeyHint { key, label, action, works: true, kept: true })
    };
    let mut hints: Vec<KeyHint> = Vec::new();
    for hint in wanted.iter().filter_map(hint) {
        match hints.last_mut().filter(|last| last.label == hint.label) {
            Some(last) => last.key = format!("{}/{}", last.key, hint.key),
            None => hints.push(hint),
        }
    }
    hints
}

/// Shows the account and region of a write, if several accounts are watched.
fn place(app: &App) -> Option<SheetRow> {
    let Account { name, tone, region, .. } = app.several().then_some(&app.here)?;
    let line = Line::new().muted("In     ").with(name, if *tone == Tone::Plain { Tone::Strong } else { *tone });
    let line = match app.here.identity() {
        Some(me) => line.plain(format!("  {}", fmt::account(&me.account))).muted(format!("  as {}", me.short())),
        None => line,
    };
    Some(SheetRow::Text(if name == region { line } else { line.plain(format!("  {region}")) }))
}
