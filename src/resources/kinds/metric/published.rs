//! The metrics that endpoints publish, by the way in which they serve. Nothing else is requested of an endpoint, because
//! a metric that does not exist costs as much as one that does.

use super::request::SeriesRequest;
use super::{MINUTE, MetricSeries};
use crate::config::Compare;
use crate::resources::Store;
use crate::resources::endpoint::{Endpoint, Mode};

/// The dimensions of a metric.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Of {
    /// `EndpointName`.
    Endpoint,
    /// `EndpointName` and `VariantName`.
    Variant,
    /// `InferenceComponentName`.
    Component,
}

/// A metric of an endpoint.
pub(super) struct Published {
    name: &'static str,
    namespace: &'static str,
    stat: &'static str,
    /// The statistic that is used where percentiles are not served.
    plain: &'static str,
    of: Of,
    /// The ways of serving that publish it.
    modes: &'static [Mode],
    /// Whether it is read of all endpoints, not only of those that are looked at or not well.
    vital: bool,
    /// The value above which it is bad.
    bad: Option<f64>,
}

use Mode::{Asynchronous, Components, Instances, MultiModel, Serverless};

const SAGEMAKER: &str = "AWS/SageMaker";
const ENDPOINTS: &str = "/aws/sagemaker/Endpoints";
const DIRECT: &[Mode] = &[Instances, Serverless, MultiModel];

/// A metric of a variant that its mean tells.
const fn mean(name: &'static str, modes: &'static [Mode]) -> Published {
    let (stat, of) = ("Average", Of::Variant);
    Published { name, namespace: SAGEMAKER, stat, plain: stat, of, modes, vital: false, bad: None }
}

const fn sum(name: &'static str, modes: &'static [Mode]) -> Published {
    Published { stat: "Sum", plain: "Sum", ..mean(name, modes) }
}

const fn p99(name: &'static str, modes: &'static [Mode]) -> Published {
    Published { stat: "p99", ..mean(name, modes) }
}

const fn most(name: &'static str, modes: &'static [Mode]) -> Published {
    Published { stat: "Maximum", plain: "Maximum", ..mean(name, modes) }
}

const fn failures(name: &'static str, modes: &'static [Mode], bad: f64) -> Published {
    Published { vital: true, bad: Some(bad), ..mean(name, modes) }
}

/// Sources: the lists of metrics of
/// [endpoints](https://docs.aws.amazon.com/sagemaker/latest/dg/monitoring-cloudwatch.html),
/// [serverless](https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints-monitoring.html),
/// [multi-model](https://docs.aws.amazon.com/sagemaker/latest/dg/multi-model-endpoint-cloudwatch-metrics.html) and
/// [asynchronous](https://docs.aws.amazon.com/sagemaker/latest/dg/async-inference-monitor.html) ones.
const PUBLISHED: [Published; 21] = [
    Published { vital: true, ..sum("Invocations", DIRECT) },
    failures("Invocation4XXErrors", &[Instances, Serverless, MultiModel, Asynchronous], 0.05),
    failures("Invocation5XXErrors", &[Instances, Serverless, MultiModel, Asynchronous], 0.005),
    p99("ModelLatency", &[Instances, Serverless, MultiModel, Asynchronous]),
    p99("OverheadLatency", DIRECT),
    p99("ModelSetupTime", &[Serverless]),
    Published { namespace: ENDPOINTS, ..most("MemoryUtilization", &[Serverless]) },
    mean("ModelCacheHit", &[MultiModel]),
    p99("ModelLoadingWaitTime", &[MultiModel]),
    p99("ModelLoadingTime", &[MultiModel]),
    Published { namespace: ENDPOINTS, ..most("LoadedModelCount", &[MultiModel]) },
    Published { vital: true, ..sum("InvocationsProcesssed", &[Asynchronous]) },
    sum("InvocationFailures", &[Asynchronous]),
    p99("TimeInBacklog", &[Asynchronous]),
    Published { of: Of::Endpoint, ..most("ApproximateBacklogSize", &[Asynchronous]) },
    Published { of: Of::Endpoint, ..most("ApproximateAgeOfOldestRequest", &[Asynchronous]) },
    Published { of: Of::Endpoint, vital: true, ..most("HasBacklogWithoutCapacity", &[Asynchronous]) },
    Published { of: Of::Component, vital: true, ..sum("Invocations", &[Components]) },
    Published { of: Of::Component, ..failures("Invocation4XXErrors", &[Components], 0.05) },
    Published { of: Of::Component, ..failures("Invocation5XXErrors", &[Components], 0.005) },
    Published { of: Of::Component, ..p99("ModelLatency", &[Components]) },
];

