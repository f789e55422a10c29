//! Steps of executions: what ran, what was registered, and why a step failed.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_sagemaker::types::{PipelineExecutionStep, PipelineExecutionStepMetadata, SortOrder};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::aws::{Aws, AwsError, Described, describe, failed, in_background, pages};
use crate::resources::execution::PipelineExecution;
use crate::resources::{
    AwsCommand, Cadence, Derived, Kind, Listing, LogSource, Observed, Properties, Resource, Table, Turn, asked_lately,
    console, page_of_arn, settled, time,
};

/// Pages of 100 steps.
const PAGES: usize = 5;
/// Executions of each pipeline whose steps are read.
const NEWEST: usize = 3;

/// One step of one execution.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PipelineStep {
    /// Execution ARN and step name: the id.
    pub id: String,
    /// ARN of its execution.
    pub execution: String,
    /// Its name in the definition.
    pub name: String,
    /// `Executing`, `Succeeded`, …, raw.
    pub status: String,
    /// Start.
    pub started: Option<Timestamp>,
    /// End.
    pub ended: Option<Timestamp>,
    /// The reason why it failed.
    pub failure: Option<String>,
    /// The execution whose result was taken from the cache, so that nothing ran here.
    pub cached_from: Option<String>,
    /// How often it was tried.
    #[serde(default)]
    pub attempts: Option<i32>,
    /// The thing that it ran or made.
    pub made: Made,
}

/// The thing that a step ran or made.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Made {
    /// ARN of a training job.
    TrainingJob(String),
    /// ARN of a processing job.
    ProcessingJob(String),
    /// The check that it did.
    Check(StepCheck),
    /// ARN of another job (transform, tuning).
    OtherJob(String),
    /// ARN of the function it called.
    Function(String),
    /// ARN of the version it registered.
    ModelPackage(String),
    /// ARN of the model it created.
    Model(String),
    /// Outcome of a condition: `True` or `False`.
    Condition(String),
    /// Message of a fail step.
    Fail(String),
    /// The URL of the queue whose reader must call back. The token that answers stays out of the table.
    Callback(String),
    /// Nothing that is followed here.
    #[default]
    Nothing,
}

/// What a `ClarifyCheck` or `QualityCheck` step did.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct StepCheck {
    /// ARN of the processing job that did it.
    pub job: String,
    /// The type of the check, raw.
    pub check_type: Option<String>,
    /// S3 URI of the report of violations. AWS names it only if some were found.
    pub violations: Option<String>,
    /// Whether nothing was compared with a baseline (`SkipCheck`).
    pub skipped: bool,
}

impl Made {
    /// Returns the ARN of the training job it ran.
    #[must_use]
    pub fn training_job(&self) -> Option<&str> {
        if let Self::TrainingJob(arn) = self { Some(arn) } else { None }
    }
    /// Returns the ARN of the thing that it ran or made.
    #[must_use]
    pub fn arn(&self) -> Option<&str> {
        match self {
            Self::TrainingJob(arn)
            | Self::ProcessingJob(arn)
            | Self::Check(StepCheck { job: arn, .. })
            | Self::OtherJob(arn)
            | Self::Function(arn)
            | Self::ModelPackage(arn)
            | Self::Model(arn) => Some(arn),
            Self::Condition(_) | Self::Fail(_) | Self::Callback(_) | Self::Nothing => None,
        }
    }
    /// Returns the ARN of the job that it ran, if that is no training job.
    #[must_use]
    pub fn other_job(&self) -> Option<&str> {
        match self {
            Self::ProcessingJob(arn) | Self::Check(StepCheck { job: arn, .. }) | Self::OtherJob(arn) => Some(arn),
            Self::TrainingJob(_)
            | Self::Function(_)
            | Self::ModelPackage(_)
            | Self::Model(_)
            | Self::Condition(_)
            | Self::Fail(_)
            | Self::Callback(_)
            | Self::Nothing => None,
        }
    }
    /// Returns the check that it did.
    #[must_use]
    pub fn check(&self) -> Option<&StepCheck> {
        if let Self::Check(check) = self { Some(check) } else { None }
    }
    /// Returns what it made or how it ended, in a few words. Empty if it did nothing that is followed here.
    #[must_use]
    pub fn in_words(&self) -> String {
        match self {
            Self::TrainingJob(arn)
            | Self::ProcessingJob(arn)
            | Self::Check(StepCheck { job: arn, .. })
            | Self::OtherJob(arn)
            | Self::Function(arn)
            | Self::Model(arn) => crate::resources::arn_name(arn).to_owned(),
            Self::ModelPackage(arn) => format!("registered v{}", crate::resources::arn_name(arn)),
            Self::Condition(outcome) => format!("condition {outcome}"),
            Self::Fail(text) => text.clone(),
            Self::Callback(queue) => format!("callback by {}", crate::resources::arn_name(queue)),
            Self::Nothing => String::new(),
        }
    }
    /// Returns the ARN of the version it registered.
    #[must_use]
    pub fn model_package(&self) -> Option<&str> {
        if let Self::ModelPackage(arn) = self { Some(arn) } else { None }
    }
}

