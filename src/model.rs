//! The joined model: one [`Chain`] a model, data → training → registry → endpoint → alarms → people.
//!
//! `join` finds what belongs together and says how sure it is; `attention` says what deserves the eye.
//! Both are pure functions of the tables.

mod attention;
mod claims;
mod cores;
mod deployment;
mod failed;
mod hears;
mod index;
mod join;
mod joined;
mod key;
mod links;
pub mod people;
mod reason;
mod rows;
pub mod severity;
mod timeline;
mod trouble;
mod unclaimed;
mod usual;

use jiff::Timestamp;
use serde::Serialize;

use crate::resources::Kind;
use crate::resources::endpoint::is_production;

pub use crate::health::Health;
pub use attention::ATTENTION;
pub use deployment::Deployment;
pub use failed::Failed;
pub use hears::Hears;
pub use joined::{Joined, join};
pub use links::{Arrows, Link};
pub use reason::{Column, Mark, Reason, Rule, Stage};
pub use timeline::{Happened, timeline};
pub use trouble::trouble;
pub use unclaimed::Unclaimed;
pub use usual::{Usual, usual};

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
        is_production(self.stage)
    }
    /// Its name, with its stage where the name does not tell it.
    #[must_use]
    pub fn place(&self) -> String {
        let (name, stage) = (self.endpoint.to_lowercase(), self.stage.to_lowercase());
        if name.contains(&stage) { self.endpoint.to_owned() } else { format!("{} ({})", self.endpoint, self.stage) }
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
            (Some(Deployment { to: Some(_), .. }), _) => format!("{now}→"),
            // Capacity that changes is no deployment of anything.
            _ => now,
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
    /// Those that bring good news when they fire.
    pub good_news: Vec<&'a str>,
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
    /// The reason that a stage gives in its summary; nothing where it is well.
    #[must_use]
    pub fn reason_of(&self, stage: &Stage) -> Option<&Reason> {
        let worst = self.reasons.iter().filter(|r| r.stage() == stage.kind && r.health == stage.health);
        worst.filter(|r| r.health > Health::Ok).find(|r| r.text == stage.summary)
    }
    /// What the rules found about an endpoint, worst first. What is said of no single one is said of the first.
    pub fn said_of(&self, serving: &Serving<'_>) -> impl Iterator<Item = &Reason> {
        let (name, first) = (serving.endpoint, self.serving.first().is_some_and(|s| s.endpoint == serving.endpoint));
        let endpoint = self.reasons.iter().filter(|r| r.stage() == StageKind::Endpoint);
        endpoint.filter(move |r| r.about_kind(Kind::Endpoints).map_or(first, |about| about == name))
    }
    /// How an endpoint is: the worst that is said of it.
    #[must_use]
    pub fn health_of(&self, serving: &Serving<'_>) -> Health {
        self.said_of(serving).map(|r| r.health).max().unwrap_or_default().max(Health::Ok)
    }
    /// The worst of the endpoints that customers see, or of the others; of equals the first.
    #[must_use]
    pub fn shown(&self, production: bool) -> Option<&Serving<'_>> {
        let wanted = self.serving.iter().filter(|s| s.production() == production);
        wanted.rev().max_by_key(|s| self.health_of(s))
    }
    /// How trouble went: what began first of what may have caused the worst of it, and what came then. Nothing where
    /// nothing is wrong.
    #[must_use]
    pub fn course(&self) -> Option<(&Reason, Option<&Reason>)> {
        let worst = self.worst()?;
        let Some(since) = worst.since.filter(|_| worst.health >= Health::Warning).map(Timestamp::as_second) else {
            return Some((worst, None));
        };
        let lately = |r: &&Reason| r.since.is_some_and(|at| (since - 3 * 86_400..).contains(&at.as_second()));
        let wrong = self.reasons.iter().filter(|r| r.health >= Health::Warning && r.rule.is(Mark::Cause));
        let mut row: Vec<&Reason> = wrong.filter(lately).collect();
        row.sort_by_key(|r| (r.since, r.stage()));
        let first = row.first().copied().filter(|first| first.since <= worst.since).unwrap_or(worst);
        let next = || row.iter().copied().find(|r| r.stage() == StageKind::Endpoint && *r != first);
        Some((first, if first == worst { next() } else { Some(worst) }))
    }
    /// The worst thing the rules found.
    #[must_use]
    pub fn worst(&self) -> Option<&Reason> {
        self.reasons.first().filter(|r| r.health >= Health::Waiting)
    }
}

#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
