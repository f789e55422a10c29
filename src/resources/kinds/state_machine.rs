//! State machines of Step Functions around the pipelines, with their last executions.
//!
//! The facts about Step Functions are in `docs/aws.md#step-functions`.

mod read;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::aws::{Aws, AwsError};
use crate::health::Health;
use crate::resources::convert::url_arn;
use crate::resources::named::Named;
use crate::resources::{
    AwsCommand, Cadence, Event, Kind, Listing, LogSource, Observed, Properties, Reference, Resource, Turn,
};

/// One state machine.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct StateMachine {
    /// Name: the id.
    pub name: String,
    /// ARN.
    pub arn: String,
    /// `STANDARD` or `EXPRESS`, raw. AWS lists no executions of an express one.
    pub machine_type: String,
    /// When it was created.
    pub created: Option<Timestamp>,
    /// The things that its definition names; absent until the definition is read.
    pub names: Option<Vec<Named>>,
    /// The ARN of the log group that its executions write to; absent if they write no log, or until the definition is
    /// read.
    #[serde(default)]
    pub log_group: Option<String>,
    /// When the definition was read.
    pub defined: Option<Timestamp>,
    /// Its last executions, newest first; absent until they are read. They are read of machines that belong to a model.
    pub executions: Option<Vec<StateMachineExecution>>,
    /// When the executions were read.
    pub read: Option<Timestamp>,
}

/// One execution.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct StateMachineExecution {
    /// ARN.
    pub arn: String,
    /// Name.
    pub name: String,
    /// `RUNNING`, `SUCCEEDED`, `FAILED`, `TIMED_OUT`, `ABORTED` or another state, raw.
    pub status: String,
    /// When it started.
    pub started: Option<Timestamp>,
    /// When it ended.
    pub stopped: Option<Timestamp>,
    /// The state that it is in, or in which it ended; read of the newest execution only.
    pub state: Option<String>,
    /// The name of the error.
    pub error: Option<String>,
    /// The cause of the error.
    pub cause: Option<String>,
    /// The ARN of the `SageMaker` pipeline execution that it started; read of the newest execution only.
    pub pipeline_execution: Option<String>,
}

impl StateMachineExecution {
    fn running(&self) -> bool {
        matches!(self.status.as_str(), "RUNNING" | "PENDING_REDRIVE")
    }
    fn failed(&self) -> bool {
        matches!(self.status.as_str(), "FAILED" | "TIMED_OUT")
    }
    fn health(&self) -> Health {
        match self.status.as_str() {
            "SUCCEEDED" => Health::Ok,
            "ABORTED" => Health::Absent,
            _ if self.running() => Health::Running,
            _ if self.failed() => Health::Warning,
            _ => Health::Unknown,
        }
    }
    /// Returns how it ended: `FAILED in Train: States.TaskFailed: no capacity`.
    fn told(&self) -> String {
        let place = self.state.as_deref().map(|state| format!(" in {state}")).unwrap_or_default();
        let parts = [Some(format!("{}{place}", self.status)), self.error.clone(), self.cause.clone()];
        parts.into_iter().flatten().collect::<Vec<_>>().join(": ")
    }
}

impl StateMachine {
    /// Returns the newest execution.
    fn newest(&self) -> Option<&StateMachineExecution> {
        self.executions.as_ref()?.first()
    }
}

