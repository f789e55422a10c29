//! Metrics of endpoints and of the configuration, read with one batched `GetMetricData` a minute.
//!
//! Every requested metric costs money, so only the missing minutes of the wanted ones are requested.

mod ask;
mod custom;
mod published;
mod query;
mod request;

use std::borrow::Cow;
use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::aws::{Aws, AwsError, ErrorKind};
use crate::resources::endpoint::Mode;
use crate::resources::{Cadence, Kind, Listing, Observed, Properties, Resource, Table, Turn};
use ask::{ask_all, ask_between};
pub use custom::CustomMetric;
pub use published::names;
pub use query::MetricQuery;
use request::{SeriesRequest, errors_of, request};

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
/// The number of points of a series that are kept.
const POINTS: i64 = 60;
/// Seconds to look back for the last value of a metric of the configuration: `CloudWatch` keeps minutes for 15 days.
const LOOK_BACK: i64 = 14 * 24 * HOUR;
/// Seconds for which a minute is incomplete after its end. It is not requested then, as half a sum looks like a fall.
const INCOMPLETE: i64 = 60;
/// One metric: its last hour, or its last 60 periods where the configuration says how often it comes.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct MetricSeries {
    /// `endpoint/variant/metric`, also for a component, `endpoint/metric`, or `model:label` for a metric of the configuration.
    pub id: String,
    /// The endpoint that it measures; absent for a metric of the configuration.
    #[serde(default)]
    pub endpoint: Option<String>,
    /// Its name.
    pub label: String,
    /// `Average`, `Sum`, `p99`, ….
    pub stat: String,
    /// Time and value, oldest first; latencies in µs as AWS has them. Minutes without data are absent.
    pub points: Vec<(Timestamp, f64)>,
    /// The time before which all minutes were answered.
    pub until: Timestamp,
    /// Seconds that one point covers.
    #[serde(default = "minute")]
    pub period: i64,
    /// Seconds between two of its values, where the configuration says it.
    #[serde(default)]
    pub comes_every: Option<i64>,
    /// Values from before `points` in coarser steps, oldest first; read only where all `points` are bad.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub earlier: Option<Vec<(Timestamp, f64)>>,
    /// The end of the last search for its last value that went further back than the usual request.
    #[serde(default)]
    pub looked_back: Option<Timestamp>,
    /// The reason why this metric alone could not be read.
    #[serde(default)]
    pub problem: Option<String>,
    /// The end of the minutes that were requested when it could not be read; absent where it was read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<Timestamp>,
}

fn minute() -> i64 {
    MINUTE
}

