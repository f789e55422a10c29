//! Requests for the tags of `SageMaker` resources.

use super::state::{Handler, State};
use crate::sim::prelude::{Answer, Env, Operation, Paging, ServiceError, Value, read, tree, write};

const PAGES: Paging = Paging::usual(50, 100);

pub(super) static OPERATIONS: &[Operation<Handler>] = &[read("ListTags", list), write("AddTags", add)];

/// Returns whether a resource of that name exists.
fn exists(state: &State, env: &Env, arn: &str) -> bool {
    let Some((kind, name)) = arn.rsplit(':').next().and_then(|path| path.split_once('/')) else { return false };
    match kind {
        "endpoint" => state.endpoints.contains_key(name),
        "endpoint-config" => state.configs.contains_key(name),
        "model" => state.models.contains_key(name),
        "model-package" => state.package(env, name).is_ok(),
        "model-package-group" => state.groups.contains_key(name),
        "pipeline" => state.pipelines.contains_key(name) || state.executions.contains_key(arn),
        "training-job" => state.training_jobs.contains_key(name),
        "processing-job" => state.processing_jobs.contains_key(name),
        "feature-group" => state.feature_groups.contains_key(name),
        _ => false,
    }
}

fn known(state: &State, env: &Env, arn: &str) -> Result<(), ServiceError> {
    if exists(state, env, arn) {
        Ok(())
    } else {
        Err(ServiceError::invalid(format!("Could not find resource \"{arn}\".")))
    }
}

fn list(state: &mut State, env: &mut Env, input: &Value) -> Answer {
    let arn = input.need("ResourceArn")?;
    known(state, env, arn)?;
    PAGES.answer(input, "Tags", env.tags.rows(arn))
}

fn add(state: &mut State, env: &mut Env, input: &Value) -> Answer {
    let arn = input.need("ResourceArn")?.to_owned();
    known(state, env, &arn)?;
    for tag in input.list("Tags")? {
        let (key, value) = (tag.need("Key")?, tag.text("Value")?.unwrap_or(""));
        env.tags.add(&arn, key, value);
    }
    Ok(tree! { "Tags": env.tags.rows(&arn) })
}
