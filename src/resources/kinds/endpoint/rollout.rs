//! A change of an endpoint: the deployment under way, and the settings that its last deployment was made with.

use aws_sdk_sagemaker::types::{CapacitySize, DeploymentConfig, PendingDeploymentSummary};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::variant::Variant;
use crate::resources::time;

/// A deployment under way.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Pending {
    /// The configuration that arrives.
    pub config: String,
    /// The time at which it started.
    pub started: Option<Timestamp>,
    /// The variants that arrive.
    #[serde(default)]
    pub variants: Vec<Variant>,
}

/// The settings of the last deployment:
/// <https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DeploymentConfig.html>.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Rollout {
    /// `ALL_AT_ONCE`, `CANARY`, `LINEAR`, raw; `ROLLING` for a rolling update.
    pub kind: String,
    /// The part that moves first, or in each step: `10 %` or `1 instance`.
    pub step: Option<String>,
    /// Seconds between two steps.
    pub wait: Option<i32>,
    /// Seconds for which the old fleet stays after all traffic moved: the bake time.
    pub bake: Option<i32>,
}

impl Rollout {
    pub(super) fn of(config: &DeploymentConfig) -> Option<Self> {
        if let Some(rolling) = config.rolling_update_policy() {
            return Some(Self {
                kind: "ROLLING".to_owned(),
                step: rolling.maximum_batch_size().and_then(size),
                wait: rolling.wait_interval_in_seconds,
                bake: None,
            });
        }
        let policy = config.blue_green_update_policy()?;
        let routing = policy.traffic_routing_configuration();
        Some(Self {
            kind: routing.and_then(|r| r.r#type.as_ref()).map(|t| t.as_str().to_owned()).unwrap_or_default(),
            step: routing.and_then(|r| r.canary_size().or(r.linear_step_size())).and_then(size),
            wait: routing.and_then(|r| r.wait_interval_in_seconds),
            bake: policy.termination_wait_in_seconds,
        })
    }

    /// Describes it: `CANARY 10 %, then 300 s, bakes 600 s`.
    #[must_use]
    pub fn in_words(&self) -> String {
        let step = self.step.as_ref().map(|step| format!(" {step}")).unwrap_or_default();
        let wait = self.wait.map(|s| format!(", then {s} s")).unwrap_or_default();
        let bake = self.bake.map(|s| format!(", bakes {s} s")).unwrap_or_default();
        format!("{}{step}{wait}{bake}", self.kind)
    }
}

fn size(size: &CapacitySize) -> Option<String> {
    let (value, kind) = (size.value?, size.r#type.as_ref()?.as_str());
    Some(match kind {
        "CAPACITY_PERCENT" => format!("{value} %"),
        "INSTANCE_COUNT" => format!("{value} {}", if value == 1 { "instance" } else { "instances" }),
        other => format!("{value} {other}"),
    })
}

impl From<PendingDeploymentSummary> for Pending {
    fn from(p: PendingDeploymentSummary) -> Self {
        Self {
            config: p.endpoint_config_name.unwrap_or_default(),
            started: time(p.start_time.as_ref()),
            variants: p.production_variants.unwrap_or_default().into_iter().map(Variant::from).collect(),
        }
    }
}

impl Pending {
    /// Returns the phase of the fleet that arrives and its start.
    #[must_use]
    pub fn phase(&self) -> Option<(&str, Option<Timestamp>)> {
        let variant = self.variants.iter().find(|v| !v.phases.is_empty())?;
        Some((variant.phases.first()?, variant.phase_since))
    }

    /// Returns the percentage of the traffic that the new fleet has, of `old` and new weights. `None` where AWS tells
    /// no weights.
    #[must_use]
    pub fn moved(&self, old: &[Variant]) -> Option<f32> {
        let sum = |variants: &[Variant]| -> Option<f32> {
            let weights: Vec<f32> = variants.iter().filter_map(|v| v.weight).collect();
            (!weights.is_empty()).then(|| weights.iter().sum())
        };
        let (new, old) = (sum(&self.variants)?, sum(old)?);
        // While the traffic moves, AWS may count the weight of the old fleet in whole or as what is left of it.
        let wanted = self.variants.iter().filter_map(|v| v.desired_weight).sum::<f32>();
        let whole = wanted.max(old.max(new));
        (whole > 0.0).then(|| (new / whole * 100.0).min(100.0))
    }

    /// Returns when the old fleet goes, if the new one bakes and both its start and the bake time are known.
    #[must_use]
    pub fn bakes_until(&self, rollout: Option<&Rollout>) -> Option<Timestamp> {
        let (_, since) = self.phase().filter(|(phase, _)| *phase == "Baking")?;
        since?.checked_add(SignedDuration::from_secs(rollout?.bake?.into())).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn a_deployment_tells_how_far_it_is() {
        let fleet = |now: Option<f32>, phase: &str| Variant {
            weight: now,
            desired_weight: Some(1.0),
            phases: vec![phase.into()],
            phase_since: Some(at(100)),
            ..Variant::default()
        };
        let rollout = Rollout { kind: "CANARY".into(), bake: Some(600), ..Rollout::default() };
        let cases = [
            (Some(0.0), "Creating", Some(0.0), None),
            (Some(0.1), "ActivatingTraffic", Some(10.0), None),
            (Some(1.0), "Baking", Some(100.0), Some(at(700))),
            (None, "Baking", None, Some(at(700))),
        ];
        for (weight, phase, moved, until) in cases {
            let pending = Pending { variants: vec![fleet(weight, phase)], ..Pending::default() };
            assert_eq!(pending.moved(&[fleet(Some(1.0), "")]), moved, "{phase}");
            assert_eq!(pending.bakes_until(Some(&rollout)), until, "{phase}");
            assert_eq!(pending.bakes_until(None), None);
        }
        assert_eq!(Pending::default().phase(), None);
    }

    #[test]
    fn settings_are_told_as_they_are() {
        let canary = Rollout { kind: "CANARY".into(), step: Some("10 %".into()), wait: Some(300), bake: Some(600) };
        assert_eq!(canary.in_words(), "CANARY 10 %, then 300 s, bakes 600 s");
        assert_eq!(Rollout { kind: "ALL_AT_ONCE".into(), ..Rollout::default() }.in_words(), "ALL_AT_ONCE");
    }
}
