//! What `CodePipeline` is asked.

use super::super::fault::Fault;
use super::super::num;
use super::super::operation::{Operation, read, write};
use super::super::sagemaker::listing::cut_by;
use super::super::wire::{Value, tree};
use super::super::world::World;
use super::{Delivery, Kind, Run, State, Step};

static OPERATIONS: &[Operation] = &[
    read("ListPipelines", list),
    read("GetPipelineState", state),
    read("ListPipelineExecutions", runs),
    read("ListActionExecutions", actions),
    write("PutApprovalResult", answer),
    write("RetryStageExecution", retry),
    write("StartPipelineExecution", start),
];

/// The operation of that name, if the account knows it.
pub(crate) fn find(name: &str) -> Option<&'static Operation> {
    OPERATIONS.iter().find(|operation| operation.name == name)
}

fn page(input: &Value, rows: Vec<Value>, out: &'static str) -> Result<Value, Fault> {
    let (page, next) = cut_by(input, rows, ("nextToken", "maxResults"), 100, 1000).map_err(|fault| {
        if fault.message.starts_with("Invalid NextToken") {
            Fault::new("InvalidNextTokenException", fault.message)
        } else {
            fault
        }
    })?;
    Ok(Value::Map(vec![(out.into(), page.into()), ("nextToken".into(), next.into())]))
}

fn list(world: &mut World, input: &Value) -> Result<Value, Fault> {
    let rows = world.deliveries.values().map(|d| {
        let updated = d.runs.first().map_or(d.created, |run| run.started);
        tree! { "name": d.name.as_str(), "version": 1, "pipelineType": "V2", "executionMode": "SUPERSEDED", "created": d.created, "updated": updated }
    });
    page(input, rows.collect(), "pipelines")
}

fn missing(account: &str, name: &str) -> Fault {
    Fault::new(
        "PipelineNotFoundException",
        format!("The account with id '{account}' does not include a pipeline with the name '{name}'"),
    )
}

fn wanted<'a>(world: &'a World, input: &Value, key: &str) -> Result<&'a Delivery, Fault> {
    let name = input.need(key)?;
    world.deliveries.get(name).ok_or_else(|| missing(&world.home.account, name))
}

fn wanted_mut<'a>(world: &'a mut World, input: &Value) -> Result<&'a mut Delivery, Fault> {
    let name = input.need("pipelineName")?;
    world.deliveries.get_mut(name).ok_or_else(|| missing(&world.home.account, name))
}

fn word(state: State) -> Option<&'static str> {
    match state {
        State::Waiting => None,
        State::Running => Some("InProgress"),
        State::Succeeded => Some("Succeeded"),
        State::Failed => Some("Failed"),
    }
}

fn state(world: &mut World, input: &Value) -> Result<Value, Fault> {
    let delivery = wanted(world, input, "name")?;
    let shape = delivery.run(String::new(), "", delivery.created);
    let stages = shape.steps.iter().enumerate().map(|(place, step)| {
        let (stage, action) = step.names();
        // The newest run that has reached this stage tells how it is.
        let reached = |run: &&Run| run.steps.get(place).is_some_and(|step| step.state != State::Waiting);
        let last = delivery.runs.iter().rev().find(reached).and_then(|run| Some((run, run.steps.get(place)?)));
        tree! {
            "stageName": stage,
            "inboundTransitionState": tree! { "enabled": true },
            "actionStates": vec![tree! { "actionName": action, "latestExecution": last.map(|(run, step)| latest(run, step)) }],
            "latestExecution": last.map(|(run, step)| tree! { "pipelineExecutionId": run.id.as_str(), "status": word(step.state), "type": "STANDARD" }),
        }
    });
    Ok(tree! {
        "pipelineName": delivery.name.as_str(),
        "pipelineVersion": 1,
        "stageStates": stages.collect::<Vec<_>>(),
        "created": delivery.created,
        "updated": delivery.runs.last().map_or(delivery.created, |run| run.updated),
    })
}

fn latest(run: &Run, step: &Step) -> Value {
    let failed = step.state == State::Failed;
    let waits = step.kind == Kind::Approval && step.state == State::Running;
    tree! {
        "actionExecutionId": num::hex(num::hash(&format!("{}{:?}", run.id, step.kind)), 32),
        "status": word(step.state),
        "summary": Some(step.summary.as_str()).filter(|text| !text.is_empty() && !failed),
        "lastStatusChange": step.since,
        "token": waits.then(|| run.token(step)),
        "externalExecutionId": Some(run.version.as_str()).filter(|_| step.kind == Kind::Source),
        "errorDetails": failed.then(|| tree! { "code": "JobFailed", "message": step.summary.as_str() }),
    }
}

