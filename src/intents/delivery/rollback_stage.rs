//! A stage of `CodePipeline` that goes back to what succeeded in it before: `RollbackStage`.
//!
//! <https://docs.aws.amazon.com/codepipeline/latest/userguide/stage-rollback.html>

use std::time::Duration;

use aws_sdk_codepipeline::types::{PipelineExecutionSummary, StageState};
use serde_json::Value;

use crate::aws::{Aws, AwsError};
use crate::intents::calls::{Call, RollbackStage as RollbackStageCall, text};
use crate::intents::delivery::{self, revision_of};
use crate::intents::{
    Choice, Difference, Executor, Guard, Intent, Permission, Plan, Question, Receipt, Refusal, Selection, Step,
    Verdict, new_id,
};
use crate::resources::Kind;
use crate::resources::time;

/// The most executions that are offered.
const OFFERED: usize = 4;

/// Let a stage of a delivery pipeline (CodePipeline) run again with what succeeded in it before
#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
pub struct RollbackStage {
    /// Name of the pipeline of CodePipeline
    pub pipeline: String,
    /// Name of the stage (default: the last one)
    #[arg(long)]
    pub stage: Option<String>,
    /// Id of the execution to go back to (default: the newest with another revision)
    #[arg(long, value_name = "EXECUTION")]
    pub to: Option<String>,
}

/// The part of the stage that a plan reads.
struct Now {
    stage: String,
    /// The execution that came to the stage last, and its state there.
    execution: String,
    status: String,
}

impl Now {
    fn of(state: StageState) -> Option<Self> {
        let last = state.latest_execution?;
        let status = last.status.as_str().to_owned();
        Some(Self { stage: state.stage_name?, execution: last.pipeline_execution_id, status })
    }

    fn facts(&self) -> String {
        format!("{} with execution {}", self.status, self.execution)
    }
}

impl RollbackStage {
    /// Reads the stage. The first stage is the source, which cannot be rolled back.
    async fn now(&self, aws: &Aws) -> Result<Option<Now>, AwsError> {
        let stages = delivery::stages(aws, &self.pipeline).await?.into_iter().skip(1);
        let wanted = |state: &StageState| self.stage.is_none() || state.stage_name == self.stage;
        Ok(stages.filter(wanted).filter_map(Now::of).next_back())
    }

    fn choice(&self, execution: &PipelineExecutionSummary, stage: &str) -> Option<Choice> {
        let name = execution.pipeline_execution_id.clone()?;
        let at = time(execution.last_update_time.as_ref());
        let own = Self { stage: Some(stage.to_owned()), to: Some(name.clone()), ..self.clone() };
        Some(Choice {
            label: revision_of(execution).unwrap_or_else(|| name.clone()),
            intent: Some(own.into()),
            record: at.map(|at| at.strftime("ended %Y-%m-%d %H:%M UTC").to_string()).unwrap_or_default(),
            name,
            ..Choice::default()
        })
    }

    /// Returns the executions that succeeded in the stage with something else than what is there now and that nobody
    /// rolled back, newest first; and what is there now.
    async fn choices(&self, aws: &Aws, now: &Now) -> Result<(Vec<Choice>, String), Refusal> {
        let all = delivery::executions(aws, &self.pipeline, None).await?;
        let last = all.iter().find(|it| it.pipeline_execution_id.as_ref() == Some(&now.execution));
        let present = last.and_then(revision_of);
        let good = delivery::executions(aws, &self.pipeline, Some(&now.stage)).await?;
        let failed = last.filter(|_| now.status != "Succeeded");
        let other = |it: &&PipelineExecutionSummary| {
            it.pipeline_execution_id.as_ref() != Some(&now.execution)
                && (failed.and_then(rolls_back_to).is_some() || present.is_none() || revision_of(it) != present)
        };
        let kept = not_rolled_back(&good, failed.and_then(rolls_back_to)).into_iter().filter(other);
        let mut choices: Vec<Choice> = kept.filter_map(|it| self.choice(it, &now.stage)).take(OFFERED).collect();
        if let Some(to) = &self.to
            && choices.iter().all(|choice| choice.name != *to)
        {
            let named = good.iter().find(|it| it.pipeline_execution_id.as_ref() == Some(to));
            let missing = || Refusal::No(format!("{to} did not succeed in {} of {}", now.stage, self.pipeline));
            choices.push(named.and_then(|it| self.choice(it, &now.stage)).ok_or_else(missing)?);
        }
        Ok((choices, present.unwrap_or_else(|| now.execution.clone())))
    }
}

