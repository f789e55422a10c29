//! Training jobs: what was trained, from which data, into which artifact.

use std::collections::BTreeMap;
use std::time::Duration;

use aws_sdk_sagemaker::operation::describe_training_job::DescribeTrainingJobOutput;
use aws_sdk_sagemaker::types::{SortBy, SortOrder, TrainingJobSummary};
use jiff::Timestamp;
use serde::Serialize;

use super::{Listing, Resource, Seen, arn_name, time};
use crate::aws::{Aws, AwsError, describe, failed, pages};

/// Pages of 100 jobs, newest first; what is older was joined when it was new.
const PAGES: usize = 2;
/// The same for a single thorough look.
const THOROUGH_PAGES: usize = 10;
/// The newest jobs are described, whoever started them.
const WINDOW: usize = 10;
/// The same for a single thorough look.
const THOROUGH_WINDOW: usize = 100;

/// One training job.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct TrainingJob {
    /// Unique in account and region.
    pub name: String,
    /// ARN.
    pub arn: String,
    /// `InProgress`, `Completed`, `Failed`, …, raw.
    pub status: String,
    /// Creation.
    pub created: Option<Timestamp>,
    /// End.
    pub ended: Option<Timestamp>,
    /// Details; absent until it was described.
    pub details: Option<JobDetails>,
}

/// What only `DescribeTrainingJob` tells.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct JobDetails {
    /// `Training`, `Interrupted`, …, raw.
    pub phase: String,
    /// Why it failed.
    pub failure: Option<String>,
    /// S3 URIs (prefixes or manifests) that it read.
    pub inputs: Vec<String>,
    /// S3 URI of what it made.
    pub artifact: Option<String>,
    /// Final metrics: name and value.
    pub metrics: Vec<(String, f32)>,
    /// Image that trained.
    pub image: Option<String>,
    /// Type and number of instances.
    pub instances: String,
    /// Ran on spot capacity.
    pub spot: bool,
    /// Training time in seconds.
    pub seconds: Option<i32>,
    /// Billed time in seconds.
    pub billed_seconds: Option<i32>,
}

impl TrainingJob {
    /// Is it still running?
    #[must_use]
    pub fn running(&self) -> bool {
        matches!(self.status.as_str(), "InProgress" | "Stopping")
    }

    async fn describe(aws: &Aws, name: &str) -> Result<Self, AwsError> {
        let request = aws.sagemaker.describe_training_job().training_job_name(name);
        request.send().await.map(from_description).map_err(failed("DescribeTrainingJob"))
    }
}

impl Resource for TrainingJob {
    const KIND: &'static str = "training_jobs";
    const EVERY: Duration = Duration::from_secs(30);
    const WINDOWED: bool = true;
    fn id(&self) -> &str {
        &self.name
    }
    fn news(&self, old: Option<&Self>) -> Option<String> {
        match old {
            None => Some(format!("training job {} {}", self.name, self.status)),
            Some(old) if old.status != self.status => Some(format!("training job {} {}", self.name, self.status)),
            Some(_) => None,
        }
    }
    async fn list(aws: &Aws, seen: &Seen) -> Result<Listing<Self>, AwsError> {
        let cap = if seen.thorough { THOROUGH_PAGES } else { PAGES };
        let (summaries, capped) = pages(cap, async |token| {
            let request = aws.sagemaker.list_training_jobs().max_results(100).set_next_token(token);
            let request = request.sort_by(SortBy::CreationTime).sort_order(SortOrder::Descending);
            let page = request.send().await.map_err(failed("ListTrainingJobs"))?;
            Ok((page.training_job_summaries.unwrap_or_default(), page.next_token))
        })
        .await?;
        let mut rows: BTreeMap<String, Self> = summaries.into_iter().map(from_summary).collect();
        let mut due = Vec::new();
        for name in wanted(&rows, seen) {
            let known = seen.store.jobs.get(&name).filter(|k| k.details.is_some());
            match (rows.get_mut(&name), known) {
                (Some(row), Some(known)) if known.status == row.status && !row.running() => {
                    row.details.clone_from(&known.details);
                }
                // Too old for the list, but a version was made from it.
                (None, Some(known)) => {
                    rows.insert(name, known.clone());
                }
                _ => due.push(name),
            }
        }
        let waiting = due.len();
        due.truncate(seen.chunk());
        let asked = due.len();
        let described = describe(due, async |name| Self::describe(aws, &name).await).await;
        let learnt = !described.found.is_empty();
        rows.extend(described.found.into_iter().map(|j| (j.name.clone(), j)));
        let more = waiting > asked && learnt;
        let listing = Listing { more, ..Listing::of(rows.into_values().collect()) };
        Ok(listing.capped(capped).fault(described.fault))
    }
}

