//! Tables of an account of any size, made in memory without a call, for the benchmarks and the tests of the join.
//!
//! Each model has two endpoints, one pipeline and four alarms. It has either the versions that a console holds, namely
//! the serving and newer ones, or a long history. A few things are in progress or broken. Every row is a function of
//! its number, so that two runs see the same account.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops at the first surprise")]

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use sagetop::config::{Data, DataKind, Glob, Model as ModelConfig, Severity};
use sagetop::resources::alarm::Alarm;
use sagetop::resources::config::{ConfigVariant, EndpointConfig};
use sagetop::resources::dataset::Dataset;
use sagetop::resources::endpoint::{Endpoint, Pending, Variant};
use sagetop::resources::execution::PipelineExecution;
use sagetop::resources::feature_group::FeatureGroup;
use sagetop::resources::group::ModelPackageGroup;
use sagetop::resources::job::{JobDetails, TrainingJob};
use sagetop::resources::metric::MetricSeries;
use sagetop::resources::model::{Container, Model};
use sagetop::resources::package::{Details, ModelPackage};
use sagetop::resources::pipeline::{Definition, Pipeline, StepDefinition};
use sagetop::resources::step::{Made, PipelineStep};
use sagetop::resources::subscription::Subscription;
use sagetop::resources::topic::Topic;
use sagetop::resources::{Listing, Observed, Preferences, Resource, Store, Table};

/// The number of recent pipeline executions that AWS lists.
const RUNS: usize = 400;
/// The number of topics, whatever the size of the account.
const TOPICS: usize = 40;
/// The most locations that are read.
const LOCATIONS: usize = 60;
/// One of this many models is in the configuration.
const CONFIGURED: usize = 20;
/// One of this many endpoints serves a model that was never registered.
const UNREGISTERED: usize = 50;

/// The version that production runs. Staging runs the next one, and some models have a still newer one.
const LIVE: usize = 31;

/// Returns the time of the look.
pub(crate) fn now() -> Timestamp {
    Timestamp::UNIX_EPOCH + Duration::from_secs(1_795_000_000)
}

/// Returns the tables of an account with this many endpoints, and this many earlier versions of each model.
pub(crate) fn observed(endpoints: usize, before: usize) -> Observed {
    let models = endpoints.div_ceil(2);
    let mut store = Store::default();
    fill(&mut store.alarms, (0..endpoints * 2).map(alarm));
    fill(&mut store.endpoints, (0..endpoints).map(endpoint));
    fill(&mut store.configs, (0..endpoints).map(config));
    fill(&mut store.models, (0..endpoints).map(model));
    fill(&mut store.groups, (0..models).map(group));
    let newest = |m: usize| LIVE + 1 + usize::from(m % 5 < 2);
    let versions = (0..models).flat_map(|m| (LIVE - before..=newest(m)).map(move |v| package(m, v)));
    fill(&mut store.packages, versions);
    fill(&mut store.pipelines, (0..models).map(pipeline));
    let runs = models.min(RUNS);
    fill(&mut store.executions, (0..runs).map(execution));
    fill(&mut store.steps, (0..runs).flat_map(steps));
    fill(&mut store.jobs, (0..runs).map(job));
    fill(&mut store.feature_groups, (0..models).step_by(4).map(feature_group));
    fill(&mut store.topics, (0..TOPICS).map(topic));
    fill(&mut store.subscriptions, (0..TOPICS * 3).map(subscription));
    fill(&mut store.datasets, (0..models.min(LOCATIONS)).map(dataset));
    fill(&mut store.metrics, (0..endpoints).step_by(40).flat_map(series));
    let severity = |glob: &str, level: &str| (pattern(glob), Severity::try_from(level.to_owned()).unwrap());
    Observed {
        store,
        preferences: Arc::new(Preferences {
            models: (0..models).step_by(CONFIGURED).map(configured).collect(),
            severity: vec![severity("arn:aws:sns:*:*:team-3*", "sev2"), severity("*-latency", "sev4")],
            ..Preferences::default()
        }),
        at: now(),
        ..Observed::default()
    }
}

