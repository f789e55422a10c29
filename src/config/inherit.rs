//! Files that inherit from another file of the same kind.

use serde::de::DeserializeOwned;

use super::error::{ConfigError, Source};
use super::spanned::Spanned;

/// A file that may inherit from another one.
pub trait Inherits: DeserializeOwned {
    /// Returns the name of the file that this one inherits from.
    fn inherits(&self) -> Option<&Spanned<String>>;
}

/// Finds the file of a name on behalf of another file.
pub type Find<'a> = &'a dyn Fn(&str, &Source) -> Result<Source, ConfigError>;

/// Collects a file and all that it inherits from, the base first.
///
/// # Errors
/// When one of them cannot be found or read, or inherits from itself.
pub fn family<T: Inherits>(source: &Source, find: Find<'_>) -> Result<Vec<(Source, T)>, ConfigError> {
    let mut found: Vec<(Source, T)> = Vec::new();
    let mut next = Some(source.clone());
    while let Some(source) = next.take() {
        let file: T = toml::from_str(&source.text).map_err(|e| ConfigError::from_toml(&source, &e))?;
        if let Some(name) = file.inherits() {
            let parent = find(name.get_ref(), &source).map_err(|e| e.placed(&source, name.span()))?;
            let above = found.iter().map(|(s, _)| s).chain([&source]);
            if above.into_iter().any(|s| s.file == parent.file) {
                let message = format!("{} would inherit from itself", parent.file);
                return Err(ConfigError::at(&source, name.span(), message));
            }
            next = Some(parent);
        }
        found.push((source, file));
    }
    found.reverse();
    Ok(found)
}
