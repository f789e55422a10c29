//! The resources of AWS that sagetop reads. Each kind has one file here and one line in `resources!`.
//!
//! The list makes [`Kind`], the [`Store`] (all tables), the [`TableUpdate`] (the result of one poll) and the pollers. No
//! SDK type leaves this module's files.

mod account_id;
mod admit;
pub mod alarm;
pub mod alarm_history;
#[cfg(feature = "ssm")]
pub mod automation_execution;
mod aws_command;
mod cadence;
#[cfg(feature = "ssm")]
pub mod change_calendar;
pub mod check_report;
#[cfg(feature = "configservice")]
pub mod compliance;
pub mod config;
mod console;
mod convert;
pub mod dataset;
mod delta;
#[cfg(feature = "codepipeline")]
pub mod deployment_pipeline;
mod detailed;
pub mod endpoint;
mod event;
#[cfg(feature = "eventbridge")]
pub mod event_pattern;
#[cfg(feature = "eventbridge")]
pub mod event_rule;
pub mod execution;
pub mod feature_group;
pub mod group;
#[cfg(feature = "health")]
pub mod health_event;
pub mod identity;
#[cfg(feature = "ecr")]
pub mod image;
pub mod inference_component;
#[cfg(feature = "devopsguru")]
pub mod insight;
pub mod job;
#[cfg(feature = "kms")]
pub mod key;
mod kind;
mod limit;
mod listing;
pub mod location_record;
mod log_source;
#[cfg(feature = "dynamodb")]
pub mod metadata_item;
pub mod metric;
pub mod model;
pub mod model_card;
pub mod monitoring_schedule;
pub mod mute_rule;
#[cfg(any(feature = "codepipeline", feature = "sfn"))]
pub mod named;
mod named_key;
mod next_run;
mod observed;
mod on_demand;
pub mod other_job;
pub mod package;
pub mod pipeline;
pub mod poll;
pub mod project;
mod property;
#[cfg(feature = "servicequotas")]
pub mod quota;
mod reference;
#[cfg(any(feature = "codepipeline", feature = "sfn", feature = "ssm"))]
mod related;
pub mod report;
mod resource;
#[cfg(feature = "applicationautoscaling")]
pub mod scalable_target;
#[cfg(feature = "scheduler")]
pub mod schedule;
#[cfg(feature = "glue")]
pub mod schema;
mod source;
#[cfg(feature = "sfn")]
pub mod state_machine;
pub mod step;
mod store;
pub mod subscription;
mod table;
mod thing;
pub mod topic;
#[cfg(feature = "cloudtrail")]
pub mod trail_event;
pub mod version_record;
pub mod workbench;

pub use account_id::AccountId;
pub use aws_command::AwsCommand;
pub use cadence::{Cadence, PollConditions};
pub use console::{page_of_arn, page_of_log};
pub use convert::arn_name;
use convert::finite;
pub(crate) use convert::time;
pub use delta::Delta;
pub use event::{Event, KeptEvent};
pub use limit::named_limit;
pub use listing::{Cursor, Extent, Listing};
use listing::{asked_lately, newest, reaches_back, settled};
pub use log_source::LogSource;
pub use observed::{Focus, Observed, Preferences};
pub use property::{Derived, Properties, Property, Value};
pub use reference::Reference;
pub use resource::{Resource, Turn};
pub use source::Source;
use store::resources;
pub use table::{Change, Freshness, Patch, Table, What};
pub use thing::{AnyTable, Thing};

