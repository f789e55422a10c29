//! Variants of an endpoint: what serves now, what arrives, and the shadows that only get a copy of the traffic.

use aws_sdk_sagemaker::types::{PendingProductionVariantSummary, ProductionVariantSummary};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::resources::time;

/// One production variant, or a shadow of one.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Variant {
    /// Unique in the endpoint.
    pub name: String,
    /// Relative share of the traffic now.
    #[serde(serialize_with = "crate::resources::convert::digits")]
    pub weight: Option<f32>,
    /// Relative share that is wanted.
    #[serde(serialize_with = "crate::resources::convert::digits")]
    pub desired_weight: Option<f32>,
    /// Instances now.
    pub instances: Option<i32>,
    /// Instances wanted.
    pub desired_instances: Option<i32>,
    /// The least instances that SageMaker's own scaling may run (`ManagedInstanceScaling`).
    #[serde(default)]
    pub least_instances: Option<i32>,
    /// The most instances that SageMaker's own scaling may run (`ManagedInstanceScaling`).
    #[serde(default)]
    pub most_instances: Option<i32>,
    /// The phases it is in, raw: `Creating`, `ActivatingTraffic`, `Baking`, ….
    pub phases: Vec<String>,
    /// The start of its first phase.
    #[serde(default)]
    pub phase_since: Option<Timestamp>,
    /// Digest or tag of the image that runs.
    pub image: Option<String>,
    /// Whether it runs without instances.
    pub serverless: bool,
    /// What a serverless variant may use.
    #[serde(default)]
    pub limits: Option<ServerlessLimits>,
    /// `LEAST_OUTSTANDING_REQUESTS`, `RANDOM`, …, raw.
    #[serde(default)]
    pub routing: Option<String>,
}

/// What a serverless variant may use:
/// <https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ProductionVariantServerlessConfig.html>.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ServerlessLimits {
    /// Memory in MB.
    pub memory: Option<i32>,
    /// Requests at once. More are refused with 429, which counts as a 4XX error.
    pub concurrency: Option<i32>,
    /// Requests at once for which it is kept warm. Others may find a cold start.
    pub provisioned: Option<i32>,
}

impl ServerlessLimits {
    fn in_words(self) -> String {
        let parts = [
            self.memory.map(|n| format!("{n} MB")),
            self.concurrency.map(|n| format!("{n} requests at once")),
            Some(self.provisioned.map_or_else(|| "none kept warm".to_owned(), |n| format!("{n} kept warm"))),
        ];
        parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
    }
}

impl Variant {
    /// Describes what it runs on: `2 of 2 instances`, or the limits of a serverless one.
    #[must_use]
    pub fn size(&self) -> String {
        if self.serverless {
            let limits = self.limits.map(|limits| format!(", {}", limits.in_words())).unwrap_or_default();
            return format!("serverless{limits}");
        }
        let count = |n: Option<i32>| n.map_or_else(|| "–".to_owned(), |n| n.to_string());
        let managed = match (self.least_instances, self.most_instances) {
            (Some(least), Some(most)) => format!(", managed {least} to {most}"),
            (None, Some(most)) => format!(", managed up to {most}"),
            (Some(least), None) => format!(", managed from {least}"),
            (None, None) => String::new(),
        };
        format!("{} of {} instances{managed}", count(self.instances), count(self.desired_instances))
    }

    /// Returns whether one instance answers everything, so that the loss of its zone stops it.
    #[must_use]
    pub fn single(&self) -> bool {
        !self.serverless && self.instances == Some(1)
    }
}

/// Returns the share of the traffic that each variant gets, in percent. Weights are relative to their sum; without any
/// weight no share is known.
#[must_use]
pub fn shares(variants: &[Variant]) -> Vec<Option<f32>> {
    let sum: f32 = variants.iter().filter_map(|v| v.weight).sum();
    variants.iter().map(|v| v.weight.filter(|_| sum > 0.0).map(|weight| weight / sum * 100.0)).collect()
}

/// What serves and what arrives have the same fields, in two types.
macro_rules! variant {
    ($v:expr) => {{
        let v = $v;
        let status = v.variant_status();
        Variant {
            image: v.deployed_images().first().and_then(|i| i.resolved_image.clone().or(i.specified_image.clone())),
            phases: status.iter().map(|s| s.status.as_ref().map_or("", |s| s.as_str()).to_owned()).collect(),
            phase_since: status.first().and_then(|s| time(s.start_time.as_ref())),
            serverless: v.current_serverless_config.is_some(),
            limits: v.current_serverless_config.as_ref().map(|c| ServerlessLimits {
                memory: c.memory_size_in_mb,
                concurrency: c.max_concurrency,
                provisioned: c.provisioned_concurrency,
            }),
            weight: v.current_weight,
            desired_weight: v.desired_weight,
            instances: v.current_instance_count,
            desired_instances: v.desired_instance_count,
            least_instances: v.managed_instance_scaling.as_ref().and_then(|scaling| scaling.min_instance_count),
            most_instances: v.managed_instance_scaling.as_ref().and_then(|scaling| scaling.max_instance_count),
            routing: v.routing_config.and_then(|r| r.routing_strategy).map(|r| r.as_str().to_owned()),
            name: v.variant_name.unwrap_or_default(),
        }
    }};
}

impl From<ProductionVariantSummary> for Variant {
    fn from(v: ProductionVariantSummary) -> Self {
        variant!(v)
    }
}

impl From<PendingProductionVariantSummary> for Variant {
    fn from(v: PendingProductionVariantSummary) -> Self {
        variant!(v)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_of_all_weights() {
        let of = |weights: &[Option<f32>]| {
            let variant = |weight: &Option<f32>| Variant { weight: *weight, ..Variant::default() };
            shares(&weights.iter().map(variant).collect::<Vec<_>>())
        };
        assert_eq!(of(&[Some(1.0)]), [Some(100.0)]);
        assert_eq!(of(&[Some(9.0), Some(1.0)]), [Some(90.0), Some(10.0)]);
        assert_eq!(of(&[Some(1.0), None]), [Some(100.0), None]);
        assert_eq!(of(&[Some(0.0), Some(0.0)]), [None, None], "nothing is known to get traffic");
    }

    #[test]
    fn a_size_is_told_as_aws_tells_it() {
        let plain = Variant { instances: Some(1), desired_instances: Some(2), ..Variant::default() };
        let limits = ServerlessLimits { memory: Some(2048), concurrency: Some(5), provisioned: None };
        let serverless = Variant { serverless: true, limits: Some(limits), ..Variant::default() };
        let warm = ServerlessLimits { provisioned: Some(2), ..limits };
        let cases = [
            (plain.clone(), "1 of 2 instances"),
            (
                Variant { least_instances: Some(1), most_instances: Some(4), ..plain },
                "1 of 2 instances, managed 1 to 4",
            ),
            (serverless.clone(), "serverless, 2048 MB, 5 requests at once, none kept warm"),
            (Variant { limits: Some(warm), ..serverless }, "serverless, 2048 MB, 5 requests at once, 2 kept warm"),
            (Variant::default(), "– of – instances"),
        ];
        for (variant, told) in cases {
            assert_eq!(variant.size(), told);
        }
    }
}
