//! The values of a version's evaluation report that the configuration names.

use crate::app::App;
use crate::config::{Meaning, Metric, MetricSource};
use crate::fmt;
use crate::model::Chain;
use crate::view::{Line, Tone};

/// One metric of a version: its value, or the reason why there is none.
pub(super) struct Measured<'a> {
    pub(super) metric: &'a Metric,
    value: Result<f64, String>,
}

/// Returns the metrics of a version. Empty until its report was read.
pub(super) fn of_version<'a>(app: &'a App, chain: &Chain, arn: &str) -> impl Iterator<Item = Measured<'a>> {
    let config = chain.configured.and_then(|i| app.here.observed.preferences.models.get(i));
    let report = app.here.observed.store.reports.get(arn);
    config.zip(report).into_iter().flat_map(|(config, report)| {
        config.metrics.iter().filter_map(|metric| match &metric.source {
            MetricSource::Package { json_path } => Some(Measured { metric, value: report.value(json_path) }),
            MetricSource::CloudWatch { .. } | MetricSource::Report { .. } | MetricSource::Alarm { .. } => None,
        })
    })
}

impl Measured<'_> {
    /// Returns the value with its limit, or the reason why there is none.
    pub(super) fn whole(&self) -> Line {
        let value = match &self.value {
            Ok(value) => *value,
            Err(why) => return Line::new().with(format!("the evaluation report {why}"), Tone::Warn),
        };
        let bound = self.metric.bound(fmt::number).map(|bound| format!(" ({bound})"));
        let (_, unit) = self.metric.name_and_unit();
        let value = Line::new().with(format!("{}{unit}", fmt::number(value)), self.tone(value));
        value.muted(bound.unwrap_or_default())
    }

    /// Returns the name and the value in a few words. `None` if there is no value.
    pub(super) fn brief(&self) -> Option<String> {
        Some(self.metric.with_value(&fmt::number(*self.value.as_ref().ok()?)))
    }

    fn tone(&self, value: f64) -> Tone {
        let crossed = self.metric.limit.is_some_and(|(compare, limit)| compare.holds(value, limit));
        match (crossed, self.metric.meaning) {
            (false, _) => Tone::Plain,
            (true, Meaning::Promote) => Tone::Good,
            (true, Meaning::Breach) => Tone::Bad,
        }
    }
}
