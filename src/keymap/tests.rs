use crossterm::event::{KeyCode, KeyModifiers};

use super::*;

const ACTIONS: &[&str] = &[
    "quit",
    "help",
    "login",
    "wallboard",
    "palette",
    "back",
    "open",
    "filter",
    "next-match",
    "previous-match",
    "facts-down",
    "facts-up",
    "up",
    "down",
    "page-up",
    "page-down",
    "top",
    "bottom",
    "left",
    "right",
    "previous-place",
    "next-place",
    "next-pane",
    "previous-pane",
    "home",
    "data",
    "training",
    "registry",
    "endpoints",
    "alarms",
    "activity",
    "inbox",
    "automation",
    "sources",
    "accounts",
    "problems",
    "sort",
    "reverse",
    "columns",
    "refresh",
    "times",
    "zoom",
    "mark",
    "diff",
    "cause",
    "before",
    "copy",
    "copy-menu",
    "export",
    "messages",
    "logs",
    "first-error",
    "wrap",
    "event-kind",
    "event-age",
    "seen",
    "acknowledge",
    "undo",
    "charts",
    "menu",
    "shorter",
    "longer",
    "compare",
    "approve",
    "reject",
    "retrain",
    "rollback",
    "menu",
    "scaling",
    "pause",
    "step",
    "step-back",
    "jump",
    "faster",
    "slower",
    "themes",
    "mouse",
    "suspend",
];

fn source(name: &str, text: &str) -> Source {
    Source { file: format!("keymaps/{name}.toml"), text: text.to_owned() }
}

fn find(name: &str, _: &Source) -> Result<Source, ConfigError> {
    match name {
        "default" => Ok(source(name, include_str!("../../keymaps/default.toml"))),
        "vim" => Ok(source(name, include_str!("../../keymaps/vim.toml"))),
        "emacs" => Ok(source(name, include_str!("../../keymaps/emacs.toml"))),
        _ => Err(ConfigError::new("", format!("there is no keymap {name:?}"))),
    }
}

fn bundled(name: &str) -> Keymap {
    Keymap::parse(&find(name, &source("", "")).unwrap(), ACTIONS, &find).unwrap()
}

fn parsed(text: &str) -> Result<Keymap, ConfigError> {
    Keymap::parse(&source("x", text), ACTIONS, &find)
}

fn char(c: char) -> KeyEvent {
    KeyEvent::from(KeyCode::Char(c))
}

#[test]
fn every_action_has_a_key_in_every_bundled_keymap() {
    for name in ["default", "vim", "emacs"] {
        let keymap = bundled(name);
        for action in ACTIONS {
            assert!(!keymap.keys_for(action).is_empty(), "{name}: {action}");
        }
        for key in SheetKey::ALL {
            assert!(!keymap.sheet_keys_for(*key).is_empty(), "{name}: {}", key.name());
        }
    }
}

#[test]
fn a_key_means_an_action() {
    let mut keymap = bundled("default");
    assert_eq!(keymap.press(char('b')), Press::Action("rollback".into()));
    assert_eq!(keymap.press_in_sheet(char('b')), Press::None);
    assert_eq!(keymap.press_in_sheet(KeyCode::Enter.into()), Press::Action(SheetKey::Confirm));
    let interrupt = KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL);
    assert_eq!(keymap.press(interrupt), Press::Action("quit".into()));
    assert_eq!(keymap.keys_for("down"), ["down", "j"]);
}

#[test]
fn the_key_that_a_sheet_names_works_there() {
    let keymap = bundled("default");
    assert_eq!(keymap.sheet_key_for(SheetKey::CopyCall, false).as_deref(), Some("c"));
    assert_eq!(keymap.sheet_key_for(SheetKey::CopyCall, true).as_deref(), Some("ctrl-y"), "a letter would be typed");
    assert_eq!(keymap.sheet_key_for(SheetKey::Filter, true), None);
    let mine = parsed("inherits = \"default\"\n[ask]\nctrl-y = \"none\"\nf5 = \"copy-call\"\n").unwrap();
    assert_eq!(mine.sheet_key_for(SheetKey::CopyCall, true).as_deref(), Some("f5"));
    let vim = bundled("vim");
    assert_eq!(vim.sheet_key_for(SheetKey::Top, false).as_deref(), Some("home"));
    assert_eq!(vim.sheet_keys_for(SheetKey::Top), ["home", "g g"]);
}

