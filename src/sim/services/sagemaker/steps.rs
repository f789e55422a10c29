//! The effects of the steps of a pipeline: jobs, artifacts, evaluations, versions.

mod values;

use self::values::{holds, resolved};
use super::checks::{begun_check, checked_by};
use super::execution::{Execution, text_of};
use super::jobs::JOBS;
use super::state::State;
use crate::sim::prelude::{Env, Record, Span, Time, Value, json, num, tree};

impl State {
    /// Begins a step; returns its duration on AWS.
    pub(super) fn begin_step(&mut self, env: &mut Env, arn: &str, step: &Value) -> Span {
        let jitter = num::whole(num::unit(env.fresh()) * 120.0);
        let arguments = self.arguments(arn, step);
        match step.str("Type") {
            "Processing" => {
                let job = self.begin_processing(env, arn, step, &arguments);
                self.note(arn, tree! { "ProcessingJob": tree! { "Arn": job } });
                Span::seconds(360 + jitter)
            }
            "QualityCheck" | "ClarifyCheck" => {
                let job = self.begin_processing(env, arn, step, &arguments);
                self.note(arn, begun_check(step, &job));
                Span::seconds(360 + jitter)
            }
            "Training" => {
                self.begin_training(env, arn, step, &arguments);
                Span::seconds(2400 + jitter * 3)
            }
            "Callback" => {
                let (token, queue) = (num::id(env.fresh(), 10), step.str("SqsQueueUrl").to_owned());
                self.note(arn, tree! { "Callback": tree! { "CallbackToken": token, "SqsQueueUrl": queue } });
                Span::minutes(7 * 24 * 60)
            }
            "Condition" | "Fail" => Span::seconds(1),
            "RegisterModel" | "Model" => Span::seconds(3),
            _ => Span::seconds(180 + jitter),
        }
    }

    /// Ends a step; returns why it failed, if it did.
    pub(super) fn end_step(
        &mut self,
        env: &mut Env,
        arn: &str,
        step: &Value,
        failure: Option<String>,
    ) -> Option<String> {
        match step.str("Type") {
            "Processing" => self.end_processing(env, arn, step, failure.as_deref()),
            "QualityCheck" | "ClarifyCheck" => {
                self.end_processing(env, arn, step, failure.as_deref());
                if failure.is_none() {
                    self.end_check(env, arn, step);
                }
            }
            "Training" => self.end_training(env, arn, step, failure.as_deref()),
            "Condition" if failure.is_none() => self.end_condition(arn, step),
            "RegisterModel" if failure.is_none() => self.end_register(env, arn, step),
            "Fail" => {
                let message = step.at("Arguments.ErrorMessage").map(text_of).unwrap_or_default();
                self.note(arn, tree! { "Fail": tree! { "ErrorMessage": message.as_str() } });
                return Some(message);
            }
            _ => {}
        }
        failure
    }

    /// Returns the arguments of a step, with the values of parameters and earlier outputs.
    fn arguments(&self, arn: &str, step: &Value) -> Value {
        let Some(execution) = self.executions.get(arn) else { return Value::Null };
        step.get("Arguments").map_or_else(Value::empty, |value| resolved(value, execution, &execution.parameters, 0))
    }

    /// Sets the metadata of the running step.
    pub(super) fn note(&mut self, arn: &str, metadata: Value) {
        if let Some(row) = self.executions.get_mut(arn).and_then(Execution::row) {
            row.set("Metadata", metadata);
        }
    }

    fn job_name(&self, env: &mut Env, arn: &str, step: &Value) -> String {
        let suffix = num::id(env.fresh(), 10);
        let id = self.executions.get(arn).map_or("", |e| e.id.as_str());
        let step: String = step.str("Name").chars().take(30).collect();
        format!("pipelines-{id}-{step}-{suffix}")
    }

    /// Begins a job; returns its ARN.
    fn begin_processing(&mut self, env: &mut Env, arn: &str, step: &Value, arguments: &Value) -> String {
        let name = self.job_name(env, arn, step);
        let job = env.account.sagemaker("processing-job", &name);
        let base = tree! {
            "ProcessingJobName": name.as_str(),
            "ProcessingJobArn": job.as_str(),
            "ProcessingJobStatus": "InProgress",
            "CreationTime": env.now,
            "ProcessingStartTime": env.now,
            "LastModifiedTime": env.now,
        };
        let record = Record::new(&name, env.now, base.merged(arguments));
        self.processing_jobs.insert(name, record);
        job
    }

