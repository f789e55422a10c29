//! A model's endpoints: past deployments, what serves now, their metrics.

use std::collections::BTreeMap;

use super::super::cloudwatch::series::{Kind, Series};
use super::super::sagemaker::deploy::Endpoint;
use super::super::sagemaker::listing::record;
use super::super::scaling::{Activity, Scalable};
use super::super::story::{self, Model, Story};
use super::super::time::{Span, Time};
use super::super::wire::{Value, tree};
use super::super::world::World;

/// How `CloudTrail` names the service.
const SOURCE: &str = "sagemaker.amazonaws.com";

impl World {
    pub(super) fn build_endpoint(&mut self, model: &Model, spec: &story::Endpoint) {
        let name = format!("{}-{}", model.name, spec.stage);
        let mut gone = Vec::new();
        for deployed in &spec.deployed {
            let config = self.ago(deployed.age, |world| world.build_deployment(model, spec, &name, deployed));
            if deployed.gone {
                gone.push(config);
            }
        }
        for (config, model) in gone {
            self.configs.remove(&config);
            self.models.remove(&model);
        }
        if let (Some(reason), Some(endpoint)) = (&spec.stuck, self.endpoints.get_mut(&name)) {
            endpoint.record.doc.set("EndpointStatus", "UpdateRollbackFailed");
            endpoint.record.doc.set("FailureReason", reason.as_str());
        }
        self.build_endpoint_series(spec, &name);
        if let Some(scaling) = &spec.scaling {
            self.build_scaling_alarms(spec, &name, scaling);
        }
    }

    /// What one deployment of the past left: a model, a configuration, and another entry in the endpoint's history.
    fn build_deployment(
        &mut self,
        model: &Model,
        spec: &story::Endpoint,
        name: &str,
        deployed: &story::Deployed,
    ) -> (String, String) {
        let version = deployed.version;
        let stamp = self.now.format("%Y%m%d-%H%M");
        let (config, model_name) = (format!("{name}-v{version}-{stamp}"), format!("{name}-model-v{version}-{stamp}"));
        let request = self.model_request(model, deployed, &model_name);
        self.add_model(&request);
        let by = format!("{}-deploy", model.name);
        self.trace(SOURCE, "CreateModel", &by, request, None);
        let variant = tree! {
            "VariantName": spec.variant.as_str(),
            "ModelName": model_name.as_str(),
            "InitialInstanceCount": deployed.instances.unwrap_or(spec.instances),
            "InstanceType": deployed.instance.as_deref().unwrap_or(&model.instance),
            "InitialVariantWeight": 1.0,
        };
        let mut request = tree! {
            "EndpointConfigName": config.as_str(),
            "ProductionVariants": vec![variant],
            "EnableNetworkIsolation": false,
        };
        if deployed.capture {
            request.set("DataCaptureConfig", captured(&model.bucket));
        }
        self.add_config(&request);
        self.trace(SOURCE, "CreateEndpointConfig", &by, request, None);
        let change = if self.endpoints.contains_key(name) { "UpdateEndpoint" } else { "CreateEndpoint" };
        let request = tree! { "EndpointName": name, "EndpointConfigName": config.as_str() };
        self.trace(SOURCE, change, &by, request, None);
        let (fleet, now) = (self.fleet(&config).unwrap_or_default(), self.now);
        let arn = self.home.sagemaker("endpoint", name);
        if !self.endpoints.contains_key(name) {
            self.tag_model(&arn, model);
            self.tag(&arn, "sagemaker:deployment-stage", &spec.stage);
            for (key, value) in &spec.tags {
                self.tag(&arn, key, value);
            }
        }
        let endpoint = self.endpoints.entry(name.to_owned()).or_insert_with(|| {
            let doc =
                tree! { "EndpointName": name, "EndpointArn": arn, "EndpointStatus": "InService", "CreationTime": now };
            Endpoint { record: record(name, now, doc), variants: Vec::new(), update: None, served: Vec::new() }
        });
        endpoint.record.doc.set("EndpointConfigName", config.as_str());
        endpoint.record.doc.set("LastModifiedTime", now);
        if !spec.guards.is_empty() {
            endpoint.record.doc.set("LastDeploymentConfig", guarded(&spec.guards));
        }
        endpoint.variants = fleet;
        for variant in &mut endpoint.variants {
            variant.desired = spec.now.or(deployed.instances).unwrap_or(spec.instances);
            variant.current = variant.desired;
        }
        endpoint.serves(now);
        (config, model_name)
    }