/// Returns the execution to which another one went back.
fn rolls_back_to(execution: &PipelineExecutionSummary) -> Option<&str> {
    execution.rollback_metadata.as_ref()?.rollback_target_pipeline_execution_id.as_deref()
}

/// Leaves out what a rollback went back from, and the rollbacks themselves. The executions succeeded in the stage and are
/// the newest first; a rollback that did not succeed is not among them, but its target is given.
fn not_rolled_back<'a>(
    good: &'a [PipelineExecutionSummary],
    mut target: Option<&'a str>,
) -> Vec<&'a PipelineExecutionSummary> {
    let mut kept = Vec::new();
    for execution in good {
        if target.is_some_and(|id| execution.pipeline_execution_id.as_deref() != Some(id)) {
            continue;
        }
        target = rolls_back_to(execution);
        kept.extend(target.is_none().then_some(execution));
    }
    kept
}

impl Intent for RollbackStage {
    const NAME: &'static str = "rollback-stage";
    const HELP: &'static str = "let a stage of a delivery pipeline go back to what succeeded before";
    const PATIENCE: Duration = Duration::from_hours(2);
    const ON: &'static [Kind] = &[Kind::DeploymentPipelines];
    const PERMISSIONS: &'static [&'static [Permission]] = &[RollbackStageCall::PERMISSIONS];
    const READS: &'static [&'static str] = &["codepipeline:GetPipelineState", "codepipeline:ListPipelineExecutions"];

    fn available(at: &Selection<'_>) -> Result<String, String> {
        let pipeline = delivery::selected(at, |_| false).ok_or("no delivery pipeline is selected")?;
        at.recent(&at.store().deployment_pipelines, &pipeline.name)?;
        Ok("rollback stage".to_owned())
    }

    fn question(at: &Selection<'_>) -> Option<Question> {
        let pipeline = delivery::selected(at, |_| false)?.name.clone();
        Some(Question::Nothing(Self { pipeline, stage: None, to: None }.into()))
    }

    async fn plan(&self, executor: &Executor) -> Result<Plan, Refusal> {
        let aws = &executor.aws;
        let no_stage = || delivery::lacks(&self.pipeline, "no execution has come to the stage, or it is the source");
        let now = self.now(aws).await?.ok_or_else(no_stage)?;
        if now.status == "InProgress" {
            return Err(Refusal::No(format!("{} is InProgress: it can be rolled back when it has ended", now.stage)));
        }
        let (mut choices, present) = self.choices(aws, &now).await?;
        let wanted = choices.iter().position(|choice| self.to.as_ref().is_none_or(|to| *to == choice.name));
        let chosen = wanted.and_then(|place| choices.get_mut(place));
        let nothing = || delivery::lacks(&self.pipeline, &format!("nothing else has succeeded in {}", now.stage));
        let chosen = chosen.ok_or_else(nothing)?;
        chosen.chosen = true;
        let (label, execution) = (chosen.label.clone(), chosen.name.clone());
        let own = Self { stage: Some(now.stage.clone()), to: Some(execution.clone()), ..self.clone() };
        let target = format!("{}/{}", self.pipeline, now.stage);
        let call =
            RollbackStageCall { pipeline: self.pipeline.clone(), stage: now.stage.clone(), target: execution.clone() };
        let rows = [
            Some(Difference::change("delivers", present, label.clone())),
            Some(Difference::change("execution", &now.execution, format!("a new one, like {execution}"))),
        ];
        Ok(Plan {
            choices,
            differences: rows.into_iter().flatten().collect(),
            checks: vec![format!("{} is {}", now.stage, now.status), "the execution succeeded in it".to_owned()],
            warnings: vec!["The actions of the stage run again with the artifacts of that execution.".to_owned()],
            then: format!("A new execution runs {} alone; done when it has succeeded there.", now.stage),
            undo: if now.status == "Succeeded" {
                format!("sagetop {} {} --stage {} --to {}", Self::NAME, self.pipeline, now.stage, now.execution)
            } else {
                format!("None: {} did not succeed in {}, so AWS does not go back to it.", now.execution, now.stage)
            },
            steps: vec![Step::new(aws, call).await?],
            guards: vec![Guard::present(own.clone(), &target, now.facts())],
            ..Plan::of(new_id(), own, format!("Roll {} of {} back to {label}", now.stage, self.pipeline), target)
        })
    }

    async fn present(&self, aws: &Aws) -> Result<String, AwsError> {
        Ok(self.now(aws).await?.map_or_else(|| "gone".to_owned(), |now| now.facts()))
    }

    async fn verify(&self, aws: &Aws, receipt: &Receipt, _: Duration) -> Result<Verdict, AwsError> {
        let stage = self.stage.as_deref().unwrap_or_default();
        let place = format!("{}/{stage}", self.pipeline);
        let now = self.now(aws).await?.filter(|now| receipt.arn.as_ref().is_none_or(|id| *id == now.execution));
        let Some(now) = now else { return Ok(Verdict::Pending(format!("{place} has not begun"))) };
        Ok(match now.status.as_str() {
            "Succeeded" => Verdict::Done(format!("{place} has succeeded with execution {}", now.execution)),
            "Failed" | "Cancelled" | "Stopped" => Verdict::Failed(format!("{place} is {}", now.status)),
            status => Verdict::Pending(format!("{place} is {status}")),
        })
    }

    fn is_relative(&self) -> bool {
        self.to.is_none()
    }

    fn of_last_call(_: &str, parameters: &Value) -> Option<Self> {
        let own = |name: &str| text(parameters, name).to_owned();
        let (pipeline, stage) = (own("pipelineName"), Some(own("stageName")));
        Some(Self { pipeline, stage, to: Some(own("targetPipelineExecutionId")) })
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_codepipeline::types::PipelineRollbackMetadata;

    use super::*;

    #[test]
    fn what_somebody_went_back_from_is_no_default() {
        let execution = |text: &str| {
            let (id, target) = text.split_once('>').map_or((text, None), |(id, target)| (id, Some(target)));
            let of = |id: &str| PipelineRollbackMetadata::builder().rollback_target_pipeline_execution_id(id).build();
            let row = PipelineExecutionSummary::builder().pipeline_execution_id(id);
            row.set_rollback_metadata(target.map(of)).build()
        };
        let cases: [(&[&str], Option<&str>, &str); 6] = [
            (&["e3", "e2", "e1"], None, "e3 e2 e1"),
            (&["r1>e1", "e2", "e1"], None, "e1"),
            (&["r1>e2", "e3", "e2", "e1"], None, "e2 e1"),
            (&["e3", "r1>e1", "e2", "e1"], None, "e3 e1"),
            (&["e3", "e2", "e1"], Some("e2"), "e2 e1"),
            (&["e3", "e2"], Some("e1"), ""),
        ];
        for (rows, target, expected) in cases {
            let good: Vec<_> = rows.iter().map(|row| execution(row)).collect();
            let kept = not_rolled_back(&good, target);
            let names: Vec<&str> = kept.iter().filter_map(|it| it.pipeline_execution_id.as_deref()).collect();
            assert_eq!(names.join(" "), expected, "{rows:?} {target:?}");
        }
    }
}
