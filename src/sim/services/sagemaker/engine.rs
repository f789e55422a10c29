//! The path of an execution through the steps of its definition.

use std::sync::Arc;

use super::execution::{Execution, RunRequest, parameters, parsed};
use super::registry::identity;
use super::state::State;
use crate::sim::prelude::{Env, Record, Span, Task, Value, num, tree};

impl State {
    /// Starts an execution of an existing pipeline, without its first step; returns its ARN.
    pub(crate) fn start_execution(&mut self, env: &mut Env, pipeline: &str, request: RunRequest) -> String {
        let id = num::id(env.fresh(), 12);
        let arn = env.account.sagemaker("pipeline", &format!("{}/execution/{id}", pipeline.to_lowercase()));
        let now = env.now;
        let definition: Arc<str> = self.pipelines.get(pipeline).map_or("", |p| p.doc.str("PipelineDefinition")).into();
        let role = self.pipelines.get(pipeline).map(|p| p.doc.str("RoleArn").to_owned());
        if let Some(record) = self.pipelines.get_mut(pipeline) {
            record.doc.set("LastRunTime", now);
        }
        let seconds = now.0 / 1000;
        let doc = tree! {
            "PipelineArn": env.account.sagemaker("pipeline", &pipeline.to_lowercase()),
            "PipelineExecutionArn": arn.as_str(),
            "PipelineExecutionDisplayName": request.name.unwrap_or_else(|| format!("execution-{seconds}")),
            "PipelineExecutionStatus": "Executing",
            "PipelineExecutionDescription": request.description,
            "CreationTime": now,
            "LastModifiedTime": now,
            "CreatedBy": identity(&env.account, &request.by),
            "LastModifiedBy": identity(&env.account, &request.by),
            "RoleArn": role,
            "SelectiveExecutionConfig": request.selective.as_ref().map(|(source, steps)| {
                let steps: Vec<Value> = steps.iter().map(|name| tree! { "StepName": name }).collect();
                tree! { "SourcePipelineExecutionArn": source, "SelectedSteps": steps }
            }),
        };
        let tree = parsed(&definition);
        let parameters = parameters(&tree, &request.given);
        let selected = |step: &&Value| {
            request.selective.as_ref().is_none_or(|(_, steps)| steps.iter().any(|name| name == step.str("Name")))
        };
        let queue = tree.items_at("Steps").iter().filter(selected).cloned().collect();
        let source = request.selective.as_ref().and_then(|(source, _)| self.executions.get(source));
        let outputs = source.map(|source| source.outputs.clone()).unwrap_or_default();
        let execution = Execution {
            record: Record::new(&arn, now, doc),
            pipeline: pipeline.to_owned(),
            id,
            token: request.token,
            given: request.given,
            definition,
            parameters,
            steps: Vec::new(),
            queue,
            outputs,
            quality: request.quality,
            failure: request.failure,
            by: request.by,
            attempt: 0,
            current: None,
        };
        self.executions.insert(arn.clone(), execution);
        arn
    }

    /// Begins the next step, and puts its end on the agenda.
    pub(crate) fn run_next(&mut self, env: &mut Env, arn: &str) {
        if let Some(natural) = self.begin_next(env, arn) {
            self.schedule_end(env, arn, natural);
        }
    }

    fn schedule_end(&self, env: &mut Env, arn: &str, natural: Span) {
        let Some(execution) = self.executions.get(arn) else { return };
        // It ends when somebody answers.
        if execution.current.as_ref().is_some_and(|step| step.str("Type") == "Callback") {
            return;
        }
        let attempt = execution.attempt;
        env.after(shortened(natural), Task::StepEnds { execution: arn.to_owned(), attempt });
    }

    /// Runs an execution that began in the past, with its past times. `until` is a step that is still running.
    pub(crate) fn run_past(&mut self, env: &mut Env, arn: &str, until: Option<&str>) {
        let present = env.now;
        env.now = self.executions.get(arn).map_or(present, |e| e.record.created);
        while let Some(natural) = self.begin_next(env, arn) {
            let running = self.executions.get(arn).and_then(|e| e.current.as_ref()).map(|s| s.str("Name").to_owned());
            if until.is_some() && running.as_deref() == until {
                env.now = present;
                self.schedule_end(env, arn, natural);
                return;
            }
            env.now = (env.now + natural).min(present);
            self.end_current(env, arn);
        }
        env.now = present;
    }

    /// Ends the running step, and begins the next one.
    pub(crate) fn step_ends(&mut self, env: &mut Env, arn: &str, attempt: u64) {
        if self.executions.get(arn).is_some_and(|e| e.attempt == attempt && e.status() == "Executing") {
            self.end_current(env, arn);
            self.run_next(env, arn);
        }
    }

    /// Stops an execution after a stop was requested.
    pub(crate) fn execution_stopped(&mut self, env: &Env, arn: &str, attempt: u64) {
        let now = env.now;
        let Some(execution) = self.executions.get_mut(arn) else { return };
        if execution.attempt != attempt || execution.status() != "Stopping" {
            return;
        }
        execution.attempt += 1;
        execution.set_status("Stopped", now);
        if let Some(step) = execution.current.take() {
            execution.queue.push_front(step);
            if let Some(row) = execution.row() {
                row.set("StepStatus", "Stopped");
                row.set("EndTime", now);
            }
        }
        self.stop_jobs(env, arn);
    }

