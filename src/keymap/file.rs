//! The file of a keymap: parsed, checked, and merged with what it inherits.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{Key, shown};
use crate::config::{ConfigError, Inherits, Source, Spanned, nearest};

/// The action that removes an inherited key.
const NONE: &str = "none";

/// The keys with the names of their actions, as they are in the file.
type Written = BTreeMap<Spanned<String>, Spanned<String>>;

/// One file as the user wrote it.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(crate) struct File {
    /// The keymap that this one changes.
    inherits: Option<Spanned<String>>,
    /// The action of each key, such as `ctrl-d = "page-down"`. `none` takes a key away.
    #[serde(default)]
    pub(super) keys: Written,
    /// The keys of sheets that ask something.
    #[serde(default)]
    pub(super) ask: Written,
}

impl Inherits for File {
    fn inherits(&self) -> Option<&Spanned<String>> {
        self.inherits.as_ref()
    }
}

/// Merges the keys of a file into the inherited ones. A key that is bound again gets the new action, and a chord
/// replaces the binding of its first key. `named` finds an action by its name; `known` lists all names for the error.
pub(super) fn lay<A>(
    table: &mut Vec<(Vec<Key>, A)>,
    written: Written,
    named: &dyn Fn(&str) -> Option<A>,
    known: &[&str],
    source: &Source,
) -> Result<(), ConfigError> {
    let mut written: Vec<_> = written.into_iter().collect();
    written.sort_by_key(|(keys, _)| keys.span().start);
    let mut own: Vec<(Vec<Key>, Spanned<String>)> = Vec::new();
    for (text, name) in written {
        let keys = chord(&text, source)?;
        let meets = |other: &[Key]| other.starts_with(&keys) || keys.starts_with(other);
        if let Some((other, before)) = own.iter().find(|(other, _)| meets(other)) {
            return Err(clash((&text, &keys), (before, other), source));
        }
        table.retain(|(other, _)| !meets(other));
        match named(name.get_ref()) {
            Some(action) => table.push((keys.clone(), action)),
            None if name.get_ref() == NONE => {}
            None => return Err(unknown(&name, known, source)),
        }
        own.push((keys, text));
    }
    Ok(())
}

/// Parses the keys of a chord.
pub(super) fn chord(text: &Spanned<String>, source: &Source) -> Result<Vec<Key>, ConfigError> {
    let mistake = |message: String| {
        ConfigError::at(source, text.span(), message)
            .hint("a key is one character or a name such as enter, esc, f1, after ctrl-, alt- or shift-; several keys with spaces between them are a chord")
    };
    let keys: Result<Vec<Key>, String> = text.get_ref().split_whitespace().map(Key::parse).collect();
    match keys {
        Ok(keys) if keys.is_empty() => Err(mistake("the key is empty".into())),
        Ok(keys) => Ok(keys),
        Err(message) => Err(mistake(message)),
    }
}

/// Describes two bindings of one file that cannot both work.
fn clash(this: (&Spanned<String>, &[Key]), before: (&Spanned<String>, &[Key]), source: &Source) -> ConfigError {
    let line = source.text.get(..before.0.span().start).map_or(0, |text| text.matches('\n').count() + 1);
    let message = if this.1 == before.1 {
        format!("{:?} is the same key as {:?} in line {line}", this.0.get_ref(), before.0.get_ref())
    } else {
        let (short, long) = if this.1.len() < before.1.len() { (this.1, before.1) } else { (before.1, this.1) };
        format!("{:?} can never be pressed: {:?} in line {line} runs at once", shown(long), shown(short))
    };
    ConfigError::at(source, this.0.span(), message)
}

fn unknown(name: &Spanned<String>, known: &[&str], source: &Source) -> ConfigError {
    let error = ConfigError::at(source, name.span(), format!("there is no action {:?} in this table", name.get_ref()));
    let all = format!("{}, {NONE}", known.join(", "));
    match nearest(name.get_ref(), known.iter().copied().chain([NONE])) {
        Some(near) => error.hint(format!("did you mean {near:?}? All are: {all}")),
        None => error.hint(format!("one of: {all}")),
    }
}
