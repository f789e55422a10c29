//! Training jobs: what was trained, from which data, into which artifact.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_sagemaker::operation::describe_training_job::DescribeTrainingJobOutput;
use aws_sdk_sagemaker::types::{
    Channel, MetricData, ResourceType, SearchRecord, SecondaryStatus, SecondaryStatusTransition, SortBy, SortOrder,
    TrainingJobSummary,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::aws::{Aws, AwsError, Query, describe, failed, in_background, pages};
use crate::health::Health;
use crate::resources::{
    AwsCommand, Cadence, Derived, Event, Kind, Listing, LogSource, Observed, Properties, Resource, Table, Turn,
    arn_name, asked_lately, console, exact, finite, newest, reaches_back, settled, time,
};

/// Pages of 100 jobs, newest first, in a single thorough look.
const THOROUGH_PAGES: usize = 10;
/// The number of newest jobs that are described where the account has no index, whoever started them.
const WINDOW: usize = 10;
/// The same for a single thorough look.
const THOROUGH_WINDOW: usize = 100;

/// One training job.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
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
    /// Last change.
    pub modified: Option<Timestamp>,
    /// Details; absent until it was described.
    pub details: Option<JobDetails>,
}

/// The details that the list does not have.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct JobDetails {
    /// `Training`, `Interrupted`, …, raw.
    pub phase: String,
    /// The reason why it failed.
    pub failure: Option<String>,
    /// S3 URIs (prefixes or manifests) that it read.
    pub inputs: Vec<String>,
    /// S3 URI of its artifact.
    pub artifact: Option<String>,
    /// Final metrics: name and value.
    pub metrics: Vec<(String, f64)>,
    /// Image that trained.
    pub image: Option<String>,
    /// The parameters of its algorithm (`HyperParameters`).
    #[serde(default)]
    pub hyperparameters: BTreeMap<String, String>,
    /// Type and number of instances.
    pub instances: String,
    /// Whether it ran on spot capacity.
    pub spot: bool,
    /// Training time in seconds.
    pub seconds: Option<i32>,
    /// Billed time in seconds.
    pub billed_seconds: Option<i32>,
    /// How often spot capacity was taken away.
    #[serde(default)]
    pub interruptions: usize,
    /// S3 URI of its checkpoints. Without it an interrupted job begins anew.
    #[serde(default)]
    pub checkpoints: Option<String>,
    /// The instances that it left for the next job.
    #[serde(default)]
    pub warm_pool: Option<WarmPool>,
    /// ARN of the tuning job that started it.
    #[serde(default)]
    pub tuning_job: Option<String>,
}

/// Instances that are kept after a job: <https://docs.aws.amazon.com/sagemaker/latest/dg/train-warm-pools.html>.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct WarmPool {
    /// `Available`, `Reused`, `Terminated`, `InUse`, raw.
    pub status: String,
    /// Seconds that were billed for keeping them.
    pub billed_seconds: Option<i32>,
    /// Name of the job that took them over.
    pub reused_by: Option<String>,
}

impl WarmPool {
    fn in_words(&self) -> String {
        let by = self.reused_by.as_ref().map(|job| format!(" by {job}")).unwrap_or_default();
        let billed = self.billed_seconds.map(|s| format!(", kept for {s} billed seconds")).unwrap_or_default();
        format!("{}{by}{billed}", self.status)
    }
}

impl JobDetails {
    /// Returns the percentage of the training time that was not billed, if it ran on spot capacity.
    #[must_use]
    pub fn saved(&self) -> Option<f64> {
        let (trained, billed) = (f64::from(self.seconds?), f64::from(self.billed_seconds?));
        (self.spot && trained > 0.0).then(|| (1.0 - billed / trained) * 100.0)
    }
}

impl TrainingJob {
    /// Returns whether it is still running.
    #[must_use]
    pub fn running(&self) -> bool {
        matches!(self.status.as_str(), "InProgress" | "Stopping")
    }

