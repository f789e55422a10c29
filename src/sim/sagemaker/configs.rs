//! Endpoint configurations and models: immutable, made by the operator or a deployment.

use super::super::fault::Fault;
use super::super::wire::{Value, tree};
use super::super::world::{Record, World};
use super::listing::{Listing, TIMES, record};
use super::{Operation, add_tags, read, write};

pub(super) static OPERATIONS: &[Operation] = &[
    read("ListEndpointConfigs", list_configs),
    read("DescribeEndpointConfig", describe_config),
    write("CreateEndpointConfig", create_config),
    read("ListModels", list_models),
    read("DescribeModel", describe_model),
    write("CreateModel", create_model),
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

fn list_configs(world: &mut World, input: &Value) -> Result<Value, Fault> {
    CONFIGS.answer(input, world.configs.values())
}

fn list_models(world: &mut World, input: &Value) -> Result<Value, Fault> {
    MODELS.answer(input, world.models.values())
}

fn describe_config(world: &mut World, input: &Value) -> Result<Value, Fault> {
    Ok(world.config(input.need("EndpointConfigName")?)?.doc.clone())
}

fn describe_model(world: &mut World, input: &Value) -> Result<Value, Fault> {
    Ok(world.model(input.need("ModelName")?)?.doc.clone())
}

/// A name as `SageMaker` allows it for most things.
pub(super) fn valid_name(name: &str, member: &str) -> Result<(), Fault> {
    let pattern = "[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}";
    let edge = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    let inside = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    if name.len() <= 63 && inside && edge(name.chars().next()) && edge(name.chars().next_back()) {
        return Ok(());
    }
    Err(Fault::constraint(
        &format!("'{name}'"),
        member,
        &format!("Member must satisfy regular expression pattern: {pattern}"),
    ))
}

fn create_config(world: &mut World, input: &Value) -> Result<Value, Fault> {
    let name = input.need("EndpointConfigName")?;
    valid_name(name, "EndpointConfigName")?;
    let variants = input.list("ProductionVariants")?;
    if variants.is_empty() {
        return Err(Fault::missing("ProductionVariants"));
    }
    for variant in variants {
        variant.need("VariantName")?;
        if let Some(model) = variant.text("ModelName")? {
            world.model(model)?;
        }
        let sized = variant.get("InitialInstanceCount").is_some() && variant.get("InstanceType").is_some();
        if !sized && variant.get("ServerlessConfig").is_none() {
            return Err(Fault::invalid(format!(
                "Either ServerlessConfig or InstanceType and InitialInstanceCount must be given for variant \"{}\".",
                variant.str("VariantName")
            )));
        }
    }
    if world.configs.contains_key(name) {
        let arn = world.home.sagemaker("endpoint-config", name);
        return Err(Fault::invalid(format!("Cannot create already existing endpoint configuration \"{arn}\".")));
    }
    let arn = world.add_config(input);
    Ok(tree! { "EndpointConfigArn": arn })
}

fn create_model(world: &mut World, input: &Value) -> Result<Value, Fault> {
    let name = input.need("ModelName")?;
    valid_name(name, "ModelName")?;
    let mut containers: Vec<&Value> = input.list("Containers")?.iter().collect();
    containers.extend(input.get("PrimaryContainer"));
    if containers.is_empty() {
        return Err(Fault::invalid("Either PrimaryContainer or Containers must be given."));
    }
    for container in containers {
        if let Some(package) = container.text("ModelPackageName")? {
            let found = world.package(package)?;
            if found.doc.str("ModelApprovalStatus") != "Approved" {
                let arn = found.doc.str("ModelPackageArn");
                return Err(Fault::invalid(format!("Model package \"{arn}\" is not approved for deployment.")));
            }
        } else if container.text("Image")?.is_none() {
            return Err(Fault::invalid("Either Image or ModelPackageName must be given for a container."));
        }
    }
    if world.models.contains_key(name) {
        let arn = world.home.sagemaker("model", name);
        return Err(Fault::invalid(format!("Cannot create already existing model \"{arn}\".")));
    }
    let arn = world.add_model(input);
    Ok(tree! { "ModelArn": arn })
}

impl World {
    /// An endpoint configuration, or AWS's words that there is none.
    pub(crate) fn config(&self, name: &str) -> Result<&Record, Fault> {
        self.configs.get(name).ok_or_else(|| {
            let arn = self.home.sagemaker("endpoint-config", name);
            Fault::invalid(format!("Could not find endpoint configuration \"{arn}\"."))
        })
    }

    /// A model, or AWS's words that there is none.
    pub(crate) fn model(&self, name: &str) -> Result<&Record, Fault> {
        self.models.get(name).ok_or_else(|| {
            let arn = self.home.sagemaker("model", name);
            Fault::invalid(format!("Could not find model \"{arn}\"."))
        })
    }

    /// Keeps a checked configuration; everything that the request says is kept.
    pub(crate) fn add_config(&mut self, input: &Value) -> String {
        let name = input.str("EndpointConfigName").to_owned();
        let arn = self.home.sagemaker("endpoint-config", &name);
        let doc = described(input, "EndpointConfigArn", &arn).with("CreationTime", self.now);
        add_tags(self, &arn, input);
        self.configs.insert(name.clone(), record(&name, self.now, doc));
        arn
    }

    /// Keeps a checked model; everything that the request says is kept.
    pub(crate) fn add_model(&mut self, input: &Value) -> String {
        let name = input.str("ModelName").to_owned();
        let arn = self.home.sagemaker("model", &name);
        let mut doc = described(input, "ModelArn", &arn).with("CreationTime", self.now);
        if doc.get("EnableNetworkIsolation").is_none() {
            doc.set("EnableNetworkIsolation", false);
        }
        add_tags(self, &arn, input);
        self.models.insert(name.clone(), record(&name, self.now, doc));
        arn
    }
}

/// A request as its description: without tags, with the new resource's name.
fn described(input: &Value, key: &'static str, arn: &str) -> Value {
    let mut doc = input.clone();
    doc.set("Tags", Value::Null);
    doc.set("ClientToken", Value::Null);
    doc.with(key, arn)
}
