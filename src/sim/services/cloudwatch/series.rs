//! Metrics as functions of time. No value is stored, so any window can be read.

use crate::sim::prelude::{Span, Time, num};

/// The way in which a metric is published.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// One value per minute.
    Gauge,
    /// One data point of 1 for each request: the value is requests per minute.
    Count,
    /// 0 or 1 for each request: the value is the share of ones.
    Rate,
    /// A time for each request: the value is the median.
    Latency,
}

/// A deviation of a metric from its usual course.
#[derive(Debug, Clone)]
pub(crate) struct Effect {
    /// The final value of the metric.
    pub(crate) to: f64,
    /// The time until that value is reached.
    pub(crate) over: Span,
    pub(crate) when: When,
    /// An endpoint, and the number of instances that ends the effect.
    pub(crate) relief: Option<(String, i64)>,
}

/// A day in milliseconds.
const DAY: i64 = 86_400_000;

/// The time of an effect.
#[derive(Debug, Clone)]
pub(crate) enum When {
    /// Between two instants.
    Between(Time, Option<Time>),
    /// While an endpoint serves a package (`group/version`), starting this long after it went live.
    Serving { endpoint: String, package: String, after: Span },
}

/// One metric with its dimensions.
#[derive(Debug, Clone)]
pub(crate) struct Series {
    pub(crate) namespace: String,
    pub(crate) name: String,
    /// The dimensions, sorted by name.
    pub(crate) dimensions: Vec<(String, String)>,
    pub(crate) kind: Kind,
    pub(crate) base: f64,
    /// The share of the base that varies over the day, 0 to 1.
    pub(crate) daily: f64,
    /// The share of the base that is random, 0 to 1.
    pub(crate) noise: f64,
    /// The requests per minute that underlie a rate or a latency.
    pub(crate) requests: f64,
    pub(crate) since: Time,
    pub(crate) effects: Vec<Effect>,
}

/// Returns the key that identifies a metric. The order of the dimensions does not matter.
pub(crate) fn key(namespace: &str, name: &str, dimensions: &[(String, String)]) -> String {
    let mut sorted: Vec<String> = dimensions.iter().map(|(name, value)| format!("{name}={value}")).collect();
    sorted.sort();
    format!("{namespace}\u{1}{name}\u{1}{}", sorted.join("\u{1}"))
}

impl Series {
    /// Its key.
    pub(crate) fn key(&self) -> String {
        key(&self.namespace, &self.name, &self.dimensions)
    }

    /// Returns the activity of a shop at an instant: 1 on an average working day, highest in the afternoon, and higher
    /// at the weekend.
    pub(super) fn activity(&self, at: Time) -> f64 {
        let day = num::float(at.0.rem_euclid(DAY)) / num::float(DAY);
        (1.0 + self.daily * ((day - 0.375) * std::f64::consts::TAU).sin()) * (1.0 + self.daily * 0.5 * weekend(at))
    }

    /// Returns the value without any effect.
    pub(crate) fn usual(&self, at: Time, seed: u64) -> f64 {
        let own = seed ^ num::hash(&self.name) ^ self.dimensions.iter().fold(0, |h, (_, value)| h ^ num::hash(value));
        let wave = smooth(own, at, 60_000) * 0.6 + smooth(num::mix(own), at, 600_000) * 0.4;
        self.base * self.activity(at) * (1.0 + self.noise * wave)
    }

    /// Returns about one standard deviation of its noise.
    pub(crate) fn deviation(&self) -> f64 {
        (self.base * (self.noise * 0.5 + self.daily * 0.05)).abs().max(1e-9)
    }
}

/// Returns how much weekend it is, 0 to 1 (UTC). It begins in the first hours of Saturday and ends in the last ones of
/// Sunday.
fn weekend(at: Time) -> f64 {
    // 1970 began on a Thursday.
    let since_saturday = (at.0 - 2 * DAY).rem_euclid(7 * DAY);
    let edge = since_saturday.min(2 * DAY - since_saturday);
    (num::float(edge) / num::float(DAY / 6)).clamp(0.0, 1.0)
}

/// Returns noise between -1 and 1 that changes without jumps.
fn smooth(seed: u64, at: Time, step: i64) -> f64 {
    let cell = at.0.div_euclid(step);
    let part = num::float(at.0.rem_euclid(step)) / num::float(step);
    let value = |cell: i64| num::unit(num::mix(seed ^ num::mix(u64::from_ne_bytes(cell.to_ne_bytes())))) * 2.0 - 1.0;
    let ease = part * part * (3.0 - 2.0 * part);
    value(cell) * (1.0 - ease) + value(cell + 1) * ease
}

/// Returns the strength of an effect, 0 to 1. It begins at `from`, takes `over` to grow, and fades after `until`.
pub(super) fn weight(at: Time, from: Time, until: Option<Time>, over: Span, fading: Span) -> f64 {
    let part = |since: Time, length: Span| (num::float((at - since).0) / num::float(length.0.max(1))).clamp(0.0, 1.0);
    let up = if at < from { 0.0 } else { part(from, over) };
    until.filter(|end| at > *end).map_or(up, |end| {
        let reached = (num::float((end - from).0) / num::float(over.0.max(1))).clamp(0.0, 1.0);
        reached * (1.0 - part(end, fading))
    })
}

/// Returns the share in `p99` or `tm95`.
pub(super) fn percentile(statistic: &str) -> Option<f64> {
    let digits = statistic.strip_prefix("tm").or_else(|| statistic.strip_prefix('p'))?;
    let percent: f64 = digits.parse().ok()?;
    (0.0..=100.0).contains(&percent).then_some(percent / 100.0)
}

/// Returns the ratio of a percentile of request times to their median.
pub(super) fn spread(part: f64) -> f64 {
    // A rough inverse of the normal distribution is enough for a realistic curve.
    let p = part.clamp(0.0001, 0.9999);
    let normal = 4.91 * (p.powf(0.14) - (1.0 - p).powf(0.14));
    (normal * 0.42).exp()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_effect_comes_and_goes() {
        let at = |seconds: i64| Time(seconds * 1000);
        let over = Span::seconds(10);
        let w = |now: i64| weight(at(now), at(100), Some(at(200)), over, over);
        for (second, wanted) in [(99, 0.0), (105, 0.5), (150, 1.0), (205, 0.5), (300, 0.0)] {
            assert!((w(second) - wanted).abs() < 1e-9, "{second}");
        }
    }

    #[test]
    fn a_weekend_begins_on_saturday_and_ends_on_sunday() {
        let at = |time: &str| weekend(Time(time.parse::<jiff::Timestamp>().unwrap().as_millisecond()));
        let cases = [
            ("2026-11-20T23:59:59Z", 0.0),
            ("2026-11-21T02:00:00Z", 0.5),
            ("2026-11-21T12:00:00Z", 1.0),
            ("2026-11-22T19:00:00Z", 1.0),
            ("2026-11-22T22:00:00Z", 0.5),
            ("2026-11-23T00:00:00Z", 0.0),
            ("2026-11-25T12:00:00Z", 0.0),
        ];
        for (time, wanted) in cases {
            assert!((at(time) - wanted).abs() < 1e-9, "{time}: {}", at(time));
        }
    }

    #[test]
    fn percentiles_rise() {
        assert!(spread(0.5) > 0.9 && spread(0.5) < 1.1);
        assert!(spread(0.99) > spread(0.9) && spread(0.9) > spread(0.5));
        assert_eq!(percentile("p99"), Some(0.99));
        assert_eq!(percentile("Average"), None);
    }
}
