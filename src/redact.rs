//! Removes secrets: values under secret names, and secrets inside a text.
//!
//! Tables, recordings, plans and the journal all use this module. It replaces a value by [`MARK`] and keeps its name,
//! so that a reader sees that there was a value. It knows names and formats, not meanings: a secret under a harmless
//! name that looks like any other word stays.

mod name;
mod text;

use std::borrow::Cow;

use serde_json::Value;

pub use name::is_secret;
pub(crate) use name::words;
pub use text::text;

/// The text in place of a secret.
pub const MARK: &str = "redacted";

/// Removes secrets from a text that stands under a name.
///
/// ```
/// use sagetop::redact::value;
/// assert_eq!(value("DbPassword", "hunter2"), "redacted");
/// assert_eq!(value("Source", "https://ana:pw@git.example/x"), "https://redacted@git.example/x");
/// assert_eq!(value("Epochs", "12"), "12");
/// ```
#[must_use]
pub fn value<'a>(name: &str, plain: &'a str) -> Cow<'a, str> {
    cleaned(name, false, plain).map_or(Cow::Borrowed(plain), Cow::Owned)
}

/// Removes secrets from a JSON value, at any depth. Returns whether there were any.
pub fn json(value: &mut Value) -> bool {
    clean("", false, value)
}

/// Words and signs, matched without case. A text without any of them has no secret that this module knows.
pub fn signs() -> impl Iterator<Item = String> {
    name::signs().chain(text::signs()).map(str::to_owned)
}

/// The replacement of a text, or `None` to keep it. `secret` means that the text is a part of a secret value.
fn cleaned(name: &str, secret: bool, plain: &str) -> Option<String> {
    if plain.is_empty() {
        return None;
    }
    if secret || is_secret(name) {
        return (plain != MARK).then(|| MARK.to_owned());
    }
    if is_reference(plain) {
        return None;
    }
    // Pipeline definitions are JSON inside JSON.
    if plain.starts_with(['{', '['])
        && let Ok(mut inner) = serde_json::from_str::<Value>(plain)
    {
        let numbers = clean_numbers("", &mut inner);
        return (clean("", false, &mut inner) || numbers).then(|| inner.to_string());
    }
    match text(plain) {
        Cow::Borrowed(_) => None,
        Cow::Owned(cleaned) => Some(cleaned),
    }
}

/// Removes secrets from a JSON value that stands under a name.
fn clean(name: &str, secret: bool, value: &mut Value) -> bool {
    match value {
        Value::String(plain) => {
            let cleaned = cleaned(name, secret, plain);
            let changed = cleaned.is_some();
            if let Some(cleaned) = cleaned {
                *plain = cleaned;
            }
            changed
        }
        // A pair of a name and a value.
        Value::Array(items) if is_secret_pair(items) => items.get_mut(1).is_some_and(|value| clean(name, true, value)),
        Value::Array(items) => {
            // The arguments of a command line: `["--api-key", "…"]`.
            let mut flagged = false;
            items.iter_mut().fold(false, |changed, item| {
                let flag = item.as_str().is_some_and(|word| word.starts_with('-') && is_secret(word));
                let cleaned = clean(name, secret || flagged, item);
                flagged = flag && item.as_str().is_some_and(|word| !word.contains('='));
                cleaned || changed
            })
        }
        Value::Object(members) => {
            // In a pair, the name is a value itself: `{"Key": "password", "Value": …}`.
            let named = ["Key", "Name", "key", "name"].iter().find_map(|name| members.get(*name)?.as_str());
            let pair = named.is_some_and(is_secret);
            members.iter_mut().fold(false, |changed, (key, member)| {
                let map = (member.is_object() || member.is_array()) && name::is_secret_map(key);
                let secret = secret || is_secret(key) || map || pair && VALUES.contains(&key.as_str());
                clean(key, secret, member) || changed
            })
        }
        // Numbers stay: a metric may be called `mean_token_accuracy`, and a row with a text for a number cannot be read.
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

/// Removes numbers under the names of passwords from a JSON value inside a text. There the type of a value matters to
/// nobody.
fn clean_numbers(name: &str, value: &mut Value) -> bool {
    match value {
        Value::Number(_) if text::is_password(name) => {
            *value = MARK.into();
            true
        }
        Value::Array(items) => {
            items.iter_mut().map(|item| clean_numbers(name, item)).filter(|changed| *changed).count() > 0
        }
        Value::Object(members) => {
            members.iter_mut().map(|(name, member)| clean_numbers(name, member)).filter(|changed| *changed).count() > 0
        }
        Value::Number(_) | Value::String(_) | Value::Bool(_) | Value::Null => false,
    }
}

/// Is it the name of a resource, by which resources are joined and requested? AWS names have no spaces. A single word
/// holds a secret only in an assignment, or together with a user.
fn is_reference(plain: &str) -> bool {
    let word = !plain.contains(char::is_whitespace);
    let location = plain.starts_with("s3://") && !text::is_signed(plain);
    word && (plain.starts_with("arn:") || location || !text::may_hold_secret(plain))
}

/// Is it `["ApiKey", "…"]`?
fn is_secret_pair(items: &[Value]) -> bool {
    matches!(items, [Value::String(name), Value::String(_)] if !name.starts_with('-') && is_secret(name))
}

/// The name of a value that stands in a pair of a name and a value.
const VALUES: [&str; 5] = ["Value", "DefaultValue", "value", "default", "choices"];

#[cfg(test)]
mod tests;