/// Names of the jobs whose details matter: the newest, those of known steps, those looked at.
fn wanted(rows: &BTreeMap<String, TrainingJob>, seen: &Seen) -> Vec<String> {
    let window = if seen.thorough { THOROUGH_WINDOW } else { WINDOW };
    let mut newest: Vec<&TrainingJob> = rows.values().collect();
    newest.sort_by_key(|j| std::cmp::Reverse(j.created));
    let steps = seen.store.steps.rows().filter_map(|s| s.made.training_job()).map(|arn| arn_name(arn).to_owned());
    let mut names: Vec<String> = newest.iter().take(window).map(|j| j.name.clone()).collect();
    names.extend(steps.chain(seen.focus.jobs.iter().cloned()));
    let described = rows.keys().filter(|n| seen.store.jobs.get(n).is_some_and(|k| k.details.is_some()));
    names.extend(described.cloned());
    let mut once = std::collections::BTreeSet::new();
    names.retain(|n| once.insert(n.clone()));
    names
}

fn from_summary(s: TrainingJobSummary) -> (String, TrainingJob) {
    let job = TrainingJob {
        status: s.training_job_status.map(|s| s.as_str().to_owned()).unwrap_or_default(),
        created: time(s.creation_time.as_ref()),
        ended: time(s.training_end_time.as_ref()),
        name: s.training_job_name.unwrap_or_default(),
        arn: s.training_job_arn.unwrap_or_default(),
        details: None,
    };
    (job.name.clone(), job)
}

fn from_description(d: DescribeTrainingJobOutput) -> TrainingJob {
    let input = |c: &aws_sdk_sagemaker::types::Channel| c.data_source()?.s3_data_source()?.s3_uri.clone();
    let metric = |m: &aws_sdk_sagemaker::types::MetricData| Some((m.metric_name.clone()?, m.value?));
    let instances = d.resource_config().map(|r| {
        let kind = r.instance_type.as_ref().map_or("", |t| t.as_str());
        format!("{} × {kind}", r.instance_count.unwrap_or(1))
    });
    let details = JobDetails {
        phase: d.secondary_status.as_ref().map(|s| s.as_str().to_owned()).unwrap_or_default(),
        inputs: d.input_data_config().iter().filter_map(input).collect(),
        metrics: d.final_metric_data_list().iter().filter_map(metric).collect(),
        artifact: d.model_artifacts().and_then(|a| a.s3_model_artifacts.clone()),
        image: d.algorithm_specification().and_then(|a| a.training_image.clone()),
        instances: instances.unwrap_or_default(),
        spot: d.enable_managed_spot_training.unwrap_or_default(),
        seconds: d.training_time_in_seconds,
        billed_seconds: d.billable_time_in_seconds,
        failure: d.failure_reason.filter(|f| !f.is_empty()),
    };
    TrainingJob {
        status: d.training_job_status.map(|s| s.as_str().to_owned()).unwrap_or_default(),
        created: time(d.creation_time.as_ref()),
        ended: time(d.training_end_time.as_ref()),
        name: d.training_job_name.unwrap_or_default(),
        arn: d.training_job_arn.unwrap_or_default(),
        details: Some(details),
    }
}
