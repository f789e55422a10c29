//! The definition of a model's pipeline, as the `SageMaker` SDK writes it.

use crate::sim::prelude::{Account, Value, num, tree};
use crate::sim::services::sagemaker::offline_folder;
use crate::sim::story::{Model, Quality};

/// Returns a reference to a parameter.
fn parameter(name: &str) -> Value {
    tree! { "Get": format!("Parameters.{name}") }
}

/// Returns the parameter with the threshold of a metric.
fn gate_name(quality: &Quality) -> Option<(String, f64)> {
    let name: String = quality.name.chars().filter(char::is_ascii_alphanumeric).collect();
    let name = name.get(..1).unwrap_or("").to_uppercase() + name.get(1..).unwrap_or("");
    quality
        .least
        .map(|gate| (format!("Min{name}"), gate))
        .or_else(|| quality.most.map(|gate| (format!("Max{name}"), gate)))
}

/// Returns the definition of a model's pipeline.
pub(super) fn definition(account: &Account, model: &Model) -> Value {
    tree! {
        "Version": "2020-12-01",
        "Metadata": tree! {},
        "Parameters": parameters(model),
        "PipelineExperimentConfig": tree! { "ExperimentName": tree! { "Get": "Execution.PipelineName" }, "TrialName": tree! { "Get": "Execution.PipelineExecutionId" } },
        "Steps": steps(account, model),
    }
}

fn steps(account: &Account, model: &Model) -> Vec<Value> {
    let mut steps = vec![preprocess(account, model), train(account, model), evaluate(account, model)];
    if model.explained {
        steps.push(explain(account, model));
    }
    if model.checked {
        steps.push(check_data(account, model));
        steps.push(check_bias(account, model));
    }
    steps.push(check(model));
    steps
}

/// Returns a step that runs beside the evaluation, and before the check.
fn explain(account: &Account, model: &Model) -> Value {
    let inputs = vec![tree! { "Get": "Steps.Train.ModelArtifacts.S3ModelArtifacts" }];
    tree! {
        "Name": "Explain",
        "Type": "Processing",
        "Arguments": processing(account, model, inputs, "explanation", "explanation", "explain.py"),
    }
}

/// Returns a step that compares the prepared data with the baseline.
fn check_data(account: &Account, model: &Model) -> Value {
    let image = "468650794304.dkr.ecr.eu-west-1.amazonaws.com/sagemaker-model-monitor-analyzer";
    let arguments =
        processing(account, model, vec![output(model, "preprocess/train")], "quality_check_output", "quality", "");
    tree! {
        "Name": "CheckData",
        "Type": "QualityCheck",
        "Arguments": arguments.with("AppSpecification", tree! { "ImageUri": image }),
        "CheckType": "DATA_QUALITY",
        "ModelPackageGroupName": model.name.as_str(),
        "SkipCheck": false,
        "RegisterNewBaseline": false,
        "DependsOn": vec!["Preprocess"],
    }
}

/// Returns a step that measures the bias and the explainability of the model.
fn check_bias(account: &Account, model: &Model) -> Value {
    let image = "131013547314.dkr.ecr.eu-west-1.amazonaws.com/sagemaker-clarify-processing:1.0";
    let inputs = vec![tree! { "Get": "Steps.Train.ModelArtifacts.S3ModelArtifacts" }];
    let arguments = processing(account, model, inputs, "analysis_result", "bias", "");
    tree! {
        "Name": "CheckBias",
        "Type": "ClarifyCheck",
        "Arguments": arguments.with("AppSpecification", tree! { "ImageUri": image }),
        "CheckType": "MODEL_BIAS",
        "ModelPackageGroupName": model.name.as_str(),
        "SkipCheck": false,
        "RegisterNewBaseline": false,
        "DependsOn": vec!["Train"],
    }
}

