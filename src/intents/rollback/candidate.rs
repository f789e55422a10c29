//! Configurations that an endpoint could go back to, each looked at before it is offered.

use std::collections::BTreeSet;

use aws_sdk_sagemaker::types::{EndpointConfigSortKey, OrderKey};
use jiff::Timestamp;

use super::deployed::{Deployed, deployed};
use super::{Present, gone, row};
use crate::aws::{Aws, AwsError, failed};
use crate::intents::{Difference, Executor, Refusal};
use crate::resources::config::EndpointConfig;
use crate::resources::dataset::split;
use crate::resources::model::Model;
use crate::resources::package::ModelPackage;
use crate::resources::time;

/// Configurations looked at, newest first.
const MOST: i32 = 20;

/// A configuration with the models and the versions that it runs; all of them exist.
#[derive(Debug, Clone)]
pub(super) struct Candidate {
    pub(super) config: EndpointConfig,
    pub(super) models: Vec<Model>,
    /// The versions that its models were made from, as far as they can be read.
    packages: Vec<Result<ModelPackage, (String, AwsError)>>,
    /// Group and version of each model that was made from the registry.
    pub(super) versions: Vec<(String, i32)>,
    /// When this console put it live on the endpoint, if it did.
    put_live: Option<Timestamp>,
}

/// Looks at a configuration and its models.
///
/// # Errors
/// When it or one of its models is gone: then it cannot be deployed.
pub(super) async fn look(aws: &Aws, name: &str) -> Result<Candidate, AwsError> {
    let config = EndpointConfig::describe(aws, name).await?;
    let mut models = Vec::new();
    for model in config.models() {
        models.push(Model::describe(aws, model).await?);
    }
    let versions = models.iter().flat_map(Model::packages).filter_map(ModelPackage::parse_arn);
    let versions = versions.map(|(group, version)| (group.to_owned(), version)).collect();
    let mut packages = Vec::new();
    for arn in models.iter().flat_map(Model::packages) {
        packages.push(ModelPackage::describe(aws, arn).await.map_err(|error| (arn.to_owned(), error)));
    }
    Ok(Candidate { config, models, packages, versions, put_live: None })
}

/// The newest configuration before the present one that is deployable and runs an older, approved version of the
/// same model. Without a version to compare, it must be known to be the endpoint's own, by its name or because this
/// console put it live there: a guess is never the default.
pub(super) async fn previous(by: &Executor, present: &Present) -> Result<Option<Candidate>, Refusal> {
    let aws = &by.aws;
    let current = present.serving.as_ref();
    let before = current.and_then(|c| c.config.created);
    let mine = present.endpoint.name.as_str();
    let others = neighbours(aws, mine).await?;
    let deployed = deployed(&by.journal, &present.endpoint.arn);
    for (name, put_live) in merged(names(aws, present).await?, deployed) {
        let own = belongs(&name, mine) || put_live.is_some();
        let theirs = others.iter().any(|other| belongs(&name, other) && !(own && other.len() < mine.len()));
        if theirs || present.endpoint.config.as_deref() == Some(name.as_str()) {
            continue;
        }
        let mut candidate = match look(aws, &name).await {
            Ok(candidate) => candidate,
            Err(error) if gone(&error) => continue,
            Err(error) => return Err(error.into()),
        };
        // Names can be deleted and used again: what was made later was not put live then.
        candidate.put_live = put_live.filter(|at| candidate.config.created <= Some(*at));
        let earlier = before.is_none() || candidate.config.created < before;
        let fits = match (candidate.older_version_than(current), candidate.put_live) {
            // One that served before may have been made after the present one, as rebuilt ones are.
            (Some(older), Some(_)) => older,
            (Some(older), None) => older && earlier,
            (None, _) => own && earlier,
        };
        if fits && candidate.approved() && candidate.same_variants(present) {
            return Ok(Some(candidate));
        }
    }
    Ok(None)
}

/// Both kinds of candidates, those of the journal before the first name that was made before they were put live.
fn merged(names: Vec<(String, Option<Timestamp>)>, deployed: Vec<Deployed>) -> Vec<(String, Option<Timestamp>)> {
    let mut all = Vec::new();
    let mut deployed = deployed.into_iter().peekable();
    for (name, created) in names {
        while let Some(d) = deployed.next_if(|d| created <= Some(d.at)) {
            all.push((d.config, Some(d.at)));
        }
        all.push((name, None));
    }
    all.extend(deployed.map(|d| (d.config, Some(d.at))));
    let mut once = BTreeSet::new();
    all.retain(|(name, _)| once.insert(name.clone()));
    all
}

