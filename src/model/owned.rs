//! The kinds of things that belong to models, and the ids of each kind in one model.

use super::Chain;
use crate::resources::alarm::Alarm;
use crate::resources::config::EndpointConfig;
use crate::resources::dataset::Dataset;
use crate::resources::endpoint::Endpoint;
use crate::resources::execution::PipelineExecution;
use crate::resources::feature_group::FeatureGroup;
use crate::resources::job::TrainingJob;
use crate::resources::package::ModelPackage;
use crate::resources::pipeline::Pipeline;
use crate::resources::topic::Topic;
use crate::resources::{Kind, Resource};

/// Returns the ids of one kind in a chain.
pub(super) type Ids = for<'a> fn(&'a Chain<'_>) -> Box<dyn Iterator<Item = &'a str> + 'a>;

impl Chain<'_> {
    /// The kinds of things that belong to models, from left to right.
    pub(super) const OWNED: [(Kind, Ids); 10] = [
        (Dataset::KIND, |c| Box::new(c.datasets.iter().copied())),
        (FeatureGroup::KIND, |c| Box::new(c.feature_groups.iter().copied())),
        (Pipeline::KIND, |c| Box::new(c.pipelines.iter().copied())),
        (PipelineExecution::KIND, |c| Box::new(c.executions.iter().copied())),
        (TrainingJob::KIND, |c| Box::new(c.jobs.iter().copied())),
        (ModelPackage::KIND, |c| Box::new(c.packages.iter().copied())),
        (Endpoint::KIND, |c| Box::new(c.serving.iter().map(|s| s.endpoint))),
        (EndpointConfig::KIND, |c| Box::new(c.serving.iter().filter_map(|s| s.config))),
        (Alarm::KIND, |c| Box::new(c.alarms.iter().copied())),
        (Topic::KIND, |c| Box::new(c.topics.iter().copied())),
    ];
}
