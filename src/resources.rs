//! The resources of AWS that sagetop reads. Each kind has one file in `kinds` and one line in `resources!`.
//!
//! The list makes [`Kind`], the [`Store`] (all tables), the [`TableUpdate`] (the result of one poll) and the pollers. No
//! SDK type leaves this module's files.

mod account_id;
mod admit;
mod aws_command;
mod cadence;
mod console;
mod convert;
mod delta;
mod detailed;
mod event;
#[cfg(feature = "eventbridge")]
pub mod event_pattern;
mod kind;
mod kinds;
mod limit;
mod listing;
mod log_source;
#[cfg(any(feature = "codepipeline", feature = "sfn"))]
pub mod named;
mod named_key;
mod next_run;
mod observed;
mod on_demand;
pub mod poll;
mod property;
mod reference;
#[cfg(any(feature = "codepipeline", feature = "sfn", feature = "ssm"))]
mod related;
mod resource;
mod source;
mod store;
mod table;
mod thing;

pub use account_id::AccountId;
pub use aws_command::AwsCommand;
pub use cadence::{Cadence, PollConditions};
pub use console::{page_of_arn, page_of_log};
pub use convert::arn_name;
pub(crate) use convert::time;
use convert::{exact, finite};
pub use delta::Delta;
pub use event::{Event, KeptEvent};
pub use kinds::*;
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
