//! Whether the operator has done what a story asks for.

use std::time::Duration;

use super::cloudwatch::alarms::Alarm;
use super::story::{Condition, Drill};
use super::time::Time;
use super::world::World;

/// A drill and how far it is.
#[derive(Debug, Clone)]
pub(crate) struct Progress {
    pub(crate) drill: Drill,
    pub(crate) fixed: Option<Time>,
}

/// What a story asks of the operator, and whether it was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DrillState {
    /// What the operator is asked to do, in a sentence or two.
    pub task: String,
    /// What was right, to be told when it is done or given up.
    pub fix: String,
    /// How long after the beginning it was done.
    pub fixed_after: Option<Duration>,
}

impl Progress {
    /// A drill that has just begun.
    pub(crate) fn new(drill: Drill) -> Self {
        Self { drill, fixed: None }
    }
}

impl World {
    /// Notices when the drill is done; once done it stays so.
    pub(crate) fn check_drill(&mut self) {
        let Some(progress) = self.drill.as_ref().filter(|progress| progress.fixed.is_none()) else { return };
        if progress.drill.done.iter().all(|condition| self.holds(condition)) {
            let now = self.now;
            if let Some(progress) = &mut self.drill {
                progress.fixed = Some(now);
            }
        }
    }

    /// How far the drill is.
    pub(crate) fn drill_state(&self) -> Option<DrillState> {
        let progress = self.drill.as_ref()?;
        Some(DrillState {
            task: progress.drill.task.clone(),
            fix: progress.drill.fix.clone(),
            fixed_after: progress.fixed.map(|at| (at - self.start).duration()),
        })
    }

    fn holds(&self, wanted: &Condition) -> bool {
        let due = self.start + self.pace(wanted.after);
        wanted.serves.as_ref().is_none_or(|endpoint| self.serves(endpoint, wanted.version.as_deref()))
            && wanted
                .alarm
                .as_ref()
                .is_none_or(|alarm| self.alarms.get(alarm).map(Alarm::state) == wanted.state.as_deref())
            && wanted.approval.as_ref().is_none_or(|version| {
                let status = self.package(version).ok().map(|package| package.doc.str("ModelApprovalStatus"));
                status == wanted.is.as_deref()
            })
            && wanted.pipeline.as_ref().is_none_or(|pipeline| {
                let changed = |at: Time| at > self.start;
                let mut own = self.executions.values().filter(|execution| execution.pipeline == *pipeline);
                own.any(|e| {
                    Some(e.status()) == wanted.ended.as_deref() && changed(e.record.doc.instant("LastModifiedTime"))
                })
            })
            && wanted.registered.as_ref().is_none_or(|model| {
                self.packages
                    .get(model)
                    .and_then(|versions| versions.last())
                    .is_some_and(|package| package.created > self.start)
            })
            && wanted.reaches.as_ref().is_none_or(|topic| {
                let arn = self.home.arn("sns", topic);
                self.subscriptions.iter().any(|s| s.topic == arn && s.arn.starts_with("arn:"))
            })
            && wanted
                .armed
                .as_ref()
                .is_none_or(|rule| self.rules.get(rule).is_some_and(|rule| rule.enabled && !rule.targets.is_empty()))
            && wanted.capacity.as_ref().is_none_or(|endpoint| {
                let fleet = self.endpoints.get(endpoint).map(|e| e.variants.iter().map(|v| v.current).sum());
                fleet.unwrap_or(0) >= wanted.instances
            })
            && wanted
                .answered
                .as_ref()
                .is_none_or(|operation| self.answered.get(operation).is_some_and(|at| *at >= due))
    }

    /// Whether an endpoint is in service, with a version if one is given.
    fn serves(&self, endpoint: &str, version: Option<&str>) -> bool {
        let Some(found) = self.endpoints.get(endpoint).filter(|e| e.status() == "InService") else { return false };
        let Some(version) = version else { return true };
        let packages = found.variants.iter().map(|variant| variant.package.as_str());
        packages.into_iter().any(|package| match version.strip_suffix("/new") {
            Some(_) => self.package(package).is_ok_and(|found| found.created > self.start),
            None => package == version,
        })
    }
}
