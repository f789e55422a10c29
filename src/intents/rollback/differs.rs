//! What differs between a configuration and the one that serves, in as few words as a list has.

use std::collections::{BTreeMap, BTreeSet};

use super::Present;
use super::candidate::{Candidate, Runs};
use super::rows::capacity;
use crate::resources::config::ConfigVariant;

/// What would be other than now.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Differs {
    /// Each as a phrase.
    pub(super) told: Vec<String>,
    /// Would whoever asks the endpoint notice any of it?
    pub(super) felt: bool,
    /// So many of them take no effect: instance counts that are kept as they are.
    kept: usize,
}

impl Differs {
    /// Would nothing be other than now?
    pub(super) fn idle(&self) -> bool {
        self.told.len() == self.kept
    }

    fn felt(&mut self, told: Option<String>) {
        self.felt |= told.is_some();
        self.told.extend(told);
    }
}

impl Candidate {
    /// What would be other than now if this were deployed.
    pub(super) fn differs(&self, present: &Present) -> Differs {
        let mut differs = Differs::default();
        let Some(current) = &present.serving else { return differs };
        for variant in self.variants() {
            match current.variant(&variant.name) {
                Some(now) => self.of_variant(variant, current, now, &mut differs),
                None => differs.felt(Some(format!("{} begins", variant.name))),
            }
        }
        let ending = current.variants().filter(|v| self.variant(&v.name).is_none());
        ending.for_each(|v| differs.felt(Some(format!("{} ends", v.name))));
        self.counts(present, current, &mut differs);
        let on = |on: bool| if on { "on" } else { "off" };
        let turned = |what: &str, now: bool, then: bool| (now != then).then(|| format!("{what} {}", on(then)));
        differs.felt(turned("asynchronous", current.config.asynchronous, self.config.asynchronous));
        differs.told.extend(turned("data capture", current.config.data_capture, self.config.data_capture));
        let shadows = |c: &Self| c.config.shadows.iter().map(|v| v.model.clone()).collect::<Vec<_>>();
        differs.told.extend((shadows(self) != shadows(current)).then(|| "shadow variants".to_owned()));
        differs
    }

    fn of_variant(&self, variant: &ConfigVariant, current: &Self, now: &ConfigVariant, differs: &mut Differs) {
        let (old, new) = (current.versions(now), self.versions(variant));
        let (had, has) = (current.images(now), self.images(variant));
        let versions = (old != new).then(|| arrow(&numbers(&old, &new), &numbers(&new, &old)));
        differs.felt(versions.filter(|_| !(old.is_empty() && new.is_empty())));
        let (small, large) = (capacity(now), capacity(variant));
        differs.felt((small != large).then(|| arrow(&small, &large)));
        differs.felt((had != has).then(|| "image".to_owned()));
        let (before, after) = (current.runs(now), self.runs(variant));
        if let (Some(before), Some(after)) = (before, after) {
            let environment = environment(before, after);
            let named = !environment.is_empty() || old != new || had != has;
            differs.felt((!environment.is_empty()).then(|| format!("environment {}", environment.join(", "))));
            differs.felt((!named && before.containers != after.containers).then(|| "model".to_owned()));
        }
    }

    fn counts(&self, present: &Present, current: &Self, differs: &mut Differs) {
        let raises = self.raises(present);
        for variant in self.variants().filter(|v| !v.serverless) {
            let now = current.variant(&variant.name).and_then(|v| v.instances);
            let (Some(now), Some(then)) = (now, variant.instances) else { continue };
            if now == then {
                continue;
            }
            if raises {
                differs.felt(Some(format!("{now} → {then} instances")));
            } else {
                differs.kept += 1;
                differs.told.push(format!("made for {then} instances, those of now are kept"));
            }
        }
    }

    /// Does it ask for more instances than run, where no fewer run than the present configuration asks for? Then its
    /// counts are what is missing; otherwise auto scaling or somebody chose those of now, and they are kept.
    pub(super) fn raises(&self, present: &Present) -> bool {
        let Some(current) = &present.serving else { return false };
        if self.keeps_counts(present).is_err() {
            return false;
        }
        let counts = self.variants().filter(|v| !v.serverless).map(|v| {
            let live = present.endpoint.variants.iter().find(|live| live.name == v.name)?;
            let runs = live.desired_instances.or(live.instances)?;
            let unscaled = current.variant(&v.name)?.instances? == runs && self.weighs(v, live.weight);
            unscaled.then_some(v.instances?.cmp(&runs))
        });
        let Some(counts) = counts.collect::<Option<Vec<_>>>() else { return false };
        counts.iter().all(|order| order.is_ge()) && counts.iter().any(|order| order.is_gt())
    }

    /// Would a variant get the share of the traffic that it has? The only one gets all of it.
    fn weighs(&self, variant: &ConfigVariant, now: Option<f32>) -> bool {
        self.variants().count() == 1 || variant.weight == now
    }
}

fn arrow(now: &str, then: &str) -> String {
    format!("{now} → {then}")
}

/// `v12` where both sides are of one group; otherwise with the groups.
fn numbers(versions: &[(&str, i32)], others: &[(&str, i32)]) -> String {
    let mut groups: BTreeSet<String> = BTreeSet::new();
    groups.extend(versions.iter().chain(others).map(|(group, _)| group.to_lowercase()));
    let alone = groups.len() == 1;
    let told = |(group, number): &(&str, i32)| if alone { format!("v{number}") } else { format!("{group}/{number}") };
    if versions.is_empty() {
        "not registered".to_owned()
    } else {
        versions.iter().map(told).collect::<Vec<_>>().join(", ")
    }
}

/// Names of the environment variables that differ. Their values may be secrets.
pub(super) fn environment(before: &Runs, after: &Runs) -> Vec<String> {
    let all = |runs: &Runs| {
        let variables = runs.containers.iter().enumerate().flat_map(|(place, container)| {
            container.environment.iter().flatten().map(move |(name, value)| ((place, name.clone()), value.clone()))
        });
        variables.collect::<BTreeMap<_, _>>()
    };
    let (before, after) = (all(before), all(after));
    let names: BTreeSet<&(usize, String)> = before.keys().chain(after.keys()).collect();
    let changed = names.into_iter().filter(|name| before.get(*name) != after.get(*name));
    changed.map(|(_, name)| name.clone()).collect()
}
