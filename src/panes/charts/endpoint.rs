//! The charts of an endpoint: requests, errors, latency, what its instances use, and how many they are.

use super::plan::{Limit, Planned, PlannedChart, PlannedLine, Unit};
use crate::app::App;
use crate::charts::Window;
use crate::resources::endpoint::{Endpoint, Variant};
use crate::resources::metric::{MetricQuery, MetricSeries};

/// The most variants that are shown.
const VARIANTS: usize = 4;

/// The namespace of invocations.
const INVOCATIONS: &str = "AWS/SageMaker";
/// The namespace of instances.
const INSTANCES: &str = "/aws/sagemaker/Endpoints";

/// Plans the charts of an endpoint. The metrics are those of
/// <https://docs.aws.amazon.com/sagemaker/latest/dg/monitoring-cloudwatch.html>.
pub(super) fn planned(app: &App, name: &str, window: Window) -> Planned {
    let about = format!("endpoint {name}");
    let Some(endpoint) = app.here.observed.store.endpoints.get(name) else {
        return Planned { about, charts: Vec::new() };
    };
    let all = Lines { app, endpoint, window };
    let latency: &[_] = match endpoint.variants.as_slice() {
        [_] => &[("ModelLatency", "p99", "p99"), ("ModelLatency", "p90", "p90"), ("ModelLatency", "p50", "p50")],
        _ => &[("ModelLatency", "p99", "p99")],
    };
    let errors = [("Invocation5XXErrors", "Average", "5XX"), ("Invocation4XXErrors", "Average", "4XX")];
    let chart = |title: &str, unit, lines| PlannedChart { title: title.to_owned(), unit, lines, ..Default::default() };
    let mut charts = vec![
        chart("requests", Unit::PER_MINUTE, all.of(INVOCATIONS, &[("Invocations", "Sum", "")])),
        chart("errors", Unit::SHARE, all.of(INVOCATIONS, &errors)),
        chart("model latency", Unit::MILLIS, all.of(INVOCATIONS, latency)),
    ];
    if endpoint.variants.iter().any(|variant| !variant.serverless) {
        let mut used = vec![("CPUUtilization", "Average", "CPU"), ("MemoryUtilization", "Average", "memory")];
        if all.has_gpu() {
            used.extend([("GPUUtilization", "Average", "GPU"), ("GPUMemoryUtilization", "Average", "GPU memory")]);
        }
        charts.push(chart("utilization", Unit::PERCENT, all.of(INSTANCES, &used)));
        // Each instance writes one sample a minute: docs/aws.md#instance-count
        let samples = all.of(INSTANCES, &[("CPUUtilization", "SampleCount", "")]);
        charts.push(PlannedChart { limits: all.bounds(), ..chart("instances", Unit::WRITERS, samples) });
    }
    Planned { about, charts }
}

struct Lines<'a> {
    app: &'a App,
    endpoint: &'a Endpoint,
    window: Window,
}

impl Lines<'_> {
    /// Makes the series of these metrics (name, statistic, label), for each variant.
    fn of(&self, namespace: &str, metrics: &[(&str, &str, &str)]) -> Vec<PlannedLine> {
        let several = self.endpoint.variants.len() > 1;
        let variants = self.endpoint.variants.iter().take(VARIANTS);
        let line = |variant: &Variant, (metric, stat, label): &(&str, &str, &str)| PlannedLine {
            label: match (several, *label) {
                (false, label) => label.to_owned(),
                (true, "") => variant.name.clone(),
                (true, label) => format!("{} {label}", variant.name),
            },
            query: MetricQuery {
                namespace: namespace.to_owned(),
                name: (*metric).to_owned(),
                dimensions: vec![
                    ("EndpointName".to_owned(), self.endpoint.name.clone()),
                    ("VariantName".to_owned(), variant.name.clone()),
                ],
                stat: (*stat).to_owned(),
                period: self.window.period(),
            },
            stored: Some(MetricSeries::of_variant(&self.endpoint.name, &variant.name, metric)),
        };
        variants.flat_map(|variant| metrics.iter().map(move |metric| line(variant, metric))).collect()
    }

    /// Returns whether an instance has a GPU: those of the families g and p have one.
    fn has_gpu(&self) -> bool {
        let config = self.endpoint.config.as_ref().and_then(|name| self.app.here.observed.store.configs.get(name));
        let variants = config.and_then(|config| config.variants.as_ref()).into_iter().flatten();
        variants.filter_map(|v| v.instance_type.as_deref()).any(|on| on.starts_with("ml.g") || on.starts_with("ml.p"))
    }

    /// Returns the number of instances that is wanted, and the limits of scaling. With several variants they would not
    /// say whose they are.
    fn bounds(&self) -> Vec<Limit> {
        let [variant] = self.endpoint.variants.as_slice() else { return Vec::new() };
        let limit = |value: i32, word: &str| Limit {
            value: f64::from(value),
            bad: None,
            word: word.to_owned(),
            name: String::new(),
        };
        let targets = &self.app.here.observed.store.scalable_targets;
        let target = targets.rows().find(|target| target.scales(&self.endpoint.name, &variant.name));
        let desired = variant.desired_instances.map(|desired| limit(desired, "desired"));
        let most = target.map(|target| target.max).or(variant.most_instances).map(|max| limit(max, "max"));
        desired.into_iter().chain(most).collect()
    }
}
