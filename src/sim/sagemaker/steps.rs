//! What the steps of a pipeline do to the account: jobs, artifacts, evaluations, versions.

mod values;

use self::values::{holds, resolved};
use super::super::num;
use super::super::time::Span;
use super::super::wire::{Value, json, tree};
use super::super::world::World;
use super::execution::{Execution, text_of};
use super::listing::record;

impl World {
    /// What a step does when it begins; gives how long it takes in nature.
    pub(super) fn begin_step(&mut self, arn: &str, step: &Value) -> Span {
        let jitter = num::whole(num::unit(self.fresh()) * 120.0);
        let arguments = self.arguments(arn, step);
        match step.str("Type") {
            "Processing" | "QualityCheck" | "ClarifyCheck" => {
                self.begin_processing(arn, step, &arguments);
                Span::seconds(360 + jitter)
            }
            "Training" => {
                self.begin_training(arn, step, &arguments);
                Span::seconds(2400 + jitter * 3)
            }
            "Condition" | "Fail" => Span::seconds(1),
            "RegisterModel" | "Model" => Span::seconds(3),
            _ => Span::seconds(180 + jitter),
        }
    }

    /// What a step does when it ends; gives why it failed, if it did.
    pub(super) fn end_step(&mut self, arn: &str, step: &Value, failure: Option<String>) -> Option<String> {
        match step.str("Type") {
            "Processing" => self.end_processing(arn, step, failure.as_deref()),
            "Training" => self.end_training(arn, step, failure.as_deref()),
            "Condition" if failure.is_none() => self.end_condition(arn, step),
            "RegisterModel" if failure.is_none() => self.end_register(arn, step),
            "Fail" => {
                let message = step.at("Arguments.ErrorMessage").map(text_of).unwrap_or_default();
                self.note(arn, tree! { "Fail": tree! { "ErrorMessage": message.as_str() } });
                return Some(message);
            }
            _ => {}
        }
        failure
    }

    /// A step's arguments with parameters and earlier outputs put in.
    fn arguments(&self, arn: &str, step: &Value) -> Value {
        let Some(execution) = self.executions.get(arn) else { return Value::Null };
        step.get("Arguments")
            .map_or_else(|| Value::Map(Vec::new()), |value| resolved(value, execution, &execution.parameters, 0))
    }

    /// Sets the metadata of the running step.
    fn note(&mut self, arn: &str, metadata: Value) {
        if let Some(row) = self.executions.get_mut(arn).and_then(Execution::row) {
            row.set("Metadata", metadata);
        }
    }

    fn job_name(&mut self, arn: &str, step: &Value) -> String {
        let suffix = num::id(self.fresh(), 10);
        let id = self.executions.get(arn).map_or("", |e| e.id.as_str());
        let step: String = step.str("Name").chars().take(30).collect();
        format!("pipelines-{id}-{step}-{suffix}")
    }

    fn begin_processing(&mut self, arn: &str, step: &Value, arguments: &Value) {
        let name = self.job_name(arn, step);
        let job = self.home.sagemaker("processing-job", &name);
        let base = tree! {
            "ProcessingJobName": name.as_str(),
            "ProcessingJobArn": job.as_str(),
            "ProcessingJobStatus": "InProgress",
            "CreationTime": self.now,
            "ProcessingStartTime": self.now,
            "LastModifiedTime": self.now,
        };
        let doc = arguments.members().iter().fold(base, |doc, (key, value)| doc.with(key.clone(), value));
        self.processing.insert(name.clone(), record(&name, self.now, doc));
        self.note(arn, tree! { "ProcessingJob": tree! { "Arn": job } });
    }

