//! The mistakes in a story.

use std::fmt;
use std::ops::Range;

/// The reason why a story cannot be read.
#[derive(Debug)]
pub enum StoryError {
    /// The text is not TOML, or contains an unknown field.
    Toml(toml::de::Error),
    /// A name does not exist.
    Name {
        /// The message, with the existing names.
        message: String,
        /// The place of the name, in bytes.
        span: Range<usize>,
    },
}

impl StoryError {
    /// Returns the place of the mistake, in bytes.
    #[must_use]
    pub fn span(&self) -> Option<Range<usize>> {
        match self {
            Self::Toml(error) => error.span(),
            Self::Name { span, .. } => Some(span.clone()),
        }
    }

    /// Creates the error for a name that does not exist.
    pub(super) fn name<'a>(
        (what, purpose): (&str, &str),
        name: &toml::Spanned<String>,
        known: impl Iterator<Item = &'a str>,
    ) -> Self {
        let known: Vec<&str> = known.collect();
        let message = format!("there is no {what} `{}` {purpose}; there are {}", name.get_ref(), known.join(", "));
        Self::Name { message, span: name.span() }
    }
}

impl From<toml::de::Error> for StoryError {
    fn from(error: toml::de::Error) -> Self {
        Self::Toml(error)
    }
}

impl fmt::Display for StoryError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Toml(error) => error.fmt(out),
            Self::Name { message, .. } => out.write_str(message),
        }
    }
}

impl std::error::Error for StoryError {}
