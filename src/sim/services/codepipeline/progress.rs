//! The progress of executions: a stage begins when the one before it has succeeded.

use super::state::{Action, Execution, State, Status};
use crate::sim::prelude::{Env, Span, Time, num};
use crate::sim::services::sagemaker::{self, Endpoints, Packages};

impl State {
    /// Starts an execution with the newest approved version; returns its id.
    pub(crate) fn start(&mut self, env: &mut Env, packages: &Packages, name: &str) -> Option<String> {
        let id = num::uuid(env.fresh());
        let pipeline = self.pipelines.get_mut(name)?;
        let version = sagemaker::newest_approved(packages, &pipeline.group)?;
        let mut execution = pipeline.execution(id.clone(), version, env.now);
        if let Some(source) = execution.stages.first_mut() {
            source.set(Status::Succeeded, env.now, format!("{version} is the newest approved version"));
        }
        pipeline.executions.push(execution);
        Some(id)
    }

    /// Ends stages whose deployment has ended, and begins the next ones.
    pub(crate) fn advance(&mut self, env: &mut Env, sagemaker: &mut sagemaker::State) {
        for pipeline in self.pipelines.values_mut() {
            let stages = 0..pipeline.stage_count();
            let held = |execution| stages.clone().any(|number| pipeline.holds(execution, number));
            let held: Vec<bool> = pipeline.executions.iter().map(held).collect();
            for (execution, held) in pipeline.executions.iter_mut().zip(held) {
                if execution.status() == "InProgress" && !held {
                    execution.advance(env, sagemaker);
                }
            }
        }
    }

    /// Adds an execution with the newest approved version that has come as far as the approval, or as the transition into
    /// the last stage, and has waited there for a time.
    pub(crate) fn add_waiting_execution(&mut self, packages: &Packages, name: &str, now: Time, waits: Span) {
        let Some(pipeline) = self.pipelines.get_mut(name) else { return };
        let Some(version) = sagemaker::newest_approved(packages, &pipeline.group) else { return };
        let (since, id) = (now - waits, num::uuid(num::hash(&format!("{name} waits"))));
        let mut execution = pipeline.execution(id, version, since - Span::minutes(14));
        let last = execution.stages.len().saturating_sub(1);
        for (number, stage) in execution.stages.iter_mut().enumerate().take(last) {
            let asked = stage.action == Action::Approval && pipeline.disabled.is_empty();
            let status = if asked { Status::Running } else { Status::Succeeded };
            stage.set(status, since - Span::minutes(if number + 2 < last { 10 } else { 0 }), "");
        }
        execution.updated = since;
        pipeline.executions.push(execution);
    }

    /// Adds the past executions: one for each change of the version on the last endpoint.
    pub(crate) fn add_past_executions(&mut self, endpoints: &Endpoints) {
        for pipeline in self.pipelines.values_mut() {
            let last = pipeline.endpoints.last().and_then(|endpoint| endpoints.get(endpoint));
            for (number, past) in last.into_iter().flat_map(|endpoint| &endpoint.served).enumerate() {
                let Some(version) = past.packages.first() else { continue };
                let id = num::uuid(num::hash(&format!("{}{number}", pipeline.name)));
                let mut execution = pipeline.execution(id, version, past.since - Span::minutes(14));
                execution.updated = past.since;
                execution.stages.iter_mut().for_each(|stage| stage.set(Status::Succeeded, past.since, ""));
                pipeline.executions.push(execution);
            }
        }
    }
}

impl Execution {
    fn advance(&mut self, env: &mut Env, sagemaker: &mut sagemaker::State) {
        let Some(stage) = self.stages.iter_mut().find(|stage| stage.status != Status::Succeeded) else { return };
        let Action::Deploy(endpoint) = stage.action.clone() else {
            if stage.status == Status::Waiting {
                stage.set(Status::Running, env.now, "");
                self.updated = env.now;
            }
            return;
        };
        let Some(found) = sagemaker.endpoints.get(&endpoint) else {
            stage.set(Status::Failed, env.now, format!("Could not find endpoint \"{endpoint}\"."));
            return;
        };
        let (serving, free) = (found.serves(&self.version), found.update.is_none());
        match stage.status {
            _ if serving && free => {
                stage.set(Status::Succeeded, env.now, format!("{endpoint} serves {}", self.version));
            }
            Status::Waiting if free => {
                stage.set(Status::Running, env.now, "");
                sagemaker.deploy_version(env, &endpoint, &self.version);
            }
            Status::Waiting => {
                stage.set(Status::Failed, env.now, format!("Cannot update in-progress endpoint \"{endpoint}\"."));
            }
            Status::Running if free => {
                stage.set(Status::Failed, env.now, format!("{endpoint} went back to its old configuration"));
            }
            Status::Running | Status::Succeeded | Status::Failed => return,
        }
        self.updated = env.now;
    }
}
