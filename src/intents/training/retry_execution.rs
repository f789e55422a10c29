//! A failed or stopped execution of a `SageMaker` pipeline that goes on with the steps that are left.

use std::time::Duration;

use serde_json::Value;

use super::pipeline_run::{PipelineRun, selected};
use crate::aws::{Aws, AwsError};
use crate::intents::calls::{Call, RetryPipelineExecution, text};
use crate::intents::{
    Difference, Executor, Guard, Intent, Permission, Plan, Question, Receipt, Refusal, Selection, Step, Verdict, new_id,
};
use crate::resources::Kind;

/// The time after which a run that still reads Failed has failed again. AWS begins a retry within seconds.
const SETTLED: Duration = Duration::from_secs(30);

/// Let a failed or stopped execution of a SageMaker pipeline go on
#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
pub struct RetryExecution {
    /// ARN of the execution
    pub execution: String,
}

fn has_ended_badly(status: &str) -> bool {
    matches!(status, "Failed" | "Stopped")
}

impl Intent for RetryExecution {
    const NAME: &'static str = "retry-execution";
    const HELP: &'static str = "let a failed or stopped run of a pipeline go on";
    const PATIENCE: Duration = Duration::from_hours(24);
    const ON: &'static [Kind] = &[Kind::Executions];
    const PERMISSIONS: &'static [&'static [Permission]] = &[RetryPipelineExecution::PERMISSIONS];
    const READS: &'static [&'static str] =
        &["sagemaker:DescribePipelineExecution", "sagemaker:ListPipelineExecutionSteps", "sagemaker:DescribePipeline"];

    fn available(at: &Selection<'_>) -> Result<String, String> {
        let run = selected(at).ok_or("no run of a pipeline is selected")?;
        at.recent(&at.store().executions, &run.arn)?;
        if has_ended_badly(&run.status) {
            return Ok("retry execution".to_owned());
        }
        Err(format!("this run of {} is {}", run.pipeline, run.status))
    }

    fn question(at: &Selection<'_>) -> Option<Question> {
        let execution = selected(at)?.arn.clone();
        Some(Question::Nothing(Self { execution }.into()))
    }

    async fn plan(&self, executor: &Executor) -> Result<Plan, Refusal> {
        let aws = &executor.aws;
        let run = PipelineRun::read(aws, &self.execution).await?;
        if !has_ended_badly(&run.status) {
            return Err(Refusal::No(format!("{} is {}: only a failed or stopped run goes on", run.label, run.status)));
        }
        let id = new_id();
        let call = RetryPipelineExecution { arn: self.execution.clone(), token: id.clone() };
        let rows = [
            Some(Difference::change("status", &run.status, "Executing")),
            Difference::fact("failed step", run.failed().map(|step| &step.name)),
            Difference::fact("reason", run.failed().and_then(|step| step.failure.as_ref()).or(run.failure.as_ref())),
        ];
        Ok(Plan {
            differences: rows.into_iter().flatten().collect(),
            checks: vec![format!("{} is {}", run.label, run.status)],
            warnings: vec!["It runs with the parameters and the definition of its start.".to_owned()],
            then: "Steps that succeeded are kept, the others run; done when the run succeeds.".to_owned(),
            undo: format!("It can be stopped again: sagetop stop-execution {}", self.execution),
            steps: vec![Step::new(aws, call).await?],
            guards: vec![Guard::present(self.clone(), &run.label, run.status.clone())],
            ..Plan::of(id, self.clone(), format!("Retry {}", run.label), run.label.clone())
        })
    }

    async fn present(&self, aws: &Aws) -> Result<String, AwsError> {
        Ok(PipelineRun::read(aws, &self.execution).await?.status)
    }

    async fn verify(&self, aws: &Aws, _: &Receipt, waited: Duration) -> Result<Verdict, AwsError> {
        let run = PipelineRun::read(aws, &self.execution).await?;
        if has_ended_badly(&run.status) && waited < SETTLED {
            return Ok(Verdict::Pending(format!("{} has not begun yet", run.label)));
        }
        run.verdict(aws).await
    }

    fn of_last_call(_: &str, parameters: &Value) -> Option<Self> {
        Some(Self { execution: text(parameters, "PipelineExecutionArn").to_owned() })
    }
}
