//! The title and the state of a log: its thing, how far it was read, the error, and why there are no lines.

use std::time::Duration;

use jiff::Timestamp;

use super::super::key_that;
use crate::app::{App, LogView};
use crate::aws::{AwsError, ErrorKind};
use crate::fmt;
use crate::logs::Begin;
use crate::view::{Line, Tone};

/// An answer that takes this many seconds is late.
const LATE: i64 = 20;

/// Names the thing and its log group.
pub(super) fn title(app: &App, view: &LogView) -> Line {
    let line = Line::new().muted("log of ").with(app.whose(view.account) + &view.title, Tone::Strong);
    line.muted("  ").muted(&view.source.group).muted(
        Some(&view.source.prefix).filter(|p| !p.is_empty()).map_or_else(String::new, |prefix| format!("  {prefix}*")),
    )
}

/// Says how far the log was read, and what is in it. On a narrow screen the words that say least are left out, so that
/// no number is cut.
pub(super) fn state(app: &App, view: &LogView) -> Line {
    let room = usize::from(app.size.0).saturating_sub(2);
    let forms = [false, true].map(|brief| said(app, view, brief));
    let [full, brief] = forms;
    if full.width() <= room { full } else { brief }
}

fn said(app: &App, view: &LogView, brief: bool) -> Line {
    let mut line = reading(app, view, brief);
    let dropped = if view.lines.dropped() > 0 { ", older ones dropped" } else { "" };
    let since = view.lines.iter().next().map(|line| fmt::clock(app.here.observed.at, line.at, &app.zone));
    let since = since.filter(|_| !brief).map(|since| format!(" since {since}")).unwrap_or_default();
    let all = format!("{}{since}{dropped}", fmt::count(view.lines.len(), "line"));
    if !view.filter.is_empty() {
        line = line.plain(format!("  {} of {all}  /{}", view.shown.len(), view.filter.text()));
    } else if !view.lines.is_empty() {
        line = line.muted(format!("  {all}"));
    }
    if let Some(first) = view.errors.first().and_then(|index| view.lines.get(*index)) {
        let (count, first) = (fmt::count(view.errors.len(), "line"), fmt::time(first.at, &app.zone));
        // Older lines were not read, so the first error may be among them.
        line = line.with(format!("  ✗ {count}, at least since {first}"), Tone::Bad);
    }
    if let Some(last) = view.lines.last().filter(|_| !matches!(view.begin, Begin::Around(_))) {
        line = line.muted(format!("  last {} ago", fmt::age(app.here.observed.at, last.at)));
    }
    if let Some((from, until)) = view.progress.skipped {
        let (from, until) = (fmt::time(from, &app.zone), fmt::time(until, &app.zone));
        line = line.with(format!("  skipped {from} to {until}: too many lines"), Tone::Warn);
    }
    line
}

/// Says what is being read; in brief without the key that changes it, which the footer has as well.
fn reading(app: &App, view: &LogView, brief: bool) -> Line {
    let key_that = |does: &str| if brief { String::new() } else { key_that(app, "pause", does) };
    let (progress, now) = (&view.progress, app.here.observed.at);
    let line = Line::new();
    if let Some(error) = &progress.failed {
        return line.with(format!("◌ {}", failure(view, error)), Tone::Warn);
    }
    let waited = now.as_second() - progress.read_at.unwrap_or(progress.asked).as_second();
    match (view.begin, progress.read_at) {
        (Begin::Around(_), Some(_)) => {
            let (from, until) = (progress.since, progress.until);
            let time = |at: Option<Timestamp>| at.map(|at| fmt::time(at, &app.zone)).unwrap_or_default();
            let newest = key_that("shows the newest");
            line.with(format!("from {} to {}", time(from), time(until)), Tone::Busy).muted(newest)
        }
        (Begin::Newest | Begin::After(_), _) if !view.following => {
            line.with("paused", Tone::Busy).muted(key_that("follows"))
        }
        _ if waited > LATE => {
            line.with(format!("◌ no answer for {}", fmt::span(Duration::from_secs(waited.unsigned_abs()))), Tone::Warn)
        }
        (_, None) => line.with("◐ reading", Tone::Busy),
        (_, Some(_)) => line.with("◐ following", Tone::Good),
    }
}

/// Explains a failure in the terms of logs.
fn failure(view: &LogView, error: &AwsError) -> String {
    if error.kind == ErrorKind::Gone {
        let group = &view.source.group;
        return format!("there is no log group {group}: nothing was written yet, or the role may not write logs");
    }
    format!("{error}{}", error.watched().map(|advice| format!("; {advice}")).unwrap_or_default())
}

/// Says why there are no lines.
pub(super) fn empty(app: &App, view: &LogView) -> Vec<Line> {
    let progress = &view.progress;
    let text = match (&progress.failed, progress.since) {
        (Some(error), _) => failure(view, error),
        (None, None) => "The last lines are being read.".to_owned(),
        (None, Some(_)) if !view.lines.is_empty() => {
            let clears = key_that(app, "back", "clears the filter");
            let text = format!("No line contains {:?}.", view.filter.text());
            return vec![Line::new().plain(text).muted(clears)];
        }
        (None, Some(since)) => match progress.until.map(|until| fmt::second(until, &app.zone)) {
            Some(until) => format!("No lines from {} to {until}.", fmt::second(since, &app.zone)),
            None => format!("No lines in the last {}.", fmt::age(app.here.observed.at, since)),
        },
    };
    vec![Line::from(text)]
}
