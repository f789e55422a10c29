//! The real program against an AWS that is not ours: moto, filled and read back by boto3.
//!
//! Nothing expected here comes from the program: it is what boto3 lists, or what the
//! issue of a command says about exit codes.

#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test stops at the first surprise")]

mod dump;
mod login;
mod role;
mod server;
mod status;
mod trouble;
mod write;
