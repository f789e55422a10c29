//! What is wrong in a story.

use std::fmt;
use std::ops::Range;

/// Why a story cannot be read.
#[derive(Debug)]
pub enum StoryError {
    /// The text is not TOML, or has something that stories do not have.
    Toml(toml::de::Error),
    /// A name that nothing has.
    Name {
        /// What is wrong, with the names there are.
        message: String,
        /// Where the name is, in bytes.
        span: Range<usize>,
    },
}

impl StoryError {
    /// Where it is, in bytes.
    #[must_use]
    pub fn span(&self) -> Option<Range<usize>> {
        match self {
            Self::Toml(error) => error.span(),
            Self::Name { span, .. } => Some(span.clone()),
        }
    }

    /// A name that is none of those there are.
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
