//! The joined model: one [`Chain`] a model, data → training → registry → endpoint → alarms → people.
//!
//! `join` finds what belongs together and says how sure it is; `attention` says what deserves the eye.
//! Both are pure functions of the tables.

mod attention;
mod claims;
mod cores;
mod deployment;
mod hears;
mod index;
mod join;
mod joined;
mod links;
pub mod people;
pub mod severity;
mod timeline;
mod trouble;
mod unclaimed;

use jiff::Timestamp;
use serde::Serialize;

pub use crate::health::Health;
pub use attention::{ATTENTION, NOT_READ, Rule};
pub use deployment::Deployment;
pub use hears::Hears;
pub use joined::{Joined, join};
pub use links::{Arrows, Link};
pub use timeline::{Happened, timeline};
pub use trouble::trouble;
pub use unclaimed::Unclaimed;

/// The five places a model passes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum StageKind {
    /// S3 locations and feature groups.
    Data,
    /// Pipelines, executions, training jobs.
    Training,
    /// Registered versions.
    Registry,
    /// What serves.
    Endpoint,
    /// Alarms, topics, people.
    Alarms,
}

impl StageKind {
    /// All of them, from left to right.
    pub const ALL: [Self; 5] = [Self::Data, Self::Training, Self::Registry, Self::Endpoint, Self::Alarms];

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Data => "data",
            Self::Training => "training",
            Self::Registry => "registry",
            Self::Endpoint => "endpoint",
            Self::Alarms => "alarms",
        }
    }
}

/// How sure an edge is, surest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// An ARN or a name inside an API reply.
    Exact,
    /// The user's configuration says so.
    Config,
    /// A unique equality of an S3 URI, a tag or a name pattern that AWS makes.
    Derived,
    /// A heuristic; actions do not rely on it.
    Guess,
}

/// Something that a rule found, or that went on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reason {
    /// Where.
    pub stage: StageKind,
    /// How bad.
    pub health: Health,
    /// What, as a short phrase that follows a name: "5XX alarm since 03:12" without the time.
    pub text: String,
    /// Since when, where it is known.
    pub since: Option<Timestamp>,
    /// Name of the rule.
    pub rule: &'static str,
}

/// One place of a chain, judged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Stage {
    /// Which.
    pub kind: StageKind,
    /// The worst of its reasons.
    pub health: Health,
    /// The one fact that matters.
    pub summary: String,
    /// Since when.
    pub since: Option<Timestamp>,
}

/// An endpoint of the chain and what it runs.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Serving<'a> {
    /// Endpoint name.
    pub endpoint: &'a str,
    /// `prod`, `staging`, …; empty when nothing tells.
    pub stage: &'a str,
    /// Configuration that serves.
    pub config: Option<&'a str>,
    /// When that configuration was seen to go live, otherwise when it was made: the nearest that AWS tells.
    pub since: Option<Timestamp>,
    /// Versions that serve: ARN and number.
    pub versions: Vec<(&'a str, i32)>,
    /// Versions that arrive with the deployment under way.
    pub arriving: Vec<(&'a str, i32)>,
    /// What the last deployment changed where the versions stayed, such as `ml.m5.large → ml.t2.medium`, as far as known.
    pub changed: Option<String>,
    /// The deployment under way.
    pub deployment: Option<Deployment<'a>>,
}

impl Serving<'_> {
    /// Do customers see it? What has no stage counts.
    #[must_use]
    pub fn production(&self) -> bool {
        ["", "prod", "production", "live", "prd"].iter().any(|stage| self.stage.eq_ignore_ascii_case(stage))
    }
    /// What came with its last deployment: `v13 live`, or what changed where the version stayed.
    #[must_use]
    pub fn came(&self) -> String {
        match (self.version(), &self.changed) {
            (Some(version), Some(changed)) => format!("v{version}: {changed}"),
            (None, Some(changed)) => changed.clone(),
            (Some(version), None) => format!("v{version} live"),
            (None, None) => "deployed".to_owned(),
        }
    }
    /// `v13`, or `v13→v12` while a deployment is under way; `?` for what has no version.
    #[must_use]
    pub fn label(&self) -> String {
        let now = self.version().map_or_else(|| "?".to_owned(), |v| format!("v{v}"));
        match (&self.deployment, self.arriving.iter().map(|(_, version)| *version).max()) {
            (Some(_), Some(next)) if Some(next) != self.version() => format!("{now}→v{next}"),
            (Some(_), _) => format!("{now}→"),
            (None, _) => now,
        }
    }
    /// The newest version that serves.
    #[must_use]
    pub fn version(&self) -> Option<i32> {
        self.versions.iter().map(|v| v.1).max()
    }
}

/// One model's whole way.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Chain<'a> {
    /// Its name: that of the configuration, the group, or the endpoint.
    pub name: &'a str,
    /// Its model package group.
    pub group: Option<&'a str>,
    /// Its place among the `[[model]]` tables of the configuration.
    pub configured: Option<usize>,
    /// S3 URIs that were looked at.
    pub datasets: Vec<&'a str>,
    /// Feature group names.
    pub feature_groups: Vec<&'a str>,
    /// Pipeline names.
    pub pipelines: Vec<&'a str>,
    /// Execution ARNs, newest first.
    pub executions: Vec<&'a str>,
    /// Training job names, newest first.
    pub jobs: Vec<&'a str>,
    /// Version ARNs, newest first.
    pub packages: Vec<&'a str>,
    /// Endpoints, production first.
    pub serving: Vec<Serving<'a>>,
    /// Alarm names.
    pub alarms: Vec<&'a str>,
    /// Topic ARNs.
    pub topics: Vec<&'a str>,
    /// How sure the way into each stage is.
    pub arrows: Arrows,
    /// The five places.
    pub stages: Vec<Stage>,
    /// What the rules found, worst first.
    pub reasons: Vec<Reason>,
    /// The worst of it.
    pub health: Health,
    /// The newest thing that happened.
    pub last_change: Option<(Timestamp, String)>,
}

impl Chain<'_> {
    /// One of the five places.
    #[must_use]
    pub fn stage(&self, kind: StageKind) -> Option<&Stage> {
        self.stages.iter().find(|s| s.kind == kind)
    }
    /// How sure the step into a stage is: its best crossing edge; `None` when nothing links the two.
    #[must_use]
    pub fn arrow(&self, into: StageKind) -> Option<Confidence> {
        self.arrows.into(into)
    }
    /// The worst thing the rules found.
    #[must_use]
    pub fn worst(&self) -> Option<&Reason> {
        self.reasons.first().filter(|r| r.health >= Health::Waiting)
    }
}
