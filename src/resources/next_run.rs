//! The next run of a schedule of `EventBridge`, or of a mute rule of `CloudWatch`.
//!
//! The forms: <https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html>, and
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_Schedule.html>.

use std::cmp::Ordering;

use croner::errors::CronError;
use croner::parser::{CronParser, Seconds, Year};
use croner::time::{CivilDateTime, CronDateTime, Resolution, Weekday};
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// The next run of a schedule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum NextRun {
    /// It runs at this time.
    At(Timestamp),
    /// It never runs again.
    Never,
    /// The next run cannot be known: the expression has an unknown form, or AWS does not say when it began to count.
    #[default]
    Unknown,
}

impl NextRun {
    /// Returns the time, if it is known.
    #[must_use]
    pub fn at(self) -> Option<Timestamp> {
        if let Self::At(at) = self { Some(at) } else { None }
    }
    /// Returns the next run of a schedule that ends at a time.
    #[cfg(feature = "scheduler")]
    pub(super) fn until(self, end: Option<Timestamp>) -> Self {
        match (self, end) {
            (Self::At(at), Some(end)) if at > end => Self::Never,
            (next, _) => next,
        }
    }
}

/// Returns the first run after `now`. A rate counts from `begin`.
pub(super) fn next_run(expression: &str, zone: &TimeZone, begin: Option<Timestamp>, now: Timestamp) -> NextRun {
    let Some((form, text)) = expression.trim().strip_suffix(')').and_then(|text| text.split_once('(')) else {
        return NextRun::Unknown;
    };
    match form {
        "cron" => next_cron(text, zone, now),
        "rate" => begin.and_then(|begin| next_of_rate(text, begin, now)).map_or(NextRun::Unknown, NextRun::At),
        "at" => match text.parse().ok().and_then(|at| zone.to_timestamp(at).ok()) {
            Some(at) if at > now => NextRun::At(at),
            Some(_) => NextRun::Never,
            None => NextRun::Unknown,
        },
        _ => NextRun::Unknown,
    }
}

/// Returns the next time of `7 days`.
fn next_of_rate(text: &str, begin: Timestamp, now: Timestamp) -> Option<Timestamp> {
    let (count, unit) = text.trim().split_once(' ')?;
    let unit = match unit.trim_end_matches('s') {
        "minute" => 60,
        "hour" => 3600,
        "day" => 86_400,
        _ => return None,
    };
    let every = count.parse::<i64>().ok()?.checked_mul(unit).filter(|every| *every > 0)?;
    let past = now.as_second().saturating_sub(begin.as_second());
    let turns = if past < 0 { 0 } else { past / every + 1 };
    begin.checked_add(SignedDuration::from_secs(turns.checked_mul(every)?)).ok()
}

/// Returns the next time of a cron expression: minute, hour, day, month, weekday and, in `EventBridge`, year.
fn next_cron(text: &str, zone: &TimeZone, now: Timestamp) -> NextRun {
    let has_year = text.split_whitespace().count() > 5;
    let parser = CronParser::builder().seconds(Seconds::Required).year(Year::Required);
    // EventBridge counts the days of the week from 1, which is Sunday, and writes steps as `0/15`. Five fields are those
    // of cron, which counts from 0.
    let parser = parser.alternative_weekdays(has_year).sloppy_ranges(true).build();
    // AWS has no field of seconds, which the parser requires beside the year.
    let text = if has_year { format!("0 {text}") } else { format!("0 {text} *") };
    let (Ok(cron), Some(now)) = (parser.parse(&text), Local::new(zone.to_datetime(now))) else {
        return NextRun::Unknown;
    };
    match cron.find_next_occurrence(&now, false) {
        Ok(next) => zone.to_timestamp(next.at).map_or(NextRun::Unknown, NextRun::At),
        Err(CronError::TimeSearchLimitExceeded) => NextRun::Never,
        Err(_) => NextRun::Unknown,
    }
}

/// A local time, in the forms of both libraries.
#[derive(Debug, Clone)]
struct Local {
    at: DateTime,
    civil: CivilDateTime,
}

