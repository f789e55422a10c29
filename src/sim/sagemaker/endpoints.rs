//! Endpoints: what serves, how it is described, and the requests that change it.

use super::super::fault::Fault;
use super::super::num;
use super::super::wire::{Value, tree};
use super::super::world::World;
use super::deploy::{Change, Endpoint, Update, Variant};
use super::listing::{Listing, TIMES};
use super::{Operation, read, write};

pub(super) static OPERATIONS: &[Operation] = &[
    read("ListEndpoints", list),
    read("DescribeEndpoint", describe),
    write("UpdateEndpoint", update),
    write("UpdateEndpointWeightsAndCapacities", weights),
];

const LISTING: Listing = Listing {
    out: "Endpoints",
    summary: &["EndpointName", "EndpointArn", "CreationTime", "LastModifiedTime", "EndpointStatus"],
    sort: &[("Name", "EndpointName"), ("CreationTime", "CreationTime"), ("Status", "EndpointStatus")],
    by: "CreationTime",
    descending: true,
    status: Some((
        "EndpointStatus",
        &[
            "OutOfService",
            "Creating",
            "Updating",
            "SystemUpdating",
            "RollingBack",
            "InService",
            "Deleting",
            "Failed",
            "UpdateRollbackFailed",
        ],
    )),
    late: false,
    times: TIMES,
};

fn list(world: &mut World, input: &Value) -> Result<Value, Fault> {
    LISTING.answer(input, world.endpoints.values().map(|endpoint| &endpoint.record))
}

fn describe(world: &mut World, input: &Value) -> Result<Value, Fault> {
    let name = input.need("EndpointName")?;
    let endpoint = world.endpoint(name)?;
    Ok(world.describe_endpoint(endpoint))
}

impl World {
    /// An endpoint, or AWS's words that there is none.
    pub(crate) fn endpoint(&self, name: &str) -> Result<&Endpoint, Fault> {
        self.endpoints.get(name).ok_or_else(|| {
            let arn = self.home.sagemaker("endpoint", name);
            Fault::invalid(format!("Could not find endpoint \"{arn}\"."))
        })
    }

    /// The description of an endpoint as it is now.
    pub(crate) fn describe_endpoint(&self, endpoint: &Endpoint) -> Value {
        let mut doc = endpoint.record.doc.clone();
        if endpoint.status() == "Failed" {
            return doc;
        }
        let capacity = endpoint.update.as_ref().filter(|update| update.change == Change::Capacity);
        let fleet: Vec<Value> = endpoint.variants.iter().map(|v| serving(v, capacity)).collect();
        doc.set("ProductionVariants", Some(fleet).filter(|fleet| !fleet.is_empty()));
        let arriving = endpoint.update.as_ref().filter(|update| update.change == Change::Deployment);
        if let Some(update) = arriving.filter(|_| endpoint.status() != "Creating") {
            doc.set("PendingDeploymentSummary", self.pending(update));
        }
        doc
    }

    fn pending(&self, update: &Update) -> Value {
        let (phase, message, since, part) = update.phase(self);
        let fleet = update.variants.iter().map(|variant| {
            let mut doc = common(variant);
            let share = num::rounded(variant.weight * part, 2);
            doc.set("CurrentWeight", share);
            if variant.serverless.is_none() {
                let up = if phase == "Creating" { 0 } else { variant.desired };
                doc.set("CurrentInstanceCount", up);
                doc.set("InstanceType", variant.instance_type.as_str());
            }
            doc.with("VariantStatus", vec![tree! { "Status": phase, "StatusMessage": message, "StartTime": since }])
        });
        tree! {
            "EndpointConfigName": update.config.as_str(),
            "ProductionVariants": fleet.collect::<Vec<_>>(),
            "StartTime": update.started,
        }
    }

    /// Whether an endpoint can be changed now.
    fn changeable(&self, name: &str) -> Result<&Endpoint, Fault> {
        let endpoint = self.endpoint(name)?;
        let arn = endpoint.record.doc.str("EndpointArn");
        match endpoint.status() {
            "InService" | "UpdateRollbackFailed" => Ok(endpoint),
            "Failed" => Err(Fault::invalid(format!("Cannot update endpoint \"{arn}\" in Failed state."))),
            "OutOfService" => Err(Fault::invalid(format!("Cannot update out-of-service endpoint \"{arn}\"."))),
            _ => Err(Fault::invalid(format!("Cannot update in-progress endpoint \"{arn}\"."))),
        }
    }

