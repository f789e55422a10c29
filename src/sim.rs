//! A simulated AWS account: it answers the requests of AWS's own clients, byte for byte.
//!
//! The account is behind the SDK's HTTP connector, or is served on loopback. It does not depend on the rest of this
//! crate, reads no credentials, checks no signatures, and takes its time from the given clock.
//!
//! A request becomes a call of a service in `protocol`; `fault_injection` may make it fail; `services` has a row for
//! each service with its operations. `build` makes the account of a `story`, and `advance` moves its time forward.

mod account;
mod advance;
mod build;
mod connector;
mod drill;
mod env;
mod error;
mod exchange;
mod fault_injection;
pub(crate) mod num;
mod operation;
mod paging;
mod prelude;
mod protocol;
mod record;
mod scale;
mod serve;
mod services;
mod settings;
mod simulation;
mod story;
mod time;
mod wire;
mod world;

pub use drill::DrillState;
pub use exchange::{Request, Response};
pub use scale::Scale;
pub use serve::{listen, serve};
pub use settings::Settings;
pub use simulation::{Clock, Sim};
pub use story::{Story, StoryError};

#[cfg(test)]
mod tests;
