//! A rule about requests: do they still arrive?

use jiff::Timestamp;

use super::endpoint::{at, endpoints};
use super::{Finding, RuleInput};
use crate::fmt;
use crate::model::{Health, Serving};
use crate::resources::endpoint::{Endpoint, Mode};
use crate::resources::metric::MetricSeries;

/// The number of minutes without a request after which requests have stopped.
const SILENT: i64 = 10;
/// The minimum number of earlier minutes that are needed to know the usual traffic.
const USUAL: i64 = 20;
/// The minimum share of earlier minutes with requests. An endpoint with less traffic is silent from time to time
/// anyway.
const STEADY: f64 = 0.9;
/// The number of seconds after which an answer of `CloudWatch` is too old, in addition to the interval between two
/// answers.
const LATE: i64 = 5 * 60;

/// Finds production endpoints whose requests arrived steadily and have stopped. Nothing fails in that case, so no
/// alarm on errors fires.
pub(super) fn stopped(input: &RuleInput<'_>) -> Vec<Finding> {
    let production = endpoints(input).filter(|(serving, _)| serving.production());
    production.filter_map(|(serving, endpoint)| judge(input, serving, endpoint)).collect()
}

fn judge(input: &RuleInput<'_>, serving: &Serving, endpoint: &Endpoint) -> Option<Finding> {
    let mode = Mode::of(input.index.store, endpoint);
    let read = |part: &str| {
        let series = input.index.store.metrics.get(&MetricSeries::of_variant(&endpoint.name, part, mode.requests()))?;
        series.problem.is_none().then_some(series)
    };
    // If one part is unknown, all requests may go to it.
    let parts = mode.parts(input.index.store, endpoint).into_iter();
    let series: Vec<&MetricSeries> = parts.map(read).collect::<Option<_>>()?;
    let until = series.iter().map(|series| series.until).min()?;
    if input.now.as_second() - until.as_second() > input.observed.preferences.measured_every(true) + LATE {
        return None;
    }
    let live = endpoint.live_since.map_or(i64::MIN, Timestamp::as_second);
    let points = series.iter().flat_map(|series| &series.points);
    let mut minutes: Vec<(i64, f64)> =
        points.filter(|(_, count)| *count > 0.0).map(|(at, count)| (at.as_second(), *count)).collect();
    minutes.retain(|(at, _)| *at >= live && *at < until.as_second());
    minutes.sort_by_key(|(at, _)| *at);
    minutes.dedup_by(|later, first| {
        let same = later.0 == first.0;
        first.1 += if same { later.1 } else { 0.0 };
        same
    });
    let ((first, _), (last, _)) = (minutes.first()?, minutes.last()?);
    let end = last + 60;
    #[expect(clippy::cast_precision_loss, reason = "an hour has 60 minutes")]
    let (count, all) = (minutes.len() as f64, ((end - first) / 60) as f64);
    if until.as_second() - end < SILENT * 60 || end - first < USUAL * 60 || count < STEADY * all {
        return None;
    }
    let usual = minutes.iter().map(|(_, count)| count).sum::<f64>() / count;
    let text = format!("no requests, usually {}/min", fmt::number(usual));
    Some(at(serving, Health::Warning, &text).word("no requests").since(Timestamp::from_second(end).ok()))
}
