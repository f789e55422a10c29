//! Requests about endpoints.

use super::endpoint::{Change, Endpoint, Update, Variant};
use super::listing::{Listing, TIMES};
use super::state::{Handler, State, add_tags, valid_name};
use crate::sim::prelude::{Answer, Env, Operation, Record, ServiceError, Value, num, read, tree, words, write};

pub(super) static OPERATIONS: &[Operation<Handler>] = &[
    read("ListEndpoints", |state, _, input| {
        LISTING.answer(input, state.endpoints.values().map(|endpoint| &endpoint.record))
    }),
    read("DescribeEndpoint", describe),
    write("UpdateEndpoint", update),
    write("UpdateEndpointWeightsAndCapacities", update_capacity),
    write("CreateEndpoint", create),
    write("DeleteEndpoint", delete),
];

const LISTING: Listing = Listing {
    out: "Endpoints",
    summary: &["EndpointName", "EndpointArn", "CreationTime", "LastModifiedTime", "EndpointStatus"],
    sort: &[("Name", "EndpointName"), ("CreationTime", "CreationTime"), ("Status", "EndpointStatus")],
    by: "CreationTime",
    descending: true,
    status: Some((
        "EndpointStatus",
        words! {
            OutOfService Creating Updating SystemUpdating RollingBack InService Deleting Failed
            UpdateRollbackFailed
        },
    )),
    late: false,
    times: TIMES,
};

fn describe(state: &mut State, env: &mut Env, input: &Value) -> Answer {
    let name = input.need("EndpointName")?;
    Ok(description(env, state.endpoint(env, name)?))
}

impl State {
    /// Returns an endpoint, or AWS's error that it does not exist.
    pub(crate) fn endpoint(&self, env: &Env, name: &str) -> Result<&Endpoint, ServiceError> {
        self.endpoints.get(name).ok_or_else(|| {
            let arn = env.account.sagemaker("endpoint", name);
            ServiceError::invalid(format!("Could not find endpoint \"{arn}\"."))
        })
    }

    /// Returns an endpoint if it can be changed now.
    fn changeable(&self, env: &Env, name: &str) -> Result<&Endpoint, ServiceError> {
        let endpoint = self.endpoint(env, name)?;
        let arn = endpoint.record.doc.str("EndpointArn");
        match endpoint.status() {
            "InService" | "UpdateRollbackFailed" => Ok(endpoint),
            "Failed" => Err(ServiceError::invalid(format!("Cannot update endpoint \"{arn}\" in Failed state."))),
            "OutOfService" => Err(ServiceError::invalid(format!("Cannot update out-of-service endpoint \"{arn}\"."))),
            _ => Err(ServiceError::invalid(format!("Cannot update in-progress endpoint \"{arn}\"."))),
        }
    }

    /// Returns the fleet of a configuration.
    pub(crate) fn fleet(&self, env: &Env, config: &str) -> Result<Vec<Variant>, ServiceError> {
        let config = self.config(env, config)?;
        config.doc.list("ProductionVariants")?.iter().map(|wanted| self.new_variant(env, wanted)).collect()
    }

    pub(super) fn new_variant(&self, env: &Env, wanted: &Value) -> Result<Variant, ServiceError> {
        let count = wanted.int("InitialInstanceCount")?.unwrap_or(1);
        let (image, digest, package) = match wanted.text("ModelName")? {
            Some(model) => self.contents(env, &self.model(env, model)?.doc),
            None => Default::default(),
        };
        Ok(Variant {
            name: wanted.str("VariantName").to_owned(),
            model: wanted.str("ModelName").to_owned(),
            package,
            image,
            digest,
            instance_type: wanted.str("InstanceType").to_owned(),
            weight: wanted.get("InitialVariantWeight").and_then(Value::as_float).unwrap_or(1.0),
            current: count,
            desired: count,
            serverless: wanted.get("ServerlessConfig").cloned(),
            scaling: wanted.get("ManagedInstanceScaling").cloned(),
            routing: wanted.get("RoutingConfig").cloned(),
            since: env.now,
        })
    }

