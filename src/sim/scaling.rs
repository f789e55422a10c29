//! Application Auto Scaling: limits, policies, and what they do to endpoints.

use super::fault::Fault;
use super::num;
use super::operation::{Operation, read, write};
use super::sagemaker::listing::cut;
use super::time::{Span, Time};
use super::wire::{Value, tree};
use super::world::World;

static OPERATIONS: &[Operation] = &[
    read("DescribeScalableTargets", targets),
    read("DescribeScalingPolicies", policies),
    read("DescribeScalingActivities", activities),
    write("RegisterScalableTarget", register),
];

const NAMESPACES: &[&str] = &[
    "ecs",
    "elasticmapreduce",
    "ec2",
    "appstream",
    "dynamodb",
    "rds",
    "sagemaker",
    "custom-resource",
    "comprehend",
    "lambda",
    "cassandra",
    "kafka",
    "elasticache",
    "neptune",
    "workspaces",
];
const DIMENSION: &str = "sagemaker:variant:DesiredInstanceCount";

/// A variant that is scaled.
#[derive(Debug, Clone)]
pub(crate) struct Scalable {
    pub(crate) endpoint: String,
    pub(crate) variant: String,
    pub(crate) least: i64,
    pub(crate) most: i64,
    /// Requests a minute and instance that scaling aims at.
    pub(crate) aim: f64,
    pub(crate) created: Time,
    pub(crate) high: String,
    pub(crate) low: String,
}

/// Something that scaling did, or could not do.
#[derive(Debug, Clone)]
pub(crate) struct Activity {
    pub(crate) resource: String,
    pub(crate) at: Time,
    pub(crate) cause: String,
    pub(crate) count: i64,
    /// The limit that stopped it, if one did.
    pub(crate) limit: Option<i64>,
}

/// The operation of that name, if the account knows it.
pub(crate) fn find(name: &str) -> Option<&'static Operation> {
    OPERATIONS.iter().find(|operation| operation.name == name)
}

impl Scalable {
    pub(crate) fn resource(&self) -> String {
        format!("endpoint/{}/variant/{}", self.endpoint, self.variant)
    }
}

/// Whether a request speaks of what this account scales; the namespace must be one that exists.
fn ours(input: &Value) -> Result<bool, Fault> {
    let namespace = input.one_of("ServiceNamespace", NAMESPACES)?.ok_or_else(|| Fault::missing("ServiceNamespace"))?;
    let dimension = input.text("ScalableDimension")?;
    Ok(namespace == "sagemaker" && dimension.is_none_or(|d| d == DIMENSION))
}

fn page(input: &Value, rows: Vec<Value>, out: &'static str) -> Result<Value, Fault> {
    let (page, next) = cut(input, rows, 50, 50)?;
    Ok(Value::Map(vec![(out.into(), page.into()), ("NextToken".into(), next.into())]))
}

fn targets(world: &mut World, input: &Value) -> Result<Value, Fault> {
    let ids = input.texts("ResourceIds")?;
    let ours = ours(input)?;
    let wanted = world.scaling.values().filter(|s| ours && (ids.is_empty() || ids.contains(&s.resource().as_str())));
    let rows = wanted.map(|s| {
        tree! {
            "ServiceNamespace": "sagemaker",
            "ResourceId": s.resource(),
            "ScalableDimension": DIMENSION,
            "MinCapacity": s.least,
            "MaxCapacity": s.most,
            "RoleARN": world.home.role("aws-service-role/sagemaker.application-autoscaling.amazonaws.com/AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint"),
            "CreationTime": s.created,
            "SuspendedState": tree! { "DynamicScalingInSuspended": false, "DynamicScalingOutSuspended": false, "ScheduledScalingSuspended": false },
            "ScalableTargetARN": target_arn(world, s),
        }
    });
    page(input, rows.collect(), "ScalableTargets")
}

fn target_arn(world: &World, scalable: &Scalable) -> String {
    let id = num::hex(num::hash(&scalable.resource()), 20);
    world.home.arn("application-autoscaling", &format!("scalable-target/{id}"))
}

fn policies(world: &mut World, input: &Value) -> Result<Value, Fault> {
    let (resource, ours) = (input.text("ResourceId")?, ours(input)?);
    let wanted = world.scaling.values().filter(|s| ours && resource.is_none_or(|id| s.resource() == id));
    let rows = wanted.map(|s| {
        let alarm = |name: &str| tree! { "AlarmName": name, "AlarmARN": world.home.arn("cloudwatch", &format!("alarm:{name}")) };
        tree! {
            "PolicyARN": world.home.arn("autoscaling", &format!("scalingPolicy:{}:resource/sagemaker/{}:policyName/{}-target", num::hex(num::hash(&s.endpoint), 12), s.resource(), s.endpoint)),
            "PolicyName": format!("{}-target", s.endpoint),
            "ServiceNamespace": "sagemaker",
            "ResourceId": s.resource(),
            "ScalableDimension": DIMENSION,
            "PolicyType": "TargetTrackingScaling",
            "TargetTrackingScalingPolicyConfiguration": tree! {
                "TargetValue": s.aim,
                "PredefinedMetricSpecification": tree! { "PredefinedMetricType": "SageMakerVariantInvocationsPerInstance" },
                "ScaleOutCooldown": 60,
                "ScaleInCooldown": 300,
            },
            "Alarms": vec![alarm(&s.high), alarm(&s.low)],
            "CreationTime": s.created,
        }
    });
    page(input, rows.collect(), "ScalingPolicies")
}

