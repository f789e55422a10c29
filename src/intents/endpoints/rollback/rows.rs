//! The rows of a plan: the changes of each variant, and the values that stay although an operator might expect
//! otherwise.

use super::candidate::Candidate;
use super::changes::{self, capacity};
use super::{Present, row};
use crate::intents::Difference;
use crate::resources::config::ConfigVariant;
use crate::resources::package::ModelPackage;

/// Returns all rows of a plan that goes to `target`. `retain` is true if instance counts and weights stay.
pub(super) fn differences(target: &Candidate, present: &Present, retain: bool) -> Vec<Difference> {
    let current = present.serving.as_ref();
    let mut rows =
        vec![row("configuration", present.endpoint.config.as_deref().unwrap_or("–"), &target.config.name, "")];
    let several = target.variants().count() > 1 || present.endpoint.variants.len() > 1;
    for variant in target.variants() {
        let old = current.and_then(|c| Some((c, c.variant(&variant.name)?)));
        let Side { versions, images, capacity } = Side::of(target, variant);
        let now = old.map(|(c, v)| Side::of(c, v)).unwrap_or_default();
        let named = |what: &str| if several { format!("{} {what}", variant.name) } else { what.to_owned() };
        let version = if several { named("version") } else { "model version".to_owned() };
        rows.push(compared(&version, &now.versions, &versions));
        rows.push(compared(&named("image"), &now.images, &images));
        rows.extend(environment(target, variant, old));
        rows.push(compared(&format!("{} type", variant.name), &now.capacity, &capacity));
        rows.extend(counts(variant, present, retain, several));
    }
    rows.extend(ending(target, present));
    rows.extend(shadows(target, current));
    let on = |on: bool| if on { "on" } else { "off" };
    let capture = |c: &Candidate| on(c.config.data_capture);
    rows.push(compared("data capture", current.map_or("off", capture), capture(target)));
    let asynchronous = |c: &Candidate| on(c.config.asynchronous);
    if current.is_some_and(|c| c.config.asynchronous) || target.config.asynchronous {
        rows.push(compared("asynchronous", current.map_or("–", asynchronous), asynchronous(target)));
    }
    rows
}

/// Returns the environment variables that change; their values may be secrets.
fn environment(
    target: &Candidate,
    variant: &ConfigVariant,
    old: Option<(&Candidate, &ConfigVariant)>,
) -> Option<Difference> {
    let (current, now) = old?;
    let changed = changes::environment(current.model_of(now)?, target.model_of(variant)?);
    (!changed.is_empty())
        .then(|| row("variables", &changed.join(", "), "changed", "of the environment; their values are not shown"))
}

fn compared(what: &str, now: &str, then: &str) -> Difference {
    row(what, now, then, if now == then { "same" } else { "" })
}

/// The settings of one variant of a configuration, as text.
struct Side {
    versions: String,
    images: String,
    capacity: String,
}

impl Default for Side {
    fn default() -> Self {
        let none = || "–".to_owned();
        Self { versions: none(), images: none(), capacity: none() }
    }
}

impl Side {
    fn of(candidate: &Candidate, variant: &ConfigVariant) -> Self {
        let images = candidate.images(variant).join(", ");
        let images = if images.is_empty() { "–".to_owned() } else { images };
        Self { versions: versions(candidate, variant), images, capacity: capacity(variant) }
    }
}

/// Returns the row of the image: that of the only variant that serves, and that of a version.
pub(super) fn image_of_version(serving: &Candidate, package: &ModelPackage) -> Difference {
    let now = serving.variants().next().map(|variant| Side::of(serving, variant)).unwrap_or_default();
    let then = package.details.as_ref().map(|details| details.images.join(", ")).filter(|images| !images.is_empty());
    compared("image", &now.images, &then.unwrap_or_else(|| "–".to_owned()))
}

/// Returns `fraud/3`, or all versions if a model has several containers, or a text instead of a version.
fn versions(candidate: &Candidate, variant: &ConfigVariant) -> String {
    let versions: Vec<String> =
        candidate.versions(variant).iter().map(|(group, version)| format!("{group}/{version}")).collect();
    match candidate.model_of(variant) {
        _ if !versions.is_empty() => versions.join(", "),
        Some(served) => match served.many_models() {
            Some(prefix) => format!("objects under {prefix}"),
            None => "not registered".to_owned(),
        },
        None => "inference components".to_owned(),
    }
}

/// Returns rows for the instances of a variant, if it has any, and for its weight, if it shares the traffic.
fn counts(variant: &ConfigVariant, present: &Present, retain: bool, several: bool) -> Vec<Difference> {
    let live = present.endpoint.variants.iter().find(|v| v.name == variant.name);
    let kept = |what: &str, now: String, initial: String| {
        let note = if now == initial { String::new() } else { format!("configuration says {initial}") };
        let then = if retain { format!("{now} kept") } else { initial };
        row(&format!("{} {what}", variant.name), &now, &then, &note)
    };
    let mut rows = Vec::new();
    if !variant.serverless {
        let count = |n: Option<i32>| n.map_or_else(|| "–".to_owned(), |n| n.to_string());
        let now = live.filter(|_| !present.serverless(&variant.name)).and_then(|v| v.instances);
        rows.push(kept("instances", count(now), count(variant.instances)));
    }
    if several {
        let weight = |w: Option<f32>| w.map_or_else(|| "–".to_owned(), |w| w.to_string());
        rows.push(kept("weight", weight(live.and_then(|v| v.weight)), weight(variant.weight)));
    }
    rows
}

/// Returns rows for the variants that serve now and that the target lacks.
fn ending(target: &Candidate, present: &Present) -> Vec<Difference> {
    let ending = present.endpoint.variants.iter().filter(|v| target.variant(&v.name).is_none());
    let now = |name: &str| {
        let current = present.serving.as_ref()?;
        let variant = current.variant(name)?;
        Some(format!("{} on {}", versions(current, variant), capacity(variant)))
    };
    ending.map(|v| row(&v.name, &now(&v.name).unwrap_or_else(|| "serves".to_owned()), "–", "ends")).collect()
}

fn shadows(target: &Candidate, current: Option<&Candidate>) -> Vec<Difference> {
    let shadow = |c: &Candidate| {
        let text = |v: &ConfigVariant| format!("{} on {}", versions(c, v), capacity(v));
        c.config.shadows.iter().map(text).collect::<Vec<_>>().join(", ")
    };
    let (now, then) = (current.map(shadow).unwrap_or_default(), shadow(target));
    let note = match (now.is_empty(), then.is_empty()) {
        (true, true) => return Vec::new(),
        (false, true) => "ends",
        (true, false) => "begins",
        (false, false) if now == then => "same",
        (false, false) => "",
    };
    let or_none = |text: &str| if text.is_empty() { "–".to_owned() } else { text.to_owned() };
    vec![row("shadow", &or_none(&now), &or_none(&then), note)]
}
