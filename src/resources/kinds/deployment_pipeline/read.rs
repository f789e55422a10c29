//! Reads the pipelines: the list, the definition of each that is new or changed, and the state of those that
//! deploy a model.

use std::collections::BTreeSet;

use aws_sdk_codepipeline::types::{ActionExecution, ActionState, PipelineSummary, StageState, TransitionState};
use jiff::{SignedDuration, Timestamp};

use super::definition::{action_names, approvals, project_names};
use super::{DeliveryAction, DeliveryStage, DeploymentPipeline, Transition};
use crate::aws::{Aws, AwsError, failed, pages};
use crate::resources::detailed::{add_details, read_due};
use crate::resources::related::{names_existing, of_models};
use crate::resources::{Listing, Observed, Resource, Store, Turn, time};

/// Pages of 1,000 pipelines. An account has 1,000 pipelines in a region unless AWS raises that limit.
const PAGES: usize = 3;
/// The time after which the state of a pipeline is read again in which nothing is in progress, unless a decision on a
/// version may have started it.
const STATE_OLD: SignedDuration = SignedDuration::from_mins(10);

pub(super) async fn read(
    aws: &Aws,
    observed: &Observed,
    turn: Turn<'_, DeploymentPipeline>,
) -> Result<Listing<DeploymentPipeline>, AwsError> {
    let all = turn.sweep || !turn.known.answered();
    let listing =
        if all { list(aws, observed, &turn).await? } else { Listing::changed(turn.known.rows().cloned().collect()) };
    let deploying = deploying(observed, &listing.rows);
    let decided = observed.store.packages.rows().filter_map(|package| package.details.as_ref()?.modified).max();
    let is_due = |row: &DeploymentPipeline| deploying.contains(&row.name) && is_due(row, observed, decided);
    Ok(read_due(listing, is_due, |row| read_state(aws, observed, row)).await)
}

/// Lists the pipelines, and reads the definitions of those that are new or changed.
async fn list(
    aws: &Aws,
    observed: &Observed,
    turn: &Turn<'_, DeploymentPipeline>,
) -> Result<Listing<DeploymentPipeline>, AwsError> {
    let listed = pages(PAGES, async |token| {
        let request = aws.codepipeline.list_pipelines().max_results(1000).set_next_token(token);
        let page = request.send().await.map_err(failed)?;
        Ok((page.pipelines.unwrap_or_default().into_iter().filter_map(from_summary).collect(), page.next_token))
    })
    .await?;
    let renew = |DeploymentPipeline { updated, mode, .. }, known: &DeploymentPipeline| DeploymentPipeline {
        updated,
        mode,
        ..known.clone()
    };
    let holds = |row: &DeploymentPipeline| row.names.is_some() && row.defined == row.updated;
    let read = async |row| read_definition(aws, &observed.store, row).await;
    Ok(add_details(observed, turn.known, listed, (renew, holds), read).await)
}

fn from_summary(summary: PipelineSummary) -> Option<DeploymentPipeline> {
    Some(DeploymentPipeline {
        name: summary.name?,
        updated: time(summary.updated.as_ref()),
        mode: summary.execution_mode.map(|mode| mode.as_str().to_owned()),
        ..DeploymentPipeline::default()
    })
}

/// Reads one pipeline with its state, whatever it deploys.
pub(super) async fn describe(aws: &Aws, observed: &Observed, name: &str) -> Result<DeploymentPipeline, AwsError> {
    let row = DeploymentPipeline { name: name.to_owned(), ..DeploymentPipeline::default() };
    read_state(aws, observed, with_definition(aws, row).await?).await
}

/// Adds what the definition and the tags say. Tags are read where the definition names nothing of a model.
async fn read_definition(aws: &Aws, store: &Store, row: DeploymentPipeline) -> Result<DeploymentPipeline, AwsError> {
    let mut row = with_definition(aws, row).await?;
    let known = names_existing(store, &row);
    if !known && !row.arn.is_empty() {
        let request = aws.codepipeline.list_tags_for_resource().resource_arn(&row.arn);
        // Without permission for tags the pipeline is as good as one without tags.
        let tags = request.send().await.ok().and_then(|answer| answer.tags).unwrap_or_default();
        row.names.get_or_insert_default().extend(project_names(&tags));
    }
    Ok(row)
}

