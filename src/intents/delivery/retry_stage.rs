//! Another try of a failed stage of `CodePipeline`: `RetryStageExecution` of its failed actions.

use std::time::Duration;

use aws_sdk_codepipeline::types::StageState;
use serde_json::Value;

use crate::aws::{Aws, AwsError};
use crate::intents::calls::{Call, RetryStageExecution, text};
use crate::intents::delivery;
use crate::intents::{
    Difference, Executor, Guard, Intent, Permission, Plan, Question, Receipt, Refusal, Selection, Step, Verdict, new_id,
};
use crate::resources::Kind;
use crate::resources::deployment_pipeline::Delivery;

/// The time after which a stage that still reads Failed has failed again. AWS begins a retry within seconds.
const SETTLED: Duration = Duration::from_secs(30);

/// Try the failed actions of a stage of a delivery pipeline (CodePipeline) again
#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
pub struct RetryStage {
    /// Name of the pipeline of CodePipeline
    pub pipeline: String,
    /// Name of the stage (default: the one that failed)
    #[arg(long)]
    pub stage: Option<String>,
}

/// A failed stage.
struct Failed {
    stage: String,
    execution: String,
    /// The failed actions with their errors.
    actions: Vec<(String, String)>,
}

fn failed_stage(state: StageState) -> Option<Failed> {
    let last = state.latest_execution.filter(|last| last.status.as_str() == "Failed")?;
    let actions = state.action_states.unwrap_or_default().into_iter().filter_map(|action| {
        let last = action.latest_execution?;
        let failed = last.status.as_ref().is_some_and(|status| status.as_str() == "Failed");
        let error = last.error_details.and_then(|error| error.message.or(error.code)).or(last.summary);
        failed.then(|| (action.action_name.unwrap_or_default(), error.unwrap_or_else(|| "no reason given".to_owned())))
    });
    let actions = actions.collect();
    Some(Failed { stage: state.stage_name?, execution: last.pipeline_execution_id, actions })
}

impl RetryStage {
    async fn failed(&self, aws: &Aws) -> Result<Option<Failed>, AwsError> {
        let stages = delivery::stages(aws, &self.pipeline).await?.into_iter().filter_map(failed_stage);
        let wanted = |failed: &Failed| self.stage.as_ref().is_none_or(|stage| *stage == failed.stage);
        Ok(stages.into_iter().find(wanted))
    }
}

fn has_failed(delivery: Delivery<'_>) -> bool {
    matches!(delivery, Delivery::Failed(_))
}

impl Intent for RetryStage {
    const NAME: &'static str = "retry-stage";
    const HELP: &'static str = "try the failed stage of a delivery pipeline again";
    const PATIENCE: Duration = Duration::from_hours(2);
    const ON: &'static [Kind] = &[Kind::DeploymentPipelines];
    const PERMISSIONS: &'static [&'static [Permission]] = &[RetryStageExecution::PERMISSIONS];
    const READS: &'static [&'static str] = &["codepipeline:GetPipelineState", "codepipeline:ListPipelineExecutions"];

    fn available(at: &Selection<'_>) -> Result<String, String> {
        let pipeline = delivery::selected(at, has_failed).ok_or("no delivery has failed here")?;
        match pipeline.delivery() {
            Some(Delivery::Failed(stage)) => {
                at.recent(&at.store().deployment_pipelines, &pipeline.name)?;
                Ok(format!("retry stage {}", stage.name))
            }
            Some(_) => Err(format!("no stage of {} has failed", pipeline.name)),
            None => Err(format!("the state of {} is not read", pipeline.name)),
        }
    }

    fn question(at: &Selection<'_>) -> Option<Question> {
        let pipeline = delivery::selected(at, has_failed)?.name.clone();
        Some(Question::Nothing(Self { pipeline, stage: None }.into()))
    }

    async fn plan(&self, executor: &Executor) -> Result<Plan, Refusal> {
        let aws = &executor.aws;
        let Some(failed) = self.failed(aws).await? else {
            let what = self.stage.as_ref().map_or("no stage has failed".to_owned(), |s| format!("{s} has not failed"));
            return Err(delivery::lacks(&self.pipeline, &what));
        };
        let own = Self { stage: Some(failed.stage.clone()), ..self.clone() };
        let target = format!("{}/{}", self.pipeline, failed.stage);
        let call = RetryStageExecution {
            pipeline: self.pipeline.clone(),
            stage: failed.stage.clone(),
            execution: failed.execution.clone(),
        };
        let mut rows = vec![Difference::change(&failed.stage, "Failed", "InProgress")];
        rows.extend(Difference::fact("execution", Some(&failed.execution)));
        rows.extend(Difference::fact("delivers", delivery::revision(aws, &self.pipeline, &failed.execution).await));
        rows.extend(failed.actions.iter().filter_map(|(action, error)| Difference::fact(action, Some(error))));
        Ok(Plan {
            differences: rows,
            checks: vec![format!("{} is Failed", failed.stage)],
            warnings: vec!["The cause of the failure is not removed by trying again.".to_owned()],
            then: format!("The failed actions run again; done when {} has succeeded.", failed.stage),
            undo: "None: what the actions have done stays.".to_owned(),
            steps: vec![Step::new(aws, call).await?],
            guards: vec![Guard::present(own.clone(), &target, own.present(aws).await?)],
            ..Plan::of(new_id(), own, format!("Retry {} of {}", failed.stage, self.pipeline), target)
        })
    }

    async fn present(&self, aws: &Aws) -> Result<String, AwsError> {
        let failed = self.failed(aws).await?;
        Ok(failed.map_or_else(|| "not failed".to_owned(), |f| format!("failed in execution {}", f.execution)))
    }

    async fn verify(&self, aws: &Aws, receipt: &Receipt, waited: Duration) -> Result<Verdict, AwsError> {
        let stage = self.stage.as_deref().unwrap_or_default();
        let place = format!("{}/{stage}", self.pipeline);
        let Some(now) = delivery::stage(aws, &self.pipeline, stage).await? else {
            return Ok(Verdict::Failed(format!("{place} is gone")));
        };
        let Some(last) = &now.latest_execution else { return Ok(Verdict::Pending(format!("{place} has not begun"))) };
        let other = receipt.arn.as_ref().is_some_and(|id| *id != last.pipeline_execution_id);
        if other && waited < SETTLED {
            return Ok(Verdict::Pending(format!("{place} has not begun yet")));
        }
        if other {
            return Ok(Verdict::Failed(format!("another execution has come to {place}; look at the pipeline")));
        }
        Ok(match last.status.as_str() {
            "Succeeded" => Verdict::Done(format!("{place} has succeeded")),
            "Failed" if waited >= SETTLED => {
                let error = failed_stage(now).and_then(|failed| failed.actions.into_iter().next());
                Verdict::Failed(format!("{place} failed again: {}", error.map(|(_, why)| why).unwrap_or_default()))
            }
            "Failed" => Verdict::Pending(format!("{place} has not begun yet")),
            "Cancelled" | "Stopped" => Verdict::Failed(format!("{place} was stopped")),
            status => Verdict::Pending(format!("{place} is {status}")),
        })
    }

    fn of_last_call(_: &str, parameters: &Value) -> Option<Self> {
        let stage = Some(text(parameters, "stageName").to_owned());
        Some(Self { pipeline: text(parameters, "pipelineName").to_owned(), stage })
    }
}