    fn begin_training(&mut self, arn: &str, step: &Value, arguments: &Value) {
        let name = self.job_name(arn, step);
        let job = self.home.sagemaker("training-job", &name);
        let output = arguments
            .at("OutputDataConfig.S3OutputPath")
            .and_then(Value::as_text)
            .unwrap_or("s3://")
            .trim_end_matches('/')
            .to_owned();
        let artifact = format!("{output}/{name}/output/model.tar.gz");
        let now = self.now;
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
        let doc = arguments.members().iter().fold(base, |doc, (key, value)| doc.with(key.clone(), value));
        self.add_training(record(&name, now, doc));
        self.note(arn, tree! { "TrainingJob": tree! { "Arn": job } });
        if let Some(execution) = self.executions.get_mut(arn) {
            execution.outputs.insert(format!("Steps.{}.ModelArtifacts.S3ModelArtifacts", step.str("Name")), artifact);
        }
    }

    /// The name of the job that the running step started.
    fn running_job(&self, arn: &str, kind: &str) -> Option<String> {
        let row = self.executions.get(arn)?.steps.last()?;
        Some(row.at("Metadata")?.get(kind)?.str("Arn").rsplit('/').next()?.to_owned())
    }

    fn end_processing(&mut self, arn: &str, step: &Value, failure: Option<&str>) {
        let Some(name) = self.running_job(arn, "ProcessingJob") else { return };
        let now = self.now;
        let Some(job) = self.processing.get_mut(&name) else { return };
        job.doc.set("ProcessingJobStatus", if failure.is_some() { "Failed" } else { "Completed" });
        job.doc.set("FailureReason", failure);
        job.doc.set("ProcessingEndTime", now);
        job.doc.set("LastModifiedTime", now);
        let outputs = job.doc.at("ProcessingOutputConfig.Outputs").cloned().unwrap_or(Value::Null);
        if failure.is_some() {
            return;
        }
        let evaluates = step.get("PropertyFiles").is_some();
        let report = if evaluates { Some(self.evaluate(arn)) } else { None };
        for output in outputs.items() {
            let uri =
                output.at("S3Output.S3Uri").and_then(Value::as_text).unwrap_or("").trim_end_matches('/').to_owned();
            match &report {
                Some(body) => self.put_text(&format!("{uri}/evaluation.json"), body),
                None => self.put_sized(&format!("{uri}/part-00000.parquet"), 48_000_000),
            }
            if let (Some(_), Some(execution)) = (&report, self.executions.get_mut(arn)) {
                execution.outputs.insert("evaluation".to_owned(), format!("{uri}/evaluation.json"));
            }
        }
    }

    /// Finds out how good the model of this run is; gives the report.
    fn evaluate(&mut self, arn: &str) -> String {
        let seed = self.fresh();
        let Some(execution) = self.executions.get_mut(arn) else { return String::new() };
        let Some(recipe) = self.recipes.get(&execution.pipeline) else { return String::new() };
        let mut metrics = Value::Map(Vec::new());
        for (at, quality) in recipe.quality.iter().enumerate() {
            let drawn = quality.value + quality.spread * (num::unit(num::mix(seed ^ num::mix(at as u64))) - 0.5);
            let value = *execution.quality.entry(quality.name.clone()).or_insert(num::rounded(drawn, 4));
            metrics.set(
                quality.name.clone(),
                tree! { "value": value, "standard_deviation": num::rounded(quality.spread / 4.0, 4) },
            );
        }
        json::text(&Value::Map(vec![(recipe.family.clone().into(), metrics)]))
    }

    fn end_training(&mut self, arn: &str, step: &Value, failure: Option<&str>) {
        let Some(name) = self.running_job(arn, "TrainingJob") else { return };
        let now = self.now;
        let quality = self
            .executions
            .get(arn)
            .map(|e| e.pipeline.clone())
            .and_then(|p| self.recipes.get(&p))
            .map(|r| r.quality.clone());
        let Some(job) = self.training.get_mut(&name) else { return };
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
        let artifact = job.doc.at("ModelArtifacts.S3ModelArtifacts").and_then(Value::as_text).unwrap_or("").to_owned();
        let values = quality.unwrap_or_default().into_iter().map(|q| {
            tree! { "MetricName": format!("validation:{}", q.name), "Value": num::rounded(q.value * 0.985, 4), "Timestamp": now }
        });
        job.doc.set("FinalMetricDataList", values.collect::<Vec<_>>());
        let size = 20_000_000 + i64::try_from(num::hash(step.str("Name")) % 60_000_000).unwrap_or(0);
        self.put_sized(&artifact, size);
    }

