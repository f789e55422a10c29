//! The open charts: what they are about, their window, the cursor, and the read that is under way.

use jiff::Timestamp;

use super::state::App;
use super::subject::Subject;
use crate::aws::{AwsError, ErrorKind};
use crate::charts::{ChartRequest, ChartUpdate, Comparison, Window};

/// Seconds after which a failed read is tried again.
const AGAIN: i64 = 60;
/// Seconds after which a read is tried again that would fail again, such as a denied one.
const AGAIN_DENIED: i64 = 600;

/// The open charts. They are shown instead of the lineage and the pane.
#[derive(Debug)]
pub struct ChartsView {
    /// The thing whose metrics are shown. A change of the list below does not change it.
    pub subject: Subject,
    /// The time that they show.
    pub window: Window,
    /// The earlier time beside it.
    pub comparison: Comparison,
    /// The index of the selected chart.
    pub selected: usize,
    /// Does the selected chart have all the room?
    pub zoomed: bool,
    /// The time at which values are read. Without one, these are the newest.
    pub cursor: Option<Timestamp>,
    /// The read that is wanted, until it is answered.
    pub asked: Option<ChartRequest>,
    /// Why the last read failed, and when.
    pub failed: Option<(AwsError, Timestamp)>,
    /// The price of a read that was not made, because the budget of the day does not allow it; in US dollars.
    pub unaffordable: Option<f64>,
}

impl ChartsView {
    /// Opens charts.
    pub(crate) fn new(subject: Subject, window: Window, comparison: Comparison) -> Self {
        let (asked, failed, unaffordable) = (None, None, None);
        Self { subject, window, comparison, selected: 0, zoomed: false, cursor: None, asked, failed, unaffordable }
    }

    /// Returns whether the last read failed so short a time ago that it is not tried again yet.
    #[must_use]
    pub fn rests(&self, now: Timestamp) -> bool {
        self.failed.as_ref().is_some_and(|(error, at)| {
            let lasts = matches!(error.kind, ErrorKind::Denied | ErrorKind::Unsupported);
            now.as_second() - at.as_second() < if lasts { AGAIN_DENIED } else { AGAIN }
        })
    }
}

impl App {
    /// Returns the series that are to be read now. `None` while no charts are looked at. It depends on the state alone,
    /// so reading ends however the charts were closed.
    #[must_use]
    pub fn chart_request(&self) -> Option<ChartRequest> {
        self.open_charts.as_ref().filter(|_| self.open_log.is_none())?.asked.clone()
    }

    /// Keeps what a request brought, also if it was asked for by charts that are closed.
    pub(crate) fn take_charts(&mut self, update: ChartUpdate) {
        let now = self.here.observed.at;
        let ChartUpdate { request, answers } = update;
        let mut failed = None;
        for (part, answer) in request.parts.iter().zip(answers) {
            match answer {
                Ok(rows) => self.series.keep(&request, part, rows, now),
                Err(error) => failed = Some((error, now)),
            }
        }
        if let Some(view) = self.open_charts.as_mut().filter(|view| view.asked.as_ref() == Some(&request)) {
            (view.asked, view.failed) = (None, failed);
        }
    }
}
