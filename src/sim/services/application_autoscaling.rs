//! Application Auto Scaling: limits, policies, and their effect on endpoints.

use std::collections::BTreeMap;

use super::{cloudwatch, sagemaker};
use crate::sim::prelude::{
    Account, Answer, Env, Operation, Operations, Paging, ServiceError, Span, Time, Value, num, read, tree, write,
};

type Handler = fn(&mut State, &Account, &Value) -> Answer;

pub(crate) static OPERATIONS: Operations<Handler> = &[TABLE];

static TABLE: &[Operation<Handler>] = &[
    read("DescribeScalableTargets", targets),
    read("DescribeScalingPolicies", policies),
    read("DescribeScalingActivities", activities),
    write("RegisterScalableTarget", register),
];

const PAGES: Paging = Paging::usual(50, 50);

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

/// The scaled variants by the names of their endpoints, and the changes so far.
#[derive(Debug, Default)]
pub(crate) struct State {
    pub(crate) targets: BTreeMap<String, ScalableTarget>,
    pub(crate) activities: Vec<Activity>,
}

/// A variant that is scaled.
#[derive(Debug, Clone)]
pub(crate) struct ScalableTarget {
    pub(crate) endpoint: String,
    pub(crate) variant: String,
    pub(crate) least: i64,
    pub(crate) most: i64,
    /// The target of scaling, in requests per minute and instance.
    pub(crate) goal: f64,
    pub(crate) created: Time,
    /// The alarms that trigger scaling.
    pub(crate) high_alarm: String,
    pub(crate) low_alarm: String,
}

/// A change of capacity that scaling made, or could not make.
#[derive(Debug, Clone)]
pub(crate) struct Activity {
    pub(crate) resource: String,
    pub(crate) at: Time,
    pub(crate) cause: String,
    pub(crate) count: i64,
    /// The limit that stopped it, if one did.
    pub(crate) limit: Option<i64>,
}

impl ScalableTarget {
    pub(crate) fn resource(&self) -> String {
        format!("endpoint/{}/variant/{}", self.endpoint, self.variant)
    }
}

/// Returns whether a request is about variants of endpoints. Only those are scaled here.
fn is_about_variants(input: &Value) -> Result<bool, ServiceError> {
    let namespace =
        input.one_of("ServiceNamespace", NAMESPACES)?.ok_or_else(|| ServiceError::missing("ServiceNamespace"))?;
    let dimension = input.text("ScalableDimension")?;
    Ok(namespace == "sagemaker" && dimension.is_none_or(|d| d == DIMENSION))
}

fn targets(state: &mut State, account: &Account, input: &Value) -> Answer {
    let ids = input.texts("ResourceIds")?;
    let about_variants = is_about_variants(input)?;
    let wanted =
        state.targets.values().filter(|s| about_variants && (ids.is_empty() || ids.contains(&s.resource().as_str())));
    let rows = wanted.map(|s| {
        tree! {
            "ServiceNamespace": "sagemaker",
            "ResourceId": s.resource(),
            "ScalableDimension": DIMENSION,
            "MinCapacity": s.least,
            "MaxCapacity": s.most,
            "RoleARN": account.role("aws-service-role/sagemaker.application-autoscaling.amazonaws.com/AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint"),
            "CreationTime": s.created,
            "SuspendedState": tree! { "DynamicScalingInSuspended": false, "DynamicScalingOutSuspended": false, "ScheduledScalingSuspended": false },
            "ScalableTargetARN": target_arn(account, s),
        }
    });
    PAGES.answer(input, "ScalableTargets", rows.collect())
}

fn target_arn(account: &Account, scalable: &ScalableTarget) -> String {
    let id = num::hex(num::hash(&scalable.resource()), 20);
    account.arn("application-autoscaling", &format!("scalable-target/{id}"))
}

fn policies(state: &mut State, account: &Account, input: &Value) -> Answer {
    let (resource, about_variants) = (input.text("ResourceId")?, is_about_variants(input)?);
    let wanted = state.targets.values().filter(|s| about_variants && resource.is_none_or(|id| s.resource() == id));
    let rows = wanted.map(|s| {
        let alarm = |name: &str| tree! { "AlarmName": name, "AlarmARN": account.arn("cloudwatch", &format!("alarm:{name}")) };
        tree! {
            "PolicyARN": account.arn("autoscaling", &format!("scalingPolicy:{}:resource/sagemaker/{}:policyName/{}-target", num::hex(num::hash(&s.endpoint), 12), s.resource(), s.endpoint)),
            "PolicyName": format!("{}-target", s.endpoint),
            "ServiceNamespace": "sagemaker",
            "ResourceId": s.resource(),
            "ScalableDimension": DIMENSION,
            "PolicyType": "TargetTrackingScaling",
            "TargetTrackingScalingPolicyConfiguration": tree! {
                "TargetValue": s.goal,
                "PredefinedMetricSpecification": tree! { "PredefinedMetricType": "SageMakerVariantInvocationsPerInstance" },
                "ScaleOutCooldown": 60,
                "ScaleInCooldown": 300,
            },
            "Alarms": vec![alarm(&s.high_alarm), alarm(&s.low_alarm)],
            "CreationTime": s.created,
        }
    });
    PAGES.answer(input, "ScalingPolicies", rows.collect())
}

