//! The rows of one chain.

use crate::resources::alarm::Alarm;
use crate::resources::config::EndpointConfig;
use crate::resources::endpoint::Endpoint;
use crate::resources::execution::PipelineExecution;
use crate::resources::job::TrainingJob;
use crate::resources::model::Model;
use crate::resources::package::ModelPackage;
use crate::resources::pipeline::Pipeline;

/// The rows that a chain speaks of, in its order: looked up once, judged by many rules.
#[derive(Default)]
pub(super) struct Rows<'a> {
    /// Of each `serving`.
    pub(super) endpoints: Vec<&'a Endpoint>,
    /// That of each endpoint, where it is known.
    pub(super) configs: Vec<Option<&'a EndpointConfig>>,
    /// What the endpoints run.
    pub(super) models: Vec<&'a Model>,
    pub(super) packages: Vec<&'a ModelPackage>,
    pub(super) pipelines: Vec<&'a Pipeline>,
    pub(super) executions: Vec<&'a PipelineExecution>,
    pub(super) jobs: Vec<&'a TrainingJob>,
    /// Without those of auto scaling, which never count.
    pub(super) alarms: Vec<&'a Alarm>,
}