fn fill<T: Resource>(table: &mut Table<T>, rows: impl Iterator<Item = T>) {
    table.apply(Ok(Listing::all(rows.collect())), now());
}

fn pattern(text: &str) -> Glob {
    Glob::try_from(text.to_owned()).unwrap()
}

fn ago(hours: usize) -> Option<Timestamp> {
    now().checked_sub(SignedDuration::from_hours(i64::try_from(hours).unwrap())).ok()
}

fn arn(kind: &str, name: &str) -> String {
    format!("arn:aws:sagemaker:eu-west-1:123456789012:{kind}/{name}")
}

/// Returns the name of a model, which is also that of its group and pipeline and the prefix of its endpoints.
fn name(model: usize) -> String {
    format!("recommendation-{model:05}")
}

/// Returns the name of an endpoint. Even numbers are in production.
fn endpoint_name(number: usize) -> String {
    let stage = if number.is_multiple_of(2) { "prod" } else { "staging" };
    if number % UNREGISTERED == UNREGISTERED - 1 {
        return format!("legacy-{number:05}-{stage}");
    }
    format!("{}-{stage}", name(number / 2))
}

fn config_name(number: usize) -> String {
    format!("{}-v{}-20261101", endpoint_name(number), LIVE + number % 2)
}

fn package_arn(model: usize, version: usize) -> String {
    arn("model-package", &format!("{}/{version}", name(model)))
}

fn execution_arn(model: usize) -> String {
    arn("pipeline", &format!("{}-build/execution/{}", name(model), run_id(model)))
}

fn run_id(model: usize) -> String {
    format!("ab{model:05}cd7x")
}

fn artifact(model: usize, version: usize) -> String {
    format!("s3://artifacts-123456789012/{}/{version}/output/model.tar.gz", name(model))
}

fn endpoint(number: usize) -> Endpoint {
    let updating = number.is_multiple_of(97);
    let variant = Variant {
        name: "AllTraffic".into(),
        weight: Some(1.0),
        desired_weight: Some(1.0),
        instances: Some(2),
        desired_instances: Some(if number.is_multiple_of(61) { 3 } else { 2 }),
        ..Variant::default()
    };
    let project = (number.is_multiple_of(3)).then(|| ("sagemaker:project-name".to_owned(), name(number / 2)));
    Endpoint {
        name: endpoint_name(number),
        arn: arn("endpoint", &endpoint_name(number)),
        status: if updating { "Updating" } else { "InService" }.into(),
        created: ago(2000),
        modified: ago(number % 400),
        config: Some(config_name(number)),
        variants: vec![variant],
        pending: updating.then(|| Pending { config: config_name(number ^ 1), started: ago(0), ..Pending::default() }),
        guards: Some(vec![format!("{}-5xx", endpoint_name(number))]),
        tags: Some(project.into_iter().collect()),
        ..Endpoint::default()
    }
}

fn config(number: usize) -> EndpointConfig {
    let name = config_name(number);
    let variant = ConfigVariant {
        name: "AllTraffic".into(),
        model: Some(name.clone()),
        instances: Some(2),
        instance_type: Some("ml.c6i.xlarge".into()),
        ..ConfigVariant::default()
    };
    EndpointConfig {
        arn: arn("endpoint-config", &name),
        name,
        created: ago(number % 400),
        variants: Some(vec![variant]),
        ..EndpointConfig::default()
    }
}

fn model(number: usize) -> Model {
    let (of, version, name) = (number / 2, LIVE + number % 2, config_name(number));
    let registered = number % UNREGISTERED != UNREGISTERED - 1;
    let container = Container {
        package: registered.then(|| package_arn(of, version)),
        image: Some("123456789012.dkr.ecr.eu-west-1.amazonaws.com/serve:1.7".into()),
        data: (!registered).then(|| format!("s3://artifacts-123456789012/{name}/model.tar.gz")),
        ..Container::default()
    };
    Model {
        arn: arn("model", &name),
        name,
        created: ago(number % 400),
        containers: Some(vec![container]),
        ..Model::default()
    }
}

