//! Training and processing jobs: lists and descriptions; their life is in `steps`.

use super::super::fault::Fault;
use super::super::wire::Value;
use super::super::world::World;
use super::listing::{Listing, TIMES};
use super::{Operation, read};

pub(super) static OPERATIONS: &[Operation] = &[
    read("ListTrainingJobs", list_training),
    read("DescribeTrainingJob", describe_training),
    read("ListProcessingJobs", list_processing),
    read("DescribeProcessingJob", describe_processing),
];

const TRAINING: Listing = Listing {
    out: "TrainingJobSummaries",
    summary: &[
        "TrainingJobName",
        "TrainingJobArn",
        "CreationTime",
        "TrainingEndTime",
        "LastModifiedTime",
        "TrainingJobStatus",
        "SecondaryStatus",
    ],
    sort: &[("Name", "TrainingJobName"), ("CreationTime", "CreationTime"), ("Status", "TrainingJobStatus")],
    by: "CreationTime",
    descending: false,
    status: Some(("TrainingJobStatus", &["InProgress", "Completed", "Failed", "Stopping", "Stopped", "Deleting"])),
    late: true,
    times: TIMES,
};

const PROCESSING: Listing = Listing {
    out: "ProcessingJobSummaries",
    summary: &[
        "ProcessingJobName",
        "ProcessingJobArn",
        "CreationTime",
        "ProcessingEndTime",
        "LastModifiedTime",
        "ProcessingJobStatus",
        "FailureReason",
        "ExitMessage",
    ],
    sort: &[("Name", "ProcessingJobName"), ("CreationTime", "CreationTime"), ("Status", "ProcessingJobStatus")],
    status: Some(("ProcessingJobStatus", &["InProgress", "Completed", "Failed", "Stopping", "Stopped"])),
    ..TRAINING
};

fn list_training(world: &mut World, input: &Value) -> Result<Value, Fault> {
    TRAINING.answer_in_order(input, &world.training, &world.trained)
}

fn list_processing(world: &mut World, input: &Value) -> Result<Value, Fault> {
    PROCESSING.answer(input, world.processing.values())
}

fn describe_training(world: &mut World, input: &Value) -> Result<Value, Fault> {
    let name = input.need("TrainingJobName")?;
    let found = world.training.get(name).map(|job| job.doc.clone());
    found.ok_or_else(|| Fault::invalid("Requested resource not found."))
}

fn describe_processing(world: &mut World, input: &Value) -> Result<Value, Fault> {
    let name = input.need("ProcessingJobName")?;
    let found = world.processing.get(name).map(|job| job.doc.clone());
    found.ok_or_else(|| Fault::invalid("Could not find requested job with name: ".to_owned() + name))
}
