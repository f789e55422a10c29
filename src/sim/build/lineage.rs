//! The provenance of versions, and where people work.

use crate::sim::prelude::{Record, Span, Value, num, tree};
use crate::sim::story::{Governed, Place, Workbench};
use crate::sim::world::World;

impl World {
    /// Builds what lineage, trials and Inference Recommender know of a version.
    pub(super) fn build_lineage(&mut self, spec: &Governed) {
        let account = self.env.account.clone();
        let (now, package) =
            (self.env.start - Span::minutes(3 * 24 * 60), account.sagemaker("model-package", &spec.version));
        let mark = num::hex(num::hash(&spec.version), 8);
        let mut artifact = |kind: &str, uri: &str| {
            let arn = account.sagemaker("artifact", &num::hex(num::hash(uri), 32));
            let doc = tree! {
                "ArtifactArn": &arn, "ArtifactName": format!("{kind}-{mark}"), "ArtifactType": kind,
                "Source": tree! { "SourceUri": uri }, "CreationTime": now, "LastModifiedTime": now,
            };
            self.sagemaker.artifacts.insert(arn.clone(), Record::new(&arn, now, doc));
            arn
        };
        artifact("Model", &package);
        let data = artifact("DataSet", "s3://retail-data-lake/customers/");
        let image = artifact("Image", "123456789012.dkr.ecr.eu-west-1.amazonaws.com/training:2.1.0");
        let job = format!("{}-train-{mark}", spec.version.replace('/', "-"));
        let trial = format!("{job}-aws-training-job");
        let component = account.sagemaker("experiment-trial-component", &trial);
        let vertex = |arn: &str, kind: &str, lineage: &str| tree! { "Arn": arn, "Type": kind, "LineageType": lineage };
        let ancestors = vec![
            vertex(&data, "DataSet", "Artifact"),
            vertex(&image, "Image", "Artifact"),
            vertex(&component, "TrainingJob", "TrialComponent"),
        ];
        let source = account.sagemaker("training-job", &job);
        let metric = |name: &str, value: f64| {
            tree! {
                "MetricName": name, "SourceArn": source.as_str(), "TimeStamp": now, "Max": value, "Min": value,
                "Last": value, "Count": 1, "Avg": value, "StdDev": 0.0,
            }
        };
        let parameters = vec![
            ("max_depth".into(), tree! { "NumberValue": 6.0 }),
            ("objective".into(), tree! { "StringValue": "binary:logistic" }),
        ];
        let doc = tree! {
            "TrialComponentName": trial.as_str(), "TrialComponentArn": component, "DisplayName": job,
            "Source": tree! { "SourceArn": source.as_str(), "SourceType": "SageMakerTrainingJob" },
            "Status": tree! { "PrimaryStatus": "Completed" }, "CreationTime": now, "LastModifiedTime": now,
            "Parameters": Value::Dict(parameters), "Metrics": vec![metric("validation:auc", 0.949)],
        };
        self.sagemaker.ancestors.insert(package.clone(), ancestors);
        self.sagemaker.trial_components.insert(trial.clone(), Record::new(&trial, now, doc));
        self.build_recommendation(spec, &package);
    }

    fn build_recommendation(&mut self, spec: &Governed, package: &str) {
        let (account, now) = (&self.env.account, self.env.start - Span::minutes(2 * 24 * 60));
        let name = format!("recommend-{}", spec.version.replace('/', "-"));
        let recommendation = |instance: &str, hour: f64, latency: i64| {
            tree! {
                "RecommendationId": format!("{name}/{}", num::hex(num::hash(instance), 8)),
                "Metrics": tree! {
                    "CostPerHour": hour, "CostPerInference": 0.000_001_5, "MaxInvocations": 2400, "ModelLatency": latency,
                },
                "EndpointConfiguration": tree! {
                    "EndpointName": format!("sm-epc-{instance}"), "VariantName": "AllTraffic",
                    "InstanceType": instance, "InitialInstanceCount": 1,
                },
                "ModelConfiguration": tree! {},
            }
        };
        let doc = tree! {
            "JobName": name.as_str(), "JobDescription": "", "JobType": "Default",
            "JobArn": account.sagemaker("inference-recommendations-job", &name),
            "Status": "COMPLETED", "CreationTime": now, "CompletionTime": now, "LastModifiedTime": now,
            "RoleArn": account.role("sagemaker-serving"), "ModelPackageVersionArn": package,
            "InputConfig": tree! { "ModelPackageVersionArn": package },
            "InferenceRecommendations": vec![
                recommendation("ml.c6i.xlarge", 0.204, 9), recommendation("ml.c6i.large", 0.102, 12),
            ],
        };
        self.sagemaker.recommendation_jobs.insert(name.clone(), Record::new(&name, now, doc));
    }

    pub(super) fn build_workbench(&mut self, spec: &Workbench) {
        let (account, name, status) = (&self.env.account, spec.name.as_str(), spec.status.as_str());
        let created = self.env.start - spec.age;
        let base = tree! { "CreationTime": created, "LastModifiedTime": created };
        let (table, doc) = match spec.place {
            Place::Notebook => (
                &mut self.sagemaker.notebooks,
                base.with("NotebookInstanceName", name)
                    .with("NotebookInstanceArn", account.sagemaker("notebook-instance", name))
                    .with("NotebookInstanceStatus", status)
                    .with("InstanceType", spec.instance.as_deref()),
            ),
            Place::App => (
                &mut self.sagemaker.apps,
                base.with("DomainId", "d-0123456789ab")
                    .with("UserProfileName", spec.owner.as_deref())
                    .with("AppType", "KernelGateway")
                    .with("AppName", name)
                    .with("Status", status)
                    .with("ResourceSpec", tree! { "InstanceType": spec.instance.as_deref() }),
            ),
            Place::Mlflow => (
                &mut self.sagemaker.tracking_servers,
                base.with("TrackingServerName", name)
                    .with("TrackingServerArn", account.sagemaker("mlflow-tracking-server", name))
                    .with("TrackingServerStatus", status)
                    .with("IsActive", "Active")
                    .with("MlflowVersion", "2.16.2"),
            ),
        };
        table.insert(name.to_owned(), Record::new(name, created, doc));
    }
}
