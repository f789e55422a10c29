//! Reads the state machines: the list, the definition of each, and the executions of those that belong to a
//! model.

use std::collections::BTreeSet;

use aws_sdk_sfn::types::{ExecutionListItem, HistoryEvent, LogLevel, LoggingConfiguration, StateMachineListItem};
use jiff::SignedDuration;
use serde_json::Value;

use super::{StateMachine, StateMachineExecution};
use crate::aws::{Aws, AwsError, failed, pages};
use crate::resources::detailed::{add_details, read_due};
use crate::resources::named::names;
use crate::resources::related::of_models;
use crate::resources::{Listing, Observed, Resource, Turn, time};

/// Pages of 1,000 machines.
const PAGES: usize = 3;
/// The time after which a definition is read again: the list does not say when it was changed.
const DEFINITION_OLD: SignedDuration = SignedDuration::from_hours(1);
/// The time after which the executions of a machine are read again of which none runs.
const EXECUTIONS_OLD: SignedDuration = SignedDuration::from_mins(10);
/// The executions that are kept of each machine.
const NEWEST: i32 = 5;
/// The last events of an execution that are read: they name the state that failed, and what was started before it.
const EVENTS: i32 = 100;

pub(super) async fn read(
    aws: &Aws,
    observed: &Observed,
    turn: Turn<'_, StateMachine>,
) -> Result<Listing<StateMachine>, AwsError> {
    let all = turn.sweep || !turn.known.answered();
    let listing =
        if all { list(aws, observed, &turn).await? } else { Listing::changed(turn.known.rows().cloned().collect()) };
    let own: BTreeSet<String> = of_models(&observed.store, &listing.rows).into_iter().collect();
    let is_due = |row: &StateMachine| own.contains(&row.name) && is_due(row, observed);
    Ok(read_due(listing, is_due, |row| with_executions(aws, observed, row)).await)
}

/// Lists the machines, and reads the definitions of those that are new or were read long ago.
async fn list(
    aws: &Aws,
    observed: &Observed,
    turn: &Turn<'_, StateMachine>,
) -> Result<Listing<StateMachine>, AwsError> {
    let listed = pages(PAGES, async |token| {
        let request = aws.sfn.list_state_machines().max_results(1000).set_next_token(token);
        let page = request.send().await.map_err(failed)?;
        Ok((page.state_machines.into_iter().map(from_sdk).collect(), page.next_token))
    })
    .await?;
    // The list has nothing that changes.
    let renew = |_, known: &StateMachine| known.clone();
    let holds = |row: &StateMachine| row.defined.is_some_and(|at| observed.at.duration_since(at) < DEFINITION_OLD);
    let read = async |row: StateMachine| {
        let answer = aws.sfn.describe_state_machine().state_machine_arn(&row.arn).send().await.map_err(failed)?;
        let names = names([("definition", answer.definition.as_str())].into_iter());
        let log_group = answer.logging_configuration.and_then(log_group);
        Ok(StateMachine { names: Some(names), log_group, defined: Some(observed.at), ..row })
    };
    Ok(add_details(observed, turn.known, listed, (renew, holds), read).await)
}

/// Returns the ARN of the log group, unless the level is `OFF`. A machine has at most one:
/// <https://docs.aws.amazon.com/step-functions/latest/apireference/API_LoggingConfiguration.html>.
fn log_group(logging: LoggingConfiguration) -> Option<String> {
    let destinations = logging.destinations.filter(|_| logging.level != Some(LogLevel::Off))?;
    destinations.into_iter().find_map(|to| to.cloud_watch_logs_log_group?.log_group_arn)
}

fn from_sdk(machine: StateMachineListItem) -> StateMachine {
    // The SDK fills in this text where a reply lacks the field, which AWS always sends.
    let machine_type = Some(machine.r#type.as_str()).filter(|word| *word != "no value was set");
    StateMachine {
        machine_type: machine_type.unwrap_or_default().to_owned(),
        name: machine.name,
        arn: machine.state_machine_arn,
        created: time(Some(&machine.creation_date)),
        ..StateMachine::default()
    }
}

/// Returns whether the executions are to be read now.
fn is_due(row: &StateMachine, observed: &Observed) -> bool {
    let old = |at| observed.at.duration_since(at) >= EXECUTIONS_OLD;
    let looked_at = observed.one_shot || observed.focus.kinds.contains(&StateMachine::KIND);
    row.machine_type != "EXPRESS" && (looked_at || row.activity().is_some() || row.read.is_none_or(old))
}

/// Reads the last executions, and the last events of the newest one, unless they are known.
async fn with_executions(aws: &Aws, observed: &Observed, row: StateMachine) -> Result<StateMachine, AwsError> {
    let request = aws.sfn.list_executions().state_machine_arn(&row.arn).max_results(NEWEST);
    let listed = request.send().await.map_err(failed)?.executions;
    let mut executions: Vec<StateMachineExecution> = listed.into_iter().map(execution).collect();
    for execution in &mut executions {
        let known = row.executions.iter().flatten().find(|known| known.arn == execution.arn);
        if let Some(known) = known.filter(|known| known.status == execution.status && !known.running()) {
            execution.clone_from(known);
        }
    }
    if let Some(newest) = executions.first_mut().filter(|newest| newest.state.is_none()) {
        let request = aws.sfn.get_execution_history().execution_arn(&newest.arn);
        let request = request.reverse_order(true).max_results(EVENTS).include_execution_data(true);
        newest.add_events(&request.send().await.map_err(failed)?.events);
    }
    Ok(StateMachine { executions: Some(executions), read: Some(observed.at), ..row })
}

fn execution(item: ExecutionListItem) -> StateMachineExecution {
    StateMachineExecution {
        arn: item.execution_arn,
        name: item.name,
        status: item.status.as_str().to_owned(),
        started: time(Some(&item.start_date)),
        stopped: time(item.stop_date.as_ref()),
        ..StateMachineExecution::default()
    }
}

impl StateMachineExecution {
    /// Adds what the events tell, newest first: the state, the error, and the pipeline execution that was started. Of
    /// the data of the events only that ARN is kept.
    fn add_events(&mut self, events: &[HistoryEvent]) {
        let entered = events.iter().find_map(|event| event.state_entered_event_details.as_ref());
        self.state = entered.map(|entered| entered.name.clone());
        let failure = events.iter().find_map(|event| event.execution_failed_event_details.as_ref());
        let timeout = events.iter().find_map(|event| event.execution_timed_out_event_details.as_ref());
        self.error = failure.and_then(|f| f.error.clone()).or(timeout.and_then(|t| t.error.clone()));
        self.cause = failure.and_then(|f| f.cause.clone()).or(timeout.and_then(|t| t.cause.clone()));
        let mut outputs = events.iter().filter_map(|event| {
            let done = event.task_succeeded_event_details.as_ref().and_then(|task| task.output.as_deref());
            done.or(event.task_submitted_event_details.as_ref().and_then(|task| task.output.as_deref()))
        });
        self.pipeline_execution = outputs.find_map(pipeline_execution);
    }
}

/// Returns the ARN in the answer of `StartPipelineExecution`.
fn pipeline_execution(output: &str) -> Option<String> {
    let output: Value = serde_json::from_str(output).ok()?;
    let arn = output.get("PipelineExecutionArn")?.as_str()?;
    arn.starts_with("arn:").then(|| arn.to_owned())
}
