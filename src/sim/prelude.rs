//! The common imports of the services and of the modules that build the account.

pub(crate) use super::account::Account;
pub(crate) use super::env::{ApiCall, Env, Event, Task};
pub(crate) use super::error::{Cause, ServiceError};
pub(crate) use super::num;
pub(crate) use super::operation::{Answer, Operation, Operations, read, write};
pub(crate) use super::paging::Paging;
pub(crate) use super::record::{Record, Table};
pub(crate) use super::time::{Span, Time};
pub(crate) use super::wire::{Value, json, tree, words};
