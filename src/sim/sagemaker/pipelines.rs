//! `SageMaker` pipelines and their executions: what is listed, described, started and stopped.

use std::collections::BTreeMap;

use super::super::fault::Fault;
use super::super::time::Span;
use super::super::wire::{Value, tree};
use super::super::world::{Record, Task, World};
use super::execution::{Execution, Order, Script};
use super::listing::{Listing, ORDERS, cut, rows};
use super::{Operation, no_such, read, write};

pub(super) static OPERATIONS: &[Operation] = &[
    read("ListPipelines", list),
    read("DescribePipeline", describe),
    read("ListPipelineExecutions", list_executions),
    read("DescribePipelineExecution", describe_execution),
    read("ListPipelineExecutionSteps", steps),
    read("ListPipelineParametersForExecution", parameters),
    read("DescribePipelineDefinitionForExecution", definition),
    write("StartPipelineExecution", start),
    write("StopPipelineExecution", stop),
    write("RetryPipelineExecution", retry),
];

const LISTING: Listing = Listing {
    out: "PipelineSummaries",
    summary: &[
        "PipelineArn",
        "PipelineName",
        "PipelineDisplayName",
        "PipelineDescription",
        "RoleArn",
        "CreationTime",
        "LastModifiedTime",
    ],
    sort: &[("Name", "PipelineName"), ("CreationTime", "CreationTime")],
    by: "CreationTime",
    descending: true,
    status: None,
    late: false,
    times: ("CreatedAfter", "CreatedBefore"),
};

const EXECUTIONS: Listing = Listing {
    out: "PipelineExecutionSummaries",
    summary: &[
        "PipelineExecutionArn",
        "StartTime",
        "PipelineExecutionStatus",
        "PipelineExecutionDescription",
        "PipelineExecutionDisplayName",
        "PipelineExecutionFailureReason",
    ],
    sort: &[("CreationTime", "CreationTime"), ("PipelineExecutionArn", "PipelineExecutionArn")],
    ..LISTING
};

fn list(world: &mut World, input: &Value) -> Result<Value, Fault> {
    let prefix = input.text("PipelineNamePrefix")?.unwrap_or("");
    let named = world.pipelines.values().filter(|pipeline| pipeline.name.starts_with(prefix));
    let (page, next) = LISTING.page(input, named)?;
    let row = |pipeline: &Record| {
        pipeline.doc.project(LISTING.summary).with("LastExecutionTime", pipeline.doc.get("LastRunTime"))
    };
    Ok(rows(LISTING.out, page.into_iter().map(row).collect(), next))
}

fn describe(world: &mut World, input: &Value) -> Result<Value, Fault> {
    Ok(world.pipeline(input.need("PipelineName")?)?.doc.clone())
}

