//! The facts about an endpoint that are in several rows: what each part serves and measures, the deployment under way,
//! and where it all runs.

use super::super::cell;
use super::{Fact, fact, warn};
use crate::app::App;
use crate::fmt;
use crate::model::{Chain, Health};
use crate::resources::endpoint::{Endpoint, Mode, Pending, Variant, shares};
use crate::resources::metric::{MetricSeries, names};
use crate::resources::model::Model;
use crate::view::{Line, Tone};

/// Returns the facts of an endpoint.
pub(super) fn serving(app: &App, chain: &Chain, name: &str) -> Vec<Fact> {
    let Some(endpoint) = app.here.observed.store.endpoints.get(name) else { return Vec::new() };
    let mode = Mode::of(&app.here.observed.store, endpoint);
    let mut facts: Vec<Fact> = endpoint.pending.iter().flat_map(|pending| deployment(app, endpoint, pending)).collect();
    facts.push(fact("mode", mode.name()));
    // While a deployment moves the traffic, the weights of the old fleet divide only what is left of it.
    let moved = endpoint.pending.as_ref().and_then(|pending| pending.moved(&endpoint.variants));
    let left = moved.map_or(1.0, |moved| 1.0 - moved / 100.0);
    for (variant, share) in endpoint.variants.iter().zip(shares(&endpoint.variants)) {
        let line = of_variant(app, endpoint, variant, share.map(|share| share * left), moved.is_some());
        facts.push((variant.name.clone(), line));
        facts.extend(image(app, chain, variant));
        if mode != Mode::Components {
            facts.push(measured(app, endpoint, mode, &variant.name));
        }
    }
    facts.extend(endpoint.shadows.iter().map(|shadow| {
        let line = of_variant(app, endpoint, shadow, None, false).muted("  a copy of the traffic, answers nobody");
        (format!("shadow {}", shadow.name), line)
    }));
    facts.extend(components(app, endpoint, mode));
    facts.extend(whole(app, endpoint, mode));
    facts.extend(guards(app, endpoint));
    facts.extend(surroundings(app, endpoint));
    facts
}

/// Returns the deployment under way: what arrives, its phase, how much of the traffic moved, and the end of its bake
/// time.
fn deployment(app: &App, endpoint: &Endpoint, pending: &Pending) -> Vec<Fact> {
    let now = app.here.observed.at;
    let mut line = Line::new().plain(&pending.config);
    if let Some((phase, since)) = pending.phase() {
        let since = since.map(|at| format!(" since {}", fmt::age(now, at))).unwrap_or_default();
        line = line.with(format!("  {phase}{since}"), Tone::Busy);
    }
    if let Some(moved) = pending.moved(&endpoint.variants) {
        line = line.plain(format!("  {moved:.0} % of the traffic"));
    }
    if let Some(until) = pending.bakes_until(endpoint.rollout.as_ref()) {
        let left = if until > now { format!("{} left", fmt::age(until, now)) } else { "bake time is over".to_owned() };
        line = line.plain(format!("  {left}"));
    }
    let started = pending.started.map(|at| fact("started", format!("{} ago", fmt::age(now, at))));
    [("arriving".to_owned(), line)].into_iter().chain(started).collect()
}

/// Describes a variant: its share of the traffic, whether it is what a deployment replaces, its size, its models with
/// their versions, its routing.
fn of_variant(app: &App, endpoint: &Endpoint, variant: &Variant, share: Option<f32>, old: bool) -> Line {
    let idle = old && share.is_some_and(|percent| percent < 0.5);
    let fleet = if old { "the old fleet  " } else { "" };
    let share = share.map(|percent| format!("{percent:.0} %  {fleet}")).unwrap_or_default();
    let store = &app.here.observed.store;
    let config = endpoint.config.as_ref().and_then(|name| store.configs.get(name));
    let own = config.into_iter().flat_map(|c| c.variants.iter().flatten().chain(&c.shadows));
    let model = own.filter(|v| v.name == variant.name).find_map(|v| v.model.as_deref());
    let phase = variant.phases.first().map(|phase| format!("  {phase}")).unwrap_or_default();
    let line = Line::new().plain(share).plain(variant.size()).with(phase, Tone::Busy);
    let line = if variant.single() { line.muted("  one instance: in a single zone") } else { line };
    let line = model.map_or(line.clone(), |model| {
        // A fleet without traffic serves nobody.
        let verb = if idle { "has" } else { "serves" };
        line.plain(format!("  {verb} {}", versioned(app, model)))
    });
    line.muted(variant.routing.as_ref().map(|routing| format!("  {routing}")).unwrap_or_default())
}

