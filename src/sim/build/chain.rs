//! The group, pipeline, past runs and versions of a model.

use super::definition::definition;
use crate::sim::prelude::{Record, Span, json, tree};
use crate::sim::services::sagemaker::{DeploymentFailure, Quality, RunRequest, RunTemplate, SOURCE, identity};
use crate::sim::story::{Image, Model, Run, Version};
use crate::sim::world::World;

/// The approximate time until a run registers its version.
const RUN: Span = Span::minutes(61);
/// The time by which groups and pipelines are older than their first run.
const EARLIER: Span = Span::minutes(20 * 24 * 60);

/// A run of the past: one that registered a version, or one that did not.
enum Past<'a> {
    Version(&'a Version),
    Run(&'a Run),
}

impl World {
    pub(super) fn build_model(&mut self, model: &Model, images: &[Image]) {
        let first =
            model.versions.iter().map(|v| v.age).chain(model.runs.iter().map(|r| r.age)).max().unwrap_or_default();
        self.ago(first + EARLIER, |world| {
            world.build_group(model);
            world.build_pipeline(model);
        });
        let mut past: Vec<Past<'_>> =
            model.versions.iter().map(Past::Version).chain(model.runs.iter().map(Past::Run)).collect();
        past.sort_by_key(|one| std::cmp::Reverse(one.began()));
        for one in past {
            match one {
                Past::Version(version) => self.build_version(model, version),
                Past::Run(run) => self.build_run(model, run),
            }
        }
        images.iter().filter(|image| image.is_of(&model.name)).for_each(|image| self.build_image(image));
        model.endpoints.iter().for_each(|endpoint| self.build_endpoint(model, endpoint));
        self.deliver_events();
    }

    fn build_group(&mut self, model: &Model) {
        let arn = self.env.account.sagemaker("model-package-group", &model.name);
        let description = Some(model.description.as_str()).filter(|text| !text.is_empty());
        let doc = tree! {
            "ModelPackageGroupName": model.name.as_str(),
            "ModelPackageGroupArn": arn.as_str(),
            "ModelPackageGroupDescription": description,
            "CreationTime": self.env.now,
            "CreatedBy": identity(&self.env.account, "ana"),
            "ModelPackageGroupStatus": "Completed",
        };
        self.tag_model(&arn, model);
        self.sagemaker.groups.insert(model.name.clone(), Record::new(&model.name, self.env.now, doc));
    }

    /// Adds the tags that all resources of a model have.
    pub(super) fn tag_model(&mut self, arn: &str, model: &Model) {
        self.env.tags.add(arn, "sagemaker:project-name", &model.name);
        for (key, value) in &model.tags {
            self.env.tags.add(arn, key, value);
        }
    }

    fn build_pipeline(&mut self, model: &Model) {
        let name = pipeline_name(model);
        let arn = self.env.account.sagemaker("pipeline", &name.to_lowercase());
        let doc = tree! {
            "PipelineArn": arn.as_str(),
            "PipelineName": name.as_str(),
            "PipelineDisplayName": name.as_str(),
            "PipelineDefinition": json::text(&definition(&self.env.account, model)),
            "PipelineDescription": format!("Trains, evaluates and registers {}", model.name),
            "RoleArn": self.env.account.role("sagemaker-pipelines"),
            "PipelineStatus": "Active",
            "CreationTime": self.env.now,
            "LastModifiedTime": self.env.now,
            "CreatedBy": identity(&self.env.account, "ana"),
            "LastModifiedBy": identity(&self.env.account, "ana"),
        };
        self.tag_model(&arn, model);
        self.sagemaker.pipelines.insert(name.clone(), Record::new(&name, self.env.now, doc));
        let quality = model.quality.iter().map(|q| Quality { name: q.name.clone(), value: q.value, spread: q.spread });
        let template = RunTemplate {
            family: model.family.clone(),
            quality: quality.collect(),
            repository: format!("https://git.example.com/ml/{}", model.name),
            failures: Vec::new(),
        };
        self.sagemaker.templates.insert(name, template);
    }

    fn build_version(&mut self, model: &Model, version: &Version) {
        let arn = self.ago(version.age + RUN, |world| {
            let (by, quality) = ("scheduler".to_owned(), version.quality.clone());
            let request = RunRequest { by, quality, ..RunRequest::default() };
            world.sagemaker.start_execution(&mut world.env, &pipeline_name(model), request)
        });
        self.sagemaker.run_past(&mut self.env, &arn, None);
        let Some(package) = self.sagemaker.packages.get(&model.name).and_then(|versions| versions.last()) else {
            return;
        };
        let (name, created) = (package.name.clone(), package.created);
        if let Some(reason) = &version.rolls_back {
            self.sagemaker.deployment_failures.insert(name.clone(), DeploymentFailure::RollsBack(reason.clone()));
        }
        if let Some(reason) = &version.stuck {
            self.sagemaker.deployment_failures.insert(name.clone(), DeploymentFailure::Stuck(reason.clone()));
        }
        let decided = (created + Span::minutes(95)).min(self.env.start - Span::minutes(1));
        let who = identity(&self.env.account, &version.by);
        let Ok(package) = self.sagemaker.package_mut(&self.env, &name) else { return };
        package.doc.set("ModelApprovalStatus", version.status.as_str());
        if version.status == "PendingManualApproval" {
            package.doc.set("LastModifiedTime", created);
        } else {
            package.doc.set("LastModifiedTime", decided);
            package.doc.set("LastModifiedBy", who);
            package.doc.set("ApprovalDescription", Some(version.note.as_str()).filter(|note| !note.is_empty()));
            let arn = package.doc.str("ModelPackageArn").to_owned();
            let request = tree! { "ModelPackageArn": arn, "ModelApprovalStatus": version.status.as_str(), "ApprovalDescription": version.note.as_str() };
            self.at(decided, |world| world.env.called(SOURCE, "UpdateModelPackage", &version.by, request));
        }
    }

    fn build_run(&mut self, model: &Model, run: &Run) {
        let arn = self.ago(run.age, |world| {
            let failure = run.fails.clone().map(|step| (step, run.reason.clone()));
            let (by, quality) = (run.by.clone(), run.quality.clone());
            let request = RunRequest { by, quality, failure, ..RunRequest::default() };
            world.sagemaker.start_execution(&mut world.env, &pipeline_name(model), request)
        });
        self.sagemaker.run_past(&mut self.env, &arn, run.at.as_deref());
    }
}

impl Past<'_> {
    /// Returns how long ago it began.
    fn began(&self) -> Span {
        match self {
            Self::Version(version) => version.age + RUN,
            Self::Run(run) => run.age,
        }
    }
}

/// Returns the name of a model's pipeline.
fn pipeline_name(model: &Model) -> String {
    format!("{}-build", model.name)
}
