//! An operation of a service: its name, whether it changes anything, what it does.

use super::fault::Fault;
use super::wire::Value;
use super::world::World;

/// What an operation does with the account and a request.
pub(crate) type Handler = fn(&mut World, &Value) -> Result<Value, Fault>;

/// One operation of a service.
#[derive(Debug)]
pub(crate) struct Operation {
    pub(crate) name: &'static str,
    pub(crate) writes: bool,
    pub(crate) run: Handler,
}

/// An operation that only reads.
pub(crate) const fn read(name: &'static str, run: Handler) -> Operation {
    Operation { name, writes: false, run }
}

/// An operation that changes the account.
pub(crate) const fn write(name: &'static str, run: Handler) -> Operation {
    Operation { name, writes: true, run }
}
