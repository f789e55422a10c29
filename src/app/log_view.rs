//! The open log: its lines, the cursor in them, the filter, and how far it was read.

mod filter;

use jiff::Timestamp;

use super::line::TypedLine;
use crate::aws::AwsError;
use crate::logs::{Begin, LogLine, LogLines, LogNews, LogRequest};
use crate::resources::{AccountId, LogSource};

pub(crate) use filter::LogFilter;

/// The open log. It is shown instead of the pane and the lineage.
#[derive(Debug)]
pub struct LogView {
    /// The account.
    pub account: AccountId,
    /// The name of the thing whose log it is.
    pub title: String,
    /// The log group and its streams.
    pub source: LogSource,
    /// The time with which reading began.
    pub begin: Begin,
    /// The number of the request.
    pub(crate) ticket: u64,
    /// The lines.
    pub lines: LogLines,
    /// The progress of the reading.
    pub progress: LogProgress,
    /// Does the cursor stay on the newest line? Only then new lines are read.
    pub following: bool,
    /// Are long lines wrapped?
    pub wrap: bool,
    /// The filter.
    pub filter: TypedLine,
    /// The indexes of the lines that the filter keeps.
    pub shown: Vec<usize>,
    /// The index of the selected line in `shown`.
    pub place: usize,
    /// The index in `shown` of the first line on the screen.
    pub first: usize,
    /// The indexes of the lines that tell of an error.
    pub errors: Vec<usize>,
    /// The time and the id of the selected line.
    selected: Option<(Timestamp, u64)>,
    /// The lines and the filter from which `shown` was made.
    made: Option<(u64, String)>,
}

/// The progress of the reading of a log.
#[derive(Debug, Default)]
pub struct LogProgress {
    /// The time of the request.
    pub asked: Timestamp,
    /// The last time at which AWS answered everything.
    pub read_at: Option<Timestamp>,
    /// Everything since this time was read.
    pub since: Option<Timestamp>,
    /// Everything was read until this time; without one, until `read_at`.
    pub until: Option<Timestamp>,
    /// The lines between these times were skipped.
    pub skipped: Option<(Timestamp, Timestamp)>,
    /// The error of the last call.
    pub failed: Option<AwsError>,
}

impl LogView {
    /// Opens a log.
    pub(crate) fn new(request: LogRequest, title: String, now: Timestamp) -> Self {
        let LogRequest { ticket, account, source, begin } = request;
        Self {
            account,
            title,
            source,
            begin,
            ticket,
            lines: LogLines::default(),
            progress: LogProgress { asked: now, ..LogProgress::default() },
            following: !matches!(begin, Begin::Around(_)),
            wrap: false,
            filter: TypedLine::default(),
            shown: Vec::new(),
            place: 0,
            first: 0,
            errors: Vec::new(),
            selected: None,
            made: None,
        }
    }

    /// Drops the lines and begins to read elsewhere. The filter stays.
    pub(crate) fn read_anew(self, ticket: u64, begin: Begin, now: Timestamp) -> Self {
        let Self { account, source, title, filter, wrap, .. } = self;
        Self { wrap, filter, ..Self::new(LogRequest { ticket, account, source, begin }, title, now) }
    }

    /// Returns the selected line.
    #[must_use]
    pub fn selected(&self) -> Option<&LogLine> {
        self.line(self.place)
    }

    /// Returns the line at an index in `shown`.
    #[must_use]
    pub fn line(&self, place: usize) -> Option<&LogLine> {
        self.lines.get(*self.shown.get(place)?)
    }

    /// Selects the line at an index in `shown`, or the last one.
    pub(crate) fn put(&mut self, place: usize) {
        self.place = place.min(self.shown.len().saturating_sub(1));
        self.selected = self.selected().map(|line| (line.at, line.id));
    }

    /// Selects the line at an index in `lines`, or the next one that the filter keeps.
    pub(crate) fn put_line(&mut self, index: usize) {
        self.put(self.shown.partition_point(|shown| *shown < index));
    }

    /// Applies what the request brought.
    pub(crate) fn take(&mut self, news: LogNews, now: Timestamp) {
        match news {
            LogNews::Lines(lines) => self.lines.add(lines),
            LogNews::Skipped(from, until) => self.progress.skipped = Some((from, until)),
            LogNews::Read(since, until) => {
                let since = self.progress.since.map_or(since, |before| before.min(since));
                (self.progress.since, self.progress.until) = (Some(since), until);
                (self.progress.read_at, self.progress.failed) = (Some(now), None);
            }
            LogNews::Failed(error) => self.progress.failed = Some(error),
        }
    }

    /// Makes the list of shown lines again if the lines or the filter have changed. The cursor stays on its line, or goes
    /// to the newest one.
    pub(crate) fn arrange(&mut self) {
        let made = Some((self.lines.revision(), self.filter.text().to_owned()));
        if self.made != made {
            self.made = made;
            let filter = LogFilter::new(self.filter.text());
            let all = || self.lines.iter().enumerate();
            self.shown = all().filter(|(_, line)| filter.keeps(line)).map(|(index, _)| index).collect();
            self.errors = all().filter(|(_, line)| line.is_error).map(|(index, _)| index).collect();
        }
        let index = match (self.begin, self.selected) {
            _ if self.following => self.lines.len(),
            (Begin::Around(at), None) => self.lines.iter().take_while(|line| line.at < at).count(),
            (_, Some((at, id))) => self.lines.find(at, id),
            (_, None) => self.lines.len(),
        };
        let selected = self.selected;
        self.put_line(index);
        // A line that a filter hides stays the selected one, so that the cursor returns to it.
        if !self.following && selected.is_some() {
            self.selected = selected;
        }
    }
}
