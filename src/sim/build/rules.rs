//! The event rules and schedules of a story, the pipelines that they start, and the results of future pipeline executions.

use std::collections::BTreeMap;

use crate::sim::prelude::{Span, Time, json, tree};
use crate::sim::services::codepipeline::{Disabled, Pipeline};
use crate::sim::services::eventbridge::{Rule, Target};
use crate::sim::services::sagemaker::PlannedFailure;
use crate::sim::services::scheduler::Schedule;
use crate::sim::services::sfn::{Execution, Machine};
use crate::sim::story::{self, Story};
use crate::sim::world::World;

/// The service in `CloudTrail`.
const SOURCE: &str = "events.amazonaws.com";

impl World {
    pub(super) fn build_rules(&mut self, story: &Story) {
        for spec in &story.state_machines {
            self.sfn.machines.insert(spec.name.clone(), machine(spec, self.env.start));
        }
        for spec in &story.rules {
            let rule = self.rule(spec);
            self.eventbridge.rules.insert(spec.name.clone(), rule);
            if let Some(disabled) = &spec.disabled {
                let request = tree! { "name": spec.name.as_str() };
                self.ago(disabled.age, |world| world.env.called(SOURCE, "DisableRule", &disabled.by, request));
            }
            if let (Some(via), Some(group)) = (&spec.via, &spec.group) {
                let mut pipeline = Pipeline {
                    name: via.clone(),
                    group: group.clone(),
                    endpoints: spec.deploys.clone(),
                    gated: spec.gated,
                    parallel: spec.parallel,
                    disabled: BTreeMap::new(),
                    created: self.sagemaker.groups.get(group).map_or(self.env.start, |group| group.created),
                    executions: Vec::new(),
                };
                if let Some(reason) = spec.frozen.clone() {
                    let by = self.env.account.arn("iam", "user/ana");
                    let disabled = Disabled { reason, by, at: pipeline.created };
                    pipeline.disabled.insert(pipeline.stage_count().saturating_sub(1), disabled);
                }
                self.codepipeline.pipelines.insert(via.clone(), pipeline);
            }
        }
        for spec in &story.schedules {
            let schedule = self.schedule(spec);
            self.scheduler.schedules.insert(spec.name.clone(), schedule);
        }
        self.codepipeline.add_past_executions(&self.sagemaker.endpoints);
        for (spec, via) in story.rules.iter().filter_map(|spec| Some((spec, spec.via.as_ref()?))) {
            if let Some(waits) = spec.waits {
                self.codepipeline.add_waiting_execution(&self.sagemaker.packages, via, self.env.start, waits);
            }
        }
    }

    fn rule(&self, spec: &story::Rule) -> Rule {
        let pattern = spec.group.as_ref().map(|group| {
            json::text(&tree! {
                "source": vec!["aws.sagemaker"],
                "detail-type": vec!["SageMaker Model Package State Change"],
                "detail": tree! {
                    "ModelPackageGroupName": vec![group.as_str()],
                    "ModelApprovalStatus": spec.on.iter().map(String::as_str).collect::<Vec<_>>(),
                },
            })
        });
        let machine = spec.machine.as_ref();
        let arn = match (&spec.via, &spec.runs) {
            _ if machine.is_some() => {
                machine.map(|machine| self.env.account.arn("states", &format!("stateMachine:{machine}")))
            }
            (Some(pipeline), _) => Some(self.env.account.arn("codepipeline", pipeline)),
            (None, Some(pipeline)) => Some(self.env.account.sagemaker("pipeline", &pipeline.to_lowercase())),
            (None, None) if !spec.deploys.is_empty() => {
                Some(self.env.account.arn("lambda", &format!("function:{}", spec.name)))
            }
            (None, None) => None,
        };
        let target =
            |arn: String| Target { id: "Target0".to_owned(), arn, role: self.env.account.role("events-start") };
        Rule {
            name: spec.name.clone(),
            description: spec.description.clone(),
            enabled: spec.enabled && spec.disabled.is_none(),
            pattern,
            schedule: spec.schedule.clone(),
            targets: arn.filter(|_| spec.targets).map(target).into_iter().collect(),
            group: spec.group.clone(),
            on: spec.on.clone(),
            deploys: spec.deploys.clone(),
        }
    }

    fn schedule(&self, spec: &story::Schedule) -> Schedule {
        let created = self.env.start - spec.age;
        Schedule {
            name: spec.name.clone(),
            description: spec.description.clone(),
            enabled: spec.enabled,
            expression: spec.expression.clone(),
            zone: spec.zone.clone().unwrap_or_else(|| "UTC".to_owned()),
            target: self.env.account.sagemaker("pipeline", &spec.runs.to_lowercase()),
            role: self.env.account.role("scheduler-start"),
            created,
            modified: created,
            rest: tree! {
                "FlexibleTimeWindow": tree! { "Mode": "FLEXIBLE", "MaximumWindowInMinutes": 15 },
                "ActionAfterCompletion": "NONE",
                "Target": tree! { "RetryPolicy": tree! { "MaximumRetryAttempts": 3 } },
            },
        }
    }

    /// Sets the evaluation results of future executions.
    pub(super) fn set_evaluation(&mut self, evaluation: &story::Evaluation) {
        let template = self.sagemaker.templates.get_mut(&evaluation.pipeline);
        let metrics = template.into_iter().flat_map(|template| &mut template.quality);
        for metric in metrics.filter(|metric| metric.name == evaluation.name) {
            (metric.value, metric.spread) = (evaluation.value, evaluation.spread);
        }
    }

    /// Makes future executions fail.
    pub(super) fn plan_failure(&mut self, failure: &story::RunFailure) {
        if let Some(template) = self.sagemaker.templates.get_mut(&failure.pipeline) {
            let (step, reason, unless) = (failure.step.clone(), failure.reason.clone(), failure.unless.clone());
            template.failures.push(PlannedFailure { step, reason, unless });
        }
    }
}

/// Builds a state machine with its past executions.
fn machine(spec: &story::StateMachine, start: Time) -> Machine {
    let execution = |run: &story::MachineRun| Execution {
        started: start - run.age,
        stopped: run.lasts.map(|lasts| start - run.age + lasts),
        state: run.state.clone(),
        error: run.error.clone().map(|error| (error, run.cause.clone())),
    };
    Machine {
        name: spec.name.clone(),
        pipeline: spec.pipeline.clone(),
        created: start - Span::minutes(400 * 24 * 60),
        executions: spec.executions.iter().map(execution).collect(),
    }
}
