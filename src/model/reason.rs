//! What rules find of a model, and the rules themselves.

use std::borrow::Cow;

use jiff::Timestamp;

use super::{Health, StageKind};
use crate::resources::Kind;

/// What is known of a rule beside what it finds.
#[derive(Debug)]
pub struct Rule {
    /// Its name, for help and `dump`. The name and the stage tell rules apart.
    pub name: &'static str,
    /// The stage it judges.
    pub stage: StageKind,
    /// What it means, for the README and the help.
    pub help: &'static str,
    /// How what it finds is to be read.
    pub marks: &'static [Mark],
}

/// How a finding is to be read, by whoever shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// It tells of something that begins and may bring other trouble with it.
    Cause,
    /// Its phrase says for how long it has been so: no age is added.
    SaysAge,
    /// Somebody has to decide.
    AwaitsDecision,
    /// It is about the answers that callers get.
    Answers,
    /// A summary names it, however much else is wrong: nobody is notified of the rest.
    AlwaysNamed,
    /// The drawing of the model shows it, however much else is wrong.
    AlwaysDrawn,
}

impl Rule {
    /// Is what it finds to be read like this?
    #[must_use]
    pub fn is(&self, mark: Mark) -> bool {
        self.marks.contains(&mark)
    }
}

impl PartialEq for Rule {
    fn eq(&self, other: &Self) -> bool {
        (self.name, self.stage) == (other.name, other.stage)
    }
}

impl Eq for Rule {}

/// Something that a rule found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// The rule, and with it the stage.
    pub rule: &'static Rule,
    /// How bad.
    pub health: Health,
    /// What, as a short phrase that follows a model's name and names what it speaks of: "recommendation-prod: 5XX 4.3 %".
    pub text: String,
    /// The same where what it speaks of is seen already: "5XX 4.3 %"; absent where that is the whole phrase.
    pub brief: Option<String>,
    /// The same in a narrow column; absent where that is the brief phrase.
    pub column: Option<Column>,
    /// Since when, where it is known.
    pub since: Option<Timestamp>,
    /// The one thing that it speaks of: kind and id.
    pub about: Option<(Kind, String)>,
    /// Nothing is wrong but that something was not read yet.
    pub unread: bool,
}

/// What a narrow column says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Column {
    /// A word or two.
    Word(Cow<'static, str>),
    /// For how long it has been so.
    Age,
    /// A word, and for how long it has been so.
    WordAndAge(&'static str),
}

impl Reason {
    /// Where.
    #[must_use]
    pub fn stage(&self) -> StageKind {
        self.rule.stage
    }
    /// What, in as few words as tell it where what it speaks of is seen already.
    #[must_use]
    pub fn brief(&self) -> &str {
        self.brief.as_deref().unwrap_or(&self.text)
    }
    /// Does it speak of this thing?
    #[must_use]
    pub fn is_about(&self, kind: Kind, id: &str) -> bool {
        self.about_kind(kind) == Some(id)
    }
    /// The id of what it speaks of, where that is of this kind.
    #[must_use]
    pub fn about_kind(&self, kind: Kind) -> Option<&str> {
        self.about.as_ref().filter(|(own, _)| *own == kind).map(|(_, id)| id.as_str())
    }
    /// Since when, where its phrase does not say that already.
    #[must_use]
    pub fn unsaid_since(&self) -> Option<Timestamp> {
        self.since.filter(|_| !self.rule.is(Mark::SaysAge))
    }
}

/// One place of a chain, judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stage {
    /// Which.
    pub kind: StageKind,
    /// The worst of its reasons.
    pub health: Health,
    /// The one fact that matters.
    pub summary: String,
    /// The same where the stage is seen already; absent where that is the summary.
    pub brief: Option<String>,
    /// The same in a narrow column; absent where that is the brief summary.
    pub column: Option<Column>,
    /// Since when.
    pub since: Option<Timestamp>,
}

impl Stage {
    /// What a reason says of a stage.
    #[must_use]
    pub fn of(reason: &Reason) -> Self {
        Self {
            kind: reason.stage(),
            health: reason.health,
            summary: reason.text.clone(),
            brief: reason.brief.clone(),
            column: reason.column.clone(),
            since: reason.since,
        }
    }
    /// The one fact that matters, in as few words as tell it.
    #[must_use]
    pub fn brief(&self) -> &str {
        self.brief.as_deref().unwrap_or(&self.summary)
    }
}
