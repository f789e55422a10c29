//! The rows of the healthy model.

use crate::resources::alarm::Alarm;
use crate::resources::config::{ConfigVariant, EndpointConfig};
use crate::resources::deployment_pipeline::{DeliveryAction, DeliveryStage, DeploymentPipeline};
use crate::resources::endpoint::{Endpoint, Variant};
use crate::resources::event_rule::{EventRule, EventTarget, Watched};
use crate::resources::execution::PipelineExecution;
use crate::resources::job::{JobDetails, TrainingJob};
use crate::resources::metric::MetricSeries;
use crate::resources::model::{Container, Model};
use crate::resources::mute_rule::{MuteDetails, MuteRule, MuteSchedule};
use crate::resources::named::Named;
use crate::resources::package::{Details, ModelPackage};
use crate::resources::pipeline::{Definition, Pipeline, StepDefinition};
use crate::resources::scalable_target::{ScalableTarget, ScalingActivity, ScalingPolicy};
use crate::resources::step::{Made, PipelineStep};
use crate::resources::subscription::Subscription;
use crate::resources::topic::Topic;

use super::{DATA, DAY, HOUR, MINUTE, RUN, TOPIC, ago, arn};
/// Makes an alarm that watches the production endpoint and notifies the topic.
pub(in crate::model) fn alarm(name: &str, state: &str) -> Alarm {
    Alarm {
        name: name.into(),
        arn: format!("arn:aws:cloudwatch:eu-west-1:123456789012:alarm:{name}"),
        kind: "metric".into(),
        state: state.into(),
        since: ago(HOUR),
        dimensions: vec![("EndpointName".into(), "fraud-prod".into())],
        namespaces: vec!["AWS/SageMaker".into()],
        watches: "Invocation5XXErrors".into(),
        actions: vec![TOPIC.into()],
        actions_enabled: true,
        ..Alarm::default()
    }
}

/// Makes a composite alarm that watches nothing itself.
pub(in crate::model) fn composite(name: &str, state: &str, rule: &str) -> Alarm {
    let plain =
        Alarm { kind: "composite".into(), dimensions: Vec::new(), namespaces: Vec::new(), ..alarm(name, state) };
    plain.ruled(rule.into())
}

pub(in crate::model) fn endpoint(name: &str, config: &str) -> Endpoint {
    let (instances, desired_instances) = (Some(2), Some(2));
    let variant = Variant { name: "AllTraffic".into(), instances, desired_instances, ..Variant::default() };
    Endpoint {
        name: name.into(),
        arn: arn(&format!("endpoint/{name}")),
        status: "InService".into(),
        created: ago(30 * DAY),
        modified: ago(8 * DAY),
        config: Some(config.into()),
        variants: vec![variant],
        guards: Some(Vec::new()),
        tags: Some(std::collections::BTreeMap::new()),
        ..Endpoint::default()
    }
}

pub(in crate::model) fn endpoint_config(name: &str, model: &str) -> EndpointConfig {
    let variant = ConfigVariant {
        name: "AllTraffic".into(),
        model: Some(model.into()),
        instances: Some(2),
        instance_type: Some("ml.m5.large".into()),
        ..ConfigVariant::default()
    };
    EndpointConfig {
        name: name.into(),
        arn: arn(&format!("endpoint-config/{name}")),
        created: ago(8 * DAY),
        variants: Some(vec![variant]),
        ..EndpointConfig::default()
    }
}

/// Makes a model from a registered version.
pub(in crate::model) fn model(name: &str, version: i32) -> Model {
    let container = Container { package: Some(arn(&format!("model-package/fraud/{version}"))), ..Container::default() };
    Model {
        name: name.into(),
        arn: arn(&format!("model/{name}")),
        containers: Some(vec![container]),
        ..Model::default()
    }
}

/// Makes a version that was registered 10 days ago, less an hour for each number. The decision came a minute later.
pub(in crate::model) fn version(number: i32, approval: &str) -> ModelPackage {
    let created = 10 * DAY - i64::from(number) * HOUR;
    let details = Details { modified: ago(created - MINUTE), generated_by: Some(RUN.into()), ..Details::default() };
    ModelPackage {
        arn: arn(&format!("model-package/fraud/{number}")),
        group: Some("fraud".into()),
        version: Some(number),
        created: ago(created),
        status: "Completed".into(),
        approval: approval.into(),
        details: Some(details),
        ..ModelPackage::default()
    }
}