    /// Returns the image, digest and package (`group/version`) of a model's first container.
    fn contents(&self, env: &Env, model: &Value) -> (String, String, String) {
        let container = model.get("PrimaryContainer").or_else(|| model.items_at("Containers").first());
        let Some(container) = container else { return Default::default() };
        let package = self.package(env, container.str("ModelPackageName")).ok();
        let spec = package.and_then(|p| p.doc.items_at("InferenceSpecification.Containers").first());
        let image = spec.unwrap_or(container).str("Image").to_owned();
        let digest = spec.map_or("", |s| s.str("ImageDigest")).to_owned();
        let digest = if digest.is_empty() { format!("sha256:{}", num::hex(num::hash(&image), 64)) } else { digest };
        (image, digest, package.map(|p| p.name.clone()).unwrap_or_default())
    }
}

/// Returns the description of an endpoint as it is now.
pub(super) fn description(env: &Env, endpoint: &Endpoint) -> Value {
    let mut doc = endpoint.record.doc.clone();
    if endpoint.status() == "Failed" {
        return doc;
    }
    let capacity = endpoint.update.as_ref().filter(|update| update.change == Change::Capacity);
    let fleet: Vec<Value> = endpoint.variants.iter().map(|v| serving(v, capacity)).collect();
    doc.set("ProductionVariants", Some(fleet).filter(|fleet| !fleet.is_empty()));
    let arriving = endpoint.update.as_ref().filter(|update| update.change == Change::Deployment);
    if let Some(update) = arriving.filter(|_| endpoint.status() != "Creating") {
        doc.set("PendingDeploymentSummary", pending(env, update));
    }
    doc
}

/// Returns the new fleet during a deployment, and its phase.
fn pending(env: &Env, update: &Update) -> Value {
    let (phase, message, since, part) = update.phase(env);
    let fleet = update.variants.iter().map(|variant| {
        let mut doc = common(variant);
        doc.set("CurrentWeight", num::rounded(variant.weight * part, 2));
        if variant.serverless.is_none() {
            doc.set("CurrentInstanceCount", if phase == "Creating" { 0 } else { variant.desired });
            doc.set("InstanceType", &variant.instance_type);
        }
        doc.with("VariantStatus", vec![tree! { "Status": phase, "StatusMessage": message, "StartTime": since }])
    });
    tree! {
        "EndpointConfigName": &update.config,
        "ProductionVariants": fleet.collect::<Vec<_>>(),
        "StartTime": update.started,
    }
}

fn serving(variant: &Variant, changing: Option<&Update>) -> Value {
    let mut doc = common(variant);
    doc.set("DesiredWeight", variant.weight);
    if let Some(update) = changing {
        doc.set("VariantStatus", vec![tree! { "Status": "Updating", "StartTime": update.started }]);
    }
    doc
}

/// Returns the members that a variant has in the old and in the new fleet.
pub(super) fn common(variant: &Variant) -> Value {
    let image = tree! {
        "SpecifiedImage": variant.image.as_str(),
        "ResolvedImage": format!("{}@{}", variant.image.split(':').next().unwrap_or(""), variant.digest),
        "ResolutionTime": variant.since,
    };
    let instances = variant.serverless.is_none();
    tree! {
        "VariantName": variant.name.as_str(),
        "DeployedImages": (!variant.image.is_empty()).then(|| vec![image]),
        "CurrentWeight": variant.weight,
        "DesiredWeight": variant.weight,
        "CurrentInstanceCount": instances.then_some(variant.current),
        "DesiredInstanceCount": instances.then_some(variant.desired),
        "CurrentServerlessConfig": variant.serverless.as_ref(),
        "ManagedInstanceScaling": variant.scaling.as_ref(),
        "RoutingConfig": variant.routing.as_ref(),
    }
}

