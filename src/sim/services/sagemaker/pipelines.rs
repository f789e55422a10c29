//! Requests about `SageMaker` pipelines and their executions.

use std::collections::BTreeMap;

use super::execution::{Execution, RunRequest, parsed};
use super::listing::{Listing, ORDERS, PAGES};
use super::registry::caller;
use super::state::{Handler, State, add_tags};
use crate::sim::prelude::{
    Answer, Env, Operation, Record, ServiceError, Span, Task, Value, json, read, tree, words, write,
};

pub(super) static OPERATIONS: &[Operation<Handler>] = &[
    read("ListPipelines", list),
    read("DescribePipeline", |state, env, input| Ok(state.pipeline(env, input.need("PipelineName")?)?.doc.clone())),
    read("ListPipelineExecutions", list_executions),
    read("DescribePipelineExecution", |state, _, input| {
        Ok(state.execution(input.need("PipelineExecutionArn")?)?.record.doc.clone())
    }),
    read("ListPipelineExecutionSteps", steps),
    read("ListPipelineParametersForExecution", parameters),
    read("DescribePipelineDefinitionForExecution", definition),
    write("StartPipelineExecution", start),
    write("StopPipelineExecution", stop),
    write("RetryPipelineExecution", retry),
    write("SendPipelineExecutionStepSuccess", |state, env, input| answer(state, env, input, None)),
    write("SendPipelineExecutionStepFailure", |state, env, input| {
        let reason = input.text("FailureReason")?.unwrap_or("no reason given").to_owned();
        answer(state, env, input, Some(reason))
    }),
    write("CreatePipeline", create),
    write("UpdatePipeline", update),
];

const LISTING: Listing = Listing {
    out: "PipelineSummaries",
    summary: words! {
        PipelineArn PipelineName PipelineDisplayName PipelineDescription RoleArn CreationTime LastModifiedTime
    },
    sort: &[("Name", "PipelineName"), ("CreationTime", "CreationTime")],
    by: "CreationTime",
    descending: true,
    status: None,
    late: false,
    times: ("CreatedAfter", "CreatedBefore"),
};

const EXECUTIONS: Listing = Listing {
    out: "PipelineExecutionSummaries",
    summary: words! {
        PipelineExecutionArn StartTime PipelineExecutionStatus PipelineExecutionDescription
        PipelineExecutionDisplayName PipelineExecutionFailureReason
    },
    sort: &[("CreationTime", "CreationTime"), ("PipelineExecutionArn", "PipelineExecutionArn")],
    ..LISTING
};

fn list(state: &mut State, _: &mut Env, input: &Value) -> Answer {
    let prefix = input.text("PipelineNamePrefix")?.unwrap_or("");
    let named = state.pipelines.values().filter(|pipeline| pipeline.name.starts_with(prefix));
    let (page, next) = LISTING.page(input, named)?;
    let row = |pipeline: &Record| {
        pipeline.doc.project(LISTING.summary).with("LastExecutionTime", pipeline.doc.get("LastRunTime"))
    };
    Ok(PAGES.page(LISTING.out, page.into_iter().map(row).collect(), next))
}

fn list_executions(state: &mut State, env: &mut Env, input: &Value) -> Answer {
    let name = state.pipeline(env, input.need("PipelineName")?)?.name.clone();
    let rows: Vec<Record> = state
        .executions
        .values()
        .filter(|execution| execution.pipeline == name)
        .map(|execution| {
            let mut row = execution.record.clone();
            row.doc.set("StartTime", row.created);
            let reason = row.doc.get("FailureReason").cloned();
            row.doc.set("PipelineExecutionFailureReason", reason);
            row
        })
        .collect();
    EXECUTIONS.answer(input, rows.iter())
}

fn steps(state: &mut State, _: &mut Env, input: &Value) -> Answer {
    let mut steps = state.execution(input.need("PipelineExecutionArn")?)?.steps.clone();
    if input.one_of("SortOrder", ORDERS)? != Some("Ascending") {
        steps.reverse();
    }
    PAGES.answer(input, "PipelineExecutionSteps", steps)
}

fn parameters(state: &mut State, _: &mut Env, input: &Value) -> Answer {
    let execution = state.execution(input.need("PipelineExecutionArn")?)?;
    PAGES.answer(input, "PipelineParameters", execution.parameters.clone())
}

fn definition(state: &mut State, _: &mut Env, input: &Value) -> Answer {
    let execution = state.execution(input.need("PipelineExecutionArn")?)?;
    Ok(tree! { "PipelineDefinition": execution.definition.clone(), "CreationTime": execution.record.created })
}

