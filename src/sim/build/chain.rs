//! A model's group, pipeline, past runs and versions.

use std::collections::BTreeMap;

use super::super::sagemaker::deploy::Doom;
use super::super::sagemaker::execution::{Order, Quality, Recipe, Script};
use super::super::sagemaker::listing::{person, record};
use super::super::story::{Model, Run, Version};
use super::super::time::Span;
use super::super::wire::{json, tree};
use super::super::world::World;
use super::definition::definition;

/// About how long a run takes until it registers its version.
const RUN: Span = Span::minutes(61);
/// Groups and pipelines are older than their first run.
const EARLIER: Span = Span::minutes(20 * 24 * 60);

/// A run of the past: one that gave a version, or one that did not.
enum Past<'a> {
    Version(&'a Version),
    Run(&'a Run),
}

impl World {
    pub(super) fn build_model(&mut self, model: &Model) {
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
        model.endpoints.iter().for_each(|endpoint| self.build_endpoint(model, endpoint));
    }

    fn build_group(&mut self, model: &Model) {
        let arn = self.home.sagemaker("model-package-group", &model.name);
        let description = Some(model.description.as_str()).filter(|text| !text.is_empty());
        let doc = tree! {
            "ModelPackageGroupName": model.name.as_str(),
            "ModelPackageGroupArn": arn.as_str(),
            "ModelPackageGroupDescription": description,
            "CreationTime": self.now,
            "CreatedBy": person(&self.home.account, "ana"),
            "ModelPackageGroupStatus": "Completed",
        };
        self.tag_model(&arn, model);
        self.groups.insert(model.name.clone(), record(&model.name, self.now, doc));
    }

    /// The tags that everything of a model has.
    pub(super) fn tag_model(&mut self, arn: &str, model: &Model) {
        self.tag(arn, "sagemaker:project-name", &model.name);
        for (key, value) in &model.tags {
            self.tag(arn, key, value);
        }
    }

    fn build_pipeline(&mut self, model: &Model) {
        let name = pipeline_name(model);
        let arn = self.home.sagemaker("pipeline", &name.to_lowercase());
        let doc = tree! {
            "PipelineArn": arn.as_str(),
            "PipelineName": name.as_str(),
            "PipelineDisplayName": name.as_str(),
            "PipelineDefinition": json::text(&definition(&self.home, model)),
            "PipelineDescription": format!("Trains, evaluates and registers {}", model.name),
            "RoleArn": self.home.role("sagemaker-pipelines"),
            "PipelineStatus": "Active",
            "CreationTime": self.now,
            "LastModifiedTime": self.now,
            "CreatedBy": person(&self.home.account, "ana"),
            "LastModifiedBy": person(&self.home.account, "ana"),
        };
        self.tag_model(&arn, model);
        self.pipelines.insert(name.clone(), record(&name, self.now, doc));
        let quality = model.quality.iter().map(|q| Quality { name: q.name.clone(), value: q.value, spread: q.spread });
        let recipe = Recipe {
            family: model.family.clone(),
            quality: quality.collect(),
            repository: format!("https://git.example.com/ml/{}", model.name),
            spoils: Vec::new(),
        };
        self.recipes.insert(name, recipe);
    }

    fn build_version(&mut self, model: &Model, version: &Version) {
        let arn = self.ago(version.age + RUN, |world| {
            let script = Script { quality: version.quality.clone(), fail: None };
            let order = Order { by: "scheduler".to_owned(), script, given: BTreeMap::new(), ..Order::default() };
            world.start_execution(&pipeline_name(model), order)
        });
        self.replay(&arn, None);
        let Some(package) = self.packages.get(&model.name).and_then(|versions| versions.last()) else { return };
        let (name, created) = (package.name.clone(), package.created);
        if let Some(reason) = &version.rolls_back {
            self.dooms.insert(name.clone(), Doom::RollsBack(reason.clone()));
        }
        if let Some(reason) = &version.stuck {
            self.dooms.insert(name.clone(), Doom::Stuck(reason.clone()));
        }
        let decided = (created + Span::minutes(95)).min(self.start - Span::minutes(1));
        let who = person(&self.home.account, &version.by);
        let Ok(package) = self.package_mut(&name) else { return };
        package.doc.set("ModelApprovalStatus", version.status.as_str());
        if version.status == "PendingManualApproval" {
            package.doc.set("LastModifiedTime", created);
        } else {
            package.doc.set("LastModifiedTime", decided);
            package.doc.set("LastModifiedBy", who);
            package.doc.set("ApprovalDescription", Some(version.note.as_str()).filter(|note| !note.is_empty()));
            let arn = package.doc.str("ModelPackageArn").to_owned();
            let request = tree! { "ModelPackageArn": arn, "ModelApprovalStatus": version.status.as_str(), "ApprovalDescription": version.note.as_str() };
            let present = std::mem::replace(&mut self.now, decided);
            self.trace("sagemaker.amazonaws.com", "UpdateModelPackage", &version.by, request, None);
            self.now = present;
        }
    }

    fn build_run(&mut self, model: &Model, run: &Run) {
        let arn = self.ago(run.age, |world| {
            let fail = run.fails.clone().map(|step| (step, run.reason.clone()));
            let script = Script { quality: run.quality.clone(), fail };
            let order = Order { by: run.by.clone(), script, ..Order::default() };
            world.start_execution(&pipeline_name(model), order)
        });
        self.replay(&arn, run.at.as_deref());
    }
}

impl Past<'_> {
    /// How long ago it began.
    fn began(&self) -> Span {
        match self {
            Self::Version(version) => version.age + RUN,
            Self::Run(run) => run.age,
        }
    }
}

/// The name of a model's pipeline.
fn pipeline_name(model: &Model) -> String {
    format!("{}-build", model.name)
}