    /// Returns the seconds from its creation to its end, if it ended well.
    #[must_use]
    pub fn took(&self) -> Option<i64> {
        let seconds = self.ended?.as_second() - self.created?.as_second();
        (self.status == "Completed" && seconds > 0).then_some(seconds)
    }

    async fn describe(aws: &Aws, name: &str) -> Result<Self, AwsError> {
        let request = aws.sagemaker.describe_training_job().training_job_name(name);
        request.send().await.map(from_description).map_err(failed)
    }
}

impl Resource for TrainingJob {
    const KIND: Kind = Kind::Jobs;
    const CADENCE: Cadence = Cadence::Slow;
    const WINDOWED: bool = true;
    fn id(&self) -> &str {
        &self.name
    }
    fn status(&self) -> Option<&str> {
        Some(&self.status)
    }
    fn arn(&self) -> Option<&str> {
        Some(&self.arn)
    }
    fn console(&self, region: &str) -> Option<String> {
        Some(console::sagemaker(region, "jobs", &self.name))
    }
    fn command(&self) -> Option<AwsCommand> {
        Some(AwsCommand::sagemaker("describe-training-job", "training-job-name", &self.name))
    }
    fn log(&self) -> Option<LogSource> {
        Some(LogSource::training_job(&self.name))
    }
    fn properties(&self, all: &mut Properties) {
        all.status("TrainingJobStatus", &*self.status)
            .time("CreationTime", self.created)
            .time("TrainingEndTime", self.ended);
        if let Some(details) = &self.details {
            let instances = format!("{}{}", details.instances, if details.spot { ", spot" } else { "" });
            all.text("SecondaryStatus", &*details.phase)
                .text("FailureReason", details.failure.as_deref())
                .seconds("trained", details.seconds)
                .seconds("billed", details.billed_seconds)
                .text("instances", &*instances);
            let interrupted = match (details.interruptions, &details.checkpoints) {
                (0, _) => String::new(),
                (n, Some(_)) => format!("{n} times"),
                (n, None) => format!("{n} times, and began anew: it has no checkpoints"),
            };
            all.text("saved by spot", details.saved().map(|percent| format!("{percent:.0} %")).as_deref())
                .warning("interrupted", &*interrupted)
                .text("warm pool", details.warm_pool.as_ref().map(WarmPool::in_words).as_deref())
                .derived(Derived::Compared);
            let parameters: Vec<String> =
                details.hyperparameters.iter().map(|(name, value)| format!("{name} = {value}")).collect();
            all.text("inputs", &*details.inputs.join(", "))
                .text("S3ModelArtifacts", details.artifact.as_deref())
                .text("TrainingImage", details.image.as_deref())
                .text("HyperParameters", &*parameters.join(", "))
                .text("CheckpointConfig", details.checkpoints.as_deref())
                .text("TuningJobArn", details.tuning_job.as_deref());
        }
    }
    fn events(&self, old: Option<&Self>) -> Vec<Event> {
        let started = self.created.filter(|_| old.is_none());
        let started = started.map(|at| Event::at(at, Health::Running, format!("training job {} started", self.name)));
        let turned = old.is_none_or(|old| old.status != self.status) && !self.running() && !self.status.is_empty();
        let turned = turned.then(|| {
            let text = format!("training job {} {}", self.name, self.status);
            Event { at: self.modified, health: Health::of_status(&self.status), text, by: String::new() }
        });
        started.into_iter().chain(turned).collect()
    }
    fn due(observed: &Observed, known: &Table<Self>) -> bool {
        known.answered() && !needed(observed, known).is_empty()
    }
    async fn read(aws: &Aws, observed: &Observed, turn: Turn<'_, Self>) -> Result<Listing<Self>, AwsError> {
        if observed.one_shot { everything(aws, observed).await } else { window(aws, observed, turn).await }
    }
}

