//! Rules about scaling: may it still add instances, and does the endpoint want what scaling allows?

use jiff::{SignedDuration, Timestamp};

use super::endpoint::{at, endpoints};
use super::{Finding, RuleInput};
use crate::fmt;
use crate::model::{Health, Serving};
use crate::resources::Kind;
use crate::resources::endpoint::{Endpoint, Variant};
use crate::resources::scalable_target::{ScalableTarget, ScalingActivity};

/// The age up to which an activity says how things are now.
const LATELY: SignedDuration = SignedDuration::from_mins(30);

/// A variant of an endpoint in service, and what scales its instances.
struct Scaled<'a> {
    serving: &'a Serving<'a>,
    endpoint: &'a Endpoint,
    variant: &'a Variant,
    target: &'a ScalableTarget,
}

/// Returns the variants whose instances are scaled.
fn scaled<'a>(input: &'a RuleInput<'_>) -> impl Iterator<Item = Scaled<'a>> {
    let variants = endpoints(input).filter(|(_, endpoint)| endpoint.status == "InService");
    let variants =
        variants.flat_map(|(serving, endpoint)| endpoint.variants.iter().map(move |v| (serving, endpoint, v)));
    variants.filter_map(|(serving, endpoint, variant)| {
        let mut targets = input.index.store.scalable_targets.rows();
        let target = targets.find(|target| target.scales(&endpoint.name, &variant.name))?;
        Some(Scaled { serving, endpoint, variant, target })
    })
}

/// Finds variants that run and want as many instances as scaling allows, although more are needed.
pub(super) fn at_max(input: &RuleInput<'_>) -> Vec<Finding> {
    let capped = scaled(input).filter_map(|Scaled { serving, variant, target, .. }| {
        let full = [variant.instances, variant.desired_instances] == [Some(target.max); 2];
        let since = needs_more(input, target).filter(|_| full && !target.suspended.scaling_out)?;
        let instances = fmt::count(usize::try_from(target.max).ok()?, "instance");
        let phrase = format!("needs more than its maximum of {instances}");
        let finding = at(serving, Health::Warning, &phrase).word("at maximum").since(since.at);
        Some(finding.about(Kind::ScalableTargets, &target.id))
    });
    capped.collect()
}

/// Since when more capacity is needed; the time may be unknown.
struct Since {
    at: Option<Timestamp>,
}

/// Returns since when scaling would add capacity, and cannot. `None` without evidence that it would.
fn needs_more(input: &RuleInput<'_>, target: &ScalableTarget) -> Option<Since> {
    let alarms = &input.index.store.alarms;
    let out = target.policies.iter().flat_map(|policy| {
        let own = policy.alarms.iter().filter_map(|name| alarms.get(name));
        own.filter(|alarm| policy.scales_out_on(alarm))
    });
    let mut out = out.peekable();
    if out.peek().is_none() {
        // Without alarms only AWS's own word counts, if it is new.
        let newest = target.activities.first().filter(|newest| newest.stopped_at() == Some(target.max))?;
        let lately = newest.started.is_some_and(|at| input.now.duration_since(at) <= LATELY);
        return lately.then_some(Since { at: newest.started });
    }
    let firing: Vec<_> = out.filter(|alarm| alarm.firing()).collect();
    let fired = firing.iter().filter_map(|alarm| alarm.since).min();
    // The alarm may have fired while there was still room.
    let scaled =
        target.activities.iter().find(|activity| activity.status == "Successful" && activity.not_scaled.is_empty());
    let scaled = scaled.and_then(|activity| activity.ended.or(activity.started));
    (!firing.is_empty()).then(|| Since { at: fired.max(scaled.filter(|_| fired.is_some())) })
}

/// Finds variants that want fewer or more instances than scaling allows.
pub(super) fn outside_limits(input: &RuleInput<'_>) -> Vec<Finding> {
    let targets = &input.index.store.scalable_targets;
    let outside = scaled(input).filter_map(|Scaled { serving, endpoint, variant, target }| {
        let wanted = variant.desired_instances?;
        let limit = match wanted {
            few if few < target.min => format!("fewer than the minimum of {}", target.min),
            many if many > target.max => format!("more than the maximum of {}", target.max),
            _ => return None,
        };
        // Limits that were read before the endpoint changed may be others now, and scaling may be about to act.
        let read = targets.read_at(&target.id).is_some_and(|read| endpoint.modified.is_none_or(|at| at < read));
        let acts = target.activities.first().is_some_and(ScalingActivity::under_way);
        let wanted = fmt::count(usize::try_from(wanted).ok()?, "instance");
        let phrase = format!("{wanted} wanted for {}, {limit} of its scaling", variant.name);
        (read && !acts).then(|| at(serving, Health::Warning, &phrase).word("beyond limits"))
    });
    outside.collect()
}