fn activities(world: &mut World, input: &Value) -> Result<Value, Fault> {
    let (resource, ours) = (input.text("ResourceId")?, ours(input)?);
    let all = input.flag("IncludeNotScaledActivities")?;
    let wanted = world
        .activities
        .iter()
        .rev()
        .filter(|a| ours && (all || a.limit.is_none()) && resource.is_none_or(|id| a.resource == id));
    let rows = wanted.map(|a| {
        let id = num::hex(num::hash(&format!("{}{}", a.resource, a.at.0)), 32);
        let (status, words, told) = match a.limit {
            None => (
                "Successful",
                format!("Setting desired instance count to {}.", a.count),
                Some(format!(
                    "Successfully set desired instance count to {}. Change successfully fulfilled by sagemaker.",
                    a.count
                )),
            ),
            Some(_) => ("Unfulfilled", "Attempting to scale due to alarm triggered".to_owned(), None),
        };
        let reasons = a.limit.map(|limit| {
            vec![tree! { "Code": "AlreadyAtMaxCapacity", "MaxCapacity": limit, "CurrentCapacity": a.count }]
        });
        tree! {
            "ActivityId": id,
            "ServiceNamespace": "sagemaker",
            "ResourceId": a.resource.as_str(),
            "ScalableDimension": DIMENSION,
            "Description": words,
            "Cause": a.cause.as_str(),
            "StartTime": a.at,
            "EndTime": a.limit.is_none().then_some(a.at + Span::seconds(20)),
            "StatusCode": status,
            "StatusMessage": told,
            "NotScaledReasons": reasons,
        }
    });
    page(input, rows.collect(), "ScalingActivities")
}

fn register(world: &mut World, input: &Value) -> Result<Value, Fault> {
    let resource = input.need("ResourceId")?.to_owned();
    input.need("ScalableDimension")?;
    let (least, most) = (input.int("MinCapacity")?, input.int("MaxCapacity")?);
    let found = world.scaling.values_mut().find(|s| s.resource() == resource);
    let Some(scalable) = found.filter(|_| ours(input).unwrap_or(false)) else {
        return Err(Fault::invalid(format!(
            "No scalable target registered for service namespace: sagemaker, resource ID: {resource}, scalable dimension: {DIMENSION}"
        )));
    };
    let (low, high) = (least.unwrap_or(scalable.least), most.unwrap_or(scalable.most));
    if low < 0 || high < low {
        return Err(Fault::invalid("Maximum capacity cannot be less than minimum capacity"));
    }
    (scalable.least, scalable.most) = (low, high);
    let scalable = scalable.clone();
    Ok(tree! { "ScalableTargetARN": target_arn(world, &scalable) })
}

impl World {
    /// Scaling looks at its alarms: out while the high one is in ALARM and there is room.
    pub(crate) fn scale(&mut self) {
        let wanted: Vec<Scalable> = self
            .scaling
            .values()
            .filter(|s| self.alarms.get(&s.high).is_some_and(|a| a.state() == "ALARM"))
            .cloned()
            .collect();
        for scalable in wanted {
            let Some(endpoint) = self.endpoints.get(&scalable.endpoint).filter(|e| e.update.is_none()) else {
                continue;
            };
            let mut fleet = endpoint.variants.clone();
            let Some(variant) = fleet.iter_mut().find(|v| v.name == scalable.variant) else { continue };
            let series = self.find_metric("InvocationsPerInstance", &scalable.endpoint);
            let each =
                series.and_then(|s| self.statistic(s, self.now - Span::minutes(1), self.now, "Sum")).unwrap_or(0.0);
            let needed = num::whole((each * num::float(variant.current) / scalable.aim.max(1.0)).ceil());
            let count = needed.clamp(scalable.least, scalable.most);
            let cause =
                format!("monitor alarm {} in state ALARM triggered policy {}-target", scalable.high, scalable.endpoint);
            let activity = Activity { resource: scalable.resource(), at: self.now, cause, count, limit: None };
            if count > variant.current {
                variant.desired = count;
                self.begin_capacity(&scalable.endpoint, fleet);
                self.activities.push(activity);
            } else if needed > scalable.most {
                let known = self
                    .activities
                    .iter()
                    .rev()
                    .take(20)
                    .any(|a| a.limit == Some(scalable.most) && a.resource == activity.resource);
                if !known {
                    self.activities.push(Activity { count: variant.current, limit: Some(scalable.most), ..activity });
                }
            }
        }
    }
}
