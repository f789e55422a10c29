//! The stages of a pipeline, and what it does now.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Event, Properties};
use crate::health::Health;
use crate::resources::arn_name;

/// One stage, as its last execution left it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct DeliveryStage {
    /// Name.
    pub name: String,
    /// `InProgress`, `Succeeded`, `Failed` or another state, raw; absent where no execution came here yet.
    pub status: Option<String>,
    /// The id of the last execution that came here.
    pub execution: Option<String>,
    /// The id of an execution that waits before the stage.
    pub inbound: Option<String>,
    /// The disabled transition into the stage.
    pub disabled: Option<Transition>,
    /// Its actions in order.
    pub actions: Vec<DeliveryAction>,
}

/// A transition into a stage that somebody disabled. No execution passes it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Transition {
    /// The reason, as the person wrote it.
    pub reason: String,
    /// The ARN of the person.
    pub by: Option<String>,
    /// When it was disabled.
    pub at: Option<Timestamp>,
}

/// An action of a stage. The token that answers an approval is not kept, because it allows everybody to answer.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct DeliveryAction {
    /// Name.
    pub name: String,
    /// Whether a person answers it.
    pub approval: bool,
    /// `InProgress`, `Succeeded`, `Failed` or `Abandoned`, raw; absent where it never ran.
    pub status: Option<String>,
    /// The summary of its execution. For an approval, it is the comment of the person.
    pub summary: Option<String>,
    /// When the status last changed.
    pub since: Option<Timestamp>,
    /// The ARN of the person who answered it.
    pub by: Option<String>,
    /// The reason of its failure.
    pub error: Option<String>,
    /// The page of the execution in the service that does the work.
    pub url: Option<String>,
    /// The revision that a source action took.
    pub revision: Option<String>,
}

impl DeliveryStage {
    /// Returns its health.
    #[must_use]
    pub fn health(&self) -> Health {
        match self.status.as_deref() {
            _ if self.awaited().is_some() => Health::Waiting,
            None | Some("Skipped" | "Cancelled") => Health::Absent,
            Some("Failed") => Health::Warning,
            Some(status) => Health::of_status(status),
        }
    }
    fn is(&self, status: &str) -> bool {
        self.status.as_deref() == Some(status)
    }
    /// Returns the action that waits for the answer of a person.
    fn awaited(&self) -> Option<&DeliveryAction> {
        self.actions.iter().find(|action| action.approval && action.is("InProgress"))
    }
    /// Returns the action that failed.
    fn failed(&self) -> Option<&DeliveryAction> {
        self.actions.iter().find(|action| action.is("Failed"))
    }
    /// Returns when an action of it last changed.
    fn since(&self) -> Option<Timestamp> {
        self.actions.iter().filter_map(|action| action.since).max()
    }
    /// Adds the stage and its actions to the properties of the pipeline.
    pub(super) fn properties(&self, all: &mut Properties) {
        match self.status.as_deref() {
            Some(status) => all.status(self.name.clone(), status),
            None => all.text(self.name.clone(), "not run yet"),
        };
        if let Some(transition) = &self.disabled {
            all.warning("  transition", &*transition.phrase()).time("  disabled", transition.at);
        }
        for action in &self.actions {
            let by = action.by.as_deref().map(|by| format!(" by {}", arn_name(by))).unwrap_or_default();
            let status = action.status.as_deref().map(|status| format!("{}  {status}{by}", action.name));
            all.text("  action", status.as_deref())
                .time("  since", action.since)
                .warning("  error", action.error.as_deref())
                .text("  summary", action.summary.as_deref())
                .text("  page", action.url.as_deref());
        }
    }
    /// Returns what happened in the stage since `old`.
    pub(super) fn events(&self, pipeline: &str, old: Option<&Self>) -> Option<Event> {
        let (name, health) = (&self.name, self.health());
        let what = match (self.awaited(), self.status.as_deref()) {
            (Some(_), _) if old.and_then(Self::awaited).is_none() => format!("{pipeline} waits for approval in {name}"),
            (None, Some(status))
                if old.is_none_or(|old| (&old.status, &old.execution) != (&self.status, &self.execution)) =>
            {
                format!("{pipeline} {name} {status}")
            }
            _ => return None,
        };
        let answered = self.actions.iter().find(|action| action.approval).and_then(|action| action.by.as_deref());
        let by = answered.filter(|_| health != Health::Waiting).map(arn_name).unwrap_or_default();
        let event = self
            .since()
            .map_or_else(|| Event::observed(health, what.clone()), |at| Event::at(at, health, what.clone()));
        Some(event.by(by))
    }
}

impl DeliveryAction {
    fn is(&self, status: &str) -> bool {
        self.status.as_deref() == Some(status)
    }
}

