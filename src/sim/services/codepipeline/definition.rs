//! The definitions of the pipelines.

use super::requests::{Handler, wanted};
use super::state::{Action, Pipeline, Stage, State};
use crate::sim::prelude::{Answer, Env, Operation, Value, json, read, tree};
use crate::sim::services::sagemaker::Packages;

pub(super) static TABLE: &[Operation<Handler>] = &[read("GetPipeline", pipeline), read("ListTagsForResource", tags)];

/// Returns the type of an action.
pub(super) fn action_type(action: &Action) -> Value {
    let (category, provider) = match action {
        Action::Source => ("Source", "S3"),
        Action::Approval => ("Approval", "Manual"),
        Action::Deploy(_) => ("Deploy", "CloudFormation"),
    };
    tree! { "category": category, "owner": "AWS", "provider": provider, "version": "1" }
}

/// Returns the configuration of an action: a map of texts.
fn configuration(pipeline: &Pipeline, action: &Action) -> Value {
    match action {
        Action::Source => tree! { "S3Bucket": "retail-ml-artifacts", "S3ObjectKey": "deploy/source.zip" },
        Action::Approval => tree! { "CustomData": "Look at staging first" },
        Action::Deploy(endpoint) => {
            let parameters = json::text(&tree! {
                "EndpointName": endpoint.as_str(),
                "ModelPackageGroupName": &pipeline.group,
            });
            tree! { "ActionMode": "CREATE_UPDATE", "StackName": format!("deploy-{endpoint}"), "ParameterOverrides": parameters }
        }
    }
}

fn stage(pipeline: &Pipeline, stage: &Stage) -> Value {
    let (name, action) = stage.names();
    let action = tree! {
        "name": action,
        "actionTypeId": action_type(&stage.action),
        "runOrder": 1,
        "configuration": configuration(pipeline, &stage.action),
    };
    tree! { "name": name, "actions": vec![action] }
}

fn pipeline(state: &mut State, env: &mut Env, _: &Packages, input: &Value) -> Answer {
    let pipeline = wanted(state, env, input, "name")?;
    let shape = pipeline.execution(String::new(), "", pipeline.created);
    let stages: Vec<Value> = shape.stages.iter().map(|of| stage(pipeline, of)).collect();
    let definition = tree! {
        "name": &pipeline.name,
        "roleArn": env.account.role("codepipeline"),
        "artifactStore": tree! { "type": "S3", "location": "retail-ml-artifacts" },
        "stages": stages,
        "version": 1,
        "executionMode": pipeline.mode(),
        "pipelineType": "V2",
    };
    let metadata = tree! {
        "pipelineArn": env.account.arn("codepipeline", &pipeline.name),
        "created": pipeline.created,
        "updated": pipeline.created,
    };
    Ok(tree! { "pipeline": definition, "metadata": metadata })
}

fn tags(_: &mut State, env: &mut Env, _: &Packages, input: &Value) -> Answer {
    let tags = env.tags.0.get(input.need("resourceArn")?).into_iter().flatten();
    let tags: Vec<Value> = tags.map(|(key, value)| tree! { "key": key, "value": value }).collect();
    Ok(tree! { "tags": tags })
}
