//! A plan: exactly what would be sent, for the operator to read.

use super::{AnyIntent, Frozen, Guard, Step, Unfinished};
use crate::config::Access;
use crate::redact;

/// One row of a plan: a property, its present value, its future value, and a note.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Difference {
    /// The property.
    pub what: String,
    /// The present value.
    pub now: String,
    /// The future value.
    pub then: String,
    /// The note about the change.
    pub note: String,
}

impl Difference {
    /// Returns a row of a property that changes.
    pub(super) fn change(what: &str, now: impl Into<String>, then: impl Into<String>) -> Self {
        Self { what: what.to_owned(), now: now.into(), then: then.into(), note: String::new() }
    }

    /// Returns a row of a fact that stays; `None` where it is not known.
    pub(super) fn fact(what: &str, value: Option<impl Into<String>>) -> Option<Self> {
        value.map(|value| Self { what: what.to_owned(), now: value.into(), ..Self::default() })
    }
}

/// One of the possible goals of a plan.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Choice {
    /// The label, such as a version.
    pub label: String,
    /// The name in AWS.
    pub name: String,
    /// The intent that goes there; `None` if this choice is not offered.
    pub intent: Option<AnyIntent>,
    /// Whether the plan goes there.
    pub chosen: bool,
    /// The changes.
    pub changes: String,
    /// The earlier record, or the reason why this choice is not offered.
    pub record: String,
    /// Whether the earlier record is bad.
    pub bad: bool,
}

/// One of several ways to the same goal, of which the plan goes one.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Way {
    /// The change, as a phrase.
    pub name: String,
    /// The time until it has an effect.
    pub takes: String,
    /// The intent that goes this way; `None` if it is not offered.
    pub intent: Option<AnyIntent>,
    /// Whether the plan goes this way.
    pub chosen: bool,
    /// The effect that it would have, or the reason why it is not offered.
    pub note: String,
}

/// Exactly what would be sent, for the operator to read.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// The id of this intent, for the journal and as the token of calls that take one.
    pub id: String,
    /// The intent of the plan.
    pub intent: AnyIntent,
    /// The headline.
    pub title: String,
    /// The stage of the changed resource, such as `prod`; empty if it is unknown or there is none.
    pub stage: String,
    /// How the configuration wants it to be confirmed, by its account and its stage.
    pub access: Access,
    /// The text that the operator must type to send the plan.
    pub target: String,
    /// The alternative goals, also those that are not offered with their reasons; empty if there is no choice.
    pub choices: Vec<Choice>,
    /// The ways to the goal of the plan, the fastest first, also those that are not offered with their reasons; empty
    /// if there is one only.
    pub ways: Vec<Way>,
    /// The changes, and the properties that stay although one might fear otherwise.
    pub differences: Vec<Difference>,
    /// The checks that succeeded.
    pub checks: Vec<String>,
    /// The warnings that the operator should read before the confirmation.
    pub warnings: Vec<String>,
    /// The earlier intents of the same target whose end was not seen until this plan was made.
    pub left_open: Vec<Unfinished>,
    /// The freezes in force when this plan was made, without those that were lifted.
    pub frozen: Vec<Frozen>,
    /// A sentence about what happens after the call, how long it takes, and when it is done.
    pub then: String,
    /// How to undo the change.
    pub undo: String,
    /// The intent that undoes the change, if one does; it is planned like any other.
    pub inverse: Option<Box<AnyIntent>>,
    /// The calls, in order.
    pub steps: Vec<Step>,
    /// The assumptions that must still hold when the calls are sent.
    pub guards: Vec<Guard>,
}

impl Plan {
    /// Returns a plan without rows and calls, to be filled in.
    pub(crate) fn of(id: String, intent: impl Into<AnyIntent>, title: String, target: String) -> Self {
        Self {
            id,
            intent: intent.into(),
            title,
            stage: String::new(),
            access: Access::default(),
            target,
            choices: Vec::new(),
            ways: Vec::new(),
            differences: Vec::new(),
            checks: Vec::new(),
            warnings: Vec::new(),
            left_open: Vec::new(),
            frozen: Vec::new(),
            then: String::new(),
            undo: String::new(),
            inverse: None,
            steps: Vec::new(),
            guards: Vec::new(),
        }
    }

    /// Names the intent that undoes the change.
    pub(super) fn undone_by(self, inverse: impl Into<AnyIntent>) -> Self {
        Self { inverse: Some(Box::new(inverse.into())), ..self }
    }

    /// Removes secrets from the text of the plan. The parameters that are sent stay as they are.
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
        for way in &mut self.ways {
            way.note = redact::text(&way.note).into_owned();
        }
        let lists = self.checks.iter_mut().chain(&mut self.warnings);
        for text in lists.chain([&mut self.title, &mut self.then, &mut self.undo]) {
            *text = redact::text(text).into_owned();
        }
        self
    }

    /// Returns whether a key confirms it, if that is how plans are confirmed whose account and stage say nothing.
    #[must_use]
    pub fn by_key(&self, otherwise: bool) -> bool {
        match self.access {
            Access::ReadWrite => otherwise,
            Access::Confirm => true,
            Access::Type | Access::ReadOnly => false,
        }
    }

    /// Returns the headline with the stage.
    #[must_use]
    pub fn headline(&self) -> String {
        if self.stage.is_empty() { self.title.clone() } else { format!("{} · stage {}", self.title, self.stage) }
    }
}
