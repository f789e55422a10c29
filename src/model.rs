//! The joined model: one [`Chain`] for each model, data → training → registry → endpoint → alarms → people.
//!
//! `join` finds the things that belong together and states how certain each link is. `attention` finds the problems
//! that an operator should see. Both are pure functions of the tables.

mod alarm_receiver;
mod attached;
mod attention;
mod beside_live;
mod business_metric;
mod claims;
mod deployment;
mod failed;
mod hearers;
mod index;
mod join;
mod joined;
mod key;
mod links;
mod muted;
mod owned;
mod parallel;
pub mod people;
mod reason;
mod rows;
mod serving;
pub mod severity;
mod timeline;
mod told;
mod trouble;
mod unclaimed;
mod usual;

use jiff::Timestamp;
use serde::Serialize;

use crate::resources::Kind;

pub use crate::health::Health;
pub use alarm_receiver::AlarmReceiver;
pub use attached::{Attached, Way};
pub use attention::ATTENTION;
pub use beside_live::{BesideLive, Pair, Versions, beside_live, compare_versions};
pub use business_metric::{BusinessMetric, Remedy, Standing, business_metrics};
pub use deployment::Deployment;
pub use failed::Failed;
pub use joined::{Joined, join};
pub use links::{Arrows, Link};
pub use muted::{Muted, heard};
pub use reason::{Change, Column, Mark, Reason, Rule, Stage};
pub use serving::Serving;
pub use timeline::{Deployed, deployments, judge_alarm, timeline};
pub use told::{Silence, called, silence};
pub use trouble::trouble;
pub use unclaimed::Unclaimed;
pub use usual::{Usual, usual};

/// The five stages of a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum StageKind {
    /// S3 locations and feature groups.
    Data,
    /// Pipelines, executions, training jobs.
    Training,
    /// Registered versions.
    Registry,
    /// Endpoints.
    Endpoint,
    /// Alarms, topics, people.
    Alarms,
}

impl StageKind {
    /// All stages, from left to right.
    pub const ALL: [Self; 5] = [Self::Data, Self::Training, Self::Registry, Self::Endpoint, Self::Alarms];

    /// Returns the name of the stage.
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

/// The certainty of an edge, the most certain first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// An API reply contains the ARN or the name.
    Exact,
    /// The user's configuration says so.
    Config,
    /// An S3 URI, a tag or a name pattern that AWS makes is equal, and the match is unique.
    Derived,
    /// A heuristic found it. Actions do not rely on it.
    Guess,
}

/// One model with all its stages.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Chain<'a> {
    /// The name, from the configuration, the group or the endpoint.
    pub name: &'a str,
    /// The model package group.
    pub group: Option<&'a str>,
    /// The index of its `[[model]]` table in the configuration.
    pub configured: Option<usize>,
    /// The S3 URIs of its data.
    pub datasets: Vec<&'a str>,
    /// The names of the feature groups.
    pub feature_groups: Vec<&'a str>,
    /// The names of the pipelines.
    pub pipelines: Vec<&'a str>,
    /// The ARNs of the executions, newest first.
    pub executions: Vec<&'a str>,
    /// The names of the training jobs, newest first.
    pub jobs: Vec<&'a str>,
    /// The ARNs of the versions, newest first.
    pub packages: Vec<&'a str>,
    /// The endpoints, production first.
    pub serving: Vec<Serving<'a>>,
    /// The names of the alarms.
    pub alarms: Vec<&'a str>,
    /// The alarms that are good news when they fire.
    pub good_news: Vec<&'a str>,
    /// The alarms that degrade the model when they fire, and do not break it.
    pub degrading: Vec<&'a str>,
    /// The ARNs of the topics.
    pub topics: Vec<&'a str>,
    /// The things that name one of these things.
    pub attached: Vec<Attached<'a>>,
    /// The certainty of the link into each stage.
    pub arrows: Arrows,
    /// The five stages.
    pub stages: Vec<Stage>,
    /// The findings of the rules, the worst first.
    pub reasons: Vec<Reason>,
    /// The worst health among the reasons.
    pub health: Health,
    /// The newest event.
    pub last_change: Option<Change>,
}

impl Chain<'_> {
    /// Returns one of the five stages.
    #[must_use]
    pub fn stage(&self, kind: StageKind) -> Option<&Stage> {
        self.stages.iter().find(|s| s.kind == kind)
    }
    /// Returns the certainty of the best edge that crosses into a stage. `None` if no edge links it to the stage
    /// before.
    #[must_use]
    pub fn arrow(&self, into: StageKind) -> Option<Confidence> {
        self.arrows.into(into)
    }
    /// Returns the reason that a stage shows as its summary. `None` if the stage is healthy.
    #[must_use]
    pub fn reason_of(&self, stage: &Stage) -> Option<&Reason> {
        let worst = self.reasons.iter().filter(|r| r.stage() == stage.kind && r.health == stage.health);
        worst.filter(|r| r.health > Health::Ok).find(|r| r.text == stage.summary)
    }
    /// Returns the findings about an endpoint, the worst first. A finding that names no endpoint counts for the first
    /// one.
    pub fn said_of(&self, serving: &Serving<'_>) -> impl Iterator<Item = &Reason> {
        let (name, first) = (serving.endpoint, self.serving.first().is_some_and(|s| s.endpoint == serving.endpoint));
        let endpoint = self.reasons.iter().filter(|r| r.stage() == StageKind::Endpoint);
        endpoint.filter(move |reason| self.endpoint_of(reason).map_or(first, |about| about == name))
    }
    /// Returns the endpoint that a finding is about, or to which the thing is attached that it is about.
    fn endpoint_of<'r>(&'r self, reason: &'r Reason) -> Option<&'r str> {
        let (kind, id) = reason.about.as_ref()?;
        if *kind == Kind::Endpoints {
            return Some(id);
        }
        let mut attached = self.attached.iter().filter(|a| (a.kind, a.id) == (*kind, id.as_str()));
        attached.find(|a| a.to.0 == Kind::Endpoints).map(|a| a.to.1)
    }
    /// Returns the health of an endpoint: the worst of its findings.
    #[must_use]
    pub fn health_of(&self, serving: &Serving<'_>) -> Health {
        self.said_of(serving).map(|r| r.health).max().unwrap_or_default().max(Health::Ok)
    }
    /// Returns the worst of the production endpoints, or of the other ones. The first of several equal ones wins:
    /// endpoints of which it is known that they are production come before those without a stage.
    #[must_use]
    pub fn worst_serving(&self, production: bool) -> Option<&Serving<'_>> {
        let wanted = self.serving.iter().filter(|s| s.production() == production);
        wanted.rev().max_by_key(|s| self.health_of(s))
    }
    /// Returns the course of the trouble: the first reason that may have caused the worst reason, and the reason that
    /// followed. `None` if nothing is wrong.
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
    /// Returns since when something is wrong: since the first reason of the course or, if nobody knows when that began,
    /// since the worst reason of which it is known. `None` if nothing is wrong, or it is known of no reason.
    #[must_use]
    pub fn began(&self) -> Option<Timestamp> {
        let wrong = || self.reasons.iter().filter(|reason| reason.health >= Health::Warning);
        let first = self.course().map(|(first, _)| first).filter(|first| first.health >= Health::Warning);
        first.and_then(|first| first.since).or_else(|| wrong().find_map(|reason| reason.since))
    }
    /// Returns the worst reason.
    #[must_use]
    pub fn worst(&self) -> Option<&Reason> {
        self.reasons.first().filter(|r| r.health >= Health::Waiting)
    }
}

#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
