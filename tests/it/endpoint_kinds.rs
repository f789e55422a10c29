//! Endpoints of every kind: each from replies written by hand, and all of them in one story.

#![expect(clippy::indexing_slicing, reason = "a test stops at the first surprise")]

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::altered::{Altered, Answer};
use crate::harness::Harness;
use crate::sagetop::Home;

const NOW: f64 = 1_790_000_000.0;

/// One endpoint: what its descriptions add to the plain ones, the metrics that are requested, and values of the dump.
struct Case {
    what: &'static str,
    endpoint: Value,
    config: Value,
    model: Value,
    components: Vec<Value>,
    metrics: &'static str,
    told: Vec<(&'static str, Value)>,
}

const DIRECT: &str = "Invocations Invocation4XXErrors Invocation5XXErrors ModelLatency OverheadLatency";

fn variant(name: &str, weight: f64) -> Value {
    json!({"VariantName": name, "CurrentWeight": weight, "DesiredWeight": weight, "CurrentInstanceCount": 1,
        "DesiredInstanceCount": 1})
}

fn configured(name: &str) -> Value {
    json!({"VariantName": name, "ModelName": "m", "InitialInstanceCount": 1, "InstanceType": "ml.m5.large",
        "InitialVariantWeight": 1.0})
}

fn plain(what: &'static str) -> Case {
    Case {
        what,
        endpoint: json!({"ProductionVariants": [variant("a", 1.0)]}),
        config: json!({"ProductionVariants": [configured("a")]}),
        model: json!({"PrimaryContainer": {"Image": "img"}}),
        components: Vec::new(),
        metrics: DIRECT,
        told: Vec::new(),
    }
}

fn several() -> Case {
    let routed = |name, weight| {
        let mut variant = variant(name, weight);
        variant["RoutingConfig"] = json!({"RoutingStrategy": "LEAST_OUTSTANDING_REQUESTS"});
        variant["ManagedInstanceScaling"] = json!({"Status": "ENABLED", "MinInstanceCount": 1, "MaxInstanceCount": 4});
        variant
    };
    Case {
        endpoint: json!({"ProductionVariants": [routed("a", 9.0), routed("b", 1.0)],
            "ShadowProductionVariants": [variant("c", 1.0)],
            "DataCaptureConfig": {"EnableCapture": true, "CaptureStatus": "Stopped", "CurrentSamplingPercentage": 20,
                "DestinationS3Uri": "s3://b/c", "KmsKeyId": "k"}}),
        config: json!({"ProductionVariants": [configured("a"), configured("b")], "KmsKeyId": "key"}),
        model: json!({"PrimaryContainer": {"Image": "img"}, "ExecutionRoleArn": "arn:aws:iam::1:role/r",
            "VpcConfig": {"Subnets": ["s1", "s2"], "SecurityGroupIds": ["g"]}}),
        told: vec![
            ("endpoint/variants/1/weight", json!(1.0)),
            ("endpoint/variants/0/routing", json!("LEAST_OUTSTANDING_REQUESTS")),
            ("endpoint/variants/0/least_instances", json!(1)),
            ("endpoint/shadows/0/name", json!("c")),
            ("endpoint/capture/status", json!("Stopped")),
            ("endpoint/capture/percent", json!(20)),
            ("config/kms_key", json!("key")),
            ("model/subnets", json!(["s1", "s2"])),
        ],
        ..plain("several variants, a shadow, capture, key and network")
    }
}

fn serverless() -> Case {
    let limits = json!({"MemorySizeInMB": 2048, "MaxConcurrency": 5, "ProvisionedConcurrency": 1});
    Case {
        endpoint: json!({"ProductionVariants": [{"VariantName": "a", "CurrentWeight": 1.0,
            "CurrentServerlessConfig": limits}]}),
        config: json!({"ProductionVariants": [{"VariantName": "a", "ModelName": "m", "ServerlessConfig": limits}]}),
        metrics: "Invocations Invocation4XXErrors Invocation5XXErrors ModelLatency OverheadLatency ModelSetupTime \
                  MemoryUtilization",
        told: vec![
            ("endpoint/variants/0/limits", json!({"memory": 2048, "concurrency": 5, "provisioned": 1})),
            ("endpoint/variants/0/serverless", json!(true)),
        ],
        ..plain("serverless")
    }
}

fn multi_model() -> Case {
    Case {
        model: json!({"PrimaryContainer": {"Image": "img", "Mode": "MultiModel", "ModelDataUrl": "s3://b/all"}}),
        metrics: "Invocations Invocation4XXErrors Invocation5XXErrors ModelLatency OverheadLatency ModelCacheHit \
                  ModelLoadingWaitTime ModelLoadingTime LoadedModelCount",
        told: vec![("model/containers/0/multi_model", json!(true))],
        ..plain("multi-model")
    }
}

fn asynchronous() -> Case {
    let settings = json!({"OutputConfig": {"S3OutputPath": "s3://b/out", "S3FailurePath": "s3://b/bad"},
        "ClientConfig": {"MaxConcurrentInvocationsPerInstance": 4}});
    let mut case = plain("asynchronous");
    case.endpoint["AsyncInferenceConfig"] = settings.clone();
    case.config["AsyncInferenceConfig"] = settings;
    Case {
        metrics: "Invocation4XXErrors Invocation5XXErrors ModelLatency InvocationsProcesssed InvocationFailures \
                  TimeInBacklog ApproximateBacklogSize ApproximateAgeOfOldestRequest HasBacklogWithoutCapacity",
        told: vec![(
            "endpoint/asynchronous",
            json!({"output": "s3://b/out", "failures": "s3://b/bad", "concurrency": 4}),
        )],
        ..case
    }
}

fn components() -> Case {
    let takes = json!({"NumberOfCpuCoresRequired": 2.0, "MinMemoryRequiredInMb": 4096});
    let component = json!({"InferenceComponentName": "c", "InferenceComponentArn": "arn:c", "EndpointName": "e",
        "EndpointArn": "arn:e", "VariantName": "a", "InferenceComponentStatus": "InService",
        "CreationTime": NOW, "LastModifiedTime": NOW,
        "Specification": {"ModelName": "m", "ComputeResourceRequirements": takes},
        "RuntimeConfig": {"DesiredCopyCount": 2, "CurrentCopyCount": 1}});
    Case {
        config: json!({"ProductionVariants": [{"VariantName": "a", "InitialInstanceCount": 1,
            "InstanceType": "ml.g5.xlarge"}], "ExecutionRoleArn": "arn:aws:iam::1:role/own"}),
        components: vec![component],
        metrics: "Invocations Invocation4XXErrors Invocation5XXErrors ModelLatency",
        told: vec![
            ("component/details/models", json!(["m"])),
            ("component/details/copies", json!(1)),
            ("component/details/desired_copies", json!(2)),
            ("component/details/memory", json!(4096)),
            ("config/role", json!("arn:aws:iam::1:role/own")),
        ],
        ..plain("inference components")
    }
}

fn deploying() -> Case {
    let mut arrives = variant("a", 1.0);
    arrives["CurrentWeight"] = json!(0.1);
    arrives["VariantStatus"] = json!([{"Status": "Baking", "StartTime": NOW}]);
    let canary = json!({"Type": "CANARY", "CanarySize": {"Type": "CAPACITY_PERCENT", "Value": 10},
        "WaitIntervalInSeconds": 300});
    let policy = json!({"TrafficRoutingConfiguration": canary, "TerminationWaitInSeconds": 600});
    let mut case = plain("a deployment under way");
    case.endpoint["EndpointStatus"] = json!("Updating");
    case.endpoint["PendingDeploymentSummary"] =
        json!({"EndpointConfigName": "next", "StartTime": NOW, "ProductionVariants": [arrives]});
    case.endpoint["LastDeploymentConfig"] = json!({"BlueGreenUpdatePolicy": policy,
        "AutoRollbackConfiguration": {"Alarms": [{"AlarmName": "guard"}]}});
    Case {
        told: vec![
            ("endpoint/pending/variants/0/phases", json!(["Baking"])),
            ("endpoint/rollout", json!({"kind": "CANARY", "step": "10 %", "wait": 300, "bake": 600})),
            ("endpoint/guards", json!(["guard"])),
        ],
        ..case
    }
}

/// Adds the members of one object to another.
fn with(mut base: Value, more: &Value) -> Value {
    for (name, value) in more.as_object().into_iter().flatten() {
        base[name] = value.clone();
    }
    base
}

/// Serves the account of a case.
fn serve(case: &Case) -> Altered {
    let listed = json!({"EndpointName": "e", "EndpointArn": "arn:aws:sagemaker:eu-west-1:1:endpoint/e",
        "EndpointStatus": "InService", "CreationTime": NOW, "LastModifiedTime": NOW});
    let described = with(with(listed.clone(), &json!({"EndpointConfigName": "now"})), &case.endpoint);
    let config = json!({"EndpointConfigName": "now", "EndpointConfigArn": "arn:now", "CreationTime": NOW});
    let config = with(config, &case.config);
    let model = json!({"ModelName": "m", "ModelArn": "arn:m", "CreationTime": NOW});
    let model = with(model, &case.model);
    let components = case.components.clone();
    Altered::serve("empty", move |asked| {
        let none = json!({"__type": "AccessDeniedException", "message": "no index"});
        Some(match asked.operation.as_str() {
            "Search" => Answer::json(400, &none),
            "ListEndpoints" => Answer::json(200, &json!({"Endpoints": [listed]})),
            "DescribeEndpoint" => Answer::json(200, &described),
            "ListEndpointConfigs" => Answer::json(200, &json!({"EndpointConfigs": [config]})),
            "DescribeEndpointConfig" => Answer::json(200, &config),
            "ListModels" => Answer::json(200, &json!({"Models": [model]})),
            "DescribeModel" => Answer::json(200, &model),
            "ListTags" => Answer::json(200, &json!({"Tags": []})),
            "ListInferenceComponents" => Answer::json(200, &json!({"InferenceComponents": components})),
            "DescribeInferenceComponent" => Answer::json(200, components.first()?),
            _ => return None,
        })
    })
}

#[test]
fn an_endpoint_of_each_kind_is_read_in_whole_and_asked_for_its_own_metrics() {
    let cases =
        [plain("one variant"), several(), serverless(), multi_model(), asynchronous(), components(), deploying()];
    for case in cases {
        let account = serve(&case);
        let dump = Home::new().run_at(&account.url, "eu-west-1", &["dump"]).json();
        let rows = &dump["resources"];
        let all = json!({"endpoint": rows["endpoints"][0], "config": rows["endpoint_configs"][0],
            "model": rows["models"][0], "component": rows["inference_components"][0]});
        for (place, value) in &case.told {
            assert_eq!(all.pointer(&format!("/{place}")), Some(value), "{}: {place} in {all:#}", case.what);
        }
        let asked = rows["metrics"].as_array().unwrap().iter();
        let asked: BTreeSet<&str> = asked.map(|series| series["label"].as_str().unwrap()).collect();
        assert_eq!(asked, case.metrics.split_whitespace().collect(), "{}", case.what);
    }
}

#[tokio::test(start_paused = true)]
async fn the_detail_of_each_endpoint_says_what_its_kind_has() {
    let mut t = Harness::story("every-endpoint").size(400, 70).ready().await;
    for (name, told) in [
        ("search-split-prod", &["90 %", "10 %", "challenger", "(v12)", "one instance"][..]),
        ("search-shadow-prod", &["shadow next", "answers nobody"]),
        ("search-serverless-prod", &["serverless, 2048 MB, 20 requests at once", "ModelSetupTime"]),
        ("search-many-prod", &["multi-model", "ModelCacheHit", "LoadedModelCount"]),
        ("search-batch-prod", &["s3://retail-ml-artifacts/answers/", "ApproximateBacklogSize", "asynchronous"]),
        ("search-shared-prod", &["2 of 2 copies", "1 cores, 2048 MB", "inference components"]),
        ("search-managed-prod", &["managed 1 to 4", "LEAST_OUTSTANDING_REQUESTS", "subnet-0a1b2c3d", "KmsKeyId"]),
        (
            "search-canary-prod",
            &["CANARY 10 %, then 300 s, bakes 600 s", "search-canary-5xx", "search-canary-prod-next"],
        ),
    ] {
        t.keys(&format!("4 '/{name}' enter enter")).await;
        t.run_for("3m").await;
        for part in told {
            t.says(part);
        }
        t.keys("esc esc esc").await;
    }
}
