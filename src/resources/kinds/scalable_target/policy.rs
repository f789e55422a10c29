//! Scaling policies and scheduled actions: what changes the capacity of a scalable target.

use aws_sdk_applicationautoscaling::types;
use serde::{Deserialize, Serialize};

use crate::resources::alarm::Alarm;
use crate::resources::finite;

/// One scaling policy.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct ScalingPolicy {
    /// Unique in its scalable target.
    pub name: String,
    /// ARN.
    pub arn: String,
    /// `TargetTrackingScaling`, `StepScaling` or another type, raw.
    pub kind: String,
    /// The metric that target tracking keeps near its target value.
    pub metric: Option<String>,
    /// The target value of the metric.
    pub target: Option<f64>,
    /// How step scaling counts its steps: `ChangeInCapacity`, `PercentChangeInCapacity`, `ExactCapacity`, raw.
    pub adjustment: Option<String>,
    /// The steps of step scaling.
    pub steps: Vec<i32>,
    /// The names of the alarms that start it.
    pub alarms: Vec<String>,
}

impl ScalingPolicy {
    /// Describes what it does in a few words: `InvocationsPerInstance 1000`.
    #[must_use]
    pub fn in_words(&self) -> String {
        match (&self.metric, self.target) {
            (Some(metric), Some(target)) => format!("{} {target}", short(metric)),
            _ if !self.steps.is_empty() => {
                let steps: Vec<String> = self.steps.iter().map(|step| format!("{step:+}")).collect();
                format!("{} {}", self.adjustment.as_deref().unwrap_or(&self.kind), steps.join(", "))
            }
            _ => self.kind.clone(),
        }
    }
    /// Returns whether the policy adds capacity while an alarm fires. False if that is not certain.
    ///
    /// Target tracking has an alarm above its target, which adds capacity, and one below it: docs/aws.md#scaling-alarms.
    #[must_use]
    pub fn scales_out_on(&self, alarm: &Alarm) -> bool {
        let above = || alarm.operator.as_deref().is_some_and(|operator| operator.starts_with("GreaterThan"));
        let relative = self.adjustment.as_deref().is_some_and(|how| how != "ExactCapacity");
        self.alarms.contains(&alarm.name)
            && match self.kind.as_str() {
                "TargetTrackingScaling" => above(),
                "StepScaling" => relative && !self.steps.is_empty() && self.steps.iter().all(|step| *step > 0),
                _ => false,
            }
    }
}

/// Returns the name of a predefined metric as `CloudWatch` has it: `SageMakerVariantInvocationsPerInstance` is
/// `InvocationsPerInstance`.
fn short(metric: &str) -> &str {
    let prefixes = ["SageMakerVariant", "SageMakerInferenceComponent"];
    prefixes.into_iter().find_map(|prefix| metric.strip_prefix(prefix)).unwrap_or(metric)
}

/// An action that sets the limits of a scalable target at certain times.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ScheduledAction {
    /// Unique in its scalable target.
    pub name: String,
    /// `at(…)`, `rate(…)` or `cron(…)`.
    pub schedule: String,
    /// The time zone of the schedule; UTC where absent.
    pub zone: Option<String>,
    /// The minimum that it sets.
    pub min: Option<i32>,
    /// The maximum that it sets.
    pub max: Option<i32>,
}

impl ScheduledAction {
    /// Describes when it acts, and what it sets.
    #[must_use]
    pub fn in_words(&self) -> String {
        let set = [("min", self.min), ("max", self.max)];
        let set: Vec<String> = set.iter().filter_map(|(what, n)| Some(format!("{what} {}", (*n)?))).collect();
        let zone = self.zone.as_deref().unwrap_or("UTC");
        format!("{}  {} {zone} → {}", self.name, self.schedule, set.join(", "))
    }
}

pub(super) fn policy(policy: types::ScalingPolicy) -> ScalingPolicy {
    let tracking = policy.target_tracking_scaling_policy_configuration;
    let steps = policy.step_scaling_policy_configuration;
    ScalingPolicy {
        name: policy.policy_name,
        arn: policy.policy_arn,
        kind: policy.policy_type.as_str().to_owned(),
        metric: tracking.as_ref().and_then(metric),
        target: finite(tracking.map(|tracking| tracking.target_value)),
        adjustment: steps.as_ref().and_then(|s| s.adjustment_type.as_ref()).map(|how| how.as_str().to_owned()),
        steps: steps
            .iter()
            .flat_map(types::StepScalingPolicyConfiguration::step_adjustments)
            .map(|step| step.scaling_adjustment)
            .collect(),
        alarms: policy.alarms.unwrap_or_default().into_iter().map(|alarm| alarm.alarm_name).collect(),
    }
}

