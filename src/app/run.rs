//! A plan that was sent.

use jiff::Timestamp;

use crate::intents::{Outcome, Plan};
use crate::resources::AccountId;

/// A plan that was sent.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// The account that it changes.
    pub account: AccountId,
    /// The plan.
    pub plan: Plan,
    /// When it was confirmed.
    pub since: Timestamp,
    /// Its present state, or its outcome, as a text.
    pub text: String,
    /// The number of calls that AWS has not answered yet.
    pub unsent: usize,
    /// The outcome. Absent while it is running.
    pub outcome: Option<Outcome>,
}