impl MetricSeries {
    /// Returns the id of an endpoint's metric.
    #[must_use]
    pub fn of_variant(endpoint: &str, variant: &str, metric: &str) -> String {
        format!("{endpoint}/{variant}/{metric}")
    }
    /// Returns the id of a metric that an endpoint publishes for itself, not for its variants.
    #[must_use]
    pub fn of_endpoint(endpoint: &str, metric: &str) -> String {
        format!("{endpoint}/{metric}")
    }
    /// Reads requests and errors of variants of an endpoint from a time on, up to the last minute that is complete, in
    /// steps of `period` seconds. It makes one call.
    ///
    /// # Errors
    /// Those of `GetMetricData`. An error of one metric alone is in its row.
    pub async fn errors_of(
        aws: &Aws,
        (endpoint, mode): (&str, Mode),
        variants: &BTreeSet<&str>,
        (from, now): (Timestamp, Timestamp),
        period: i64,
    ) -> Result<Vec<Self>, AwsError> {
        let whole = |second: i64| second.div_euclid(period) * period;
        let (start, end) = (whole(from.as_second()), whole(now.as_second() - INCOMPLETE));
        if variants.is_empty() || start >= end {
            return Ok(Vec::new());
        }
        ask_between(aws, &errors_of(endpoint, mode, variants, period), start, end).await
    }
    /// Returns the id of a metric of the configuration.
    #[must_use]
    pub fn of_model(model: &str, label: &str) -> String {
        format!("{model}:{label}")
    }
    /// Returns the newest value and its time.
    #[must_use]
    pub fn last(&self) -> Option<(Timestamp, f64)> {
        self.points.last().copied()
    }
    /// Returns whether a value is missing that should have come by now, judging by its earlier ones. A value of the
    /// last hour is always recent enough.
    #[must_use]
    pub fn overdue(&self, now: Timestamp) -> bool {
        let Some((last, _)) = self.last() else { return true };
        let usual = self.comes_every.map_or_else(|| 2 * self.longest_pause(), |period| 3 * period);
        // The newest minutes are not requested yet, and CloudWatch may be late with a value.
        now.as_second() - last.as_second() > usual.max(HOUR) + 5 * MINUTE
    }
    /// Returns how many seconds were searched for a value.
    #[must_use]
    pub fn reach(&self) -> i64 {
        match (self.period, self.looked_back) {
            (MINUTE, None) => HOUR,
            (MINUTE, Some(_)) => LOOK_BACK,
            (period, _) => kept(period),
        }
    }
    /// Returns the longest time between two of the points. For a single point it is the time from the begin of the
    /// search, in which no other was found.
    fn longest_pause(&self) -> i64 {
        let times = self.points.iter().map(|(at, _)| at.as_second());
        let pauses = times.clone().zip(times.skip(1)).map(|(before, after)| after - before);
        let alone = || {
            let only = self.points.first().filter(|_| self.points.len() == 1)?.0;
            Some(only.as_second() - (self.looked_back?.as_second() - LOOK_BACK))
        };
        pauses.max().or_else(alone).unwrap_or_default()
    }
    /// Returns the time since when a condition holds for all newer values, including those that were searched further
    /// back. Returns `None` when it does not hold for the newest value, or holds for all known ones.
    #[must_use]
    pub fn since(&self, holds: impl Fn(f64) -> bool) -> Option<Timestamp> {
        let mut all = self.points.iter().rev().chain(self.earlier.iter().flatten().rev());
        let row = all.clone().take_while(|(_, value)| holds(*value));
        let (first, _) = row.last()?;
        all.any(|(_, value)| !holds(*value)).then_some(*first)
    }
    /// Returns the values of its newest minutes, without those before `live`; none where the last answered minutes have
    /// no value.
    pub fn lately(&self, minutes: i64, live: Option<Timestamp>) -> impl Iterator<Item = f64> {
        let end = self.last().map_or(0, |(at, _)| at.as_second() + MINUTE);
        let silent = self.until.as_second() - end >= minutes * MINUTE;
        let from = end - minutes * MINUTE;
        let from = live.map_or(from, |live| live.as_second().max(from));
        self.points.iter().filter(move |(at, _)| !silent && at.as_second() >= from).map(|(_, value)| *value)
    }
    /// Returns the mean of the values of [`Self::lately`].
    #[must_use]
    pub fn mean(&self, minutes: i64, live: Option<Timestamp>) -> Option<f64> {
        let (sum, n) = self.lately(minutes, live).fold((0.0, 0.0), |(sum, n), value| (sum + value, n + 1.0));
        (n > 0.0).then(|| sum / n)
    }
}

/// Returns for how many seconds points of a period are kept. `CloudWatch` has minutes for 15 days, 5 minutes for 63 and
/// hours for 455:
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html>
fn kept(period: i64) -> i64 {
    let days = match period {
        _ if period % HOUR == 0 => 450,
        _ if period % (5 * MINUTE) == 0 => 62,
        _ => 14,
    };
    (POINTS * period).min(days * 24 * HOUR)
}

