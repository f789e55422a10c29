//! The values of metrics. They depend on the time, on the endpoints, and on the effects of the story.

use std::collections::BTreeMap;

use super::alarm::Alarm;
use super::series::{Kind, Series, When, key, percentile, spread, weight};
use crate::sim::prelude::{Env, Span, Time, Value, num};
use crate::sim::services::sagemaker::{Endpoint, Endpoints};

/// The time in which an effect fades after its cause ends.
const FADING: Span = Span::seconds(40);
/// The number of samples for each period.
const SAMPLES: i64 = 6;

/// The metrics, the alarms and the state that they depend on, at one time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct View<'a> {
    /// The time, usually the present.
    pub(super) now: Time,
    pub(super) env: &'a Env,
    pub(super) series: &'a BTreeMap<String, Series>,
    pub(super) alarms: &'a BTreeMap<String, Alarm>,
    pub(super) endpoints: &'a Endpoints,
}

/// Returns the dimensions of a request or an alarm, as pairs.
pub(super) fn dimensions(value: Option<&Value>) -> Vec<(String, String)> {
    let items = value.map(Value::items).unwrap_or_default();
    items.iter().map(|d| (d.str("Name").to_owned(), d.str("Value").to_owned())).collect()
}

impl<'a> View<'a> {
    /// Returns the view at another time.
    pub(crate) fn at(self, now: Time) -> Self {
        Self { now, ..self }
    }

    /// Returns the value of a metric at a past or present instant.
    pub(crate) fn sample(&self, series: &Series, at: Time) -> f64 {
        let fading = self.env.pace(FADING);
        let mut value = series.usual(at, self.env.seed);
        for effect in &series.effects {
            let over = self.env.pace(effect.over);
            let until = effect.relief.as_ref().and_then(|(endpoint, instances)| self.grown(endpoint, *instances));
            let relieved = until.map_or(1.0, |grown| 1.0 - weight(at, grown, None, fading, fading));
            let weight = match &effect.when {
                When::Between(from, until) => weight(at, *from, *until, over, fading),
                When::Serving { endpoint, package, after } => {
                    let served = self.endpoints.get(endpoint).map(|e| e.served.as_slice()).unwrap_or_default();
                    let with = served.iter().filter(|s| s.packages.contains(package));
                    with.map(|s| weight(at, s.since + *after, s.until, over, fading)).fold(0.0, f64::max)
                }
            };
            value += (effect.to - value) * weight * relieved;
        }
        if series.name == "InvocationsPerInstance" {
            value /= self.fleet(series);
        }
        value.max(0.0)
    }

    /// Returns the number of instances of the endpoint that a metric measures, at least 1.
    fn fleet(&self, series: &Series) -> f64 {
        let endpoint = series.dimensions.iter().find(|(name, _)| name == "EndpointName");
        let fleet = endpoint.and_then(|(_, name)| self.endpoints.get(name)).map_or(1, Endpoint::instances);
        num::float(fleet.max(1))
    }

    /// Returns since when an endpoint has at least this many instances, if it has.
    fn grown(&self, endpoint: &str, instances: i64) -> Option<Time> {
        let found = self.endpoints.get(endpoint)?;
        (found.instances() >= instances).then(|| found.record.doc.instant("LastModifiedTime"))
    }

    /// Returns a statistic of a metric over the past part of a period; `None` if there is no data.
    pub(crate) fn statistic(&self, series: &Series, from: Time, to: Time, statistic: &str) -> Option<f64> {
        let (from, to) = (from.max(series.since), to.min(self.now));
        if from >= to {
            return None;
        }
        let length = (to - from).0;
        let samples: Vec<f64> =
            (0..SAMPLES).map(|at| self.sample(series, from + Span(length * (2 * at + 1) / (2 * SAMPLES)))).collect();
        let mean = samples.iter().sum::<f64>() / num::sized(samples.len());
        let mean = if series.kind == Kind::Rate { mean.clamp(0.0, 1.0) } else { mean };
        let minutes = num::float(length) / 60_000.0;
        let requests = (series.requests * series.activity(from) * minutes).max(1.0);
        let peak = samples.iter().copied().fold(f64::MIN, f64::max);
        let least = samples.iter().copied().fold(f64::MAX, f64::min);
        let found = match (series.kind, statistic) {
            (Kind::Count, "Sum" | "SampleCount") => (mean * minutes).round(),
            (Kind::Count, _) => 1.0,
            (Kind::Rate, "Sum") => (mean * requests).round(),
            (Kind::Gauge, "Sum") => mean * minutes.max(1.0),
            (Kind::Rate | Kind::Latency, "SampleCount") => requests.round(),
            // Each instance writes a value a minute.
            (Kind::Gauge, "SampleCount") => minutes.ceil() * self.fleet(series),
            (Kind::Rate, "Maximum") => f64::from(u8::from(mean * requests >= 0.5)),
            (Kind::Rate, "Minimum") => 0.0,
            (Kind::Latency, "Sum") => mean * 1.15 * requests,
            (Kind::Latency, "Average") => mean * 1.15,
            (Kind::Latency, "Minimum") => least * 0.4,
            (Kind::Latency, "Maximum") => peak * spread(0.9999),
            (Kind::Gauge, "Minimum") => least,
            (Kind::Gauge, "Maximum") => peak,
            (Kind::Latency, other) => mean * percentile(other).map_or(1.15, spread),
            (Kind::Gauge | Kind::Rate, _) => mean,
        };
        Some(found)
    }

    /// Returns the metric with exactly these dimensions.
    pub(crate) fn find_series(&self, namespace: &str, name: &str, wanted: Option<&Value>) -> Option<&'a Series> {
        self.series.get(&key(namespace, name, &dimensions(wanted)))
    }

    /// Returns a metric of an endpoint, by its name.
    pub(crate) fn find_metric(&self, name: &str, endpoint: &str) -> Option<&'a Series> {
        let variant = self.endpoints.get(endpoint)?.variants.first()?;
        let dimensions =
            [("EndpointName".to_owned(), endpoint.to_owned()), ("VariantName".to_owned(), variant.name.clone())];
        self.series.get(&key("AWS/SageMaker", name, &dimensions))
    }

    /// Returns the lower and upper bound of usual values.
    pub(crate) fn band(&self, series: &Series, at: Time, width: f64) -> (f64, f64) {
        let usual = series.usual(at, self.env.seed);
        let reach = series.deviation() * width;
        (usual - reach, usual + reach)
    }
}
