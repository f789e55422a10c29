//! Endpoints of every kind, each with the metrics that AWS publishes for its kind.

use crate::sim::prelude::{Record, Value, tree};
use crate::sim::services::cloudwatch::{Kind, Series};
use crate::sim::services::sagemaker::Endpoint;
use crate::sim::story::{Special, Way};
use crate::sim::world::World;

/// A metric: its name, the way in which it is published, and its usual value.
type Metric = (&'static str, Kind, f64);

const ERRORS: [Metric; 2] = [("Invocation4XXErrors", Kind::Rate, 0.001), ("Invocation5XXErrors", Kind::Rate, 0.0004)];
const LATENCY: Metric = ("ModelLatency", Kind::Latency, 42_000.0);
const OVERHEAD: Metric = ("OverheadLatency", Kind::Latency, 3_100.0);

impl World {
    pub(super) fn build_special(&mut self, spec: &Special) {
        self.ago(spec.age, |world| world.build_special_endpoint(spec));
        self.build_special_metrics(spec);
        if spec.way == Way::Canary
            && let Some(version) = spec.versions.get(1)
        {
            self.begin_canary(spec, version);
        }
    }

    fn build_special_endpoint(&mut self, spec: &Special) {
        let (name, now) = (spec.name.as_str(), self.env.now);
        let models: Vec<String> = spec.versions.iter().map(|version| self.build_special_model(spec, version)).collect();
        let config = format!("{name}-{}", self.env.now.format("%Y%m%d-%H%M"));
        let request = self.configured(spec, &models).with("EndpointConfigName", config.as_str());
        self.sagemaker.add_config(&mut self.env, &request);
        let arn = self.env.account.sagemaker("endpoint", name);
        self.env.tags.add(&arn, "sagemaker:deployment-stage", "prod");
        let mut doc = tree! {
            "EndpointName": name, "EndpointArn": arn, "EndpointStatus": "InService", "CreationTime": now,
            "LastModifiedTime": now, "EndpointConfigName": config.as_str(),
        };
        if !spec.guards.is_empty() {
            doc.set("LastDeploymentConfig", canary(&spec.guards));
        }
        let mut endpoint = Endpoint::new(Record::new(name, now, doc));
        endpoint.variants = self.sagemaker.fleet(&self.env, &config).unwrap_or_default();
        endpoint.begin_serving(now);
        self.sagemaker.endpoints.insert(name.to_owned(), endpoint);
        self.sagemaker.set_settings(&self.env, name);
        if spec.way == Way::Components {
            for (model, copies) in models.iter().zip([2, 1]) {
                self.sagemaker.add_component(&self.env, (name, "AllTraffic"), model, copies);
            }
        }
    }

    /// Builds the model of a version (`model/number`). A multi-model endpoint has a prefix instead of one version.
    fn build_special_model(&mut self, spec: &Special, version: &str) -> String {
        let model = format!("{}-{}", spec.name, version.replace('/', "-v"));
        let container = if spec.way == Way::MultiModel {
            let image = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/multi-model:1";
            tree! { "Mode": "MultiModel", "Image": image, "ModelDataUrl": format!("s3://{}/many/", spec.bucket) }
        } else {
            tree! { "ModelPackageName": self.env.account.sagemaker("model-package", version) }
        };
        let mut request = tree! {
            "ModelName": model.as_str(),
            "ExecutionRoleArn": self.env.account.role("sagemaker-serving"),
            "PrimaryContainer": container,
        };
        if spec.way == Way::Managed {
            request.set(
                "VpcConfig",
                tree! {
                    "Subnets": vec!["subnet-0a1b2c3d", "subnet-4e5f6a7b"],
                    "SecurityGroupIds": vec!["sg-0123456789abcdef0"],
                },
            );
        }
        self.sagemaker.add_model(&mut self.env, &request);
        model
    }

    /// Returns the request that makes the configuration of an endpoint.
    fn configured(&self, spec: &Special, models: &[String]) -> Value {
        let model = |place: usize| models.get(place).map_or("", String::as_str);
        let one = || on_instances("AllTraffic", model(0), 2, 1.0);
        let variants = match spec.way {
            Way::Canary | Way::MultiModel | Way::Asynchronous | Way::Shadow => vec![one()],
            Way::Split => {
                vec![on_instances("champion", model(0), 2, 9.0), on_instances("challenger", model(1), 1, 1.0)]
            }
            Way::Serverless => {
                let limits = tree! { "MemorySizeInMB": 2048, "MaxConcurrency": 20, "ProvisionedConcurrency": 2 };
                let variant = tree! { "VariantName": "AllTraffic", "ModelName": model(0), "InitialVariantWeight": 1.0 };
                vec![variant.with("ServerlessConfig", limits)]
            }
            Way::Managed | Way::Components => {
                let scaling = tree! { "Status": "ENABLED", "MinInstanceCount": 1, "MaxInstanceCount": 4 };
                let routing = tree! { "RoutingStrategy": "LEAST_OUTSTANDING_REQUESTS" };
                let variant = on_instances("AllTraffic", model(0), 1, 1.0);
                let variant = variant.with("ManagedInstanceScaling", scaling).with("RoutingConfig", routing);
                let names_none = spec.way == Way::Components;
                vec![if names_none { variant.with("ModelName", Value::Null) } else { variant }]
            }
        };
        let mut request = tree! { "ProductionVariants": variants };
        match spec.way {
            Way::Shadow => {
                request.set("ShadowProductionVariants", vec![on_instances("next", model(1), 1, 1.0)]);
            }
            Way::Asynchronous => {
                let output = tree! {
                    "S3OutputPath": format!("s3://{}/answers/", spec.bucket),
                    "S3FailurePath": format!("s3://{}/failures/", spec.bucket),
                };
                let client = tree! { "MaxConcurrentInvocationsPerInstance": 4 };
                request.set("AsyncInferenceConfig", tree! { "OutputConfig": output, "ClientConfig": client });
            }
            Way::Managed => {
                let key = self.env.account.arn("kms", "key/1234abcd-12ab-34cd-56ef-1234567890ab");
                request.set("KmsKeyId", key);
                request.set("DataCaptureConfig", super::endpoints::captured(&spec.bucket));
            }
            Way::Components => request.set("ExecutionRoleArn", self.env.account.role("sagemaker-serving")),
            Way::Split | Way::Serverless | Way::MultiModel | Way::Canary => {}
        }
        request
    }

    /// Begins the deployment of a second version behind a canary.
    fn begin_canary(&mut self, spec: &Special, version: &str) {
        let model = self.build_special_model(spec, version);
        let config = format!("{}-next", spec.name);
        let request = tree! {
            "EndpointConfigName": config.as_str(),
            "ProductionVariants": vec![on_instances("AllTraffic", &model, 2, 1.0)],
        };
        self.sagemaker.add_config(&mut self.env, &request);
        let fleet = self.sagemaker.fleet(&self.env, &config).unwrap_or_default();
        let deployment = Some(canary(&spec.guards));
        self.sagemaker.begin_deployment(&mut self.env, &spec.name, &config, (fleet, deployment));
    }

    fn build_special_metrics(&mut self, spec: &Special) {
        let requests = ("Invocations", Kind::Count, spec.requests);
        let direct = [&[requests, LATENCY, OVERHEAD][..], &ERRORS].concat();
        let own = |name: &str, metrics: Vec<Metric>| {
            let dimensions = vec![("EndpointName", spec.name.clone()), ("VariantName", name.to_owned())];
            (dimensions, metrics)
        };
        let published = match spec.way {
            Way::Managed | Way::Canary | Way::Shadow => vec![own("AllTraffic", direct)],
            Way::Split => vec![own("champion", direct.clone()), own("challenger", direct)],
            Way::Serverless => {
                vec![own("AllTraffic", [&direct[..], &[("ModelSetupTime", Kind::Latency, 2_400_000.0)]].concat())]
            }
            Way::MultiModel => {
                let loading = [
                    ("ModelCacheHit", Kind::Rate, 0.93),
                    ("ModelLoadingWaitTime", Kind::Latency, 900_000.0),
                    ("ModelLoadingTime", Kind::Latency, 640_000.0),
                ];
                vec![own("AllTraffic", [&direct[..], &loading].concat())]
            }
            Way::Asynchronous => {
                let queue = [
                    ("ApproximateBacklogSize", Kind::Gauge, 12.0),
                    ("ApproximateAgeOfOldestRequest", Kind::Gauge, 40.0),
                    ("HasBacklogWithoutCapacity", Kind::Gauge, 0.0),
                ];
                let answered = [
                    ("InvocationsProcesssed", Kind::Count, spec.requests),
                    ("InvocationFailures", Kind::Count, 0.0),
                    ("TimeInBacklog", Kind::Latency, 9_000.0),
                    LATENCY,
                ];
                let whole = (vec![("EndpointName", spec.name.clone())], queue.to_vec());
                vec![whole, own("AllTraffic", [&answered[..], &ERRORS].concat())]
            }
            Way::Components => {
                let components = self.sagemaker.components.values().filter(|c| c.doc.str("EndpointName") == spec.name);
                let metrics = [&[requests, LATENCY][..], &ERRORS].concat();
                components.map(|c| (vec![("InferenceComponentName", c.name.clone())], metrics.clone())).collect()
            }
        };
        for (dimensions, metrics) in published {
            for metric in metrics {
                self.add_special_series(spec, "AWS/SageMaker", &dimensions, metric);
            }
        }
        let dimensions = own("AllTraffic", Vec::new()).0;
        let of_instances = match spec.way {
            Way::Serverless => Some(("MemoryUtilization", Kind::Gauge, 58.0)),
            Way::MultiModel => Some(("LoadedModelCount", Kind::Gauge, 14.0)),
            Way::Split | Way::Shadow | Way::Asynchronous | Way::Components | Way::Managed | Way::Canary => None,
        };
        if let Some(metric) = of_instances {
            self.add_special_series(spec, "/aws/sagemaker/Endpoints", &dimensions, metric);
        }
    }

    fn add_special_series(
        &mut self,
        spec: &Special,
        namespace: &str,
        dimensions: &[(&str, String)],
        (name, kind, base): Metric,
    ) {
        let noise = if name == "LoadedModelCount" { 0.0 } else { 0.1 };
        self.cloudwatch.add_series(Series {
            namespace: namespace.to_owned(),
            name: name.to_owned(),
            dimensions: dimensions.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect(),
            kind,
            base,
            daily: 0.1,
            noise,
            requests: spec.requests,
            since: self.env.start - spec.age,
            effects: Vec::new(),
        });
    }
}

fn on_instances(name: &str, model: &str, count: i64, weight: f64) -> Value {
    tree! {
        "VariantName": name,
        "ModelName": model,
        "InitialInstanceCount": count,
        "InstanceType": "ml.c6i.xlarge",
        "InitialVariantWeight": weight,
    }
}

/// Returns the settings of a canary deployment with guarding alarms.
fn canary(alarms: &[String]) -> Value {
    let alarms: Vec<Value> = alarms.iter().map(|name| tree! { "AlarmName": name.as_str() }).collect();
    let size = tree! { "Type": "CAPACITY_PERCENT", "Value": 10 };
    let routing = tree! { "Type": "CANARY", "CanarySize": size, "WaitIntervalInSeconds": 300 };
    tree! {
        "BlueGreenUpdatePolicy": tree! {
            "TrafficRoutingConfiguration": routing, "TerminationWaitInSeconds": 600,
        },
        "AutoRollbackConfiguration": tree! { "Alarms": alarms },
    }
}