type Rows = BTreeMap<String, TrainingJob>;

/// Reads the jobs for a single look, as far as the pages go.
async fn everything(aws: &Aws, observed: &Observed) -> Result<Listing<TrainingJob>, AwsError> {
    let query = Query::changed(ResourceType::TrainingJob);
    let (listed, found) =
        tokio::join!(list_all(aws, THOROUGH_PAGES), aws.search(&query, None, THOROUGH_PAGES, |_| false));
    let (mut rows, capped) = listed?;
    for job in found?.map(|(records, _)| records).into_iter().flatten().filter_map(from_record) {
        if rows.get(&job.name).is_some_and(|row| row.status == job.status) {
            rows.insert(job.name.clone(), job);
        }
    }
    let steps = observed.store.steps.rows().filter_map(|s| s.made.training_job()).map(|arn| arn_name(arn).to_owned());
    let mut due = newest_without_details(&rows, THOROUGH_WINDOW);
    due.extend(steps.filter(|name| rows.get(name).is_none_or(|j| j.details.is_none())));
    let once: BTreeSet<String> = due.into_iter().collect();
    let described = describe(once.into_iter().collect(), async |name: String| TrainingJob::describe(aws, &name).await);
    let described = described.await;
    rows.extend(described.found.into_iter().map(|j| (j.name.clone(), j)));
    Ok(Listing::all(rows.into_values().collect()).capped(capped).fault(described.fault))
}

/// Reads the jobs that changed since the last turn, and older ones that are needed.
async fn window(aws: &Aws, observed: &Observed, turn: Turn<'_, TrainingJob>) -> Result<Listing<TrainingJob>, AwsError> {
    let known = turn.known;
    let since = newest(known, |job| job.modified.max(job.created));
    // The first turn reads one page. Older jobs are described by name where they are needed.
    let cap = if since.is_none() { 1 } else { THOROUGH_PAGES };
    let query = Query::changed(ResourceType::TrainingJob);
    let found = aws.search(&query, None, cap, |page| reaches_back(page, since, record_time)).await?;
    let (mut rows, capped, mut due) = if let Some((records, next)) = found {
        let rows: Rows = records.into_iter().filter_map(from_record).map(|j| (j.name.clone(), j)).collect();
        (rows, since.is_none() && next.is_some(), Vec::new())
    } else {
        let (mut rows, capped) = list_all(aws, 1).await?;
        for row in rows.values_mut() {
            if let Some(k) = known.get(&row.name).filter(|k| k.status == row.status && !row.running()) {
                row.details.clone_from(&k.details);
            }
        }
        let due = newest_without_details(&rows, WINDOW);
        (rows, capped, due)
    };
    let lacks = |name: &String| rows.get(name).is_none_or(|j| j.details.is_none());
    due.extend(needed(observed, known).into_iter().filter(lacks));
    let more = due.len() > observed.chunk();
    due.truncate(observed.chunk());
    let work = describe(due.clone(), async |name: String| TrainingJob::describe(aws, &name).await);
    let described = in_background(work).await;
    rows.extend(described.found.into_iter().map(|j| (j.name.clone(), j)));
    let listing = Listing::changed(rows.into_values().collect()).capped(capped || known.capped()).more(more);
    Ok(listing.asked(settled(due, described.fault.as_ref())).fault(described.fault))
}

fn record_time(record: &SearchRecord) -> Option<&aws_smithy_types::DateTime> {
    let job = record.training_job.as_ref()?;
    job.last_modified_time.as_ref().or(job.creation_time.as_ref())
}

async fn list_all(aws: &Aws, cap: usize) -> Result<(Rows, bool), AwsError> {
    let (summaries, capped) = pages(cap, async |token| {
        let request = aws.sagemaker.list_training_jobs().max_results(100).set_next_token(token);
        let request = request.sort_by(SortBy::CreationTime).sort_order(SortOrder::Descending);
        let page = request.send().await.map_err(failed)?;
        Ok((page.training_job_summaries.unwrap_or_default(), page.next_token))
    })
    .await?;
    Ok((summaries.into_iter().map(from_summary).collect(), capped))
}

