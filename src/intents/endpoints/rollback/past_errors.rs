//! The failed requests of an endpoint while its earlier configurations served.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use super::Present;
use super::candidate::Candidate;
use super::track_record::TrackRecord;
use crate::intents::Executor;
use crate::model::Failed;
use crate::resources::endpoint::Mode;
use crate::resources::metric::MetricSeries;

/// The number of days to look back.
const DAYS: i64 = 15;
/// The seconds of one count. `CloudWatch` keeps these counts for 63 days. Hours would mix the times before and after a
/// deployment.
const STEP: i64 = 5 * 60;

/// Requests and errors of an endpoint over the last days.
#[derive(Debug)]
pub(super) struct PastErrors {
    endpoint: String,
    mode: Mode,
    now: Timestamp,
    series: Result<Vec<MetricSeries>, String>,
}

impl PastErrors {
    /// Reads the requests and errors of the variants of all candidates with one call.
    pub(super) async fn read(
        executor: &Executor,
        present: &Present,
        candidates: &[Candidate],
        from: Timestamp,
    ) -> Self {
        let (now, endpoint) = ((executor.clock)(), present.endpoint.name.clone());
        let mode = Mode::told_by(&present.endpoint);
        let oldest = now.checked_sub(SignedDuration::from_hours(24 * DAYS)).unwrap_or(from);
        let variants: BTreeSet<&str> = candidates.iter().flat_map(Candidate::variants).map(|v| &*v.name).collect();
        let read = MetricSeries::errors_of(&executor.aws, (&endpoint, mode), &variants, (from.max(oldest), now), STEP);
        Self { now, mode, series: read.await.map_err(|error| error.to_string()), endpoint }
    }

    /// Adds the number of failed requests to a record.
    ///
    /// # Errors
    /// The reason why the number is unknown, as a phrase.
    pub(super) fn count(&self, candidate: &Candidate, record: &mut TrackRecord) -> Result<(), String> {
        let series = self.series.as_ref().map_err(Clone::clone)?;
        let Some(own) = record.own_time(self.now).filter(|_| !series.is_empty()) else { return Ok(()) };
        let variants = candidate.variants().map(|v| v.name.as_str());
        record.add_failed(Failed::count(series, (&self.endpoint, self.mode), variants, own)?);
        Ok(())
    }
}
