//! The request that the open log makes, and how the console applies the answers.

use super::log_view::LogView;
use super::state::App;
use crate::logs::{Begin, LogRequest, LogUpdate};

impl App {
    /// Returns what is to be read of a log now. `None` while no log is looked at, or its tail is paused. It depends on
    /// the state alone, so reading ends however the log was closed.
    #[must_use]
    pub fn log_request(&self) -> Option<LogRequest> {
        let view = self.open_log.as_ref()?;
        let LogView { ticket, account, begin, ref source, .. } = *view;
        let wanted = view.following || matches!(begin, Begin::Around(_));
        wanted.then(|| LogRequest { ticket, account, source: source.clone(), begin })
    }

    /// Applies an update of a log, unless it is one of an earlier request.
    pub(crate) fn take_log(&mut self, update: LogUpdate) {
        let now = self.here.observed.at;
        if let Some(view) = self.open_log.as_mut().filter(|view| view.ticket == update.ticket) {
            view.take(update.news, now);
        }
    }
}
