//! The end of an execution of a `SageMaker` pipeline before its time.

use std::time::Duration;

use serde_json::Value;

use super::pipeline_run::{PipelineRun, selected};
use crate::aws::{Aws, AwsError};
use crate::intents::calls::{Call, StopPipelineExecution, text};
use crate::intents::{
    Difference, Executor, Guard, Intent, Permission, Plan, Question, Receipt, Refusal, Selection, Step, Verdict, new_id,
};
use crate::resources::Kind;

/// Stop an execution of a SageMaker pipeline
#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
pub struct StopExecution {
    /// ARN of the execution
    pub execution: String,
}

impl Intent for StopExecution {
    const NAME: &'static str = "stop-execution";
    const HELP: &'static str = "stop a run of a pipeline";
    const PATIENCE: Duration = Duration::from_hours(1);
    const ON: &'static [Kind] = &[Kind::Executions];
    const PERMISSIONS: &'static [&'static [Permission]] = &[StopPipelineExecution::PERMISSIONS];
    const READS: &'static [&'static str] =
        &["sagemaker:DescribePipelineExecution", "sagemaker:ListPipelineExecutionSteps"];

    fn available(at: &Selection<'_>) -> Result<String, String> {
        let run = selected(at).ok_or("no run of a pipeline is selected")?;
        at.recent(&at.store().executions, &run.arn)?;
        match run.status.as_str() {
            "Executing" => Ok("stop execution".to_owned()),
            status => Err(format!("this run of {} is {status}", run.pipeline)),
        }
    }

    fn question(at: &Selection<'_>) -> Option<Question> {
        let execution = selected(at)?.arn.clone();
        Some(Question::Nothing(Self { execution }.into()))
    }

    async fn plan(&self, executor: &Executor) -> Result<Plan, Refusal> {
        let aws = &executor.aws;
        let run = PipelineRun::read(aws, &self.execution).await?;
        if run.status != "Executing" {
            return Err(Refusal::No(format!("{} is {}: only a run under way can be stopped", run.label, run.status)));
        }
        let now: Vec<&str> = run.executing().collect();
        let id = new_id();
        let call = StopPipelineExecution { arn: self.execution.clone(), token: id.clone() };
        let rows = [
            Some(Difference::change("status", &run.status, "Stopped")),
            Difference::fact("steps under way", Some(now.join(", ")).filter(|steps| !steps.is_empty())),
        ];
        Ok(Plan {
            differences: rows.into_iter().flatten().collect(),
            checks: vec![format!("{} is Executing", run.label)],
            then: "Jobs of its steps are stopped; a step that calls a function or waits for an answer is waited for. \
                   Done when the run reads Stopped."
                .to_owned(),
            undo: format!("It can go on with the steps that are left: sagetop retry-execution {}", self.execution),
            steps: vec![Step::new(aws, call).await?],
            guards: vec![Guard::present(self.clone(), &run.label, run.status.clone())],
            ..Plan::of(id, self.clone(), format!("Stop {}", run.label), run.label.clone())
        })
    }

    async fn present(&self, aws: &Aws) -> Result<String, AwsError> {
        Ok(PipelineRun::read(aws, &self.execution).await?.status)
    }

    async fn verify(&self, aws: &Aws, _: &Receipt, _: Duration) -> Result<Verdict, AwsError> {
        let run = PipelineRun::read(aws, &self.execution).await?;
        let text = format!("{} is {}", run.label, run.status);
        Ok(match run.status.as_str() {
            "Stopped" => Verdict::Done(text),
            "Succeeded" | "Failed" => Verdict::Failed(format!("{text}: it ended before it could be stopped")),
            _ => Verdict::Pending(text),
        })
    }

    fn of_last_call(_: &str, parameters: &Value) -> Option<Self> {
        Some(Self { execution: text(parameters, "PipelineExecutionArn").to_owned() })
    }
}