impl Transition {
    /// Returns who disabled it and why.
    fn phrase(&self) -> String {
        let by = self.by.as_deref().map(|by| format!(" by {}", arn_name(by))).unwrap_or_default();
        let reason = if self.reason.is_empty() { String::new() } else { format!(": {}", self.reason) };
        format!("disabled{by}{reason}")
    }
}

/// The state of a pipeline, which is that of its most important stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery<'a> {
    /// A person must approve it.
    AwaitsApproval(&'a DeliveryStage),
    /// An execution waits before a disabled transition.
    Held(&'a DeliveryStage, &'a Transition),
    /// The newest execution failed.
    Failed(&'a DeliveryStage),
    /// An execution is in a stage.
    Running(&'a DeliveryStage),
    /// No execution waits, and the next one will stop before a disabled transition.
    Closed(&'a DeliveryStage, &'a Transition),
    /// Nothing is in progress, and nothing failed.
    Idle,
}

impl<'a> Delivery<'a> {
    /// Finds what the pipeline does now.
    pub(super) fn of(stages: &'a [DeliveryStage]) -> Self {
        if let Some(stage) = stages.iter().find(|stage| stage.awaited().is_some()) {
            return Self::AwaitsApproval(stage);
        }
        let closed = || stages.iter().filter_map(|stage| Some((stage, stage.disabled.as_ref()?)));
        if let Some((stage, transition)) = closed().find(|(stage, _)| stage.inbound.is_some()) {
            return Self::Held(stage, transition);
        }
        let running = stages.iter().find(|stage| stage.is("InProgress") || stage.is("Stopping"));
        // A stage keeps its failure until another execution comes there. One that was overtaken is no news.
        let newest = stages.first().and_then(|stage| stage.execution.as_deref());
        let failed = stages.iter().find(|stage| stage.is("Failed"));
        let overtaken = |stage: &DeliveryStage| running.is_some() && stage.execution.as_deref() != newest;
        match (failed, running) {
            (Some(stage), _) if !overtaken(stage) => Self::Failed(stage),
            (_, Some(stage)) => Self::Running(stage),
            _ => closed().next().map_or(Self::Idle, |(stage, transition)| Self::Closed(stage, transition)),
        }
    }
    /// Returns its health. A disabled transition before which nothing waits may be a freeze that people agreed on.
    pub(super) fn health(self) -> Health {
        match self {
            Self::Held(..) | Self::Failed(_) => Health::Warning,
            Self::AwaitsApproval(_) | Self::Closed(..) => Health::Waiting,
            Self::Running(_) => Health::Running,
            Self::Idle => Health::Ok,
        }
    }
    /// Returns what keeps it from delivering, as a phrase after the name of the pipeline.
    pub(super) fn problem(self) -> Option<String> {
        match self {
            Self::AwaitsApproval(stage) => Some(format!("waits for approval in {}", stage.name)),
            Self::Held(stage, transition) => Some(format!("is held before {}: {}", stage.name, transition.phrase())),
            Self::Closed(stage, transition) => {
                Some(format!("goes no further than before {}: {}", stage.name, transition.phrase()))
            }
            Self::Failed(stage) => {
                let action = stage.failed();
                let told = action.and_then(|action| action.error.as_deref().or(action.summary.as_deref()));
                let told = told.map(|why| format!(": {why}")).unwrap_or_default();
                let what = if action.is_some_and(|action| action.approval) { "was not approved" } else { "failed" };
                Some(format!("{what} in {}{told}", stage.name))
            }
            Self::Running(_) | Self::Idle => None,
        }
    }
    /// Returns what keeps it from delivering, in one or two words.
    pub(super) fn problem_in_brief(self) -> Option<&'static str> {
        match self {
            Self::AwaitsApproval(_) => Some("needs approval"),
            Self::Held(..) | Self::Closed(..) => Some("held"),
            Self::Failed(stage) if stage.failed().is_some_and(|action| action.approval) => Some("not approved"),
            Self::Failed(_) => Some("delivery failed"),
            Self::Running(_) | Self::Idle => None,
        }
    }
    /// Returns the stage that an execution is in, as a phrase after the name of the pipeline.
    pub(super) fn activity(self) -> Option<String> {
        if let Self::Running(stage) = self { Some(format!("is in {}", stage.name)) } else { None }
    }
    /// Returns since when it is so.
    pub(super) fn since(self) -> Option<Timestamp> {
        match self {
            Self::AwaitsApproval(stage) => stage.awaited().and_then(|action| action.since),
            Self::Failed(stage) => stage.failed().and_then(|action| action.since).or(stage.since()),
            Self::Running(stage) => stage.since(),
            Self::Held(_, transition) | Self::Closed(_, transition) => transition.at,
            Self::Idle => None,
        }
    }
}
