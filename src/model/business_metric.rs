//! The metrics that the configuration names in `CloudWatch`: the newest values, and the functions that alarms call when
//! a value is bad.

use std::borrow::Cow;

use serde::Serialize;

use super::Chain;
use crate::config::{Meaning, Metric, MetricSource};
use crate::resources::Observed;
use crate::resources::alarm::Alarm;
use crate::resources::metric::MetricSeries;

/// The meaning of a value for the model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Standing {
    /// There is no value, or the newest one is overdue.
    Unknown,
    /// The value is probably published in another unit than the threshold.
    Doubtful,
    /// The value is not beyond the threshold, or nothing judges it.
    Within,
    /// The value is beyond a threshold that is good to cross.
    Good,
    /// The value is beyond the threshold.
    Bad,
}

impl Standing {
    /// Judges a value of a metric.
    #[must_use]
    pub fn of(metric: &Metric, value: f64) -> Self {
        if metric.doubtful_below.is_some_and(|least| value > 0.0 && value < least) {
            return Self::Doubtful;
        }
        let beyond = metric.limit.is_some_and(|(compare, limit)| compare.holds(value, limit));
        match (beyond, metric.meaning) {
            (false, _) => Self::Within,
            (true, Meaning::Promote) => Self::Good,
            (true, Meaning::Breach) => Self::Bad,
        }
    }
}

/// A metric of a model, and what is known of it.
#[derive(Debug, Clone, PartialEq)]
pub struct BusinessMetric<'a> {
    /// The metric as it is configured.
    pub metric: &'a Metric,
    /// Its values, if they were read.
    pub series: Option<&'a MetricSeries>,
    /// The meaning of the newest value.
    pub standing: Standing,
    /// The functions that alarms on this metric call.
    pub remedies: Vec<Remedy<'a>>,
}

/// A function that an alarm calls.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Remedy<'a> {
    /// The name of the alarm.
    pub alarm: &'a str,
    /// The ARN of the function.
    pub arn: &'a str,
    /// The function in a few words.
    #[serde(skip)]
    pub words: Cow<'a, str>,
    /// Whether the actions of the alarm run.
    pub enabled: bool,
}

impl Remedy<'_> {
    /// Returns a phrase that follows a metric: `→ Lambda fallback`.
    #[must_use]
    pub fn phrase(&self) -> String {
        let off = if self.enabled { "" } else { " (switched off)" };
        format!("→ {}{off}", self.words)
    }
}

/// Returns the metrics of a model in `CloudWatch`, in the order of the configuration.
#[must_use]
pub fn business_metrics<'a>(observed: &'a Observed, chain: &Chain<'a>) -> Vec<BusinessMetric<'a>> {
    let Some(config) = chain.configured.and_then(|place| observed.preferences.models.get(place)) else {
        return Vec::new();
    };
    let alarms: Vec<&Alarm> = chain.alarms.iter().filter_map(|name| observed.store.alarms.get(name)).collect();
    let in_cloudwatch = |metric: &&Metric| matches!(metric.source, MetricSource::CloudWatch { .. });
    let known = config.metrics.iter().filter(in_cloudwatch).map(|metric| {
        let series = observed.store.metrics.get(&MetricSeries::of_model(&config.name, &metric.label));
        let current = series.filter(|series| !series.overdue(observed.at)).and_then(MetricSeries::last);
        BusinessMetric {
            metric,
            series,
            standing: current.map_or(Standing::Unknown, |(_, value)| Standing::of(metric, value)),
            remedies: remedies(metric, &alarms),
        }
    });
    known.collect()
}

/// Returns the functions that these alarms call when a metric is bad. An alarm watches the metric if it has its
/// namespace, its name and all of its dimensions.
fn remedies<'a>(metric: &Metric, alarms: &[&'a Alarm]) -> Vec<Remedy<'a>> {
    let MetricSource::CloudWatch { dimensions, .. } = &metric.source else { return Vec::new() };
    let watches = |alarm: &&&Alarm| {
        let named = |(name, value): (&String, &String)| alarm.dimensions.iter().any(|d| (&d.0, &d.1) == (name, value));
        metric.is_cloudwatch(&alarm.namespaces, &alarm.watches) && dimensions.iter().all(named)
    };
    let called = alarms.iter().filter(watches).flat_map(|alarm| {
        alarm.functions().map(|(arn, words)| Remedy { alarm: &alarm.name, arn, words, enabled: alarm.actions_enabled })
    });
    called.collect()
}

#[cfg(test)]
mod tests {
    use super::super::testing::alarm;
    use super::*;
    use crate::config::{Config, Source};

    fn metrics(text: &str) -> Vec<Metric> {
        let text = format!("[[model]]\nname = \"fraud\"\n{text}");
        let config = Config::parse(&Source { file: "sagetop.toml".into(), text }).unwrap();
        config.models.into_iter().next().unwrap().metrics
    }

    #[test]
    fn a_family_judges_with_the_bounds_of_its_unit() {
        use Standing::{Bad, Doubtful, Good, Within};
        for (text, label, value, standing) in [
            ("family = \"forecast\"", "MAPE %", 15.0, Within),
            ("family = \"forecast\"", "MAPE %", 15.1, Bad),
            ("family = \"forecast\"", "MAPE %", 0.16, Doubtful),
            ("family = \"forecast\"", "MAPE %", 0.0, Within),
            ("family = \"forecast\"", "RMSE %", 15.1, Bad),
            ("family = \"forecast\"\nunit = \"percent\"", "MAPE %", 0.16, Within),
            ("family = \"forecast\"\nunit = \"fraction\"", "MAPE", 0.16, Bad),
            ("family = \"forecast\"\nunit = \"fraction\"", "MAPE", 0.15, Within),
            ("family = \"segmentation\"", "Silhouette", 0.6, Good),
            ("family = \"segmentation\"", "Silhouette", 0.59, Within),
            ("family = \"recommendation\"", "CTR %", 2.49, Bad),
            ("family = \"recommendation\"", "CTR %", 2.5, Within),
            ("family = \"recommendation\"\nunit = \"fraction\"", "CTR", 0.024, Bad),
            ("family = \"recommendation\"", "Conversion %", 0.001, Within),
        ] {
            let metrics = metrics(text);
            let metric = metrics.iter().find(|metric| metric.label == label).expect(label);
            assert_eq!(Standing::of(metric, value), standing, "{text} {label} {value}");
        }
    }

    #[test]
    fn a_function_remedies_only_the_metric_that_its_alarm_watches() {
        let metrics = metrics("family = \"recommendation\"");
        let fix = "arn:aws:lambda:eu-west-1:123456789012:function:fix";
        let watching = |model: &str, name: &str| Alarm {
            namespaces: vec!["Retail/Models".into()],
            watches: name.into(),
            dimensions: vec![("Model".into(), model.into())],
            actions: vec!["arn:aws:sns:eu-west-1:1:page".into(), fix.into()],
            ..alarm("low", "ALARM")
        };
        let off = Alarm { actions_enabled: false, ..watching("fraud", "CTR") };
        for (alarm, phrases) in [
            (watching("fraud", "CTR"), vec!["→ Lambda fix"]),
            (off, vec!["→ Lambda fix (switched off)"]),
            (watching("other", "CTR"), vec![]),
            (watching("fraud", "ConversionRate"), vec![]),
        ] {
            let found: Vec<String> = remedies(&metrics[0], &[&alarm]).iter().map(Remedy::phrase).collect();
            assert_eq!(found, phrases, "{alarm:?}");
        }
    }
}