fn start(state: &mut State, env: &mut Env, input: &Value) -> Answer {
    let token = input.need("ClientRequestToken")?.to_owned();
    let length = token.chars().count();
    if !(32..=128).contains(&length) {
        return Err(ServiceError::constraint(
            &format!("'{token}'"),
            "ClientRequestToken",
            "Member must have length between 32 and 128, inclusive",
        ));
    }
    let pipeline = state.pipeline(env, input.need("PipelineName")?)?.clone();
    let mut given = BTreeMap::new();
    for parameter in input.list("PipelineParameters")? {
        given.insert(parameter.need("Name")?.to_owned(), parameter.text("Value")?.unwrap_or("").to_owned());
    }
    if let Some(done) = state.executions.values().find(|e| e.pipeline == pipeline.name && e.token == token) {
        if done.given == given {
            return Ok(tree! { "PipelineExecutionArn": done.record.name.as_str() });
        }
        return Err(ServiceError::new(
            "ConflictException",
            "The ClientRequestToken was already used with other parameters.",
        ));
    }
    check_parameters(&pipeline, &given)?;
    let selective = selective(state, &pipeline, input)?;
    let request = RunRequest {
        selective,
        token,
        given,
        name: input.text("PipelineExecutionDisplayName")?.map(str::to_owned),
        description: input.text("PipelineExecutionDescription")?.map(str::to_owned),
        by: env.account.session().to_owned(),
        ..RunRequest::default()
    };
    let arn = state.start_execution(env, &pipeline.name, request);
    state.run_next(env, &arn);
    Ok(tree! { "PipelineExecutionArn": arn })
}

/// Returns the source and the steps of a selective execution. The source must have ended, and the steps must exist:
/// <https://docs.aws.amazon.com/sagemaker/latest/dg/pipelines-selective-ex.html>.
fn selective(state: &State, pipeline: &Record, input: &Value) -> Result<Option<(String, Vec<String>)>, ServiceError> {
    let Some(config) = input.get("SelectiveExecutionConfig") else { return Ok(None) };
    let source = config.need("SourcePipelineExecutionArn")?.to_owned();
    let status = state.execution(&source)?.status();
    if !matches!(status, "Succeeded" | "Failed") {
        return Err(ServiceError::invalid(format!(
            "The source execution is {status}; it must be Succeeded or Failed."
        )));
    }
    let mut steps = Vec::new();
    for step in config.list("SelectedSteps")? {
        let name = step.need("StepName")?;
        if !pipeline.doc.str("PipelineDefinition").contains(&format!("\"{name}\"")) {
            return Err(ServiceError::invalid(format!("Selected step [{name}] does not exist in the definition.")));
        }
        steps.push(name.to_owned());
    }
    Ok(Some((source, steps)))
}

/// Checks that the given parameters belong to the definition and have the right types.
fn check_parameters(pipeline: &Record, given: &BTreeMap<String, String>) -> Result<(), ServiceError> {
    let definition = parsed(pipeline.doc.str("PipelineDefinition"));
    let known = definition.items_at("Parameters");
    for (name, value) in given {
        let Some(parameter) = known.iter().find(|p| p.str("Name") == name) else {
            return Err(ServiceError::invalid(format!(
                "Assigned parameter(s) [{name}] do not exist in the pipeline definition."
            )));
        };
        let kind = parameter.str("Type");
        let right = match kind {
            "Integer" => value.parse::<i64>().is_ok(),
            "Float" => value.parse::<f64>().is_ok_and(f64::is_finite),
            "Boolean" => matches!(value.as_str(), "true" | "false" | "True" | "False"),
            _ => true,
        };
        if !right {
            return Err(ServiceError::invalid(format!("Value [{value}] of parameter [{name}] is not of type {kind}.")));
        }
        let words = parameter.items_at("EnumValues");
        if !words.is_empty() && !words.iter().any(|word| word.as_text() == Some(value.as_str())) {
            return Err(ServiceError::invalid(format!(
                "Value [{value}] of parameter [{name}] is not one of its enum values."
            )));
        }
    }
    Ok(())
}

fn stop(state: &mut State, env: &mut Env, input: &Value) -> Answer {
    input.need("ClientRequestToken")?;
    let arn = input.need("PipelineExecutionArn")?.to_owned();
    let execution = state.execution_mut(&arn)?;
    match execution.status() {
        "Stopping" => {}
        "Executing" => {
            execution.set_status("Stopping", env.now);
            let attempt = execution.attempt;
            env.after(Span::seconds(6), Task::Stopped { execution: arn.clone(), attempt });
        }
        _ => {
            return Err(ServiceError::invalid(format!(
                "Pipeline execution with ARN {arn} is already in a terminal state."
            )));
        }
    }
    Ok(tree! { "PipelineExecutionArn": arn })
}

fn retry(state: &mut State, env: &mut Env, input: &Value) -> Answer {
    input.need("ClientRequestToken")?;
    let arn = input.need("PipelineExecutionArn")?.to_owned();
    let execution = state.execution_mut(&arn)?;
    if !matches!(execution.status(), "Failed" | "Stopped") {
        return Err(ServiceError::invalid(format!(
            "Only failed or stopped executions can be retried; {arn} is {}.",
            execution.status()
        )));
    }
    execution.retry(env.now);
    state.run_next(env, &arn);
    Ok(tree! { "PipelineExecutionArn": arn })
}

