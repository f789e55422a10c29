//! Reads the schedules: the list, the description of each that changed, the newest executions of the account in
//! one list, and the report of violations once for each execution that found some.

use std::collections::BTreeMap;

use aws_sdk_sagemaker::operation::describe_monitoring_schedule::DescribeMonitoringScheduleOutput;
use aws_sdk_sagemaker::types::{
    MonitoringExecutionSortKey, MonitoringExecutionSummary, MonitoringScheduleSummary, ProcessingOutputConfig,
    SortOrder,
};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::{MonitoringDetails, MonitoringExecution, MonitoringSchedule, ViolationReport};
use crate::aws::{Aws, AwsError, failed, pages};
use crate::resources::detailed::{add_details, read_due};
use crate::resources::next_run::next_run;
use crate::resources::{Listing, Observed, Turn, arn_name, report, time};

/// Pages of 100 schedules.
const PAGES: usize = 5;
/// Pages of 100 executions. A schedule without one among these has the last one in its description.
const EXECUTION_PAGES: usize = 3;
/// The executions that are kept of each schedule.
const NEWEST: usize = 5;
/// The time after which a report that could not be read is tried again: permissions are put right, files arrive late.
const AGAIN: SignedDuration = SignedDuration::from_mins(10);
/// An execution begins up to 20 minutes after its time, and is listed some time after it began.
const SLACK: SignedDuration = SignedDuration::from_mins(60);

pub(super) async fn read(
    aws: &Aws,
    observed: &Observed,
    turn: Turn<'_, MonitoringSchedule>,
) -> Result<Listing<MonitoringSchedule>, AwsError> {
    let listed = list(aws).await?;
    let none = listed.0.is_empty();
    let renew = |listed: MonitoringSchedule, known: &MonitoringSchedule| MonitoringSchedule {
        details: known.details.clone(),
        executions: known.executions.clone(),
        listed: known.listed,
        overdue: known.overdue,
        violations: known.violations.clone(),
        ..listed
    };
    let holds = |row: &MonitoringSchedule| row.details.as_ref().is_some_and(|details| details.of == row.modified);
    let describe = async |row: MonitoringSchedule| describe(aws, row).await;
    let mut listing = add_details(observed, turn.known, listed, (renew, holds), describe).await;
    if none {
        return Ok(listing);
    }
    match executions(aws).await {
        Ok((mut ran, capped)) => {
            for row in &mut listing.rows {
                // If the list was cut, a schedule that is not in it may have executed all the same.
                let listed = ran.remove(&row.name).or_else(|| (!capped).then(Vec::new));
                row.add_executions(listed, observed.at);
            }
        }
        Err(why) => {
            // The network or the login says nothing about the schedules; the source has its age.
            if !why.kind.is_shared() {
                listing.rows.iter_mut().for_each(|row| row.listed = false);
            }
            listing.fault = listing.fault.or(Some(why));
        }
    }
    let watches = |row: &MonitoringSchedule| {
        row.endpoint.as_ref().is_some_and(|name| observed.store.endpoints.get(name).is_some())
    };
    let is_due = |row: &MonitoringSchedule| watches(row) && row.lacks_violations(observed.at);
    Ok(read_due(listing, is_due, |row| violations(aws, row, observed.at)).await)
}

async fn list(aws: &Aws) -> Result<(Vec<MonitoringSchedule>, bool), AwsError> {
    pages(PAGES, async |token| {
        let request = aws.sagemaker.list_monitoring_schedules().max_results(100).set_next_token(token);
        let page = request.send().await.map_err(failed)?;
        let rows = page.monitoring_schedule_summaries.unwrap_or_default().into_iter().filter_map(from_summary);
        Ok((rows.collect(), page.next_token))
    })
    .await
}

