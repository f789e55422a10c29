//! Intents about `CodePipeline`, and what their plans read: the stages, the approvals that wait, and which pipeline is
//! selected.

mod answer_approval;
mod retry_stage;
mod rollback_stage;
mod switch_transition;

pub use answer_approval::{ApproveDelivery, RejectDelivery};
pub use retry_stage::RetryStage;
pub use rollback_stage::RollbackStage;
pub use switch_transition::SwitchTransition;

use aws_sdk_codepipeline::types::{
    ActionCategory, ActionExecutionDetail, ActionExecutionFilter, ActionExecutionStatus, ExecutionMode,
    PipelineExecutionFilter, PipelineExecutionSummary, StageState, SucceededInStageFilter,
};
use jiff::Timestamp;

use super::{Refusal, Selection};
use crate::aws::{Aws, AwsError, failed, pages};
use crate::resources::deployment_pipeline::{Delivery, DeploymentPipeline, action_names};
use crate::resources::named::Named;
use crate::resources::{Kind, time};

/// Pages of 100 executions of actions. AWS keeps those of twelve months.
const PAGES: usize = 3;

/// An approval that waits for a person.
pub(super) struct Waiting {
    pub(super) stage: String,
    pub(super) action: String,
    /// The id of the execution that waits.
    pub(super) execution: String,
    /// The token of the answer.
    pub(super) token: String,
    pub(super) since: Option<Timestamp>,
    /// What the definition tells the person.
    pub(super) asks: Option<String>,
}

/// An approval of the definition: stage, action, and what it tells the person.
type Approval = (String, String, Option<String>);

/// Reads the approvals that wait. In a pipeline with parallel executions the state has no token; it is the external id
/// of the action's execution: <https://docs.aws.amazon.com/codepipeline/latest/userguide/approvals-approve-or-reject.html>.
pub(super) async fn waiting(aws: &Aws, pipeline: &str) -> Result<Vec<Waiting>, AwsError> {
    let answer = aws.codepipeline.get_pipeline().name(pipeline).send().await.map_err(failed)?;
    let Some(definition) = answer.pipeline else { return Ok(Vec::new()) };
    let parallel = definition.execution_mode == Some(ExecutionMode::Parallel);
    let approvals = definition.stages.into_iter().flat_map(|stage| {
        let actions = stage
            .actions
            .into_iter()
            .filter(|action| action.action_type_id.as_ref().is_some_and(|of| of.category == ActionCategory::Approval));
        let asks =
            |configuration: Option<std::collections::HashMap<String, String>>| configuration?.remove("CustomData");
        actions.map(move |action| (stage.name.clone(), action.name, asks(action.configuration))).collect::<Vec<_>>()
    });
    let approvals: Vec<Approval> = approvals.collect();
    if parallel {
        let recent = action_executions(aws, pipeline, None).await?;
        return Ok(recent.into_iter().filter_map(|it| of_parallel(it, &approvals)).collect());
    }
    Ok(stages_waiting(stages(aws, pipeline).await?, &approvals))
}

fn of_parallel(it: ActionExecutionDetail, approvals: &[Approval]) -> Option<Waiting> {
    let (stage, action) = (it.stage_name?, it.action_name?);
    let (_, _, asks) = approvals.iter().find(|(s, a, _)| (s, a) == (&stage, &action))?;
    let waits = it.status == Some(ActionExecutionStatus::InProgress);
    let token = it.output.and_then(|output| output.execution_result?.external_execution_id).filter(|_| waits)?;
    let (execution, since) = (it.pipeline_execution_id?, time(it.start_time.as_ref()));
    Some(Waiting { stage, action, execution, token, since, asks: asks.clone() })
}

fn stages_waiting(stages: Vec<StageState>, approvals: &[Approval]) -> Vec<Waiting> {
    let mut waiting = Vec::new();
    for state in stages {
        let execution = state.latest_execution.map(|last| last.pipeline_execution_id).unwrap_or_default();
        let stage = state.stage_name.unwrap_or_default();
        for action in state.action_states.unwrap_or_default() {
            let (name, last) = (action.action_name.unwrap_or_default(), action.latest_execution);
            let known = approvals.iter().find(|(s, a, _)| (s, a) == (&stage, &name));
            let last = last.filter(|last| last.status == Some(ActionExecutionStatus::InProgress));
            if let (Some((_, _, asks)), Some(last)) = (known, last)
                && let Some(token) = last.token
            {
                let (since, asks) = (time(last.last_status_change.as_ref()), asks.clone());
                let (stage, execution) = (stage.clone(), execution.clone());
                waiting.push(Waiting { stage, action: name, execution, token, since, asks });
            }
        }
    }
    waiting
}

