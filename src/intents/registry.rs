//! Intents about versions: approve and reject them.

mod approve;
mod decision;
pub(super) mod deploy_rules;
pub(super) mod evidence;
mod in_use;
mod reject_older;

pub use approve::{Approve, Reject};
pub use reject_older::RejectOlder;
