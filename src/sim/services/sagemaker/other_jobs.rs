//! Transform, tuning and `AutoML` jobs: lists and descriptions.

use super::listing::{Listing, TIMES};
use super::state::{Handler, State};
use crate::sim::prelude::{Answer, Operation, ServiceError, Table, Value, read, words};

pub(super) static OPERATIONS: &[Operation<Handler>] = &[
    read("ListTransformJobs", |state, _, input| TRANSFORM.answer(input, state.transform_jobs.values())),
    read("DescribeTransformJob", |state, _, input| describe(&state.transform_jobs, input, "TransformJobName")),
    read("ListHyperParameterTuningJobs", |state, _, input| TUNING.answer(input, state.tuning_jobs.values())),
    read("DescribeHyperParameterTuningJob", |state: &mut State, _, input| {
        describe(&state.tuning_jobs, input, "HyperParameterTuningJobName")
    }),
    read("ListAutoMLJobs", |state, _, input| AUTO_ML.answer(input, state.auto_ml_jobs.values())),
    read("DescribeAutoMLJobV2", |state, _, input| describe(&state.auto_ml_jobs, input, "AutoMLJobName")),
];

const STATES: &[&str] = &["InProgress", "Completed", "Failed", "Stopping", "Stopped"];

const TRANSFORM: Listing = Listing {
    out: "TransformJobSummaries",
    summary: words! {
        TransformJobName TransformJobArn CreationTime TransformEndTime LastModifiedTime TransformJobStatus FailureReason
    },
    sort: &[("Name", "TransformJobName"), ("CreationTime", "CreationTime"), ("Status", "TransformJobStatus")],
    by: "CreationTime",
    descending: true,
    status: Some(("TransformJobStatus", STATES)),
    late: false,
    times: TIMES,
};

const TUNING: Listing = Listing {
    out: "HyperParameterTuningJobSummaries",
    summary: words! {
        HyperParameterTuningJobName HyperParameterTuningJobArn HyperParameterTuningJobStatus Strategy CreationTime
        HyperParameterTuningEndTime LastModifiedTime TrainingJobStatusCounters ObjectiveStatusCounters ResourceLimits
    },
    sort: &[
        ("Name", "HyperParameterTuningJobName"),
        ("CreationTime", "CreationTime"),
        ("Status", "HyperParameterTuningJobStatus"),
    ],
    status: Some(("HyperParameterTuningJobStatus", STATES)),
    ..TRANSFORM
};

const AUTO_ML: Listing = Listing {
    out: "AutoMLJobSummaries",
    summary: words! {
        AutoMLJobName AutoMLJobArn AutoMLJobStatus AutoMLJobSecondaryStatus CreationTime EndTime LastModifiedTime
        FailureReason
    },
    sort: &[("Name", "AutoMLJobName"), ("CreationTime", "CreationTime"), ("Status", "AutoMLJobStatus")],
    status: Some(("AutoMLJobStatus", STATES)),
    ..TRANSFORM
};

fn describe(jobs: &Table, input: &Value, member: &str) -> Answer {
    let job = jobs.get(input.need(member)?);
    job.map(|job| job.doc.clone()).ok_or_else(|| ServiceError::invalid("Requested resource not found."))
}
