//! The calls of `CodePipeline`. Their effect is read from the state of the pipeline.
//!
//! <https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_Operations.html>

use aws_sdk_codepipeline::types::{
    ActionExecutionStatus, ApprovalResult, ApprovalStatus, StageRetryMode, StageTransitionType,
};
use jiff::Timestamp;
use serde_json::Value;

use super::{Api, Call, Permission, Receipt, text};
use crate::aws::{Aws, AwsError, SERVICES, failed};
use crate::intents::delivery;

/// The ARNs of stages and actions: pipeline, stage and action after the account.
const ANY_STAGE: &[&str] = &["codepipeline:REGION:ACCOUNT:*"];

const fn api(operation: &'static str) -> Api {
    Api::of(&SERVICES.codepipeline, operation)
}

/// `PutApprovalResult`: the answer to a manual approval.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PutApprovalResult {
    /// `pipelineName`.
    pub(crate) pipeline: String,
    /// `stageName`.
    pub(crate) stage: String,
    /// `actionName`.
    pub(crate) action: String,
    /// `result.status`: approved, or rejected.
    pub(crate) approved: bool,
    /// `result.summary`, at most 512 characters. It holds a part of the id of the intent, by which it is found again.
    pub(crate) summary: String,
    /// `token`: it names this very request for an approval. A stale one is refused.
    pub(crate) token: String,
}

impl Call for PutApprovalResult {
    const API: Api = api("PutApprovalResult");
    const PERMISSIONS: &'static [Permission] = &[Permission::new("codepipeline:PutApprovalResult", ANY_STAGE)];

    async fn send(&self, aws: &Aws) -> Result<Receipt, AwsError> {
        let status = if self.approved { ApprovalStatus::Approved } else { ApprovalStatus::Rejected };
        let result = ApprovalResult::builder().summary(&self.summary).status(status).build();
        let result = result.map_err(|why| AwsError::other("PutApprovalResult", why.to_string()))?;
        let request = aws.codepipeline.put_approval_result().pipeline_name(&self.pipeline).stage_name(&self.stage);
        let request = request.action_name(&self.action).result(result).token(&self.token);
        Ok(Receipt::of(&request.send().await.map_err(failed)?))
    }

    /// Finds the execution of the action that ended with this summary. Returns the id of the pipeline's execution.
    async fn effect(parameters: &Value, _: Timestamp, aws: &Aws) -> Result<Option<String>, AwsError> {
        let result = parameters.get("result").cloned().unwrap_or_default();
        let wanted = match text(&result, "status") {
            "Approved" => ActionExecutionStatus::Succeeded,
            _ => ActionExecutionStatus::Failed,
        };
        let (stage, action) = (text(parameters, "stageName"), text(parameters, "actionName"));
        let recent = delivery::action_executions(aws, text(parameters, "pipelineName"), None).await?;
        let own = recent.into_iter().find(|it| {
            let said = it.output.as_ref().and_then(|output| output.execution_result.as_ref());
            let said = said.and_then(|result| result.external_execution_summary.as_deref()).unwrap_or_default();
            let same = (it.stage_name.as_deref(), it.action_name.as_deref()) == (Some(stage), Some(action));
            same && it.status.as_ref() == Some(&wanted) && said.contains(text(&result, "summary"))
        });
        Ok(own.and_then(|it| it.pipeline_execution_id))
    }
}

/// `RetryStageExecution` of the failed actions of a stage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RetryStageExecution {
    /// `pipelineName`.
    pub(crate) pipeline: String,
    /// `stageName`.
    pub(crate) stage: String,
    /// `pipelineExecutionId`.
    pub(crate) execution: String,
}

impl Call for RetryStageExecution {
    const API: Api = api("RetryStageExecution");
    const PERMISSIONS: &'static [Permission] = &[Permission::new("codepipeline:RetryStageExecution", ANY_STAGE)];

    async fn send(&self, aws: &Aws) -> Result<Receipt, AwsError> {
        let request = aws.codepipeline.retry_stage_execution().pipeline_name(&self.pipeline).stage_name(&self.stage);
        let request = request.pipeline_execution_id(&self.execution).retry_mode(StageRetryMode::FailedActions);
        let reply = request.send().await.map_err(failed)?;
        Ok(Receipt { arn: reply.pipeline_execution_id.clone(), ..Receipt::of(&reply) })
    }

    /// The stage of that execution has left its failure.
    async fn effect(parameters: &Value, _: Timestamp, aws: &Aws) -> Result<Option<String>, AwsError> {
        let execution = text(parameters, "pipelineExecutionId");
        let stages = delivery::stages(aws, text(parameters, "pipelineName")).await?;
        let stage = stages.into_iter().find(|s| s.stage_name.as_deref() == Some(text(parameters, "stageName")));
        let last = stage.and_then(|stage| stage.latest_execution);
        let left = last.is_some_and(|last| last.pipeline_execution_id == execution && last.status.as_str() != "Failed");
        Ok(left.then(|| execution.to_owned()))
    }
}

