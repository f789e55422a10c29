//! Reads these jobs: the newest page of each list, and descriptions of what runs, failed or is looked at.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_sagemaker::types::{
    AutoMlSortBy, AutoMlSortOrder, HyperParameterTuningJobSortByOptions, SortBy, SortOrder,
};

use super::{OtherJob, Work};
use crate::aws::{Aws, AwsError, describe, failed, in_background};
use crate::resources::package::ModelPackage;
use crate::resources::{Listing, Observed, Table, Turn, asked_lately, settled, time};

/// Newest jobs of each list.
const NEWEST: i32 = 100;
/// The number of newest jobs of each list that a single thorough look describes.
const WINDOW: usize = 10;

type Rows = BTreeMap<String, OtherJob>;

pub(super) async fn read(
    aws: &Aws,
    observed: &Observed,
    turn: Turn<'_, OtherJob>,
) -> Result<Listing<OtherJob>, AwsError> {
    let mut rows: Rows =
        turn.known.rows().filter(|job| job.running()).map(|job| (job.id.clone(), job.clone())).collect();
    let mut fault = None;
    if turn.sweep || turn.first() {
        let (listed, why) = Box::pin(list_all(aws)).await?;
        fault = why;
        for job in listed {
            let known = turn.known.get(&job.id).filter(|known| known.status == job.status);
            let details = known.and_then(|known| known.details.clone());
            rows.insert(job.id.clone(), OtherJob { details, ..job });
        }
    }
    place(&mut rows, observed);
    let mut due = if observed.one_shot { newest(&rows) } else { BTreeSet::new() };
    due.extend(rows.values().filter(|job| job.running()).map(|job| job.id.clone()));
    due.extend(looked_at(observed, turn.known));
    let known = |id: &String| rows.get(id).or_else(|| turn.known.get(id)).cloned();
    let due: Vec<OtherJob> = due.iter().filter_map(known).take(observed.chunk()).collect();
    let asked: Vec<String> = due.iter().map(|job| job.id.clone()).collect();
    let described = in_background(describe(due, async |job: OtherJob| job.describe(aws).await)).await;
    rows.extend(described.found.into_iter().map(|job| (job.id.clone(), job)));
    place(&mut rows, observed);
    let asked = settled(asked, described.fault.as_ref());
    Ok(Listing::changed(rows.into_values().collect()).asked(asked).fault(fault.or(described.fault)))
}

/// Returns the jobs that are looked at and were not described.
pub(super) fn looked_at(observed: &Observed, known: &Table<OtherJob>) -> Vec<String> {
    let lacks = |id: &&String| known.get(id).is_some_and(|job| job.details.is_none());
    let looked_at = observed.focus.other_jobs.iter().filter(lacks);
    looked_at.filter(|id| !asked_lately(known, id, observed.at)).cloned().collect()
}

/// Returns the executions whose steps made a job, by the ARN of the job in lower case.
fn made_by(observed: &Observed) -> BTreeMap<String, &str> {
    let steps = observed.store.steps.rows();
    steps.filter_map(|step| Some((step.made.other_job()?.to_ascii_lowercase(), step.execution.as_str()))).collect()
}

/// Returns the monitoring schedules that started a job, by the ARN of the job in lower case.
fn monitors(observed: &Observed) -> BTreeMap<String, &str> {
    let schedules = observed.store.monitoring_schedules.rows();
    let jobs = schedules.flat_map(|schedule| {
        schedule.executions.iter().filter_map(|execution| Some((execution.job.as_ref()?, schedule.name.as_str())))
    });
    jobs.map(|(job, name)| (job.to_ascii_lowercase(), name)).collect()
}

/// Finds the execution, the monitor or the group that each job belongs to.
fn place(rows: &mut Rows, observed: &Observed) {
    let (store, made, monitors) = (&observed.store, made_by(observed), monitors(observed));
    for row in rows.values_mut() {
        row.monitor = monitors.get(&row.id).map(|name| (*name).to_owned()).or(row.monitor.take());
        let named = row.execution_in_name();
        let by_name = || store.executions.rows().find(|e| Some(e.short()) == named).map(|e| e.arn.as_str());
        row.execution = made.get(&row.id).copied().or_else(by_name).map(str::to_owned);
        let model = row.details.as_ref().and_then(|d| store.models.get(d.model.as_ref()?));
        let asked = model.and_then(|m| m.packages().find_map(ModelPackage::parse_arn)).map(|(group, _)| group);
        let begins = |group: &&str| row.name.strip_prefix(group).is_some_and(|rest| rest.starts_with(['-', '_', '.']));
        let groups = store.groups.rows().map(|group| group.name.as_str());
        row.group = asked.or_else(|| groups.filter(begins).max_by_key(|group| group.len())).map(str::to_owned);
    }
}

