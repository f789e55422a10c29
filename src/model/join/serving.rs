//! From endpoints back to versions: endpoint → configuration → model → package (`aws-map` edges 12 to 15).

use crate::config::Model as ModelConfig;
use crate::model::index::Index;
use crate::model::{Confidence, Link, Serving, StageKind};
use crate::resources::arn_name;
use crate::resources::config::EndpointConfig;
use crate::resources::endpoint::Endpoint;
use crate::resources::model::Container;
use crate::resources::package::ModelPackage;

use super::Draft;

/// Words that end an endpoint's name and tell its stage (`aws-map` 3.5).
const STAGES: [&str; 16] = [
    "prod",
    "production",
    "prd",
    "live",
    "staging",
    "stage",
    "stg",
    "preprod",
    "qa",
    "test",
    "dev",
    "development",
    "canary",
    "shadow",
    "sandbox",
    "uat",
];

/// One endpoint followed back to where it comes from.
pub(in crate::model) struct Traced<'a> {
    pub(in crate::model) endpoint: &'a Endpoint,
    pub(super) serving: Serving,
    /// Group or configured model that it belongs to.
    pub(super) owner: Option<Owner>,
    /// Its name without the stage: what several endpoints of one model share.
    pub(super) stem: String,
    links: Vec<Link>,
}

/// Whose endpoint it is, and how that is known.
pub(super) struct Owner {
    group: Option<String>,
    configured: Option<usize>,
    confidence: Confidence,
    rule: &'static str,
}

impl Owner {
    /// The group that it serves from.
    pub(super) fn group(&self) -> Option<&str> {
        self.group.as_deref()
    }
}

/// Follows every endpoint.
pub(super) fn trace_all<'a>(index: &Index<'a>, models: &[ModelConfig]) -> Vec<Traced<'a>> {
    index.store.endpoints.rows().map(|endpoint| trace(index, models, endpoint)).collect()
}

