//! A model's endpoints: past deployments, the present one, and their metrics.

use crate::sim::prelude::{Record, Span, Time, Value, num, tree};
use crate::sim::services::application_autoscaling::{Activity, Outcome, ScalableTarget, ScheduledAction};
use crate::sim::services::cloudwatch::{Kind, Series};
use crate::sim::services::sagemaker::{Endpoint, SOURCE};
use crate::sim::story::{self, Model, Story};
use crate::sim::world::World;

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
            self.sagemaker.configs.remove(&config);
            self.sagemaker.models.remove(&model);
        }
        if let (Some(reason), Some(endpoint)) = (&spec.stuck, self.sagemaker.endpoints.get_mut(&name)) {
            endpoint.record.doc.set("EndpointStatus", "UpdateRollbackFailed");
            endpoint.record.doc.set("FailureReason", reason.as_str());
        }
        self.build_endpoint_series(spec, &name);
        if let Some(scaling) = &spec.scaling {
            self.build_scaling_alarms(spec, &name, scaling);
        }
    }

    /// Builds the remains of one past deployment: a model, a configuration, and an entry in the endpoint's history.
    fn build_deployment(
        &mut self,
        model: &Model,
        spec: &story::Endpoint,
        name: &str,
        deployed: &story::Deployed,
    ) -> (String, String) {
        let version = deployed.version;
        let stamp = self.env.now.format("%Y%m%d-%H%M");
        let (config, model_name) = (format!("{name}-v{version}-{stamp}"), format!("{name}-model-v{version}-{stamp}"));
        let request = self.model_request(model, deployed, &model_name);
        self.sagemaker.add_model(&mut self.env, &request);
        let by = format!("{}-deploy", model.name);
        self.env.called(SOURCE, "CreateModel", &by, request);
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
        self.sagemaker.add_config(&mut self.env, &request);
        self.env.called(SOURCE, "CreateEndpointConfig", &by, request);
        let change = if self.sagemaker.endpoints.contains_key(name) { "UpdateEndpoint" } else { "CreateEndpoint" };
        let request = tree! { "EndpointName": name, "EndpointConfigName": config.as_str() };
        self.env.called(SOURCE, change, &by, request);
        let (fleet, now) = (self.sagemaker.fleet(&self.env, &config).unwrap_or_default(), self.env.now);
        let arn = self.env.account.sagemaker("endpoint", name);
        if !self.sagemaker.endpoints.contains_key(name) {
            self.tag_model(&arn, model);
            self.env.tags.add(&arn, "sagemaker:deployment-stage", &spec.stage);
            for (key, value) in &spec.tags {
                self.env.tags.add(&arn, key, value);
            }
        }
        let endpoint = self.sagemaker.endpoints.entry(name.to_owned()).or_insert_with(|| {
            let doc =
                tree! { "EndpointName": name, "EndpointArn": arn, "EndpointStatus": "InService", "CreationTime": now };
            Endpoint::new(Record::new(name, now, doc))
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
        endpoint.begin_serving(now);
        self.sagemaker.set_settings(&self.env, name);
        (config, model_name)
    }

    /// Builds the request that created the model of a deployment.
    fn model_request(&self, model: &Model, deployed: &story::Deployed, name: &str) -> Value {
        let package = self.env.account.sagemaker("model-package", &format!("{}/{}", model.name, deployed.version));
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
            "ExecutionRoleArn": self.env.account.role("sagemaker-serving"),
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
        let since = self.sagemaker.endpoints.get(name).map_or(self.env.start, |e| e.record.created);
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
            self.cloudwatch.add_series(Series {
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

    /// Builds the pair of scaling alarms. The low one is in ALARM whenever there are few requests.
    fn build_scaling_alarms(&mut self, spec: &story::Endpoint, name: &str, scaling: &story::Scaling) {
        let resource = format!("endpoint/{name}/variant/{}", spec.variant);
        for (side, operator, threshold, periods) in [
            ("AlarmHigh", "GreaterThanThreshold", scaling.target, 3),
            ("AlarmLow", "LessThanThreshold", scaling.target * 0.9, 15),
        ] {
            let id = num::hex(num::hash(&format!("{resource}{side}")), 12);
            let alarm = format!("TargetTracking-{resource}-{side}-{id}");
            let policy = format!("scalingPolicy:{id}:resource/sagemaker/{resource}:policyName/{name}-target");
            let words =
                format!("DO NOT EDIT OR DELETE. For TargetTrackingScaling policy arn:aws:autoscaling:::{policy}.");
            let dimensions = vec![
                tree! { "Name": "EndpointName", "Value": name },
                tree! { "Name": "VariantName", "Value": spec.variant.as_str() },
            ];
            let age = self.sagemaker.endpoints.get(name).map_or(self.env.start, |e| e.record.created);
            self.cloudwatch.add_alarm(
                &self.env,
                &alarm,
                age,
                &tree! {
                    "AlarmDescription": words,
                    "ActionsEnabled": true,
                    "AlarmActions": vec![self.env.account.arn("autoscaling", &policy)],
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
        self.build_scaling(spec, name, scaling);
    }

    /// Builds the limits of scaling, and what scaling did before the story begins.
    fn build_scaling(&mut self, spec: &story::Endpoint, name: &str, scaling: &story::Scaling) {
        let resource = format!("endpoint/{name}/variant/{}", spec.variant);
        let created = self.sagemaker.endpoints.get(name).map_or(self.env.start, |e| e.record.created);
        let scheduled = scaling.scheduled.iter().map(|action| ScheduledAction {
            name: action.name.clone(),
            schedule: action.schedule.clone(),
            least: action.least,
            most: action.most,
        });
        let id = |side: &str| num::hex(num::hash(&format!("{resource}{side}")), 12);
        self.application_autoscaling.targets.insert(
            name.to_owned(),
            ScalableTarget {
                endpoint: name.to_owned(),
                variant: spec.variant.clone(),
                least: scaling.least,
                most: scaling.most,
                goal: scaling.target,
                created,
                high_alarm: format!("TargetTracking-{resource}-AlarmHigh-{}", id("AlarmHigh")),
                low_alarm: format!("TargetTracking-{resource}-AlarmLow-{}", id("AlarmLow")),
                scheduled: scheduled.collect(),
                suspended: scaling.suspended.clone(),
                lacks: scaling.lacks.clone(),
            },
        );
        for action in &scaling.scheduled {
            let limits = [("min", action.least), ("max", action.most)];
            let limits = limits.into_iter().filter_map(|(what, n)| Some(format!("{what} capacity to {}", n?)));
            let ran = action.ran.map(|ran| Activity {
                resource: resource.clone(),
                at: self.env.start - ran,
                cause: format!("scheduled action name {} was triggered", action.name),
                outcome: Outcome::Limited(limits.collect::<Vec<_>>().join(" and ")),
            });
            self.application_autoscaling.activities.extend(ran);
        }
        let steps = spec.now.map_or(0, |now| now - spec.instances).clamp(0, 20);
        for step in 1..=steps {
            self.application_autoscaling.activities.push(Activity {
                resource: resource.clone(),
                at: self.env.start - Span::minutes(40 * (steps - step + 5)),
                cause: format!("monitor alarm TargetTracking-{resource}-AlarmHigh-{} in state ALARM triggered policy {name}-target", id("AlarmHigh")),
                outcome: Outcome::Set(spec.instances + step),
            });
        }
    }

    pub(super) fn build_series(&mut self, story: &Story) {
        for series in &story.series {
            self.cloudwatch.add_series(Series {
                namespace: series.namespace.clone(),
                name: series.name.clone(),
                dimensions: series.dimensions.clone().into_iter().collect(),
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
}

/// Returns the settings that capture requests.
pub(super) fn captured(bucket: &str) -> Value {
    tree! {
        "EnableCapture": true,
        "InitialSamplingPercentage": 100,
        "DestinationS3Uri": format!("s3://{bucket}/capture"),
        "CaptureOptions": vec![tree! { "CaptureMode": "Input" }, tree! { "CaptureMode": "Output" }],
    }
}

/// Returns the settings with the alarms that roll a deployment back.
fn guarded(alarms: &[String]) -> Value {
    let alarms: Vec<Value> = alarms.iter().map(|name| tree! { "AlarmName": name.as_str() }).collect();
    tree! { "AutoRollbackConfiguration": tree! { "Alarms": alarms } }
}
