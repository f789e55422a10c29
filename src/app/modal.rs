//! Sheets over the screen.

use tui_input::Input;

use super::ask::Ask;
use super::form::Form;
use super::palette::Palette;
use super::pick::Pick;
use super::subject::Subject;
use crate::intents::{AnyIntent, Approve, Reject};
use crate::view::Tone;

/// A sheet over the screen.
#[derive(Debug, Clone)]
pub enum Modal {
    /// What the keys do here.
    Help(Help),
    /// Actions and things, to be found by typing.
    Palette(Palette),
    /// Why a version is approved or rejected.
    Reason {
        /// What is to be decided; its reason is still empty.
        intended: Decision,
        /// What was typed.
        input: Input,
        /// What is wrong with it.
        problem: Option<String>,
    },
    /// Parameters of a pipeline.
    Form(Form),
    /// Where a replay is to go.
    Jump {
        /// What was typed.
        input: Input,
        /// What is wrong with it.
        problem: Option<String>,
    },
    /// Which endpoint is meant.
    Pick(Pick),
    /// AWS is being asked what is so.
    Planning(Planning),
    /// A plan waits for its answer.
    Ask(Ask),
    /// Something to read, to be closed by a key.
    Notice {
        /// What is told.
        notice: Notice,
        /// Rows scrolled away.
        scroll: usize,
    },
}

/// A plan that is being made.
#[derive(Debug, Clone)]
pub struct Planning {
    /// The intent that the plan is made for.
    pub intent: AnyIntent,
    /// The plan in which this was chosen; it stays on the screen.
    pub before: Option<Box<Ask>>,
    /// What it waits for, where that is worth a word.
    pub waits: Option<String>,
}

/// What the keys do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Help {
    /// Rows scrolled away.
    pub scroll: usize,
    /// Only lines with these words are shown.
    pub filter: String,
    /// Is the filter being typed?
    pub typing: bool,
}

/// Something to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// What it is about.
    pub title: String,
    /// Paragraphs.
    pub text: Vec<String>,
    /// How it reads.
    pub tone: Tone,
    /// What it leads to: the key that closes it goes there.
    pub leads: Option<Subject>,
}

impl Notice {
    /// Nothing can be planned, and why.
    pub(crate) fn refused(title: String, why: String) -> Modal {
        let text = vec![why, "Nothing was sent.".into()];
        Self { title, text, tone: Tone::Warn, leads: None }.into()
    }
}

impl From<Notice> for Modal {
    fn from(notice: Notice) -> Self {
        Self::Notice { notice, scroll: 0 }
    }
}

impl Modal {
    /// Is a line being typed in it? Letters go there, whatever else they are bound to.
    #[must_use]
    pub fn types(&self) -> bool {
        match self {
            Self::Palette(_) | Self::Reason { .. } | Self::Jump { .. } | Self::Form(_) => true,
            Self::Help(help) => help.typing,
            Self::Ask(ask) => ask.lenient.is_none(),
            Self::Pick(_) | Self::Planning(_) | Self::Notice { .. } => false,
        }
    }

    /// Rows scrolled away, in a sheet that scrolls.
    pub(crate) fn scroll(&mut self) -> Option<&mut usize> {
        match self {
            Self::Help(help) => Some(&mut help.scroll),
            Self::Ask(ask) => Some(&mut ask.scroll),
            Self::Notice { scroll, .. } => Some(scroll),
            Self::Palette(_)
            | Self::Reason { .. }
            | Self::Jump { .. }
            | Self::Form(_)
            | Self::Pick(_)
            | Self::Planning(_) => None,
        }
    }

    /// Is there something to be chosen with the keys to the left and to the right?
    pub(crate) fn turns(&self) -> bool {
        matches!(self, Self::Pick(_)) || matches!(self, Self::Ask(ask) if ask.targets().count() > 1)
    }

    /// Do the keys that move by one row step through choices?
    pub(crate) fn chooses(&self) -> bool {
        matches!(self, Self::Ask(ask) if ask.lenient.is_some())
    }
}

/// A decision that still lacks its reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// ARN of the version.
    pub arn: String,
    /// `GROUP/VERSION`.
    pub label: String,
    /// Approve or reject?
    pub approve: bool,
    /// Endpoints that it serves now, as the tables tell.
    pub serves: Vec<String>,
    /// The trouble of those endpoints, one phrase each; the phrase begins with the name of the endpoint.
    pub troubles: Vec<String>,
}

impl Decision {
    /// The intent, with its reason.
    #[must_use]
    pub fn with_reason(&self, reason: &str) -> AnyIntent {
        let (arn, reason) = (self.arn.clone(), reason.trim().to_owned());
        if self.approve { Approve { arn, reason }.into() } else { Reject { arn, reason }.into() }
    }
}