    /// The request that made the model of a deployment.
    fn model_request(&self, model: &Model, deployed: &story::Deployed, name: &str) -> Value {
        let package = self.home.sagemaker("model-package", &format!("{}/{}", model.name, deployed.version));
        let mut container = tree! { "ModelPackageName": package };
        if !deployed.environment.is_empty() {
            let variables = deployed.environment.iter();
            container.set(
                "Environment",
                variables.fold(tree! {}, |all, (name, value)| all.with(name.clone(), value.as_str())),
            );
        }
        let mut request = tree! {
            "ModelName": name,
            "ExecutionRoleArn": self.home.role("sagemaker-serving"),
            "Tags": vec![tree! { "Key": "sagemaker:project-name", "Value": model.name.as_str() }],
        };
        if model.containers {
            request.set("Containers", vec![container]);
        } else {
            request.set("PrimaryContainer", container);
        }
        request
    }

    fn build_endpoint_series(&mut self, spec: &story::Endpoint, name: &str) {
        let since = self.endpoints.get(name).map_or(self.start, |e| e.record.created);
        let own = [
            ("AWS/SageMaker", "Invocations", Kind::Count, spec.requests, 0.45, 0.08),
            ("AWS/SageMaker", "InvocationsPerInstance", Kind::Count, spec.requests, 0.45, 0.08),
            ("AWS/SageMaker", "Invocation4XXErrors", Kind::Rate, spec.errors * 2.0, 0.1, 0.6),
            ("AWS/SageMaker", "Invocation5XXErrors", Kind::Rate, spec.errors, 0.1, 0.6),
            ("AWS/SageMaker", "InvocationModelErrors", Kind::Rate, spec.errors, 0.1, 0.6),
            ("AWS/SageMaker", "ModelLatency", Kind::Latency, spec.latency_ms * 1000.0, 0.12, 0.12),
            ("AWS/SageMaker", "OverheadLatency", Kind::Latency, 3_200.0, 0.1, 0.15),
            ("/aws/sagemaker/Endpoints", "CPUUtilization", Kind::Gauge, spec.cpu, 0.3, 0.15),
            ("/aws/sagemaker/Endpoints", "MemoryUtilization", Kind::Gauge, 41.0, 0.05, 0.04),
            ("/aws/sagemaker/Endpoints", "DiskUtilization", Kind::Gauge, 17.0, 0.0, 0.02),
        ];
        for (namespace, metric, kind, base, daily, noise) in own {
            let dimensions = [("EndpointName", name), ("VariantName", spec.variant.as_str())];
            self.add_series(Series {
                namespace: namespace.to_owned(),
                name: metric.to_owned(),
                dimensions: dimensions.map(|(n, v)| (n.to_owned(), v.to_owned())).to_vec(),
                kind,
                base,
                daily,
                noise,
                requests: spec.requests,
                since,
                effects: Vec::new(),
            });
        }
    }