fn list_executions(world: &mut World, input: &Value) -> Result<Value, Fault> {
    let name = world.pipeline(input.need("PipelineName")?)?.name.clone();
    let rows: Vec<Record> = world
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

fn describe_execution(world: &mut World, input: &Value) -> Result<Value, Fault> {
    Ok(world.execution(input.need("PipelineExecutionArn")?)?.record.doc.clone())
}

fn steps(world: &mut World, input: &Value) -> Result<Value, Fault> {
    let mut steps = world.execution(input.need("PipelineExecutionArn")?)?.steps.clone();
    if input.one_of("SortOrder", ORDERS)? != Some("Ascending") {
        steps.reverse();
    }
    let (page, next) = cut(input, steps, 10, 100)?;
    Ok(rows("PipelineExecutionSteps", page, next))
}

fn parameters(world: &mut World, input: &Value) -> Result<Value, Fault> {
    let execution = world.execution(input.need("PipelineExecutionArn")?)?;
    let (page, next) = cut(input, execution.parameters.clone(), 10, 100)?;
    Ok(rows("PipelineParameters", page, next))
}

fn definition(world: &mut World, input: &Value) -> Result<Value, Fault> {
    let execution = world.execution(input.need("PipelineExecutionArn")?)?;
    Ok(tree! { "PipelineDefinition": execution.definition.clone(), "CreationTime": execution.record.created })
}

fn start(world: &mut World, input: &Value) -> Result<Value, Fault> {
    let token = input.need("ClientRequestToken")?.to_owned();
    let length = token.chars().count();
    if !(32..=128).contains(&length) {
        return Err(Fault::constraint(
            &format!("'{token}'"),
            "ClientRequestToken",
            "Member must have length between 32 and 128, inclusive",
        ));
    }
    let pipeline = world.pipeline(input.need("PipelineName")?)?.clone();
    let mut given = BTreeMap::new();
    for parameter in input.list("PipelineParameters")? {
        given.insert(parameter.need("Name")?.to_owned(), parameter.text("Value")?.unwrap_or("").to_owned());
    }
    if let Some(done) = world.executions.values().find(|e| e.pipeline == pipeline.name && e.token == token) {
        if done.given == given {
            return Ok(tree! { "PipelineExecutionArn": done.record.name.as_str() });
        }
        return Err(Fault::new("ConflictException", "The ClientRequestToken was already used with other parameters."));
    }
    check_parameters(&pipeline, &given)?;
    let order = Order {
        token,
        given,
        name: input.text("PipelineExecutionDisplayName")?.map(str::to_owned),
        description: input.text("PipelineExecutionDescription")?.map(str::to_owned),
        by: world.home.session().to_owned(),
        script: Script::default(),
    };
    let arn = world.start_execution(&pipeline.name, order);
    world.run_on(&arn);
    Ok(tree! { "PipelineExecutionArn": arn })
}

/// Whether the given parameters are those of the definition, with their types.
fn check_parameters(pipeline: &Record, given: &BTreeMap<String, String>) -> Result<(), Fault> {
    let definition = super::execution::parsed(pipeline.doc.str("PipelineDefinition"));
    let known = definition.get("Parameters").map(Value::items).unwrap_or_default();
    for (name, value) in given {
        let Some(parameter) = known.iter().find(|p| p.str("Name") == name) else {
            return Err(Fault::invalid(format!(
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
            return Err(Fault::invalid(format!("Value [{value}] of parameter [{name}] is not of type {kind}.")));
        }
        let words = parameter.get("EnumValues").map(Value::items).unwrap_or_default();
        if !words.is_empty() && !words.iter().any(|word| word.as_text() == Some(value.as_str())) {
            return Err(Fault::invalid(format!(
                "Value [{value}] of parameter [{name}] is not one of its enum values."
            )));
        }
    }
    Ok(())
}

fn stop(world: &mut World, input: &Value) -> Result<Value, Fault> {
    input.need("ClientRequestToken")?;
    let arn = input.need("PipelineExecutionArn")?.to_owned();
    let (now, execution) = (world.now, world.execution_mut(&arn)?);
    match execution.status() {
        "Stopping" => {}
        "Executing" => {
            execution.set_status("Stopping", now);
            let attempt = execution.attempt;
            world.after(Span::seconds(6), Task::Stopped { execution: arn.clone(), attempt });
        }
        _ => return Err(Fault::invalid(format!("Pipeline execution with ARN {arn} is already in a terminal state."))),
    }
    Ok(tree! { "PipelineExecutionArn": arn })
}

fn retry(world: &mut World, input: &Value) -> Result<Value, Fault> {
    input.need("ClientRequestToken")?;
    let arn = input.need("PipelineExecutionArn")?.to_owned();
    let (now, execution) = (world.now, world.execution_mut(&arn)?);
    if !matches!(execution.status(), "Failed" | "Stopped") {
        return Err(Fault::invalid(format!(
            "Only failed or stopped executions can be retried; {arn} is {}.",
            execution.status()
        )));
    }
    execution.retry(now);
    world.run_on(&arn);
    Ok(tree! { "PipelineExecutionArn": arn })
}

impl World {
    /// A pipeline by name or ARN, or AWS's words that there is none.
    pub(crate) fn pipeline(&self, name: &str) -> Result<&Record, Fault> {
        let short = name.rsplit('/').next().unwrap_or(name);
        let found = self
            .pipelines
            .get(short)
            .or_else(|| self.pipelines.values().find(|pipeline| pipeline.name.eq_ignore_ascii_case(short)));
        found.ok_or_else(|| no_such("Pipeline", &self.home.sagemaker("pipeline", &short.to_lowercase())))
    }

    /// An execution by ARN, or AWS's words that there is none.
    pub(crate) fn execution(&self, arn: &str) -> Result<&Execution, Fault> {
        self.executions.get(arn).ok_or_else(|| no_such("Pipeline execution", arn))
    }

    /// The same for changing it.
    pub(crate) fn execution_mut(&mut self, arn: &str) -> Result<&mut Execution, Fault> {
        self.executions.get_mut(arn).ok_or_else(|| no_such("Pipeline execution", arn))
    }
}
