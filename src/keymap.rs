//! Keymaps: which key runs which action.
//!
//! A keymap file maps keys to the names of actions. The caller passes the known actions, so that an unknown name is an
//! error with a place.

mod bindings;
mod file;
mod key;
mod sheet_key;

use std::sync::Arc;

use crossterm::event::KeyEvent;

pub use key::{Key, typed};
pub use sheet_key::SheetKey;

use crate::config::{ConfigError, Find, Source, family};
use bindings::Bindings;
use file::File;

/// What a key press means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Press<A> {
    /// Run this action.
    Action(A),
    /// The key begins a chord. These are the keys that can follow, and what each leads to.
    Pending(Vec<(String, A)>),
    /// Nothing.
    None,
}

/// The bindings of keys to actions, and the keys of an unfinished chord.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keymap {
    /// The table `[keys]`: actions while no sheet is open.
    keys: Bindings<Arc<str>>,
    /// The table `[ask]`: actions while a sheet is open or a line is typed.
    ask: Bindings<SheetKey>,
}

impl Keymap {
    /// Reads a keymap and those it inherits from. `actions` are the names that `[keys]` may give a key to.
    ///
    /// # Errors
    /// When a file is not a keymap, names an unknown key or action, binds one key twice, or leaves the operator without
    /// a key to quit or to close a sheet.
    pub fn parse(source: &Source, actions: &[&str], find: Find<'_>) -> Result<Self, ConfigError> {
        let (mut keys, mut ask) = (Bindings::default(), Bindings::default());
        for (source, file) in family::<File>(source, find)? {
            let action = |name: &str| actions.contains(&name).then(|| Arc::from(name));
            file::lay(&mut keys.all, file.keys, &action, actions, &source)?;
            file::lay(&mut ask.all, file.ask, &SheetKey::named, SheetKey::NAMES, &source)?;
        }
        let without = |name: &str| {
            ConfigError::new(source.file.as_str(), format!("no key runs the action {name:?}"))
                .hint("add one, or start with inherits = \"default\"")
        };
        if actions.contains(&"quit") && keys.keys_of("quit").next().is_none() {
            return Err(without("quit"));
        }
        for needed in [SheetKey::Confirm, SheetKey::Cancel] {
            if ask.keys_of(needed.name()).next().is_none() {
                return Err(without(needed.name()));
            }
        }
        Ok(Self { keys, ask })
    }

    /// Looks up a key while no sheet is open. The keys of an unfinished chord are remembered. A key that does not
    /// continue the chord ends it and does nothing else.
    pub fn press(&mut self, event: KeyEvent) -> Press<Arc<str>> {
        self.ask.pending.clear();
        Key::of(event).map_or(Press::None, |key| self.keys.press(key))
    }

    /// The same while a sheet is open or a line is typed.
    pub fn press_in_sheet(&mut self, event: KeyEvent) -> Press<SheetKey> {
        self.keys.pending.clear();
        Key::of(event).map_or(Press::None, |key| self.ask.press(key))
    }

    /// The keys of an unfinished chord while no sheet is open, as text. Empty when there is none.
    #[must_use]
    pub fn pending(&self) -> String {
        shown(&self.keys.pending)
    }

    /// The first key that runs an action while no sheet is open.
    #[must_use]
    pub fn key_for(&self, action: &str) -> Option<String> {
        self.keys.keys_of(action).next().map(shown)
    }

    /// All keys that run an action while no sheet is open, in the order of the files.
    #[must_use]
    pub fn keys_for(&self, action: &str) -> Vec<String> {
        self.keys.keys_of(action).map(shown).collect()
    }

    /// The first key that runs an action in a sheet. Where a line is typed, keys that type a letter only type it.
    #[must_use]
    pub fn sheet_key_for(&self, key: SheetKey, types: bool) -> Option<String> {
        let works = |keys: &&[Key]| !types || keys.first().is_none_or(|key| key.character().is_none());
        self.ask.keys_of(key.name()).find(works).map(shown)
    }

    /// All keys that run an action in a sheet, in the order of the files.
    #[must_use]
    pub fn sheet_keys_for(&self, key: SheetKey) -> Vec<String> {
        self.ask.keys_of(key.name()).map(shown).collect()
    }
}

fn shown(keys: &[Key]) -> String {
    keys.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests;
