//! A configuration with everything that it would run. It is checked before it is offered.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_sagemaker::types::ContainerDefinition;
use jiff::Timestamp;

use super::{Present, images, is_gone};
use crate::aws::{Aws, AwsError, failed};
use crate::intents::Guard;
use crate::resources::config::{ConfigVariant, EndpointConfig};
use crate::resources::dataset::split;
use crate::resources::model::{Container, Model};
use crate::resources::package::ModelPackage;

/// A configuration with the models and the versions that it runs; the models of its production variants exist.
#[derive(Debug, Clone, Default)]
pub(super) struct Candidate {
    pub(super) config: EndpointConfig,
    pub(super) models: Vec<ServedModel>,
    /// The models of its shadow variants that were deleted.
    pub(super) missing: Vec<String>,
    /// The versions of its models, as far as they can be read.
    pub(super) packages: Vec<Result<ModelPackage, (String, AwsError)>>,
    /// The time at which this console put it live on the endpoint, if it did.
    pub(super) put_live: Option<Timestamp>,
}

/// A model that a configuration serves. Two models are equal if AWS describes the same containers for them.
#[derive(Debug, Clone, Default)]
pub(super) struct ServedModel {
    pub(super) model: Model,
    pub(super) containers: Vec<ContainerDefinition>,
}

/// A reader of configurations with their models and versions. It reads a model or version of several configurations
/// once.
#[derive(Debug)]
pub(super) struct ConfigReader<'a> {
    aws: &'a Aws,
    models: BTreeMap<String, Result<ServedModel, AwsError>>,
    packages: BTreeMap<String, Result<ModelPackage, (String, AwsError)>>,
}

impl<'a> ConfigReader<'a> {
    pub(super) fn new(aws: &'a Aws) -> Self {
        Self { aws, models: BTreeMap::new(), packages: BTreeMap::new() }
    }

    /// Reads a configuration with its models and versions.
    ///
    /// # Errors
    /// When the configuration or the model of a production variant is gone, so that it cannot be deployed.
    pub(super) async fn read(&mut self, name: &str) -> Result<Candidate, AwsError> {
        let config = EndpointConfig::describe(self.aws, name).await?;
        let (mut models, mut missing): (Vec<ServedModel>, Vec<String>) = Default::default();
        let production = config.models().map(|name| (name, false));
        let shadows = config.shadows.iter().filter_map(|v| v.model.as_deref()).map(|name| (name, true));
        for (name, shadow) in production.chain(shadows) {
            if models.iter().any(|known| known.model.name == name) {
                continue;
            }
            match self.model(name).await {
                Ok(served) => models.push(served),
                Err(error) if shadow && is_gone(&error) => missing.push(name.to_owned()),
                Err(error) => return Err(error),
            }
        }
        let mut packages = Vec::new();
        let arns: BTreeSet<&str> = models.iter().flat_map(|served| served.model.packages()).collect();
        for arn in arns {
            packages.push(self.package(arn).await);
        }
        Ok(Candidate { config, models, missing, packages, put_live: None })
    }

    async fn model(&mut self, name: &str) -> Result<ServedModel, AwsError> {
        if let Some(known) = self.models.get(name) {
            return known.clone();
        }
        let served = ServedModel::describe(self.aws, name).await;
        self.models.insert(name.to_owned(), served.clone());
        served
    }

    async fn package(&mut self, arn: &str) -> Result<ModelPackage, (String, AwsError)> {
        if let Some(known) = self.packages.get(arn) {
            return known.clone();
        }
        let package = ModelPackage::describe(self.aws, arn).await.map_err(|error| (arn.to_owned(), error));
        self.packages.insert(arn.to_owned(), package.clone());
        package
    }
}

impl ServedModel {
    async fn describe(aws: &Aws, name: &str) -> Result<Self, AwsError> {
        let described = aws.sagemaker.describe_model().model_name(name).send().await.map_err(failed)?;
        let containers = described.primary_container.iter().chain(described.containers()).cloned().collect();
        Ok(Self { model: Model { name: name.to_owned(), ..described.into() }, containers })
    }

    /// Returns the group and version of each container from the registry.
    pub(super) fn versions(&self) -> Vec<(&str, i32)> {
        self.model.packages().filter_map(ModelPackage::parse_arn).collect()
    }

    /// Returns the prefix of its models, if it serves many of them.
    pub(super) fn many_models(&self) -> Option<&str> {
        let container = self.model.containers.iter().flatten().find(|c| c.multi_model)?;
        Some(container.data.as_deref().unwrap_or("a prefix that AWS does not tell"))
    }
}