fn group(model: usize) -> ModelPackageGroup {
    let name = name(model);
    ModelPackageGroup { arn: arn("model-package-group", &name), name, created: ago(9000), ..Default::default() }
}

fn package(model: usize, version: usize) -> ModelPackage {
    let newest = version == LIVE + 2;
    let details = Details {
        modified: ago(model % 300 + 1),
        generated_by: Some(execution_arn(model)),
        data: vec![artifact(model, version)],
        ..Details::default()
    };
    ModelPackage {
        arn: package_arn(model, version),
        group: Some(name(model)),
        version: i32::try_from(version).ok(),
        created: ago(model % 300 + 20 * (LIVE + 3 - version)),
        status: "Completed".into(),
        approval: if newest && model.is_multiple_of(3) { "PendingManualApproval" } else { "Approved" }.into(),
        description: String::new(),
        details: Some(details),
    }
}

fn pipeline(model: usize) -> Pipeline {
    let name = format!("{}-build", name(model));
    let step = |step: &str| StepDefinition { name: step.into(), kind: step.into(), ..StepDefinition::default() };
    let definition = Definition {
        steps: ["Processing", "Training", "RegisterModel"].map(step).into(),
        groups: vec![self::name(model)],
        ..Definition::default()
    };
    Pipeline {
        arn: arn("pipeline", &name),
        name,
        created: ago(9000),
        last_execution: ago(model % 300),
        status: "Active".into(),
        // A tenth of the pipelines was not described yet, so only their versions reveal something about them.
        definition: (model % 10 != 9).then_some(definition),
        ..Pipeline::default()
    }
}

fn execution(model: usize) -> PipelineExecution {
    PipelineExecution {
        arn: execution_arn(model),
        pipeline: format!("{}-build", name(model)),
        name: "nightly".into(),
        status: if model.is_multiple_of(17) { "Failed" } else { "Succeeded" }.into(),
        started: ago(model % 300),
        modified: ago(model % 300),
        selected: Some(Vec::new()),
        ..PipelineExecution::default()
    }
}

fn steps(model: usize) -> [PipelineStep; 3] {
    let step = |name: &str, made: Made| PipelineStep {
        id: format!("{}/{name}", execution_arn(model)),
        execution: execution_arn(model),
        name: name.into(),
        status: if model.is_multiple_of(17) && name == "Training" { "Failed" } else { "Succeeded" }.into(),
        started: ago(model % 300),
        made,
        ..PipelineStep::default()
    };
    [
        step("Processing", Made::Nothing),
        step("Training", Made::TrainingJob(arn("training-job", &job(model).name))),
        step("RegisterModel", Made::ModelPackage(package_arn(model, LIVE + 1))),
    ]
}

fn job(model: usize) -> TrainingJob {
    let name = format!("pipelines-{}-Training-8Zq4kPw2", run_id(model));
    let details = JobDetails {
        phase: "Completed".into(),
        inputs: vec![format!("s3://lake-123456789012/{}-features/dt=2026-11-23", self::name(model))],
        artifact: Some(artifact(model, LIVE + 1)),
        metrics: vec![("validation:auc".into(), 0.9)],
        ..JobDetails::default()
    };
    TrainingJob {
        arn: arn("training-job", &name),
        name,
        status: "Completed".into(),
        created: ago(model % 300),
        ended: ago(model % 300),
        modified: ago(model % 300),
        details: Some(details),
    }
}

fn feature_group(model: usize) -> FeatureGroup {
    let name = format!("{}-features", name(model));
    FeatureGroup {
        arn: arn("feature-group", &name),
        status: "Created".into(),
        offline_status: Some(if model.is_multiple_of(400) { "Blocked" } else { "Active" }.into()),
        offline_uri: Some(format!("s3://lake-123456789012/{name}/")),
        name,
        ..FeatureGroup::default()
    }
}

fn topic_arn(number: usize) -> String {
    format!("arn:aws:sns:eu-west-1:123456789012:team-{}", number % TOPICS)
}

