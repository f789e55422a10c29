//! Jobs that no pipeline started.

use crate::sim::prelude::{Record, Time, Value, tree};
use crate::sim::story::{Job, JobKind};
use crate::sim::world::World;

impl World {
    pub(super) fn build_job(&mut self, spec: &Job) {
        let created = self.env.start - spec.age;
        let ended = spec.lasts.map(|lasts| created + lasts);
        let status = match (&spec.fails, ended) {
            (_, None) => "InProgress",
            (Some(_), _) => "Failed",
            (None, _) => "Completed",
        };
        let account = &self.env.account;
        let name = spec.name.as_str();
        let base = tree! {
            "CreationTime": created, "LastModifiedTime": ended.unwrap_or(created), "FailureReason": spec.fails.as_deref(),
        };
        let doc = match spec.kind {
            JobKind::Training => training(spec, status, ended, base)
                .with("TrainingJobArn", account.sagemaker("training-job", name))
                .with("RoleArn", account.role("sagemaker-training")),
            JobKind::Transform => base
                .with("TransformJobName", name)
                .with("TransformJobArn", account.sagemaker("transform-job", name))
                .with("TransformJobStatus", status)
                .with("TransformEndTime", ended)
                .with("ModelName", "recommendation-batch")
                .with("TransformInput", tree! { "DataSource": source("s3://retail-data-lake/customers/") })
                .with("TransformOutput", tree! { "S3OutputPath": "s3://retail-ml-scratch/scores/" })
                .with("TransformResources", tree! { "InstanceType": "ml.m5.xlarge", "InstanceCount": 2 }),
            JobKind::Tuning => tuning(spec, base)
                .with("HyperParameterTuningJobArn", account.sagemaker("hyper-parameter-tuning-job", name))
                .with("HyperParameterTuningJobStatus", status)
                .with("HyperParameterTuningEndTime", ended),
            JobKind::AutoMl => auto_ml(spec, base)
                .with("AutoMLJobArn", account.sagemaker("automl-job", name))
                .with("AutoMLJobStatus", status)
                .with("RoleArn", account.role("sagemaker-training"))
                .with("EndTime", ended),
        };
        let record = Record::new(name, created, doc);
        let state = &mut self.sagemaker;
        match spec.kind {
            JobKind::Training => state.add_training_job(record),
            JobKind::Transform => drop(state.transform_jobs.insert(name.to_owned(), record)),
            JobKind::Tuning => drop(state.tuning_jobs.insert(name.to_owned(), record)),
            JobKind::AutoMl => drop(state.auto_ml_jobs.insert(name.to_owned(), record)),
        }
    }
}

fn source(uri: &str) -> Value {
    tree! { "S3DataSource": tree! { "S3DataType": "S3Prefix", "S3Uri": uri } }
}

/// Returns the description of a training job whose spot instances were taken away twice.
fn training(spec: &Job, status: &str, ended: Option<Time>, base: Value) -> Value {
    let turn = |status: &str, message: &str| {
        tree! { "Status": status, "StartTime": base.instant("CreationTime"), "StatusMessage": message }
    };
    let turns = vec![
        turn("Training", "Training image download completed"),
        turn("Interrupted", "Spot capacity was taken away"),
        turn("Training", "Training resumes"),
        turn("Interrupted", "Spot capacity was taken away"),
        turn("Training", "Training resumes"),
    ];
    let metrics: Vec<Value> = spec
        .best
        .map(|value| tree! { "MetricName": "validation:auc", "Value": value, "Timestamp": ended })
        .into_iter()
        .collect();
    let pool = ended.map(|_| tree! { "Status": "Available", "ResourceRetainedBillableTimeInSeconds": 600 });
    base.with("TrainingJobName", spec.name.as_str())
        .with("TrainingJobStatus", status)
        .with("SecondaryStatus", if ended.is_some() { status } else { "Training" })
        .with("SecondaryStatusTransitions", turns)
        .with("ModelArtifacts", tree! { "S3ModelArtifacts": "s3://retail-ml-artifacts/fraud/model.tar.gz" })
        .with("AlgorithmSpecification", tree! { "TrainingInputMode": "File" })
        .with("ResourceConfig", tree! {
            "InstanceType": "ml.g5.2xlarge", "InstanceCount": 1, "VolumeSizeInGB": 50, "KeepAlivePeriodInSeconds": 1800,
        })
        .with("StoppingCondition", tree! { "MaxRuntimeInSeconds": 14_400, "MaxWaitTimeInSeconds": 21_600 })
        .with("EnableManagedSpotTraining", true)
        .with("TrainingTimeInSeconds", ended.map(|_| 3600))
        .with("BillableTimeInSeconds", ended.map(|_| 1080))
        .with("TrainingEndTime", ended)
        .with("FinalMetricDataList", metrics)
        .with("WarmPoolStatus", pool)
}

