//! One key: its notation in files, and its event in the terminal.

use std::fmt;

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

/// A key in one canonical form, so that two spellings of the same key are equal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Key {
    code: KeyCode,
    modifiers: KeyModifiers,
}

/// The names of keys without a character. The first name of a key is the one that is shown.
const NAMES: &[(&str, KeyCode)] = &[
    ("enter", KeyCode::Enter),
    ("return", KeyCode::Enter),
    ("esc", KeyCode::Esc),
    ("escape", KeyCode::Esc),
    ("space", KeyCode::Char(' ')),
    ("tab", KeyCode::Tab),
    ("backspace", KeyCode::Backspace),
    ("delete", KeyCode::Delete),
    ("del", KeyCode::Delete),
    ("insert", KeyCode::Insert),
    ("up", KeyCode::Up),
    ("down", KeyCode::Down),
    ("left", KeyCode::Left),
    ("right", KeyCode::Right),
    ("home", KeyCode::Home),
    ("end", KeyCode::End),
    ("page-up", KeyCode::PageUp),
    ("pageup", KeyCode::PageUp),
    ("pgup", KeyCode::PageUp),
    ("page-down", KeyCode::PageDown),
    ("pagedown", KeyCode::PageDown),
    ("pgdn", KeyCode::PageDown),
    ("minus", KeyCode::Char('-')),
];

const MODIFIERS: &[(&str, KeyModifiers)] =
    &[("ctrl-", KeyModifiers::CONTROL), ("alt-", KeyModifiers::ALT), ("shift-", KeyModifiers::SHIFT)];

impl Key {
    /// Parses a key: `ctrl-r`, `G`, `enter`, `shift-tab`, `f1`, `?`. The error describes the mistake.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let mut modifiers = KeyModifiers::NONE;
        let mut rest = text;
        while let Some((after, modifier)) = MODIFIERS.iter().find_map(|(name, modifier)| {
            let (head, after) = rest.split_at_checked(name.len())?;
            (head.eq_ignore_ascii_case(name) && !after.is_empty()).then_some((after, *modifier))
        }) {
            if modifiers.contains(modifier) {
                return Err(format!("{text:?} has the same modifier twice"));
            }
            modifiers |= modifier;
            rest = after;
        }
        let code = code(rest).ok_or_else(|| format!("{rest:?} is not a key"))?;
        let is_letter = matches!(code, KeyCode::Char(c) if c.is_alphabetic());
        let shifted = modifiers.contains(KeyModifiers::SHIFT);
        if shifted && modifiers.contains(KeyModifiers::CONTROL) && is_letter {
            return Err(format!("a terminal sends {text:?} without the shift"));
        }
        if shifted && matches!(code, KeyCode::Char(_)) && !is_letter {
            return Err(format!("write {text:?} as the character that it types"));
        }
        Ok(Self { code, modifiers }.normal())
    }

    /// Returns the key of a key press; `None` if a key was released.
    #[must_use]
    pub fn of(event: KeyEvent) -> Option<Self> {
        let key = Self { code: event.code, modifiers: event.modifiers };
        (event.kind != KeyEventKind::Release).then(|| key.normal())
    }

    /// Returns the character that this key types, if it types one.
    pub(super) fn character(self) -> Option<char> {
        match self {
            Self { code: KeyCode::Char(c), modifiers } if modifiers.is_empty() => Some(c),
            _ => None,
        }
    }

    /// Converts the different spellings of terminals and users to one form.
    fn normal(mut self) -> Self {
        self.modifiers &= KeyModifiers::CONTROL | KeyModifiers::ALT | KeyModifiers::SHIFT;
        if self.code == KeyCode::BackTab {
            self.code = KeyCode::Tab;
            self.modifiers |= KeyModifiers::SHIFT;
        } else if let KeyCode::Char(c) = self.code {
            let upper = self.modifiers.contains(KeyModifiers::SHIFT);
            self.modifiers -= KeyModifiers::SHIFT;
            if self.modifiers.contains(KeyModifiers::CONTROL) {
                self.code = KeyCode::Char(c.to_ascii_lowercase());
            } else if upper {
                self.code = KeyCode::Char(c.to_ascii_uppercase());
            }
        }
        self
    }
}

