//! A plan that is being made.

use jiff::Timestamp;

use super::{Ask, Dialog};
use crate::intents::AnyIntent;

/// A plan that is being made.
#[derive(Debug, Clone)]
pub struct Planning {
    /// The intent that the plan is made for.
    pub intent: AnyIntent,
    /// The plan in which the choice was made. It stays on the screen.
    pub before: Option<Box<Ask>>,
    /// When it was asked for.
    pub since: Timestamp,
    /// The reason for the delay, if the plan is delayed.
    pub waits: Option<String>,
}

impl Dialog for Planning {}
