//! The charts of a thing as a plan: titles, units, metrics and limits, without values.

use crate::config::Compare;
use crate::resources::metric::MetricQuery;

/// The charts of a thing.
#[derive(Debug, Default)]
pub(crate) struct Planned {
    /// What they are about: `endpoint fraud-prod`.
    pub(crate) about: String,
    /// The charts, the most important first.
    pub(crate) charts: Vec<PlannedChart>,
}

/// One chart.
#[derive(Debug, Default)]
pub(crate) struct PlannedChart {
    /// Its title without the unit.
    pub(crate) title: String,
    /// The unit of its values.
    pub(crate) unit: Unit,
    /// Its series, the most important first.
    pub(crate) lines: Vec<PlannedLine>,
    /// Its threshold lines.
    pub(crate) limits: Vec<Limit>,
    /// The values of registered versions, where it is about these instead of time.
    pub(crate) versions: Vec<(String, Option<f64>)>,
}

/// One series of a chart.
#[derive(Debug)]
pub(crate) struct PlannedLine {
    /// Its label: `p99`. Empty where the title says all.
    pub(crate) label: String,
    /// The metric, with the period of the window.
    pub(crate) query: MetricQuery,
    /// The id of the same metric in the table of metrics, which has its last hour.
    pub(crate) stored: Option<String>,
}

/// A threshold line.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Limit {
    /// The value, in the unit of the chart.
    pub(crate) value: f64,
    /// The comparison that is bad, if any is.
    pub(crate) bad: Option<Compare>,
    /// The word before the value: `>`, `max`.
    pub(crate) word: String,
    /// Where it comes from: the name of an alarm. Empty where the word says all.
    pub(crate) name: String,
}

/// The unit of a chart.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Unit {
    /// Its name, behind the title; empty for plain numbers.
    pub(crate) name: &'static str,
    /// The units of AWS in one of it; 0 stands for 1.
    one: f64,
    /// The seconds to which sums are scaled; absent for values that do not add up.
    per: Option<i64>,
}

impl Unit {
    /// A plain number.
    pub(crate) const NUMBER: Self = Self { name: "", one: 1.0, per: None };
    /// A count a minute, from sums.
    pub(crate) const PER_MINUTE: Self = Self { name: "/min", one: 1.0, per: Some(60) };
    /// A count, from the samples that each of the counted things writes every minute.
    pub(crate) const WRITERS: Self = Self { name: "", one: 1.0, per: Some(60) };
    /// A count an hour, from sums.
    pub(crate) const PER_HOUR: Self = Self { name: "/h", one: 1.0, per: Some(3600) };
    /// Milliseconds, from microseconds.
    pub(crate) const MILLIS: Self = Self { name: "ms", one: 1000.0, per: None };
    /// Minutes, from milliseconds.
    pub(crate) const MINUTES: Self = Self { name: "min", one: 60_000.0, per: None };
    /// Percent, from a share.
    pub(crate) const SHARE: Self = Self { name: "%", one: 0.01, per: None };
    /// Percent.
    pub(crate) const PERCENT: Self = Self { name: "%", one: 1.0, per: None };

    /// A plain number that adds up over this many seconds.
    pub(crate) fn sum_over(seconds: i64) -> Self {
        Self { per: Some(seconds), ..Self::NUMBER }
    }

    /// Returns a value of AWS, of a period in seconds, in this unit.
    pub(crate) fn shown(self, value: f64, period: i64) -> f64 {
        let one = if self.one == 0.0 { 1.0 } else { self.one };
        #[expect(clippy::cast_precision_loss, reason = "at most a month of seconds")]
        let times = self.per.map_or(1.0, |per| per as f64 / period.max(1) as f64);
        value / one * times
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_have_the_unit_of_the_title() {
        for (unit, value, period, shown) in [
            (Unit::PER_MINUTE, 600.0, 300, 120.0),
            (Unit::MILLIS, 41_000.0, 300, 41.0),
            (Unit::SHARE, 0.05, 3600, 5.0),
            (Unit::PERCENT, 40.0, 60, 40.0),
            (Unit::PER_HOUR, 2.0, 300, 24.0),
            (Unit::MINUTES, 120_000.0, 60, 2.0),
            (Unit::sum_over(86_400), 5.0, 3600, 120.0),
            (Unit::default(), 5.0, 3600, 5.0),
        ] {
            assert!((unit.shown(value, period) - shown).abs() < 1e-9, "{unit:?}");
        }
    }
}
