//! An intent whose end was not seen, and what became of it.

use std::fmt;
use std::time::Duration;

use crate::intents::{AnyIntent, Intent, Plan, Rollback, ShiftTraffic};
use crate::journal::{Entry, Event};

/// An intent without an end in the journal, and its present state in AWS.
#[derive(Debug, Clone, PartialEq)]
pub struct Unfinished {
    /// The journal entry of its last call, from before the call.
    pub(super) last: Entry,
    /// The result of the intent.
    pub state: State,
    /// The time after which AWS would show an effect of its last call; zero if it would show one now.
    pub(super) settles_in: Duration,
    /// Whether the journal has its end since a moment ago, because somebody looked. No command was told of it.
    pub(super) reviewed: bool,
}

impl Unfinished {
    /// Returns the id of the intent in the journal.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.last.id
    }

    /// Returns the name of the intent in the journal: `approve`, `rollback`, ….
    #[must_use]
    pub fn intent(&self) -> &str {
        &self.last.intent
    }

    /// Returns the target of the intent: the name that the operator typed.
    #[must_use]
    pub fn target(&self) -> &str {
        &self.last.target
    }

    /// Returns whether its last call put its endpoint on this configuration.
    pub(in crate::intents) fn puts_on(&self, config: &str) -> bool {
        let wanted = self.last.parameters.as_ref().and_then(|parameters| parameters["EndpointConfigName"].as_str());
        wanted == Some(config)
    }

    /// Returns the time after which AWS shows whether it accepted the last call, if it shows no effect so far. AWS shows
    /// an effect within seconds.
    #[must_use]
    pub fn settles_in(&self) -> Option<Duration> {
        Some(self.settles_in).filter(|time| matches!(self.state, State::Unseen(_)) && !time.is_zero())
    }

    /// Returns whether something of the intent is or may be in AWS, so that the same intent would do it twice.
    #[must_use]
    pub fn may_have_acted(&self) -> bool {
        match self.state {
            State::Failed(_) => false,
            State::Unseen(_) => self.settles_in().is_some(),
            State::Done(_) | State::Partial(_) | State::Replaced(_) | State::UnderWay(_) | State::Unknown(_) => true,
        }
    }

    /// Returns whether a plan for the same target, which was made from `wanted`, does the same as this intent. An intent
    /// without a goal of its own goes one step further when it is done again. Others are the same if their arguments are.
    #[must_use]
    pub fn is_same(&self, wanted: &AnyIntent, plan: &Plan) -> bool {
        let same_name = self.intent() == plan.intent.name();
        if wanted.is_relative() {
            let way = wanted.name() == Rollback::NAME && self.intent() == ShiftTraffic::NAME;
            return same_name || self.intent() == wanted.name() || way;
        }
        let begun = self.last.call.as_deref().zip(self.last.parameters.as_ref());
        let begun = begun.and_then(|(call, parameters)| AnyIntent::of_last_call(self.intent(), call, parameters));
        let planned = plan
            .steps
            .last()
            .and_then(|step| AnyIntent::of_last_call(self.intent(), &step.api().to_string(), step.parameters()));
        same_name && begun.zip(planned).is_none_or(|(begun, planned)| begun == planned)
    }
}

/// The result of an intent whose end was not seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// The wanted end state is reached now.
    Done(String),
    /// The end state is not reached and will not be; the text describes the remains.
    Failed(String),
    /// The plan ended before its last call; the text describes what its earlier calls made.
    Partial(String),
    /// AWS accepted the call, but its effect is not there: a newer change has replaced it, or what it started is not listed.
    Replaced(String),
    /// AWS or another console may still work on it; the text is what it is doing.
    UnderWay(String),
    /// No effect is seen so far, but another console may still be working on it.
    Unseen(String),
    /// AWS could not be read; the text is the reason.
    Unknown(String),
}

impl State {
    /// Returns the result, as the end of a sentence.
    #[must_use]
    pub fn text(&self) -> &str {
        match self {
            Self::Done(text)
            | Self::Failed(text)
            | Self::Partial(text)
            | Self::Replaced(text)
            | Self::UnderWay(text)
            | Self::Unseen(text)
            | Self::Unknown(text) => text,
        }
    }

    /// Returns the event that ends the intent in the journal; `None` if the end is uncertain.
    pub(super) fn end(&self) -> Option<Event> {
        match self {
            Self::Done(_) => Some(Event::Done),
            Self::Failed(_) | Self::Partial(_) | Self::Replaced(_) => Some(Event::Failed),
            Self::UnderWay(_) | Self::Unseen(_) | Self::Unknown(_) => None,
        }
    }
}

impl fmt::Display for Unfinished {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = match &self.state {
            State::Done(_) => "is done",
            State::Failed(_) | State::Partial(_) => "is not done",
            State::Replaced(_) => "is over",
            State::UnderWay(_) | State::Unseen(_) => "is under way",
            State::Unknown(_) => "is not known to be done",
        };
        write!(f, "{} {} was left open and {word}: {}", self.intent(), self.target(), self.state.text())
    }
}
