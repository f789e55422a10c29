//! The setting `access`: it allows changes or not, and says how they are confirmed.

use serde::Deserialize;

/// Whether changes are allowed, and how they are confirmed. Of two, the greater one is the stricter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Access {
    /// Changes are allowed, and confirmed as `confirm` says for all of them.
    #[default]
    ReadWrite,
    /// A key confirms a change; *Cancel* is selected first.
    Confirm,
    /// The typed name of the target confirms a change.
    Type,
    /// Every change is refused.
    ReadOnly,
}

impl Access {
    /// Returns the word of the configuration.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::ReadWrite => "read-write",
            Self::Confirm => "confirm",
            Self::Type => "type",
            Self::ReadOnly => "read-only",
        }
    }
}