impl Candidate {
    /// Returns `v12`, or the name of the configuration if it runs no registered version or several ones.
    pub(super) fn label(&self) -> String {
        let versions: BTreeSet<i32> =
            self.variants().flat_map(|v| self.versions(v)).map(|(_, version)| version).collect();
        match (versions.first(), versions.len()) {
            (Some(version), 1) => format!("v{version}"),
            _ => self.config.name.clone(),
        }
    }

    /// Returns the label for a headline. If the version stays, the first change follows.
    pub(super) fn headline(&self, present: &Present) -> String {
        let (label, changes) = (self.label(), self.changes(present).phrases);
        let same = present.serving.as_ref().is_some_and(|current| current.label() == label);
        changes.first().filter(|_| same).map_or_else(|| label.clone(), |first| format!("{label}: {first}"))
    }

    /// Iterates over its production variants.
    pub(super) fn variants(&self) -> impl Iterator<Item = &ConfigVariant> {
        self.config.variants.iter().flatten()
    }

    /// Returns the production variant of this name.
    pub(super) fn variant(&self, name: &str) -> Option<&ConfigVariant> {
        self.variants().find(|v| v.name == name)
    }

    /// Returns the model of a variant; `None` for a variant without a model.
    pub(super) fn model_of(&self, variant: &ConfigVariant) -> Option<&ServedModel> {
        let model = variant.model.as_deref()?;
        self.models.iter().find(|served| served.model.name == model)
    }

    /// Returns the groups and versions that a variant runs.
    pub(super) fn versions(&self, variant: &ConfigVariant) -> Vec<(&str, i32)> {
        self.model_of(variant).map(ServedModel::versions).unwrap_or_default()
    }

    /// Returns whether its variants name no models. Then inference components provide the models, one by one.
    pub(super) fn uses_components(&self) -> bool {
        self.variants().any(|v| v.model.is_none()) || self.variants().next().is_none()
    }

    /// Iterates over its versions that are known not to be approved.
    pub(super) fn unapproved(&self) -> impl Iterator<Item = &ModelPackage> {
        self.packages.iter().flatten().filter(|p| p.approval != "Approved")
    }

    /// Returns the guards of the plan: the configuration, each of its models, each version that was read.
    pub(super) fn guards(&self) -> Vec<Guard> {
        let config = Guard::Config { name: self.config.name.clone(), created: self.config.created };
        let model = |m: &Model| Guard::Model { name: m.name.clone(), created: m.created };
        let models = self.models.iter().map(|served| model(&served.model));
        let packages = self.packages.iter().flatten().map(Guard::package);
        std::iter::once(config).chain(models).chain(packages).collect()
    }

    /// Checks the parts that it would run, and returns the successful checks and the warnings. Warnings do not forbid
    /// the rollback.
    pub(super) async fn check(&self, aws: &Aws, present: &Present) -> (Vec<String>, Vec<String>) {
        let mut good = vec!["configuration exists".to_owned()];
        good.extend((!self.models.is_empty()).then(|| "its models exist".to_owned()));
        let mut bad = Vec::new();
        let put_live =
            self.put_live.map(|at| at.strftime("this console deployed it at %Y-%m-%d %H:%M UTC").to_string());
        good.extend(put_live);
        if self.keeps_counts(present).is_ok() {
            good.push("variants match".into());
        }
        let status = format!("{} is {}", present.endpoint.name, present.endpoint.status);
        if present.endpoint.status == "InService" {
            good.push(status);
        } else {
            bad.push(format!("{status}."));
        }
        check_parts(aws, &self.artifacts(), &self.image_references(), &mut good, &mut bad).await;
        images::check_key(aws, self.config.kms_key.as_deref(), &mut good, &mut bad).await;
        for package in &self.packages {
            match package {
                Ok(package) if package.approval != "Approved" => {
                    bad.push(format!("{} is {}, not Approved.", package.label(), package.approval));
                }
                Ok(package) => good.push(format!("{} is Approved", package.label())),
                Err((arn, error)) => bad.push(format!("The version {arn} cannot be read ({}).", error.kind.word())),
            }
        }
        (good, bad)
    }

    /// Returns what is gone without which no new instance can start: a phrase that follows its name.
    pub(super) async fn lack(&self, aws: &Aws) -> Option<String> {
        lack_of(aws, &self.artifacts(), &self.image_references()).await
    }

