//! The `[[link]]` tables: addresses of systems of the user's own.

use serde::Deserialize;

use super::error::{ConfigError, Source};
use super::spanned::Spanned;
use super::template::Template;
use super::value::Name;

/// An address about things, such as that of a dashboard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// The name of the system.
    pub label: String,
    /// The address. Values are percent-encoded when they are filled in.
    pub url: Template,
    /// The kinds of things that it is about, by their names. Empty for all.
    pub kinds: Vec<String>,
}

impl Link {
    /// Is it about things of this kind?
    #[must_use]
    pub fn concerns(&self, kind: &str) -> bool {
        self.kinds.is_empty() || self.kinds.iter().any(|own| own == kind)
    }
}

/// A link as it is written in the file.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "WrittenLink"))]
#[serde(deny_unknown_fields)]
pub(super) struct Written {
    /// The name in the menu.
    label: Name,
    /// The address, with placeholders such as `{name}`. It begins with `https://` or `http://`.
    url: Spanned<Template>,
    /// The kinds of things that have it; left out: all.
    #[serde(default)]
    kinds: Vec<Spanned<String>>,
}

/// Checks all links.
pub(super) fn checked(written: Vec<Written>, source: &Source) -> Result<Vec<Link>, ConfigError> {
    written.into_iter().map(|link| link.checked(source)).collect()
}

impl Written {
    fn checked(self, source: &Source) -> Result<Link, ConfigError> {
        if !self.url.get_ref().begins_with(&["https://", "http://"]) {
            let message = "the url of a [[link]] begins with https:// or http://";
            return Err(ConfigError::at(source, self.url.span(), message));
        }
        Ok(Link { label: self.label.0, url: self.url.into_inner(), kinds: super::kinds::checked(self.kinds, source)? })
    }
}