/// Returns the newest jobs of each kind.
fn newest(rows: &Rows) -> BTreeSet<String> {
    let mut newest: Vec<&OtherJob> = rows.values().collect();
    newest.sort_by_key(|job| std::cmp::Reverse(job.created));
    let of = |work: Work| newest.iter().filter(move |job| job.work == work).take(WINDOW).map(|job| job.id.clone());
    [Work::Processing, Work::Transform, Work::Tuning, Work::AutoMl].into_iter().flat_map(of).collect()
}

/// Reads the newest jobs of all four lists. What can be read is returned, with the first error of the others.
///
/// # Errors
/// The first one, if no list can be read.
async fn list_all(aws: &Aws) -> Result<(Vec<OtherJob>, Option<AwsError>), AwsError> {
    let lists = tokio::join!(processing(aws), transform(aws), tuning(aws), auto_ml(aws));
    let (mut found, mut fault, mut read) = (Vec::new(), None, false);
    for list in [lists.0, lists.1, lists.2, lists.3] {
        match list {
            Ok(jobs) => {
                read = true;
                found.extend(jobs);
            }
            Err(why) => fault = fault.or(Some(why)),
        }
    }
    match fault {
        Some(why) if !read => Err(why),
        fault => Ok((found, fault)),
    }
}

/// The summaries have the same fields under different names.
macro_rules! listed {
    ($work:ident, $s:expr, $name:ident, $arn:ident, $status:ident, $ended:ident) => {{
        let s = $s;
        let arn = s.$arn.unwrap_or_default();
        OtherJob {
            id: arn.to_ascii_lowercase(),
            name: s.$name.unwrap_or_default(),
            arn,
            work: Work::$work,
            status: s.$status.map(|s| s.as_str().to_owned()).unwrap_or_default(),
            created: time(s.creation_time.as_ref()),
            ended: time(s.$ended.as_ref()),
            modified: time(s.last_modified_time.as_ref()),
            ..OtherJob::default()
        }
    }};
}

async fn processing(aws: &Aws) -> Result<Vec<OtherJob>, AwsError> {
    let request = aws.sagemaker.list_processing_jobs().max_results(NEWEST);
    let page = request.sort_by(SortBy::CreationTime).sort_order(SortOrder::Descending).send().await.map_err(failed)?;
    let jobs = page.processing_job_summaries.unwrap_or_default().into_iter().map(|s| {
        let failure = s.failure_reason.clone().filter(|why| !why.is_empty());
        let job =
            listed!(Processing, s, processing_job_name, processing_job_arn, processing_job_status, processing_end_time);
        OtherJob { failure, ..job }
    });
    Ok(jobs.collect())
}

async fn transform(aws: &Aws) -> Result<Vec<OtherJob>, AwsError> {
    let request = aws.sagemaker.list_transform_jobs().max_results(NEWEST);
    let page = request.sort_by(SortBy::CreationTime).sort_order(SortOrder::Descending).send().await.map_err(failed)?;
    let jobs = page.transform_job_summaries.unwrap_or_default().into_iter().map(|s| {
        let failure = s.failure_reason.clone().filter(|why| !why.is_empty());
        let job =
            listed!(Transform, s, transform_job_name, transform_job_arn, transform_job_status, transform_end_time);
        OtherJob { failure, ..job }
    });
    Ok(jobs.collect())
}

async fn tuning(aws: &Aws) -> Result<Vec<OtherJob>, AwsError> {
    let request = aws.sagemaker.list_hyper_parameter_tuning_jobs().max_results(NEWEST);
    let request = request.sort_by(HyperParameterTuningJobSortByOptions::CreationTime).sort_order(SortOrder::Descending);
    let page = request.send().await.map_err(failed)?;
    let jobs = page.hyper_parameter_tuning_job_summaries.unwrap_or_default().into_iter().map(|s| {
        listed!(
            Tuning,
            s,
            hyper_parameter_tuning_job_name,
            hyper_parameter_tuning_job_arn,
            hyper_parameter_tuning_job_status,
            hyper_parameter_tuning_end_time
        )
    });
    Ok(jobs.collect())
}

async fn auto_ml(aws: &Aws) -> Result<Vec<OtherJob>, AwsError> {
    let request = aws.sagemaker.list_auto_ml_jobs().max_results(NEWEST);
    let request = request.sort_by(AutoMlSortBy::CreationTime).sort_order(AutoMlSortOrder::Descending);
    let page = request.send().await.map_err(failed)?;
    let jobs = page.auto_ml_job_summaries.unwrap_or_default().into_iter().map(|s| {
        let failure = s.failure_reason.clone().filter(|why| !why.is_empty());
        let job = listed!(AutoMl, s, auto_ml_job_name, auto_ml_job_arn, auto_ml_job_status, end_time);
        OtherJob { failure, ..job }
    });
    Ok(jobs.collect())
}