fn update(state: &mut State, env: &mut Env, input: &Value) -> Answer {
    let name = input.need("EndpointName")?;
    let config = input.need("EndpointConfigName")?;
    let retain = input.flag("RetainAllVariantProperties")?;
    let excluded: Vec<&str> = input
        .list("ExcludeRetainedVariantProperties")?
        .iter()
        .map(|property| property.str("VariantPropertyType"))
        .collect();
    state.endpoint(env, name)?;
    let mut fleet = state.fleet(env, config)?;
    let endpoint = state.changeable(env, name)?;
    let arn = endpoint.record.doc.str("EndpointArn").to_owned();
    if retain {
        for wanted in &mut fleet {
            let Some(old) = endpoint.variants.iter().find(|v| v.name == wanted.name) else {
                return Err(ServiceError::invalid(format!(
                    "RetainAllVariantProperties needs the same variants in both configurations; variant \"{}\" is new.",
                    wanted.name
                )));
            };
            if !excluded.contains(&"DesiredInstanceCount") && wanted.serverless.is_none() {
                wanted.desired = old.desired;
            }
            if !excluded.contains(&"DesiredWeight") {
                wanted.weight = old.weight;
            }
        }
    }
    let last = endpoint.record.doc.get("LastDeploymentConfig").cloned();
    let keep = input.flag("RetainDeploymentConfig")?;
    let deployment = input.get("DeploymentConfig").cloned().or(if keep { last } else { None });
    state.begin_deployment(env, name, config, (fleet, deployment));
    Ok(tree! { "EndpointArn": arn })
}

fn update_capacity(state: &mut State, env: &mut Env, input: &Value) -> Answer {
    let name = input.need("EndpointName")?;
    let wanted = input.list("DesiredWeightsAndCapacities")?;
    if wanted.is_empty() {
        return Err(ServiceError::missing("DesiredWeightsAndCapacities"));
    }
    let endpoint = state.changeable(env, name)?;
    let arn = endpoint.record.doc.str("EndpointArn").to_owned();
    let mut fleet = endpoint.variants.clone();
    for change in wanted {
        let variant = change.need("VariantName")?;
        let Some(found) = fleet.iter_mut().find(|v| v.name == variant) else {
            return Err(ServiceError::invalid(format!(
                "The variant name(s) \"{variant}\" is/are not present within endpoint \"{arn}\"."
            )));
        };
        if let Some(count) = change.int("DesiredInstanceCount")? {
            if count < 0 {
                return Err(ServiceError::constraint(
                    &format!("'{count}'"),
                    "desiredInstanceCount",
                    "Member must have value greater than or equal to 0",
                ));
            }
            found.desired = count;
        }
        if let Some(weight) = change.get("DesiredWeight") {
            found.weight = weight.as_float().ok_or_else(|| ServiceError::shape("DesiredWeight", "a Float"))?;
        }
    }
    state.begin_capacity(env, name, fleet);
    Ok(tree! { "EndpointArn": arn })
}

fn create(state: &mut State, env: &mut Env, input: &Value) -> Answer {
    let (name, config) = (input.need("EndpointName")?, input.need("EndpointConfigName")?);
    valid_name(name, "EndpointName")?;
    let arn = env.account.sagemaker("endpoint", name);
    if state.endpoints.contains_key(name) {
        return Err(ServiceError::invalid(format!("Cannot create already existing endpoint \"{arn}\".")));
    }
    let variants = state.fleet(env, config)?;
    let doc = tree! {
        "EndpointName": name,
        "EndpointArn": &arn,
        "EndpointConfigName": config,
        "EndpointStatus": "Creating",
        "CreationTime": env.now,
        "LastModifiedTime": env.now,
    };
    add_tags(env, &arn, input);
    state.endpoints.insert(name.to_owned(), Endpoint::new(Record::new(name, env.now, doc)));
    state.begin_creation(env, name, config, variants);
    Ok(tree! { "EndpointArn": arn })
}

fn delete(state: &mut State, env: &mut Env, input: &Value) -> Answer {
    let name = input.need("EndpointName")?;
    if state.endpoint(env, name)?.update.is_some() {
        let arn = env.account.sagemaker("endpoint", name);
        return Err(ServiceError::invalid(format!("Cannot delete in-progress endpoint \"{arn}\".")));
    }
    state.endpoints.remove(name);
    Ok(Value::Null)
}