    /// Returns the locations of the artifacts that it would serve, each once.
    fn artifacts(&self) -> BTreeSet<&str> {
        let containers = self.models.iter().flat_map(|served| served.model.containers.iter().flatten());
        let packages = self.packages.iter().flatten().filter_map(|p| p.details.as_ref()).flat_map(|d| &d.data);
        containers.filter_map(|c| c.data.as_deref()).chain(packages.map(String::as_str)).collect()
    }

    /// Returns the whole references to the images that it would run, each once.
    fn image_references(&self) -> BTreeSet<&str> {
        let containers = self.models.iter().flat_map(|served| served.model.containers.iter().flatten());
        let packages = self.packages.iter().flatten().filter_map(|p| p.details.as_ref());
        let registered = packages.flat_map(|details| &details.governance.images);
        containers.filter_map(|c| c.image.as_deref()).chain(registered.map(String::as_str)).collect()
    }

    /// Returns the images that a variant would run: those of its model, or of the versions of that model.
    pub(super) fn images(&self, variant: &ConfigVariant) -> Vec<&str> {
        let Some(served) = self.model_of(variant) else { return Vec::new() };
        served.model.containers.iter().flatten().flat_map(|c| self.images_of(c)).collect()
    }

    fn images_of<'a>(&'a self, container: &'a Container) -> Vec<&'a str> {
        if let Some(image) = &container.image {
            return vec![image];
        }
        let made_from =
            |p: &&ModelPackage| container.package.as_ref().is_some_and(|arn| p.arn.eq_ignore_ascii_case(arn));
        let details = self.packages.iter().flatten().find(made_from).and_then(|p| p.details.as_ref());
        details.iter().flat_map(|d| &d.images).map(String::as_str).collect()
    }
}

/// Checks that artifacts and images exist, and adds what is good and what is bad.
pub(super) async fn check_parts(
    aws: &Aws,
    artifacts: &BTreeSet<&str>,
    references: &BTreeSet<&str>,
    good: &mut Vec<String>,
    bad: &mut Vec<String>,
) {
    for uri in artifacts {
        match readable(aws, uri).await {
            Ok(()) => good.push("artifact readable".into()),
            Err(Unreadable { why, .. }) => bad.push(format!("The artifact {uri} {why}.")),
        }
    }
    images::check(aws, references, good, bad).await;
}

/// Returns which of these artifacts and images is gone: a phrase that follows the name of what needs them.
pub(super) async fn lack_of(aws: &Aws, artifacts: &BTreeSet<&str>, references: &BTreeSet<&str>) -> Option<String> {
    for uri in artifacts {
        if let Err(Unreadable { gone: true, why }) = readable(aws, uri).await {
            return Some(format!("needs {uri}, which {why}"));
        }
    }
    images::lack(aws, references).await
}

/// Why an artifact cannot be read.
struct Unreadable {
    /// Is it known that there is none?
    gone: bool,
    /// The reason, as a phrase that follows its address.
    why: String,
}

/// Checks an artifact in S3: an object by its head, a prefix by its first key.
///
/// # Errors
/// The reason why it may be missing.
async fn readable(aws: &Aws, uri: &str) -> Result<(), Unreadable> {
    let unreadable = |gone, why: String| Unreadable { gone, why };
    let Some((bucket, key)) = split(uri) else {
        return Err(unreadable(false, "is no S3 URI, so it is not checked".to_owned()));
    };
    let cannot = |error: &AwsError| {
        // Without s3:ListBucket a missing key is a 403, so it may still exist: docs/aws.md#missing-or-forbidden-objects
        let what = if is_gone(error) { "does not exist" } else { "cannot be checked" };
        unreadable(is_gone(error), format!("{what} ({})", error.kind.word()))
    };
    if !key.is_empty() && !key.ends_with('/') {
        let head = aws.ask_bucket(bucket, |s3| s3.head_object().bucket(bucket).key(key).send()).await;
        return head.map(|_| ()).map_err(|error| cannot(&error));
    }
    let list = |s3: aws_sdk_s3::Client| s3.list_objects_v2().bucket(bucket).prefix(key).max_keys(1).send();
    match aws.ask_bucket(bucket, list).await {
        Ok(page) if page.contents().is_empty() => {
            Err(unreadable(true, "does not exist (no object is under this prefix)".to_owned()))
        }
        Ok(_) => Ok(()),
        Err(error) => Err(cannot(&error)),
    }
}
