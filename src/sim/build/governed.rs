//! Builds the monitors, model cards and other records of governance.

use crate::sim::prelude::{Record, Span, Value, json, num, tree};
use crate::sim::services::sagemaker::{Monitor, identity};
use crate::sim::services::service_catalog;
use crate::sim::services::ssm::Execution;
use crate::sim::story::{self, Automation, Card, Governed, Image, Item, Model, MonitorKind, Project, Story, Violation};
use crate::sim::world::World;

const HOUR: Span = Span::minutes(60);
/// The executions of the past.
const PAST: i64 = 6;

impl World {
    /// Builds a schedule and its last executions. The newest one tells what the story says, the others completed.
    pub(super) fn build_monitor(&mut self, spec: &story::Monitor) {
        let (name, now) = (spec.name.as_str(), self.env.start);
        let account = &self.env.account;
        let created = now - Span::minutes(40 * 24 * 60);
        let newest = (now - spec.silent.unwrap_or(Span::minutes(20))).floor(HOUR);
        let modified = if spec.stopped { newest } else { created };
        let kind = match spec.kind {
            MonitorKind::DataQuality => "DataQuality",
            MonitorKind::ModelQuality => "ModelQuality",
            MonitorKind::ModelBias => "ModelBias",
            MonitorKind::ModelExplainability => "ModelExplainability",
        };
        let definition = format!("{name}-definition");
        let doc = tree! {
            "MonitoringScheduleName": name,
            "MonitoringScheduleArn": account.sagemaker("monitoring-schedule", name),
            "MonitoringScheduleStatus": if spec.stopped { "Stopped" } else { "Scheduled" },
            "MonitoringType": kind,
            "CreationTime": created,
            "LastModifiedTime": modified,
            "MonitoringScheduleConfig": tree! {
                "ScheduleConfig": tree! { "ScheduleExpression": "cron(0 * ? * * *)" },
                "MonitoringJobDefinitionName": definition.as_str(),
                "MonitoringType": kind,
            },
            "EndpointName": spec.endpoint.as_str(),
            "MonitoringJobDefinitionName": definition,
        };
        let report = (!spec.violations.is_empty()).then(|| {
            let all: Vec<Value> = spec.violations.iter().map(|violation| written(spec.kind, violation)).collect();
            tree! { "violations": all }
        });
        let monitor = Monitor {
            record: Record::new(name, created, doc),
            bucket: spec.bucket.clone(),
            next: (!spec.stopped && spec.silent.is_none()).then(|| newest + HOUR),
            fails: spec.fails.clone(),
            report,
        };
        for age in (0..PAST).rev() {
            let at = newest - Span(HOUR.0 * age);
            self.at(at + HOUR, |world| world.sagemaker.execute(&mut world.env, &monitor, at, age == 0));
        }
        self.sagemaker.monitors.insert(name.to_owned(), monitor);
    }

    pub(super) fn build_card(&mut self, spec: &Card) {
        let (name, account) = (spec.name.as_str(), &self.env.account);
        let (group, _) = spec.version.split_once('/').unwrap_or((&spec.version, ""));
        let package = account.sagemaker("model-package", &spec.version);
        let content = tree! {
            "model_overview": tree! { "model_id": package.as_str(), "model_owner": "ana" },
            "model_package_details": tree! { "model_package_arn": package, "model_package_group_name": group },
            "intended_uses": tree! { "purpose_of_model": spec.purpose.as_str(), "risk_rating": spec.risk.as_str() },
        };
        let created = self.env.start - spec.age;
        let doc = tree! {
            "ModelCardName": name,
            "ModelCardArn": account.sagemaker("model-card", name),
            "ModelCardVersion": 1,
            "Content": json::text(&content),
            "ModelCardStatus": spec.status.as_str(),
            "CreationTime": created,
            "CreatedBy": identity(account, "ana"),
            "LastModifiedTime": created,
            "LastModifiedBy": identity(account, "li"),
        };
        self.sagemaker.model_cards.insert(name.to_owned(), Record::new(name, created, doc));
    }

    /// Returns the record of a version: `model/number`.
    fn version(&mut self, version: &str) -> Option<&mut Record> {
        let (group, number) = version.split_once('/')?;
        let number = number.parse::<i64>().ok()?;
        let mut records = self.sagemaker.packages.get_mut(group)?.iter_mut();
        records.find(|r| r.doc.get("ModelPackageVersion").and_then(Value::as_int) == Some(number))
    }

    /// Gives a version an image of its own, of which ECR says what the story says. It has to be there before the version is
    /// deployed.
    pub(super) fn build_image(&mut self, spec: &Image) {
        let digest = format!("sha256:{}", num::hex(num::hash(&spec.version), 64));
        let Some(record) = self.version(&spec.version) else { return };
        let Some(Value::List(containers)) = record.doc.at("InferenceSpecification.Containers").cloned() else { return };
        let with = |container: Value| {
            let container = container.with("ImageDigest", digest.as_str());
            let Some(tag) = &spec.tag else { return container };
            let repository = container.str("Image").rsplit_once(':').map(|(repository, _)| repository.to_owned());
            let image = format!("{}:{tag}", repository.unwrap_or_default());
            container.with("Image", image).with("FrameworkVersion", tag.as_str())
        };
        let containers: Vec<Value> = containers.into_iter().map(with).collect();
        let inference = record.doc.get("InferenceSpecification").cloned().unwrap_or_else(Value::empty);
        record.doc.set("InferenceSpecification", inference.with("Containers", containers));
        self.ecr.images.insert(digest, spec.clone());
    }

