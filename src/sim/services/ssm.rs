//! Systems Manager: change calendars, runbooks (documents of the type `Automation`), and their executions.
//!
//! An execution takes a minute and has two steps. The document says whether the second one fails.

use std::collections::BTreeMap;

use crate::sim::prelude::{Answer, Env, Operations, Paging, ServiceError, Span, Time, Value, num, read, tree, write};
use crate::sim::story::{Calendar, Runbook};

type Handler = fn(&mut State, &mut Env, &Value) -> Answer;

pub(crate) static OPERATIONS: Operations<Handler> = &[&[
    read("GetCalendarState", calendar_state),
    read("DescribeDocument", describe_document),
    read("DescribeAutomationExecutions", list),
    read("GetAutomationExecution", get),
    read("ListTagsForResource", tags),
    write("StartAutomationExecution", start),
]];

const PAGES: Paging = Paging::usual(50, 50);
/// The time that a step takes.
const STEP: Span = Span::seconds(30);
/// The names of the two steps.
const STEPS: [&str; 2] = ["CheckTarget", "Act"];

/// The calendars and documents of the story, and the executions, oldest first.
#[derive(Debug, Default)]
pub(crate) struct State {
    pub(crate) calendars: Vec<Calendar>,
    pub(crate) runbooks: Vec<Runbook>,
    pub(crate) executions: BTreeMap<String, Execution>,
}

/// One execution.
#[derive(Debug, Clone)]
pub(crate) struct Execution {
    pub(crate) runbook: Runbook,
    /// The lists of values, by the names of the parameters.
    pub(crate) parameters: Value,
    pub(crate) started: Time,
    pub(crate) by: String,
    pub(crate) token: String,
    pub(crate) tags: Vec<Value>,
}

/// Gives common errors the code that Systems Manager has for invalid requests.
pub(crate) fn reword(error: ServiceError) -> ServiceError {
    if error.cause == crate::sim::prelude::Cause::Own { error } else { error.coded("ValidationException") }
}

fn calendar_state(state: &mut State, env: &mut Env, input: &Value) -> Answer {
    let mut states = Vec::new();
    for name in input.texts("CalendarNames")? {
        let is_named =
            |calendar: &&Calendar| calendar.name == name || name.ends_with(&format!(":document/{}", calendar.name));
        let Some(calendar) = state.calendars.iter().find(is_named) else {
            return Err(ServiceError::new("InvalidDocument", format!("Document with name {name} does not exist.")));
        };
        let turns = calendar.turns.map(|turns| env.start + turns);
        let turned = turns.is_some_and(|turns| turns <= env.now);
        states.push((calendar.closed != turned, turns.filter(|_| !turned)));
    }
    let closed = states.iter().any(|(closed, _)| *closed);
    let next = states.iter().filter_map(|(_, next)| *next).min();
    Ok(tree! {
        "State": if closed { "CLOSED" } else { "OPEN" },
        "AtTime": env.now.iso(),
        "NextTransitionTime": next.map(Time::iso),
    })
}

impl State {
    fn runbook(&self, name: &str) -> Option<&Runbook> {
        self.runbooks.iter().find(|runbook| runbook.name == name)
    }
}

fn describe_document(state: &mut State, env: &mut Env, input: &Value) -> Answer {
    let name = input.need("Name")?;
    let Some(runbook) = state.runbook(name) else {
        return Err(ServiceError::new("InvalidDocument", format!("Document with name {name} does not exist.")));
    };
    let parameter = |name: &String| {
        tree! { "Name": name.as_str(), "Type": "String", "Description": format!("The {name} of the target") }
    };
    Ok(tree! { "Document": tree! {
        "Name": name, "Owner": &env.account.id, "CreatedDate": env.start - Span::minutes(90 * 24 * 60),
        "Status": "Active", "DocumentVersion": &runbook.version, "DefaultVersion": &runbook.version,
        "LatestVersion": &runbook.version, "Description": &runbook.description, "DocumentType": "Automation",
        "DocumentFormat": "YAML", "SchemaVersion": "0.3", "HashType": "Sha256",
        "Hash": num::hex(num::hash(&format!("{name}{}", runbook.version)), 64),
        "PlatformTypes": vec!["Linux", "Windows", "MacOS"],
        "Parameters": runbook.parameters.iter().map(parameter).collect::<Vec<_>>(),
    } })
}

