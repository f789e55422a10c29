//! The evaluation of alarms: windows that end now, thresholds, bands, children.

use std::collections::BTreeMap;

use super::alarm::{Alarm, Verdict};
use super::math;
use super::series::Series;
use super::view::View;
use crate::sim::prelude::{Span, Value, json, num, tree};

/// The values that an alarm compares.
struct Window {
    values: Vec<Option<f64>>,
    /// Lower and upper bound for each value, for anomaly alarms.
    bounds: Option<Vec<(f64, f64)>>,
}

impl View<'_> {
    /// Returns the state that an alarm should have now.
    pub(crate) fn judge(&self, alarm: &Alarm) -> Verdict {
        if let Some(rule) = &alarm.rule {
            let state = |name: &str| self.alarms.get(name).map(|child| child.state().to_owned());
            let on = rule.holds(&state);
            let name = alarm.doc.str("AlarmName");
            let words = if on { "transitioned to ALARM" } else { "is not in ALARM" };
            let reason = format!("{name}: the rule {words} by its children");
            return Verdict { state: if on { "ALARM" } else { "OK" }, reason, data: None };
        }
        self.judge_metric(&alarm.doc)
    }

    fn judge_metric(&self, alarm: &Value) -> Verdict {
        let count = |key: &str| alarm.get(key).and_then(Value::as_int).filter(|n| *n > 0);
        let periods = count("EvaluationPeriods").unwrap_or(1).min(100);
        let needed = count("DatapointsToAlarm").unwrap_or(periods);
        let window = self.window(alarm, periods);
        let threshold = alarm.get("Threshold").and_then(Value::as_float).unwrap_or(0.0);
        let operator = alarm.str("ComparisonOperator");
        let missing = alarm.get("TreatMissingData").and_then(Value::as_text).unwrap_or("missing");
        let breaching = |at: usize, value: f64| {
            let (low, high) = window.bounds.as_ref().and_then(|b| b.get(at).copied()).unwrap_or((threshold, threshold));
            match operator {
                "GreaterThanThreshold" | "GreaterThanUpperThreshold" => value > high,
                "GreaterThanOrEqualToThreshold" => value >= high,
                "LessThanThreshold" | "LessThanLowerThreshold" => value < low,
                "LessThanOrEqualToThreshold" => value <= low,
                _ => value < low || value > high,
            }
        };
        let known: Vec<f64> = window.values.iter().flatten().copied().collect();
        if known.is_empty() && !matches!(missing, "breaching" | "notBreaching") {
            let state =
                if missing == "ignore" && alarm.str("StateValue") == "ALARM" { "ALARM" } else { "INSUFFICIENT_DATA" };
            let reason = format!("Insufficient Data: {periods} datapoints were unknown.");
            return Verdict { state, reason, data: None };
        }
        let bad = window
            .values
            .iter()
            .enumerate()
            .filter(|(at, value)| value.map_or(missing == "breaching", |v| breaching(*at, v)));
        let bad = num::count(bad.count());
        let on = bad >= needed;
        Verdict {
            state: if on { "ALARM" } else { "OK" },
            reason: self.reason(alarm, &window.values, (bad, periods, needed), on),
            data: Some(self.reason_data(alarm, &known, threshold)),
        }
    }

    /// Returns the reason in AWS's wording.
    fn reason(
        &self,
        alarm: &Value,
        values: &[Option<f64>],
        (bad, periods, needed): (i64, i64, i64),
        on: bool,
    ) -> String {
        let period = alarm.get("Period").and_then(Value::as_int).unwrap_or(60);
        let moment = |at: usize| self.now - Span::seconds(period * (num::count(at) + 1));
        let known = values.iter().enumerate().filter_map(|(at, value)| Some((at, (*value)?)));
        let shown: Vec<String> = known
            .map(|(at, v)| format!("{} ({})", num::rounded(v, 4), moment(at).format("%d/%m/%y %H:%M:%S")))
            .collect();
        let bound = alarm
            .get("Threshold")
            .and_then(Value::as_float)
            .map_or("bounds of the band".to_owned(), |t| format!("threshold ({t})"));
        let how = match alarm.str("ComparisonOperator") {
            "GreaterThanThreshold" | "GreaterThanUpperThreshold" => "greater than",
            "GreaterThanOrEqualToThreshold" => "greater than or equal to",
            "LessThanThreshold" | "LessThanLowerThreshold" => "less than",
            "LessThanOrEqualToThreshold" => "less than or equal to",
            _ => "outside",
        };
        let count = if on { bad } else { periods - bad };
        let verb = if count == 1 { "was" } else { "were" };
        let not = if on { "" } else { "not " };
        let turn = if on { "OK -> ALARM" } else { "ALARM -> OK" };
        let plural = if needed == 1 { "" } else { "s" };
        format!(
            "Threshold Crossed: {count} out of the last {periods} datapoints [{}] {verb} {not}{how} the {bound} (minimum {needed} datapoint{plural} for {turn} transition).",
            shown.join(", ")
        )
    }

    fn reason_data(&self, alarm: &Value, known: &[f64], threshold: f64) -> String {
        let period = alarm.get("Period").and_then(Value::as_int).unwrap_or(60);
        let recent: Vec<f64> = known.iter().rev().map(|v| num::rounded(*v, 6)).collect();
        json::text(&tree! {
            "version": "1.0",
            "queryDate": self.now.format("%Y-%m-%dT%H:%M:%S%.3f+0000"),
            "startDate": (self.now - Span::seconds(period)).format("%Y-%m-%dT%H:%M:%S%.3f+0000"),
            "statistic": alarm.get("Statistic").or_else(|| alarm.get("ExtendedStatistic")),
            "period": period,
            "recentDatapoints": recent,
            "threshold": threshold,
        })
    }

    /// Returns the last values of the metric of an alarm, newest first.
    fn window(&self, alarm: &Value, periods: i64) -> Window {
        let queries = alarm.items_at("Metrics");
        if queries.is_empty() {
            let statistic = alarm.get("Statistic").or_else(|| alarm.get("ExtendedStatistic"));
            let series = self.find_series(alarm.str("Namespace"), alarm.str("MetricName"), alarm.get("Dimensions"));
            let period = Span::seconds(alarm.get("Period").and_then(Value::as_int).unwrap_or(60));
            let values = self.last(series, period, periods, statistic.and_then(Value::as_text).unwrap_or("Average"));
            return Window { values, bounds: None };
        }
        let size = usize::try_from(periods).unwrap_or(1);
        let (mut known, mut bounds, mut series_of) = (BTreeMap::new(), None, BTreeMap::new());
        for query in queries {
            let Some(stat) = query.get("MetricStat") else { continue };
            let period = Span::seconds(stat.get("Period").and_then(Value::as_int).unwrap_or(60));
            let metric = stat.get("Metric").unwrap_or(&Value::Null);
            let series = self.find_series(metric.str("Namespace"), metric.str("MetricName"), metric.get("Dimensions"));
            known.insert(query.str("Id").to_owned(), self.last(series, period, periods, stat.str("Stat")));
            series_of.insert(query.str("Id").to_owned(), (series, period));
        }
        for query in queries {
            let Some(expression) = query.get("Expression").and_then(Value::as_text) else { continue };
            if let Some((metric, width)) = math::band(expression) {
                if let Some((Some(series), period)) = series_of.get(metric) {
                    bounds =
                        Some((0..periods).map(|at| self.band(series, self.now - Span(period.0 * at), width)).collect());
                }
                continue;
            }
            let points = math::evaluate(expression, &known, size).unwrap_or_else(|_| vec![None; size]);
            known.insert(query.str("Id").to_owned(), points);
        }
        let band = alarm.str("ThresholdMetricId");
        let watched = queries.iter().filter(|q| q.str("Id") != band);
        let watched =
            watched.max_by_key(|q| (q.get("ReturnData") != Some(&Value::Bool(false)), q.get("Expression").is_some()));
        let values = watched.and_then(|query| known.remove(query.str("Id"))).unwrap_or_default();
        Window { values, bounds }
    }

    fn last(&self, series: Option<&Series>, period: Span, periods: i64, statistic: &str) -> Vec<Option<f64>> {
        let period = Span(self.env.pace(period).0.max(1000));
        let one = |at: i64| {
            let end = self.now - Span(period.0 * at);
            self.statistic(series?, end - period, end, statistic)
        };
        (0..periods).map(one).collect()
    }
}