    /// Puts an item into its table. Its first item makes the table.
    pub(super) fn build_item(&mut self, spec: &Item) {
        let table = self.tables.entry(spec.table.clone()).or_default();
        table.key = spec.key.keys().cloned().collect();
        let attributes = spec.key.iter().chain(&spec.attributes);
        table
            .items
            .push(Value::Dict(attributes.map(|(name, value)| (name.clone().into(), attribute(value))).collect()));
    }

    /// Makes a project for each model, as the tags of its resources say.
    pub(super) fn build_projects(&mut self, story: &Story) {
        let own = |model: &Model| story.projects.iter().find(|project| project.name == model.name).cloned();
        let usual = |model: &Model| Project {
            name: model.name.clone(),
            status: "AVAILABLE".to_owned(),
            message: None,
            product: "Model building, training and deployment".to_owned(),
            artifact: "v1.2".to_owned(),
            age: Span::minutes(300 * 24 * 60),
        };
        self.projects = story.models.iter().map(|model| own(model).unwrap_or_else(|| usual(model))).collect();
        for project in &self.projects {
            let (name, created) = (project.name.as_str(), self.env.start - project.age);
            let doc = tree! {
                "ProjectArn": self.env.account.sagemaker("project", name), "ProjectName": name,
                "ProjectId": format!("p-{}", num::hex(num::hash(name), 12)),
                "ServiceCatalogProvisionedProductDetails": tree! {
                    "ProvisionedProductId": service_catalog::provisioned_id(project),
                    "ProvisionedProductStatusMessage": project.message.as_deref(),
                },
                "ProjectStatus": "CreateCompleted", "CreationTime": created,
                "CreatedBy": identity(&self.env.account, "ana"),
            };
            self.sagemaker.projects.insert(name.to_owned(), Record::new(name, created, doc));
        }
    }

    /// Builds an execution of a runbook in the past. One whose runbook the story does not have is left out.
    pub(super) fn build_automation(&mut self, spec: &Automation) {
        let Some(runbook) = self.ssm.runbooks.iter().find(|runbook| runbook.name == spec.runbook).cloned() else {
            return;
        };
        let one = |(name, value): (&String, &String)| (name.clone().into(), Value::from(vec![value.as_str()]));
        let execution = Execution {
            runbook,
            parameters: Value::Dict(spec.parameters.iter().map(one).collect()),
            started: self.env.start - spec.age,
            by: identity(&self.env.account, "ana").text_at("IamIdentity.Arn").to_owned(),
            token: String::new(),
            tags: Vec::new(),
        };
        let id = num::uuid(self.env.fresh());
        self.ssm.executions.insert(id, execution);
    }

    /// Adds to a version what the story says of it.
    pub(super) fn build_governed(&mut self, spec: &Governed) {
        if let Some(record) = self.version(&spec.version) {
            let folder = format!("s3://{}/{}", spec.bucket, spec.version);
            let source = |file: &str| tree! { "ContentType": "application/json", "S3Uri": format!("{folder}/{file}") };
            record
                .doc
                .set("ModelLifeCycle", tree! { "Stage": spec.stage.as_str(), "StageStatus": spec.status.as_str() });
            record.doc.set(
                "DriftCheckBaselines",
                tree! {
                    "ModelDataQuality": tree! { "Constraints": source("data-constraints.json") },
                    "Bias": tree! { "PostTrainingConstraints": source("bias-constraints.json") },
                },
            );
            let metrics = record.doc.get("ModelMetrics").cloned().unwrap_or_else(Value::empty);
            let metrics = metrics
                .with("Bias", tree! { "Report": source("bias.json") })
                .with("Explainability", tree! { "Report": source("explainability.json") });
            record.doc.set("ModelMetrics", metrics);
        }
    }
}

/// Gives a value its type, as `DynamoDB` has it.
fn attribute(value: &toml::Value) -> Value {
    use toml::Value as Written;
    match value {
        Written::String(text) => tree! { "S": text.as_str() },
        Written::Integer(number) => tree! { "N": number.to_string() },
        Written::Float(number) => tree! { "N": number.to_string() },
        Written::Boolean(flag) => tree! { "BOOL": *flag },
        Written::Datetime(time) => tree! { "S": time.to_string() },
        Written::Array(items) => tree! { "L": items.iter().map(attribute).collect::<Vec<_>>() },
        Written::Table(members) => {
            let members = members.iter().map(|(name, value)| (name.clone().into(), attribute(value)));
            tree! { "M": Value::Dict(members.collect()) }
        }
    }
}

/// Writes a violation as the monitors of a type do.
fn written(kind: MonitorKind, violation: &Violation) -> Value {
    let feature = violation.feature.as_str();
    let about = match kind {
        MonitorKind::DataQuality => tree! { "feature_name": feature },
        MonitorKind::ModelQuality => tree! { "metric_name": feature },
        MonitorKind::ModelBias => tree! { "facet": feature, "facet_value": "1", "metric_name": "DPPL" },
        MonitorKind::ModelExplainability => tree! { "label": "label0", "metric_name": "shap" },
    };
    about.with("constraint_check_type", violation.check.as_str()).with("description", violation.description.as_str())
}
