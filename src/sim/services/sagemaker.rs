//! `SageMaker`: the operations that a console needs, and those with which other users change the account.

use crate::sim::prelude::Operations;

mod checks;
mod components;
mod configs;
mod deploy;
mod empty_lists;
mod endpoint;
mod endpoints;
mod engine;
mod execution;
mod feature_groups;
mod jobs;
mod lineage;
mod listing;
mod model_cards;
mod monitoring;
mod other_jobs;
mod pipelines;
mod projects;
mod registry;
mod search;
mod state;
mod steps;
mod tags;
mod workbenches;

pub(crate) use endpoint::{DeploymentFailure, Endpoint, Endpoints, Variant};
pub(crate) use execution::{PlannedFailure, Quality, RunRequest, RunTemplate};
pub(crate) use feature_groups::{offline_folder, write_features};
pub(crate) use monitoring::Monitor;
pub(crate) use registry::{identity, newest_approved};
pub(crate) use state::{Handler, Packages, SOURCE, State};

pub(crate) static OPERATIONS: Operations<Handler> = &[
    endpoints::OPERATIONS,
    configs::OPERATIONS,
    components::OPERATIONS,
    registry::OPERATIONS,
    pipelines::OPERATIONS,
    projects::OPERATIONS,
    jobs::OPERATIONS,
    other_jobs::OPERATIONS,
    monitoring::OPERATIONS,
    model_cards::OPERATIONS,
    lineage::OPERATIONS,
    workbenches::OPERATIONS,
    feature_groups::OPERATIONS,
    search::OPERATIONS,
    tags::OPERATIONS,
    empty_lists::OPERATIONS,
];