    fn begin_training(&mut self, env: &mut Env, arn: &str, step: &Value, arguments: &Value) {
        let name = self.job_name(env, arn, step);
        let job = env.account.sagemaker("training-job", &name);
        let output = arguments.at("OutputDataConfig.S3OutputPath").and_then(Value::as_text).unwrap_or("s3://");
        let artifact = format!("{}/{name}/output/model.tar.gz", output.trim_end_matches('/'));
        let now = env.now;
        let base = tree! {
            "TrainingJobName": name.as_str(),
            "TrainingJobArn": job.as_str(),
            "ModelArtifacts": tree! { "S3ModelArtifacts": artifact.as_str() },
            "TrainingJobStatus": "InProgress",
            "SecondaryStatus": "Training",
            "CreationTime": now,
            "TrainingStartTime": now,
            "LastModifiedTime": now,
            "SecondaryStatusTransitions": vec![
                tree! { "Status": "Starting", "StartTime": now, "EndTime": now, "StatusMessage": "Preparing the instances for training" },
                tree! { "Status": "Training", "StartTime": now, "StatusMessage": "Training image download completed. Training in progress." },
            ],
            "EnableNetworkIsolation": false,
            "EnableInterContainerTrafficEncryption": false,
        };
        self.add_training_job(Record::new(&name, now, base.merged(arguments)));
        self.note(arn, tree! { "TrainingJob": tree! { "Arn": job } });
        if let Some(execution) = self.executions.get_mut(arn) {
            execution.outputs.insert(format!("Steps.{}.ModelArtifacts.S3ModelArtifacts", step.str("Name")), artifact);
        }
    }

    /// Returns the name of the job that the running step started.
    pub(super) fn running_job(&self, arn: &str, kind: &str) -> Option<&str> {
        let metadata = self.executions.get(arn)?.steps.last()?.at("Metadata")?;
        let job = metadata.get(kind).map(|job| job.str("Arn"));
        let check = checked_by(metadata).map(|check| check.str("CheckJobArn")).filter(|_| kind == "ProcessingJob");
        job.or(check)?.rsplit('/').next()
    }

    fn end_processing(&mut self, env: &mut Env, arn: &str, step: &Value, failure: Option<&str>) {
        let Some(name) = self.running_job(arn, "ProcessingJob").map(str::to_owned) else { return };
        let now = env.now;
        let Some(job) = self.processing_jobs.get_mut(&name) else { return };
        job.doc.set("ProcessingJobStatus", if failure.is_some() { "Failed" } else { "Completed" });
        job.doc.set("FailureReason", failure);
        job.doc.set("ProcessingEndTime", now);
        job.doc.set("LastModifiedTime", now);
        let outputs = job.doc.at("ProcessingOutputConfig.Outputs").cloned().unwrap_or(Value::Null);
        if failure.is_some() {
            return;
        }
        let evaluates = step.get("PropertyFiles").is_some();
        let report = if evaluates { Some(self.evaluate(env, arn)) } else { None };
        for output in outputs.items() {
            let uri = output.text_at("S3Output.S3Uri").trim_end_matches('/');
            match &report {
                Some(body) => env.write_text(format!("{uri}/evaluation.json"), body.clone()),
                None if step.str("Type") == "Processing" => {
                    env.write_object(format!("{uri}/part-00000.parquet"), 48_000_000);
                }
                None => {}
            }
            if let (Some(_), Some(execution)) = (&report, self.executions.get_mut(arn)) {
                execution.outputs.insert("evaluation".to_owned(), format!("{uri}/evaluation.json"));
            }
        }
    }

    /// Evaluates the model of this execution; returns the report.
    fn evaluate(&mut self, env: &mut Env, arn: &str) -> String {
        let seed = env.fresh();
        let Some(execution) = self.executions.get_mut(arn) else { return String::new() };
        let Some(template) = self.templates.get(&execution.pipeline) else { return String::new() };
        let mut metrics = Value::empty();
        for (at, quality) in template.quality.iter().enumerate() {
            let drawn = quality.value + quality.spread * (num::unit(num::mix(seed ^ num::mix(at as u64))) - 0.5);
            let value = *execution.quality.entry(quality.name.clone()).or_insert(num::rounded(drawn, 4));
            metrics.set(
                quality.name.clone(),
                tree! { "value": value, "standard_deviation": num::rounded(quality.spread / 4.0, 4) },
            );
        }
        json::text(&Value::Map(vec![(template.family.clone().into(), metrics)]))
    }