/// Names a model with the versions that it was made from: `fraud-model-v3 (v3)`.
fn versioned(app: &App, name: &str) -> String {
    let model = app.here.observed.store.models.get(name);
    let packages = model.into_iter().flat_map(Model::packages);
    let versions: Vec<String> =
        packages.filter_map(crate::resources::package::ModelPackage::parse_arn).map(|(_, v)| format!("v{v}")).collect();
    if versions.is_empty() { name.to_owned() } else { format!("{name} ({})", versions.join(", ")) }
}

/// Returns the image that a variant runs, and whether it is the registered one. An image is the same only if the digests
/// are.
fn image(app: &App, chain: &Chain, variant: &Variant) -> Option<Fact> {
    let image = variant.image.as_ref()?;
    let packages = chain.serving.iter().flat_map(|s| &s.versions).filter_map(|(arn, _)| {
        app.here.observed.store.packages.get(arn)?.details.as_ref().map(|details| &details.images)
    });
    let digests: Vec<&str> = packages.flatten().filter_map(|image| digest(image)).collect();
    let line = Line::new().plain(image);
    Some((
        "  image".to_owned(),
        match digest(image) {
            Some(own) if digests.contains(&own) => line.muted("  as registered"),
            Some(_) if !digests.is_empty() => line.with("  ▲ not the registered digest", Tone::Warn),
            Some(_) | None => line,
        },
    ))
}

fn digest(image: &str) -> Option<&str> {
    let end = image.rsplit_once('@').map_or(image, |(_, digest)| digest);
    end.starts_with("sha256:").then_some(end)
}

/// Returns the newest value of each metric that a part of the endpoint publishes.
fn measured(app: &App, endpoint: &Endpoint, mode: Mode, part: &str) -> Fact {
    let of = |name: &str| MetricSeries::of_variant(&endpoint.name, part, name);
    fact("  metrics", values(app, endpoint, &names(mode).0, of).unwrap_or_else(|| "◌ not read".to_owned()))
}

/// Returns the metrics that the endpoint publishes for itself.
fn whole(app: &App, endpoint: &Endpoint, mode: Mode) -> Option<Fact> {
    let names = names(mode).1;
    let of = |name: &str| MetricSeries::of_endpoint(&endpoint.name, name);
    let told = || values(app, endpoint, &names, of).unwrap_or_else(|| "◌ not read".to_owned());
    (!names.is_empty()).then(|| fact("queue", told()))
}

/// Formats the newest values of metrics. `None` if none of them was read.
fn values(app: &App, endpoint: &Endpoint, names: &[&str], id: impl Fn(&str) -> String) -> Option<String> {
    let metrics = &app.here.observed.store.metrics;
    let known: Vec<_> = names.iter().map(|name| (name, metrics.get(&id(name)))).collect();
    known.iter().any(|(_, series)| series.is_some()).then(|| {
        let told = known.into_iter().map(|(name, series)| match series {
            Some(series) => value(app, endpoint, series),
            None => format!("◌ {name}"),
        });
        told.collect::<Vec<_>>().join("  ")
    })
}

/// A value that is older than this is shown with its age.
const OLD: i64 = 600;

