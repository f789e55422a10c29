//! Which key does what: read from files, asked with each key press.
//!
//! A file maps keys to the names of actions. The caller says which actions there are, so that a name that does nothing is
//! a mistake with a place.

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
    /// Do this.
    Action(A),
    /// More keys must follow: the next one, and what it leads to.
    Pending(Vec<(String, A)>),
    /// Nothing.
    None,
}

/// Keys to actions, and the keys of an unfinished chord.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keymap {
    /// `[keys]`: names of actions.
    keys: Bindings<Arc<str>>,
    /// `[ask]`: while a sheet is open or a line is typed.
    ask: Bindings<SheetKey>,
}

impl Keymap {
    /// Reads a keymap and those it inherits from. `actions` are the names that `[keys]` may give a key to.
    ///
    /// # Errors
    /// When a file is not a keymap, names an unknown key or action, gives one key two
    /// meanings, or leaves the operator without a key to get out.
    pub fn parse(source: &Source, actions: &[&str], find: Find<'_>) -> Result<Self, ConfigError> {
        let (mut keys, mut ask) = (Bindings::default(), Bindings::default());
        for (source, file) in family::<File>(source, find)? {
            let action = |name: &str| actions.contains(&name).then(|| Arc::from(name));
            file::lay(&mut keys.all, file.keys, &action, actions, &source)?;
            file::lay(&mut ask.all, file.ask, &SheetKey::named, SheetKey::NAMES, &source)?;
        }
        let without = |name: &str| {
            ConfigError::new(source.file.as_str(), format!("no key does {name:?}"))
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

    /// What this key means where no sheet is open. An unfinished chord is remembered; a key that does not belong to it
    /// ends it and does nothing else.
    pub fn press(&mut self, event: KeyEvent) -> Press<Arc<str>> {
        self.ask.pending.clear();
        Key::of(event).map_or(Press::None, |key| self.keys.press(key))
    }

    /// The same while a sheet is open or a line is typed.
    pub fn press_in_sheet(&mut self, event: KeyEvent) -> Press<SheetKey> {
        self.keys.pending.clear();
        Key::of(event).map_or(Press::None, |key| self.ask.press(key))
    }

    /// The keys of an unfinished chord where no sheet is open, as they are shown; empty when there is none.
    #[must_use]
    pub fn pending(&self) -> String {
        shown(&self.keys.pending)
    }

    /// The first of the keys that do this where no sheet is open.
    #[must_use]
    pub fn key_for(&self, action: &str) -> Option<String> {
        self.keys.keys_of(action).next().map(shown)
    }

    /// All keys that do this where no sheet is open, the oldest first.
    #[must_use]
    pub fn keys_for(&self, action: &str) -> Vec<String> {
        self.keys.keys_of(action).map(shown).collect()
    }

    /// The first of the keys that do this in a sheet. Where a line is typed in it, keys that type a letter do nothing else.
    #[must_use]
    pub fn sheet_key_for(&self, key: SheetKey, types: bool) -> Option<String> {
        let works = |keys: &&[Key]| !types || keys.first().is_none_or(|key| key.character().is_none());
        self.ask.keys_of(key.name()).find(works).map(shown)
    }

    /// All keys that do this in a sheet, the oldest first.
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
