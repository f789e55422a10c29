//! The changes that a configuration would bring, in the few words that fit into a list.

use std::collections::{BTreeMap, BTreeSet};

use super::Present;
use super::candidate::{Candidate, ServedModel};
use crate::resources::config::ConfigVariant;

/// The changes that a configuration would bring.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Changes {
    /// Each change as a phrase.
    pub(super) phrases: Vec<String>,
    /// Whether callers of the endpoint would notice any of them.
    pub(super) noticeable: bool,
    /// The number of changes without an effect: the present instance counts are kept.
    without_effect: usize,
}

impl Changes {
    /// Returns whether everything would stay as it is.
    pub(super) fn are_none(&self) -> bool {
        self.phrases.len() == self.without_effect
    }

    /// Adds a change that callers would notice, if there is one.
    fn notice(&mut self, phrase: Option<String>) {
        self.noticeable |= phrase.is_some();
        self.phrases.extend(phrase);
    }
}

impl Candidate {
    /// Returns the changes if this configuration were deployed.
    pub(super) fn changes(&self, present: &Present) -> Changes {
        let mut changes = Changes::default();
        let Some(current) = &present.serving else { return changes };
        for variant in self.variants() {
            match current.variant(&variant.name) {
                Some(now) => self.compare_variant(variant, current, now, &mut changes),
                None => changes.notice(Some(format!("{} begins", variant.name))),
            }
        }
        let ending = current.variants().filter(|v| self.variant(&v.name).is_none());
        ending.for_each(|v| changes.notice(Some(format!("{} ends", v.name))));
        self.compare_counts(present, current, &mut changes);
        let on = |on: bool| if on { "on" } else { "off" };
        let turned = |what: &str, now: bool, then: bool| (now != then).then(|| format!("{what} {}", on(then)));
        changes.notice(turned("asynchronous", current.config.asynchronous, self.config.asynchronous));
        changes.phrases.extend(turned("data capture", current.config.data_capture, self.config.data_capture));
        let shadows = |c: &Self| c.config.shadows.iter().map(|v| v.model.clone()).collect::<Vec<_>>();
        changes.phrases.extend((shadows(self) != shadows(current)).then(|| "shadow variants".to_owned()));
        changes
    }

    fn compare_variant(&self, variant: &ConfigVariant, current: &Self, now: &ConfigVariant, changes: &mut Changes) {
        let (old, new) = (current.versions(now), self.versions(variant));
        let (had, has) = (current.images(now), self.images(variant));
        let versions = (old != new).then(|| arrow(&version_numbers(&old, &new), &version_numbers(&new, &old)));
        changes.notice(versions.filter(|_| !(old.is_empty() && new.is_empty())));
        let (small, large) = (capacity(now), capacity(variant));
        changes.notice((small != large).then(|| arrow(&small, &large)));
        changes.notice((had != has).then(|| "image".to_owned()));
        let (before, after) = (current.model_of(now), self.model_of(variant));
        if let (Some(before), Some(after)) = (before, after) {
            let environment = environment(before, after);
            let named = !environment.is_empty() || old != new || had != has;
            changes.notice((!environment.is_empty()).then(|| format!("environment {}", environment.join(", "))));
            changes.notice((!named && before.containers != after.containers).then(|| "model".to_owned()));
        }
    }

    fn compare_counts(&self, present: &Present, current: &Self, changes: &mut Changes) {
        let raises = self.raises(present);
        for variant in self.variants().filter(|v| !v.serverless) {
            let now = current.variant(&variant.name).and_then(|v| v.instances);
            let (Some(now), Some(then)) = (now, variant.instances) else { continue };
            if now == then {
                continue;
            }
            if raises {
                changes.notice(Some(format!("{now} → {then} instances")));
            } else {
                changes.without_effect += 1;
                changes.phrases.push(format!("made for {then} instances, those of now are kept"));
            }
        }
    }

    /// Returns whether it asks for more instances than run now, while the present configuration asks for as many as run
    /// now. Then the rollback brings back the missing instances. Otherwise auto scaling or somebody has chosen the
    /// present counts, and they are kept.
    pub(super) fn raises(&self, present: &Present) -> bool {
        let Some(current) = &present.serving else { return false };
        if self.keeps_counts(present).is_err() {
            return false;
        }
        let counts = self.variants().filter(|v| !v.serverless).map(|v| {
            let live = present.endpoint.variants.iter().find(|live| live.name == v.name)?;
            let served = live.desired_instances.or(live.instances)?;
            let unscaled = current.variant(&v.name)?.instances? == served && self.keeps_weight(v, live.weight);
            unscaled.then_some(v.instances?.cmp(&served))
        });
        let Some(counts) = counts.collect::<Option<Vec<_>>>() else { return false };
        counts.iter().all(|order| order.is_ge()) && counts.iter().any(|order| order.is_gt())
    }

    /// Returns whether a variant would keep its share of the traffic. A single variant gets all of it.
    fn keeps_weight(&self, variant: &ConfigVariant, now: Option<f32>) -> bool {
        self.variants().count() == 1 || variant.weight == now
    }
}

fn arrow(now: &str, then: &str) -> String {
    format!("{now} → {then}")
}

/// Returns `v12` if both sides are of one group; otherwise names the groups as well.
fn version_numbers(versions: &[(&str, i32)], others: &[(&str, i32)]) -> String {
    let mut groups: BTreeSet<String> = BTreeSet::new();
    groups.extend(versions.iter().chain(others).map(|(group, _)| group.to_lowercase()));
    let alone = groups.len() == 1;
    let phrase = |(group, number): &(&str, i32)| if alone { format!("v{number}") } else { format!("{group}/{number}") };
    if versions.is_empty() {
        "not registered".to_owned()
    } else {
        versions.iter().map(phrase).collect::<Vec<_>>().join(", ")
    }
}

/// Returns the instance type of a variant, or the limits of a serverless one.
pub(super) fn capacity(variant: &ConfigVariant) -> String {
    if !variant.serverless {
        return variant.instance_type.clone().unwrap_or_else(|| "–".to_owned());
    }
    let memory = variant.memory.map(|mb| format!(", {mb} MB")).unwrap_or_default();
    let most = variant.concurrency.map(|n| format!(", {n} at once")).unwrap_or_default();
    format!("serverless{memory}{most}")
}

/// Returns the names of the environment variables that change. Their values may be secrets.
pub(super) fn environment(before: &ServedModel, after: &ServedModel) -> Vec<String> {
    let all = |served: &ServedModel| {
        let variables = served.containers.iter().enumerate().flat_map(|(place, container)| {
            container.environment.iter().flatten().map(move |(name, value)| ((place, name.clone()), value.clone()))
        });
        variables.collect::<BTreeMap<_, _>>()
    };
    let (before, after) = (all(before), all(after));
    let names: BTreeSet<&(usize, String)> = before.keys().chain(after.keys()).collect();
    let changed = names.into_iter().filter(|name| before.get(*name) != after.get(*name));
    changed.map(|(_, name)| name.clone()).collect()
}
