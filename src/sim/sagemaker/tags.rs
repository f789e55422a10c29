//! Tags of everything that `SageMaker` knows.

use super::super::fault::Fault;
use super::super::wire::{Value, tree};
use super::super::world::World;
use super::listing::{cut, rows};
use super::{Operation, read, write};

pub(super) static OPERATIONS: &[Operation] = &[read("ListTags", list), write("AddTags", add)];

/// Whether something of that name exists.
fn exists(world: &World, arn: &str) -> bool {
    let Some((kind, name)) = arn.rsplit(':').next().and_then(|path| path.split_once('/')) else { return false };
    match kind {
        "endpoint" => world.endpoints.contains_key(name),
        "endpoint-config" => world.configs.contains_key(name),
        "model" => world.models.contains_key(name),
        "model-package" => world.package(name).is_ok(),
        "model-package-group" => world.groups.contains_key(name),
        "pipeline" => world.pipelines.contains_key(name) || world.executions.contains_key(arn),
        "training-job" => world.training.contains_key(name),
        "processing-job" => world.processing.contains_key(name),
        "feature-group" => world.features.contains_key(name),
        _ => false,
    }
}

fn known(world: &World, arn: &str) -> Result<(), Fault> {
    if exists(world, arn) { Ok(()) } else { Err(Fault::invalid(format!("Could not find resource \"{arn}\"."))) }
}

fn list(world: &mut World, input: &Value) -> Result<Value, Fault> {
    let arn = input.need("ResourceArn")?;
    known(world, arn)?;
    let (page, next) = cut(input, world.tags_of(arn), 50, 100)?;
    Ok(rows("Tags", page, next))
}

fn add(world: &mut World, input: &Value) -> Result<Value, Fault> {
    let arn = input.need("ResourceArn")?.to_owned();
    known(world, &arn)?;
    for tag in input.list("Tags")? {
        let (key, value) = (tag.need("Key")?, tag.text("Value")?.unwrap_or(""));
        world.tag(&arn, key, value);
    }
    Ok(tree! { "Tags": world.tags_of(&arn) })
}

impl World {
    /// The tags of a resource, as lists show them.
    pub(crate) fn tags_of(&self, arn: &str) -> Vec<Value> {
        let tags = self.tags.get(arn).into_iter().flatten();
        tags.map(|(key, value)| tree! { "Key": key.as_str(), "Value": value.as_str() }).collect()
    }
}
