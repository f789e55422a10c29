//! The charts of an endpoint: requests, errors, latency, what its instances use, and how many they are.

use super::plan::{Limit, Planned, PlannedChart, PlannedLine, Unit};
use crate::app::App;
use crate::charts::Window;
use crate::resources::endpoint::{Endpoint, Mode};
use crate::resources::metric::{MetricQuery, MetricSeries};

/// The most variants or inference components that are shown.
const PARTS: usize = 4;

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
    let store = &app.here.observed.store;
    let mode = Mode::of(store, endpoint);
    let all = Lines { app, endpoint, window, mode, parts: mode.parts(store, endpoint) };
    let latency: &[_] = match all.parts.as_slice() {
        [_] => &[("ModelLatency", "p99", "p99"), ("ModelLatency", "p90", "p90"), ("ModelLatency", "p50", "p50")],
        _ => &[("ModelLatency", "p99", "p99")],
    };
    let errors = [("Invocation5XXErrors", "Average", "5XX"), ("Invocation4XXErrors", "Average", "4XX")];
    let chart = |title: &str, unit, lines| PlannedChart { title: title.to_owned(), unit, lines, ..Default::default() };
    let mut charts = vec![
        chart("requests", Unit::PER_MINUTE, all.of_parts(&[(mode.requests(), "Sum", "")])),
        chart("errors", Unit::SHARE, all.of_parts(&errors)),
        chart("model latency", Unit::MILLIS, all.of_parts(latency)),
    ];
    if mode == Mode::Asynchronous {
        let backlog = all.of_endpoint(INVOCATIONS, ("ApproximateBacklogSize", "Maximum", ""));
        charts.push(chart("backlog", Unit::NUMBER, vec![backlog]));
    }
    if endpoint.variants.iter().any(|variant| !variant.serverless) {
        let mut used = vec![("CPUUtilization", "Average", "CPU"), ("MemoryUtilization", "Average", "memory")];
        if all.has_gpu() {
            used.extend([("GPUUtilization", "Average", "GPU"), ("GPUMemoryUtilization", "Average", "GPU memory")]);
        }
        charts.push(chart("utilization", Unit::PERCENT, all.of_instances(&used)));
        // Each instance writes one sample a minute: docs/aws.md#instance-count
        let samples = all.of_instances(&[("CPUUtilization", "SampleCount", "")]);
        charts.push(PlannedChart { limits: all.bounds(), ..chart("instances", Unit::WRITERS, samples) });
    }
    Planned { about, charts }
}

struct Lines<'a> {
    app: &'a App,
    endpoint: &'a Endpoint,
    window: Window,
    mode: Mode,
    /// The variants or inference components that publish requests and errors.
    parts: Vec<&'a str>,
}

impl Lines<'_> {
    /// Makes the series of these metrics (name, statistic, label) for each part that publishes requests and errors.
    fn of_parts(&self, metrics: &[(&str, &str, &str)]) -> Vec<PlannedLine> {
        let dimensions = |part: &str| {
            if self.mode == Mode::Components {
                vec![("InferenceComponentName".to_owned(), part.to_owned())]
            } else {
                self.of_variant(part)
            }
        };
        self.each(&self.parts, INVOCATIONS, dimensions, metrics)
    }

    /// Makes the series of these metrics for the instances of each variant.
    fn of_instances(&self, metrics: &[(&str, &str, &str)]) -> Vec<PlannedLine> {
        let variants: Vec<&str> = self.endpoint.variants.iter().map(|variant| variant.name.as_str()).collect();
        self.each(&variants, INSTANCES, |variant| self.of_variant(variant), metrics)
    }

    /// Makes the series of a metric of the whole endpoint.
    fn of_endpoint(&self, namespace: &str, (metric, stat, label): (&str, &str, &str)) -> PlannedLine {
        let dimensions = vec![("EndpointName".to_owned(), self.endpoint.name.clone())];
        PlannedLine {
            label: label.to_owned(),
            query: self.query(namespace, metric, dimensions, stat),
            stored: Some(MetricSeries::of_endpoint(&self.endpoint.name, metric)),
        }
    }

    fn each(
        &self,
        parts: &[&str],
        namespace: &str,
        dimensions: impl Fn(&str) -> Vec<(String, String)>,
        metrics: &[(&str, &str, &str)],
    ) -> Vec<PlannedLine> {
        let several = parts.len() > 1;
        let line = |part: &str, (metric, stat, label): &(&str, &str, &str)| PlannedLine {
            label: match (several, *label) {
                (false, label) => label.to_owned(),
                (true, "") => part.to_owned(),
                (true, label) => format!("{part} {label}"),
            },
            query: self.query(namespace, metric, dimensions(part), stat),
            stored: Some(MetricSeries::of_variant(&self.endpoint.name, part, metric)),
        };
        let lines = parts.iter().take(PARTS).flat_map(|part| metrics.iter().map(|metric| line(part, metric)));
        lines.collect()
    }

    fn of_variant(&self, variant: &str) -> Vec<(String, String)> {
        let name = |name: &str| name.to_owned();
        vec![(name("EndpointName"), self.endpoint.name.clone()), (name("VariantName"), name(variant))]
    }

    fn query(&self, namespace: &str, metric: &str, dimensions: Vec<(String, String)>, stat: &str) -> MetricQuery {
        let (namespace, name, stat) = (namespace.to_owned(), metric.to_owned(), stat.to_owned());
        MetricQuery { namespace, name, dimensions, stat, period: self.window.period() }
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