/// Returns the jobs without details that a known step ran, or that are looked at.
fn needed(observed: &Observed, known: &Table<TrainingJob>) -> Vec<String> {
    let steps = observed.store.steps.rows().filter_map(|s| s.made.training_job()).map(arn_name);
    let once: BTreeSet<&str> = steps.chain(observed.focus.jobs.iter().map(String::as_str)).collect();
    let lacks =
        |name: &&str| known.get(name).is_none_or(|j| j.details.is_none()) && !asked_lately(known, name, observed.at);
    once.into_iter().filter(lacks).map(str::to_owned).collect()
}

fn newest_without_details(rows: &Rows, window: usize) -> Vec<String> {
    let mut newest: Vec<&TrainingJob> = rows.values().collect();
    newest.sort_by_key(|j| std::cmp::Reverse(j.created));
    newest.into_iter().take(window).filter(|j| j.details.is_none()).map(|j| j.name.clone()).collect()
}

fn from_summary(s: TrainingJobSummary) -> (String, TrainingJob) {
    let job = TrainingJob {
        status: s.training_job_status.map(|s| s.as_str().to_owned()).unwrap_or_default(),
        created: time(s.creation_time.as_ref()),
        ended: time(s.training_end_time.as_ref()),
        modified: time(s.last_modified_time.as_ref()),
        name: s.training_job_name.unwrap_or_default(),
        arn: s.training_job_arn.unwrap_or_default(),
        details: None,
    };
    (job.name.clone(), job)
}

/// The index and the description have the same fields, in two types.
macro_rules! job {
    ($d:expr) => {{
        let d = $d;
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
            hyperparameters: d.hyper_parameters.clone().unwrap_or_default().into_iter().collect(),
            instances: instances.unwrap_or_default(),
            spot: d.enable_managed_spot_training.unwrap_or_default(),
            seconds: d.training_time_in_seconds,
            billed_seconds: d.billable_time_in_seconds,
            interruptions: d.secondary_status_transitions().iter().filter(|t| is_interruption(t)).count(),
            checkpoints: d.checkpoint_config().and_then(|c| c.s3_uri.clone()),
            warm_pool: d.warm_pool_status().map(|pool| WarmPool {
                status: pool.status.as_ref().map(|s| s.as_str().to_owned()).unwrap_or_default(),
                billed_seconds: pool.resource_retained_billable_time_in_seconds,
                reused_by: pool.reused_by_job.clone(),
            }),
            tuning_job: d.tuning_job_arn.clone(),
            failure: d.failure_reason.filter(|f| !f.is_empty()),
        };
        TrainingJob {
            status: d.training_job_status.map(|s| s.as_str().to_owned()).unwrap_or_default(),
            created: time(d.creation_time.as_ref()),
            ended: time(d.training_end_time.as_ref()),
            modified: time(d.last_modified_time.as_ref()),
            name: d.training_job_name.unwrap_or_default(),
            arn: d.training_job_arn.unwrap_or_default(),
            details: Some(details),
        }
    }};
}

fn from_description(d: DescribeTrainingJobOutput) -> TrainingJob {
    job!(d)
}

fn from_record(record: SearchRecord) -> Option<TrainingJob> {
    Some(job!(record.training_job?))
}

fn is_interruption(transition: &SecondaryStatusTransition) -> bool {
    transition.status == Some(SecondaryStatus::Interrupted)
}

fn input(channel: &Channel) -> Option<String> {
    channel.data_source()?.s3_data_source()?.s3_uri.clone()
}

fn metric(metric: &MetricData) -> Option<(String, f64)> {
    Some((metric.metric_name.clone()?, exact(finite(metric.value)?)))
}

#[cfg(test)]
mod tests;
