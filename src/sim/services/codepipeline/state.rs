//! The pipelines, their executions and the stages of each.

use crate::sim::prelude::{Time, num};
use std::collections::BTreeMap;

/// The pipelines by name.
#[derive(Debug, Default)]
pub(crate) struct State {
    pub(crate) pipelines: BTreeMap<String, Pipeline>,
}

/// A pipeline.
#[derive(Debug, Clone)]
pub(crate) struct Pipeline {
    pub(crate) name: String,
    /// The model group whose versions it deploys.
    pub(crate) group: String,
    /// The endpoints, in the order of their deployment.
    pub(crate) endpoints: Vec<String>,
    /// Whether a person must approve before the last endpoint.
    pub(crate) gated: bool,
    /// Whether its executions run side by side.
    pub(crate) parallel: bool,
    /// The transitions that somebody disabled, by the number of the stage after them.
    pub(crate) disabled: BTreeMap<usize, Disabled>,
    pub(crate) created: Time,
    /// The executions, oldest first.
    pub(crate) executions: Vec<Execution>,
}

/// A disabled transition.
#[derive(Debug, Clone)]
pub(crate) struct Disabled {
    pub(crate) reason: String,
    pub(crate) by: String,
    pub(crate) at: Time,
}

/// One execution of a pipeline.
#[derive(Debug, Clone)]
pub(crate) struct Execution {
    pub(crate) id: String,
    pub(crate) version: String,
    pub(crate) started: Time,
    pub(crate) updated: Time,
    pub(crate) stages: Vec<Stage>,
    /// The number of the stage that it rolls back, and the execution that succeeded there.
    pub(crate) rolls_back: Option<(usize, String)>,
}

/// The action of a stage.
// The names of the variants are part of ids: see `Execution::action_id`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Action {
    Source,
    Deploy(String),
    Approval,
}

/// The status of a stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Status {
    Waiting,
    Running,
    Succeeded,
    Failed,
}

/// A stage with its single action.
#[derive(Debug, Clone)]
pub(crate) struct Stage {
    pub(crate) action: Action,
    pub(crate) status: Status,
    pub(crate) since: Time,
    pub(crate) summary: String,
}

impl Status {
    /// Returns AWS's term; `None` before the stage has begun.
    pub(crate) fn word(self) -> Option<&'static str> {
        match self {
            Self::Waiting => None,
            Self::Running => Some("InProgress"),
            Self::Succeeded => Some("Succeeded"),
            Self::Failed => Some("Failed"),
        }
    }
}

impl Stage {
    fn new(action: Action, at: Time) -> Self {
        Self { action, status: Status::Waiting, since: at, summary: String::new() }
    }
    /// Returns the names of the stage and its action.
    pub(crate) fn names(&self) -> (String, String) {
        match &self.action {
            Action::Source => ("Source".to_owned(), "ModelRegistry".to_owned()),
            Action::Approval => ("Approve".to_owned(), "ApproveProduction".to_owned()),
            Action::Deploy(endpoint) => {
                let stage = endpoint.rsplit('-').next().unwrap_or(endpoint);
                let (first, rest) = stage.split_at_checked(1).unwrap_or((stage, ""));
                (format!("Deploy{}{rest}", first.to_uppercase()), "UpdateEndpoint".to_owned())
            }
        }
    }
    /// Returns whether a person must approve it now.
    pub(crate) fn awaits_approval(&self) -> bool {
        self.action == Action::Approval && self.status == Status::Running
    }
    pub(crate) fn set(&mut self, status: Status, at: Time, summary: impl Into<String>) {
        (self.status, self.since, self.summary) = (status, at, summary.into());
    }
}

impl Pipeline {
    /// Creates an execution that has not begun.
    pub(crate) fn execution(&self, id: String, version: &str, at: Time) -> Execution {
        let mut stages = vec![Stage::new(Action::Source, at)];
        for (number, endpoint) in self.endpoints.iter().enumerate() {
            if self.gated && number + 1 == self.endpoints.len() {
                stages.push(Stage::new(Action::Approval, at));
            }
            stages.push(Stage::new(Action::Deploy(endpoint.clone()), at));
        }
        Execution { id, version: version.to_owned(), started: at, updated: at, stages, rolls_back: None }
    }
    /// Returns its execution mode.
    pub(crate) fn mode(&self) -> &'static str {
        if self.parallel { "PARALLEL" } else { "SUPERSEDED" }
    }
    /// Returns the number of its stages.
    pub(crate) fn stage_count(&self) -> usize {
        self.execution(String::new(), "", self.created).stages.len()
    }
    /// Returns whether an execution waits before a stage, because the transition into it is disabled.
    pub(crate) fn holds(&self, execution: &Execution, number: usize) -> bool {
        let next = execution.stages.iter().position(|stage| stage.status != Status::Succeeded);
        let waits = execution.stages.get(number).is_some_and(|stage| stage.status == Status::Waiting);
        self.disabled.contains_key(&number) && next == Some(number) && waits
    }
}

impl Execution {
    /// Returns its type in AWS's terms.
    pub(crate) fn kind(&self) -> &'static str {
        if self.rolls_back.is_some() { "ROLLBACK" } else { "STANDARD" }
    }
    /// Returns whether it has come to a stage. One that rolls back runs in one stage only.
    pub(crate) fn reached(&self, number: usize) -> bool {
        let runs = self.rolls_back.as_ref().is_none_or(|(own, _)| *own == number);
        runs && self.stages.get(number).is_some_and(|stage| stage.status != Status::Waiting)
    }
    /// Returns its status in AWS's terms.
    pub(crate) fn status(&self) -> &'static str {
        let has = |status| self.stages.iter().any(|stage| stage.status == status);
        if has(Status::Failed) {
            "Failed"
        } else if has(Status::Running) || has(Status::Waiting) {
            "InProgress"
        } else {
            "Succeeded"
        }
    }
    /// Returns the token for the answer to an approval. The time of the stage makes it unique.
    pub(crate) fn token(&self, stage: &Stage) -> String {
        num::uuid(num::hash(&format!("{}{}", self.id, stage.since.0)))
    }
    /// Returns the id of the execution of a stage's action.
    pub(crate) fn action_id(&self, stage: &Stage) -> String {
        num::hex(num::hash(&format!("{}{:?}", self.id, stage.action)), 32)
    }
}
