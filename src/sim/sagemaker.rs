//! `SageMaker`: the operations that a console needs, and a few that drills need.

pub(crate) mod configs;
pub(crate) mod deploy;
pub(crate) mod endpoints;
mod engine;
pub(crate) mod execution;
mod features;
mod jobs;
pub(crate) mod listing;
mod nothing;
pub(crate) mod pipelines;
pub(crate) mod registry;
mod search;
pub(crate) mod steps;
mod strangers;
mod tags;

use super::fault::Fault;
use super::operation::{Operation, read, write};
use super::wire::Value;
use super::world::World;

/// The operation of that name, if the account knows it.
pub(crate) fn find(name: &str) -> Option<&'static Operation> {
    let all = [
        endpoints::OPERATIONS,
        configs::OPERATIONS,
        registry::OPERATIONS,
        pipelines::OPERATIONS,
        jobs::OPERATIONS,
        features::OPERATIONS,
        search::OPERATIONS,
        tags::OPERATIONS,
        strangers::OPERATIONS,
        nothing::OPERATIONS,
    ];
    all.into_iter().flatten().find(|operation| operation.name == name)
}

/// Keeps the `Tags` of a create request.
fn add_tags(world: &mut World, arn: &str, input: &Value) {
    for tag in input.get("Tags").map(Value::items).unwrap_or_default() {
        world.tag(arn, tag.str("Key"), tag.str("Value"));
    }
}

/// The words for a `SageMaker` pipeline or execution that is not there.
fn no_such(what: &str, arn: &str) -> Fault {
    Fault::not_found(format!("{what} '{arn}' does not exist."))
}
