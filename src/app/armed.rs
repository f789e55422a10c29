//! A rollback that waits until its endpoint can be changed.

use jiff::Timestamp;

use crate::intents::ArmedRollback;
use crate::resources::AccountId;

/// A rollback that waits until its endpoint is `InService`. It ends with the console.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Armed {
    /// The account of the endpoint.
    pub account: AccountId,
    /// The endpoint, and the deployment that it takes back.
    pub rollback: ArmedRollback,
    /// When it was armed.
    pub since: Timestamp,
}
