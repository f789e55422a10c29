//! Requests to `CodePipeline`.

use super::definition::{self, action_type};
use super::state::{Action, Disabled, Execution, Pipeline, Stage, State, Status};
use crate::sim::prelude::{
    Answer, Cause, Env, Operation, Operations, Paging, ServiceError, Value, num, read, tree, write,
};
use crate::sim::services::sagemaker::Packages;

pub(super) type Handler = fn(&mut State, &mut Env, &Packages, &Value) -> Answer;

pub(crate) static OPERATIONS: Operations<Handler> = &[TABLE, definition::TABLE];

static TABLE: &[Operation<Handler>] = &[
    read("ListPipelines", list),
    read("GetPipelineState", pipeline_state),
    read("ListPipelineExecutions", executions),
    read("ListActionExecutions", actions),
    write("PutApprovalResult", answer_approval),
    write("RetryStageExecution", retry),
    write("RollbackStage", roll_back),
    write("StartPipelineExecution", start),
    write("DisableStageTransition", disable),
    write("EnableStageTransition", enable),
];

const PAGES: Paging = Paging { token: "nextToken", size: "maxResults", usual: 100, most: 1000 };

/// Gives common errors the codes of this service.
pub(crate) fn reword(error: ServiceError) -> ServiceError {
    if error.cause == Cause::Token { error.coded("InvalidNextTokenException") } else { error }
}

fn list(state: &mut State, _: &mut Env, _: &Packages, input: &Value) -> Answer {
    let rows = state.pipelines.values().map(|p| {
        tree! { "name": &p.name, "version": 1, "pipelineType": "V2", "executionMode": p.mode(), "created": p.created, "updated": p.created }
    });
    PAGES.answer(input, "pipelines", rows.collect())
}

pub(super) fn wanted<'a>(
    state: &'a mut State,
    env: &Env,
    input: &Value,
    key: &str,
) -> Result<&'a mut Pipeline, ServiceError> {
    let name = input.need(key)?;
    state.pipelines.get_mut(name).ok_or_else(|| {
        let account = &env.account.id;
        let message = format!("The account with id '{account}' does not include a pipeline with the name '{name}'");
        ServiceError::new("PipelineNotFoundException", message)
    })
}

fn pipeline_state(state: &mut State, env: &mut Env, _: &Packages, input: &Value) -> Answer {
    let pipeline = wanted(state, env, input, "name")?;
    let shape = pipeline.execution(String::new(), "", pipeline.created);
    let stages = shape.stages.iter().enumerate().map(|(number, stage)| {
        let (name, action) = stage.names();
        // The newest execution that has reached this stage determines its status.
        let last = pipeline.executions.iter().rev().find(|execution| execution.reached(number)).and_then(|e| Some((e, e.stages.get(number)?)));
        let held = pipeline.executions.last().filter(|execution| pipeline.holds(execution, number));
        tree! {
            "stageName": name,
            "inboundExecution": held.map(|execution| tree! { "pipelineExecutionId": &execution.id, "status": "InProgress" }),
            "inboundTransitionState": transition(pipeline, number),
            "actionStates": vec![tree! {
                "actionName": action,
                "currentRevision": last.filter(|_| number == 0).map(|(execution, _)| revision(execution)),
                "latestExecution": last.map(|(execution, stage)| latest(pipeline, execution, stage)),
            }],
            "latestExecution": last.map(|(execution, stage)| tree! { "pipelineExecutionId": &execution.id, "status": stage.status.word(), "type": execution.kind() }),
        }
    });
    Ok(tree! {
        "pipelineName": &pipeline.name,
        "pipelineVersion": 1,
        "stageStates": stages.collect::<Vec<_>>(),
        "created": pipeline.created,
        "updated": pipeline.executions.last().map_or(pipeline.created, |execution| execution.updated),
    })
}

/// Returns the state of the transition into a stage.
fn transition(pipeline: &Pipeline, number: usize) -> Value {
    match pipeline.disabled.get(&number) {
        Some(disabled) => tree! {
            "enabled": false,
            "lastChangedBy": &disabled.by,
            "lastChangedAt": disabled.at,
            "disabledReason": &disabled.reason,
        },
        None => tree! { "enabled": true },
    }
}

/// Returns the revision that an execution delivers.
fn revision(execution: &Execution) -> Value {
    tree! {
        "revisionId": &execution.version,
        "revisionChangeId": &execution.id,
        "created": execution.started,
    }
}

fn latest(pipeline: &Pipeline, execution: &Execution, stage: &Stage) -> Value {
    let failed = stage.status == Status::Failed;
    tree! {
        "actionExecutionId": execution.action_id(stage),
        "status": stage.status.word(),
        "summary": Some(&stage.summary).filter(|text| !text.is_empty() && !failed),
        "lastStatusChange": stage.since,
        // Among parallel executions the state does not say which one a token belongs to.
        "token": (stage.awaits_approval() && !pipeline.parallel).then(|| execution.token(stage)),
        "externalExecutionId": Some(&execution.version).filter(|_| stage.action == Action::Source),
        "errorDetails": failed.then(|| tree! { "code": "JobFailed", "message": &stage.summary }),
    }
}