resources! {
    sts {
        identity: Identity(identity::Identity) = "identity",
    }
    cloudwatch {
        alarms: Alarms(alarm::Alarm) = "alarms",
        alarm_history: AlarmHistory(alarm_history::AlarmTurn) = "alarm_history",
    }
    sagemaker {
        endpoints: Endpoints(endpoint::Endpoint) = "endpoints",
        groups: Groups(group::ModelPackageGroup) = "model_package_groups",
        packages: Packages(package::ModelPackage) = "model_packages",
        configs: Configs(config::EndpointConfig) = "endpoint_configs",
        inference_components: InferenceComponents(inference_component::InferenceComponent) = "inference_components",
        models: Models(model::Model) = "models",
        pipelines: Pipelines(pipeline::Pipeline) = "pipelines",
        executions: Executions(execution::PipelineExecution) = "pipeline_executions",
        steps: Steps(step::PipelineStep) = "pipeline_steps",
        jobs: Jobs(job::TrainingJob) = "training_jobs",
        other_jobs: OtherJobs(other_job::OtherJob) = "other_jobs",
        feature_groups: FeatureGroups(feature_group::FeatureGroup) = "feature_groups",
        monitoring_schedules: MonitoringSchedules(monitoring_schedule::MonitoringSchedule) = "monitoring_schedules",
        model_cards: ModelCards(model_card::ModelCard) = "model_cards",
        version_records: VersionRecords(version_record::VersionRecord) = "version_records",
        workbenches: Workbenches(workbench::Workbench) = "workbenches",
    }
    sns {
        topics: Topics(topic::Topic) = "topics",
        subscriptions: Subscriptions(subscription::Subscription) = "subscriptions",
    }
    s3 {
        datasets: Datasets(dataset::Dataset) = "datasets",
    }
    cloudwatch {
        metrics: Metrics(metric::MetricSeries) = "metrics",
        mute_rules: MuteRules(mute_rule::MuteRule) = "mute_rules",
    }
    #[cfg(feature = "eventbridge")]
    eventbridge {
        event_rules: EventRules(event_rule::EventRule) = "event_rules",
    }
    #[cfg(feature = "scheduler")]
    scheduler {
        schedules: Schedules(schedule::Schedule) = "schedules",
    }
    #[cfg(feature = "cloudtrail")]
    cloudtrail {
        trail_events: TrailEvents(trail_event::TrailEvent) = "trail_events",
    }
    #[cfg(feature = "applicationautoscaling")]
    application_auto_scaling {
        scalable_targets: ScalableTargets(scalable_target::ScalableTarget) = "scalable_targets",
    }
    #[cfg(feature = "codepipeline")]
    codepipeline {
        deployment_pipelines: DeploymentPipelines(deployment_pipeline::DeploymentPipeline) = "deployment_pipelines",
    }
    #[cfg(feature = "sfn")]
    sfn {
        state_machines: StateMachines(state_machine::StateMachine) = "state_machines",
    }
    #[cfg(feature = "kms")]
    kms {
        keys: Keys(key::EncryptionKey) = "keys",
    }
    #[cfg(feature = "configservice")]
    config_service {
        compliances: Compliances(compliance::Compliance) = "compliances",
    }
    #[cfg(feature = "devopsguru")]
    devops_guru {
        insights: Insights(insight::Insight) = "insights",
    }
    #[cfg(feature = "health")]
    health {
        health_events: HealthEvents(health_event::HealthEvent) = "health_events",
    }
    #[cfg(feature = "ssm")]
    ssm {
        automation_executions: AutomationExecutions(automation_execution::AutomationExecution) = "automation_executions",
        change_calendars: ChangeCalendars(change_calendar::ChangeCalendar) = "change_calendars",
    }
    #[cfg(feature = "servicequotas")]
    service_quotas {
        quotas: Quotas(quota::Quota) = "quotas",
    }
    #[cfg(feature = "ecr")]
    ecr {
        images: Images(image::ContainerImage) = "images",
    }
    #[cfg(feature = "dynamodb")]
    dynamodb {
        metadata_items: MetadataItems(metadata_item::MetadataItem) = "metadata_items",
    }
    #[cfg(feature = "glue")]
    glue {
        schemas: Schemas(schema::Schema) = "schemas",
    }
    s3 {
        location_records: LocationRecords(location_record::LocationRecord) = "location_records",
        check_reports: CheckReports(check_report::CheckReport) = "check_reports",
        reports: Reports(report::EvaluationReport) = "evaluation_reports",
    }
    sagemaker {
        projects: Projects(project::Project) = "projects",
    }
    #[cfg(test)]
    sts {
        samples: Samples(sample::Sample) = "samples",
    }
}

#[cfg(test)]
mod sample;
