//! Monitoring schedules and their executions. Each schedule executes every hour, whether it is listed or not.

use super::listing::{Listing, TIMES};
use super::state::{Handler, State};
use crate::sim::prelude::{
    Answer, Env, Operation, Record, ServiceError, Span, Time, Value, json, num, read, tree, words,
};

pub(super) static OPERATIONS: &[Operation<Handler>] = &[
    read("ListMonitoringSchedules", |state, _, input| {
        let records = state.monitors.values().map(|monitor| &monitor.record);
        SCHEDULES.answer(input, records.filter(|record| is_named(record, input)))
    }),
    read("DescribeMonitoringSchedule", |state, env, input| {
        state.run_monitors(env);
        describe(state, input)
    }),
    read("ListMonitoringExecutions", |state, env, input| {
        state.run_monitors(env);
        EXECUTIONS.answer(input, state.monitoring_executions.iter().filter(|record| is_named(record, input)))
    }),
];

const HOUR: Span = Span::minutes(60);

const SCHEDULES: Listing = Listing {
    out: "MonitoringScheduleSummaries",
    summary: words! {
        MonitoringScheduleName MonitoringScheduleArn CreationTime LastModifiedTime MonitoringScheduleStatus
        EndpointName MonitoringJobDefinitionName MonitoringType
    },
    sort: &[
        ("Name", "MonitoringScheduleName"),
        ("CreationTime", "CreationTime"),
        ("Status", "MonitoringScheduleStatus"),
    ],
    by: "CreationTime",
    descending: true,
    status: Some(("MonitoringScheduleStatus", &["Pending", "Failed", "Scheduled", "Stopped"])),
    late: false,
    times: TIMES,
};

const EXECUTIONS: Listing = Listing {
    out: "MonitoringExecutionSummaries",
    summary: words! {
        MonitoringScheduleName ScheduledTime CreationTime LastModifiedTime MonitoringExecutionStatus ProcessingJobArn
        EndpointName FailureReason MonitoringJobDefinitionName MonitoringType
    },
    sort: &[
        ("CreationTime", "CreationTime"),
        ("ScheduledTime", "ScheduledTime"),
        ("Status", "MonitoringExecutionStatus"),
    ],
    status: Some((
        "MonitoringExecutionStatus",
        &["Pending", "Completed", "CompletedWithViolations", "InProgress", "Failed", "Stopping", "Stopped"],
    )),
    ..SCHEDULES
};

/// A schedule, and how its executions end.
#[derive(Debug)]
pub(crate) struct Monitor {
    pub(crate) record: Record,
    pub(crate) bucket: String,
    /// The next hour in which it executes; `None` if it does not execute any more.
    pub(crate) next: Option<Time>,
    pub(crate) fails: Option<String>,
    /// The report of violations; `None` if it finds none.
    pub(crate) report: Option<Value>,
}

fn is_named(record: &Record, input: &Value) -> bool {
    let right = |member: &str| {
        let wanted = input.str(member);
        wanted.is_empty() || record.doc.str(member) == wanted
    };
    right("MonitoringScheduleName") && right("EndpointName")
}

fn describe(state: &State, input: &Value) -> Answer {
    let name = input.need("MonitoringScheduleName")?;
    let Some(monitor) = state.monitors.get(name) else {
        return Err(ServiceError::not_found(format!("Could not find monitoring schedule {name}.")));
    };
    let own = state.monitoring_executions.iter().filter(|e| e.doc.str("MonitoringScheduleName") == name);
    let last = own.max_by_key(|e| e.doc.instant("ScheduledTime"));
    Ok(monitor
        .record
        .doc
        .clone()
        .with("LastMonitoringExecutionSummary", last.map(|last| last.doc.project(EXECUTIONS.summary))))
}

impl State {
    /// Makes the executions that are due. Each ends at once.
    pub(crate) fn run_monitors(&mut self, env: &mut Env) {
        let mut monitors = std::mem::take(&mut self.monitors);
        for monitor in monitors.values_mut() {
            while let Some(next) = monitor.next.filter(|next| *next <= env.now) {
                self.execute(env, monitor, next, true);
                monitor.next = Some(next + HOUR);
            }
        }
        self.monitors = monitors;
    }

    /// Makes the execution of an hour. If it is `telling`, it ends as the schedule says, otherwise it completes.
    pub(crate) fn execute(&mut self, env: &mut Env, monitor: &Monitor, at: Time, telling: bool) {
        let schedule = &monitor.record;
        let fails = monitor.fails.as_deref().filter(|_| telling);
        let report = monitor.report.as_ref().filter(|_| telling && fails.is_none());
        let status = match (fails, report) {
            (Some(_), _) => "Failed",
            (None, Some(_)) => "CompletedWithViolations",
            (None, None) => "Completed",
        };
        let begun = at + Span::minutes(4);
        let ended = begun + Span::minutes(6);
        let mark = num::hex(num::hash(&format!("{}{}", schedule.name, at.iso())), 24);
        let job = format!("model-monitoring-{}-{mark}", at.format("%Y%m%d%H%M"));
        let endpoint = schedule.doc.str("EndpointName");
        let folder = at.format("%Y/%m/%d/%H");
        let output = format!("s3://{}/monitoring/{endpoint}/{}/{folder}", monitor.bucket, schedule.name);
        if let Some(report) = report {
            env.write_text(format!("{output}/constraint_violations.json"), json::text(report));
        }
        let arn = env.account.sagemaker("processing-job", &job);
        let doc = tree! {
            "MonitoringScheduleName": &schedule.name, "ScheduledTime": at, "CreationTime": begun,
            "LastModifiedTime": ended, "MonitoringExecutionStatus": status, "ProcessingJobArn": &arn,
            "EndpointName": endpoint, "FailureReason": fails, "MonitoringType": schedule.doc.str("MonitoringType"),
        };
        self.monitoring_executions.push(Record::new(&job, begun, doc));
        let doc = tree! {
            "ProcessingJobName": &job, "ProcessingJobArn": arn, "ProcessingJobStatus": if fails.is_some() { "Failed" } else { "Completed" },
            "FailureReason": fails, "CreationTime": begun, "ProcessingStartTime": begun, "ProcessingEndTime": ended,
            "LastModifiedTime": ended, "MonitoringScheduleArn": schedule.doc.str("MonitoringScheduleArn"),
            "ExitMessage": report.map(|_| "CompletedWithViolations: Job completed successfully with violations."),
            "ProcessingResources": tree! {
                "ClusterConfig": tree! { "InstanceCount": 1, "InstanceType": "ml.m5.xlarge", "VolumeSizeInGB": 20 },
            },
            "AppSpecification": tree! { "ImageUri": "123456789012.dkr.ecr.eu-west-1.amazonaws.com/model-monitor:1" },
            "ProcessingOutputConfig": tree! { "Outputs": vec![tree! {
                "OutputName": "monitoring_output",
                "S3Output": tree! {
                    "S3Uri": output, "LocalPath": "/opt/ml/processing/output", "S3UploadMode": "Continuous",
                },
            }] },
        };
        self.processing_jobs.insert(job.clone(), Record::new(&job, begun, doc));
    }
}