    fn end_training(&mut self, env: &mut Env, arn: &str, step: &Value, failure: Option<&str>) {
        let Some(name) = self.running_job(arn, "TrainingJob").map(str::to_owned) else { return };
        let now = env.now;
        let template = self.executions.get(arn).and_then(|e| self.templates.get(&e.pipeline));
        let quality = template.map(|template| template.quality.clone()).unwrap_or_default();
        // The training job reports the metrics that the story sets for its run.
        let told = self.executions.get(arn).map(|e| e.quality.clone()).unwrap_or_default();
        let Some(job) = self.training_jobs.get_mut(&name) else { return };
        let seconds = (now - job.created).whole_seconds().max(1);
        let spot = job.doc.get("EnableManagedSpotTraining") == Some(&Value::Bool(true));
        let status = if failure.is_some() { "Failed" } else { "Completed" };
        job.doc.set("TrainingJobStatus", status);
        job.doc.set("SecondaryStatus", status);
        job.doc.set("FailureReason", failure);
        job.doc.set("TrainingEndTime", now);
        job.doc.set("LastModifiedTime", now);
        job.doc.set("TrainingTimeInSeconds", seconds);
        job.doc.set("BillableTimeInSeconds", if spot { (seconds * 34 / 100).max(1) } else { seconds });
        let (begun, last) = (job.created, status);
        let part = |percent: i64| begun + Span((now - begun).0 * percent / 100);
        job.doc.set(
            "SecondaryStatusTransitions",
            vec![
                transition("Starting", begun, part(4), "Preparing the instances for training"),
                transition("Downloading", part(4), part(9), "Downloading input data"),
                transition("Training", part(9), part(97), "Training image download completed. Training in progress."),
                transition(
                    if failure.is_some() { "Failed" } else { "Uploading" },
                    part(97),
                    now,
                    failure.unwrap_or("Uploading generated training model"),
                ),
                transition(last, now, now, failure.unwrap_or("Training job completed")),
            ],
        );
        if failure.is_some() {
            return;
        }
        let artifact = job.doc.text_at("ModelArtifacts.S3ModelArtifacts").to_owned();
        let values = quality.into_iter().map(|q| {
            let value = told.get(&q.name).copied().unwrap_or(q.value);
            tree! { "MetricName": format!("validation:{}", q.name), "Value": num::rounded(value * 0.985, 4), "Timestamp": now }
        });
        job.doc.set("FinalMetricDataList", values.collect::<Vec<_>>());
        let size = 20_000_000 + i64::try_from(num::hash(step.str("Name")) % 60_000_000).unwrap_or(0);
        env.write_object(artifact, size);
    }

    /// Fails the step whose job was stopped by hand.
    pub(super) fn job_was_stopped(&mut self, kind: &str, job: &str) {
        let running = self.executions.values().filter(|e| e.current.is_some()).map(|e| e.record.name.clone());
        for arn in running.collect::<Vec<_>>() {
            if self.running_job(&arn, kind) != Some(job) {
                continue;
            }
            let Some(execution) = self.executions.get_mut(&arn) else { continue };
            let step = execution.current.as_ref().map(|step| step.str("Name").to_owned());
            execution.failure = step.map(|name| (name, format!("ClientError: The job {job} was stopped.")));
        }
    }

    /// Stops the jobs of a stopped execution.
    pub(super) fn stop_jobs(&mut self, env: &Env, arn: &str) {
        for kind in JOBS {
            let name = self.running_job(arn, kind.name).map(str::to_owned);
            if let Some(job) = name.and_then(|name| (kind.table)(self).get_mut(&name)) {
                kind.stop(job, env.now);
            }
        }
    }

    fn end_condition(&mut self, arn: &str, step: &Value) {
        let arguments = self.arguments(arn, step);
        let Some(execution) = self.executions.get_mut(arn) else { return };
        let conditions = arguments.items_at("Conditions");
        let holds = conditions.iter().all(|condition| holds(condition, execution));
        let branch = if holds { "Arguments.IfSteps" } else { "Arguments.ElseSteps" };
        for next in step.at(branch).map(Value::items).unwrap_or_default().iter().rev() {
            execution.queue.push_front(next.clone());
        }
        self.note(arn, tree! { "Condition": tree! { "Outcome": if holds { "True" } else { "False" } } });
    }

    fn end_register(&mut self, env: &Env, arn: &str, step: &Value) {
        let mut spec = self.arguments(arn, step);
        let group = spec.str("ModelPackageGroupName").to_owned();
        let Some(execution) = self.executions.get(arn) else { return };
        let Some(template) = self.templates.get(&execution.pipeline) else { return };
        let quality: Vec<_> =
            execution.quality.iter().map(|(k, v)| (k.clone().into(), Value::from(v.to_string()))).collect();
        let commit = num::hex(num::hash(arn), 40);
        spec.set(
            "MetadataProperties",
            tree! { "CommitId": commit, "Repository": template.repository.as_str(), "GeneratedBy": arn },
        );
        spec.set("CustomerMetadataProperties", Value::Dict(quality));
        if let Some(report) = execution.outputs.get("evaluation") {
            let source = tree! { "ContentType": "application/json", "S3Uri": report.as_str() };
            spec.set("ModelMetrics", tree! { "ModelQuality": tree! { "Statistics": source } });
        }
        let by = execution.by.clone();
        let package = self.register(env, &group, &by, &spec);
        self.note(arn, tree! { "RegisterModel": tree! { "Arn": package } });
    }
}

fn transition(status: &str, from: Time, to: Time, words: &str) -> Value {
    tree! { "Status": status, "StartTime": from, "EndTime": to, "StatusMessage": words }
}
