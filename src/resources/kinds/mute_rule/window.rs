//! The times at which a mute rule mutes its alarms.
//!
//! The forms: <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_Schedule.html>.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Span, SpanRelativeTo, Timestamp};
use serde::{Deserialize, Serialize};

use crate::resources::next_run::{NextRun, next_run};

/// The most windows that are followed when each begins before the one before it has ended.
const CHAINED: usize = 100;

/// When a rule mutes, and for how long.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct MuteSchedule {
    /// `cron(0 2 * * *)` with five fields, or `at(yyyy-MM-ddThh:mm)`.
    pub expression: String,
    /// How long a window lasts, in the form of ISO 8601: `PT2H`.
    pub duration: String,
    /// The time zone of the expression; UTC if absent.
    pub zone: Option<String>,
    /// The time before which no window begins.
    pub start: Option<Timestamp>,
    /// The time after which the rule mutes nothing.
    pub expire: Option<Timestamp>,
}

/// A time in which alarms are muted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Window {
    /// When it began.
    pub begin: Timestamp,
    /// When it ends. Absent if it does not end soon, because each window begins before the one before it has ended.
    pub end: Option<Timestamp>,
}

impl MuteSchedule {
    /// Returns how long a window lasts. A day has 24 hours.
    pub(super) fn length(&self) -> Option<SignedDuration> {
        let span: Span = self.duration.parse().ok()?;
        let length = span.to_duration(SpanRelativeTo::days_are_24_hours()).ok()?;
        Some(length).filter(SignedDuration::is_positive)
    }
    /// Returns the window that is open at a time; `None` if there is none, or if the schedule has an unknown form.
    pub(super) fn open_at(&self, at: Timestamp) -> Option<Window> {
        let (length, zone) = (self.length()?, TimeZone::get(self.zone.as_deref().unwrap_or("UTC")).ok()?);
        let next = |after: Timestamp| match next_run(&self.expression, &zone, None, after) {
            NextRun::At(begin) => Some(begin),
            NextRun::Never | NextRun::Unknown => None,
        };
        let just_before = |at: Timestamp| at.checked_sub(SignedDuration::from_secs(1)).ok();
        // A window that is open began less than its length ago.
        let earliest = at.checked_sub(length).ok()?.max(self.start.and_then(just_before).unwrap_or(Timestamp::MIN));
        let begin = next(earliest).filter(|begin| *begin <= at)?;
        let mut last = begin;
        let mut end = begin.checked_add(length).ok()?;
        let mut chained = 0;
        while let Some(following) = next(last).filter(|following| *following <= end && chained < CHAINED) {
            (last, end) = (following, following.checked_add(length).ok()?);
            chained += 1;
        }
        let end = Some(end).filter(|_| chained < CHAINED).into_iter().chain(self.expire).min();
        end.is_none_or(|end| at < end).then_some(Window { begin, end })
    }
    /// Returns when the next window begins after a time, if it begins at all and that is known.
    pub(super) fn next_after(&self, at: Timestamp) -> Option<Timestamp> {
        let zone = TimeZone::get(self.zone.as_deref().unwrap_or("UTC")).ok()?;
        let from = self.start.map_or(at, |start| start.max(at));
        let next = next_run(&self.expression, &zone, None, from).at()?;
        Some(next).filter(|next| self.expire.is_none_or(|expire| *next < expire))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_window_is_open_from_its_begin_for_its_length() {
        // 2026-11-23 is a Monday.
        let cases = [
            ("cron(0 2 * * *)", "PT2H", "2026-11-23T03:11:00Z", Some(("2026-11-23T02:00:00Z", "2026-11-23T04:00:00Z"))),
            ("cron(0 2 * * *)", "PT2H", "2026-11-23T02:00:00Z", Some(("2026-11-23T02:00:00Z", "2026-11-23T04:00:00Z"))),
            ("cron(0 2 * * *)", "PT2H", "2026-11-23T04:00:00Z", None),
            ("cron(0 2 * * *)", "PT2H", "2026-11-23T01:59:00Z", None),
            (
                "cron(0 2 * * MON)",
                "PT2H",
                "2026-11-23T03:00:00Z",
                Some(("2026-11-23T02:00:00Z", "2026-11-23T04:00:00Z")),
            ),
            // Sunday is 0 where the expression has five fields, and 1 where it has six.
            ("cron(0 2 * * 1)", "PT2H", "2026-11-23T03:00:00Z", Some(("2026-11-23T02:00:00Z", "2026-11-23T04:00:00Z"))),
            ("cron(0 2 * * SUN)", "PT2H", "2026-11-23T03:00:00Z", None),
            // Each window begins before the one before it has ended.
            ("cron(0 * * * *)", "PT90M", "2026-11-23T03:11:00Z", Some(("2026-11-23T02:00:00Z", ""))),
            (
                "at(2026-11-22T18:00)",
                "P1D",
                "2026-11-23T03:11:00Z",
                Some(("2026-11-22T18:00:00Z", "2026-11-23T18:00:00Z")),
            ),
            ("at(2026-11-21T18:00)", "P1D", "2026-11-23T03:11:00Z", None),
            ("at(2026-11-22T18:00)", "for a day", "2026-11-23T03:11:00Z", None),
            ("sometimes", "P1D", "2026-11-23T03:11:00Z", None),
        ];
        for (expression, duration, at, expected) in cases {
            let (expression, duration) = (expression.to_owned(), duration.to_owned());
            let schedule = MuteSchedule { expression, duration, ..MuteSchedule::default() };
            let expected = expected.map(|(begin, end)| Window { begin: time(begin), end: end.parse().ok() });
            assert_eq!(schedule.open_at(time(at)), expected, "{schedule:?} {at}");
        }
    }

    #[test]
    fn a_window_keeps_to_its_zone_and_its_dates() {
        let nightly = |start: Option<&str>, expire: Option<&str>| MuteSchedule {
            expression: "cron(0 4 * * *)".into(),
            duration: "PT1H".into(),
            zone: Some("Europe/Madrid".into()),
            start: start.map(time),
            expire: expire.map(time),
        };
        let end = |schedule: MuteSchedule| schedule.open_at(time("2026-11-23T03:11:00Z")).and_then(|open| open.end);
        assert_eq!(end(nightly(None, None)), Some(time("2026-11-23T04:00:00Z")));
        assert_eq!(end(nightly(Some("2026-11-23T03:00:00Z"), None)), Some(time("2026-11-23T04:00:00Z")));
        assert_eq!(end(nightly(Some("2026-11-23T03:05:00Z"), None)), None);
        assert_eq!(end(nightly(None, Some("2026-11-23T03:30:00Z"))), Some(time("2026-11-23T03:30:00Z")));
        assert_eq!(end(nightly(None, Some("2026-11-23T03:10:00Z"))), None);
        assert_eq!(end(MuteSchedule { zone: Some("Nowhere/Land".into()), ..nightly(None, None) }), None);
        let next = |expire| nightly(None, expire).next_after(time("2026-11-23T03:11:00Z"));
        assert_eq!(next(None), Some(time("2026-11-24T03:00:00Z")));
        assert_eq!(next(Some("2026-11-24T02:00:00Z")), None);
    }
}
