//! The files of the program: themes, keymaps, and the table of keys in the documents.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::{env, fs};

use sagetop::app::Action;
use sagetop::assets::{Assets, KEYMAPS, THEMES};
use sagetop::keymap::{Keymap, SheetKey};
use sagetop::theme::Level;
use sagetop::update::{ACTIONS, NAMES};

/// The actions that are too rare for a key; the palette has them.
const PALETTE_ONLY: &[&str] =
    &["left-off", "override-freeze", "export-csv", "export-json", "save-svg", "save-text", "tour"];

/// The actions of services that are not in the default build. The table of the documents leaves them out.
const BEYOND_DEFAULT: &[&str] = &["start-automation"];

/// The actions that a console needs, whatever its keymap is.
const NEEDED: &[&str] = &["quit", "help", "palette", "back", "up", "down"];

fn path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn keymap(name: &str) -> Keymap {
    Assets::default().keymap(name, NAMES).unwrap_or_else(|e| panic!("{e}"))
}

/// Returns the name and text of each TOML file in a folder.
fn files(folder: &str) -> BTreeSet<(String, String)> {
    let files = fs::read_dir(path(folder)).unwrap().map(|file| file.unwrap().path());
    let name = |path: &PathBuf| path.file_stem().unwrap().to_str().unwrap().to_owned();
    files.map(|path| (name(&path), fs::read_to_string(&path).unwrap())).collect()
}

fn built_in(table: &[(&str, &str)]) -> BTreeSet<(String, String)> {
    table.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
}

#[test]
fn every_file_has_its_line_in_assets_and_loads() {
    assert_eq!(files("themes"), built_in(THEMES));
    assert_eq!(files("keymaps"), built_in(KEYMAPS));
    for (name, _) in THEMES {
        for level in [Level::None, Level::Ansi, Level::Indexed, Level::True] {
            let theme = Assets::default().theme(name, level);
            assert!(theme.is_ok(), "{theme:?}");
        }
    }
    for (name, _) in KEYMAPS {
        let keymap = keymap(name);
        let missing: Vec<&&str> = NEEDED.iter().filter(|action| keymap.keys_for(action).is_empty()).collect();
        assert!(missing.is_empty(), "{name} has no key for {missing:?}");
    }
}

#[test]
fn every_action_has_a_key_or_is_known_to_have_none() {
    let keymap = keymap("default");
    // A change of a certain kind of thing is in the menu of that thing.
    let in_menus = |action: &&Action| action.writes() && !action.on.is_empty();
    let names = ACTIONS.iter().filter(|action| !in_menus(action)).map(|action| action.name);
    let actions = names.filter(|name| keymap.keys_for(name).is_empty());
    let in_sheets = SheetKey::ALL.iter().filter(|key| keymap.sheet_keys_for(**key).is_empty()).map(|key| key.name());
    let unbound: Vec<&str> = actions.chain(in_sheets).collect();
    assert_eq!(unbound, PALETTE_ONLY);
}

/// Returns the keys of an action in the form of the table.
fn keys(keymap: &Keymap, action: &str) -> String {
    let keys = keymap.keys_for(action);
    // A bar would end the cell of the table, so it is escaped.
    keys.iter().map(|key| format!("`{}`", key.replace('|', "\\|"))).collect::<Vec<_>>().join(" ")
}

/// Returns the table of keys, from the actions and the keymaps that are built in.
fn table() -> String {
    let (default, vim, emacs) = (keymap("default"), keymap("vim"), keymap("emacs"));
    let mut text =
        "| default | vim, where it differs | emacs, where it differs | action | |\n|---|---|---|---|---|\n".to_owned();
    for action in ACTIONS.iter().filter(|action| !BEYOND_DEFAULT.contains(&action.name)) {
        let own = keys(&default, action.name);
        let [vim, emacs] = [&vim, &emacs]
            .map(|other| keys(other, action.name))
            .map(|other| if other == own { String::new() } else { other });
        let _ = writeln!(text, "| {own} | {vim} | {emacs} | {} | {} |", action.name, action.help);
    }
    text
}

#[test]
fn the_table_of_keys_in_the_documents_is_current() {
    let (begin, end) = ("<!-- keys:begin -->\n", "<!-- keys:end -->");
    let file = path("docs/console.md");
    let page = fs::read_to_string(&file).unwrap();
    let (before, rest) = page.split_once(begin).unwrap();
    let (found, after) = rest.split_once(end).unwrap();
    let wanted = table();
    if env::var_os("UPDATE_GOLDENS").is_some_and(|v| v == "1") {
        fs::write(&file, format!("{before}{begin}{wanted}{end}{after}")).unwrap();
        return;
    }
    assert!(found == wanted, "docs/console.md has other keys (UPDATE_GOLDENS=1 writes them):\n{wanted}");
}