/// The members that are in a list as well as in the whole.
fn metadata(id: &str, execution: &Execution, now: Time) -> Value {
    let done = (now - execution.started).0 / STEP.0;
    let fails = execution.runbook.fails.as_deref().filter(|_| done >= 2);
    let status = match (done >= 2, fails) {
        (false, _) => "InProgress",
        (true, Some(_)) => "Failed",
        (true, None) => "Success",
    };
    let step = if done >= 1 { STEPS.last() } else { STEPS.first() };
    tree! {
        "AutomationExecutionId": id,
        "DocumentName": &execution.runbook.name,
        "DocumentVersion": &execution.runbook.version,
        "AutomationExecutionStatus": status,
        "ExecutionStartTime": execution.started,
        "ExecutionEndTime": (done >= 2).then(|| execution.started + STEP + STEP),
        "ExecutedBy": &execution.by,
        "CurrentStepName": step.copied().filter(|_| done < 2),
        "CurrentAction": (done < 2).then_some("aws:executeAwsApi"),
        "FailureMessage": fails.map(|why| format!("Step fails when it is Execute/Cancelling action. {why}")),
        "Mode": "Auto",
    }
}

fn list(state: &mut State, env: &mut Env, input: &Value) -> Answer {
    let mut prefixes = Vec::new();
    for filter in input.list("Filters")? {
        if filter.need("Key")? == "DocumentNamePrefix" {
            prefixes = filter.texts("Values")?;
        }
    }
    let named = |execution: &Execution| {
        prefixes.is_empty() || prefixes.iter().any(|prefix| execution.runbook.name.starts_with(prefix))
    };
    let mut found: Vec<_> = state.executions.iter().filter(|(_, execution)| named(execution)).collect();
    found.sort_by_key(|(_, execution)| std::cmp::Reverse(execution.started));
    let rows =
        found.into_iter().map(|(id, execution)| metadata(id, execution, env.now).with("AutomationType", "Local"));
    PAGES.answer(input, "AutomationExecutionMetadataList", rows.collect())
}

fn get(state: &mut State, env: &mut Env, input: &Value) -> Answer {
    let id = input.need("AutomationExecutionId")?;
    let Some(execution) = state.executions.get(id) else {
        let message = format!("Automation execution with ID {id} does not exist.");
        return Err(ServiceError::new("AutomationExecutionNotFoundException", message));
    };
    let done = (env.now - execution.started).0 / STEP.0;
    let step = |(at, name): (i64, &&str)| {
        let ended = done > at;
        let fails = execution.runbook.fails.as_deref().filter(|_| ended && at == 1);
        let status = match (ended, fails) {
            (false, _) if done < at => "Pending",
            (false, _) => "InProgress",
            (true, Some(_)) => "Failed",
            (true, None) => "Success",
        };
        tree! {
            "StepName": *name, "Action": "aws:executeAwsApi", "StepStatus": status,
            "StepExecutionId": num::uuid(num::hash(&format!("{id}{name}"))),
            "ExecutionStartTime": (done >= at).then(|| execution.started + Span(STEP.0 * at)),
            "ExecutionEndTime": ended.then(|| execution.started + Span(STEP.0 * (at + 1))),
            "FailureMessage": fails,
        }
    };
    let steps: Vec<Value> = (0..).zip(&STEPS).map(step).collect();
    let whole = metadata(id, execution, env.now)
        .with("Parameters", execution.parameters.clone())
        .with("StepExecutions", steps)
        .with("StepExecutionsTruncated", false);
    Ok(tree! { "AutomationExecution": whole })
}

fn tags(state: &mut State, _: &mut Env, input: &Value) -> Answer {
    let id = input.need("ResourceId")?;
    input.need("ResourceType")?;
    let execution = state.executions.get(id);
    let execution = execution.ok_or_else(|| ServiceError::new("InvalidResourceId", format!("There is no {id}.")))?;
    Ok(tree! { "TagList": execution.tags.clone() })
}

fn start(state: &mut State, env: &mut Env, input: &Value) -> Answer {
    let name = input.need("DocumentName")?;
    let token = input.text("ClientToken")?.unwrap_or_default().to_owned();
    let parameters = input.get("Parameters").cloned().unwrap_or_else(Value::empty);
    let same = |execution: &&(&String, &Execution)| !token.is_empty() && execution.1.token == token;
    if let Some((id, known)) = state.executions.iter().find(|found| same(&found)) {
        if known.parameters == parameters {
            return Ok(tree! { "AutomationExecutionId": id });
        }
        return Err(ServiceError::new("IdempotentParameterMismatch", "The token was used with other parameters."));
    }
    let Some(runbook) = state.runbook(name).cloned() else {
        let message = format!("Automation definition {name} does not exist.");
        return Err(ServiceError::new("AutomationDefinitionNotFoundException", message));
    };
    let unknown = parameters.members().iter().find(|(name, _)| !runbook.parameters.iter().any(|own| own == name));
    if let Some((unknown, _)) = unknown {
        let message = format!("Parameter {unknown} is not defined in document {name}.");
        return Err(ServiceError::new("InvalidAutomationExecutionParametersException", message));
    }
    let id = num::uuid(env.fresh());
    let by = env.account.arn("sts", &format!("assumed-role/{}", env.account.session()));
    let tags = input.list("Tags")?.to_vec();
    state.executions.insert(id.clone(), Execution { runbook, parameters, started: env.now, by, token, tags });
    Ok(tree! { "AutomationExecutionId": id })
}