fn from_summary(s: MonitoringScheduleSummary) -> Option<MonitoringSchedule> {
    Some(MonitoringSchedule {
        name: s.monitoring_schedule_name?,
        arn: s.monitoring_schedule_arn.unwrap_or_default(),
        monitoring_type: s.monitoring_type.map(|t| t.as_str().to_owned()).unwrap_or_default(),
        status: s.monitoring_schedule_status.map(|s| s.as_str().to_owned()).unwrap_or_default(),
        endpoint: s.endpoint_name.filter(|name| !name.is_empty()),
        created: time(s.creation_time.as_ref()),
        modified: time(s.last_modified_time.as_ref()),
        ..MonitoringSchedule::default()
    })
}

async fn describe(aws: &Aws, row: MonitoringSchedule) -> Result<MonitoringSchedule, AwsError> {
    let request = aws.sagemaker.describe_monitoring_schedule().monitoring_schedule_name(&row.name);
    let mut output = request.send().await.map_err(failed)?;
    let last = output.last_monitoring_execution_summary.take().map(execution).map(|(_, last)| last);
    let mut row = MonitoringSchedule { details: Some(details(row.modified, output)), ..row };
    if let Some(last) = last {
        row.add_last(last);
    }
    Ok(row)
}

fn details(of: Option<Timestamp>, output: DescribeMonitoringScheduleOutput) -> MonitoringDetails {
    let config = output
        .monitoring_schedule_config
        .unwrap_or_else(|| aws_sdk_sagemaker::types::MonitoringScheduleConfig::builder().build());
    let inline = config.monitoring_job_definition.and_then(|job| job.baseline_config);
    MonitoringDetails {
        of,
        expression: config.schedule_config.and_then(|schedule| schedule.schedule_expression),
        failure: output.failure_reason.filter(|why| !why.is_empty()),
        constraints: inline.and_then(|baseline| baseline.constraints_resource?.s3_uri),
        definition: config.monitoring_job_definition_name,
    }
}

/// Reads the newest executions of all schedules, by the name of the schedule, newest first. The flag is true if there
/// are more.
async fn executions(aws: &Aws) -> Result<(BTreeMap<String, Vec<MonitoringExecution>>, bool), AwsError> {
    let (all, capped) = pages(EXECUTION_PAGES, async |token| {
        let request = aws.sagemaker.list_monitoring_executions().max_results(100).set_next_token(token);
        let request = request.sort_by(MonitoringExecutionSortKey::ScheduledTime).sort_order(SortOrder::Descending);
        let page = request.send().await.map_err(failed)?;
        Ok((page.monitoring_execution_summaries.unwrap_or_default(), page.next_token))
    })
    .await?;
    let mut by_schedule: BTreeMap<String, Vec<MonitoringExecution>> = BTreeMap::new();
    for (schedule, execution) in all.into_iter().map(execution) {
        by_schedule.entry(schedule).or_default().push(execution);
    }
    Ok((by_schedule, capped))
}

fn execution(s: MonitoringExecutionSummary) -> (String, MonitoringExecution) {
    let execution = MonitoringExecution {
        status: s.monitoring_execution_status.map(|s| s.as_str().to_owned()).unwrap_or_default(),
        scheduled: time(s.scheduled_time.as_ref()),
        modified: time(s.last_modified_time.as_ref()),
        job: s.processing_job_arn,
        failure: s.failure_reason.filter(|why| !why.is_empty()),
    };
    (s.monitoring_schedule_name.unwrap_or_default(), execution)
}

