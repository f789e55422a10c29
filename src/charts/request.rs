//! The request for the series of charts, and the answer.

use super::window::Window;
use crate::aws::{AwsError, PER_METRIC};
use crate::resources::AccountId;
use crate::resources::metric::{MetricQuery, MetricSeries};

/// A request for series. The runtime reads as long as the console returns it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChartRequest {
    /// The account of the metrics.
    pub account: AccountId,
    /// The window that is shown.
    pub window: Window,
    /// The metrics of each time: of the window, and of the time beside it.
    pub parts: Vec<ChartPart>,
}

/// The metrics of one time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChartPart {
    /// How many seconds the time is earlier than the window.
    pub back: i64,
    /// The end of the time, in seconds since 1970.
    pub end: i64,
    /// The metrics.
    pub queries: Vec<MetricQuery>,
}

impl ChartRequest {
    /// Returns the number of metrics, which is what is billed.
    #[must_use]
    pub fn metrics(&self) -> usize {
        self.parts.iter().map(|part| part.queries.len()).sum()
    }

    /// Returns the price in US dollars.
    #[must_use]
    pub fn cost(&self) -> f64 {
        f64::from(u32::try_from(self.metrics()).unwrap_or(u32::MAX)) * PER_METRIC
    }
}

/// The answer to a request.
#[derive(Debug, PartialEq)]
pub struct ChartUpdate {
    /// The request.
    pub request: ChartRequest,
    /// The series of each part that was read, one for each query. An error is the last one, as what follows would fail,
    /// too.
    pub answers: Vec<Result<Vec<MetricSeries>, AwsError>>,
}
