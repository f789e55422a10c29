//! Resource Groups Tagging API: reads the tags of all resources in few calls.

use crate::sim::prelude::{Answer, Cause, Env, Operations, Paging, ServiceError, Value, read, tree};

type Handler = fn(&Env, &Value) -> Answer;

pub(crate) static OPERATIONS: Operations<Handler> = &[&[read("GetResources", resources)]];

const PAGES: Paging = Paging { token: "PaginationToken", size: "ResourcesPerPage", usual: 50, most: 100 };

/// Gives common errors the single code that this service has for invalid requests.
pub(crate) fn reword(error: ServiceError) -> ServiceError {
    if error.cause == Cause::Own { error } else { error.coded("InvalidParameterException") }
}

/// Returns the service and kind of an ARN: `sagemaker`, `endpoint`.
fn kind(arn: &str) -> (&str, &str) {
    let mut parts = arn.splitn(6, ':');
    let service = parts.nth(2).unwrap_or("");
    let resource = parts.nth(2).unwrap_or("");
    (service, resource.split(['/', ':']).next().unwrap_or(""))
}

fn resources(env: &Env, input: &Value) -> Answer {
    let kinds = input.texts("ResourceTypeFilters")?;
    let arns = input.texts("ResourceARNList")?;
    let filters = input.list("TagFilters")?;
    let mut found = Vec::new();
    for (arn, tags) in &env.tags.0 {
        let (service, what) = kind(arn);
        let is_wanted = kinds.is_empty()
            || kinds.iter().any(|k| k.split_once(':').map_or(*k == service, |(s, w)| s == service && w == what));
        if !is_wanted || !(arns.is_empty() || arns.contains(&arn.as_str())) {
            continue;
        }
        let mut all = true;
        for filter in filters {
            let values = filter.texts("Values")?;
            let value = tags.get(filter.need("Key")?);
            all &= value.is_some_and(|value| values.is_empty() || values.contains(&value.as_str()));
        }
        if all {
            found.push(tree! { "ResourceARN": arn.as_str(), "Tags": env.tags.rows(arn) });
        }
    }
    let (page, next) = PAGES.cut(input, found)?;
    Ok(tree! { "PaginationToken": next.unwrap_or_default(), "ResourceTagMappingList": page })
}
