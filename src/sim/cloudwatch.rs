//! `CloudWatch`: metrics that are functions of time, and alarms that really look at them.

pub(crate) mod alarms;
pub(crate) mod history;
mod judge;
pub(crate) mod math;
mod metrics;
mod put;
mod rule;
pub(crate) mod series;
mod suppress;

use super::fault::Fault;
use super::operation::{Operation, read, write};
use super::wire::Value;

/// The operation of that name, if the account knows it.
pub(crate) fn find(name: &str) -> Option<&'static Operation> {
    let all = [alarms::OPERATIONS, history::OPERATIONS, metrics::OPERATIONS, put::OPERATIONS];
    all.into_iter().flatten().find(|operation| operation.name == name)
}

/// A value that this service does not accept.
fn invalid(message: impl Into<String>) -> Fault {
    Fault::new("InvalidParameterValue", message)
}

/// `CloudWatch` says these things with other codes than `SageMaker`.
fn worded(fault: Fault) -> Fault {
    if fault.message.starts_with("Invalid NextToken") {
        return Fault::new("InvalidNextToken", "The next token specified is invalid.");
    }
    if fault.message.contains("must not be null") {
        return Fault::new("MissingParameter", fault.message);
    }
    fault
}
