//! One table of a keymap: keys and the actions that they run.

use std::sync::Arc;

use super::{Key, Press, SheetKey, shown};

/// An action that a key can run, with the name that keymaps use for it.
pub(super) trait Named: Clone {
    /// Returns its name.
    fn name(&self) -> &str;
}

impl Named for Arc<str> {
    fn name(&self) -> &str {
        self
    }
}

impl Named for SheetKey {
    fn name(&self) -> &str {
        SheetKey::name(*self)
    }
}

/// Keys with their actions, in the order of the files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Bindings<A> {
    pub(super) all: Vec<(Vec<Key>, A)>,
    /// The keys of an unfinished chord.
    pub(super) pending: Vec<Key>,
}

impl<A> Default for Bindings<A> {
    fn default() -> Self {
        Self { all: Vec::new(), pending: Vec::new() }
    }
}

impl<A: Named> Bindings<A> {
    /// Looks up a key after the keys of the unfinished chord. It continues the chord or ends it.
    pub(super) fn press(&mut self, key: Key) -> Press<A> {
        let mut chord = std::mem::take(&mut self.pending);
        chord.push(key);
        let mut follow = Vec::new();
        for (keys, action) in &self.all {
            match keys.strip_prefix(chord.as_slice()) {
                Some([]) => return Press::Action(action.clone()),
                Some(rest) => follow.push((shown(rest), action.clone())),
                None => {}
            }
        }
        if follow.is_empty() {
            return Press::None;
        }
        self.pending = chord;
        Press::Pending(follow)
    }

    /// Does something begin with this key, or is it a part of a chord?
    pub(super) fn knows(&self, key: Key) -> bool {
        self.all.iter().any(|(keys, _)| keys.contains(&key))
    }

    /// Returns the keys that run an action, in the order of the files.
    pub(super) fn keys_of(&self, name: &str) -> impl Iterator<Item = &[Key]> {
        self.all.iter().filter(move |(_, action)| action.name() == name).map(|(keys, _)| keys.as_slice())
    }
}