impl Resource for StateMachine {
    const KIND: Kind = Kind::StateMachines;
    const CADENCE: Cadence = Cadence::Slow;
    const SWEEP: Option<Cadence> = Some(Cadence::Rare);
    const OPTIONAL: bool = true;
    const NOUN: Option<&'static str> = Some("state machine");
    const STARTS: bool = true;
    const REFERENCES: &'static [&'static str] = &["names", "log_group"];
    // These tables say which machines belong to a model.
    #[cfg(feature = "eventbridge")]
    const AFTER: &'static [Kind] = &[Kind::Groups, Kind::Endpoints, Kind::Pipelines, Kind::EventRules];
    #[cfg(not(feature = "eventbridge"))]
    const AFTER: &'static [Kind] = &[Kind::Groups, Kind::Endpoints, Kind::Pipelines];
    fn id(&self) -> &str {
        &self.name
    }
    fn arn(&self) -> Option<&str> {
        Some(&self.arn)
    }
    fn status(&self) -> Option<&str> {
        self.newest().map(|execution| execution.status.as_str())
    }
    fn health(&self) -> Health {
        match (&self.executions, self.newest()) {
            (None, _) => Health::Unknown,
            (Some(_), None) => Health::Ok,
            (Some(_), Some(execution)) => execution.health(),
        }
    }
    fn summary(&self) -> String {
        match (&self.executions, self.newest()) {
            _ if self.machine_type == "EXPRESS" => "express: AWS lists no executions".to_owned(),
            (None, _) => "executions not read".to_owned(),
            (Some(_), None) => "never ran".to_owned(),
            (Some(_), Some(execution)) => execution.status.clone(),
        }
    }
    fn activity(&self) -> Option<String> {
        let running = self.newest().filter(|execution| execution.running())?;
        Some(running.state.as_deref().map_or_else(|| "is running".to_owned(), |state| format!("is in {state}")))
    }
    fn starts(&self) -> bool {
        // Whether anything starts the machine is not judged, so it counts as something that may start a pipeline.
        true
    }
    fn problem(&self) -> Option<String> {
        self.newest().filter(|execution| execution.failed()).map(StateMachineExecution::told)
    }
    fn since(&self) -> Option<Timestamp> {
        let newest = self.newest()?;
        if newest.running() { newest.started } else { newest.stopped.filter(|_| newest.failed()) }
    }
    fn references(&self) -> Vec<Reference<'_>> {
        let started = self.newest().and_then(|execution| execution.pipeline_execution.as_deref());
        let started = started.and_then(|arn| Reference::of_arn(arn, "GetExecutionHistory: PipelineExecutionArn"));
        let named = self.names.iter().flatten().flat_map(|named| named.references("DescribeStateMachine.definition"));
        named.chain(started).collect()
    }
    fn log(&self) -> Option<LogSource> {
        LogSource::of_arn(self.log_group.as_deref()?)
    }
    fn properties(&self, all: &mut Properties) {
        all.text("type", &*self.machine_type)
            .time("created", self.created)
            .text("log group", self.log_group.as_deref())
            .warning("last execution", self.problem().as_deref());
        for execution in self.executions.iter().flatten() {
            all.text("execution", &*format!("{}  {}", execution.name, execution.told()))
                .time("  started", execution.started)
                .time("  ended", execution.stopped)
                .text("  started pipeline", execution.pipeline_execution.as_deref());
        }
        if self.executions.is_none() {
            all.text("executions", &*self.summary());
        }
        for named in self.names.iter().flatten() {
            all.text(named.key.clone(), &*named.value);
        }
    }
    fn console(&self, region: &str) -> Option<String> {
        Some(match self.newest() {
            Some(execution) => {
                format!("states/home?region={region}#/v2/executions/details/{}", url_arn(&execution.arn))
            }
            None => format!("states/home?region={region}#/statemachines/view/{}", url_arn(&self.arn)),
        })
    }
    fn command(&self) -> Option<AwsCommand> {
        Some(AwsCommand::new("stepfunctions", "describe-state-machine", "state-machine-arn", &self.arn))
    }
    fn events(&self, old: Option<&Self>) -> Vec<Event> {
        let Some(before) = old.and_then(|old| old.executions.as_ref()) else { return Vec::new() };
        let changed = self.executions.iter().flatten().filter(|execution| {
            let known = before.iter().find(|known| known.arn == execution.arn);
            known.is_none_or(|known| known.status != execution.status)
        });
        let events = changed.filter_map(|execution| {
            let at = if execution.running() { execution.started } else { execution.stopped }?;
            Some(Event::at(at, execution.health(), format!("state machine {} {}", self.name, execution.told())))
        });
        events.collect()
    }
    async fn read(aws: &Aws, observed: &Observed, turn: Turn<'_, Self>) -> Result<Listing<Self>, AwsError> {
        read::read(aws, observed, turn).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn machine(newest: &[&str]) -> StateMachine {
        let execution = |status: &&str| StateMachineExecution {
            arn: format!("arn:aws:states:eu-west-1:1:execution:retrain:{status}"),
            status: (*status).into(),
            state: Some("Train".into()),
            error: (*status == "FAILED").then(|| "States.TaskFailed".into()),
            cause: (*status == "FAILED").then(|| "no capacity".into()),
            started: Some(Timestamp::UNIX_EPOCH),
            stopped: (*status != "RUNNING").then_some(Timestamp::UNIX_EPOCH),
            ..StateMachineExecution::default()
        };
        let executions = Some(newest.iter().map(execution).collect());
        StateMachine { name: "retrain".into(), executions, ..StateMachine::default() }
    }

    #[test]
    fn the_newest_execution_counts() {
        let cases = [
            (machine(&[]), Health::Ok, None),
            (machine(&["SUCCEEDED", "FAILED"]), Health::Ok, None),
            (machine(&["RUNNING", "FAILED"]), Health::Running, Some("is in Train")),
            (machine(&["FAILED"]), Health::Warning, Some("FAILED in Train: States.TaskFailed: no capacity")),
            (machine(&["TIMED_OUT"]), Health::Warning, Some("TIMED_OUT in Train")),
            (machine(&["ABORTED", "FAILED"]), Health::Absent, None),
            (machine(&["SOMETHING_NEW"]), Health::Unknown, None),
            (StateMachine::default(), Health::Unknown, None),
        ];
        for (machine, health, says) in cases {
            let told = machine.problem().or(machine.activity());
            assert_eq!((machine.health(), told.as_deref()), (health, says), "{machine:?}");
        }
    }

    #[test]
    fn an_execution_that_ends_is_an_event() {
        let (before, after) = (machine(&["RUNNING"]), machine(&["FAILED", "RUNNING"]));
        let texts: Vec<String> = after.events(Some(&before)).into_iter().map(|event| event.text).collect();
        assert_eq!(texts, ["state machine retrain FAILED in Train: States.TaskFailed: no capacity"]);
        assert!(after.events(None).is_empty());
    }
}