fn tuning(spec: &Job, base: Value) -> Value {
    let objective = tree! { "Type": "Maximize", "MetricName": "validation:auc" };
    let limits = tree! { "MaxNumberOfTrainingJobs": 20, "MaxParallelTrainingJobs": 2 };
    let over = spec.lasts.is_some();
    let best = spec.best.map(|value| {
        tree! {
            "TrainingJobName": format!("{}-007-4711abcd", spec.name),
            "TrainingJobArn": format!("arn:aws:sagemaker:eu-west-1:123456789012:training-job/{}-007-4711abcd", spec.name),
            "CreationTime": base.instant("CreationTime"),
            "TrainingJobStatus": "Completed",
            "TunedHyperParameters": tree! {},
            "FinalHyperParameterTuningJobObjectiveMetric": tree! { "MetricName": "validation:auc", "Value": value },
        }
    });
    base.with("HyperParameterTuningJobName", spec.name.as_str())
        .with("Strategy", "Bayesian")
        .with(
            "HyperParameterTuningJobConfig",
            tree! {
                "Strategy": "Bayesian", "HyperParameterTuningJobObjective": objective, "ResourceLimits": limits.clone(),
            },
        )
        .with("ResourceLimits", limits)
        .with(
            "TrainingJobStatusCounters",
            tree! {
                "Completed": if over { 19 } else { 12 }, "InProgress": if over { 0 } else { 2 }, "RetryableError": 0,
                "NonRetryableError": 1, "Stopped": 0,
            },
        )
        .with("ObjectiveStatusCounters", tree! { "Succeeded": 12, "Pending": 2, "Failed": 1 })
        .with("BestTrainingJob", best)
}

fn auto_ml(spec: &Job, base: Value) -> Value {
    let best = spec.best.map(|value| {
        tree! {
            "CandidateName": format!("{}-candidate-3", spec.name),
            "FinalAutoMLJobObjectiveMetric": tree! { "MetricName": "F1", "Value": value },
            "ObjectiveStatus": "Succeeded",
            "CandidateSteps": Vec::<Value>::new(),
            "CandidateStatus": "Completed",
            "CreationTime": base.instant("CreationTime"),
            "LastModifiedTime": base.instant("CreationTime"),
        }
    });
    let phase = if spec.lasts.is_some() { "Completed" } else { "ModelTuning" };
    base.with("AutoMLJobName", spec.name.as_str())
        .with("AutoMLJobSecondaryStatus", phase)
        .with("AutoMLJobObjective", tree! { "MetricName": "F1" })
        .with("AutoMLJobInputDataConfig", vec![tree! {
            "DataSource": tree! { "S3DataSource": tree! { "S3DataType": "S3Prefix", "S3Uri": "s3://retail-data-lake/customers/" } },
        }])
        .with("OutputDataConfig", tree! { "S3OutputPath": "s3://retail-ml-scratch/automl/" })
        .with("BestCandidate", best)
}
