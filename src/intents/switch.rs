//! The two positions of something that is enabled or disabled.

use super::{Refusal, Verdict};

/// The position of a switch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Switch {
    /// It works.
    Enabled,
    /// It is there and does nothing.
    Disabled,
}

impl Switch {
    /// Returns the position of something that is enabled, or is not.
    pub(super) fn of(enabled: bool) -> Self {
        if enabled { Self::Enabled } else { Self::Disabled }
    }

    /// Returns the other position.
    pub(super) fn other(self) -> Self {
        Self::of(self == Self::Disabled)
    }

    /// Returns the verb that brings something into this position: `Enable`.
    pub(super) fn verb(self) -> &'static str {
        if self == Self::Enabled { "Enable" } else { "Disable" }
    }

    /// Returns AWS's term for the position: `ENABLED`.
    pub(super) fn state(self) -> &'static str {
        if self == Self::Enabled { "ENABLED" } else { "DISABLED" }
    }

    /// Returns the label of the action on a thing of this kind: `disable rule`.
    pub(super) fn label(self, kind: &str) -> String {
        format!("{} {kind}", self.verb().to_lowercase())
    }

    /// Refuses a change that changes nothing.
    ///
    /// # Errors
    /// The thing is in this position already.
    pub(super) fn refuse_same(self, enabled: bool, thing: &str) -> Result<(), Refusal> {
        if Self::of(enabled) == self {
            return Err(Refusal::No(format!("{thing} is {} already", self.word())));
        }
        Ok(())
    }

    /// Judges whether a thing has come into this position.
    pub(super) fn verdict(self, enabled: bool, thing: &str) -> Verdict {
        let text = format!("{thing} is {}", Self::of(enabled).word());
        if Self::of(enabled) == self { Verdict::Done(text) } else { Verdict::Pending(text) }
    }

    /// Returns the word of the command line: `enabled`.
    pub(super) fn word(self) -> &'static str {
        if self == Self::Enabled { "enabled" } else { "disabled" }
    }
}
