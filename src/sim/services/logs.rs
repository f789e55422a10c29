//! `CloudWatch` Logs: lines that containers and jobs wrote, made when they are read.

use crate::sim::prelude::{Cause, ServiceError};

mod lines;
mod requests;

pub(crate) use lines::Sources;
pub(crate) use requests::OPERATIONS;

/// The service has one code for all invalid requests that can be read.
pub(crate) fn reword(error: ServiceError) -> ServiceError {
    if matches!(error.cause, Cause::Own | Cause::Type) { error } else { error.coded("InvalidParameterException") }
}