    /// A job was stopped by hand: the step that it belongs to fails.
    pub(super) fn job_was_stopped(&mut self, kind: &str, job: &str) {
        let arns: Vec<String> =
            self.executions.values().filter(|e| e.current.is_some()).map(|e| e.record.name.clone()).collect();
        for arn in arns {
            if self.running_job(&arn, kind).as_deref() != Some(job) {
                continue;
            }
            let Some(execution) = self.executions.get_mut(&arn) else { continue };
            let step = execution.current.as_ref().map(|step| step.str("Name").to_owned());
            execution.fail = step.map(|name| (name, format!("ClientError: The job {job} was stopped.")));
        }
    }

    /// Stops the jobs of a stopped execution.
    pub(super) fn stop_jobs(&mut self, arn: &str) {
        let now = self.now;
        if let Some(job) = self.running_job(arn, "TrainingJob").and_then(|name| self.training.get_mut(&name)) {
            job.doc.set("TrainingJobStatus", "Stopped");
            job.doc.set("SecondaryStatus", "Stopped");
            job.doc.set("TrainingEndTime", now);
            job.doc.set("LastModifiedTime", now);
        }
        if let Some(job) = self.running_job(arn, "ProcessingJob").and_then(|name| self.processing.get_mut(&name)) {
            job.doc.set("ProcessingJobStatus", "Stopped");
            job.doc.set("ProcessingEndTime", now);
            job.doc.set("LastModifiedTime", now);
        }
    }

    fn end_condition(&mut self, arn: &str, step: &Value) {
        let arguments = self.arguments(arn, step);
        let Some(execution) = self.executions.get_mut(arn) else { return };
        let conditions = arguments.get("Conditions").map(Value::items).unwrap_or_default();
        let holds = conditions.iter().all(|condition| holds(condition, execution));
        let branch = if holds { "Arguments.IfSteps" } else { "Arguments.ElseSteps" };
        for next in step.at(branch).map(Value::items).unwrap_or_default().iter().rev() {
            execution.queue.push_front(next.clone());
        }
        self.note(arn, tree! { "Condition": tree! { "Outcome": if holds { "True" } else { "False" } } });
    }

    fn end_register(&mut self, arn: &str, step: &Value) {
        let mut spec = self.arguments(arn, step);
        let group = spec.str("ModelPackageGroupName").to_owned();
        let Some(execution) = self.executions.get(arn) else { return };
        let Some(recipe) = self.recipes.get(&execution.pipeline) else { return };
        let quality: Vec<_> =
            execution.quality.iter().map(|(k, v)| (k.clone().into(), Value::from(v.to_string()))).collect();
        let commit = num::hex(num::hash(arn), 40);
        spec.set(
            "MetadataProperties",
            tree! { "CommitId": commit, "Repository": recipe.repository.as_str(), "GeneratedBy": arn },
        );
        spec.set("CustomerMetadataProperties", Value::Dict(quality));
        if let Some(report) = execution.outputs.get("evaluation") {
            let source = tree! { "ContentType": "application/json", "S3Uri": report.as_str() };
            spec.set("ModelMetrics", tree! { "ModelQuality": tree! { "Statistics": source } });
        }
        let by = execution.by.clone();
        let package = self.register(&group, &by, &spec);
        self.note(arn, tree! { "RegisterModel": tree! { "Arn": package } });
    }
}

fn transition(status: &str, from: super::super::time::Time, to: super::super::time::Time, words: &str) -> Value {
    tree! { "Status": status, "StartTime": from, "EndTime": to, "StatusMessage": words }
}
