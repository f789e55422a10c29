//! Pipelines of `CodePipeline`: what carries an approved version to its endpoints, stage by stage.
//!
//! `SageMaker` has pipelines as well; those are [`Kind::Pipelines`]. The facts about `CodePipeline` are in
//! `docs/aws.md#codepipeline`.

mod definition;
mod read;
mod stage;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::aws::{Aws, AwsError};
use crate::health::Health;
use crate::resources::convert::url_part;
use crate::resources::named::Named;
use crate::resources::{AwsCommand, Cadence, Event, Kind, Listing, Observed, Properties, Reference, Resource, Turn};
pub(crate) use definition::action_names;
pub use stage::{Delivery, DeliveryAction, DeliveryStage, Transition};

/// One pipeline.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct DeploymentPipeline {
    /// Name: the id.
    pub name: String,
    /// ARN; empty until the definition is read, because the list has none.
    pub arn: String,
    /// When the definition was last changed.
    pub updated: Option<Timestamp>,
    /// The change after which the definition was read.
    pub defined: Option<Timestamp>,
    /// `SUPERSEDED`, `QUEUED` or `PARALLEL`, raw.
    pub mode: Option<String>,
    /// The things that its actions and its tags name; absent until the definition is read.
    pub names: Option<Vec<Named>>,
    /// The stage and the name of each action that a person answers.
    pub approvals: Vec<(String, String)>,
    /// Its stages in order; absent until their state is read. The state is read of pipelines that deploy a model.
    pub stages: Option<Vec<DeliveryStage>>,
    /// When the state was read.
    pub read: Option<Timestamp>,
}

impl DeploymentPipeline {
    /// Returns what it does now; `None` until its state is read.
    #[must_use]
    pub fn delivery(&self) -> Option<Delivery<'_>> {
        self.stages.as_deref().map(Delivery::of)
    }
    /// Reads one pipeline with its definition and its state.
    pub(crate) async fn describe(aws: &Aws, observed: &Observed, name: &str) -> Result<Self, AwsError> {
        read::describe(aws, observed, name).await
    }
    /// Returns the revision that its source stage took last.
    fn revision(&self) -> Option<&str> {
        let mut actions = self.stages.iter().flatten().flat_map(|stage| &stage.actions);
        actions.find_map(|action| action.revision.as_deref())
    }
}

impl Resource for DeploymentPipeline {
    const KIND: Kind = Kind::DeploymentPipelines;
    const CADENCE: Cadence = Cadence::Slow;
    const SWEEP: Option<Cadence> = Some(Cadence::Rare);
    const OPTIONAL: bool = true;
    const NOUN: Option<&'static str> = Some("CodePipeline");
    const MISSING: &'static str = "not read, or not in this account and region";
    const REFERENCES: &'static [&'static str] = &["names"];
    // These tables say which pipelines deploy a model.
    #[cfg(feature = "eventbridge")]
    const AFTER: &'static [Kind] = &[Kind::Groups, Kind::Endpoints, Kind::EventRules];
    #[cfg(not(feature = "eventbridge"))]
    const AFTER: &'static [Kind] = &[Kind::Groups, Kind::Endpoints];
    fn id(&self) -> &str {
        &self.name
    }
    fn arn(&self) -> Option<&str> {
        Some(&self.arn)
    }
    fn status(&self) -> Option<&str> {
        self.stages.iter().flatten().rev().find_map(|stage| stage.status.as_deref())
    }
    fn health(&self) -> Health {
        self.delivery().map_or(Health::Unknown, Delivery::health)
    }
    fn summary(&self) -> String {
        let Some(stages) = &self.stages else { return "state not read".to_owned() };
        // While an execution is under way, the later stages still have the state of an earlier one.
        let newest = stages.first().and_then(|stage| stage.execution.as_ref());
        let idle = self.delivery() == Some(Delivery::Idle);
        let stages = stages.iter().map(|stage| {
            let reached = idle || stage.execution.as_ref() == newest;
            let health = if reached { stage.health() } else { Health::Absent };
            format!("{} {}", health.sign().0, stage.name)
        });
        stages.collect::<Vec<_>>().join(" ")
    }
    fn problem(&self) -> Option<String> {
        self.delivery()?.problem()
    }
    fn problem_in_brief(&self) -> Option<&'static str> {
        self.delivery()?.problem_in_brief()
    }
    fn activity(&self) -> Option<String> {
        self.delivery()?.activity()
    }
    fn since(&self) -> Option<Timestamp> {
        self.delivery()?.since()
    }
    fn references(&self) -> Vec<Reference<'_>> {
        self.names.iter().flatten().flat_map(|named| named.references("stages[].actions[].configuration")).collect()
    }
    fn properties(&self, all: &mut Properties) {
        all.warning("state", self.problem().as_deref())
            .text("state", self.activity().as_deref())
            .time("since", self.since())
            .text("revision", self.revision());
        for stage in self.stages.iter().flatten() {
            stage.properties(all);
        }
        if self.stages.is_none() {
            all.text("state", "not read: nothing says that it deploys a model");
        }
        all.text("executionMode", self.mode.as_deref()).time("updated", self.updated);
        for named in self.names.iter().flatten() {
            all.text(named.key.clone(), &*named.value);
        }
    }
    fn console(&self, region: &str) -> Option<String> {
        Some(format!("codesuite/codepipeline/pipelines/{}/view?region={region}", url_part(&self.name)))
    }
    fn command(&self) -> Option<AwsCommand> {
        Some(AwsCommand::new("codepipeline", "get-pipeline-state", "name", &self.name))
    }
    fn events(&self, old: Option<&Self>) -> Vec<Event> {
        let Some(before) = old.and_then(|old| old.stages.as_deref()) else { return Vec::new() };
        let stages = self.stages.iter().flatten();
        stages.filter_map(|stage| stage.events(&self.name, before.iter().find(|old| old.name == stage.name))).collect()
    }
    async fn read(aws: &Aws, observed: &Observed, turn: Turn<'_, Self>) -> Result<Listing<Self>, AwsError> {
        read::read(aws, observed, turn).await
    }
}

#[cfg(test)]
mod tests;
