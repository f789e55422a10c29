//! Keymaps: the mapping from keys to actions.
//!
//! A keymap file maps keys to the names of actions. The caller passes the known actions, so that an error can show the
//! place of an unknown name.

mod bindings;
mod file;
mod key;
mod sheet_key;

use std::sync::Arc;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

pub use key::{Key, typed};
pub use sheet_key::SheetKey;

use crate::config::{Command, ConfigError, Find, Source, Spanned, family};
use bindings::Bindings;
pub(crate) use file::File;

/// The beginning of the name by which the keymap knows a command of the configuration.
const COMMAND: &str = "command ";

/// The meaning of a key press.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Press<A> {
    /// The key runs this action.
    Action(A),
    /// The key begins a chord. These are the keys that can follow, with their actions.
    Pending(Vec<(String, A)>),
    /// The key does nothing.
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
    /// Reads a keymap and those it inherits from. `actions` are the names that `[keys]` may bind.
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

    /// Returns the name by which the keymap knows a command of the configuration. No action has such a name.
    #[must_use]
    pub fn of_command(name: &str) -> String {
        format!("{COMMAND}{name}")
    }

    /// Returns the name of the command of the configuration, if this is the name of one.
    #[must_use]
    pub fn command_of(action: &str) -> Option<&str> {
        action.strip_prefix(COMMAND)
    }

    /// Binds the keys of the commands of the configuration.
    ///
    /// # Errors
    /// When a text is no key, or the key runs something else; with its place in the file.
    pub fn bind(&mut self, commands: &[Command], source: &Source) -> Result<(), ConfigError> {
        for command in commands {
            let Some((text, span)) = &command.key else { continue };
            let keys = file::chord(&Spanned::new(span.clone(), text.clone()), source)?;
            let clashes = |(other, _): &&(Vec<Key>, Arc<str>)| other.starts_with(&keys) || keys.starts_with(other);
            if let Some((other, action)) = self.keys.all.iter().find(clashes) {
                let runs = Self::command_of(action).unwrap_or(action);
                let message = format!("the key {text:?} is taken: {} runs {runs}", shown(other));
                let hint = "choose another key, or set the key to \"none\" in a keymap of your own";
                return Err(ConfigError::at(source, span.clone(), message).hint(hint));
            }
            self.keys.all.push((keys, Arc::from(Self::of_command(&command.name))));
        }
        Ok(())
    }

    /// Looks up a key while no sheet is open. The keys of an unfinished chord are remembered. A key that does not
    /// continue the chord ends it and does nothing else.
    pub fn press(&mut self, event: KeyEvent) -> Press<Arc<str>> {
        self.ask.pending.clear();
        Key::of(event).map_or(Press::None, |key| self.keys.press(key))
    }

    /// Returns the key behind `esc`, if the two arrived together: they look like the key with `alt`, which is meant only if
    /// something is bound to it.
    #[must_use]
    pub fn behind_escape(&self, event: KeyEvent) -> Option<KeyEvent> {
        // An arrow with `alt` has a sequence of its own. Only a character is a single byte behind that of `esc`.
        let together = event.modifiers.contains(KeyModifiers::ALT) && matches!(event.code, KeyCode::Char(_));
        let key = Key::of(event).filter(|_| together)?;
        let is_bound = self.keys.knows(key) || self.ask.knows(key);
        let modifiers = event.modifiers.difference(KeyModifiers::ALT);
        (!is_bound).then_some(KeyEvent { modifiers, ..event })
    }

    /// Looks up a key while a sheet is open or a line is typed.
    pub fn press_in_sheet(&mut self, event: KeyEvent) -> Press<SheetKey> {
        self.keys.pending.clear();
        Key::of(event).map_or(Press::None, |key| self.ask.press(key))
    }

    /// Returns the keys of an unfinished chord while no sheet is open, as text. It is empty if there is no chord.
    #[must_use]
    pub fn pending(&self) -> String {
        shown(&self.keys.pending)
    }

    /// Returns the first key that runs an action while no sheet is open.
    #[must_use]
    pub fn key_for(&self, action: &str) -> Option<String> {
        self.keys.keys_of(action).next().map(shown)
    }

    /// Returns all keys that run an action while no sheet is open, in the order of the files.
    #[must_use]
    pub fn keys_for(&self, action: &str) -> Vec<String> {
        self.keys.keys_of(action).map(shown).collect()
    }

    /// Returns the first key that runs an action in a sheet. While a line is typed, keys with a character only type it.
    #[must_use]
    pub fn sheet_key_for(&self, key: SheetKey, types: bool) -> Option<String> {
        let works = |keys: &&[Key]| !types || keys.first().is_none_or(|key| key.character().is_none());
        self.ask.keys_of(key.name()).find(works).map(shown)
    }

    /// Returns all keys that run an action in a sheet, in the order of the files.
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