/// `RollbackStage`: an execution that runs one stage with what succeeded there before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RollbackStage {
    /// `pipelineName`.
    pub(crate) pipeline: String,
    /// `stageName`.
    pub(crate) stage: String,
    /// `targetPipelineExecutionId`.
    pub(crate) target: String,
}

impl Call for RollbackStage {
    const API: Api = api("RollbackStage");
    const PERMISSIONS: &'static [Permission] = &[Permission::new("codepipeline:RollbackStage", ANY_STAGE)];

    async fn send(&self, aws: &Aws) -> Result<Receipt, AwsError> {
        let request = aws.codepipeline.rollback_stage().pipeline_name(&self.pipeline).stage_name(&self.stage);
        let reply = request.target_pipeline_execution_id(&self.target).send().await.map_err(failed)?;
        Ok(Receipt { arn: Some(reply.pipeline_execution_id.clone()), ..Receipt::of(&reply) })
    }

    /// Finds the newest execution, if it rolls back to the same target.
    async fn effect(parameters: &Value, _: Timestamp, aws: &Aws) -> Result<Option<String>, AwsError> {
        let target = text(parameters, "targetPipelineExecutionId");
        let newest = delivery::executions(aws, text(parameters, "pipelineName"), None).await?.into_iter().next();
        let own = newest.filter(|it| {
            let of = it.rollback_metadata.as_ref().and_then(|of| of.rollback_target_pipeline_execution_id.as_deref());
            of == Some(target)
        });
        Ok(own.and_then(|it| it.pipeline_execution_id))
    }
}

/// `DisableStageTransition` into a stage: no execution enters it any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DisableStageTransition {
    /// `pipelineName`.
    pub(crate) pipeline: String,
    /// `stageName`.
    pub(crate) stage: String,
    /// `reason`, at most 300 of certain characters. Everybody reads it.
    pub(crate) reason: String,
}

impl Call for DisableStageTransition {
    const API: Api = api("DisableStageTransition");
    const PERMISSIONS: &'static [Permission] = &[Permission::new("codepipeline:DisableStageTransition", ANY_STAGE)];

    async fn send(&self, aws: &Aws) -> Result<Receipt, AwsError> {
        let request = aws.codepipeline.disable_stage_transition().pipeline_name(&self.pipeline);
        let request = request.stage_name(&self.stage).transition_type(StageTransitionType::Inbound);
        Ok(Receipt::of(&request.reason(&self.reason).send().await.map_err(failed)?))
    }

    async fn effect(parameters: &Value, _: Timestamp, aws: &Aws) -> Result<Option<String>, AwsError> {
        let (enabled, reason) = transition(parameters, aws).await?;
        let own = enabled == Some(false) && reason.as_deref() == Some(text(parameters, "reason"));
        Ok(own.then(|| text(parameters, "stageName").to_owned()))
    }
}

/// `EnableStageTransition` into a stage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct EnableStageTransition {
    /// `pipelineName`.
    pub(crate) pipeline: String,
    /// `stageName`.
    pub(crate) stage: String,
}

impl Call for EnableStageTransition {
    const API: Api = api("EnableStageTransition");
    const PERMISSIONS: &'static [Permission] = &[Permission::new("codepipeline:EnableStageTransition", ANY_STAGE)];

    async fn send(&self, aws: &Aws) -> Result<Receipt, AwsError> {
        let request = aws.codepipeline.enable_stage_transition().pipeline_name(&self.pipeline);
        let request = request.stage_name(&self.stage).transition_type(StageTransitionType::Inbound);
        Ok(Receipt::of(&request.send().await.map_err(failed)?))
    }

    async fn effect(parameters: &Value, _: Timestamp, aws: &Aws) -> Result<Option<String>, AwsError> {
        let (enabled, _) = transition(parameters, aws).await?;
        Ok((enabled == Some(true)).then(|| text(parameters, "stageName").to_owned()))
    }
}

/// Reads whether the transition into the stage of a call is enabled, and why not. `None` where there is no such stage.
async fn transition(parameters: &Value, aws: &Aws) -> Result<(Option<bool>, Option<String>), AwsError> {
    let stages = delivery::stages(aws, text(parameters, "pipelineName")).await?;
    let stage = stages.into_iter().find(|s| s.stage_name.as_deref() == Some(text(parameters, "stageName")));
    let transition = stage.and_then(|stage| stage.inbound_transition_state);
    Ok(transition.map_or((None, None), |it| (Some(it.enabled), it.disabled_reason)))
}
