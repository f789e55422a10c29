//! How many requests of an endpoint failed in the last minutes: a plan that moves it or spreads its version must know.

use std::collections::BTreeSet;

use jiff::SignedDuration;

use super::Executor;
use crate::fmt;
use crate::model::Failed;
use crate::resources::endpoint::Endpoint;
use crate::resources::metric::MetricSeries;

/// Minutes that are looked at.
const MINUTES: i64 = 15;

/// Errors of an endpoint in the last minutes.
#[derive(Debug, Clone, Default)]
pub(super) struct RecentErrors {
    /// The rows that were read.
    pub(super) series: Vec<MetricSeries>,
    /// How many requests failed; absent where that could not be read.
    pub(super) failed: Option<Failed>,
    /// Why not, as a phrase.
    pub(super) problem: Option<String>,
    /// How long ago the endpoint was changed, where that was within these minutes. Then a part of the errors may be of
    /// what served before.
    changed: Option<String>,
}

impl RecentErrors {
    /// Reads them with one call.
    pub(super) async fn read(executor: &Executor, endpoint: &Endpoint) -> Self {
        let now = (executor.clock)();
        // The newest minute is not complete.
        let from = now.checked_sub(SignedDuration::from_mins(MINUTES + 1)).unwrap_or(now);
        let variants: BTreeSet<&str> = endpoint.variants.iter().map(|v| v.name.as_str()).collect();
        let changed = endpoint.modified.filter(|at| *at > from).map(|at| fmt::age(now, at));
        let series = match MetricSeries::errors_of(&executor.aws, &endpoint.name, &variants, (from, now), 60).await {
            Ok(series) => series,
            Err(error) => {
                return Self { problem: Some(error.kind.word().to_owned()), changed, ..Self::default() };
            }
        };
        match Failed::count(&series, &endpoint.name, variants, (from, now)) {
            Ok(failed) => Self { series, failed: Some(failed), problem: None, changed },
            Err(why) => Self { series, failed: None, problem: Some(why), changed },
        }
    }

    /// What fails, where more does than may: `5XX 20 % of 410 requests in 15 min`.
    pub(super) fn too_many(&self) -> Option<String> {
        self.failed.filter(Failed::bad).map(|failed| self.describe(failed))
    }

    /// The same of any count.
    pub(super) fn describe(&self, failed: Failed) -> String {
        let changed = self.changed.as_ref().map(|ago| format!(" (it was changed {ago} ago)")).unwrap_or_default();
        if failed.requests <= 0.0 {
            return format!("no request came in {MINUTES} min{changed}");
        }
        format!("{} of {} requests in {MINUTES} min{changed}", failed.told(), fmt::number(failed.requests.round()))
    }
}
