//! Follows endpoints back to versions: endpoint → configuration → model → package.

use crate::model::deployment::{describe_change, under_way};
use crate::model::index::{Index, Only};
use crate::model::key::{Keyed, Name, beginning};
use crate::model::links::{Arrows, Edges, Link};
use crate::model::parallel;
use crate::model::serving::Weighted;
use crate::model::{Confidence, Serving, StageKind};
use crate::resources::config::{ConfigVariant, EndpointConfig};
use crate::resources::endpoint::{Endpoint, split_any_stage};
use crate::resources::model::{Container, Model};
use crate::resources::package::ModelPackage;

use super::{ChainBuilder, Home};

/// One endpoint, followed back to its versions.
pub(super) struct Traced<'a> {
    endpoint: &'a Endpoint,
    config: Option<&'a EndpointConfig>,
    serving: Serving<'a>,
    owner: Option<Owner<'a>>,
    /// The name without the stage.
    stem: &'a str,
    /// The models that it runs.
    models: Vec<&'a Model>,
    runs: Runs<'a>,
    arriving: Vec<Weighted<'a>>,
    /// The groups of the versions that it runs, and the certainty of each.
    groups: Vec<(&'a str, Confidence)>,
    edges: Edges<'a>,
}

/// The versions that an endpoint runs, and the sum of all weights. Copies of inference components have no such sum: each
/// component is called by its name, so the components of one model share only the requests of that model.
#[derive(Default)]
struct Runs<'a> {
    versions: Vec<Weighted<'a>>,
    all: Option<f64>,
}

/// The owner of an endpoint, and the rule that found it.
struct Owner<'a> {
    group: Option<&'a str>,
    configured: Option<usize>,
    confidence: Confidence,
    rule: &'static str,
}

/// Follows every endpoint. The endpoints of one home are sorted by name. An endpoint that runs versions of several
/// groups is in the home of each, also if the configuration assigns it to a model.
pub(super) fn trace_all<'a>(index: &Index<'a>) -> Keyed<Home<'a>, Vec<Box<Traced<'a>>>> {
    let mut homes: Keyed<Home<'a>, Vec<Box<Traced<'a>>>> = Keyed::default();
    let traces = parallel::map(index.endpoints.clone(), |endpoint| {
        let first = trace(index, endpoint, false);
        let others = others(index, &first);
        (first, others)
    });
    for (first, others) in traces {
        for (home, traced) in std::iter::once(first).chain(others) {
            homes.entry(home).or_default().push(traced);
        }
    }
    homes
}

/// Returns the same endpoint for the other groups that it runs. A tag or a name that determines its owner says that it
/// runs no versions.
fn others<'a>(index: &Index<'a>, first: &(Home<'a>, Box<Traced<'a>>)) -> Vec<(Home<'a>, Box<Traced<'a>>)> {
    let (home, traced) = first;
    let mut taken = vec![*home];
    let mut others = Vec::new();
    // Two tables of the configuration may divide the endpoints of one group, so the owner's group is not another one.
    let own = traced.owner.as_ref().and_then(|owner| owner.group).map(Name);
    for (group, confidence) in traced.groups.iter().filter(|(group, _)| own != Some(Name(group))) {
        let owner = Owner {
            group: Some(group),
            configured: index.claims.group(group),
            confidence: *confidence,
            rule: BY_VERSION,
        };
        let home = owner.home(traced.stem);
        if !taken.contains(&home) {
            taken.push(home);
            let mut again = Box::new(run(index, traced.endpoint, traced.serving.stage, Edges::default()));
            again.belongs_to(owner);
            others.push((home, again));
        }
    }
    others
}

/// The rule that assigns an endpoint to the group of its version.
const BY_VERSION: &str = "Containers[].ModelPackageName";

/// Follows one endpoint to its versions and to its owner. Keeps the edges if they are `wanted`.
pub(super) fn trace<'a>(index: &Index<'a>, endpoint: &'a Endpoint, wanted: bool) -> (Home<'a>, Box<Traced<'a>>) {
    let (stem, _) = split_any_stage(&endpoint.name);
    let claim = index.claims.endpoint(&endpoint.name);
    let stage = endpoint.stage(claim.and_then(|(_, stage)| stage));
    // The box makes moves cheap.
    let mut traced = Box::new(run(index, endpoint, stage, Edges::new(wanted)));
    let owner = match claim {
        Some((place, _)) => index.observed.preferences.models.get(place).map(|model| Owner {
            group: Some(model.group_name()),
            configured: Some(place),
            confidence: Confidence::Config,
            rule: "[[model]] endpoints",
        }),
        None => owner(index, &traced, stem),
    };
    let Some(owner) = owner else { return (Home::Stem(stem), traced) };
    let home = owner.home(stem);
    traced.belongs_to(owner);
    (home, traced)
}

