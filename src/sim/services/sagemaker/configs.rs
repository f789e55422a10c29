//! Endpoint configurations and models, which never change.

use super::listing::{Listing, TIMES};
use super::state::{Handler, State, add_tags, valid_name};
use crate::sim::prelude::{Answer, Env, Operation, Record, ServiceError, Value, read, tree, write};

pub(super) static OPERATIONS: &[Operation<Handler>] = &[
    read("ListEndpointConfigs", |state, _, input| CONFIGS.answer(input, state.configs.values())),
    read("DescribeEndpointConfig", |state, env, input| {
        Ok(state.config(env, input.need("EndpointConfigName")?)?.doc.clone())
    }),
    write("CreateEndpointConfig", create_config),
    write("DeleteEndpointConfig", delete_config),
    read("ListModels", |state, _, input| MODELS.answer(input, state.models.values())),
    read("DescribeModel", |state, env, input| Ok(state.model(env, input.need("ModelName")?)?.doc.clone())),
    write("CreateModel", create_model),
    write("DeleteModel", delete_model),
];

const CONFIGS: Listing = Listing {
    out: "EndpointConfigs",
    summary: &["EndpointConfigName", "EndpointConfigArn", "CreationTime"],
    sort: &[("Name", "EndpointConfigName"), ("CreationTime", "CreationTime")],
    by: "CreationTime",
    descending: true,
    status: None,
    late: false,
    times: TIMES,
};

const MODELS: Listing = Listing {
    out: "Models",
    summary: &["ModelName", "ModelArn", "CreationTime"],
    sort: &[("Name", "ModelName"), ("CreationTime", "CreationTime")],
    ..CONFIGS
};

fn create_config(state: &mut State, env: &mut Env, input: &Value) -> Answer {
    let name = input.need("EndpointConfigName")?;
    valid_name(name, "EndpointConfigName")?;
    let variants = input.list("ProductionVariants")?;
    if variants.is_empty() {
        return Err(ServiceError::missing("ProductionVariants"));
    }
    for variant in variants {
        variant.need("VariantName")?;
        if let Some(model) = variant.text("ModelName")? {
            state.model(env, model)?;
        }
        let sized = variant.get("InitialInstanceCount").is_some() && variant.get("InstanceType").is_some();
        if !sized && variant.get("ServerlessConfig").is_none() {
            return Err(ServiceError::invalid(format!(
                "Either ServerlessConfig or InstanceType and InitialInstanceCount must be given for variant \"{}\".",
                variant.str("VariantName")
            )));
        }
    }
    if state.configs.contains_key(name) {
        let arn = env.account.sagemaker("endpoint-config", name);
        return Err(ServiceError::invalid(format!("Cannot create already existing endpoint configuration \"{arn}\".")));
    }
    let arn = state.add_config(env, input);
    Ok(tree! { "EndpointConfigArn": arn })
}

fn create_model(state: &mut State, env: &mut Env, input: &Value) -> Answer {
    let name = input.need("ModelName")?;
    valid_name(name, "ModelName")?;
    let mut containers: Vec<&Value> = input.list("Containers")?.iter().collect();
    containers.extend(input.get("PrimaryContainer"));
    if containers.is_empty() {
        return Err(ServiceError::invalid("Either PrimaryContainer or Containers must be given."));
    }
    for container in containers {
        if let Some(package) = container.text("ModelPackageName")? {
            let found = state.package(env, package)?;
            if found.doc.str("ModelApprovalStatus") != "Approved" {
                let arn = found.doc.str("ModelPackageArn");
                return Err(ServiceError::invalid(format!("Model package \"{arn}\" is not approved for deployment.")));
            }
        } else if container.text("Image")?.is_none() {
            return Err(ServiceError::invalid("Either Image or ModelPackageName must be given for a container."));
        }
    }
    if state.models.contains_key(name) {
        let arn = env.account.sagemaker("model", name);
        return Err(ServiceError::invalid(format!("Cannot create already existing model \"{arn}\".")));
    }
    let arn = state.add_model(env, input);
    Ok(tree! { "ModelArn": arn })
}

/// Deletes a configuration. As on AWS, this is possible while an endpoint serves it.
fn delete_config(state: &mut State, env: &mut Env, input: &Value) -> Answer {
    let name = input.need("EndpointConfigName")?;
    state.config(env, name)?;
    state.configs.remove(name);
    Ok(Value::Null)
}

fn delete_model(state: &mut State, env: &mut Env, input: &Value) -> Answer {
    let name = input.need("ModelName")?;
    state.model(env, name)?;
    state.models.remove(name);
    Ok(Value::Null)
}

impl State {
    /// Returns an endpoint configuration, or AWS's error that it does not exist.
    pub(super) fn config(&self, env: &Env, name: &str) -> Result<&Record, ServiceError> {
        self.configs.get(name).ok_or_else(|| {
            let arn = env.account.sagemaker("endpoint-config", name);
            ServiceError::invalid(format!("Could not find endpoint configuration \"{arn}\"."))
        })
    }

    /// Returns a model, or AWS's error that it does not exist.
    pub(super) fn model(&self, env: &Env, name: &str) -> Result<&Record, ServiceError> {
        self.models.get(name).ok_or_else(|| {
            let arn = env.account.sagemaker("model", name);
            ServiceError::invalid(format!("Could not find model \"{arn}\"."))
        })
    }

    /// Adds a configuration with all members of the validated request.
    pub(crate) fn add_config(&mut self, env: &mut Env, input: &Value) -> String {
        let name = input.str("EndpointConfigName").to_owned();
        let arn = env.account.sagemaker("endpoint-config", &name);
        let doc = described(input, "EndpointConfigArn", &arn).with("CreationTime", env.now);
        add_tags(env, &arn, input);
        self.configs.insert(name.clone(), Record::new(&name, env.now, doc));
        arn
    }

    /// Adds a model with all members of the validated request.
    pub(crate) fn add_model(&mut self, env: &mut Env, input: &Value) -> String {
        let name = input.str("ModelName").to_owned();
        let arn = env.account.sagemaker("model", &name);
        let mut doc = described(input, "ModelArn", &arn).with("CreationTime", env.now);
        if doc.get("EnableNetworkIsolation").is_none() {
            doc.set("EnableNetworkIsolation", false);
        }
        add_tags(env, &arn, input);
        self.models.insert(name.clone(), Record::new(&name, env.now, doc));
        arn
    }
}

/// Converts a request to the description of the new resource: removes the tags, and adds the ARN.
fn described(input: &Value, key: &'static str, arn: &str) -> Value {
    let mut doc = input.clone();
    doc.set("Tags", Value::Null);
    doc.set("ClientToken", Value::Null);
    doc.with(key, arn)
}