impl Resource for PipelineStep {
    const KIND: Kind = Kind::Steps;
    const CADENCE: Cadence = Cadence::Fast;
    const AFTER: &[Kind] = &[Kind::Executions];
    const WINDOWED: bool = true;
    fn id(&self) -> &str {
        &self.id
    }
    fn title(&self) -> Cow<'_, str> {
        (&*self.name).into()
    }
    fn status(&self) -> Option<&str> {
        Some(&self.status)
    }
    fn part_of(&self) -> Option<(Kind, &str)> {
        Some((Kind::Executions, &self.execution))
    }
    fn log(&self) -> Option<LogSource> {
        match &self.made {
            Made::TrainingJob(arn)
            | Made::ProcessingJob(arn)
            | Made::Check(StepCheck { job: arn, .. })
            | Made::OtherJob(arn)
            | Made::Function(arn) => LogSource::of_step(arn, &self.name),
            Made::ModelPackage(_)
            | Made::Model(_)
            | Made::Condition(_)
            | Made::Fail(_)
            | Made::Callback(_)
            | Made::Nothing => None,
        }
    }
    fn console(&self, region: &str) -> Option<String> {
        self.made.arn().and_then(|arn| page_of_arn(region, arn)).or_else(|| Some(console::studio(region)))
    }
    fn command(&self) -> Option<AwsCommand> {
        Some(AwsCommand::sagemaker("list-pipeline-execution-steps", "pipeline-execution-arn", &self.execution))
    }
    fn properties(&self, all: &mut Properties) {
        all.status("StepStatus", &*self.status)
            .text("FailureReason", self.failure.as_deref())
            .time("StartTime", self.started)
            .time("EndTime", self.ended)
            .text("AttemptCount", self.attempts.filter(|n| *n > 1).map(|n| n.to_string()).as_deref())
            .text("from the cache of", self.cached_from.as_deref());
        if let Some(check) = self.made.check() {
            all.text("CheckType", check.check_type.as_deref())
                .text("SkipCheck", check.skipped.then_some("nothing was compared with a baseline"));
            let silent = check.violations.is_none() && !check.skipped && self.status == "Succeeded";
            all.text("violations", silent.then_some("AWS names no report of violations"));
        }
        all.derived(Derived::Checks).text("execution", &*self.execution);
    }
    fn due(observed: &Observed, known: &Table<Self>) -> bool {
        known.answered() && !finished(observed, known).is_empty()
    }
    async fn read(aws: &Aws, observed: &Observed, turn: Turn<'_, Self>) -> Result<Listing<Self>, AwsError> {
        observed.store.executions.known()?;
        let running = observed.store.executions.rows().filter(|e| e.running()).map(|e| e.arn.clone());
        let running = describe(running.collect(), async |arn: String| Self::of(aws, &arn).await).await;
        let mut due = finished(observed, turn.known);
        let more = due.len() > observed.chunk();
        due.truncate(observed.chunk());
        let once = describe(due.clone(), async |arn: String| Self::of(aws, &arn).await);
        let Described { found, fault } = in_background(once).await;
        let rows: Vec<Self> = running.found.into_iter().chain(found).flatten().collect();
        match running.fault.or(fault) {
            Some(fault) if rows.is_empty() && turn.known.is_empty() => Err(fault),
            fault => Ok(Listing::part(rows).asked(settled(due, fault.as_ref())).more(more).fault(fault)),
        }
    }
}