impl<'a> Owner<'a> {
    fn home(&self, stem: &'a str) -> Home<'a> {
        match (self.configured, self.group) {
            (Some(place), _) => Home::Configured(place),
            (None, Some(group)) => Home::Group(Name(group)),
            (None, None) => Home::Stem(stem),
        }
    }
}

/// Adds the endpoints to a chain: first those of which it is known that they are production, then those whose stage is
/// not known.
pub(super) fn join<'a>(builder: &mut ChainBuilder<'a>, index: &Index<'a>, mut traced: Vec<Box<Traced<'a>>>) {
    traced.sort_by(|a, b| rank(&a.serving).cmp(&rank(&b.serving)));
    for t in traced {
        // No version determined the owner, so the edge comes from the owner.
        if let Some(owner) = &t.owner
            && t.edges.arrows == Arrows::default()
        {
            let from = owner.group.and_then(|g| index.group(g)).map_or(builder.name, |g| &g.arn);
            builder.cross(from, &t.endpoint.arn, owner.confidence, owner.rule, StageKind::Endpoint);
        }
        builder.edges.extend(&t.edges);
        builder.rows.endpoints.push(t.endpoint);
        builder.rows.configs.push(t.config);
        builder.rows.models.extend(t.models);
        builder.chain.serving.push(t.serving);
    }
}

fn rank<'a>(serving: &Serving<'a>) -> (bool, bool, &'a str, &'a str) {
    (!serving.production(), serving.stage.is_empty(), serving.stage, serving.endpoint)
}

/// Finds the models and versions that an endpoint runs.
fn run<'a>(index: &Index<'a>, endpoint: &'a Endpoint, stage: &'a str, edges: Edges<'a>) -> Traced<'a> {
    let serving = Serving { endpoint: &endpoint.name, stage, config: endpoint.config.as_deref(), ..Serving::default() };
    let config = endpoint.config.as_ref().and_then(|name| index.store.configs.get(name));
    let (stem, _) = split_any_stage(&endpoint.name);
    let (models, groups, runs, arriving) = (Vec::new(), Vec::new(), Runs::default(), Vec::new());
    let mut traced = Traced { endpoint, config, serving, owner: None, stem, models, runs, arriving, groups, edges };
    if let Some(name) = &endpoint.config {
        traced.serving.since = endpoint.live_since.or(config.and_then(|c| c.created));
        traced.link(config.map_or(name, |c| &c.arn), &endpoint.arn, "DescribeEndpoint.EndpointConfigName");
        (traced.models, traced.runs) = match config.filter(|c| !c.deleted) {
            Some(config) => traced.run_by_components(index, config),
            None => traced.run_by_index(index),
        };
    }
    let next = endpoint.pending.as_ref().and_then(|p| index.store.configs.get(&p.config));
    if let Some(config) = next {
        traced.arriving = traced.run_by(index, config, |variant| variant.weight.map(f64::from)).1;
    }
    traced.settle();
    traced.serving.deployment = under_way(endpoint, &traced.serving, (config, next));
    if let Some(config) = config
        && let Some(before) = before(index, endpoint, config)
        && let Some((was, is)) = numbers(index, before).zip(numbers(index, config))
    {
        traced.serving.changed = if was == is { describe_change(before, config) } else { None };
        traced.serving.replaced = if was == is { Vec::new() } else { was };
    }
    traced
}

/// Returns the configuration that served before. This is the one that this console saw there, or the newest older one
/// with the endpoint's name.
fn before<'a>(index: &Index<'a>, endpoint: &Endpoint, now: &EndpointConfig) -> Option<&'a EndpointConfig> {
    if let Some(replaced) = &endpoint.replaced {
        return index.store.configs.get(replaced).filter(|config| config.variants.is_some() && !config.deleted);
    }
    let older = |config: &&EndpointConfig| config.created < now.created && config.belongs_to(&endpoint.name);
    let named = beginning(&index.configs, &endpoint.name).filter(|config| config.variants.is_some());
    named.filter(older).max_by_key(|config| config.created)
}