#[test]
fn a_chord_waits_for_its_end() {
    let mut keymap = bundled("vim");
    let Press::Pending(follow) = keymap.press(char('g')) else { panic!("g begins a chord") };
    let follow: Vec<(&str, &str)> = follow.iter().map(|(key, action)| (key.as_str(), &**action)).collect();
    assert_eq!(follow, [("g", "top"), ("t", "next-pane"), ("T", "previous-pane")]);
    assert_eq!(keymap.pending(), "g");
    assert_eq!(keymap.press(char('g')), Press::Action("top".into()));
    assert_eq!(keymap.pending(), "");

    keymap.press(char('g'));
    assert_eq!(keymap.press(char('b')), Press::None, "a stray key ends the chord and acts not");
    assert_eq!(keymap.press(char('b')), Press::Action("rollback".into()));

    keymap.press(char('g'));
    assert_eq!(keymap.press_in_sheet(char('j')), Press::Action(SheetKey::ScrollDown), "a sheet forgets the chord");
}

#[test]
fn a_file_builds_on_another() {
    let mut mine =
        parsed("inherits = \"vim\"\n[keys]\nx = \"none\"\n\"Ctrl-R\" = \"retrain\"\ng = \"bottom\"\n").unwrap();
    assert_eq!(mine.press(char('x')), Press::None);
    assert_eq!(mine.press(char('g')), Press::Action("bottom".into()), "a key takes the place of chords");
    assert_eq!(mine.keys_for("retrain"), ["r", "ctrl-r"]);
    assert!(mine.keys_for("refresh").is_empty());
}

/// The text of a file, the line and column of its mistake, a part of the message, and a part of the hint.
const MISTAKES: &[(&str, usize, usize, &str, &str)] = &[
    ("inherits = \"default\"\n[keys]\nz = \"aprove\"", 3, 5, "no action \"aprove\"", "mean \"approve\"? All are: quit"),
    ("inherits = \"default\"\n[ask]\nz = \"quit\"", 3, 5, "no action \"quit\" in this table", "one of: confirm"),
    (
        "inherits = \"default\"\n[keys]\nctrl-c = \"quit\"\nCtrl-C = \"back\"",
        4,
        1,
        "same key as \"ctrl-c\" in line 3",
        "",
    ),
    ("inherits = \"default\"\n[keys]\na = \"quit\"\na = \"back\"", 4, 1, "duplicate key", ""),
    ("inherits = \"default\"\n[keys]\n\"g g\" = \"top\"\ng = \"bottom\"", 4, 1, "\"g g\" can never be pressed", ""),
    ("inherits = \"default\"\n[keys]\nab = \"quit\"", 3, 1, "\"ab\" is not a key", "one character"),
    ("inherits = \"default\"\n[keys]\n\"\" = \"quit\"", 3, 1, "the key is empty", "one character"),
    ("inherits = \"defualt\"\n", 1, 12, "no keymap \"defualt\"", ""),
    ("[key]\n", 1, 2, "unknown field `key`", "\"keys\""),
    ("[keys]\nq = 7", 2, 5, "invalid type", ""),
    ("[keys]\na = \"open\"", 0, 0, "no key runs the action \"quit\"", "inherits"),
    (
        "inherits = \"default\"\n[ask]\nesc = \"none\"\nctrl-c = \"none\"\nq = \"none\"",
        0,
        0,
        "no key runs the action \"cancel\"",
        "inherits",
    ),
];

#[test]
fn mistakes_have_a_place_and_a_way_on() {
    for (text, line, column, message, hint) in MISTAKES {
        let error = parsed(text).expect_err(text);
        assert_eq!((error.line, error.column), (*line, *column), "{error}");
        assert!(error.message.contains(message), "{error}");
        assert!(error.hint.clone().unwrap_or_default().contains(hint), "{error}");
    }
}
