//! The share of failed requests of an endpoint: the kinds of errors, their limits, and the sum over a time.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::fmt;
use crate::resources::endpoint::Mode;
use crate::resources::metric::MetricSeries;

/// The minimum number of requests for a certain judgement.
pub(super) const ENOUGH: f64 = 20.0;

/// One kind of error: its metric, its name, and the shares of requests above which an endpoint is degraded or broken.
pub(super) struct Kind {
    pub(super) metric: &'static str,
    pub(super) name: &'static str,
    pub(super) degraded: f64,
    pub(super) broken: f64,
}

/// The kinds of errors. Refused requests (4XX) may be the fault of the caller, so their limits are higher.
pub(super) const KINDS: [Kind; 2] = [
    Kind { metric: "Invocation5XXErrors", name: "5XX", degraded: 0.005, broken: 0.02 },
    Kind { metric: "Invocation4XXErrors", name: "4XX", degraded: 0.05, broken: 0.25 },
];

/// The requests of an endpoint in a time, and the number of failed ones.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Failed {
    /// The number of all requests.
    pub requests: f64,
    /// The number of failed requests, for each of [`KINDS`].
    failed: [f64; 2],
}

impl Failed {
    /// Counts the requests and failures of an endpoint's variants between two times, from the series of these
    /// variants. Which series counts the requests follows from the mode.
    ///
    /// # Errors
    /// The reason, as a phrase, why the number is unknown.
    pub fn count<'a>(
        series: &[MetricSeries],
        (endpoint, mode): (&str, Mode),
        variants: impl IntoIterator<Item = &'a str>,
        (from, until): (Timestamp, Timestamp),
    ) -> Result<Self, String> {
        let mut sum = Self::default();
        for variant in variants {
            let read = |metric: &str| {
                let id = MetricSeries::of_variant(endpoint, variant, metric);
                let row = series.iter().find(|row| row.id == id).ok_or_else(|| "not read".to_owned())?;
                row.problem.clone().map_or(Ok(row), Err)
            };
            let inside = |at: Timestamp| (from..until).contains(&at);
            let requests: Vec<(Timestamp, f64)> =
                read(mode.requests())?.points.iter().copied().filter(|(at, _)| inside(*at)).collect();
            sum.requests += requests.iter().map(|(_, count)| count).sum::<f64>();
            for (kind, failed) in KINDS.iter().zip(&mut sum.failed) {
                let shares: BTreeMap<Timestamp, f64> = read(kind.metric)?.points.iter().copied().collect();
                let failing = |(at, count): &(Timestamp, f64)| count * shares.get(at).copied().unwrap_or(0.0);
                *failed += requests.iter().map(failing).sum::<f64>();
            }
        }
        Ok(sum)
    }

    fn shares(&self) -> impl Iterator<Item = (&'static Kind, f64)> {
        let share = |failed: f64| if self.requests > 0.0 { failed / self.requests } else { 0.0 };
        KINDS.iter().zip(self.failed.map(share))
    }

    /// Do more requests fail than allowed?
    #[must_use]
    pub fn bad(&self) -> bool {
        self.shares().any(|(kind, share)| share > kind.degraded)
    }

    /// Does the model fail so many requests that it is broken? Errors of callers do not count.
    #[must_use]
    pub fn broken(&self) -> bool {
        self.requests >= ENOUGH && self.shares().take(1).any(|(kind, share)| share > kind.broken)
    }

    /// Returns the share of 5XX as a text, with the other kinds if they are bad: `5XX 20 %`.
    #[must_use]
    pub fn describe(&self) -> String {
        let shown = self.shares().enumerate().filter(|(place, (kind, share))| *place == 0 || *share > kind.degraded);
        let told = shown.map(|(_, (kind, share))| format!("{} {}", kind.name, fmt::percent(share)));
        told.collect::<Vec<_>>().join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The requests and the shares of 5XX and 4XX of each minute; the first minute that counts; the text; is it bad;
    /// is it broken.
    type Case = (&'static [(f64, f64, f64)], i64, &'static str, bool, bool);

    #[test]
    fn a_share_is_of_the_requests_of_its_time() {
        let at = |minute: i64| Timestamp::from_second(minute * 60).unwrap();
        let cases: [Case; 7] = [
            (&[], 0, "5XX 0 %", false, false),
            (&[(100.0, 0.0, 0.0)], 0, "5XX 0 %", false, false),
            (&[(300.0, 0.0, 0.0), (100.0, 0.8, 0.0)], 0, "5XX 20 %", true, true),
            (&[(300.0, 0.8, 0.0), (100.0, 0.0, 0.0)], 1, "5XX 0 %", false, false),
            (&[(100.0, 0.01, 0.0)], 0, "5XX 1 %", true, false),
            (&[(10.0, 0.5, 0.0)], 0, "5XX 50 %", true, false),
            (&[(100.0, 0.0, 0.4)], 0, "5XX 0 %, 4XX 40 %", true, false),
        ];
        for (minutes, from, told, bad, broken) in cases {
            let row = |metric: &str, value: fn(&(f64, f64, f64)) -> f64| MetricSeries {
                id: MetricSeries::of_variant("e", "v", metric),
                points: (0..).map(at).zip(minutes.iter().map(value)).collect(),
                ..MetricSeries::default()
            };
            let mut rows = vec![
                row("Invocations", |m| m.0),
                row("Invocation5XXErrors", |m| m.1),
                row("Invocation4XXErrors", |m| m.2),
            ];
            let failed = Failed::count(&rows, ("e", Mode::Instances), ["v"], (at(from), at(60))).unwrap();
            assert_eq!((failed.describe().as_str(), failed.bad(), failed.broken()), (told, bad, broken), "{minutes:?}");
            rows[1].problem = Some("refused".into());
            assert_eq!(Failed::count(&rows, ("e", Mode::Instances), ["v"], (at(0), at(60))), Err("refused".into()));
            assert!(
                Failed::count(&rows, ("e", Mode::Instances), ["other"], (at(0), at(60))).is_err(),
                "what was not read is not well"
            );
        }
    }
}
