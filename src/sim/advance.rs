//! The passage of time in the account. Nothing runs in the background; each request first brings the account up to
//! date.

use super::env::{Event, Task};
use super::services::sagemaker::RunRequest;
use super::time::{Span, Time};
use super::world::World;

/// The interval at which services react to one another, at speed 1.
const TICK: Span = Span::seconds(10);

impl World {
    /// Brings the account up to an instant: all due events happen in order. Time never goes back.
    pub(crate) fn advance(&mut self, to: Time) {
        let to = to.max(self.env.now);
        let tick = Span(self.env.pace(TICK).0.max(100));
        // After a long silence only the last two hours are simulated tick by tick.
        self.next_tick = self.next_tick.max(to - Span(tick.0 * 720));
        loop {
            match self.env.next_due(to) {
                Some(due) if due <= self.next_tick || self.next_tick > to => {
                    let Some(task) = self.env.next_task() else { break };
                    self.env.now = self.env.now.max(due);
                    self.perform(task);
                }
                _ if self.next_tick <= to => {
                    self.env.now = self.env.now.max(self.next_tick);
                    self.tick();
                    self.next_tick = self.next_tick + tick;
                }
                _ => break,
            }
        }
        self.env.now = to;
    }

    fn perform(&mut self, task: Task) {
        let env = &mut self.env;
        match task {
            Task::Deployed { endpoint, id } => self.sagemaker.deployed(env, &endpoint, id),
            Task::StepEnds { execution, attempt } => self.sagemaker.step_ends(env, &execution, attempt),
            Task::Stopped { execution, attempt } => self.sagemaker.execution_stopped(env, &execution, attempt),
            Task::DeployNewest { endpoint, group } => self.sagemaker.deploy_newest(env, &endpoint, &group),
            Task::StoryEvent(index) => self.play_event(index),
        }
        self.deliver_events();
    }

    /// Lets the services react to one another.
    fn tick(&mut self) {
        self.sagemaker.write_due_features(&mut self.env);
        self.cloudwatch.evaluate_alarms(&self.env, &self.sagemaker.endpoints);
        self.sagemaker.guard_deployments(&mut self.env, |alarm| self.cloudwatch.fires(alarm));
        self.application_autoscaling.scale(&mut self.env, &mut self.sagemaker, &self.cloudwatch);
        self.codepipeline.advance(&mut self.env, &mut self.sagemaker);
        self.deliver_events();
        self.check_drill();
    }

    /// Delivers the events that services emitted.
    pub(crate) fn deliver_events(&mut self) {
        for event in self.env.take_events() {
            match event {
                Event::Called(call) => self.cloudtrail.calls.push(call),
                Event::ObjectWritten { uri, at, size, body } => self.s3.put(&uri, at, size, body.map(Into::into)),
                Event::ApprovalChanged { version, before, after } => self.approval_changed(&version, &before, &after),
            }
        }
    }

    /// Runs the targets of the rules that match: pipelines of `CodePipeline`, or functions that deploy.
    fn approval_changed(&mut self, version: &str, before: &str, after: &str) {
        let group = version.split('/').next().unwrap_or("");
        for rule in self.eventbridge.matching(group, before, after) {
            let mut pipelines = rule.pipelines().peekable();
            if pipelines.peek().is_none() {
                for endpoint in &rule.deploys {
                    let task = Task::DeployNewest { endpoint: endpoint.clone(), group: group.to_owned() };
                    self.env.after(Span::seconds(8), task);
                }
            }
            for pipeline in pipelines {
                self.codepipeline.start(&mut self.env, &self.sagemaker.packages, pipeline);
            }
        }
    }

    /// Plays an event of the story. Names of missing resources are ignored.
    fn play_event(&mut self, index: usize) {
        let Some(event) = self.story_events.get(index).cloned() else { return };
        if let Some(pipeline) = event.run.filter(|name| self.sagemaker.pipelines.contains_key(name)) {
            let token = format!("story-event-{index:026}");
            let request = RunRequest { token, by: "scheduler".to_owned(), ..RunRequest::default() };
            let arn = self.sagemaker.start_execution(&mut self.env, &pipeline, request);
            self.sagemaker.run_next(&mut self.env, &arn);
        }
        if let Some(deploy) = event.deploy {
            self.sagemaker.deploy_version(&mut self.env, &deploy.endpoint, &deploy.version);
        }
        for (version, status) in [(event.approve, "Approved"), (event.reject, "Rejected")] {
            if let Some(version) = version {
                self.sagemaker.decide(&mut self.env, &version, status, &event.reason);
            }
        }
        if let Some(group) = event.block {
            self.sagemaker.set_offline_store(&self.env, &group, Some(&event.reason));
        }
        if let Some(topic) = event.confirm {
            self.sns.confirm(&self.env, &topic);
        }
    }
}
