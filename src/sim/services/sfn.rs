//! Step Functions: state machines that start pipelines, and their past executions.

use std::collections::BTreeMap;

use crate::sim::prelude::{
    Answer, Cause, Env, Operation, Operations, Paging, ServiceError, Time, Value, json, num, read, tree,
};

type Handler = fn(&State, &Env, &Value) -> Answer;

pub(crate) static OPERATIONS: Operations<Handler> = &[TABLE];

static TABLE: &[Operation<Handler>] = &[
    read("ListStateMachines", list),
    read("DescribeStateMachine", describe),
    read("ListExecutions", executions),
    read("DescribeExecution", describe_execution),
    read("GetExecutionHistory", history),
];

/// The beginning of the names of the log groups of state machines.
pub(crate) const LOG_GROUPS: &str = "/aws/vendedlogs/states/";

const PAGES: Paging = Paging { token: "nextToken", size: "maxResults", usual: 100, most: 1000 };

/// Gives common errors the codes of this service.
pub(crate) fn reword(error: ServiceError) -> ServiceError {
    if error.cause == Cause::Token { error.coded("InvalidToken") } else { error }
}

/// The state machines by name.
#[derive(Debug, Default)]
pub(crate) struct State {
    pub(crate) machines: BTreeMap<String, Machine>,
}

/// A state machine: it checks the data, starts a pipeline, and waits for its end.
#[derive(Debug, Clone)]
pub(crate) struct Machine {
    pub(crate) name: String,
    pub(crate) pipeline: String,
    pub(crate) created: Time,
    /// The executions, oldest first.
    pub(crate) executions: Vec<Execution>,
}

/// One execution.
#[derive(Debug, Clone)]
pub(crate) struct Execution {
    pub(crate) started: Time,
    /// The end; `None` while it runs.
    pub(crate) stopped: Option<Time>,
    /// The state in which it is or ended.
    pub(crate) state: String,
    /// The error and its cause, if it failed.
    pub(crate) error: Option<(String, String)>,
}

impl Execution {
    fn status(&self) -> &'static str {
        match (&self.error, self.stopped) {
            (Some(_), _) => "FAILED",
            (None, Some(_)) => "SUCCEEDED",
            (None, None) => "RUNNING",
        }
    }
    fn name(&self) -> String {
        num::uuid(num::hash(&format!("{}{}", self.state, self.started.0)))
    }
    fn arn(&self, env: &Env, machine: &Machine) -> String {
        env.account.arn("states", &format!("execution:{}:{}", machine.name, self.name()))
    }
    fn row(&self, env: &Env, machine: &Machine) -> Value {
        tree! {
            "executionArn": self.arn(env, machine),
            "stateMachineArn": machine.arn(env),
            "name": self.name(),
            "status": self.status(),
            "startDate": self.started,
            "stopDate": self.stopped,
        }
    }
    /// Returns the events, oldest first. Only what an operator needs is among them.
    pub(crate) fn events(&self) -> Vec<Value> {
        let mut events = vec![tree! { "timestamp": self.started, "type": "ExecutionStarted" }];
        events.push(tree! {
            "timestamp": self.started,
            "type": "TaskStateEntered",
            "stateEnteredEventDetails": tree! { "name": self.state.as_str() },
        });
        if let (Some((error, cause)), Some(at)) = (&self.error, self.stopped) {
            let details = tree! { "error": error.as_str(), "cause": cause.as_str() };
            events.push(tree! { "timestamp": at, "type": "ExecutionFailed", "executionFailedEventDetails": details });
        } else if let Some(at) = self.stopped {
            events.push(tree! { "timestamp": at, "type": "ExecutionSucceeded" });
        }
        let numbered = events.into_iter().zip(1_i64..);
        numbered.map(|(event, id)| event.with("id", id).with("previousEventId", id - 1)).collect()
    }
}

