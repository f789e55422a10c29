//! The reason that an operator gives for a change. AWS keeps it, and everybody reads it.

use std::borrow::Cow;

use crate::redact;
use crate::view::is_hidden;

/// Checks a reason of at most `longest` characters.
///
/// # Errors
/// A phrase that says what is wrong with it.
pub(super) fn check(reason: &str, longest: usize) -> Result<(), String> {
    if reason.is_empty() {
        return Err("a reason is required: AWS keeps it, and others read it".into());
    }
    if reason.chars().count() > longest {
        return Err(format!("the reason is longer than {longest} characters"));
    }
    if let Some((place, hidden)) = reason.chars().enumerate().find(|(_, c)| is_hidden(*c)) {
        let code = u32::from(hidden);
        return Err(format!("character {} of the reason (U+{code:04X}) is invisible; remove it", place + 1));
    }
    if let Cow::Owned(without) = redact::text(reason) {
        return Err(format!("the reason seems to contain a secret, and everybody can read it: {without}"));
    }
    Ok(())
}
