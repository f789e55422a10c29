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
    /// Since when.
    pub since: Timestamp,
    /// What it is doing, or how it ended.
    pub text: String,
    /// How many of its calls AWS has not answered yet.
    pub unsent: usize,
    /// Its end; absent while it is under way.
    pub outcome: Option<Outcome>,
}