/// Returns the numbers of all versions that a configuration runs. `None` if one of its models is unknown.
fn numbers(index: &Index<'_>, config: &EndpointConfig) -> Option<Vec<i32>> {
    let mut numbers = Vec::new();
    for name in config.models() {
        for container in index.store.models.get(name)?.containers.as_ref()? {
            let Some((arn, package, ..)) = package_of(index, container) else { continue };
            let known = package.and_then(|p| p.version);
            numbers.extend(known.or_else(|| ModelPackage::parse_arn(arn).map(|(_, version)| version)));
        }
    }
    Some(numbers)
}

/// Returns the owner of an endpoint that the configuration does not claim: by the version it runs, by tag, or by
/// name.
fn owner<'a>(index: &Index<'a>, traced: &Traced<'a>, stem: &'a str) -> Option<Owner<'a>> {
    let known = |name: &str| index.group(name).map(|g| g.name.as_str());
    let by_version = traced.groups.first().map(|(g, sure)| (*g, *sure, BY_VERSION));
    let by_tag = || {
        let group = known(traced.endpoint.tag("sagemaker:project-name")?)?;
        Some((group, Confidence::Derived, "tag sagemaker:project-name"))
    };
    let by_name = || Some((known(stem)?, Confidence::Guess, "the endpoint's name without its stage is the group's"));
    let (group, confidence, rule) = by_version.or_else(by_tag).or_else(by_name)?;
    Some(Owner { group: Some(group), configured: index.claims.group(group), confidence, rule })
}

/// Keeps only the versions of a group, if there are any.
fn narrow(versions: &mut Vec<Weighted<'_>>, group: &str) {
    let of_it = |arn: &str| ModelPackage::parse_arn(arn).is_some_and(|(g, _)| g.eq_ignore_ascii_case(group));
    if versions.iter().any(|(arn, ..)| of_it(arn)) {
        versions.retain(|(arn, ..)| of_it(arn));
    }
}

impl<'a> Traced<'a> {
    /// Sets the owner. Only versions of the owner's group count from then on.
    fn belongs_to(&mut self, owner: Owner<'a>) {
        if let Some(group) = owner.group {
            narrow(&mut self.runs.versions, group);
            narrow(&mut self.arriving, group);
            self.settle();
        }
        self.owner = Some(owner);
    }
    /// Sets what serves and what arrives.
    fn settle(&mut self) {
        self.serving.serve(&self.runs.versions, self.runs.all);
        self.serving.expect(&self.arriving);
    }
    fn link(&mut self, from: &'a str, to: &'a str, rule: &'static str) {
        self.push(from, to, Confidence::Exact, rule, false);
    }
    fn push(&mut self, from: &'a str, to: &'a str, confidence: Confidence, rule: &'static str, crossing: bool) {
        self.edges.add(Link { from, to, confidence, rule, into: StageKind::Endpoint, crossing });
    }

    /// Returns the models and versions that a configuration runs, with the weights of its variants. Adds its edges, and the
    /// groups of its versions.
    fn run_by(
        &mut self,
        index: &Index<'a>,
        config: &'a EndpointConfig,
        weight: impl Fn(&ConfigVariant) -> Option<f64>,
    ) -> (Vec<&'a Model>, Vec<Weighted<'a>>) {
        let (mut models, mut versions) = (Vec::new(), Vec::new());
        for variant in config.variants.iter().flatten() {
            let Some(name) = &variant.model else { continue };
            let Some(model) = index.store.models.get(name) else {
                self.link(name, &config.arn, "ProductionVariants[].ModelName");
                continue;
            };
            models.push(model);
            self.link(&model.arn, &config.arn, "ProductionVariants[].ModelName");
            self.made_from(index, model, weight(variant), &mut versions);
        }
        (models, versions)
    }

