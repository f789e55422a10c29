//! Resource Groups Tagging: the tags of everything in few calls.

use super::fault::Fault;
use super::operation::{Operation, read};
use super::sagemaker::listing::cut_by;
use super::wire::{Value, tree};
use super::world::World;

static OPERATIONS: &[Operation] = &[read("GetResources", resources)];

/// The operation of that name, if the account knows it.
pub(crate) fn find(name: &str) -> Option<&'static Operation> {
    OPERATIONS.iter().find(|operation| operation.name == name)
}

/// Service and kind of an ARN: `sagemaker`, `endpoint`.
fn kind(arn: &str) -> (&str, &str) {
    let mut parts = arn.splitn(6, ':');
    let service = parts.nth(2).unwrap_or("");
    let resource = parts.nth(2).unwrap_or("");
    (service, resource.split(['/', ':']).next().unwrap_or(""))
}

fn resources(world: &mut World, input: &Value) -> Result<Value, Fault> {
    let kinds = input.texts("ResourceTypeFilters")?;
    let arns = input.texts("ResourceARNList")?;
    let filters = input.list("TagFilters")?;
    let mut found = Vec::new();
    for (arn, tags) in &world.tags {
        let (service, what) = kind(arn);
        let right = kinds.is_empty()
            || kinds.iter().any(|k| k.split_once(':').map_or(*k == service, |(s, w)| s == service && w == what));
        if !right || !(arns.is_empty() || arns.contains(&arn.as_str())) {
            continue;
        }
        let mut all = true;
        for filter in filters {
            let values = filter.texts("Values")?;
            let value = tags.get(filter.need("Key")?);
            all &= value.is_some_and(|value| values.is_empty() || values.contains(&value.as_str()));
        }
        if all {
            found.push(tree! { "ResourceARN": arn.as_str(), "Tags": world.tags_of(arn) });
        }
    }
    let (page, next) = cut_by(input, found, ("PaginationToken", "ResourcesPerPage"), 50, 100)
        .map_err(|fault| Fault::new("InvalidParameterException", fault.message))?;
    Ok(tree! { "PaginationToken": next.unwrap_or_default(), "ResourceTagMappingList": page })
}