fn executions(state: &mut State, env: &mut Env, _: &Packages, input: &Value) -> Answer {
    let pipeline = wanted(state, env, input, "pipelineName")?;
    let in_which = input.at("filter.succeededInStage.stageName").and_then(Value::as_text);
    let succeeded = |execution: &&Execution| {
        let in_stage = |name| {
            execution.stages.iter().enumerate().any(|(number, stage)| {
                stage.names().0 == name && stage.status == Status::Succeeded && execution.reached(number)
            })
        };
        in_which.is_none_or(in_stage)
    };
    let rows = pipeline.executions.iter().rev().filter(succeeded).map(|execution| {
        let version = &execution.version;
        let revision = tree! { "actionName": "ModelRegistry", "revisionId": version, "revisionSummary": format!("Model package {version}") };
        let rule = env.account.arn("events", &format!("rule/{}", pipeline.name));
        tree! {
            "pipelineExecutionId": &execution.id,
            "status": execution.status(),
            "startTime": execution.started,
            "lastUpdateTime": execution.updated,
            "sourceRevisions": vec![revision],
            "trigger": tree! { "triggerType": "CloudWatchEvent", "triggerDetail": rule },
            "executionMode": pipeline.mode(),
            "executionType": execution.kind(),
            "rollbackMetadata": execution.rolls_back.as_ref().map(|(_, id)| tree! { "rollbackTargetPipelineExecutionId": id }),
        }
    });
    PAGES.answer(input, "pipelineExecutionSummaries", rows.collect())
}

fn actions(state: &mut State, env: &mut Env, _: &Packages, input: &Value) -> Answer {
    let pipeline = wanted(state, env, input, "pipelineName")?;
    let wanted = input.at("filter.pipelineExecutionId").and_then(Value::as_text);
    let mut rows = Vec::new();
    for execution in pipeline.executions.iter().rev().filter(|e| wanted.is_none_or(|id| e.id == id)) {
        let reached = execution.stages.iter().enumerate().rev().filter(|(number, _)| execution.reached(*number));
        for (_, stage) in reached {
            let (name, action) = stage.names();
            rows.push(tree! {
                "pipelineExecutionId": &execution.id,
                "actionExecutionId": execution.action_id(stage),
                "pipelineVersion": 1,
                "stageName": name,
                "actionName": action,
                "startTime": stage.since,
                "lastUpdateTime": stage.since,
                "status": stage.status.word(),
                "input": tree! { "actionTypeId": action_type(&stage.action) },
                "output": tree! { "executionResult": tree! {
                    "externalExecutionId": stage.awaits_approval().then(|| execution.token(stage)),
                    "externalExecutionSummary": Some(&stage.summary).filter(|text| !text.is_empty()),
                } },
            });
        }
    }
    PAGES.answer(input, "actionExecutionDetails", rows)
}

fn answer_approval(state: &mut State, env: &mut Env, _: &Packages, input: &Value) -> Answer {
    let (now, who) = (env.now, env.account.session().to_owned());
    let (name, action, token) = (input.need("stageName")?, input.need("actionName")?, input.need("token")?);
    let result = input.get("result").ok_or_else(|| ServiceError::missing("result"))?;
    let approved =
        result.one_of("status", &["Approved", "Rejected"])?.ok_or_else(|| ServiceError::missing("status"))?
            == "Approved";
    let summary = result.need("summary")?;
    let pipeline = wanted(state, env, input, "pipelineName")?;
    let names = (name.to_owned(), action.to_owned());
    if !pipeline.execution(String::new(), "", now).stages.iter().any(|stage| stage.names() == names) {
        return Err(ServiceError::new(
            "ActionNotFoundException",
            format!("There is no action {action} in stage {name}."),
        ));
    }
    // Of parallel executions several may wait; the token says which one is meant.
    let waits = |execution: &&mut Execution| {
        execution.stages.iter().any(|stage| stage.names() == names && stage.status == Status::Running)
    };
    let mut waiting: Vec<&mut Execution> = pipeline.executions.iter_mut().rev().filter(waits).collect();
    let any = !waiting.is_empty();
    for execution in &mut waiting {
        let tokens: Vec<String> = execution.stages.iter().map(|stage| execution.token(stage)).collect();
        let mut stages = execution.stages.iter_mut().zip(tokens);
        if let Some((stage, _)) = stages.find(|(stage, own)| stage.names() == names && own == token) {
            let status = if approved { Status::Succeeded } else { Status::Failed };
            stage.set(status, now, format!("{who}: {summary}"));
            execution.updated = now;
            return Ok(tree! { "approvedAt": now });
        }
    }
    if any {
        let message = "The approval token is not valid; it is no longer the newest.";
        return Err(ServiceError::new("InvalidApprovalTokenException", message));
    }
    Err(ServiceError::new(
        "ApprovalAlreadyCompletedException",
        "The approval action has already been approved or rejected.",
    ))
}

