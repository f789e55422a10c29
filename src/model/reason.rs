//! The findings of the rules about a model, and the rules themselves.

use std::borrow::Cow;

use jiff::Timestamp;

use super::{Health, StageKind};
use crate::resources::Kind;

/// The description of a rule.
#[derive(Debug)]
pub struct Rule {
    /// The name, for help and `dump`. The name and the stage identify a rule.
    pub name: &'static str,
    /// The stage that the rule judges.
    pub stage: StageKind,
    /// The meaning, for the README and the help.
    pub help: &'static str,
    /// The meaning of its findings for the display.
    pub marks: &'static [Mark],
}

/// A property of the findings of a rule, for the code that shows them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// The finding may cause other trouble.
    Cause,
    /// The phrase contains the duration, so no age is added.
    SaysAge,
    /// Somebody has to decide or to act, so the finding is in the inbox.
    AwaitsDecision,
    /// The finding is about the answers that callers get, or about a metric that judges them.
    Answers,
    /// A summary always names the finding, because it says that nobody is notified about the others.
    AlwaysNamed,
    /// Somebody may mark the finding as seen. Then it leaves the inbox.
    MayBeSeen,
    /// The drawing of the model always shows the finding.
    AlwaysDrawn,
    /// The finding is about the last run that ended. While a newer run of the same pipeline is under way, that one is the
    /// state of the stage.
    OfLastRun,
    /// The finding is about something beside the way from data to alarms, so other findings that are as bad come first.
    Beside,
}

impl Rule {
    /// Do the findings have this property?
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

/// A finding of a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// The rule, which also determines the stage.
    pub rule: &'static Rule,
    /// The health.
    pub health: Health,
    /// A short phrase that follows a model's name and names its subject: "recommendation-prod: 5XX 4.3 %".
    pub text: String,
    /// The phrase without the subject, for places that already show it: "5XX 4.3 %". Absent if that is the whole
    /// phrase.
    pub brief: Option<String>,
    /// The text for a narrow column. Absent if that is the brief phrase.
    pub column: Option<Column>,
    /// The time since when it is so, if that is known.
    pub since: Option<Timestamp>,
    /// The subject: kind and id.
    pub about: Option<(Kind, String)>,
    /// Is the only problem that something was not read yet?
    pub unread: bool,
    /// Does somebody have to act, although not every finding of the rule needs that? It is in the inbox then.
    pub awaits: bool,
}

/// The text of a narrow column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Column {
    /// One or two words.
    Word(Cow<'static, str>),
    /// The duration.
    Age,
    /// A word, and the duration.
    WordAndAge(&'static str),
}

impl Reason {
    /// Returns the stage.
    #[must_use]
    pub fn stage(&self) -> StageKind {
        self.rule.stage
    }
    /// Returns the brief phrase, for places that already show the subject.
    #[must_use]
    pub fn brief(&self) -> &str {
        self.brief.as_deref().unwrap_or(&self.text)
    }
    /// Returns the phrase in as few words as possible: the fact alone.
    #[must_use]
    pub fn shortest(&self) -> &str {
        match &self.column {
            Some(Column::Word(word)) => word,
            Some(Column::Age | Column::WordAndAge(_)) | None => self.brief(),
        }
    }
    /// Is this thing the subject?
    #[must_use]
    pub fn is_about(&self, kind: Kind, id: &str) -> bool {
        self.about_kind(kind) == Some(id)
    }
    /// Returns the id of the subject, if it is of this kind.
    #[must_use]
    pub fn about_kind(&self, kind: Kind) -> Option<&str> {
        self.about.as_ref().filter(|(own, _)| *own == kind).map(|(_, id)| id.as_str())
    }
    /// Returns the time since when it is so, if the phrase does not say that already.
    #[must_use]
    pub fn unsaid_since(&self) -> Option<Timestamp> {
        self.since.filter(|_| !self.rule.is(Mark::SaysAge))
    }
}

/// The last change of a model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The time.
    pub at: Timestamp,
    /// The thing that changed: `v12`, `run`. Empty if `how` names it.
    pub what: String,
    /// How it changed: `live`, `failed`.
    pub how: String,
}

impl Change {
    /// Returns what changed and how: `v12 live`.
    #[must_use]
    pub fn text(&self) -> String {
        if self.what.is_empty() { self.how.clone() } else { format!("{} {}", self.what, self.how) }
    }
}

/// One stage of a chain, with its health.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stage {
    /// The kind.
    pub kind: StageKind,
    /// The health of its worst reason.
    pub health: Health,
    /// The most important fact.
    pub summary: String,
    /// The summary without the name of the stage, for places that already show it. Absent if that is the whole
    /// summary.
    pub brief: Option<String>,
    /// The text for a narrow column. Absent if that is the brief summary.
    pub column: Option<Column>,
    /// The time since when it is so.
    pub since: Option<Timestamp>,
}

impl Stage {
    /// Makes the stage that shows a reason.
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
    /// Returns the most important fact in as few words as possible.
    #[must_use]
    pub fn brief(&self) -> &str {
        self.brief.as_deref().unwrap_or(&self.summary)
    }
}