impl Local {
    fn new(at: DateTime) -> Option<Self> {
        let part = |value: i8| u32::from(value.unsigned_abs());
        let (month, day) = (part(at.month()), part(at.day()));
        let (hour, minute, second) = (part(at.hour()), part(at.minute()), part(at.second()));
        let civil = CivilDateTime::from_ymd_hms_opt(at.year().into(), month, day, hour, minute, second)?;
        Some(Self { at, civil })
    }
}

impl CronDateTime for Local {
    fn to_civil(&self) -> CivilDateTime {
        self.civil
    }
    fn civil_weekday(&self) -> Weekday {
        Weekday::from_days_from_sunday(self.at.weekday().to_sunday_zero_offset().unsigned_abs().into())
    }
    fn resolve_civil(&self, civil: CivilDateTime) -> Result<Resolution<Self>, CronError> {
        let at = civil.to_string().parse().map_err(|_| CronError::InvalidTime)?;
        Ok(Resolution::Single(Self { at, civil }))
    }
    fn checked_add_seconds(&self, seconds: i64) -> Option<Self> {
        Self::new(self.at.checked_add(SignedDuration::from_secs(seconds)).ok()?)
    }
    fn cmp_instant(&self, other: &Self) -> Ordering {
        self.at.cmp(&other.at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NEVER: Option<&str> = Some("never");

    #[test]
    fn a_schedule_runs_next_when_aws_says_so() {
        // A Monday.
        let now: Timestamp = "2026-11-23T03:11:00Z".parse().unwrap();
        let cases = [
            ("cron(0 3 1 * ? *)", "UTC", Some("2026-12-01T03:00:00Z")),
            ("cron(0/15 * * * ? *)", "UTC", Some("2026-11-23T03:15:00Z")),
            ("cron(0 4 1 1,4,7,10 ? *)", "UTC", Some("2027-01-01T04:00:00Z")),
            ("cron(0 10 ? * MON-FRI *)", "UTC", Some("2026-11-23T10:00:00Z")),
            ("cron(0 10 ? * 1 *)", "UTC", Some("2026-11-29T10:00:00Z")),
            ("cron(0 10 L * ? *)", "UTC", Some("2026-11-30T10:00:00Z")),
            ("cron(0 10 ? * 6#1 *)", "UTC", Some("2026-12-04T10:00:00Z")),
            ("cron(0 3 1 * ? *)", "Europe/Madrid", Some("2026-12-01T02:00:00Z")),
            ("cron(0 3 1 * ? 2025)", "UTC", NEVER),
            ("rate(7 days)", "UTC", Some("2026-11-29T00:00:00Z")),
            ("rate(1 hour)", "UTC", Some("2026-11-23T04:00:00Z")),
            ("rate(0 hours)", "UTC", None),
            ("rate(9223372036854775807 days)", "UTC", None),
            ("at(2026-12-24T18:00:00)", "Europe/Madrid", Some("2026-12-24T17:00:00Z")),
            ("at(2025-12-24T18:00:00)", "UTC", NEVER),
            ("at(2026-12-24T18:00)", "UTC", Some("2026-12-24T18:00:00Z")),
            ("cron(0 2 * * *)", "UTC", Some("2026-11-24T02:00:00Z")),
            ("cron(0 2 * * 0)", "UTC", Some("2026-11-29T02:00:00Z")),
            ("cron(0 2 * * MON-FRI)", "UTC", Some("2026-11-24T02:00:00Z")),
            ("cron(nonsense)", "UTC", None),
            ("every day", "UTC", None),
            ("", "UTC", None),
        ];
        let begin = "2026-11-22T00:00:00Z".parse().ok();
        for (expression, zone, expected) in cases {
            let next = match next_run(expression, &TimeZone::get(zone).unwrap(), begin, now) {
                NextRun::At(at) => Some(at.to_string()),
                NextRun::Never => Some("never".to_owned()),
                NextRun::Unknown => None,
            };
            assert_eq!(next.as_deref(), expected, "{expression} {zone}");
        }
        let unknown = next_run("rate(7 days)", &TimeZone::UTC, None, now);
        assert_eq!(unknown, NextRun::Unknown, "nobody knows when the count began");
    }
}