/// Returns the metric of target tracking. Metric math has several; its first one stands for all.
fn metric(tracking: &types::TargetTrackingScalingPolicyConfiguration) -> Option<String> {
    if let Some(predefined) = &tracking.predefined_metric_specification {
        return Some(predefined.predefined_metric_type.as_str().to_owned());
    }
    let custom = tracking.customized_metric_specification.as_ref()?;
    let inner = || custom.metrics().iter().find_map(|query| query.metric_stat.as_ref()?.metric.as_ref());
    custom.metric_name.clone().or_else(|| inner()?.metric_name.clone())
}

pub(super) fn scheduled_action(action: types::ScheduledAction) -> ScheduledAction {
    let limits = action.scalable_target_action;
    ScheduledAction {
        name: action.scheduled_action_name,
        schedule: action.schedule,
        zone: action.timezone,
        min: limits.as_ref().and_then(|limits| limits.min_capacity),
        max: limits.and_then(|limits| limits.max_capacity),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_says_what_it_does() {
        let tracking = |metric: &str| ScalingPolicy {
            kind: "TargetTrackingScaling".into(),
            metric: Some(metric.into()),
            target: Some(1000.0),
            ..ScalingPolicy::default()
        };
        let steps = |adjustment: &str, steps: &[i32]| ScalingPolicy {
            kind: "StepScaling".into(),
            adjustment: Some(adjustment.into()),
            steps: steps.into(),
            ..ScalingPolicy::default()
        };
        let cases = [
            (tracking("SageMakerVariantInvocationsPerInstance"), "InvocationsPerInstance 1000"),
            (tracking("GPUUtilization"), "GPUUtilization 1000"),
            (steps("ChangeInCapacity", &[1, -2]), "ChangeInCapacity +1, -2"),
            (ScalingPolicy { kind: "PredictiveScaling".into(), ..ScalingPolicy::default() }, "PredictiveScaling"),
        ];
        for (policy, words) in cases {
            assert_eq!(policy.in_words(), words, "{policy:?}");
        }
    }

    #[test]
    fn a_policy_adds_capacity_only_on_an_alarm_of_its_own_that_says_too_much() {
        let alarm = |name: &str, operator: &str| Alarm {
            name: name.into(),
            operator: Some(operator.into()),
            ..Alarm::default()
        };
        let policy = |kind: &str, adjustment: Option<&str>, steps: &[i32]| ScalingPolicy {
            kind: kind.into(),
            adjustment: adjustment.map(Into::into),
            steps: steps.into(),
            alarms: vec!["own".into()],
            ..ScalingPolicy::default()
        };
        let tracking = policy("TargetTrackingScaling", None, &[]);
        let (above, below) = (alarm("own", "GreaterThanThreshold"), alarm("own", "LessThanThreshold"));
        let cases = [
            (&tracking, &above, true),
            (&tracking, &below, false),
            (&tracking, &alarm("other", "GreaterThanThreshold"), false),
            (&policy("StepScaling", Some("ChangeInCapacity"), &[1, 2]), &below, true),
            (&policy("StepScaling", Some("ChangeInCapacity"), &[-1]), &above, false),
            (&policy("StepScaling", Some("ChangeInCapacity"), &[1, -1]), &above, false),
            (&policy("StepScaling", Some("ExactCapacity"), &[4]), &above, false),
            (&policy("StepScaling", Some("ChangeInCapacity"), &[]), &above, false),
            (&policy("PredictiveScaling", None, &[]), &above, false),
        ];
        for (policy, alarm, out) in cases {
            assert_eq!(policy.scales_out_on(alarm), out, "{policy:?} {alarm:?}");
        }
    }

    #[test]
    fn a_scheduled_action_says_when_it_sets_which_limit() {
        let night = ScheduledAction {
            name: "night".into(),
            schedule: "cron(0 20 * * ? *)".into(),
            max: Some(4),
            ..ScheduledAction::default()
        };
        assert_eq!(night.in_words(), "night  cron(0 20 * * ? *) UTC → max 4");
        let berlin = ScheduledAction { zone: Some("Europe/Berlin".into()), min: Some(2), ..night };
        assert_eq!(berlin.in_words(), "night  cron(0 20 * * ? *) Europe/Berlin → min 2, max 4");
    }
}