impl Resource for MetricSeries {
    const KIND: Kind = Kind::Metrics;
    const CADENCE: Cadence = Cadence::Slow;
    // What an endpoint publishes follows from its configuration, models and components.
    const AFTER: &[Kind] = &[Kind::Endpoints, Kind::Configs, Kind::InferenceComponents, Kind::Models];
    const OPTIONAL: bool = true;
    const WINDOWED: bool = true;
    fn id(&self) -> &str {
        &self.id
    }
    fn title(&self) -> Cow<'_, str> {
        (&*self.label).into()
    }
    fn part_of(&self) -> Option<(Kind, &str)> {
        Some((Kind::Endpoints, self.endpoint.as_deref()?))
    }
    fn properties(&self, all: &mut Properties) {
        all.text("Stat", &*self.stat).text("problem", self.problem.as_deref()).time("read up to", Some(self.until));
    }
    fn due(observed: &Observed, known: &Table<Self>) -> bool {
        // Metrics are due when a new minute is over, or when something is looked at that was never requested.
        known.answered() && request(observed, false).0.iter().any(|w| w.lacks(known, last_minute(observed)))
    }
    async fn read(aws: &Aws, observed: &Observed, turn: Turn<'_, Self>) -> Result<Listing<Self>, AwsError> {
        observed.store.endpoints.known()?;
        let (known, end) = (turn.known, last_minute(observed));
        let (all, capped) = request(observed, false);
        let lacking: Vec<SeriesRequest> = all.into_iter().filter(|w| w.lacks(known, end)).collect();
        let asked = match ask_all(aws, known, lacking, end).await {
            // A stand-in for AWS that has no percentiles refuses the whole request.
            Err(error) if error.kind == ErrorKind::Unsupported => {
                ask_all(aws, known, request(observed, true).0, end).await
            }
            answer => answer,
        };
        let (rows, fault) = asked?;
        Ok(Listing::part(rows).capped(capped).fault(fault))
    }
}

/// Returns the end of the last minute that is complete.
fn last_minute(observed: &Observed) -> i64 {
    (observed.at.as_second() - INCOMPLETE).div_euclid(MINUTE) * MINUTE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mean_leaves_gaps_out() {
        let at = |m: i64| Timestamp::from_second(m * 60).unwrap();
        let points = vec![(at(0), 100.0), (at(7), 2.0), (at(9), 4.0)];
        let series = |until| MetricSeries { points: points.clone(), until: at(until), ..Default::default() };
        assert_eq!(series(10).mean(5, None), Some(3.0));
        assert_eq!(series(10).mean(5, Some(at(8))), Some(4.0), "what came before it went live is not its own");
        assert_eq!(series(60).mean(5, None), None);
        let series = series(10);
        assert_eq!(series.last(), Some((at(9), 4.0)));
    }

    #[test]
    fn a_value_counts_until_the_next_one_is_overdue() {
        let day = 24 * HOUR;
        let now = 1_000 * day;
        let series = |ago: &[i64], comes_every: Option<i64>| MetricSeries {
            points: ago.iter().map(|ago| (Timestamp::from_second(now - ago).unwrap(), 1.0)).collect(),
            comes_every,
            looked_back: Timestamp::from_second(now).ok(),
            ..Default::default()
        };
        let at = Timestamp::from_second(now).unwrap();
        for (ago, period, overdue) in [
            (&[59 * MINUTE][..], None, false),
            (&[3 * MINUTE, 2 * MINUTE], None, false),
            (&[5 * HOUR + MINUTE, 5 * HOUR], None, true),
            (&[33 * HOUR, 9 * HOUR], None, false),
            (&[9 * HOUR], None, false),
            (&[5 * day], None, false),
            (&[13 * day], None, true),
            (&[2 * day], Some(day), false),
            (&[4 * day], Some(day), true),
            (&[12 * day], Some(7 * day), false),
            (&[], Some(day), true),
        ] {
            assert_eq!(series(ago, period).overdue(at), overdue, "{ago:?} {period:?}");
        }
    }
}
