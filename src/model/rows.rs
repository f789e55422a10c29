//! The rows of one chain.

use crate::resources::alarm::Alarm;
use crate::resources::config::EndpointConfig;
use crate::resources::endpoint::Endpoint;
use crate::resources::execution::PipelineExecution;
use crate::resources::job::TrainingJob;
use crate::resources::model::Model;
use crate::resources::package::ModelPackage;
use crate::resources::pipeline::Pipeline;

/// The rows of a chain, in the order of the chain. They are looked up once and used by many rules.
#[derive(Default)]
pub(super) struct Rows<'a> {
    /// The endpoint of each `serving`.
    pub(super) endpoints: Vec<&'a Endpoint>,
    /// The configuration of each endpoint, if it is known.
    pub(super) configs: Vec<Option<&'a EndpointConfig>>,
    /// The models that the endpoints run.
    pub(super) models: Vec<&'a Model>,
    pub(super) packages: Vec<&'a ModelPackage>,
    pub(super) pipelines: Vec<&'a Pipeline>,
    pub(super) executions: Vec<&'a PipelineExecution>,
    pub(super) jobs: Vec<&'a TrainingJob>,
    /// The alarms, without those of auto scaling, which never count.
    pub(super) alarms: Vec<&'a Alarm>,
}
