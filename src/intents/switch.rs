//! The two positions of something that is enabled or disabled.

use super::{AnyIntent, Refusal, Verdict};

/// The kinds of things that can be switched off and on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// A rule of `EventBridge`.
    Rule,
    /// A schedule of `EventBridge` Scheduler.
    Schedule,
    /// The scaling of a resource.
    Scaling,
    /// The actions of an alarm.
    AlarmActions,
    /// A mute rule of an alarm.
    Mute,
}

/// Something that an intent switches, and the intent that switches it back.
#[derive(Debug, Clone, PartialEq)]
pub struct Switched {
    /// The thing that is switched.
    pub part: Part,
    /// The name of the thing.
    pub id: String,
    /// Its position after the intent. An alarm that is muted is disabled.
    pub to: Switch,
    /// The intent that switches it back.
    pub back: Box<AnyIntent>,
}

impl Switched {
    /// Makes one from the intents of both positions.
    pub(super) fn new(part: Part, id: &str, to: Switch, back: impl Into<AnyIntent>) -> Self {
        Self { part, id: id.to_owned(), to, back: Box::new(back.into()) }
    }

    /// Returns the name of the thing and what is off: `rule weekly`.
    #[must_use]
    pub fn name(&self) -> String {
        let id = &self.id;
        match self.part {
            Part::Rule => format!("rule {id}"),
            Part::Schedule => format!("schedule {id}"),
            Part::Scaling => format!("scaling of {id}"),
            Part::AlarmActions => format!("actions of {id}"),
            Part::Mute => format!("{id} muted"),
        }
    }
}

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

    /// Returns the label of the action on a thing of this kind: `switch rule off`.
    pub(super) fn label(self, kind: &str) -> String {
        format!("switch {kind} {}", if self == Self::Enabled { "on" } else { "off" })
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
