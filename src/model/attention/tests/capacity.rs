//! Cases of the rules of scaling.

use super::cases;
use crate::model::Health::Warning;
use crate::model::testing::{Account, HOUR, MINUTE, ago, alarm, scalable_target, scaling_activity};
use crate::resources::alarm::Alarm;
use crate::resources::scalable_target::{NotScaled, ScalableTarget, ScalingActivity, Suspended};

const CAPPED: &str = "fraud-prod: needs more than its maximum of 2 instances";
const POLICY: &str = "arn:aws:autoscaling:eu-west-1:1:scalingPolicy:x";

/// Registers the variant, which runs and wants two instances, with limits.
fn limits(a: &mut Account, min: i32, max: i32) {
    a.scalable_targets.push(scalable_target(min, max));
}

/// Puts an alarm of the policy into a state.
fn scaling_alarm(a: &mut Account, side: &str, operator: &str, state: &str, since: i64) {
    let (operator, actions) = (Some(operator.into()), vec![POLICY.into()]);
    let name = format!("TargetTracking-endpoint/fraud-prod/variant/AllTraffic-{side}");
    a.alarms.push(Alarm { operator, actions, since: ago(since), ..alarm(&name, state) });
}

fn high(a: &mut Account, state: &str) {
    scaling_alarm(a, "AlarmHigh", "GreaterThanThreshold", state, 12 * MINUTE);
}

fn did(a: &mut Account, status: &str, began: i64) {
    a.scalable_targets[0].activities.push(scaling_activity(status, began));
}

/// Adds an activity that changed nothing because of a maximum.
fn stopped(a: &mut Account, max: i32, began: i64) {
    let reason = NotScaled { code: "AlreadyAtMaxCapacity".into(), max: Some(max) };
    let activity = ScalingActivity { not_scaled: vec![reason], ..scaling_activity("Failed", began) };
    a.scalable_targets[0].activities.push(activity);
}

fn suspend(a: &mut Account, suspended: Suspended) {
    let target = a.scalable_targets[0].clone();
    a.scalable_targets[0] = ScalableTarget { suspended, ..target };
}

cases! {
    Endpoint "at-max":
    "nothing scales it" |_| {} => [];
    "it may grow, and should" |a| { limits(a, 1, 4); high(a, "ALARM") } => [];
    "it may not grow, and need not" |a| { limits(a, 1, 2); high(a, "OK") } => [];
    "it may not grow, and should" |a| { limits(a, 1, 2); high(a, "ALARM") } => [(Warning, CAPPED, Some(12 * MINUTE))];
    "it reached its maximum after the alarm fired" |a| { limits(a, 1, 2); high(a, "ALARM"); did(a, "Successful", 5 * MINUTE) }
        => [(Warning, CAPPED, Some(4 * MINUTE))];
    "it reached its maximum before the alarm fired" |a| { limits(a, 1, 2); high(a, "ALARM"); did(a, "Successful", HOUR) }
        => [(Warning, CAPPED, Some(12 * MINUTE))];
    "the alarm that fires takes capacity away" |a| {
        limits(a, 1, 2);
        high(a, "OK");
        scaling_alarm(a, "AlarmLow", "LessThanThreshold", "ALARM", HOUR);
    } => [];
    "the alarm that fires is no alarm of its policies" |a| {
        limits(a, 1, 2);
        scaling_alarm(a, "AlarmOther", "GreaterThanThreshold", "ALARM", HOUR);
    } => [];
    "it is still on its way to its maximum" |a| {
        limits(a, 1, 2);
        high(a, "ALARM");
        a.endpoints[0].variants[0].instances = Some(1);
    } => [];
    "AWS does not say how many run" |a| {
        limits(a, 1, 2);
        high(a, "ALARM");
        a.endpoints[0].variants[0].instances = None;
    } => [];
    "nobody knows the alarm, and AWS says that the maximum stopped it" |a| { limits(a, 1, 2); stopped(a, 2, 9 * MINUTE) }
        => [(Warning, CAPPED, Some(9 * MINUTE))];
    "AWS said so too long ago" |a| { limits(a, 1, 2); stopped(a, 2, HOUR) } => [];
    "AWS said so of another maximum" |a| { limits(a, 1, 2); stopped(a, 1, 9 * MINUTE) } => [];
    "AWS said so, and then it scaled" |a| {
        limits(a, 1, 2);
        did(a, "Successful", MINUTE);
        stopped(a, 2, 9 * MINUTE);
    } => [];
    "AWS said so, and the alarm is over" |a| { limits(a, 1, 2); high(a, "OK"); stopped(a, 2, 9 * MINUTE) } => [];
    "it may not grow because scaling out is suspended" |a| {
        limits(a, 1, 2);
        high(a, "ALARM");
        suspend(a, Suspended { scaling_out: true, ..Suspended::default() });
    } => [];
    "something else than instances is scaled" |a| {
        limits(a, 1, 2);
        high(a, "ALARM");
        a.scalable_targets[0].dimension = "sagemaker:variant:DesiredProvisionedConcurrency".into();
    } => [];
    "scaling was never read" |a| { limits(a, 1, 2); high(a, "ALARM"); a.scalable_targets.never_read() } => [];
    "scaling is denied" |a| { limits(a, 1, 2); high(a, "ALARM"); a.scalable_targets.denied() } => [];

    Endpoint "outside-limits":
    "nothing scales it" |_| {} => [];
    "within the limits" |a| limits(a, 2, 2) => [];
    "fewer than the minimum" |a| limits(a, 3, 4)
        => [(Warning, "fraud-prod: 2 instances wanted for AllTraffic, fewer than the minimum of 3 of its scaling", None)];
    "more than the maximum" |a| limits(a, 0, 1)
        => [(Warning, "fraud-prod: 2 instances wanted for AllTraffic, more than the maximum of 1 of its scaling", None)];
    "scaling is about to act" |a| { limits(a, 3, 4); did(a, "InProgress", MINUTE) } => [];
    "the endpoint changed after the limits were read" |a| { limits(a, 3, 4); a.endpoints[0].modified = ago(-MINUTE) } => [];
    "it is being updated" |a| { limits(a, 3, 4); a.endpoints[0].status = "Updating".into() } => [];
}

#[test]
fn what_is_wrong_with_a_target_is_said_of_its_endpoint() {
    let mut account = Account::healthy();
    account.endpoints.push(crate::model::testing::endpoint("fraud-staging", "fraud-prod-1"));
    limits(&mut account, 1, 2);
    account.scalable_targets[0].endpoint = Some("fraud-staging".into());
    did(&mut account, "Failed", MINUTE);
    let joined = account.join();
    let chain = joined.chain("fraud").unwrap();
    let said = |name: &str| {
        let serving = chain.serving.iter().find(|serving| serving.endpoint == name).unwrap();
        chain.said_of(serving).filter(|reason| reason.health == Warning).count()
    };
    assert_eq!((said("fraud-prod"), said("fraud-staging")), (0, 1));
}
