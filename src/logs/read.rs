//! The calls to `CloudWatch` Logs.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;

use aws_sdk_cloudwatchlogs::types::{FilteredLogEvent, OrderBy};
use jiff::Timestamp;

use super::lines::LogLine;
use crate::aws::{Aws, AwsError, Page, failed, pages_until};
use crate::redact;
use crate::resources::LogSource;

/// The most pages of one window. Pages may be empty although more follow: `docs/aws.md#empty-pages-of-logs`.
const MOST_PAGES: usize = 40;

/// The number of bytes of lines after which no further page of a window is read.
const ENOUGH_BYTES: usize = 8 * 1024 * 1024;

/// The number of lines after which no further page of the newest lines is read.
const ENOUGH_LINES: usize = 1_000;

/// Lines since 1 January 2024 (UTC, in seconds) can be read newest first: `docs/aws.md#newest-log-lines-first`.
const NEWEST_FIRST_SINCE: i64 = 1_704_067_200;

/// The most streams that are looked at for the times of a log.
const STREAMS: i32 = 50;

/// The times of a log, as its streams tell them. They may be an hour late: `docs/aws.md#times-of-log-streams`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Times {
    /// The time of the first line. Unknown if there are more streams than were looked at.
    pub(super) first: Option<Timestamp>,
    /// The time of the last line.
    pub(super) last: Option<Timestamp>,
}

/// Reads the times of a log.
pub(super) async fn read_times(aws: &Aws, source: &LogSource) -> Result<Times, AwsError> {
    let request = aws.cloudwatch_logs.describe_log_streams().log_group_name(&source.group).limit(STREAMS);
    // A prefix excludes an order by time.
    let request = if source.prefix.is_empty() {
        request.order_by(OrderBy::LastEventTime).descending(true)
    } else {
        request.log_stream_name_prefix(&source.prefix)
    };
    let answer = request.send().await.map_err(failed)?;
    let (more, streams) = (answer.next_token.is_some(), answer.log_streams.unwrap_or_default());
    let first = streams.iter().filter_map(|s| s.first_event_timestamp.or(s.creation_time)).min();
    let last = streams.iter().filter_map(|s| s.last_event_timestamp.max(s.last_ingestion_time)).max();
    Ok(Times { first: first.filter(|_| !more).and_then(from_millis), last: last.and_then(from_millis) })
}

/// The part of a log that a call asks for.
#[derive(Clone, Copy)]
struct Window {
    from: Timestamp,
    until: Option<Timestamp>,
    newest_first: bool,
}

/// Reads the lines between two times, both included; without an end, until now. Returns false if there are more.
pub(super) async fn read_window(
    aws: &Aws,
    source: &LogSource,
    from: Timestamp,
    until: Option<Timestamp>,
) -> Result<(Vec<LogLine>, bool), AwsError> {
    let mut bytes = 0;
    let enough = |page: &[LogLine]| {
        bytes += page.iter().map(|line| line.text.len()).sum::<usize>();
        bytes > ENOUGH_BYTES
    };
    let window = Window { from, until, newest_first: false };
    let read = pages_until(None, MOST_PAGES, enough, |token| read_page(aws, source, window, token));
    read.await.map(|(lines, next)| (lines, next.is_none()))
}

/// Reads the newest lines since a time, oldest first; if there are very many, only the last of them. Returns also the time
/// since which no line is missing. It is `None` if an endpoint ignored the order and gave the oldest lines.
pub(super) async fn read_newest(
    aws: &Aws,
    source: &LogSource,
    from: Timestamp,
) -> Result<(Vec<LogLine>, Option<Timestamp>), AwsError> {
    let mut count = 0;
    let enough = |page: &[LogLine]| {
        count += page.len();
        count >= ENOUGH_LINES
    };
    let window = Window { from, until: None, newest_first: from.as_second() >= NEWEST_FIRST_SINCE };
    let read = pages_until(None, MOST_PAGES, enough, |token| read_page(aws, source, window, token));
    let (mut lines, next) = read.await?;
    let descends = lines.first().map(|line| line.at) > lines.last().map(|line| line.at);
    if descends {
        lines.reverse();
    }
    let since = match next {
        None => Some(from),
        Some(_) => lines.first().filter(|_| descends).map(|line| line.at),
    };
    Ok((lines, since))
}

async fn read_page(
    aws: &Aws,
    source: &LogSource,
    window: Window,
    token: Option<String>,
) -> Result<Page<LogLine>, AwsError> {
    let prefix = Some(&source.prefix).filter(|prefix| !prefix.is_empty());
    let request = aws.cloudwatch_logs.filter_log_events().log_group_name(&source.group).set_next_token(token);
    let request = request.set_log_stream_name_prefix(prefix.cloned()).start_time(window.from.as_millisecond());
    let request = request.set_end_time(window.until.map(Timestamp::as_millisecond));
    let request = request.set_start_from_head(window.newest_first.then_some(false));
    let page = request.send().await.map_err(failed)?;
    let events = page.events.unwrap_or_default().into_iter();
    Ok((events.filter_map(|event| from_sdk(source, event)).collect(), page.next_token))
}

/// Makes a line. `None` if it has no time, or if it is of another thing because the prefix was ignored.
fn from_sdk(source: &LogSource, event: FilteredLogEvent) -> Option<LogLine> {
    let (stream, text) = (event.log_stream_name.unwrap_or_default(), event.message.unwrap_or_default());
    if !stream.starts_with(&source.prefix) {
        return None;
    }
    let at = event.timestamp.or(event.ingestion_time).and_then(from_millis)?;
    let mut hasher = DefaultHasher::new();
    match event.event_id {
        Some(id) => id.hash(&mut hasher),
        None => (&stream, at, event.ingestion_time, &text).hash(&mut hasher),
    }
    Some(LogLine::new(at, hasher.finish(), Arc::from(stream), &redact::text(&text)))
}

fn from_millis(millis: i64) -> Option<Timestamp> {
    Timestamp::from_millisecond(millis).ok()
}
