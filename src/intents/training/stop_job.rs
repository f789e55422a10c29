//! The end of a job before its time: training, tuning, processing or batch transform.

use std::time::Duration;

use serde_json::Value;

use super::any_job::{AnyJob, JobKind};
use crate::aws::{Aws, AwsError};
use crate::intents::calls::{
    Call, StopHyperParameterTuningJob, StopProcessingJob, StopTrainingJob, StopTransformJob, text,
};
use crate::intents::{
    Difference, Executor, Guard, Intent, Permission, Plan, Question, Receipt, Refusal, Selection, Step, Verdict, new_id,
};
use crate::resources::Kind;
use crate::resources::step::{Made, StepCheck};

/// Stop a job of SageMaker
#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
pub struct StopJob {
    /// Kind of the job
    pub kind: JobKind,
    /// Name of the job
    pub job: String,
}

/// Returns the selected job and its state as the tables have it: a training job, or that of a step.
fn selected(at: &Selection<'_>) -> Option<(StopJob, bool)> {
    if let Some(name) = at.id_of(Kind::Jobs) {
        let running = at.store().jobs.get(name).is_some_and(|job| job.status == "InProgress");
        return Some((StopJob { kind: JobKind::Training, job: name.to_owned() }, running));
    }
    let step = at.store().steps.get(at.id_of(Kind::Steps)?)?;
    let (Made::TrainingJob(arn)
    | Made::ProcessingJob(arn)
    | Made::Check(StepCheck { job: arn, .. })
    | Made::OtherJob(arn)) = &step.made
    else {
        return None;
    };
    let (kind, name) = JobKind::of_arn(arn)?;
    Some((StopJob { kind, job: name.to_owned() }, step.status == "Executing"))
}

impl StopJob {
    async fn read(&self, aws: &Aws) -> Result<AnyJob, AwsError> {
        AnyJob::describe(aws, self.kind, &self.job).await
    }

    async fn step(&self, aws: &Aws) -> Result<Step, Refusal> {
        let name = self.job.clone();
        match self.kind {
            JobKind::Training => Step::new(aws, StopTrainingJob { name }).await,
            JobKind::Tuning => Step::new(aws, StopHyperParameterTuningJob { name }).await,
            JobKind::Processing => Step::new(aws, StopProcessingJob { name }).await,
            JobKind::Transform => Step::new(aws, StopTransformJob { name }).await,
        }
    }

    /// Says what becomes of the work of the job.
    fn then(&self) -> &'static str {
        match self.kind {
            JobKind::Training => "The container gets SIGTERM and two minutes to save; what it saved is kept.",
            JobKind::Tuning => "All of its training jobs are stopped; the best one so far is kept.",
            JobKind::Processing => "The container gets SIGTERM; what it uploaded is kept.",
            JobKind::Transform => "No result is written to S3.",
        }
    }
}

impl Intent for StopJob {
    const NAME: &'static str = "stop-job";
    const HELP: &'static str = "stop a training, tuning, processing or transform job";
    const PATIENCE: Duration = Duration::from_mins(30);
    const ON: &'static [Kind] = &[Kind::Jobs];
    const PERMISSIONS: &'static [&'static [Permission]] = &[
        StopTrainingJob::PERMISSIONS,
        StopHyperParameterTuningJob::PERMISSIONS,
        StopProcessingJob::PERMISSIONS,
        StopTransformJob::PERMISSIONS,
    ];
    const READS: &'static [&'static str] = &[
        "sagemaker:DescribeTrainingJob",
        "sagemaker:DescribeHyperParameterTuningJob",
        "sagemaker:DescribeProcessingJob",
        "sagemaker:DescribeTransformJob",
    ];

    fn available(at: &Selection<'_>) -> Result<String, String> {
        match selected(at) {
            Some((_, true)) => Ok("stop job".to_owned()),
            Some((StopJob { job, .. }, false)) => Err(format!("{job} is not in progress")),
            None => Err("no job is selected".to_owned()),
        }
    }

    fn question(at: &Selection<'_>) -> Option<Question> {
        selected(at).map(|(intent, _)| Question::Nothing(intent.into()))
    }

    async fn plan(&self, executor: &Executor) -> Result<Plan, Refusal> {
        let job = self.read(&executor.aws).await?;
        if job.status != "InProgress" {
            return Err(Refusal::No(format!("{} is {}: only a job in progress can be stopped", self.job, job.status)));
        }
        // SageMaker names the jobs of pipelines so.
        let owned = self.job.starts_with("pipelines-").then(|| {
            "A pipeline started it: its step fails then. To end the whole run, stop the execution instead.".to_owned()
        });
        Ok(Plan {
            differences: vec![Difference::change("status", &job.status, "Stopped")],
            checks: vec![format!("{} is InProgress", self.job)],
            warnings: owned.into_iter().collect(),
            then: format!("{} Done when the job reads Stopped.", self.then()),
            undo: "None: a job does not go on; start another one.".to_owned(),
            steps: vec![self.step(&executor.aws).await?],
            guards: vec![Guard::present(self.clone(), &self.job, job.status)],
            ..Plan::of(new_id(), self.clone(), format!("Stop {} job {}", self.kind.word(), self.job), self.job.clone())
        })
    }

    async fn present(&self, aws: &Aws) -> Result<String, AwsError> {
        Ok(self.read(aws).await?.status)
    }

    async fn verify(&self, aws: &Aws, _: &Receipt, _: Duration) -> Result<Verdict, AwsError> {
        let status = self.read(aws).await?.status;
        let text = format!("{} is {status}", self.job);
        Ok(match status.as_str() {
            "Stopped" => Verdict::Done(text),
            "Completed" | "Failed" => Verdict::Failed(format!("{text}: it ended before it could be stopped")),
            _ => Verdict::Pending(text),
        })
    }

    fn of_last_call(call: &str, parameters: &Value) -> Option<Self> {
        let (kind, member) = match call {
            call if StopTrainingJob::API.is(call) => (JobKind::Training, "TrainingJobName"),
            call if StopHyperParameterTuningJob::API.is(call) => (JobKind::Tuning, "HyperParameterTuningJobName"),
            call if StopProcessingJob::API.is(call) => (JobKind::Processing, "ProcessingJobName"),
            _ => (JobKind::Transform, "TransformJobName"),
        };
        Some(Self { kind, job: text(parameters, member).to_owned() })
    }
}
