//! Application Auto Scaling: limits, policies, and their effect on endpoints.

mod activity;

use std::collections::BTreeMap;

pub(crate) use activity::{Activity, Outcome};

use super::{cloudwatch, sagemaker};
use crate::sim::prelude::{
    Account, Answer, Env, Operation, Operations, Paging, ServiceError, Span, Time, Value, num, read, tree, write,
};

type Handler = fn(&mut State, &Account, &Value) -> Answer;

pub(crate) static OPERATIONS: Operations<Handler> = &[TABLE];

static TABLE: &[Operation<Handler>] = &[
    read("DescribeScalableTargets", targets),
    read("DescribeScalingPolicies", policies),
    read("DescribeScheduledActions", scheduled_actions),
    read("DescribeScalingActivities", activities),
    write("RegisterScalableTarget", register),
];

/// The time after which something that failed is tried again.
const AGAIN: Span = Span::minutes(5);

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
    pub(crate) scheduled: Vec<ScheduledAction>,
    /// The kinds of scaling that are suspended: `in`, `out`, `scheduled`.
    pub(crate) suspended: Vec<String>,
    /// The reason why no instances can be added, if that is so.
    pub(crate) lacks: Option<String>,
}

/// An action that sets the limits at certain times.
#[derive(Debug, Clone)]
pub(crate) struct ScheduledAction {
    pub(crate) name: String,
    pub(crate) schedule: String,
    pub(crate) least: Option<i64>,
    pub(crate) most: Option<i64>,
}

impl ScalableTarget {
    pub(crate) fn resource(&self) -> String {
        format!("endpoint/{}/variant/{}", self.endpoint, self.variant)
    }

    fn suspends(&self, kind: &str) -> bool {
        self.suspended.iter().any(|suspended| suspended == kind)
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
            "SuspendedState": tree! {
                "DynamicScalingInSuspended": s.suspends("in"),
                "DynamicScalingOutSuspended": s.suspends("out"),
                "ScheduledScalingSuspended": s.suspends("scheduled"),
            },
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

fn scheduled_actions(state: &mut State, account: &Account, input: &Value) -> Answer {
    let (resource, about_variants) = (input.text("ResourceId")?, is_about_variants(input)?);
    let wanted = state.targets.values().filter(|s| about_variants && resource.is_none_or(|id| s.resource() == id));
    let rows = wanted.flat_map(|s| s.scheduled.iter().map(move |action| (s, action))).map(|(s, action)| {
        let id = num::hex(num::hash(&format!("{}{}", s.resource(), action.name)), 12);
        let name =
            format!("scheduledAction:{id}:resource/sagemaker/{}:scheduledActionName/{}", s.resource(), action.name);
        tree! {
            "ScheduledActionName": action.name.as_str(),
            "ScheduledActionARN": account.arn("autoscaling", &name),
            "ServiceNamespace": "sagemaker",
            "Schedule": action.schedule.as_str(),
            "ResourceId": s.resource(),
            "ScalableDimension": DIMENSION,
            "ScalableTargetAction": tree! { "MinCapacity": action.least, "MaxCapacity": action.most },
            "CreationTime": s.created,
        }
    });
    PAGES.answer(input, "ScheduledActions", rows.collect())
}

fn activities(state: &mut State, _: &Account, input: &Value) -> Answer {
    let (resource, about_variants) = (input.text("ResourceId")?, is_about_variants(input)?);
    let all = input.flag("IncludeNotScaledActivities")?;
    let wanted = state
        .activities
        .iter()
        .filter(|a| about_variants && (all || !a.changed_nothing()) && resource.is_none_or(|id| a.resource == id));
    let mut wanted: Vec<&Activity> = wanted.collect();
    wanted.sort_by_key(|activity| std::cmp::Reverse(activity.at));
    let rows = wanted.into_iter().map(Activity::row);
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
    for (kind, member) in [
        ("in", "DynamicScalingInSuspended"),
        ("out", "DynamicScalingOutSuspended"),
        ("scheduled", "ScheduledScalingSuspended"),
    ] {
        if let Some(suspend) = input.get("SuspendedState").map(|state| state.flag(member)).transpose()? {
            scalable.suspended.retain(|suspended| suspended != kind);
            scalable.suspended.extend(suspend.then(|| kind.to_owned()));
        }
    }
    let scalable = scalable.clone();
    Ok(tree! { "ScalableTargetARN": target_arn(account, &scalable) })
}

impl State {
    /// Scales by the alarms: adds instances while the high alarm is in ALARM and the limit allows it.
    pub(crate) fn scale(&mut self, env: &mut Env, sagemaker: &mut sagemaker::State, cloudwatch: &cloudwatch::State) {
        self.scale_those(env, sagemaker, cloudwatch, |_| true);
    }

    /// Scales only the targets that get no instances.
    pub(crate) fn fail_to_scale(
        &mut self,
        env: &mut Env,
        sagemaker: &mut sagemaker::State,
        cloudwatch: &cloudwatch::State,
    ) {
        self.scale_those(env, sagemaker, cloudwatch, |target| target.lacks.is_some());
    }

    fn scale_those(
        &mut self,
        env: &mut Env,
        sagemaker: &mut sagemaker::State,
        cloudwatch: &cloudwatch::State,
        those: fn(&ScalableTarget) -> bool,
    ) {
        let fires = |s: &&ScalableTarget| those(s) && cloudwatch.fires(&s.high_alarm) && !s.suspends("out");
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
            let outcome = match &target.lacks {
                None if count > variant.current => Outcome::Set(count),
                Some(reason) if count > variant.current => Outcome::Failed(count, reason.clone()),
                _ if needed > target.most => Outcome::AtMax(target.most),
                _ => continue,
            };
            let again = env.now - AGAIN;
            let mut own = self.activities.iter().filter(|a| a.resource == target.resource());
            // AWS tells an equal reason not to scale only once.
            if own.any(|a| a.outcome == outcome && (a.changed_nothing() || a.at > again)) {
                continue;
            }
            if matches!(outcome, Outcome::Set(_)) {
                variant.desired = count;
                sagemaker.begin_capacity(env, &target.endpoint, fleet);
            }
            self.activities.push(Activity { resource: target.resource(), at: env.now, cause, outcome });
        }
    }
}
