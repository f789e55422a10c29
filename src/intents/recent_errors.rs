//! The number of failed requests of an endpoint in the last minutes. Plans that move the endpoint or spread its version
//! need it.

use std::collections::BTreeSet;

use jiff::SignedDuration;

use super::Executor;
use crate::fmt;
use crate::model::Failed;
use crate::resources::endpoint::{Endpoint, Mode};
use crate::resources::metric::MetricSeries;

/// The length of the period, in minutes.
const MINUTES: i64 = 15;

/// Errors of an endpoint in the last minutes.
#[derive(Debug, Clone, Default)]
pub(super) struct RecentErrors {
    /// The metric series that were read.
    pub(super) series: Vec<MetricSeries>,
    /// The number of failed requests; `None` if it could not be read.
    pub(super) failed: Option<Failed>,
    /// The reason why it could not be read, as a phrase.
    pub(super) problem: Option<String>,
    /// The time since the last change of the endpoint, if it was within these minutes. Then the previous configuration
    /// may have caused a part of the errors.
    changed: Option<String>,
}

impl RecentErrors {
    /// Reads the errors with one call.
    pub(super) async fn read(executor: &Executor, endpoint: &Endpoint) -> Self {
        let now = (executor.clock)();
        // The newest minute is not complete.
        let from = now.checked_sub(SignedDuration::from_mins(MINUTES + 1)).unwrap_or(now);
        let variants: BTreeSet<&str> = endpoint.variants.iter().map(|v| v.name.as_str()).collect();
        let changed = endpoint.modified.filter(|at| *at > from).map(|at| fmt::age(now, at));
        let of = (endpoint.name.as_str(), Mode::told_by(endpoint));
        let series = match MetricSeries::errors_of(&executor.aws, of, &variants, (from, now), 60).await {
            Ok(series) => series,
            Err(error) => {
                return Self { problem: Some(error.kind.word().to_owned()), changed, ..Self::default() };
            }
        };
        match Failed::count(&series, of, variants, (from, now)) {
            Ok(failed) => Self { series, failed: Some(failed), problem: None, changed },
            Err(why) => Self { series, failed: None, problem: Some(why), changed },
        }
    }

    /// Returns the failures if they are more than allowed: `5XX 20 % of 410 requests in 15 min`.
    pub(super) fn too_many(&self) -> Option<String> {
        self.failed.filter(Failed::bad).map(|failed| self.describe(failed))
    }

    /// Returns the same phrase for any number of failures.
    pub(super) fn describe(&self, failed: Failed) -> String {
        let changed = self.changed.as_ref().map(|ago| format!(" (it was changed {ago} ago)")).unwrap_or_default();
        if failed.requests <= 0.0 {
            return format!("no request came in {MINUTES} min{changed}");
        }
        format!("{} of {} requests in {MINUTES} min{changed}", failed.describe(), fmt::number(failed.requests.round()))
    }
}
