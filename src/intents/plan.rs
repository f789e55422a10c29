//! A plan: exactly what would be sent, for reading.

use super::{AnyIntent, Guard, Step};
use crate::redact;

/// One row of a plan: what, how it is now, how it would be, and what to know about it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Difference {
    /// What.
    pub what: String,
    /// Now.
    pub now: String,
    /// Then.
    pub then: String,
    /// What to know about it.
    pub note: String,
}

/// One of the things that a plan could go to.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Choice {
    /// What it is called, such as a version.
    pub label: String,
    /// Its name in AWS.
    pub name: String,
    /// What goes there; absent for one that is not offered.
    pub intent: Option<AnyIntent>,
    /// Is it where the plan goes?
    pub chosen: bool,
    /// What would change.
    pub changes: String,
    /// How it did before, or why it is not offered.
    pub record: String,
    /// Did it do badly before?
    pub bad: bool,
}

/// Exactly what would be sent, for reading.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// Id of this intent: in the journal, and as token where the API takes one.
    pub id: String,
    /// What it is for.
    pub intent: AnyIntent,
    /// A headline.
    pub title: String,
    /// The stage of what it changes, such as `prod`; empty where nothing tells or there is none.
    pub stage: String,
    /// What must be typed to send it.
    pub target: String,
    /// What it could go to instead, and what not and why; empty where there is no choice.
    pub choices: Vec<Choice>,
    /// What changes, and what stays although one might fear otherwise.
    pub differences: Vec<Difference>,
    /// What was checked and found good.
    pub checks: Vec<String>,
    /// What the operator should know before saying yes.
    pub warnings: Vec<String>,
    /// What happens after the call, how long it takes, when it is done.
    pub then: String,
    /// How to take it back.
    pub undo: String,
    /// The calls, in order.
    pub steps: Vec<Step>,
    /// What must still be so when they are sent.
    pub guards: Vec<Guard>,
}

impl Plan {
    /// The same without secrets in what is shown of it. What is sent stays as it is.
    pub(super) fn redacted(mut self) -> Self {
        for row in &mut self.differences {
            for text in [&mut row.now, &mut row.then, &mut row.note] {
                *text = redact::value(&row.what, text).into_owned();
            }
        }
        for choice in &mut self.choices {
            for text in [&mut choice.changes, &mut choice.record] {
                *text = redact::text(text).into_owned();
            }
        }
        let lists = self.checks.iter_mut().chain(&mut self.warnings);
        for text in lists.chain([&mut self.title, &mut self.then, &mut self.undo]) {
            *text = redact::text(text).into_owned();
        }
        self
    }

    /// The headline with the stage.
    #[must_use]
    pub fn headline(&self) -> String {
        if self.stage.is_empty() { self.title.clone() } else { format!("{} · stage {}", self.title, self.stage) }
    }
}