    /// Begins the next step; returns its duration on AWS, or `None` if the execution is over.
    fn begin_next(&mut self, env: &mut Env, arn: &str) -> Option<Span> {
        let now = env.now;
        let execution = self.executions.get_mut(arn)?;
        if execution.status() != "Executing" {
            return None;
        }
        let Some(step) = execution.queue.pop_front() else {
            execution.set_status("Succeeded", now);
            return None;
        };
        execution.current = Some(step.clone());
        let name = step.str("Name").to_owned();
        let before = execution.steps.iter().position(|row| row.str("StepName") == name);
        let attempts =
            before.map_or(0, |at| execution.steps.remove(at).get("AttemptCount").and_then(Value::as_int).unwrap_or(1));
        execution.steps.push(tree! {
            "StepName": name,
            "StepDisplayName": step.get("DisplayName"),
            "StepDescription": step.get("Description"),
            "StartTime": now,
            "StepStatus": "Executing",
            "AttemptCount": attempts + 1,
        });
        if self.take_from_cache(arn, &step) {
            return Some(Span::seconds(2));
        }
        Some(self.begin_step(env, arn, &step))
    }

    /// Takes the result of a step from an earlier execution with the same parameters, if the definition allows it.
    fn take_from_cache(&mut self, arn: &str, step: &Value) -> bool {
        let allowed = step.at("CacheConfig.Enabled") == Some(&Value::Bool(true));
        let Some(execution) = self.executions.get(arn).filter(|_| allowed) else { return false };
        let name = step.str("Name");
        let since = execution.record.created - Span::minutes(7 * 24 * 60);
        let fits = |e: &&Execution| {
            e.pipeline == execution.pipeline
                && e.given == execution.given
                && e.record.name != arn
                && e.record.created >= since
        };
        let row = |e: &Execution| {
            let done =
                e.steps.iter().find(|row| row.str("StepName") == name && row.str("StepStatus") == "Succeeded")?;
            Some((e.record.name.clone(), done.clone()))
        };
        let earlier = self.executions.values().filter(fits).filter(|e| e.current.is_none()).filter_map(row);
        let Some((source, found)) = earlier.max_by_key(|(_, row)| row.instant("EndTime")) else { return false };
        let source = found
            .at("CacheHitResult.SourcePipelineExecutionArn")
            .and_then(Value::as_text)
            .map_or(source, str::to_owned);
        let Some(row) = self.executions.get_mut(arn).and_then(Execution::row) else { return false };
        row.set("CacheHitResult", tree! { "SourcePipelineExecutionArn": source });
        row.set("Metadata", found.get("Metadata").cloned());
        true
    }

    /// Ends the running step, with success or failure.
    fn end_current(&mut self, env: &mut Env, arn: &str) {
        let now = env.now;
        let Some(execution) = self.executions.get_mut(arn) else { return };
        let Some(step) = execution.current.take() else { return };
        let cached = execution.steps.last().is_some_and(|row| row.get("CacheHitResult").is_some());
        let failure = if cached { None } else { self.failure_of(arn, &step) };
        let failure = if cached { None } else { self.end_step(env, arn, &step, failure) };
        let Some(execution) = self.executions.get_mut(arn) else { return };
        execution.attempt += 1;
        execution.record.doc.set("LastModifiedTime", now);
        let status = if failure.is_some() { "Failed" } else { "Succeeded" };
        if let Some(row) = execution.row() {
            row.set("StepStatus", status);
            row.set("EndTime", now);
            row.set("FailureReason", failure.clone());
        }
        if failure.is_some() {
            let words = "Step failure: One or multiple steps failed.";
            execution.queue.push_front(step);
            execution.set_status("Failed", now);
            execution.record.doc.set("FailureReason", words);
        }
    }

    /// Returns why the running step fails, if it does.
    fn failure_of(&self, arn: &str, step: &Value) -> Option<String> {
        let execution = self.executions.get(arn)?;
        let name = step.str("Name");
        if let Some((_, reason)) = execution.failure.as_ref().filter(|(failing, _)| failing == name) {
            return Some(reason.clone());
        }
        if execution.token.is_empty() {
            return None;
        }
        let parameters = &execution.parameters;
        let value = |wanted: &str| {
            parameters.iter().find(|p| p.str("Name") == wanted).map_or("", |p| p.str("Value")).to_owned()
        };
        let failures = &self.templates.get(&execution.pipeline)?.failures;
        let found = failures.iter().find(|failure| {
            failure.step == name
                && failure.unless.as_ref().is_none_or(|(parameter, saving)| value(parameter) != *saving)
        });
        found.map(|failure| failure.reason.clone())
    }
}

/// Returns the duration of a step in a demo: a step of minutes on AWS takes 10 to 25 seconds here.
fn shortened(natural: Span) -> Span {
    Span((natural.0 / 60).clamp(1_000, 25_000)).max(if natural.0 > 60_000 {
        Span::seconds(10)
    } else {
        Span::seconds(2)
    })
}