/// Reads the things that the definition of a pipeline names.
pub(super) async fn names(aws: &Aws, pipeline: &str) -> Result<Vec<Named>, AwsError> {
    let answer = aws.codepipeline.get_pipeline().name(pipeline).send().await.map_err(failed)?;
    Ok(answer.pipeline.as_ref().map(action_names).unwrap_or_default())
}

/// Reads the state of all stages.
pub(super) async fn stages(aws: &Aws, pipeline: &str) -> Result<Vec<StageState>, AwsError> {
    let state = aws.codepipeline.get_pipeline_state().name(pipeline).send().await.map_err(failed)?;
    Ok(state.stage_states.unwrap_or_default())
}

/// Reads the state of one stage.
pub(super) async fn stage(aws: &Aws, pipeline: &str, stage: &str) -> Result<Option<StageState>, AwsError> {
    Ok(stages(aws, pipeline).await?.into_iter().find(|state| state.stage_name.as_deref() == Some(stage)))
}

/// Reads the newest executions of actions, of all executions of the pipeline or of one.
pub(super) async fn action_executions(
    aws: &Aws,
    pipeline: &str,
    execution: Option<&str>,
) -> Result<Vec<ActionExecutionDetail>, AwsError> {
    let filter = execution.map(|id| ActionExecutionFilter::builder().pipeline_execution_id(id).build());
    let (all, _) = pages(PAGES, async |token| {
        let request = aws.codepipeline.list_action_executions().pipeline_name(pipeline).max_results(100);
        let request = request.set_filter(filter.clone()).set_next_token(token);
        let page = request.send().await.map_err(failed)?;
        Ok((page.action_execution_details.unwrap_or_default(), page.next_token))
    })
    .await?;
    Ok(all)
}

/// Reads the newest executions, all of them or those that succeeded in a stage.
pub(super) async fn executions(
    aws: &Aws,
    pipeline: &str,
    stage: Option<&str>,
) -> Result<Vec<PipelineExecutionSummary>, AwsError> {
    let succeeded = stage.map(|stage| SucceededInStageFilter::builder().stage_name(stage).build());
    let filter = succeeded.map(|stage| PipelineExecutionFilter::builder().succeeded_in_stage(stage).build());
    let request = aws.codepipeline.list_pipeline_executions().pipeline_name(pipeline).max_results(100);
    let page = request.set_filter(filter).send().await.map_err(failed)?;
    Ok(page.pipeline_execution_summaries.unwrap_or_default())
}

/// Returns which revision an execution delivers, if AWS says so.
pub(super) fn revision_of(execution: &PipelineExecutionSummary) -> Option<String> {
    let source = execution.source_revisions.as_ref()?.first()?;
    source.revision_summary.clone().or_else(|| source.revision_id.clone())
}

/// Reads which revision an execution delivers. `None` where that may not be read, or AWS does not say.
pub(super) async fn revision(aws: &Aws, pipeline: &str, execution: &str) -> Option<String> {
    let all = executions(aws, pipeline, None).await.ok()?;
    revision_of(all.iter().find(|it| it.pipeline_execution_id.as_deref() == Some(execution))?)
}

/// Returns the selected pipeline, or that of the selected model which is in a state that matters.
pub(super) fn selected<'a>(at: &Selection<'a>, matters: fn(Delivery<'_>) -> bool) -> Option<&'a DeploymentPipeline> {
    let pipelines = &at.store().deployment_pipelines;
    if let Some(name) = at.id_of(Kind::DeploymentPipelines) {
        return pipelines.get(name);
    }
    let whole = at.thing.is_none().then_some(at.chain).flatten()?;
    let own = whole.attached_things().filter(|(kind, _)| *kind == Kind::DeploymentPipelines);
    own.filter_map(|(_, name)| pipelines.get(name)).find(|pipeline| pipeline.delivery().is_some_and(matters))
}

/// Returns the end of a plan for something that a pipeline does not have.
pub(super) fn lacks(pipeline: &str, what: &str) -> Refusal {
    Refusal::No(format!("{pipeline}: {what}; nothing was sent"))
}