pub(super) fn pipeline() -> Pipeline {
    let step =
        |name: &str, kind: &str| StepDefinition { name: name.into(), kind: kind.into(), ..StepDefinition::default() };
    let steps = vec![step("Train", "Training"), step("Register", "RegisterModel")];
    Pipeline {
        name: "fraud-build".into(),
        arn: arn("pipeline/fraud-build"),
        status: "Active".into(),
        definition: Some(Definition { steps, groups: vec!["fraud".into()], ..Definition::default() }),
        ..Pipeline::default()
    }
}

/// Makes a run of the pipeline that began so many seconds ago. A run that has ended took half an hour.
pub(in crate::model) fn run(id: &str, status: &str, began: i64) -> PipelineExecution {
    let ended = !matches!(status, "Executing" | "Stopping");
    PipelineExecution {
        arn: arn(&format!("pipeline/fraud-build/execution/{id}")),
        pipeline: "fraud-build".into(),
        status: status.into(),
        started: ago(began),
        modified: ago(began - 30 * MINUTE).filter(|_| ended),
        selected: Some(Vec::new()),
        ..PipelineExecution::default()
    }
}

/// Makes a successful step of a run.
pub(in crate::model) fn step(run: &str, name: &str, made: Made) -> PipelineStep {
    PipelineStep {
        id: format!("{run}/{name}"),
        execution: run.into(),
        name: name.into(),
        status: "Succeeded".into(),
        made,
        ..PipelineStep::default()
    }
}

pub(in crate::model) fn trained() -> Made {
    Made::TrainingJob(arn("training-job/fraud-train"))
}

pub(in crate::model) fn registered(version: i32) -> Made {
    Made::ModelPackage(arn(&format!("model-package/fraud/{version}")))
}

/// Makes a job that began so many seconds ago and read the data. A job that has ended took half an hour.
pub(in crate::model) fn job(name: &str, status: &str, began: i64) -> TrainingJob {
    let details = JobDetails { phase: status.into(), inputs: vec![DATA.into()], ..JobDetails::default() };
    TrainingJob {
        name: name.into(),
        arn: arn(&format!("training-job/{name}")),
        status: status.into(),
        created: ago(began),
        ended: ago(began - 30 * MINUTE).filter(|_| status != "InProgress"),
        details: Some(details),
        ..TrainingJob::default()
    }
}

/// Makes the topic, with one confirmed subscription.
pub(super) fn topic() -> Topic {
    Topic {
        arn: TOPIC.into(),
        name: "page".into(),
        listed: true,
        listeners: Some(vec![subscription(&format!("{TOPIC}:1"))]),
        ..Topic::default()
    }
}

/// Makes a subscription of the topic from its ARN, or from the word that SNS returns in place of an ARN.
pub(in crate::model) fn subscription(arn: &str) -> Subscription {
    Subscription { id: format!("{TOPIC} {arn}"), arn: arn.into(), topic: TOPIC.into(), ..Subscription::default() }
}

/// Makes the metrics of the last hour of an endpoint: the requests in each minute, and the shares of 5XX and 4XX.
pub(in crate::model) fn requests(endpoint: &str, count: f64, [server, client]: [f64; 2]) -> Vec<MetricSeries> {
    let of = |metric: &str, value| MetricSeries {
        endpoint: Some(endpoint.into()),
        ..series(&MetricSeries::of_variant(endpoint, "AllTraffic", metric), &[(60, value)])
    };
    vec![of("Invocations", count), of("Invocation5XXErrors", server), of("Invocation4XXErrors", client)]
}

/// Makes a metric with values that began so many minutes ago. Each value lasts until the next one. The metric was
/// read up to the last complete minute, so its newest point is two minutes old.
pub(in crate::model) fn series(id: &str, values: &[(i64, f64)]) -> MetricSeries {
    let first = values.first().map_or(0, |(minute, _)| *minute);
    let value = |minute: i64| values.iter().rev().find(|(from, _)| *from >= minute).unwrap().1;
    MetricSeries {
        id: id.into(),
        points: (2..=first).rev().map(|minute| (ago(minute * MINUTE).unwrap(), value(minute))).collect(),
        until: ago(MINUTE).unwrap(),
        period: MINUTE,
        ..MetricSeries::default()
    }
}

