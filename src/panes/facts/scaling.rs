//! The facts of auto scaling about an endpoint, its variants, and the alarms of scaling policies.

use super::super::cell;
use super::{Fact, fact, warn};
use crate::app::App;
use crate::fmt;
use crate::resources::endpoint::Variant;
use crate::resources::scalable_target::ScalableTarget;
use crate::view::Line;

/// Returns the capacity of an endpoint's variants that are scaled, or of the variant of one scalable target. Where
/// scaling cannot be read, the facts say so.
pub(super) fn capacity(app: &App, id: &str) -> Vec<Fact> {
    let targets = &app.here.observed.store.scalable_targets;
    let own: Vec<&ScalableTarget> =
        targets.rows().filter(|target| target.id == id || target.endpoint.as_deref() == Some(id)).collect();
    if let (true, Some(why)) = (own.is_empty(), targets.read_error()) {
        return vec![fact("scaling", format!("◌ not known: {} {}", why.operation, why.kind.word()))];
    }
    let several = own.len() > 1;
    own.into_iter().flat_map(|target| of_target(app, target, several)).collect()
}

/// Returns the facts of one target. If there are several, its variant is named.
fn of_target(app: &App, target: &ScalableTarget, several: bool) -> Vec<Fact> {
    let variant = target.variant.as_deref().filter(|_| several).map(|name| format!("{name}: ")).unwrap_or_default();
    let mut facts = vec![fact("instances", format!("{variant}{}", instances(app, target)))];
    facts.extend(target.policies.iter().map(|policy| fact("policy", policy.in_words())));
    facts.extend(target.scheduled.iter().map(|action| fact("scheduled", action.in_words())));
    let suspended = target.suspended.in_words();
    if !suspended.is_empty() {
        facts.push(warn("suspended", format!("▲ {suspended}")));
    }
    facts.push(activity(app, target));
    facts
}

/// Says how many instances run and are wanted, and the limits: `2 of 2 (min 1, max 4)`. Other capacity than instances
/// has only limits here.
fn instances(app: &App, target: &ScalableTarget) -> String {
    let endpoint = target.endpoint.as_deref().and_then(|name| app.here.observed.store.endpoints.get(name));
    let variant = endpoint.and_then(|e| e.variants.iter().find(|variant| target.scales(&e.name, &variant.name)));
    let counted = |variant: &Variant| Some(format!("{} of {}", variant.instances?, variant.desired_instances?));
    match variant.and_then(counted) {
        Some(counted) => format!("{counted} ({})", target.limits()),
        None => format!("{} {}", target.dimension, target.limits()),
    }
}

/// Returns the newest activity with its age.
fn activity(app: &App, target: &ScalableTarget) -> Fact {
    let Some(newest) = target.activities.first() else { return fact("scaled", "not in the last day") };
    let age = newest.started.map(|at| format!("  {} ago", fmt::age(app.here.observed.at, at))).unwrap_or_default();
    let health = newest.health();
    let line = Line::new().with(format!("{} {}", health.sign().0, newest.status), cell::tone(health));
    ("scaled".to_owned(), line.plain(format!("  {}", newest.in_words())).muted(age))
}

/// Returns the policy that an alarm starts, and what it scales.
pub(super) fn policy_of(app: &App, alarm: &str) -> Option<Fact> {
    let mut targets = app.here.observed.store.scalable_targets.rows();
    targets.find_map(|target| {
        let policy = target.policies.iter().find(|policy| policy.alarms.iter().any(|name| name == alarm))?;
        let scaled = crate::resources::Resource::title(target);
        Some(fact("scales", format!("{scaled} by {}: {}", policy.name, policy.in_words())))
    })
}
