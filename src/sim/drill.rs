//! The check whether the operator has done the task of a story.

use std::time::Duration;

use super::services::cloudwatch::Alarm;
use super::services::sagemaker::Endpoint;
use super::story::Condition;
use super::time::Time;
use super::world::World;

/// The task of a story for the operator, and whether it was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DrillState {
    /// The task, in a sentence or two.
    pub task: String,
    /// The right solution; it is shown when the task is done or given up.
    pub fix: String,
    /// The time from the beginning until the task was done.
    pub fixed_after: Option<Duration>,
}

impl World {
    /// Notes when the drill is done. It then stays done.
    pub(crate) fn check_drill(&mut self) {
        let Some(drill) = self.drill.as_ref().filter(|_| self.drill_done.is_none()) else { return };
        if drill.done.iter().all(|condition| self.holds(condition)) {
            self.drill_done = Some(self.env.now);
        }
    }

    /// Returns the state of the drill.
    pub(crate) fn drill_state(&self) -> Option<DrillState> {
        let drill = self.drill.as_ref()?;
        let fixed_after = self.drill_done.map(|at| (at - self.env.start).duration());
        Some(DrillState { task: drill.task.clone(), fix: drill.fix.clone(), fixed_after })
    }

    fn holds(&self, wanted: &Condition) -> bool {
        let due = self.env.start + self.env.pace(wanted.after);
        wanted.serves.as_ref().is_none_or(|endpoint| self.serves(endpoint, wanted.version.as_deref()))
            && wanted
                .alarm
                .as_ref()
                .is_none_or(|alarm| self.cloudwatch.alarms.get(alarm).map(Alarm::state) == wanted.state.as_deref())
            && wanted.approval.as_ref().is_none_or(|version| {
                let status = self
                    .sagemaker
                    .package(&self.env, version)
                    .ok()
                    .map(|package| package.doc.str("ModelApprovalStatus"));
                status == wanted.is.as_deref()
            })
            && wanted.pipeline.as_ref().is_none_or(|pipeline| {
                let changed = |at: Time| at > self.env.start;
                let mut own = self.sagemaker.executions.values().filter(|execution| execution.pipeline == *pipeline);
                own.any(|e| {
                    Some(e.status()) == wanted.ended.as_deref() && changed(e.record.doc.instant("LastModifiedTime"))
                })
            })
            && wanted.registered.as_ref().is_none_or(|model| {
                self.sagemaker
                    .packages
                    .get(model)
                    .and_then(|versions| versions.last())
                    .is_some_and(|package| package.created > self.env.start)
            })
            && wanted.reaches.as_ref().is_none_or(|topic| {
                let arn = self.env.account.arn("sns", topic);
                self.sns.subscriptions.iter().any(|s| s.topic == arn && s.arn.starts_with("arn:"))
            })
            && wanted.armed.as_ref().is_none_or(|rule| {
                self.eventbridge.rules.get(rule).is_some_and(|rule| rule.enabled && !rule.targets.is_empty())
            })
            && wanted.capacity.as_ref().is_none_or(|endpoint| {
                self.sagemaker.endpoints.get(endpoint).map_or(0, Endpoint::instances) >= wanted.instances
            })
            && wanted
                .answered
                .as_ref()
                .is_none_or(|operation| self.answered.get(operation).is_some_and(|at| *at >= due))
    }

    /// Returns whether an endpoint is in service, and runs this version if one is given.
    fn serves(&self, endpoint: &str, version: Option<&str>) -> bool {
        let endpoints = &self.sagemaker.endpoints;
        let Some(found) = endpoints.get(endpoint).filter(|e| e.status() == "InService") else { return false };
        let Some(version) = version else { return true };
        let packages = found.variants.iter().map(|variant| variant.package.as_str());
        packages.into_iter().any(|package| match version.strip_suffix("/new") {
            Some(_) => self.sagemaker.package(&self.env, package).is_ok_and(|found| found.created > self.env.start),
            None => package == version,
        })
    }
}