async fn with_definition(aws: &Aws, row: DeploymentPipeline) -> Result<DeploymentPipeline, AwsError> {
    let answer = aws.codepipeline.get_pipeline().name(&row.name).send().await.map_err(failed)?;
    let arn = answer.metadata.and_then(|metadata| metadata.pipeline_arn).unwrap_or_default();
    let (names, approvals) = answer.pipeline.map(|p| (action_names(&p), approvals(&p))).unwrap_or_default();
    Ok(DeploymentPipeline { arn, names: Some(names), approvals, defined: row.updated, ..row })
}

/// Returns the names of the pipelines that deploy a model: the configuration, the definition or a rule says so.
fn deploying(observed: &Observed, rows: &[DeploymentPipeline]) -> BTreeSet<String> {
    let configured = observed.preferences.models.iter().flat_map(|model| &model.codepipeline).cloned();
    configured.chain(of_models(&observed.store, rows)).collect()
}

/// Returns whether the state is to be read now. `decided` is the time of the last decision on a version.
fn is_due(row: &DeploymentPipeline, observed: &Observed, decided: Option<Timestamp>) -> bool {
    let old = |at| observed.at.duration_since(at) >= STATE_OLD || decided > Some(at);
    let looked_at = observed.one_shot || observed.focus.kinds.contains(&DeploymentPipeline::KIND);
    looked_at || row.activity().is_some() || row.problem().is_some() || row.read.is_none_or(old)
}

/// Reads the state of the stages.
async fn read_state(aws: &Aws, observed: &Observed, row: DeploymentPipeline) -> Result<DeploymentPipeline, AwsError> {
    let state = aws.codepipeline.get_pipeline_state().name(&row.name).send().await.map_err(failed)?;
    let stages = state.stage_states.unwrap_or_default().into_iter();
    let stages = stages.map(|stage| stage_from_sdk(stage, &row.approvals)).collect();
    Ok(DeploymentPipeline { stages: Some(stages), read: Some(observed.at), ..row })
}

fn stage_from_sdk(stage: StageState, approvals: &[(String, String)]) -> DeliveryStage {
    let name = stage.stage_name.unwrap_or_default();
    let approval = |action: &str| approvals.iter().any(|(of, own)| (of.as_str(), own.as_str()) == (&*name, action));
    let actions = stage.action_states.unwrap_or_default().into_iter();
    let actions = actions.map(|action| {
        let approval = approval(action.action_name.as_deref().unwrap_or_default());
        action_from_sdk(action, approval)
    });
    let inbound = stage.inbound_executions.unwrap_or_default().into_iter().next().or(stage.inbound_execution);
    let last = stage.latest_execution;
    DeliveryStage {
        actions: actions.collect(),
        status: last.as_ref().map(|last| last.status.as_str().to_owned()),
        execution: last.map(|last| last.pipeline_execution_id),
        inbound: inbound.map(|execution| execution.pipeline_execution_id),
        disabled: stage.inbound_transition_state.and_then(disabled),
        name,
    }
}

fn disabled(transition: TransitionState) -> Option<Transition> {
    let TransitionState { enabled, last_changed_by: by, last_changed_at, disabled_reason, .. } = transition;
    let at = time(last_changed_at.as_ref());
    (!enabled).then(|| Transition { reason: disabled_reason.unwrap_or_default(), by, at })
}

/// Converts an action. An approval has a token, or the definition says that it is one: pipelines with parallel
/// executions have no token here.
fn action_from_sdk(action: ActionState, approval: bool) -> DeliveryAction {
    let mut row = DeliveryAction {
        name: action.action_name.unwrap_or_default(),
        approval,
        revision: action.current_revision.map(|revision| revision.revision_id),
        ..DeliveryAction::default()
    };
    let Some(last) = action.latest_execution else { return row };
    let ActionExecution { status, summary, last_status_change, token, last_updated_by, .. } = last;
    row.approval |= token.is_some();
    row.status = status.map(|status| status.as_str().to_owned());
    row.summary = summary.filter(|text| !text.is_empty());
    row.since = time(last_status_change.as_ref());
    row.by = last_updated_by.filter(|_| row.approval);
    row.error = last.error_details.and_then(|error| error.message.or(error.code));
    row.url = last.external_execution_url;
    row
}