    /// Returns the models and versions of the serving configuration. Where it names no model, the inference components
    /// of the endpoint do, and their copies are the weights.
    fn run_by_components(&mut self, index: &Index<'a>, config: &'a EndpointConfig) -> (Vec<&'a Model>, Runs<'a>) {
        let now = &self.endpoint.variants;
        let weight = |variant: &ConfigVariant| match now.iter().find(|known| known.name == variant.name) {
            Some(known) => known.weight.map(f64::from),
            None => variant.weight.map(f64::from),
        };
        let all = config.variants.iter().flatten().map(weight).sum();
        let (mut models, mut versions) = self.run_by(index, config, weight);
        if config.variants.iter().flatten().all(|v| v.model.is_some()) {
            return (models, Runs { versions, all });
        }
        let store = index.store;
        for component in store.inference_components.rows().filter(|c| c.endpoint == self.endpoint.name) {
            let copies = component.details.as_ref().and_then(|details| details.copies).map(f64::from);
            for model in component.models().filter_map(|name| store.models.get(name)) {
                self.link(&model.arn, &self.endpoint.arn, "DescribeInferenceComponent.Specification.ModelName");
                self.made_from(index, model, copies, &mut versions);
                models.push(model);
            }
        }
        (models, Runs { versions, all: None })
    }

    /// Returns the models and versions that the index of AWS names, for an endpoint whose configuration was not read.
    ///
    /// The index was read once. It knows nothing about a configuration that went live since then.
    fn run_by_index(&mut self, index: &Index<'a>) -> (Vec<&'a Model>, Runs<'a>) {
        let endpoint = self.endpoint;
        let models =
            index.registry.models_by_endpoint.get(endpoint.name.as_str()).filter(|_| endpoint.live_since.is_none());
        let (models, mut versions) = (models.cloned().unwrap_or_default(), Vec::new());
        for model in &models {
            self.link(&model.arn, &endpoint.arn, "Search(Model).Endpoints[]");
            self.made_from(index, model, None, &mut versions);
        }
        (models, Runs { versions, all: None })
    }

    /// Adds the versions that a model was made from, and its edges. The containers of one model share its weight.
    fn made_from(
        &mut self,
        index: &Index<'a>,
        model: &'a Model,
        weight: Option<f64>,
        versions: &mut Vec<Weighted<'a>>,
    ) {
        let first = versions.len();
        for container in model.containers.iter().flatten() {
            let Some((arn, package, confidence, rule)) = package_of(index, container) else { continue };
            self.push(arn, &model.arn, confidence, rule, true);
            let known = package.and_then(|p| Some((p.group.as_deref()?, p.version?)));
            if let Some((group, version)) = known.or_else(|| ModelPackage::parse_arn(arn)) {
                self.groups.push((group, confidence));
                if versions.iter().skip(first).all(|(known, ..)| *known != arn) {
                    versions.push((arn, version, weight));
                }
            }
        }
    }
}

/// Returns the groups of the versions that a variant of an endpoint runs, as far as they are known.
pub(super) fn groups_of_variant<'a>(index: &Index<'a>, endpoint: &Endpoint, variant: &str) -> Vec<&'a str> {
    let config = endpoint.config.as_deref().and_then(|name| index.store.configs.get(name));
    let mut variants = config.into_iter().flat_map(|config| config.variants.iter().flatten());
    let model = variants.find(|known| known.name == variant).and_then(|known| known.model.as_deref());
    let model = model.and_then(|name| index.store.models.get(name));
    let containers = model.into_iter().flat_map(|model| model.containers.iter().flatten());
    let groups = containers.filter_map(|container| {
        let (arn, package, ..) = package_of(index, container)?;
        package.and_then(|known| known.group.as_deref()).or_else(|| Some(ModelPackage::parse_arn(arn)?.0))
    });
    groups.collect()
}

/// The version that a container was made from: its ARN, and the version itself if it is known. The container names
/// the version, or only one version has the same artifact.
pub(super) type Source<'a> = (&'a str, Option<&'a ModelPackage>, Confidence, &'static str);

pub(super) fn package_of<'a>(index: &Index<'a>, container: &'a Container) -> Option<Source<'a>> {
    if let Some(arn) = &container.package {
        let known = index.package(arn);
        return Some((known.map_or(arn, |p| &p.arn), known, Confidence::Exact, "Containers[].ModelPackageName"));
    }
    let Only::One(only) = index.registry.package_by_data.get(container.data.as_deref()?)? else { return None };
    Some((&only.arn, Some(only), Confidence::Derived, "ModelDataUrl equals the version's"))
}
