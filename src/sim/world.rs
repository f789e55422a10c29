//! The whole account: the shared state, and the state of each service.

use std::collections::BTreeMap;

use super::env::Env;
use super::services::{
    application_autoscaling, cloudtrail, cloudwatch, codepipeline, dynamodb, ecr, eventbridge, kms, logs, s3,
    sagemaker, scheduler, sfn, sns, ssm,
};
use super::story;
use super::time::Time;

/// The whole account. Services that are missing here have no state of their own.
pub(crate) struct World {
    pub(crate) env: Env,
    pub(crate) sagemaker: sagemaker::State,
    pub(crate) cloudwatch: cloudwatch::State,
    pub(crate) s3: s3::State,
    pub(crate) sns: sns::State,
    pub(crate) eventbridge: eventbridge::State,
    pub(crate) scheduler: scheduler::State,
    pub(crate) codepipeline: codepipeline::State,
    pub(crate) application_autoscaling: application_autoscaling::State,
    pub(crate) cloudtrail: cloudtrail::State,
    pub(crate) sfn: sfn::State,
    pub(crate) ecr: ecr::State,
    pub(crate) kms: kms::State,
    pub(crate) tables: dynamodb::Tables,
    pub(crate) schemas: Vec<story::Schema>,
    pub(crate) projects: Vec<story::Project>,
    pub(crate) ssm: ssm::State,
    pub(crate) insights: Vec<story::Insight>,
    /// The events of AWS Health.
    pub(crate) health_events: Vec<story::HealthEvent>,
    pub(crate) evaluated: Vec<story::Evaluated>,
    /// Patterns on the operations that the story denies.
    pub(crate) denied: Vec<String>,
    /// The lines that the story gives to containers.
    pub(crate) log_scripts: logs::Scripts,
    /// The events of the story, which are on the agenda.
    pub(crate) story_events: Vec<story::Event>,
    pub(crate) drill: Option<story::Drill>,
    /// The time at which the drill was done.
    pub(crate) drill_done: Option<Time>,
    /// The time at which each operation was last answered without an error.
    pub(crate) answered: BTreeMap<String, Time>,
    /// The time at which the services next react to one another.
    pub(crate) next_tick: Time,
}

impl World {
    /// Creates an empty account.
    pub(crate) fn new(env: Env) -> Self {
        Self {
            next_tick: env.start,
            env,
            sagemaker: sagemaker::State::default(),
            cloudwatch: cloudwatch::State::default(),
            s3: s3::State::default(),
            sns: sns::State::default(),
            eventbridge: eventbridge::State::default(),
            scheduler: scheduler::State::default(),
            codepipeline: codepipeline::State::default(),
            application_autoscaling: application_autoscaling::State::default(),
            cloudtrail: cloudtrail::State::default(),
            sfn: sfn::State::default(),
            ecr: ecr::State::default(),
            kms: kms::State::default(),
            tables: dynamodb::Tables::new(),
            schemas: Vec::new(),
            projects: Vec::new(),
            ssm: ssm::State::default(),
            insights: Vec::new(),
            health_events: Vec::new(),
            evaluated: Vec::new(),
            denied: Vec::new(),
            log_scripts: logs::Scripts::new(),
            story_events: Vec::new(),
            drill: None,
            drill_done: None,
            answered: BTreeMap::new(),
        }
    }
}
