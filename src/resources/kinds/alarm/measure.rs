//! The one metric that an alarm compares with a threshold.

use aws_sdk_cloudwatch::types::{MetricAlarm, Statistic};
use serde::{Deserialize, Serialize};

use super::read::pairs;
use crate::resources::finite;

/// The metric, statistic and period of an alarm that watches one metric, without metric math.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Measure {
    /// The namespace of the metric.
    pub namespace: String,
    /// The name of the metric.
    pub name: String,
    /// All of its dimensions.
    pub dimensions: Vec<(String, String)>,
    /// `Average`, `Sum`, `p99`, …, raw.
    pub stat: String,
    /// Seconds of one value.
    pub period: i32,
    /// The value that it is compared with; absent where that is a band.
    pub threshold: Option<f64>,
}

impl Measure {
    /// Returns the metric of an alarm. `None` if it watches an expression, or a metric of another account.
    pub(super) fn of(alarm: &MetricAlarm) -> Option<Self> {
        let threshold = finite(alarm.threshold());
        if let (Some(namespace), Some(name)) = (alarm.namespace(), alarm.metric_name()) {
            let plain = alarm.statistic().map(Statistic::as_str);
            let stat = alarm.extended_statistic().or(plain)?.to_owned();
            let (dimensions, period) = (pairs(alarm.dimensions()), alarm.period()?);
            return Some(Self { namespace: namespace.into(), name: name.into(), dimensions, stat, period, threshold });
        }
        let [query] = alarm.metrics() else { return None };
        let stat = query.metric_stat().filter(|_| query.account_id().is_none())?;
        let metric = stat.metric()?;
        Some(Self {
            namespace: metric.namespace()?.to_owned(),
            name: metric.metric_name()?.to_owned(),
            dimensions: pairs(metric.dimensions()),
            stat: stat.stat()?.to_owned(),
            period: stat.period()?,
            threshold,
        })
    }
    /// Returns whether it is this metric, with its dimensions in any order.
    #[must_use]
    pub fn is_of(&self, namespace: &str, name: &str, dimensions: &[(String, String)]) -> bool {
        self.namespace == namespace
            && self.name == name
            && self.dimensions.len() == dimensions.len()
            && dimensions.iter().all(|pair| self.dimensions.contains(pair))
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_cloudwatch::types::{Dimension, Metric, MetricDataQuery, MetricStat};

    use super::*;

    fn metric() -> Metric {
        let dimension = Dimension::builder().name("EndpointName").value("fraud").build();
        Metric::builder().namespace("AWS/SageMaker").metric_name("ModelLatency").dimensions(dimension).build()
    }

    fn query(id: &str) -> MetricDataQuery {
        let stat = MetricStat::builder().metric(metric()).stat("p99").period(60).build();
        MetricDataQuery::builder().id(id).metric_stat(stat).build()
    }

    #[test]
    fn one_metric_is_measured_and_metric_math_is_not() {
        let plain = MetricAlarm::builder()
            .namespace("AWS/SageMaker")
            .metric_name("ModelLatency")
            .set_dimensions(metric().dimensions)
            .extended_statistic("p99")
            .period(60)
            .threshold(9.0)
            .build();
        let single = MetricAlarm::builder().metrics(query("m1")).threshold(9.0).build();
        let math = MetricAlarm::builder()
            .metrics(MetricDataQuery::builder().id("e").expression("m1*2").build())
            .metrics(query("m1"))
            .build();
        let of = |alarm| Measure::of(&alarm).map(|m| (m.stat, m.period, m.threshold, m.dimensions.len()));
        assert_eq!(of(plain), Some(("p99".to_owned(), 60, Some(9.0), 1)));
        assert_eq!(of(single), Some(("p99".to_owned(), 60, Some(9.0), 1)));
        assert_eq!(of(math), None);
    }
}