fn retry(state: &mut State, env: &mut Env, _: &Packages, input: &Value) -> Answer {
    let (name, id) = (input.need("stageName")?, input.need("pipelineExecutionId")?);
    input.one_of("retryMode", &["FAILED_ACTIONS", "ALL_ACTIONS"])?.ok_or_else(|| ServiceError::missing("retryMode"))?;
    let pipeline = wanted(state, env, input, "pipelineName")?;
    let Some(execution) = pipeline.executions.last_mut().filter(|execution| execution.id == id) else {
        return Err(ServiceError::new(
            "NotLatestPipelineExecutionException",
            "The stage has failed in a later run of the pipeline.",
        ));
    };
    let mut failed = execution.stages.iter_mut().filter(|stage| stage.status == Status::Failed);
    let Some(failed) = failed.find(|stage| stage.names().0 == name) else {
        return Err(ServiceError::new("StageNotRetryableException", format!("The stage {name} has not failed.")));
    };
    failed.set(Status::Waiting, env.now, "");
    execution.updated = env.now;
    Ok(tree! { "pipelineExecutionId": id })
}

/// Starts an execution that runs one stage again with what succeeded there before:
/// <https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_RollbackStage.html>.
fn roll_back(state: &mut State, env: &mut Env, _: &Packages, input: &Value) -> Answer {
    let (name, target) = (input.need("stageName")?, input.need("targetPipelineExecutionId")?);
    let (now, id) = (env.now, num::uuid(env.fresh()));
    let pipeline = wanted(state, env, input, "pipelineName")?;
    let unable = |why: &str| ServiceError::new("UnableToRollbackStageException", why);
    let Some(good) = pipeline.executions.iter().find(|execution| execution.id == target) else {
        return Err(ServiceError::new("PipelineExecutionNotFoundException", "There is no such execution."));
    };
    let Some(number) = good.stages.iter().position(|stage| stage.names().0 == name) else {
        return Err(ServiceError::new("StageNotFoundException", format!("There is no stage {name}.")));
    };
    let succeeded = good.stages.get(number).is_some_and(|stage| stage.status == Status::Succeeded);
    if number == 0 || !succeeded {
        return Err(unable("The target execution has not succeeded in this stage, or it is the source stage."));
    }
    let busy = |stage: &Stage| stage.status == Status::Running;
    if pipeline.executions.iter().any(|execution| execution.stages.get(number).is_some_and(busy)) {
        return Err(unable("The stage is in progress."));
    }
    let mut execution = pipeline.execution(id.clone(), &good.version.clone(), now);
    execution.stages.iter_mut().for_each(|stage| stage.set(Status::Succeeded, now, ""));
    if let Some(stage) = execution.stages.get_mut(number) {
        stage.set(Status::Waiting, now, "");
    }
    execution.rolls_back = Some((number, target.to_owned()));
    pipeline.executions.push(execution);
    Ok(tree! { "pipelineExecutionId": id })
}

fn start(state: &mut State, env: &mut Env, packages: &Packages, input: &Value) -> Answer {
    let name = wanted(state, env, input, "name")?.name.clone();
    let id = state.start(env, packages, &name);
    let id = id.ok_or_else(|| ServiceError::invalid("There is no approved version to deliver."))?;
    Ok(tree! { "pipelineExecutionId": id })
}

/// Returns the pipeline and the number of the stage of a request about a transition.
fn stage_of<'a>(state: &'a mut State, env: &Env, input: &Value) -> Result<(&'a mut Pipeline, usize), ServiceError> {
    let name = input.need("stageName")?;
    input.one_of("transitionType", &["Inbound", "Outbound"])?.ok_or_else(|| ServiceError::missing("transitionType"))?;
    let pipeline = wanted(state, env, input, "pipelineName")?;
    let shape = pipeline.execution(String::new(), "", pipeline.created);
    let number = shape.stages.iter().position(|stage| stage.names().0 == name);
    let missing = || ServiceError::new("StageNotFoundException", format!("The stage {name} does not exist."));
    Ok((pipeline, number.ok_or_else(missing)?))
}

fn disable(state: &mut State, env: &mut Env, _: &Packages, input: &Value) -> Answer {
    let reason = input.need("reason")?.to_owned();
    let (by, at) = (env.account.session().to_owned(), env.now);
    let (pipeline, number) = stage_of(state, env, input)?;
    pipeline.disabled.insert(number, Disabled { reason, by, at });
    Ok(Value::Null)
}

fn enable(state: &mut State, env: &mut Env, _: &Packages, input: &Value) -> Answer {
    let (pipeline, number) = stage_of(state, env, input)?;
    pipeline.disabled.remove(&number);
    Ok(Value::Null)
}
