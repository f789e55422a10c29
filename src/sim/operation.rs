//! An operation of a service: its name, whether it changes anything, and its handler.

use super::error::ServiceError;
use super::wire::Value;

/// The answer of an operation.
pub(crate) type Answer = Result<Value, ServiceError>;

/// One operation of a service. `H` is the type of the service's handlers: functions of the state that the service may
/// use, and of the request.
#[derive(Debug)]
pub(crate) struct Operation<H> {
    pub(crate) name: &'static str,
    pub(crate) writes: bool,
    pub(crate) handler: H,
}

/// The operations of a service, in one table per file.
pub(crate) type Operations<H> = &'static [&'static [Operation<H>]];

/// Declares an operation that only reads.
pub(crate) const fn read<H: Copy>(name: &'static str, handler: H) -> Operation<H> {
    Operation { name, writes: false, handler }
}

/// Declares an operation that changes the account.
pub(crate) const fn write<H: Copy>(name: &'static str, handler: H) -> Operation<H> {
    Operation { name, writes: true, handler }
}

/// Finds the operation of that name, if the account knows it.
pub(crate) fn find<H>(tables: Operations<H>, name: &str) -> Option<&'static Operation<H>> {
    tables.iter().copied().flatten().find(|operation| operation.name == name)
}
