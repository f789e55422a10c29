//! JSON schemas of the files that people write, for editors: `schemas/*.json`.
//!
//! They are made from the types that the parsers read into. A test makes them anew, and compares what they accept with
//! what the parsers accept.

/// A kind of file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Schema {
    /// The configuration.
    Config,
    /// A theme.
    Theme,
    /// A keymap.
    Keymap,
    /// A story of the simulated account.
    Story,
}

impl Schema {
    /// Returns the schema.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Self::Config => include_str!("../schemas/config.json"),
            Self::Theme => include_str!("../schemas/theme.json"),
            Self::Keymap => include_str!("../schemas/keymap.json"),
            Self::Story => include_str!("../schemas/story.json"),
        }
    }
}

#[cfg(test)]
mod tests;