impl MonitoringSchedule {
    /// Takes the executions that were listed, after a newer one of the description. `None` if it is not known whether
    /// there are any: all stays as it was.
    fn add_executions(&mut self, listed: Option<Vec<MonitoringExecution>>, now: Timestamp) {
        let Some(mut listed) = listed else { return };
        listed.sort_by_key(|execution| std::cmp::Reverse(execution.scheduled));
        let newest = listed.first().and_then(|newest| newest.scheduled);
        let newer = self.executions.drain(..).filter(|known| known.scheduled > newest);
        self.executions = newer.chain(listed).take(NEWEST).collect();
        self.listed = true;
        self.overdue = self.is_overdue(now);
    }
    /// Takes the last execution, as the description has it.
    fn add_last(&mut self, last: MonitoringExecution) {
        if self.executions.first().is_none_or(|newest| newest.scheduled <= last.scheduled) {
            self.executions.retain(|known| known.scheduled != last.scheduled);
            self.executions.insert(0, last);
            self.executions.truncate(NEWEST);
        }
    }
    /// Returns whether the report of the newest execution is to be read, or read again.
    fn lacks_violations(&self, now: Timestamp) -> bool {
        let violated = self.newest().is_some_and(MonitoringExecution::violated);
        let lately = |at| now.duration_since(at) < AGAIN;
        violated && self.found().is_none_or(|report| report.problem.is_some() && !report.read.is_some_and(lately))
    }
    /// Returns whether two executions after the newest one are missing. One may be late.
    fn is_overdue(&self, now: Timestamp) -> bool {
        let expression = self.details.as_ref().and_then(|details| details.expression.as_deref());
        let (Some(expression), "Scheduled") = (expression, self.status.as_str()) else { return false };
        let newest = self.executions.first().and_then(|newest| newest.scheduled);
        // A schedule that was just started has not executed yet.
        let Some(last) = newest.max(self.modified) else { return false };
        let next = |after| next_run(expression, &TimeZone::UTC, None, after).at();
        next(last).and_then(next).is_some_and(|second| second.saturating_add(SLACK).is_ok_and(|late| late < now))
    }
}

