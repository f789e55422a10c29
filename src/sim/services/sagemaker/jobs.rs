//! Training and processing jobs: lists, descriptions, and stops. Pipelines start and end them.

use super::listing::{Listing, TIMES};
use super::state::{Handler, State};
use crate::sim::prelude::{Answer, Operation, Record, ServiceError, Table, Time, Value, read, words, write};

pub(super) static OPERATIONS: &[Operation<Handler>] = &[
    read("ListTrainingJobs", |state, _, input| {
        TRAINING.answer_in_order(input, &state.training_jobs, &state.training_by_age)
    }),
    read("DescribeTrainingJob", |state, _, input| TRAINING_JOB.describe(state, input)),
    write("StopTrainingJob", |state, env, input| TRAINING_JOB.stop_by_hand(state, env.now, input)),
    read("ListProcessingJobs", |state, _, input| PROCESSING.answer(input, state.processing_jobs.values())),
    read("DescribeProcessingJob", |state, _, input| PROCESSING_JOB.describe(state, input)),
    write("StopProcessingJob", |state, env, input| PROCESSING_JOB.stop_by_hand(state, env.now, input)),
];

const TRAINING: Listing = Listing {
    out: "TrainingJobSummaries",
    summary: words! {
        TrainingJobName TrainingJobArn CreationTime TrainingEndTime LastModifiedTime TrainingJobStatus
        SecondaryStatus
    },
    sort: &[("Name", "TrainingJobName"), ("CreationTime", "CreationTime"), ("Status", "TrainingJobStatus")],
    by: "CreationTime",
    descending: false,
    status: Some(("TrainingJobStatus", &["InProgress", "Completed", "Failed", "Stopping", "Stopped", "Deleting"])),
    late: true,
    times: TIMES,
};

const PROCESSING: Listing = Listing {
    out: "ProcessingJobSummaries",
    summary: words! {
        ProcessingJobName ProcessingJobArn CreationTime ProcessingEndTime LastModifiedTime ProcessingJobStatus
        FailureReason ExitMessage
    },
    sort: &[("Name", "ProcessingJobName"), ("CreationTime", "CreationTime"), ("Status", "ProcessingJobStatus")],
    status: Some(("ProcessingJobStatus", &["InProgress", "Completed", "Failed", "Stopping", "Stopped"])),
    ..TRAINING
};

/// A kind of job, and AWS's names for its members.
pub(super) struct JobKind {
    /// The name in the metadata of a step.
    pub(super) name: &'static str,
    title: &'static str,
    id: &'static str,
    status: &'static str,
    end: &'static str,
    pub(super) table: fn(&mut State) -> &mut Table,
    /// AWS's message for a missing job.
    missing: fn(&str) -> String,
}

static TRAINING_JOB: JobKind = JobKind {
    name: "TrainingJob",
    title: "training job",
    id: "TrainingJobName",
    status: "TrainingJobStatus",
    end: "TrainingEndTime",
    table: |state| &mut state.training_jobs,
    missing: |_| "Requested resource not found.".to_owned(),
};

static PROCESSING_JOB: JobKind = JobKind {
    name: "ProcessingJob",
    title: "processing job",
    id: "ProcessingJobName",
    status: "ProcessingJobStatus",
    end: "ProcessingEndTime",
    table: |state| &mut state.processing_jobs,
    missing: |name| format!("Could not find requested job with name: {name}"),
};

/// The kinds of jobs that steps start.
pub(super) static JOBS: [&JobKind; 2] = [&TRAINING_JOB, &PROCESSING_JOB];

impl JobKind {
    fn find<'a>(&self, state: &'a mut State, input: &Value) -> Result<&'a mut Record, ServiceError> {
        let name = input.need(self.id)?;
        (self.table)(state).get_mut(name).ok_or_else(|| ServiceError::invalid((self.missing)(name)))
    }

    fn describe(&self, state: &mut State, input: &Value) -> Answer {
        Ok(self.find(state, input)?.doc.clone())
    }

    /// Stops a job by request of a user.
    fn stop_by_hand(&self, state: &mut State, now: Time, input: &Value) -> Answer {
        let job = self.find(state, input)?;
        let status = job.doc.str(self.status);
        if !matches!(status, "InProgress" | "Stopping") {
            let message = format!("The request was rejected because the {} is in status {status}.", self.title);
            return Err(ServiceError::invalid(message));
        }
        self.stop(job, now);
        let name = job.name.clone();
        state.job_was_stopped(self.name, &name);
        Ok(Value::Null)
    }

    /// Marks a job as stopped.
    pub(super) fn stop(&self, job: &mut Record, now: Time) {
        job.doc.set(self.status, "Stopped");
        if job.doc.get("SecondaryStatus").is_some() {
            job.doc.set("SecondaryStatus", "Stopped");
        }
        job.doc.set(self.end, now);
        job.doc.set("LastModifiedTime", now);
    }
}