impl Machine {
    fn arn(&self, env: &Env) -> String {
        env.account.arn("states", &format!("stateMachine:{}", self.name))
    }
    fn row(&self, env: &Env) -> Value {
        tree! { "stateMachineArn": self.arn(env), "name": &self.name, "type": "STANDARD", "creationDate": self.created }
    }
    /// Returns the log group of its executions.
    pub(crate) fn log_group(&self) -> String {
        format!("{LOG_GROUPS}{}", self.name)
    }
    /// Returns the definition in the Amazon States Language.
    fn definition(&self) -> String {
        let check = tree! {
            "Type": "Task",
            "Resource": "arn:aws:states:::lambda:invoke",
            "Parameters": tree! { "FunctionName": "check-data" },
            "Next": "StartPipeline",
        };
        let start = tree! {
            "Type": "Task",
            "Resource": "arn:aws:states:::aws-sdk:sagemaker:startPipelineExecution",
            "Parameters": tree! { "PipelineName": &self.pipeline, "ClientRequestToken.$": "$$.Execution.Name" },
            "End": true,
        };
        json::text(&tree! { "StartAt": "CheckData", "States": tree! { "CheckData": check, "StartPipeline": start } })
    }
}

fn list(state: &State, env: &Env, input: &Value) -> Answer {
    PAGES.answer(input, "stateMachines", state.machines.values().map(|machine| machine.row(env)).collect())
}

fn wanted<'a>(state: &'a State, env: &Env, input: &Value) -> Result<&'a Machine, ServiceError> {
    let arn = input.need("stateMachineArn")?;
    let found = state.machines.values().find(|machine| machine.arn(env) == arn);
    found.ok_or_else(|| ServiceError::new("StateMachineDoesNotExist", format!("State Machine Does Not Exist: '{arn}'")))
}

fn describe(state: &State, env: &Env, input: &Value) -> Answer {
    let machine = wanted(state, env, input)?;
    let group = tree! { "logGroupArn": format!("{}:*", env.account.arn("logs", &format!("log-group:{}", machine.log_group()))) };
    let logging = tree! {
        "level": "ALL",
        "includeExecutionData": true,
        "destinations": vec![tree! { "cloudWatchLogsLogGroup": group }],
    };
    let row = machine.row(env).with("status", "ACTIVE").with("roleArn", env.account.role("states"));
    let row = row.with("loggingConfiguration", logging);
    Ok(row.with("definition", machine.definition()))
}

fn executions(state: &State, env: &Env, input: &Value) -> Answer {
    let machine = wanted(state, env, input)?;
    let status = input.text("statusFilter")?;
    let own =
        machine.executions.iter().rev().filter(|execution| status.is_none_or(|status| execution.status() == status));
    PAGES.answer(input, "executions", own.map(|execution| execution.row(env, machine)).collect())
}

fn wanted_execution<'a>(
    state: &'a State,
    env: &Env,
    input: &Value,
) -> Result<(&'a Machine, &'a Execution), ServiceError> {
    let arn = input.need("executionArn")?;
    let all = state.machines.values().flat_map(|machine| machine.executions.iter().map(move |of| (machine, of)));
    let mut all = all.filter(|(machine, execution)| execution.arn(env, machine) == arn);
    all.next().ok_or_else(|| ServiceError::new("ExecutionDoesNotExist", format!("Execution Does Not Exist: '{arn}'")))
}

fn describe_execution(state: &State, env: &Env, input: &Value) -> Answer {
    let (machine, execution) = wanted_execution(state, env, input)?;
    let (error, cause) = execution.error.clone().unzip();
    Ok(execution.row(env, machine).with("input", "{}").with("error", error).with("cause", cause))
}

fn history(state: &State, env: &Env, input: &Value) -> Answer {
    let (_, execution) = wanted_execution(state, env, input)?;
    let mut events = execution.events();
    if input.flag("reverseOrder")? {
        events.reverse();
    }
    PAGES.answer(input, "events", events)
}