/// Is the name that of the endpoint, or the endpoint's with something after it?
fn belongs(config: &str, endpoint: &str) -> bool {
    config.strip_prefix(endpoint).is_some_and(|rest| rest.is_empty() || rest.starts_with(['-', '_', '.']))
}

/// Other endpoints with a name like this one's: their configurations are not ours.
async fn neighbours(aws: &Aws, endpoint: &str) -> Result<Vec<String>, Refusal> {
    let request = aws.sagemaker.list_endpoints().name_contains(stem(endpoint)).max_results(100);
    let page = request.send().await.map_err(failed("ListEndpoints"))?;
    let names = page.endpoints.unwrap_or_default().into_iter().filter_map(|e| e.endpoint_name);
    Ok(names.filter(|name| name != endpoint).collect())
}

/// The endpoint's name without its last part, which is often the stage.
fn stem(endpoint: &str) -> &str {
    endpoint.rsplit_once(['-', '_']).map_or(endpoint, |(stem, _)| stem)
}

/// Names of configurations with their creation that look like this endpoint's, newest first (`aws-map` 4.3: a heuristic, so each is checked).
async fn names(aws: &Aws, present: &Present) -> Result<Vec<(String, Option<Timestamp>)>, Refusal> {
    let full = present.endpoint.name.as_str();
    let mut names: Vec<(String, Option<Timestamp>)> = Vec::new();
    for part in [full, stem(full)] {
        let request = aws.sagemaker.list_endpoint_configs().name_contains(part).max_results(MOST);
        let request = request.sort_by(EndpointConfigSortKey::CreationTime).sort_order(OrderKey::Descending);
        let page = request.send().await.map_err(failed("ListEndpointConfigs"))?;
        for config in page.endpoint_configs.unwrap_or_default() {
            let created = time(config.creation_time.as_ref());
            if let Some(name) = config.endpoint_config_name.filter(|name| names.iter().all(|(n, _)| n != name)) {
                names.push((name, created));
            }
        }
    }
    Ok(names)
}

impl Candidate {
    /// `v12`, or the configuration's name when it runs nothing registered.
    pub(super) fn label(&self) -> String {
        self.versions.first().map_or_else(|| self.config.name.clone(), |(_, version)| format!("v{version}"))
    }

    /// Does it run an older version of the same group? `None` where one of the two is not registered.
    fn older_version_than(&self, current: Option<&Self>) -> Option<bool> {
        let (group, version) = self.versions.first()?;
        let (current_group, current) = current?.versions.first()?;
        Some(group == current_group && version < current)
    }

    /// `group/version` when it is of another group than what serves now.
    pub(super) fn other_group(&self, present: &Present) -> Option<String> {
        let (group, version) = self.versions.first()?;
        let (current, _) = present.serving.as_ref()?.versions.first()?;
        (group != current).then(|| format!("{group}/{version}"))
    }

    /// Is no version in it pending or rejected? What cannot be read is not held against it.
    fn approved(&self) -> bool {
        self.packages.iter().flatten().all(|p| p.approval == "Approved")
    }

    /// `RetainAllVariantProperties` needs the same variant names.
    pub(super) fn same_variants(&self, present: &Present) -> bool {
        let mut mine: Vec<&str> = self.config.variants.iter().flatten().map(|v| v.name.as_str()).collect();
        let mut theirs: Vec<&str> = present.endpoint.variants.iter().map(|v| v.name.as_str()).collect();
        mine.sort_unstable();
        theirs.sort_unstable();
        mine == theirs
    }