/// Which metrics are wanted, and how often.
#[derive(Clone, Copy)]
pub(super) struct Wish {
    /// Only requests and errors.
    pub(super) vital: bool,
    /// Whether other statistics replace percentiles.
    pub(super) plain: bool,
    /// Seconds after which each is requested again.
    pub(super) often: i64,
}

impl Published {
    fn request(&self, endpoint: &str, part: &str, wish: Wish) -> SeriesRequest {
        let dimension = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let dimensions = match self.of {
            Of::Endpoint => vec![dimension("EndpointName", endpoint)],
            Of::Variant => vec![dimension("EndpointName", endpoint), dimension("VariantName", part)],
            Of::Component => vec![dimension("InferenceComponentName", part)],
        };
        let id = match self.of {
            Of::Endpoint => MetricSeries::of_endpoint(endpoint, self.name),
            Of::Variant | Of::Component => MetricSeries::of_variant(endpoint, part, self.name),
        };
        SeriesRequest {
            id,
            endpoint: Some(endpoint.to_owned()),
            label: self.name.to_owned(),
            namespace: self.namespace.to_owned(),
            name: self.name.to_owned(),
            dimensions,
            stat: if wish.plain { self.plain } else { self.stat }.to_owned(),
            comes_every: None,
            named: false,
            often: wish.often,
            bad: self.bad.map(|most| (Compare::Greater, most)),
        }
    }
}

/// Returns the requests for the metrics of an endpoint.
pub(super) fn of_endpoint(store: &Store, endpoint: &Endpoint, wish: Wish) -> Vec<SeriesRequest> {
    let mode = Mode::of(store, endpoint);
    of_parts(&endpoint.name, mode, &mode.parts(store, endpoint), wish)
}

/// Returns the requests for the metrics of some parts of an endpoint.
pub(super) fn of_parts(endpoint: &str, mode: Mode, parts: &[&str], wish: Wish) -> Vec<SeriesRequest> {
    let own = || PUBLISHED.iter().filter(|m| m.modes.contains(&mode) && (m.vital || !wish.vital));
    let of_parts =
        parts.iter().flat_map(|part| own().filter(|m| m.of != Of::Endpoint).map(|m| m.request(endpoint, part, wish)));
    let whole = own().filter(|m| m.of == Of::Endpoint).map(|m| m.request(endpoint, "", wish));
    of_parts.chain(whole).collect()
}

/// Returns the names of the metrics that an endpoint publishes for its parts, and those that it publishes for itself.
#[must_use]
pub fn names(mode: Mode) -> (Vec<&'static str>, Vec<&'static str>) {
    let own = PUBLISHED.iter().filter(|m| m.modes.contains(&mode));
    let (whole, parts): (Vec<&Published>, Vec<&Published>) = own.partition(|m| m.of == Of::Endpoint);
    let names = |all: Vec<&Published>| all.into_iter().map(|m| m.name).collect();
    (names(parts), names(whole))
}

/// The wish for requests and errors only, in steps of `often` seconds.
pub(super) const fn vital(often: i64) -> Wish {
    Wish { vital: true, plain: false, often }
}

/// The wish for everything, every minute.
pub(super) const fn everything(plain: bool) -> Wish {
    Wish { vital: false, plain, often: MINUTE }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_is_asked_for_what_its_kind_publishes_and_for_nothing_else() {
        let latency = "ModelLatency OverheadLatency";
        let errors = "Invocation4XXErrors Invocation5XXErrors";
        let cases = [
            (Instances, format!("Invocations {errors} {latency}"), ""),
            (Serverless, format!("Invocations {errors} {latency} ModelSetupTime MemoryUtilization"), ""),
            (
                MultiModel,
                format!(
                    "Invocations {errors} {latency} ModelCacheHit ModelLoadingWaitTime ModelLoadingTime LoadedModelCount"
                ),
                "",
            ),
            (
                Asynchronous,
                format!("{errors} ModelLatency InvocationsProcesssed InvocationFailures TimeInBacklog"),
                "ApproximateBacklogSize ApproximateAgeOfOldestRequest HasBacklogWithoutCapacity",
            ),
            (Components, format!("Invocations {errors} ModelLatency"), ""),
        ];
        for (mode, parts, whole) in cases {
            let told = names(mode);
            assert_eq!((told.0.join(" "), told.1.join(" ")), (parts, whole.to_owned()), "{mode:?}");
            let requests = of_parts("e", mode, &["a", "b"], everything(false));
            assert_eq!(requests.len(), told.0.len() * 2 + told.1.len());
            let component = mode == Components;
            let named = requests.iter().all(|r| (r.dimensions[0].0 == "InferenceComponentName") == component);
            assert!(named, "{mode:?}");
            let asks = |name: &str| of_parts("e", mode, &["a"], vital(MINUTE)).iter().any(|r| r.name == name);
            assert!(asks(mode.requests()) && asks("Invocation5XXErrors"), "{mode:?}");
        }
    }
}
