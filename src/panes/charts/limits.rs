//! The thresholds of alarms as lines.

use super::plan::{Limit, PlannedChart, PlannedLine};
use crate::app::App;
use crate::config::Compare;
use crate::fmt;
use crate::resources::alarm::{Alarm, Measure};

/// The most threshold lines of a chart.
const MOST: usize = 4;

/// Adds the thresholds of the alarms that watch a series of a chart.
pub(super) fn add_alarms(app: &App, chart: &mut PlannedChart) {
    let alarms = app.here.observed.store.alarms.rows().filter(|alarm| !alarm.scaling());
    let own = alarms.filter_map(|alarm| {
        let measure = alarm.measure.as_ref()?;
        chart.lines.iter().find(|line| watches(measure, line))?;
        let value = chart.unit.shown(measure.threshold?, measure.period.into());
        let bad = compare(alarm);
        let word = bad.map_or_else(String::new, |bad| bad.sign().to_owned());
        Some(Limit { value, bad, word, name: alarm.name.clone() })
    });
    let own: Vec<Limit> = own.collect();
    for limit in own {
        // The configuration and an alarm may name the same threshold.
        let same = |known: &Limit| known.value.total_cmp(&limit.value).is_eq() && known.word == limit.word;
        match chart.limits.iter_mut().find(|known| same(known)) {
            Some(known) if known.name.is_empty() => known.name = limit.name,
            Some(_) => {}
            None => chart.limits.push(limit),
        }
    }
    chart.limits.truncate(MOST);
}

/// Returns whether an alarm watches the metric of a series, with a statistic that has the same scale.
fn watches(measure: &Measure, line: &PlannedLine) -> bool {
    let adds = matches!(measure.stat.as_str(), "Sum" | "SampleCount");
    let scale = if adds { measure.stat == line.query.stat } else { !line.query.adds() };
    scale && measure.is_of(&line.query.namespace, &line.query.name, &line.query.dimensions)
}

/// Returns the comparison that makes an alarm fire. `None` if it is one with a band, or unknown.
fn compare(alarm: &Alarm) -> Option<Compare> {
    match alarm.operator.as_deref()? {
        "GreaterThanThreshold" => Some(Compare::Greater),
        "GreaterThanOrEqualToThreshold" => Some(Compare::GreaterOrEqual),
        "LessThanThreshold" => Some(Compare::Less),
        "LessThanOrEqualToThreshold" => Some(Compare::LessOrEqual),
        _ => None,
    }
}

impl Limit {
    /// Returns `> 500`.
    pub(super) fn label(&self) -> String {
        format!("{} {}", self.word, fmt::number(self.value)).trim().to_owned()
    }
    /// Returns whether a value is bad.
    pub(super) fn is_broken(&self, value: f64) -> bool {
        self.bad.is_some_and(|bad| bad.holds(value, self.value))
    }
}
