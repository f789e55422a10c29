//! A metric that is read over a chosen time, on demand.

use super::ask::ask_between;
use super::request::SeriesRequest;
use super::{HOUR, MetricSeries};
use crate::aws::{Aws, AwsError};

/// A metric with its statistic.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MetricQuery {
    /// Its namespace.
    pub namespace: String,
    /// Its name there.
    pub name: String,
    /// All of its dimensions.
    pub dimensions: Vec<(String, String)>,
    /// `Average`, `Sum`, `p99`, ….
    pub stat: String,
    /// Seconds that one point covers, at most a day.
    pub period: i64,
}

impl MetricQuery {
    /// Returns whether its statistic adds up: a larger value for a longer period.
    #[must_use]
    pub fn adds(&self) -> bool {
        matches!(self.stat.as_str(), "Sum" | "SampleCount")
    }
    /// Returns whether its statistic is a percentile.
    #[must_use]
    pub fn is_percentile(&self) -> bool {
        self.stat.strip_prefix('p').is_some_and(|digits| digits.parse::<f64>().is_ok())
    }
    /// Returns the longest period of a metric, in seconds.
    #[must_use]
    pub fn longest_period() -> i64 {
        24 * HOUR
    }
    fn request(&self, id: usize) -> SeriesRequest {
        SeriesRequest {
            // The answers are found again by the place of the query.
            id: id.to_string(),
            endpoint: None,
            label: self.name.clone(),
            namespace: self.namespace.clone(),
            name: self.name.clone(),
            dimensions: self.dimensions.clone(),
            stat: self.stat.clone(),
            comes_every: Some(self.period),
            named: false,
            often: self.period,
            bad: None,
        }
    }
}

impl MetricSeries {
    /// Reads metrics between two times, in seconds since 1970. Returns one series for each query, in their order. An
    /// error of one metric alone is in its series.
    ///
    /// # Errors
    /// Those of `GetMetricData`, also where many single metrics were refused.
    pub async fn between(aws: &Aws, queries: &[MetricQuery], (start, end): (i64, i64)) -> Result<Vec<Self>, AwsError> {
        let request: Vec<SeriesRequest> = queries.iter().enumerate().map(|(id, query)| query.request(id)).collect();
        let mut rows = ask_between(aws, &request, start, end).await?;
        rows.sort_by_key(|row| row.id.parse::<usize>().unwrap_or(usize::MAX));
        Ok(rows)
    }
}