/// Returns finished executions whose steps are needed and were not read to their end. Each is read once.
///
/// These are the newest of a pipeline that is looked at, the last one of a pipeline when it failed, and the last one
/// when it succeeded and no version names it as its origin.
fn finished(observed: &Observed, known: &Table<PipelineStep>) -> Vec<String> {
    let store = &observed.store;
    let made = store.packages.rows().filter_map(|p| p.details.as_ref()?.generated_by.as_deref());
    let made: BTreeSet<String> = made.map(str::to_ascii_lowercase).collect();
    let registry_read = store.packages.answered() && !store.packages.unfinished();
    let mut all: Vec<&PipelineExecution> = store.executions.rows().filter(|e| !e.running()).collect();
    all.sort_by_key(|e| std::cmp::Reverse(e.started));
    let mut taken: BTreeMap<&str, usize> = BTreeMap::new();
    let mut wanted = Vec::new();
    for execution in all {
        let place = taken.entry(&execution.pipeline).or_default();
        *place += 1;
        let looked_at = observed.one_shot || observed.focus.pipelines.contains(&execution.pipeline);
        let telling = match execution.status.as_str() {
            "Succeeded" => registry_read && !made.contains(&execution.arn.to_ascii_lowercase()),
            _ => true,
        };
        if (looked_at && *place <= NEWEST) || (*place == 1 && telling) {
            wanted.push(execution);
        }
    }
    // An execution that failed before its first step has no rows, so it is also noted that it was read.
    let mut unfinished: BTreeSet<&str> = BTreeSet::new();
    let mut read: BTreeSet<&str> = BTreeSet::new();
    for step in known.rows() {
        read.insert(&step.execution);
        if !step.over() {
            unfinished.insert(&step.execution);
        }
    }
    let lacks = |arn: &str| !read.contains(arn) || unfinished.contains(arn);
    let due = wanted.into_iter().filter(|e| lacks(&e.arn) && !asked_lately(known, &e.arn, observed.at));
    due.map(|e| e.arn.clone()).collect()
}

impl PipelineStep {
    /// Returns whether it does not change any more.
    pub(super) fn over(&self) -> bool {
        !matches!(self.status.as_str(), "Executing" | "Starting" | "Stopping" | "")
    }

    /// Reads all steps of one execution, as AWS knows them now.
    ///
    /// # Errors
    /// Those of `ListPipelineExecutionSteps`.
    pub async fn of(aws: &Aws, execution: &str) -> Result<Vec<Self>, AwsError> {
        let (steps, _) = pages(PAGES, async |token| {
            let request = aws.sagemaker.list_pipeline_execution_steps().pipeline_execution_arn(execution);
            let request = request.sort_order(SortOrder::Ascending).max_results(100).set_next_token(token);
            let page = request.send().await.map_err(failed)?;
            Ok((page.pipeline_execution_steps.unwrap_or_default(), page.next_token))
        })
        .await?;
        Ok(steps.into_iter().map(|s| from_sdk(execution, s)).collect())
    }
}

fn from_sdk(execution: &str, s: PipelineExecutionStep) -> PipelineStep {
    let name = s.step_name.unwrap_or_default();
    PipelineStep {
        id: format!("{execution}/{name}"),
        execution: execution.to_owned(),
        status: s.step_status.map(|s| s.as_str().to_owned()).unwrap_or_default(),
        started: time(s.start_time.as_ref()),
        ended: time(s.end_time.as_ref()),
        failure: s.failure_reason.filter(|f| !f.is_empty()),
        cached_from: s.cache_hit_result.and_then(|c| c.source_pipeline_execution_arn),
        attempts: s.attempt_count,
        made: s.metadata.map(from_metadata).unwrap_or_default(),
        name,
    }
}

fn check(job: String, check_type: Option<String>, report: Option<String>, skip: Option<bool>) -> Made {
    let violations = report.filter(|uri| !uri.is_empty());
    Made::Check(StepCheck { job, check_type, violations, skipped: skip.unwrap_or_default() })
}

fn from_metadata(m: PipelineExecutionStepMetadata) -> Made {
    let training = m.training_job.and_then(|j| j.arn).map(Made::TrainingJob);
    let processing = || m.processing_job.and_then(|j| j.arn).map(Made::ProcessingJob);
    let package = || m.register_model.and_then(|r| r.arn).map(Made::ModelPackage);
    let model = || m.model.and_then(|r| r.arn).map(Made::Model);
    let condition = || m.condition.and_then(|c| c.outcome).map(|o| Made::Condition(o.as_str().to_owned()));
    let function = || m.lambda.and_then(|l| l.arn).map(Made::Function);
    let fail = || m.fail.and_then(|f| f.error_message).map(Made::Fail);
    let callback = || m.callback.and_then(|c| c.sqs_queue_url).map(Made::Callback);
    let quality = || {
        let c = m.quality_check?;
        Some(check(c.check_job_arn?, c.check_type, c.violation_report, c.skip_check))
    };
    let clarify = || {
        let c = m.clarify_check?;
        Some(check(c.check_job_arn?, c.check_type, c.violation_report, c.skip_check))
    };
    let other = || {
        let transform = m.transform_job.and_then(|j| j.arn);
        let tuning = || m.tuning_job.and_then(|j| j.arn);
        let auto_ml = || m.auto_ml_job.and_then(|j| j.arn);
        transform.or_else(tuning).or_else(auto_ml).map(Made::OtherJob)
    };
    training
        .or_else(processing)
        .or_else(package)
        .or_else(model)
        .or_else(condition)
        .or_else(function)
        .or_else(fail)
        .or_else(callback)
        .or_else(quality)
        .or_else(clarify)
        .or_else(other)
        .unwrap_or_default()
}
