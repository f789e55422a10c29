//! A rollback that waits until its endpoint can be changed.

use jiff::Timestamp;

use crate::resources::AccountId;

/// A rollback that waits until its endpoint is `InService`. It ends with the console.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Armed {
    /// The account of the endpoint.
    pub account: AccountId,
    /// The name of the endpoint.
    pub endpoint: String,
    /// The configuration that it goes back to: the one that served when it was armed.
    pub config: String,
    /// When it was armed.
    pub since: Timestamp,
}