fn activities(state: &mut State, _: &Account, input: &Value) -> Answer {
    let (resource, about_variants) = (input.text("ResourceId")?, is_about_variants(input)?);
    let all = input.flag("IncludeNotScaledActivities")?;
    let wanted = state
        .activities
        .iter()
        .rev()
        .filter(|a| about_variants && (all || a.limit.is_none()) && resource.is_none_or(|id| a.resource == id));
    let rows = wanted.map(|a| {
        let id = num::hex(num::hash(&format!("{}{}", a.resource, a.at.0)), 32);
        let (status, description, message) = match a.limit {
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
            "Description": description,
            "Cause": a.cause.as_str(),
            "StartTime": a.at,
            "EndTime": a.limit.is_none().then_some(a.at + Span::seconds(20)),
            "StatusCode": status,
            "StatusMessage": message,
            "NotScaledReasons": reasons,
        }
    });
    PAGES.answer(input, "ScalingActivities", rows.collect())
}

fn register(state: &mut State, account: &Account, input: &Value) -> Answer {
    let resource = input.need("ResourceId")?.to_owned();
    input.need("ScalableDimension")?;
    let (least, most) = (input.int("MinCapacity")?, input.int("MaxCapacity")?);
    let found = state.targets.values_mut().find(|s| s.resource() == resource);
    let Some(scalable) = found.filter(|_| is_about_variants(input).unwrap_or(false)) else {
        return Err(ServiceError::invalid(format!(
            "No scalable target registered for service namespace: sagemaker, resource ID: {resource}, scalable dimension: {DIMENSION}"
        )));
    };
    let (low, high) = (least.unwrap_or(scalable.least), most.unwrap_or(scalable.most));
    if low < 0 || high < low {
        return Err(ServiceError::invalid("Maximum capacity cannot be less than minimum capacity"));
    }
    (scalable.least, scalable.most) = (low, high);
    let scalable = scalable.clone();
    Ok(tree! { "ScalableTargetARN": target_arn(account, &scalable) })
}

impl State {
    /// Scales by the alarms: adds instances while the high alarm is in ALARM and the limit allows it.
    pub(crate) fn scale(&mut self, env: &mut Env, sagemaker: &mut sagemaker::State, cloudwatch: &cloudwatch::State) {
        let fires = |s: &&ScalableTarget| cloudwatch.fires(&s.high_alarm);
        let targets: Vec<ScalableTarget> = self.targets.values().filter(fires).cloned().collect();
        for target in targets {
            let metrics = cloudwatch.view(env, &sagemaker.endpoints);
            let Some(endpoint) = sagemaker.endpoints.get(&target.endpoint).filter(|e| e.update.is_none()) else {
                continue;
            };
            let mut fleet = endpoint.variants.clone();
            let Some(variant) = fleet.iter_mut().find(|v| v.name == target.variant) else { continue };
            let series = metrics.find_metric("InvocationsPerInstance", &target.endpoint);
            let each =
                series.and_then(|s| metrics.statistic(s, env.now - Span::minutes(1), env.now, "Sum")).unwrap_or(0.0);
            let needed = num::whole((each * num::float(variant.current) / target.goal.max(1.0)).ceil());
            let count = needed.clamp(target.least, target.most);
            let cause = format!(
                "monitor alarm {} in state ALARM triggered policy {}-target",
                target.high_alarm, target.endpoint
            );
            let activity = Activity { resource: target.resource(), at: env.now, cause, count, limit: None };
            if count > variant.current {
                variant.desired = count;
                sagemaker.begin_capacity(env, &target.endpoint, fleet);
                self.activities.push(activity);
            } else if needed > target.most {
                let mut last = self.activities.iter().rev().take(20);
                if !last.any(|a| a.limit == Some(target.most) && a.resource == activity.resource) {
                    self.activities.push(Activity { count: variant.current, limit: Some(target.most), ..activity });
                }
            }
        }
    }
}
