//! The series that were read. A second look within the period of a window costs nothing.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::request::{ChartPart, ChartRequest};
use super::window::Window;
use crate::resources::AccountId;
use crate::resources::metric::{MetricQuery, MetricSeries};

/// The most series that are kept, each with at most 288 points.
const MOST: usize = 400;

/// The identity of a series: its metric in an account, and the time that it covers.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SeriesKey {
    /// The account.
    pub account: AccountId,
    /// The metric.
    pub query: MetricQuery,
    /// The window.
    pub window: Window,
    /// How many seconds earlier than the window it is.
    pub back: i64,
}

/// A series that was read.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct KeptSeries {
    /// Time and value, oldest first, as AWS has them. Periods without data are absent.
    pub points: Vec<(Timestamp, f64)>,
    /// The end of the time that was read, in seconds since 1970; absent if it never was.
    pub end: Option<i64>,
    /// The end of the time that was last asked for.
    asked: i64,
    /// Why it could not be read the last time. The points are then those of an earlier read.
    pub problem: Option<String>,
    /// When it was last answered.
    read_at: Timestamp,
}

/// The series that were read.
#[derive(Debug, Default)]
pub struct SeriesCache {
    kept: BTreeMap<SeriesKey, KeptSeries>,
}

impl SeriesCache {
    /// Returns a series.
    #[must_use]
    pub fn get(&self, key: &SeriesKey) -> Option<&KeptSeries> {
        self.kept.get(key)
    }

    /// Returns whether a series was answered until this time, so that asking again would bring nothing new.
    #[must_use]
    pub fn is_fresh(&self, key: &SeriesKey, end: i64) -> bool {
        // A sum has a new value only once its period is over.
        let step = if key.query.adds() { key.query.period.max(1) } else { 1 };
        self.get(key).is_some_and(|kept| kept.asked.div_euclid(step) >= end.div_euclid(step))
    }

    /// Keeps the answer to a part of a request. A series that AWS refused keeps its earlier points.
    pub fn keep(&mut self, request: &ChartRequest, part: &ChartPart, rows: Vec<MetricSeries>, now: Timestamp) {
        for (query, row) in part.queries.iter().zip(rows) {
            let (account, query, window) = (request.account, query.clone(), request.window);
            let (adds, period) = (query.adds(), query.period);
            let kept = self.kept.entry(SeriesKey { account, query, window, back: part.back }).or_default();
            (kept.asked, kept.read_at) = (part.end, now);
            if row.problem.is_none() {
                // The sum of a period that is not over is too low, and would look like a fall: docs/aws.md#incomplete-period
                let is_whole = |at: Timestamp| !adds || at.as_second() + period <= part.end;
                kept.points = row.points.into_iter().filter(|(at, _)| is_whole(*at)).collect();
                kept.end = Some(part.end);
            }
            kept.problem = row.problem;
        }
        while self.kept.len() > MOST {
            let oldest = self.kept.iter().min_by_key(|(_, kept)| kept.read_at).map(|(key, _)| key.clone());
            oldest.and_then(|key| self.kept.remove(&key));
        }
    }

    /// Drops the series of an account.
    pub fn forget(&mut self, account: AccountId) {
        self.kept.retain(|key, _| key.account != account);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(name: &str) -> MetricQuery {
        let (namespace, stat) = ("N".to_owned(), "Average".to_owned());
        MetricQuery { namespace, name: name.into(), dimensions: Vec::new(), stat, period: 60 }
    }

    fn read(end: i64, name: &str) -> ChartRequest {
        let part = ChartPart { back: 0, end, queries: vec![query(name)] };
        ChartRequest { account: AccountId::FIRST, window: Window::Hour, parts: vec![part] }
    }

    fn keep(cache: &mut SeriesCache, request: &ChartRequest, row: MetricSeries) {
        let now = Timestamp::from_second(request.parts[0].end).unwrap();
        cache.keep(request, &request.parts[0], vec![row], now);
    }

    #[test]
    fn a_refused_series_keeps_its_points_and_is_not_asked_for_again_within_the_period() {
        let mut cache = SeriesCache::default();
        let key = SeriesKey { account: AccountId::FIRST, query: query("a"), window: Window::Hour, back: 0 };
        let points = vec![(Timestamp::UNIX_EPOCH, 1.0)];
        keep(&mut cache, &read(60, "a"), MetricSeries { points: points.clone(), ..MetricSeries::default() });
        assert!(cache.is_fresh(&key, 60) && !cache.is_fresh(&key, 120));
        keep(&mut cache, &read(120, "a"), MetricSeries { problem: Some("no".into()), ..MetricSeries::default() });
        let kept = cache.get(&key).unwrap();
        assert_eq!((&kept.points, kept.end, kept.problem.as_deref()), (&points, Some(60), Some("no")));
        assert!(cache.is_fresh(&key, 120));
    }

    #[test]
    fn the_oldest_series_go_first() {
        let mut cache = SeriesCache::default();
        for at in 0..=400 {
            keep(&mut cache, &read(at * 60, &at.to_string()), MetricSeries::default());
        }
        assert_eq!(cache.kept.len(), MOST);
        assert!(!cache.kept.keys().any(|key| key.query.name == "0"));
        cache.forget(AccountId::FIRST);
        assert!(cache.kept.is_empty());
    }
}
