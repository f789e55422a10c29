//! A plan that was sent.

use jiff::Timestamp;

use super::subject::Subject;
use crate::intents::{Outcome, Plan};
use crate::resources::AccountId;

/// A plan that was sent.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// The account that it changes.
    pub account: AccountId,
    /// The plan.
    pub plan: Plan,
    /// The selected thing when it was confirmed. It belongs to the model that the plan changes.
    pub subject: Option<Subject>,
    /// The time of its confirmation.
    pub since: Timestamp,
    /// Its present state, or its outcome, as a text.
    pub text: String,
    /// The number of calls that AWS has not answered yet.
    pub unsent: usize,
    /// The outcome. Absent while it is running.
    pub outcome: Option<Outcome>,
}