    /// The fleet that a configuration asks for.
    pub(crate) fn fleet(&self, config: &str) -> Result<Vec<Variant>, Fault> {
        let config = self.config(config)?;
        config.doc.list("ProductionVariants")?.iter().map(|wanted| self.new_variant(wanted)).collect()
    }

    fn new_variant(&self, wanted: &Value) -> Result<Variant, Fault> {
        let count = wanted.int("InitialInstanceCount")?.unwrap_or(1);
        let (image, digest, package) = match wanted.text("ModelName")? {
            Some(model) => self.contents(&self.model(model)?.doc),
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
            since: self.now,
        })
    }

    /// Image, digest and package (`group/version`) of a model's first container.
    fn contents(&self, model: &Value) -> (String, String, String) {
        let container =
            model.get("PrimaryContainer").or_else(|| model.get("Containers").and_then(|list| list.items().first()));
        let Some(container) = container else { return Default::default() };
        let package = self.package(container.str("ModelPackageName")).ok();
        let spec =
            package.and_then(|p| p.doc.at("InferenceSpecification.Containers")).and_then(|list| list.items().first());
        let image = spec.unwrap_or(container).str("Image").to_owned();
        let digest = spec.map_or("", |s| s.str("ImageDigest")).to_owned();
        let digest = if digest.is_empty() { format!("sha256:{}", num::hex(num::hash(&image), 64)) } else { digest };
        (image, digest, package.map(|p| p.name.clone()).unwrap_or_default())
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

/// The members that a variant has in both fleets.
fn common(variant: &Variant) -> Value {
    let image = tree! {
        "SpecifiedImage": variant.image.as_str(),
        "ResolvedImage": format!("{}@{}", variant.image.split(':').next().unwrap_or(""), variant.digest),
        "ResolutionTime": variant.since,
    };
    let instances = variant.serverless.is_none();
    tree! {
        "VariantName": variant.name.as_str(),
        "DeployedImages": vec![image],
        "CurrentWeight": variant.weight,
        "DesiredWeight": variant.weight,
        "CurrentInstanceCount": instances.then_some(variant.current),
        "DesiredInstanceCount": instances.then_some(variant.desired),
        "CurrentServerlessConfig": variant.serverless.as_ref(),
    }
}

fn update(world: &mut World, input: &Value) -> Result<Value, Fault> {
    let name = input.need("EndpointName")?;
    let config = input.need("EndpointConfigName")?;
    let retain = input.flag("RetainAllVariantProperties")?;
    let excluded: Vec<&str> = input
        .list("ExcludeRetainedVariantProperties")?
        .iter()
        .map(|property| property.str("VariantPropertyType"))
        .collect();
    world.endpoint(name)?;
    let mut fleet = world.fleet(config)?;
    let endpoint = world.changeable(name)?;
    let arn = endpoint.record.doc.str("EndpointArn").to_owned();
    if retain {
        for wanted in &mut fleet {
            let Some(old) = endpoint.variants.iter().find(|v| v.name == wanted.name) else {
                return Err(Fault::invalid(format!(
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
    let config = config.to_owned();
    world.begin_deployment(name, &config, fleet, deployment);
    Ok(tree! { "EndpointArn": arn })
}

fn weights(world: &mut World, input: &Value) -> Result<Value, Fault> {
    let name = input.need("EndpointName")?;
    let wanted = input.list("DesiredWeightsAndCapacities")?;
    if wanted.is_empty() {
        return Err(Fault::missing("DesiredWeightsAndCapacities"));
    }
    let endpoint = world.changeable(name)?;
    let arn = endpoint.record.doc.str("EndpointArn").to_owned();
    let mut fleet = endpoint.variants.clone();
    for change in wanted {
        let variant = change.need("VariantName")?;
        let Some(found) = fleet.iter_mut().find(|v| v.name == variant) else {
            return Err(Fault::invalid(format!(
                "The variant name(s) \"{variant}\" is/are not present within endpoint \"{arn}\"."
            )));
        };
        if let Some(count) = change.int("DesiredInstanceCount")? {
            if count < 0 {
                return Err(Fault::constraint(
                    &format!("'{count}'"),
                    "desiredInstanceCount",
                    "Member must have value greater than or equal to 0",
                ));
            }
            found.desired = count;
        }
        if let Some(weight) = change.get("DesiredWeight") {
            found.weight = weight.as_float().ok_or_else(|| Fault::shape("DesiredWeight", "a Float"))?;
        }
    }
    world.begin_capacity(name, fleet);
    Ok(tree! { "EndpointArn": arn })
}
