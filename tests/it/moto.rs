//! The real program on a foreign AWS implementation: moto, filled and read back by boto3.
//!
//! The program is not the source of any expected value: they come from boto3, or from the documented exit codes.

#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test stops at the first surprise")]

mod automation;
mod charts;
mod delivery;
mod dump;
mod governed;
mod login;
mod logs;
mod role;
mod server;
mod status;
mod trouble;
mod write;