/// Formats the newest value of the version that is live: `ModelLatency 41 ms`.
fn value(app: &App, endpoint: &Endpoint, series: &MetricSeries) -> String {
    let now = app.here.observed.at;
    let own = series.last().filter(|(at, _)| endpoint.live_since.is_none_or(|live| *at >= live));
    let (at, value) = match own {
        _ if series.problem.is_some() => return format!("◌ {} not read", series.label),
        None => return format!("{} –", series.label),
        Some(own) => own,
    };
    let age =
        if now.as_second() - at.as_second() > OLD { format!(" {} ago", fmt::age(now, at)) } else { String::new() };
    let told = match series.label.as_str() {
        "Invocation4XXErrors" | "Invocation5XXErrors" | "ModelCacheHit" => fmt::percent(value),
        "MemoryUtilization" => fmt::percent(value / 100.0),
        "ApproximateAgeOfOldestRequest" => format!("{} s", fmt::number(value)),
        "TimeInBacklog" => format!("{} ms", fmt::number(value)),
        name if name.ends_with("Latency") || name.ends_with("Time") => fmt::micros(value),
        _ => fmt::number(value),
    };
    format!("{} {told}{age}", series.label)
}

/// Returns the inference components: state, copies, share of an instance, model.
fn components(app: &App, endpoint: &Endpoint, mode: Mode) -> Vec<Fact> {
    let own = app.here.observed.store.inference_components.rows().filter(|c| c.endpoint == endpoint.name);
    own.flat_map(|component| {
        let health = Health::of_status(&component.status);
        let mut line = Line::new().with(format!("{} {}", health.sign().0, component.status), cell::tone(health));
        if let Some(details) = &component.details {
            line = line.plain(format!("  {}  {}", details.size(), details.share()));
        }
        let models: Vec<String> = component.models().map(|model| versioned(app, model)).collect();
        if !models.is_empty() {
            line = line.plain(format!("  serves {}", models.join(", ")));
        }
        [(component.name.clone(), line), measured(app, endpoint, mode, &component.name)]
    })
    .collect()
}

/// Returns how deployments move the traffic, and the alarms that guard them with their states.
fn guards(app: &App, endpoint: &Endpoint) -> Vec<Fact> {
    let rollout = endpoint.rollout.as_ref().map(|rollout| fact("deploys by", rollout.in_words()));
    let guards = endpoint.guards.iter().flatten().map(|name| {
        let state = app.here.observed.store.alarms.get(name).map(|alarm| alarm.state.as_str());
        let line = match state {
            None => Line::new().plain(format!("◌ {name}")).muted("  not read"),
            Some(state) => {
                let health = Health::of_status(state);
                Line::new()
                    .with(format!("{} ", health.sign().0), cell::tone(health))
                    .plain(name)
                    .muted(format!("  {state}"))
            }
        };
        ("guarded by".to_owned(), line)
    });
    rollout.into_iter().chain(guards).collect()
}

/// Returns the key, role and network of an endpoint, from its configuration and its models.
fn surroundings(app: &App, endpoint: &Endpoint) -> Vec<Fact> {
    let store = &app.here.observed.store;
    let Some(config) = endpoint.config.as_ref().and_then(|name| store.configs.get(name)) else { return Vec::new() };
    let models: Vec<&Model> = config.models().filter_map(|name| store.models.get(name)).collect();
    let unique = |all: Vec<&str>| {
        let mut all = all;
        all.sort_unstable();
        all.dedup();
        all.join(", ")
    };
    let roles = models.iter().filter_map(|m| m.role.as_deref()).chain(config.role.as_deref()).collect();
    let subnets = models.iter().flat_map(|m| &m.subnets).chain(&config.subnets).map(String::as_str).collect();
    let mut facts = vec![
        fact("KmsKeyId", config.kms_key.as_deref().unwrap_or_default()),
        fact("ExecutionRoleArn", unique(roles)),
        fact("Subnets", unique(subnets)),
    ];
    if models.iter().any(|m| m.isolated) {
        facts.push(fact("EnableNetworkIsolation", "on"));
    }
    if config.deleted {
        facts.push(warn("configuration", "▲ deleted: its models, key and network are not known"));
    }
    facts
}