/// Ends the step that waits for a callback with this token.
fn answer(state: &mut State, env: &mut Env, input: &Value, failure: Option<String>) -> Answer {
    let request = input.text("ClientRequestToken")?.unwrap_or("").to_owned();
    if let Some(arn) = state.answered.get(&request) {
        return Ok(tree! { "PipelineExecutionArn": arn });
    }
    let token = input.need("CallbackToken")?;
    let waits = |execution: &&Execution| {
        let row = execution.steps.last().filter(|row| row.str("StepStatus") == "Executing");
        let own = row.and_then(|row| row.at("Metadata.Callback.CallbackToken")).and_then(Value::as_text);
        execution.status() == "Executing" && own == Some(token)
    };
    let Some(arn) = state.executions.values().find(waits).map(|execution| execution.record.name.clone()) else {
        return Err(ServiceError::new("ResourceNotFound", "No step waits for a callback with this token."));
    };
    let execution = state.execution_mut(&arn)?;
    let step = execution.steps.last().map(|row| row.str("StepName").to_owned()).unwrap_or_default();
    for output in input.list("OutputParameters")? {
        let (name, value) = (output.need("Name")?, output.need("Value")?.to_owned());
        execution.outputs.insert(format!("Steps.{step}.OutputParameters['{name}']"), value);
    }
    execution.failure = failure.map(|reason| (step, reason)).or(execution.failure.take());
    let attempt = execution.attempt;
    state.answered.insert(request, arn.clone());
    state.step_ends(env, &arn, attempt);
    Ok(tree! { "PipelineExecutionArn": arn })
}

/// Returns the definition of a request, which must be JSON with steps.
fn checked_definition(input: &Value) -> Result<Option<&str>, ServiceError> {
    let Some(text) = input.text("PipelineDefinition")? else { return Ok(None) };
    let parsed = json::read(text.as_bytes())
        .map_err(|why| ServiceError::invalid(format!("Pipeline definition: Malformed JSON: {why}")))?;
    if parsed.items_at("Steps").is_empty() {
        return Err(ServiceError::invalid("Pipeline definition: At least one step is required."));
    }
    Ok(Some(text))
}

fn create(state: &mut State, env: &mut Env, input: &Value) -> Answer {
    let name = input.need("PipelineName")?;
    let text = checked_definition(input)?.ok_or_else(|| ServiceError::missing("PipelineDefinition"))?;
    let arn = env.account.sagemaker("pipeline", &name.to_lowercase());
    if state.pipeline(env, name).is_ok() {
        return Err(ServiceError::invalid(format!(
            "Pipeline names must be unique within an AWS account and region. Pipeline with name ({name}) already exists."
        )));
    }
    let by = caller(&env.account);
    let doc = tree! {
        "PipelineArn": &arn,
        "PipelineName": name,
        "PipelineDisplayName": input.text("PipelineDisplayName")?.unwrap_or(name),
        "PipelineDefinition": text,
        "PipelineDescription": input.text("PipelineDescription")?,
        "RoleArn": input.need("RoleArn")?,
        "PipelineStatus": "Active",
        "CreationTime": env.now,
        "LastModifiedTime": env.now,
        "CreatedBy": &by,
        "LastModifiedBy": &by,
    };
    add_tags(env, &arn, input);
    state.pipelines.insert(name.to_owned(), Record::new(name, env.now, doc));
    Ok(tree! { "PipelineArn": arn })
}

fn update(state: &mut State, env: &mut Env, input: &Value) -> Answer {
    let name = state.pipeline(env, input.need("PipelineName")?)?.name.clone();
    checked_definition(input)?;
    let Some(pipeline) = state.pipelines.get_mut(&name) else { return Err(ServiceError::missing("PipelineName")) };
    for key in ["PipelineDefinition", "PipelineDisplayName", "PipelineDescription", "RoleArn"] {
        if let Some(text) = input.text(key)? {
            pipeline.doc.set(key, text);
        }
    }
    pipeline.doc.set("LastModifiedTime", env.now);
    Ok(tree! { "PipelineArn": pipeline.doc.get("PipelineArn") })
}

/// Creates the error for a missing pipeline or execution.
fn no_such(what: &str, arn: &str) -> ServiceError {
    ServiceError::not_found(format!("{what} '{arn}' does not exist."))
}

impl State {
    /// Returns a pipeline by name or ARN, or AWS's error that it does not exist.
    pub(crate) fn pipeline(&self, env: &Env, name: &str) -> Result<&Record, ServiceError> {
        let short = name.rsplit('/').next().unwrap_or(name);
        let found = self
            .pipelines
            .get(short)
            .or_else(|| self.pipelines.values().find(|pipeline| pipeline.name.eq_ignore_ascii_case(short)));
        found.ok_or_else(|| no_such("Pipeline", &env.account.sagemaker("pipeline", &short.to_lowercase())))
    }

    /// Returns an execution by ARN, or AWS's error that it does not exist.
    pub(crate) fn execution(&self, arn: &str) -> Result<&Execution, ServiceError> {
        self.executions.get(arn).ok_or_else(|| no_such("Pipeline execution", arn))
    }

    /// Returns an execution for changes.
    pub(crate) fn execution_mut(&mut self, arn: &str) -> Result<&mut Execution, ServiceError> {
        self.executions.get_mut(arn).ok_or_else(|| no_such("Pipeline execution", arn))
    }
}