fn topic(number: usize) -> Topic {
    Topic { arn: topic_arn(number), name: format!("team-{number}"), listed: true, ..Topic::default() }
}

fn subscription(number: usize) -> Subscription {
    let topic = topic_arn(number);
    let confirmed = format!("{topic}:5f2a{number:05}");
    Subscription {
        id: format!("{topic} email {number}@…"),
        arn: if number % TOPICS == 7 { "PendingConfirmation".into() } else { confirmed },
        topic,
        protocol: "email".into(),
        endpoint: format!("{number}@…"),
    }
}

fn dataset(model: usize) -> Dataset {
    let uri = format!("s3://lake-123456789012/{}-features/dt=2026-11-23", name(model));
    Dataset { uri, newest: ago(model % 40), objects: 12, bytes: 1 << 30, ..Dataset::default() }
}

fn series(number: usize) -> Vec<MetricSeries> {
    let point = |minute: i64| (now() - Duration::from_secs(60 * (60 - minute).unsigned_abs()), 0.004);
    let metric = |(metric, stat): (&str, &str)| MetricSeries {
        id: MetricSeries::of_variant(&endpoint_name(number), "AllTraffic", metric),
        endpoint: Some(endpoint_name(number)),
        label: metric.into(),
        stat: stat.into(),
        points: (0..60).map(point).collect(),
        until: now(),
        period: 60,
        ..MetricSeries::default()
    };
    [("Invocations", "Sum"), ("Invocation5XXErrors", "Average"), ("ModelLatency", "p99")].map(metric).into()
}

/// Returns an alarm. Even numbers watch the errors of an endpoint; odd ones have the other forms of alarms.
fn alarm(number: usize) -> Alarm {
    let endpoint = endpoint_name(number / 2);
    let form =
        if number.is_multiple_of(2) { "errors" } else { ["math", "composite", "scaling", "latency"][number / 2 % 4] };
    let name = match form {
        "errors" => format!("{endpoint}-5xx"),
        "scaling" => format!("TargetTracking-endpoint/{endpoint}/variant/AllTraffic-AlarmLow-{number:08x}"),
        form => format!("{endpoint}-{form}"),
    };
    let firing = number.is_multiple_of(66) || form == "scaling";
    let dimension = |key: &str, value: &str| (key.to_owned(), value.to_owned());
    let watched = vec![dimension("EndpointName", &endpoint), dimension("VariantName", "AllTraffic")];
    let action = match form {
        "scaling" => format!("arn:aws:autoscaling:eu-west-1:123456789012:scalingPolicy:{number:08x}"),
        _ => topic_arn(number / 4),
    };
    Alarm {
        arn: format!("arn:aws:cloudwatch:eu-west-1:123456789012:alarm:{name}"),
        name,
        kind: if form == "composite" { "composite" } else { "metric" }.into(),
        state: if firing { "ALARM" } else { "OK" }.into(),
        since: ago(number % 700),
        watches: match form {
            "math" => format!("SELECT AVG(ModelLatency) FROM Endpoints WHERE EndpointName = '{endpoint}'"),
            form => form.to_owned(),
        },
        condition: "> 0.02".into(),
        dimensions: if matches!(form, "errors" | "latency" | "scaling") { watched } else { Vec::new() },
        namespaces: vec!["AWS/SageMaker".into()],
        actions: vec![action],
        actions_enabled: true,
        rule: (form == "composite").then(|| format!("ALARM(\"{endpoint}-5xx\")")),
        ..Alarm::default()
    }
}

fn configured(model: usize) -> ModelConfig {
    let name = name(model);
    ModelConfig {
        group: Some(arn("model-package-group", &name)),
        pipelines: vec![pattern(&format!("{name}-*"))],
        endpoints: vec![pattern(&format!("{name}-{{stage}}"))],
        alarms: vec![pattern(&format!("{name}-*"))],
        data: vec![Data {
            kind: DataKind::S3,
            uri: format!("s3://lake-123456789012/{name}-features/dt=2026-11-23"),
            max_age: Some(Duration::from_hours(36)),
            schema: None,
        }],
        name,
        ..ModelConfig::default()
    }
}
