//! `CloudWatch` Logs: the lines of containers and jobs, which are generated when they are read.

use crate::sim::prelude::{Cause, ServiceError};

mod lines;
mod requests;
mod script;

pub(crate) use lines::Sources;
pub(crate) use requests::OPERATIONS;
pub(crate) use script::{Script, Scripts};

/// Gives common errors the single code that this service has for invalid requests.
pub(crate) fn reword(error: ServiceError) -> ServiceError {
    if matches!(error.cause, Cause::Own | Cause::Type) { error } else { error.coded("InvalidParameterException") }
}