fn code(text: &str) -> Option<KeyCode> {
    let mut chars = text.chars();
    if let (Some(c), None) = (chars.next(), chars.next()) {
        return (!c.is_control() && c != ' ').then_some(KeyCode::Char(c));
    }
    let lower = text.to_ascii_lowercase();
    let function = lower.strip_prefix('f').and_then(|n| n.parse().ok()).filter(|n| (1..=24).contains(n));
    let named = NAMES.iter().find(|(name, _)| *name == lower).map(|(_, code)| *code);
    named.or(function.map(KeyCode::F))
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, modifier) in MODIFIERS {
            if self.modifiers.contains(*modifier) {
                f.write_str(name)?;
            }
        }
        let named = NAMES.iter().find(|(name, code)| *code == self.code && *name != "minus");
        match (named, self.code) {
            (Some((name, _)), _) => f.write_str(name),
            (None, KeyCode::Char(c)) => write!(f, "{c}"),
            (None, KeyCode::F(n)) => write!(f, "f{n}"),
            (None, code) => write!(f, "{code}"),
        }
    }
}

/// Returns the character that a key types into a field, if it types one.
#[must_use]
pub fn typed(event: KeyEvent) -> Option<char> {
    Key::of(event)?.character()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{cases, mutated};

    #[test]
    fn keys_are_equal_however_they_are_written() {
        let same = [
            ("ctrl-c", "Ctrl-C"),
            ("shift-g", "G"),
            ("return", "enter"),
            ("PgUp", "page-up"),
            ("F1", "f1"),
            ("alt-ctrl-x", "ctrl-alt-X"),
            ("minus", "-"),
            ("ctrl--", "ctrl-minus"),
        ];
        for (a, b) in same {
            assert_eq!(Key::parse(a), Key::parse(b), "{a} {b}");
        }
        assert_ne!(Key::parse("g"), Key::parse("G"));
        assert_ne!(Key::parse("alt-g"), Key::parse("alt-G"));
    }

    #[test]
    fn what_is_no_key() {
        for text in ["", "ab", "ctrl-", "f0", "f25", "ctrl-ctrl-a", "shift-1", "ctrl-shift-a", "hyper-a", " "] {
            assert!(Key::parse(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn keys_read_as_they_are_shown() {
        for text in ["ctrl-r", "G", "?", ":", "enter", "esc", "space", "shift-tab", "f12", "page-down", "alt-x", "-"] {
            assert_eq!(Key::parse(text).unwrap().to_string(), text);
        }
    }

    #[test]
    fn events_are_the_keys_that_they_come_from() {
        let event = |code, modifiers| Key::of(KeyEvent::new(code, modifiers));
        let cases = [
            (KeyCode::Char('G'), KeyModifiers::SHIFT, "G"),
            (KeyCode::Char('g'), KeyModifiers::SHIFT, "G"),
            (KeyCode::Char('?'), KeyModifiers::SHIFT, "?"),
            (KeyCode::BackTab, KeyModifiers::SHIFT, "shift-tab"),
            (KeyCode::BackTab, KeyModifiers::NONE, "shift-tab"),
            (KeyCode::Char('C'), KeyModifiers::CONTROL, "ctrl-c"),
        ];
        for (code, modifiers, text) in cases {
            assert_eq!(event(code, modifiers), Key::parse(text).ok(), "{text}");
        }
        let released = KeyEvent::new_with_kind(KeyCode::Enter, KeyModifiers::NONE, KeyEventKind::Release);
        assert_eq!(Key::of(released), None);
        assert_eq!(typed(KeyEvent::from(KeyCode::Char('A'))), Some('A'));
        assert_eq!(typed(KeyEvent::new(KeyCode::Char('a'), KeyModifiers::CONTROL)), None);
        assert_eq!(typed(KeyEvent::from(KeyCode::Enter)), None);
    }

    #[test]
    fn any_text_is_a_key_that_reads_the_same_again_or_none() {
        for (seed, mut random) in cases(500) {
            let text = mutated(&mut random, &["ctrl-x", "alt-shift-tab", "f12", "pgdn", "é", "-", "ctrl--"]);
            if let Ok(key) = Key::parse(&text) {
                assert_eq!(Key::parse(&key.to_string()), Ok(key), "seed {seed}: {text:?}");
            }
        }
    }
}