fn parameters(model: &Model) -> Vec<Value> {
    let data = model.data.first().map_or("", String::as_str);
    let own = model.training_instance.as_str();
    let others = ["ml.m5.xlarge", "ml.m5.4xlarge", "ml.c5.4xlarge"].into_iter().filter(|kind| *kind != own);
    let kinds: Vec<&str> = [own].into_iter().chain(others).collect();
    let mut list = vec![
        tree! { "Name": "InputDataUrl", "Type": "String", "DefaultValue": data, "Description": "Where the training data is" },
        tree! { "Name": "TrainingInstanceType", "Type": "String", "DefaultValue": model.training_instance.as_str(), "EnumValues": kinds },
        tree! { "Name": "TrainingInstanceCount", "Type": "Integer", "DefaultValue": 1 },
        tree! { "Name": "MaxDepth", "Type": "Integer", "DefaultValue": 6, "Description": "Depth of the trees" },
        tree! { "Name": "LearningRate", "Type": "Float", "DefaultValue": 0.2 },
        tree! { "Name": "UseSpotInstances", "Type": "Boolean", "DefaultValue": model.spot },
        tree! {
            "Name": "ModelApprovalStatus",
            "Type": "String",
            "DefaultValue": "PendingManualApproval",
            "EnumValues": vec!["PendingManualApproval", "Approved", "Rejected"],
        },
    ];
    for quality in &model.quality {
        let Some((name, gate)) = gate_name(quality) else { continue };
        let bound = if quality.least.is_some() { "at least" } else { "at most" };
        let told = format!("Registered only with {bound} this");
        list.push(tree! { "Name": name, "Type": "Float", "DefaultValue": gate, "Description": told });
    }
    list
}

fn output(model: &Model, step: &str) -> Value {
    let folder = format!("s3://{}/{}", model.bucket, model.name);
    tree! { "Std:Join": tree! { "On": "/", "Values": vec![Value::from(folder), tree! { "Get": "Execution.PipelineExecutionId" }, Value::from(step)] } }
}