/// Makes an enabled rule with these targets, which waits for approvals of a group.
pub(in crate::model) fn event_rule(name: &str, targets: &[&str], group: Option<&str>) -> EventRule {
    let target = |arn: &&str| EventTarget { arn: (*arn).into(), role: Some("role".into()), ..EventTarget::default() };
    let watched = |name: &str| Watched { field: "ModelPackageGroupName".into(), name: name.into() };
    EventRule {
        name: name.into(),
        state: "ENABLED".into(),
        watches: group.map(watched).into_iter().collect(),
        targets: Some(targets.iter().map(target).collect()),
        read: ago(MINUTE),
        ..EventRule::default()
    }
}

/// Makes what scales the instances of the production endpoint, with one policy and its pair of alarms.
pub(in crate::model) fn scalable_target(min: i32, max: i32) -> ScalableTarget {
    let resource = "endpoint/fraud-prod/variant/AllTraffic";
    let alarms = ["AlarmHigh", "AlarmLow"].map(|side| format!("TargetTracking-{resource}-{side}")).into();
    let policy = ScalingPolicy {
        name: "fraud-target".into(),
        kind: "TargetTrackingScaling".into(),
        metric: Some("SageMakerVariantInvocationsPerInstance".into()),
        target: Some(1000.0),
        alarms,
        ..ScalingPolicy::default()
    };
    ScalableTarget {
        id: format!("{resource}/DesiredInstanceCount"),
        resource: resource.into(),
        dimension: "sagemaker:variant:DesiredInstanceCount".into(),
        endpoint: Some("fraud-prod".into()),
        variant: Some("AllTraffic".into()),
        min,
        max,
        policies: vec![policy],
        ..ScalableTarget::default()
    }
}

/// Makes an activity that began so many seconds ago, and took a minute.
pub(in crate::model) fn scaling_activity(status: &str, began: i64) -> ScalingActivity {
    ScalingActivity {
        id: format!("{status} {began}"),
        status: status.into(),
        description: "Setting desired instance count to 2.".into(),
        message: "Failed to set desired instance count to 2. Reason: no capacity.".into(),
        started: ago(began),
        ended: ago(began - MINUTE),
        ..ScalingActivity::default()
    }
}

/// Makes a deployment pipeline whose actions name these things. Its last execution has passed all its stages.
pub(in crate::model) fn deployment_pipeline(name: &str, names: &[&str]) -> DeploymentPipeline {
    let stage = |name: &str| DeliveryStage {
        name: name.into(),
        status: Some("Succeeded".into()),
        execution: Some("e1".into()),
        actions: vec![DeliveryAction {
            name: format!("{name}Action"),
            approval: name == "Approve",
            status: Some("Succeeded".into()),
            since: ago(12 * MINUTE),
            ..DeliveryAction::default()
        }],
        ..DeliveryStage::default()
    };
    let entry = |value: &&str| Named { key: "EndpointName".into(), value: (*value).into() };
    DeploymentPipeline {
        name: name.into(),
        arn: format!("arn:aws:codepipeline:eu-west-1:123456789012:{name}"),
        names: Some(names.iter().map(entry).collect()),
        stages: Some(["Source", "Approve", "DeployProd"].map(stage).into()),
        read: ago(MINUTE),
        ..DeploymentPipeline::default()
    }
}

/// Makes a mute rule of some alarms that is active for three hours. The time of the cases is 01:47 UTC.
pub(in crate::model) fn mute_rule(name: &str, alarms: &[&str]) -> MuteRule {
    let (expression, duration) = ("cron(0 1 * * *)".to_owned(), "PT3H".to_owned());
    let schedule = MuteSchedule { expression, duration, ..MuteSchedule::default() };
    MuteRule {
        name: name.into(),
        arn: format!("arn:aws:cloudwatch:eu-west-1:123456789012:alarm-mute-rule:{name}"),
        status: "ACTIVE".into(),
        alarms: alarms.iter().map(|&alarm| alarm.to_owned()).collect(),
        details: Some(MuteDetails { schedule, ..MuteDetails::default() }),
        ..MuteRule::default()
    }
}