    /// What was found good, and what was not but does not forbid it.
    pub(super) async fn checked(&self, aws: &Aws, present: &Present) -> (Vec<String>, Vec<String>) {
        let mut good = vec!["configuration exists".to_owned(), "its models exist".to_owned()];
        let mut bad = Vec::new();
        let put_live =
            self.put_live.map(|at| at.strftime("this console put it live at %Y-%m-%d %H:%M UTC").to_string());
        good.extend(put_live);
        if self.same_variants(present) {
            good.push("variants match".into());
        }
        good.push(format!("{} is {}", present.endpoint.name, present.endpoint.status));
        for uri in self.artifacts() {
            let Some((bucket, key)) = split(&uri) else { continue };
            match aws.s3.head_object().bucket(bucket).key(key).send().await {
                Ok(_) => good.push("artifact readable".into()),
                Err(error) => {
                    let error = failed("HeadObject")(error);
                    // Without s3:ListBucket a missing key is a 403: "may not be read" is all that is known.
                    let what = if gone(&error) { "is not there" } else { "cannot be checked" };
                    bad.push(format!("The artifact {uri} {what} ({}).", error.kind.word()));
                }
            }
        }
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

    /// Where the artifacts are that it would serve.
    fn artifacts(&self) -> Vec<String> {
        let containers = self.models.iter().flat_map(|m| m.containers.iter().flatten());
        let packages = self.packages.iter().flatten().filter_map(|p| p.details.as_ref()).flat_map(|d| &d.data);
        containers.filter_map(|c| c.data.clone()).chain(packages.cloned()).collect()
    }

    /// The image that it would run: that of the model, or of the version it was made from.
    fn image(&self) -> Option<String> {
        let containers = self.models.iter().flat_map(|m| m.containers.iter().flatten());
        let packages = self.packages.iter().flatten().filter_map(|p| p.details.as_ref()).flat_map(|d| &d.images);
        containers.filter_map(|c| c.image.clone()).chain(packages.cloned()).next()
    }

    /// What changes, and what stays although one might fear otherwise.
    pub(super) fn differences(&self, present: &Present, retain: bool) -> Vec<Difference> {
        let current = present.serving.as_ref();
        let same = |a: &str, b: &str| if a == b { "same" } else { "" };
        let version = |c: Option<&Self>| match c.and_then(|c| c.versions.first()) {
            Some((group, version)) => format!("{group}/{version}"),
            None => "not registered".to_owned(),
        };
        let image = |c: Option<&Self>| c.and_then(Self::image).unwrap_or_else(|| "–".to_owned());
        let mut rows = vec![
            row("configuration", present.endpoint.config.as_deref().unwrap_or("–"), &self.config.name, ""),
            row("model version", &version(current), &version(Some(self)), ""),
        ];
        let (now, then) = (image(current), image(Some(self)));
        rows.push(row("image", &now, &then, same(&now, &then)));
        for variant in self.config.variants.iter().flatten() {
            let live = present.endpoint.variants.iter().find(|v| v.name == variant.name);
            let old = current.and_then(|c| c.config.variants.iter().flatten().find(|v| v.name == variant.name));
            let kind = |v: Option<&crate::resources::config::ConfigVariant>| {
                v.map_or("–".to_owned(), |v| v.instance_type.clone().unwrap_or_else(|| "serverless".to_owned()))
            };
            let (now, then) = (kind(old), kind(Some(variant)));
            rows.push(row(&format!("{} type", variant.name), &now, &then, same(&now, &then)));
            let count = |n: Option<i32>| n.map_or_else(|| "–".to_owned(), |n| n.to_string());
            let (now, initial) = (count(live.and_then(|v| v.instances)), count(variant.instances));
            let note = format!("configuration says {initial}");
            let then = if retain { format!("{now} kept") } else { initial };
            rows.push(row(&format!("{} instances", variant.name), &now, &then, &note));
        }
        let capture = |on: bool| if on { "on" } else { "off" };
        let (now, then) = (current.is_some_and(|c| c.config.data_capture), self.config.data_capture);
        rows.push(row("data capture", capture(now), capture(then), same(capture(now), capture(then))));
        rows
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_configuration_belongs_to_the_endpoint_it_is_named_after() {
        assert!(belongs("web-prod-v3", "web-prod") && belongs("web-prod", "web-prod"));
        assert!(!belongs("cobweb-prod-v3", "web-prod") && !belongs("web-production", "web-prod"));
    }

    #[test]
    fn what_was_put_live_counts_from_then_and_not_from_its_making() {
        let at = |second: i64| Timestamp::from_second(second).unwrap();
        let names = [("v14", 50), ("v13", 30), ("v12", 10)].map(|(name, made)| (name.to_owned(), Some(at(made))));
        let live = [("v12", 40), ("other", 20), ("ancient", 5)];
        let live = live.map(|(config, second)| Deployed { config: config.into(), at: at(second) });
        let found = merged(names.to_vec(), live.to_vec());
        let found: Vec<(&str, Option<i64>)> =
            found.iter().map(|(n, t)| (n.as_str(), t.map(Timestamp::as_second))).collect();
        let expected = [("v14", None), ("v12", Some(40)), ("v13", None), ("other", Some(20)), ("ancient", Some(5))];
        assert_eq!(found, expected);
    }

    #[test]
    fn only_an_older_version_of_the_same_group_is_evidence() {
        let runs = |version: Option<(&str, i32)>| Candidate {
            config: EndpointConfig::default(),
            models: Vec::new(),
            packages: Vec::new(),
            versions: version.into_iter().map(|(g, v)| (g.to_owned(), v)).collect(),
            put_live: None,
        };
        let now = runs(Some(("fraud", 4)));
        let cases = [
            (Some(("fraud", 3)), Some(true)),
            (Some(("fraud", 5)), Some(false)),
            (Some(("web", 3)), Some(false)),
            (None, None),
        ];
        for (version, expected) in cases {
            assert_eq!(runs(version).older_version_than(Some(&now)), expected, "{version:?}");
        }
    }
}
