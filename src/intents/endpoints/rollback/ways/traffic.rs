//! The fastest way back: all traffic goes to a variant that still runs an older version.

use std::collections::BTreeSet;

use super::super::Present;
use super::super::candidate::Candidate;
use crate::intents::ShiftTraffic;
use crate::resources::endpoint::Variant;

/// The shift of all traffic to a variant that runs an older version.
pub(super) struct Shift {
    pub(super) intent: ShiftTraffic,
    pub(super) note: String,
    pub(super) capacity: Capacity,
}

/// The capacity of a variant that would get all traffic.
pub(super) struct Capacity {
    variant: String,
    serverless: bool,
    /// Its instances, and those of all variants.
    instances: i32,
    all: i32,
}

impl Capacity {
    fn of(variant: &Variant, all: &[Variant]) -> Self {
        let count = |variant: &Variant| variant.instances.unwrap_or_default();
        Self {
            variant: variant.name.clone(),
            serverless: variant.serverless,
            instances: count(variant),
            all: all.iter().map(count).sum(),
        }
    }

    /// Returns whether it may get all traffic without a second thought.
    pub(super) fn enough(&self) -> bool {
        self.serverless || self.instances.saturating_mul(2) >= self.all
    }

    pub(super) fn warning(&self) -> Option<String> {
        let Self { variant, serverless, instances, all } = self;
        (!serverless).then(|| format!("{variant} would get all traffic on {instances} of {all} instances."))
    }
}

/// Finds a variant that runs an older version than another one that gets traffic, and that has instances or needs none.
pub(super) fn traffic(present: &Present) -> Result<Shift, String> {
    let serving = present.serving.as_ref().ok_or("its configuration was deleted")?;
    let variants = &present.endpoint.variants;
    if variants.len() < 2 {
        return Err("it has one variant".to_owned());
    }
    let version = |variant: &Variant| {
        let own = serving.variant(&variant.name)?;
        let versions: BTreeSet<(&str, i32)> = serving.versions(own).into_iter().collect();
        versions.first().copied().filter(|_| versions.len() == 1)
    };
    let weight = |variant: &Variant| variant.weight.unwrap_or_default();
    let able = |variant: &&Variant| variant.serverless || variant.instances.is_some_and(|count| count > 0);
    let bad = variants.iter().filter(|variant| weight(variant) > 0.0).filter_map(version).max_by_key(|(_, v)| *v);
    let (group, newest) = bad.ok_or("which versions its variants run is not known")?;
    let older = |variant: &&Variant| version(variant).is_some_and(|(of, own)| of == group && own < newest);
    let good = variants.iter().filter(older).filter(able).max_by_key(|variant| version(variant));
    let good = good.ok_or("no variant with capacity runs an older version")?;
    let (_, older) = version(good).unwrap_or((group, newest));
    if unapproved(serving, group, older) {
        return Err(format!("{} runs v{older}, which is not Approved", good.name));
    }
    let weights = variants.iter().map(|v| (v.name.clone(), if v.name == good.name { 1.0 } else { 0.0 })).collect();
    let capacity = Capacity::of(good, variants);
    let on = if good.serverless {
        String::new()
    } else {
        format!(" on {} of {} instances", capacity.instances, capacity.all)
    };
    let note = format!("{} runs v{older}{on}", good.name);
    Ok(Shift { intent: ShiftTraffic { endpoint: present.endpoint.name.clone(), weights }, note, capacity })
}

fn unapproved(serving: &Candidate, group: &str, version: i32) -> bool {
    serving.unapproved().any(|package| package.group.as_deref() == Some(group) && package.version == Some(version))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn traffic_is_shifted_by_default_only_to_enough_capacity() {
        let variant = |name: &str, instances, serverless| Variant {
            name: name.into(),
            instances,
            serverless,
            ..Variant::default()
        };
        for (good, bad, enough, warning) in [
            (4, 4, true, "old would get all traffic on 4 of 8 instances."),
            (3, 4, false, "old would get all traffic on 3 of 7 instances."),
            (1, 20, false, "old would get all traffic on 1 of 21 instances."),
            (20, 1, true, "old would get all traffic on 20 of 21 instances."),
        ] {
            let all = [variant("old", Some(good), false), variant("new", Some(bad), false)];
            let capacity = Capacity::of(&all[0], &all);
            assert_eq!((capacity.enough(), capacity.warning().as_deref()), (enough, Some(warning)));
        }
        let all = [variant("old", None, true), variant("new", Some(9), false)];
        let capacity = Capacity::of(&all[0], &all);
        assert_eq!((capacity.enough(), capacity.warning()), (true, None));
    }
}