    /// The pair of alarms by which scaling works; the low one is in ALARM whenever it is quiet.
    fn build_scaling_alarms(&mut self, spec: &story::Endpoint, name: &str, scaling: &story::Scaling) {
        let resource = format!("endpoint/{name}/variant/{}", spec.variant);
        for (side, operator, threshold, periods) in [
            ("AlarmHigh", "GreaterThanThreshold", scaling.target, 3),
            ("AlarmLow", "LessThanThreshold", scaling.target * 0.9, 15),
        ] {
            let id = super::super::num::hex(super::super::num::hash(&format!("{resource}{side}")), 12);
            let alarm = format!("TargetTracking-{resource}-{side}-{id}");
            let policy = format!("scalingPolicy:{id}:resource/sagemaker/{resource}:policyName/{name}-target");
            let words =
                format!("DO NOT EDIT OR DELETE. For TargetTrackingScaling policy arn:aws:autoscaling:::{policy}.");
            let dimensions = vec![
                tree! { "Name": "EndpointName", "Value": name },
                tree! { "Name": "VariantName", "Value": spec.variant.as_str() },
            ];
            let age = self.endpoints.get(name).map_or(self.start, |e| e.record.created);
            self.add_alarm(
                &alarm,
                age,
                &tree! {
                    "AlarmDescription": words,
                    "ActionsEnabled": true,
                    "AlarmActions": vec![self.home.arn("autoscaling", &policy)],
                    "MetricName": "InvocationsPerInstance",
                    "Namespace": "AWS/SageMaker",
                    "Statistic": "Sum",
                    "Dimensions": dimensions,
                    "Period": 60,
                    "EvaluationPeriods": periods,
                    "Threshold": threshold,
                    "ComparisonOperator": operator,
                },
            );
        }
        let created = self.endpoints.get(name).map_or(self.start, |e| e.record.created);
        let id = |side: &str| super::super::num::hex(super::super::num::hash(&format!("{resource}{side}")), 12);
        self.scaling.insert(
            name.to_owned(),
            Scalable {
                endpoint: name.to_owned(),
                variant: spec.variant.clone(),
                least: scaling.least,
                most: scaling.most,
                aim: scaling.target,
                created,
                high: format!("TargetTracking-{resource}-AlarmHigh-{}", id("AlarmHigh")),
                low: format!("TargetTracking-{resource}-AlarmLow-{}", id("AlarmLow")),
            },
        );
        let steps = spec.now.map_or(0, |now| now - spec.instances).clamp(0, 20);
        for step in 1..=steps {
            self.activities.push(Activity {
                resource: resource.clone(),
                at: self.start - Span::minutes(40 * (steps - step + 5)),
                cause: format!("monitor alarm TargetTracking-{resource}-AlarmHigh-{} in state ALARM triggered policy {name}-target", id("AlarmHigh")),
                count: spec.instances + step,
                limit: None,
            });
        }
    }

    fn add_series(&mut self, mut series: Series) {
        series.dimensions.sort();
        self.series.insert(series.key(), series);
    }

    pub(super) fn build_series(&mut self, story: &Story) {
        for series in &story.series {
            let own: BTreeMap<_, _> = series.dimensions.clone();
            self.add_series(Series {
                namespace: series.namespace.clone(),
                name: series.name.clone(),
                dimensions: own.into_iter().collect(),
                kind: Kind::Gauge,
                base: series.base,
                daily: series.daily,
                noise: series.noise,
                requests: 0.0,
                since: Time(0),
                effects: Vec::new(),
            });
        }
    }

    /// Keeps an alarm that watches something; its state comes later.
    pub(crate) fn add_alarm(&mut self, name: &str, created: Time, spec: &Value) {
        let arn = self.home.arn("cloudwatch", &format!("alarm:{name}"));
        let base = tree! { "AlarmName": name, "AlarmArn": arn };
        let doc = spec.members().iter().fold(base, |doc, (key, value)| doc.with(key.clone(), value));
        let empty = ["OKActions", "AlarmActions", "InsufficientDataActions"];
        let doc = empty
            .into_iter()
            .fold(doc, |doc, key| if doc.get(key).is_some() { doc } else { doc.with(key, Vec::<Value>::new()) });
        let doc = doc
            .with("AlarmConfigurationUpdatedTimestamp", created)
            .with("StateValue", "INSUFFICIENT_DATA")
            .with("StateReason", "Unchecked: Initial alarm creation")
            .with("StateUpdatedTimestamp", created)
            .with("StateTransitionedTimestamp", created);
        self.alarms.insert(name.to_owned(), super::super::cloudwatch::alarms::Alarm::new(doc));
    }
}

/// Requests are recorded.
fn captured(bucket: &str) -> Value {
    tree! {
        "EnableCapture": true,
        "InitialSamplingPercentage": 100,
        "DestinationS3Uri": format!("s3://{bucket}/capture"),
        "CaptureOptions": vec![tree! { "CaptureMode": "Input" }, tree! { "CaptureMode": "Output" }],
    }
}

/// The alarms that roll a deployment back.
fn guarded(alarms: &[String]) -> Value {
    let alarms: Vec<Value> = alarms.iter().map(|name| tree! { "AlarmName": name.as_str() }).collect();
    tree! { "AutoRollbackConfiguration": tree! { "Alarms": alarms } }
}