fn runs(world: &mut World, input: &Value) -> Result<Value, Fault> {
    let delivery = wanted(world, input, "pipelineName")?;
    let rows = delivery.runs.iter().rev().map(|run| {
        let revision = tree! { "actionName": "ModelRegistry", "revisionId": run.version.as_str(), "revisionSummary": format!("Model package {}", run.version) };
        tree! {
            "pipelineExecutionId": run.id.as_str(),
            "status": run.status(),
            "startTime": run.started,
            "lastUpdateTime": run.updated,
            "sourceRevisions": vec![revision],
            "trigger": tree! { "triggerType": "CloudWatchEvent", "triggerDetail": world.home.arn("events", &format!("rule/{}", delivery.name)) },
            "executionMode": "SUPERSEDED",
            "executionType": "STANDARD",
        }
    });
    page(input, rows.collect(), "pipelineExecutionSummaries")
}

fn actions(world: &mut World, input: &Value) -> Result<Value, Fault> {
    let delivery = wanted(world, input, "pipelineName")?;
    let wanted = input.at("filter.pipelineExecutionId").and_then(Value::as_text);
    let mut rows = Vec::new();
    for run in delivery.runs.iter().rev().filter(|run| wanted.is_none_or(|id| run.id == id)) {
        for step in run.steps.iter().rev().filter(|step| step.state != State::Waiting) {
            let (stage, action) = step.names();
            let waits = step.kind == Kind::Approval && step.state == State::Running;
            let category = match step.kind {
                Kind::Source => "Source",
                Kind::Deploy(_) => "Deploy",
                Kind::Approval => "Approval",
            };
            rows.push(tree! {
                "pipelineExecutionId": run.id.as_str(),
                "actionExecutionId": num::hex(num::hash(&format!("{}{:?}", run.id, step.kind)), 32),
                "pipelineVersion": 1,
                "stageName": stage,
                "actionName": action,
                "startTime": step.since,
                "lastUpdateTime": step.since,
                "status": word(step.state),
                "input": tree! { "actionTypeId": tree! { "category": category, "owner": "AWS", "provider": if category == "Approval" { "Manual" } else { "SageMaker" }, "version": "1" } },
                "output": tree! { "executionResult": tree! { "externalExecutionId": waits.then(|| run.token(step)), "externalExecutionSummary": Some(step.summary.as_str()).filter(|text| !text.is_empty()) } },
            });
        }
    }
    page(input, rows, "actionExecutionDetails")
}

fn answer(world: &mut World, input: &Value) -> Result<Value, Fault> {
    let (now, who) = (world.now, world.home.session().to_owned());
    let (stage, action, token) = (input.need("stageName")?, input.need("actionName")?, input.need("token")?);
    let result = input.get("result").ok_or_else(|| Fault::missing("result"))?;
    let agreed =
        result.one_of("status", &["Approved", "Rejected"])?.ok_or_else(|| Fault::missing("status"))? == "Approved";
    let summary = result.need("summary")?;
    let delivery = wanted_mut(world, input)?;
    let names = (stage.to_owned(), action.to_owned());
    if !delivery.run(String::new(), "", now).steps.iter().any(|step| step.names() == names) {
        return Err(Fault::new("ActionNotFoundException", format!("There is no action {action} in stage {stage}.")));
    }
    for run in delivery.runs.iter_mut().rev() {
        let tokens: Vec<String> = run.steps.iter().map(|step| run.token(step)).collect();
        let waiting =
            run.steps.iter_mut().zip(tokens).find(|(step, _)| step.names() == names && step.state == State::Running);
        if let Some((step, expected)) = waiting {
            if expected != token {
                return Err(Fault::new(
                    "InvalidApprovalTokenException",
                    "The approval token is not valid; it is no longer the newest.",
                ));
            }
            step.becomes(if agreed { State::Succeeded } else { State::Failed }, now, format!("{who}: {summary}"));
            run.updated = now;
            return Ok(tree! { "approvedAt": now });
        }
    }
    Err(Fault::new("ApprovalAlreadyCompletedException", "The approval action has already been approved or rejected."))
}

fn retry(world: &mut World, input: &Value) -> Result<Value, Fault> {
    let now = world.now;
    let (stage, id) = (input.need("stageName")?, input.need("pipelineExecutionId")?);
    input.one_of("retryMode", &["FAILED_ACTIONS", "ALL_ACTIONS"])?.ok_or_else(|| Fault::missing("retryMode"))?;
    let delivery = wanted_mut(world, input)?;
    let Some(run) = delivery.runs.last_mut().filter(|run| run.id == id) else {
        return Err(Fault::new(
            "NotLatestPipelineExecutionException",
            "The stage has failed in a later run of the pipeline.",
        ));
    };
    let Some(step) = run.steps.iter_mut().find(|step| step.names().0 == stage && step.state == State::Failed) else {
        return Err(Fault::new("StageNotRetryableException", format!("The stage {stage} has not failed.")));
    };
    step.becomes(State::Waiting, now, "");
    run.updated = now;
    Ok(tree! { "pipelineExecutionId": id })
}

fn start(world: &mut World, input: &Value) -> Result<Value, Fault> {
    let name = wanted(world, input, "name")?.name.clone();
    let id = world.start_delivery(&name).ok_or_else(|| Fault::invalid("There is no approved version to deliver."))?;
    Ok(tree! { "pipelineExecutionId": id })
}
