//! Kinds of which this account never has any: their lists are empty, as AWS's would be.

use super::super::fault::Fault;
use super::super::wire::Value;
use super::super::world::World;
use super::listing::{ORDERS, cut, rows};
use super::{Operation, read};

/// A list operation whose answer is an empty page.
macro_rules! empty {
    ($($name:literal => $member:literal),* $(,)?) => {
        pub(super) static OPERATIONS: &[Operation] = &[$(read($name, |_: &mut World, input: &Value| -> Result<Value, Fault> {
            input.one_of("SortOrder", ORDERS)?;
            let (page, next) = cut(input, Vec::new(), 10, 100)?;
            Ok(rows($member, page, next))
        })),*];
    };
}

empty! {
    "ListTransformJobs" => "TransformJobSummaries",
    "ListHyperParameterTuningJobs" => "HyperParameterTuningJobSummaries",
    "ListMonitoringSchedules" => "MonitoringScheduleSummaries",
    "ListMonitoringExecutions" => "MonitoringExecutionSummaries",
    "ListMonitoringAlertHistory" => "MonitoringAlertHistory",
    "ListInferenceComponents" => "InferenceComponents",
    "ListInferenceRecommendationsJobs" => "InferenceRecommendationsJobs",
    "ListProjects" => "ProjectSummaryList",
    "ListModelCards" => "ModelCardSummaries",
    "ListNotebookInstances" => "NotebookInstances",
    "ListExperiments" => "ExperimentSummaries",
    "ListAutoMLJobs" => "AutoMLJobSummaries",
    "ListMlflowTrackingServers" => "TrackingServerSummaries",
}
