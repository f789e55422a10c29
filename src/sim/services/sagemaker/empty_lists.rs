//! Kinds that this account does not contain: their lists are empty pages.

use super::listing::{ORDERS, PAGES};
use super::state::Handler;
use crate::sim::prelude::{Operation, read};

/// Declares list operations, with the member of the answer that contains the summaries.
macro_rules! empty_lists {
    ($($name:literal => $member:literal),* $(,)?) => {
        pub(super) static OPERATIONS: &[Operation<Handler>] = &[$(read($name, |_, _, input| {
            input.one_of("SortOrder", ORDERS)?;
            PAGES.answer(input, $member, Vec::new())
        })),*];
    };
}

empty_lists! {
    "ListMonitoringAlertHistory" => "MonitoringAlertHistory",
    "ListProjects" => "ProjectSummaryList",
    "ListExperiments" => "ExperimentSummaries",
}