fn processing(account: &Account, model: &Model, inputs: Vec<Value>, name: &str, folder: &str, script: &str) -> Value {
    let source = |uri: Value, path: &str| tree! { "S3Uri": uri, "LocalPath": path, "S3DataType": "S3Prefix", "S3InputMode": "File", "S3DataDistributionType": "FullyReplicated" };
    let inputs: Vec<Value> = inputs
        .into_iter()
        .enumerate()
        .map(|(at, uri)| {
            let path = format!("/opt/ml/processing/input/{at}");
            tree! { "InputName": format!("input-{}", at + 1), "AppManaged": false, "S3Input": source(uri, &path) }
        })
        .collect();
    let result = tree! { "S3Uri": output(model, folder), "LocalPath": format!("/opt/ml/processing/{name}"), "S3UploadMode": "EndOfJob" };
    tree! {
        "ProcessingResources": tree! {
            "ClusterConfig": tree! { "InstanceType": "ml.m5.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 30 },
        },
        "AppSpecification": tree! {
            "ImageUri": model.image.as_str(),
            "ContainerEntrypoint": vec!["python3".to_owned(), format!("/opt/ml/processing/input/code/{script}")],
        },
        "RoleArn": account.role("sagemaker-pipelines"),
        "ProcessingInputs": inputs,
        "ProcessingOutputConfig": tree! { "Outputs": vec![tree! { "OutputName": name, "AppManaged": false, "S3Output": result }] },
        "StoppingCondition": tree! { "MaxRuntimeInSeconds": 7200 },
    }
}

fn preprocess(account: &Account, model: &Model) -> Value {
    let mut inputs = vec![parameter("InputDataUrl")];
    inputs.extend(model.data.iter().skip(1).map(Value::from));
    tree! {
        "Name": "Preprocess",
        "Type": "Processing",
        "Arguments": processing(account, model, inputs, "train", "preprocess/train", "preprocess.py"),
        "CacheConfig": model.cached.then(|| tree! { "Enabled": true, "ExpireAfter": "P7D" }),
    }
}

fn train(account: &Account, model: &Model) -> Value {
    let channel = |name: &str, uri: Value| {
        let source = tree! { "S3DataType": "S3Prefix", "S3Uri": uri, "S3DataDistributionType": "FullyReplicated" };
        tree! { "ChannelName": name, "ContentType": "application/x-parquet", "DataSource": tree! { "S3DataSource": source } }
    };
    let mut channels = vec![channel("train", output(model, "preprocess/train"))];
    if let Some(group) = &model.features {
        let (_, folder) = offline_folder(account, &model.bucket, group);
        channels.push(channel("features", Value::from(folder)));
    }
    if let Some(uri) = model.data.first() {
        channels.push(channel("raw", Value::from(uri)));
    }
    let spot = model.spot.then(|| tree! { "S3Uri": format!("s3://{}/{}/checkpoints", model.bucket, model.name) });
    let arguments = tree! {
        "AlgorithmSpecification": tree! {
            "TrainingImage": model.image.as_str(),
            "TrainingInputMode": "File",
            "MetricDefinitions": model.quality.iter().map(|q| tree! { "Name": format!("validation:{}", q.name), "Regex": format!("{}=([0-9.]+)", q.name) }).collect::<Vec<_>>(),
        },
        "OutputDataConfig": tree! { "S3OutputPath": format!("s3://{}/{}/models", model.bucket, model.name) },
        "StoppingCondition": tree! { "MaxRuntimeInSeconds": 14_400, "MaxWaitTimeInSeconds": model.spot.then_some(21_600) },
        "ResourceConfig": tree! {
            "VolumeSizeInGB": 100,
            "InstanceCount": parameter("TrainingInstanceCount"),
            "InstanceType": parameter("TrainingInstanceType"),
        },
        "RoleArn": account.role("sagemaker-pipelines"),
        "InputDataConfig": channels,
        "HyperParameters": tree! { "max_depth": "6", "eta": "0.2", "objective": "reg:squarederror" },
        "EnableManagedSpotTraining": parameter("UseSpotInstances"),
        "CheckpointConfig": spot,
    };
    tree! {
        "Name": "Train",
        "Type": "Training",
        "Arguments": arguments,
        "DependsOn": vec!["Preprocess"],
        "RetryPolicies": vec![tree! { "ExceptionType": vec!["SageMaker.CAPACITY_ERROR"], "IntervalSeconds": 60, "MaxAttempts": 2, "BackoffRate": 2.0 }],
    }
}

fn evaluate(account: &Account, model: &Model) -> Value {
    let inputs =
        vec![tree! { "Get": "Steps.Train.ModelArtifacts.S3ModelArtifacts" }, output(model, "preprocess/train")];
    tree! {
        "Name": "Evaluate",
        "Type": "Processing",
        "Arguments": processing(account, model, inputs, "evaluation", "evaluation", "evaluate.py"),
        "PropertyFiles": vec![tree! { "PropertyFileName": "EvaluationReport", "OutputName": "evaluation", "FilePath": "evaluation.json" }],
        "DependsOn": vec!["Train"],
    }
}

fn check(model: &Model) -> Value {
    let conditions: Vec<Value> = model
        .quality
        .iter()
        .filter_map(|quality| {
            let (name, _) = gate_name(quality)?;
            let file = tree! { "Get": "Steps.Evaluate.PropertyFiles.EvaluationReport" };
            let path = format!("{}.{}.value", model.family, quality.name);
            Some(tree! {
                "Type": if quality.least.is_some() { "GreaterThanOrEqualTo" } else { "LessThanOrEqualTo" },
                "LeftValue": tree! { "Std:JsonGet": tree! { "PropertyFile": file, "Path": path } },
                "RightValue": parameter(&name),
            })
        })
        .collect();
    let fail = tree! {
        "Name": "NotGoodEnough",
        "Type": "Fail",
        "Arguments": tree! { "ErrorMessage": "the model is not good enough" },
    };
    let otherwise: Vec<Value> = model.explained.then_some(fail).into_iter().collect();
    tree! {
        "Name": "CheckQuality",
        "Type": "Condition",
        "Arguments": tree! { "Conditions": conditions, "IfSteps": vec![register(model)], "ElseSteps": otherwise },
        "DependsOn": if model.explained { vec!["Evaluate", "Explain"] } else { vec!["Evaluate"] },
    }
}

fn register(model: &Model) -> Value {
    let digest = num::hex(num::hash(&model.image), 64);
    let container = tree! {
        "Image": model.image.as_str(),
        "ImageDigest": format!("sha256:{digest}"),
        "ModelDataUrl": tree! { "Get": "Steps.Train.ModelArtifacts.S3ModelArtifacts" },
        "Framework": model.framework.as_str(),
        "FrameworkVersion": model.image.rsplit(':').next().unwrap_or("1"),
        "Environment": tree! { "SAGEMAKER_PROGRAM": "inference.py" },
    };
    tree! {
        "Name": "Register-RegisterModel",
        "Type": "RegisterModel",
        "Arguments": tree! {
            "ModelPackageGroupName": model.name.as_str(),
            "ModelApprovalStatus": parameter("ModelApprovalStatus"),
            "InferenceSpecification": tree! {
                "Containers": vec![container],
                "SupportedContentTypes": vec!["text/csv"],
                "SupportedResponseMIMETypes": vec!["application/json"],
                "SupportedRealtimeInferenceInstanceTypes": vec![model.instance.as_str(), "ml.m5.xlarge"],
                "SupportedTransformInstanceTypes": vec!["ml.m5.xlarge"],
            },
        },
    }
}
