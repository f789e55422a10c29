//! Which key does what: read from files, asked with each key press.
//!
//! A file maps keys to the names of actions. What actions there are is told by
//! the caller, so that a name that does nothing is a mistake with a place.

mod file;
mod key;
mod sheet_key;

use crossterm::event::KeyEvent;

pub use key::{Key, typed};
pub use sheet_key::SheetKey;

use crate::config::{ConfigError, Find, Source, family};
use file::File;

/// Which keys are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mode {
    /// `[keys]`: moving and acting.
    Keys,
    /// `[ask]`: while a sheet waits for an answer.
    Ask,
}

/// The names of all actions, for each of the tables.
#[derive(Debug, Clone, Copy)]
pub struct Actions {
    /// Those of `[keys]`.
    pub keys: &'static [&'static str],
    /// Those of `[ask]`.
    pub ask: &'static [&'static str],
}

/// What a key press means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Press {
    /// Do this.
    Action(&'static str),
    /// More keys must follow: the next one, and what it leads to.
    Pending(Vec<(String, &'static str)>),
    /// Nothing.
    None,
}

/// Keys, one after the other, and the action that they do.
type Binding = (Vec<Key>, &'static str);

/// Keys to actions, and the keys of an unfinished chord.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keymap {
    keys: Vec<Binding>,
    ask: Vec<Binding>,
    pending: Option<(Mode, Vec<Key>)>,
}

impl Keymap {
    /// Reads a keymap and those it inherits from.
    ///
    /// # Errors
    /// When a file is not a keymap, names an unknown key or action, gives one key two
    /// meanings, or leaves the operator without a key to get out.
    pub fn parse(source: &Source, actions: Actions, find: Find<'_>) -> Result<Self, ConfigError> {
        let (mut keys, mut ask) = (Vec::new(), Vec::new());
        for (source, file) in family::<File>(source, find)? {
            file::lay(&mut keys, file.keys, actions.keys, &source)?;
            file::lay(&mut ask, file.ask, actions.ask, &source)?;
        }
        let needed = [(&keys, actions.keys, "quit"), (&ask, actions.ask, "confirm"), (&ask, actions.ask, "cancel")];
        for (table, known, name) in needed {
            if known.contains(&name) && !table.iter().any(|(_, action)| *action == name) {
                return Err(ConfigError::new(source.file.as_str(), format!("no key does {name:?}"))
                    .hint("add one, or start with inherits = \"default\""));
            }
        }
        Ok(Self { keys, ask, pending: None })
    }

    /// What this key means now. An unfinished chord is remembered; a key that does not
    /// belong to it ends it and does nothing else.
    pub fn press(&mut self, mode: Mode, event: KeyEvent) -> Press {
        let Some(key) = Key::of(event) else {
            return Press::None;
        };
        let mut chord = match self.pending.take() {
            Some((before, chord)) if before == mode => chord,
            _ => Vec::new(),
        };
        chord.push(key);
        let mut follow = Vec::new();
        for (keys, action) in self.table(mode) {
            match keys.strip_prefix(chord.as_slice()) {
                Some([]) => return Press::Action(action),
                Some(rest) => follow.push((shown(rest), *action)),
                None => {}
            }
        }
        if follow.is_empty() {
            return Press::None;
        }
        self.pending = Some((mode, chord));
        Press::Pending(follow)
    }

    /// The keys of an unfinished chord, as they are shown; empty when there is none.
    #[must_use]
    pub fn pending(&self) -> String {
        self.pending.as_ref().map(|(_, chord)| shown(chord)).unwrap_or_default()
    }

    /// The first of the keys that do this where no sheet is open.
    #[must_use]
    pub fn key_for(&self, action: &str) -> Option<String> {
        self.keys.iter().find(|(_, a)| *a == action).map(|(keys, _)| shown(keys))
    }

    /// The first of the keys that do this in a sheet. Where a line is typed in it, keys that type a letter do nothing else.
    #[must_use]
    pub fn sheet_key_for(&self, action: &str, types: bool) -> Option<String> {
        let works = |keys: &[Key]| !types || keys.first().is_none_or(|key| key.character().is_none());
        self.ask.iter().find(|(keys, a)| *a == action && works(keys)).map(|(keys, _)| shown(keys))
    }

    /// The keys of a table that do this, the oldest first.
    #[must_use]
    pub fn keys_for(&self, mode: Mode, action: &str) -> Vec<String> {
        self.table(mode).iter().filter(|(_, a)| *a == action).map(|(keys, _)| shown(keys)).collect()
    }

    /// All keys of a table with what they do, in the order of the files.
    pub fn bindings(&self, mode: Mode) -> impl Iterator<Item = (String, &'static str)> {
        self.table(mode).iter().map(|(keys, action)| (shown(keys), *action))
    }

    fn table(&self, mode: Mode) -> &[Binding] {
        match mode {
            Mode::Keys => &self.keys,
            Mode::Ask => &self.ask,
        }
    }
}

fn shown(keys: &[Key]) -> String {
    if let [key] = keys {
        return key.to_string();
    }
    keys.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests;