/// Reads the report of the newest execution: the job says where it is. A report that cannot be read says why.
async fn violations(aws: &Aws, row: MonitoringSchedule, at: Timestamp) -> Result<MonitoringSchedule, AwsError> {
    let Some(job) = row.newest().and_then(|newest| newest.job.clone()) else { return Ok(row) };
    let request = aws.sagemaker.describe_processing_job().processing_job_name(arn_name(&job));
    let output = request.send().await.map_err(failed)?;
    let outputs = output.processing_output_config().map(ProcessingOutputConfig::outputs).unwrap_or_default();
    let folder = outputs.iter().find_map(|output| output.s3_output()?.s3_uri.clone());
    let uri = folder.map(|folder| format!("{}/constraint_violations.json", folder.trim_end_matches('/')));
    let report = ViolationReport { job, uri: uri.clone(), read: Some(at), ..ViolationReport::default() };
    let report = match uri {
        None => ViolationReport { problem: Some("has no known place".to_owned()), ..report },
        Some(uri) => match report::fetch(aws, &uri).await? {
            Ok(json) => report.parse(&json),
            Err(problem) => ViolationReport { problem: Some(problem), ..report },
        },
    };
    Ok(MonitoringSchedule { violations: Some(report), ..row })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schedule_is_overdue_when_two_executions_are_missing() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let hourly = |scheduled: Option<&str>, status: &str| MonitoringSchedule {
            status: status.into(),
            modified: Some(at("2026-11-20T00:00:00Z")),
            details: Some(MonitoringDetails {
                expression: Some("cron(0 * ? * * *)".into()),
                ..MonitoringDetails::default()
            }),
            executions: scheduled
                .map(|scheduled| MonitoringExecution { scheduled: Some(at(scheduled)), ..Default::default() })
                .into_iter()
                .collect(),
            ..MonitoringSchedule::default()
        };
        let now = at("2026-11-23T12:30:00Z");
        let cases = [
            (hourly(Some("2026-11-23T12:00:00Z"), "Scheduled"), false),
            (hourly(Some("2026-11-23T10:00:00Z"), "Scheduled"), false),
            (hourly(Some("2026-11-23T09:00:00Z"), "Scheduled"), true),
            (hourly(Some("2026-11-23T09:00:00Z"), "Stopped"), false),
            (hourly(None, "Scheduled"), true),
            (MonitoringSchedule { modified: Some(now), ..hourly(None, "Scheduled") }, false),
            (MonitoringSchedule { details: None, ..hourly(None, "Scheduled") }, false),
        ];
        for (monitor, overdue) in cases {
            assert_eq!(monitor.is_overdue(now), overdue, "{monitor:?}");
        }
    }

    fn at(hour: i64) -> Timestamp {
        Timestamp::from_second(hour * 3600).unwrap()
    }

    fn ran(hour: i64, status: &str) -> MonitoringExecution {
        MonitoringExecution { scheduled: Some(at(hour)), status: status.into(), ..MonitoringExecution::default() }
    }

    fn hours(row: &MonitoringSchedule) -> Vec<i64> {
        row.executions.iter().map(|execution| execution.scheduled.unwrap().as_second() / 3600).collect()
    }

    #[test]
    fn a_schedule_is_judged_by_executions_that_were_listed_and_by_nothing_else() {
        let details =
            Some(MonitoringDetails { expression: Some("cron(0 * ? * * *)".into()), ..MonitoringDetails::default() });
        let row = |executions: Vec<MonitoringExecution>| MonitoringSchedule {
            status: "Scheduled".into(),
            modified: Some(at(0)),
            details: details.clone(),
            executions,
            ..MonitoringSchedule::default()
        };
        let known = || vec![ran(8, "Completed")];
        let cases = [
            (row(known()), None, vec![8], false, false),
            (row(Vec::new()), None, vec![], false, false),
            (row(Vec::new()), Some(vec![]), vec![], true, true),
            (row(known()), Some(vec![]), vec![8], true, true),
            (row(known()), Some(vec![ran(6, "Completed"), ran(7, "Completed")]), vec![8, 7, 6], true, true),
            (row(known()), Some(vec![ran(19, "Completed")]), vec![19], true, false),
        ];
        for (mut row, listed, kept, known, overdue) in cases {
            let told = format!("{listed:?}");
            row.add_executions(listed, at(20));
            assert_eq!((hours(&row), row.listed, row.overdue), (kept, known, overdue), "{told}");
        }
        let mut late = MonitoringSchedule { listed: true, overdue: true, ..row(known()) };
        late.add_executions(None, at(20));
        assert!(late.overdue && late.listed, "what was listed once stays known");
    }

    #[test]
    fn the_last_execution_of_the_description_counts_where_it_is_newer() {
        for (known, last, kept, newest) in [
            (vec![], 3, vec![3], "Completed"),
            (vec![2], 3, vec![3, 2], "Completed"),
            (vec![3, 2], 3, vec![3, 2], "Completed"),
            (vec![4, 3], 3, vec![4, 3], "InProgress"),
        ] {
            let executions = known.iter().map(|hour| ran(*hour, "InProgress")).collect();
            let mut row = MonitoringSchedule { executions, ..MonitoringSchedule::default() };
            row.add_last(ran(last, "Completed"));
            assert_eq!((hours(&row), row.executions[0].status.as_str()), (kept, newest));
        }
    }

    #[test]
    fn a_report_that_could_not_be_read_is_tried_again_after_some_minutes() {
        let report = |job: &str, problem: Option<&str>, minute: i64| ViolationReport {
            job: job.into(),
            problem: problem.map(str::to_owned),
            read: Timestamp::from_second(minute * 60).ok(),
            ..ViolationReport::default()
        };
        let now = Timestamp::from_second(60 * 60).unwrap();
        let cases = [
            ("CompletedWithViolations", None, true),
            ("CompletedWithViolations", Some(report("new", None, 0)), false),
            ("CompletedWithViolations", Some(report("old", None, 59)), true),
            ("CompletedWithViolations", Some(report("new", Some("may not be read"), 55)), false),
            ("CompletedWithViolations", Some(report("new", Some("may not be read"), 50)), true),
            ("Completed", None, false),
        ];
        for (status, violations, due) in cases {
            let execution = MonitoringExecution { job: Some("new".into()), ..ran(1, status) };
            let row = MonitoringSchedule { executions: vec![execution], violations, ..MonitoringSchedule::default() };
            assert_eq!(row.lacks_violations(now), due, "{status} {:?}", row.violations);
        }
    }
}