/// Gives a chain its endpoints, production first.
pub(super) fn join(draft: &mut Draft<'_>, index: &Index<'_>, traced: &[Traced<'_>]) {
    for t in traced {
        let Some(owner) = &t.owner else {
            if draft.chain.group.is_none() && draft.config.is_none() && draft.chain.name == t.stem {
                take(draft, t);
            }
            continue;
        };
        let by_config = owner.configured.is_some() && owner.configured == draft.chain.configured;
        let by_group = owner.configured.is_none() && owner.group.is_some() && owner.group == draft.chain.group;
        if by_config || by_group {
            take(draft, t);
            // Whose it is was not told by the versions it runs: the edge is that of the owner.
            if !t.links.iter().any(|l| l.crossing) {
                let from = owner.group.as_ref().and_then(|g| index.store.groups.get(g)).map(|g| g.arn.clone());
                let from = from.unwrap_or_else(|| draft.chain.name.clone());
                draft.cross(&from, &t.endpoint.arn, owner.confidence, owner.rule, StageKind::Endpoint);
            }
        }
    }
    for name in draft.config.map(|m| m.codepipeline.as_slice()).unwrap_or_default() {
        let served = draft.chain.serving.iter().filter_map(|s| index.store.endpoints.get(&s.endpoint));
        for arn in served.map(|e| e.arn.clone()).collect::<Vec<_>>() {
            draft.within(name, &arn, Confidence::Config, "[[model]] codepipeline", StageKind::Endpoint);
        }
    }
    draft.chain.serving.sort_by_key(|s| (!s.production(), s.stage.clone(), s.endpoint.clone()));
}

fn take(draft: &mut Draft<'_>, traced: &Traced<'_>) {
    draft.chain.serving.push(traced.serving.clone());
    draft.links.extend(traced.links.iter().cloned());
}

fn trace<'a>(index: &Index<'a>, models: &[ModelConfig], endpoint: &'a Endpoint) -> Traced<'a> {
    let (stem, suffix) = split_stage(&endpoint.name);
    let tagged = |key: &str| endpoint.tags.as_ref().and_then(|t| t.get(key)).map(String::as_str);
    let claim = models.iter().enumerate().find_map(|(place, model)| {
        let glob = model.endpoints.iter().find(|glob| glob.matches(&endpoint.name))?;
        Some((place, model, glob.stage(&endpoint.name).map(str::to_owned)))
    });
    let captured = claim.as_ref().and_then(|(_, _, stage)| stage.clone());
    let stage = captured.or_else(|| tagged("sagemaker:deployment-stage").map(str::to_owned));
    let mut traced = Traced {
        endpoint,
        serving: Serving {
            endpoint: endpoint.name.clone(),
            stage: stage.unwrap_or_else(|| suffix.to_owned()),
            config: endpoint.config.clone(),
            ..Serving::default()
        },
        owner: None,
        stem: stem.to_owned(),
        links: Vec::new(),
    };
    let mut groups = Vec::new();
    if let Some(name) = &endpoint.config {
        let config = index.store.configs.get(name);
        traced.serving.since = endpoint.live_since.or(config.and_then(|c| c.created));
        traced.link(config.map_or(name, |c| &c.arn), &endpoint.arn, "DescribeEndpoint.EndpointConfigName");
        let versions = config.map(|c| traced.versions(index, c, &mut groups)).unwrap_or_default();
        traced.serving.versions = versions;
    }
    if let Some(pending) = &endpoint.pending {
        let config = index.store.configs.get(&pending.config);
        traced.serving.arriving = config.map(|c| traced.versions(index, c, &mut groups)).unwrap_or_default();
    }
    let config_group = claim.as_ref().map(|(place, model, _)| (*place, model.group.as_deref().map(arn_name)));
    let project = tagged("sagemaker:project-name").filter(|p| index.store.groups.get(p).is_some());
    traced.owner = owner(index, models, groups.into_iter().next(), config_group, project, stem);
    traced
}

/// Whose endpoint this is: by the version it runs, by the configuration, by tag, by name.
fn owner(
    index: &Index<'_>,
    models: &[ModelConfig],
    by_version: Option<(String, Confidence)>,
    by_config: Option<(usize, Option<&str>)>,
    by_tag: Option<&str>,
    stem: &str,
) -> Option<Owner> {
    if let Some((configured, group)) = by_config {
        let group = group.map(str::to_owned);
        return Some(Owner {
            group,
            configured: Some(configured),
            confidence: Confidence::Config,
            rule: "[[model]] endpoints",
        });
    }
    let by_name = || {
        index
            .store
            .groups
            .get(stem)
            .map(|g| (g.name.clone(), Confidence::Guess, "the endpoint's name begins with the group's"))
    };
    let by_tag = by_tag.map(|p| (p.to_owned(), Confidence::Derived, "tag sagemaker:project-name"));
    let by_version = by_version.map(|(g, c)| (g, c, "Containers[].ModelPackageName"));
    let (group, confidence, rule) = by_version.or(by_tag).or_else(by_name)?;
    let configured = models.iter().position(|m| m.group.as_deref().map_or(m.name == group, |g| arn_name(g) == group));
    Some(Owner { group: Some(group), configured, confidence, rule })
}

impl Traced<'_> {
    fn link(&mut self, from: &str, to: &str, rule: &'static str) {
        self.push(from, to, Confidence::Exact, rule, false);
    }
    fn push(&mut self, from: &str, to: &str, confidence: Confidence, rule: &'static str, crossing: bool) {
        let (from, to) = (from.to_owned(), to.to_owned());
        self.links.push(Link { from, to, confidence, rule, into: StageKind::Endpoint, crossing });
    }

    /// The versions that a configuration runs; adds its edges, and the groups of its versions.
    fn versions(
        &mut self,
        index: &Index<'_>,
        config: &EndpointConfig,
        groups: &mut Vec<(String, Confidence)>,
    ) -> Vec<(String, i32)> {
        let mut versions = Vec::new();
        for name in config.models() {
            let Some(model) = index.store.models.get(name) else {
                self.link(name, &config.arn, "ProductionVariants[].ModelName");
                continue;
            };
            self.link(&model.arn, &config.arn, "ProductionVariants[].ModelName");
            for container in model.containers.iter().flatten() {
                let Some((arn, confidence, rule)) = package_of(index, container) else { continue };
                self.push(&arn, &model.arn, confidence, rule, true);
                let known = index.package(&arn).and_then(|p| Some((p.group.clone()?, p.version?)));
                let spelt = || ModelPackage::parse_arn(&arn).map(|(g, v)| (g.to_owned(), v));
                if let Some((group, version)) = known.or_else(spelt) {
                    groups.push((group, confidence));
                    versions.push((arn, version));
                }
            }
        }
        versions.dedup();
        versions
    }
}

/// The version a container was made from: named, or the only one with the same artifact.
fn package_of(index: &Index<'_>, container: &Container) -> Option<(String, Confidence, &'static str)> {
    if let Some(package) = &container.package {
        let known = index.package(package).map_or_else(|| package.clone(), |p| p.arn.clone());
        return Some((known, Confidence::Exact, "Containers[].ModelPackageName"));
    }
    match index.package_by_data.get(container.data.as_deref()?)?.as_slice() {
        [only] => Some((only.arn.clone(), Confidence::Derived, "ModelDataUrl equals the version's")),
        _ => None,
    }
}

/// `recommendation-prod` → (`recommendation`, `prod`).
fn split_stage(name: &str) -> (&str, &str) {
    match name.rsplit_once(['-', '_']) {
        Some((stem, last)) if STAGES.contains(&last.to_ascii_lowercase().as_str()) => (stem, last),
        _ => (name, ""),
    }
}
