//! Parses a moment of a recording or of a log as people write it.

use std::time::Duration;

use jiff::civil::{DateTime, Time};
use jiff::{Span, SpanRelativeTo, Timestamp, tz::TimeZone};

/// The accepted forms, for error messages.
const FORMS: &str = "write a time such as 03:12, 2026-11-23T03:12Z, +5m, -30s or 50%";

/// Parses a moment between the two ends of `whole`: a time of day or a date (in `zone` unless the text names another),
/// a time after `now` (`+5m`) or before it (`-30s`), or a share of the whole (`50%`).
///
/// # Errors
/// A sentence that lists the accepted forms, or names the two ends.
pub fn moment(text: &str, now: Timestamp, whole: (Timestamp, Timestamp), zone: &TimeZone) -> Result<Timestamp, String> {
    let (begin, end) = whole;
    let text = text.trim();
    if let Some(share) = text.strip_suffix('%') {
        let share: f64 = share.trim().parse().map_err(|_| FORMS.to_owned())?;
        if !(0.0..=100.0).contains(&share) {
            return Err("a share is between 0% and 100%".to_owned());
        }
        let length = Duration::try_from(end.duration_since(begin)).unwrap_or_default();
        return Ok((begin + length.mul_f64(share / 100.0)).min(end));
    }
    if let Some(later) = text.strip_prefix('+') {
        return Ok(now.saturating_add(length(later)?).unwrap_or(end).clamp(begin, end));
    }
    if let Some(earlier) = text.strip_prefix('-') {
        return Ok(now.saturating_sub(length(earlier)?).unwrap_or(begin).clamp(begin, end));
    }
    let found = match text.parse::<Timestamp>().ok().or_else(|| dated(text, zone)) {
        Some(found) => Some(found),
        None => of_day(text.parse().map_err(|_| FORMS.to_owned())?, now, whole, zone),
    };
    found
        .filter(|at| (begin..=end).contains(at))
        .ok_or_else(|| format!("{text} is not between {} and {}", super::second(begin, zone), super::second(end, zone)))
}

/// Parses a date with a time, without a zone.
fn dated(text: &str, zone: &TimeZone) -> Option<Timestamp> {
    let at: DateTime = text.contains(['T', ' ']).then(|| text.parse().ok())??;
    zone.to_timestamp(at).ok()
}

/// The occurrence of a time of day that is nearest to `now`, on any day of the whole.
fn of_day(time: Time, now: Timestamp, (begin, end): (Timestamp, Timestamp), zone: &TimeZone) -> Option<Timestamp> {
    let first = begin.to_zoned_datetime(zone.clone()).date();
    let last = end.to_zoned_datetime(zone.clone()).date();
    let days = first.series(Span::new().days(1)).take_while(|day| *day <= last);
    let times = days.filter_map(|day| zone.to_timestamp(day.to_datetime(time)).ok());
    times.filter(|at| (begin..=end).contains(at)).min_by_key(|at| at.duration_since(now).unsigned_abs())
}

/// Parses a length of time: `90s`, `5m`, `1h30m`, `2d`.
fn length(text: &str) -> Result<Duration, String> {
    let span = text.trim().parse::<Span>();
    let length = span.and_then(|span| span.to_duration(SpanRelativeTo::days_are_24_hours())).ok();
    length.and_then(|length| Duration::try_from(length).ok()).ok_or_else(|| FORMS.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<String, String> {
        let zone = TimeZone::get("Europe/Madrid").unwrap();
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let whole = (at("2026-11-22T22:00:00Z"), at("2026-11-23T22:00:00Z"));
        moment(text, at("2026-11-23T02:00:00Z"), whole, &zone).map(|at| at.to_string())
    }

    #[test]
    fn moments_are_read_as_they_are_written() {
        let cases = [
            ("03:12", "2026-11-23T02:12:00Z"),
            ("03:12:40", "2026-11-23T02:12:40Z"),
            ("23:30", "2026-11-22T22:30:00Z"),
            ("2026-11-23T03:12Z", "2026-11-23T03:12:00Z"),
            ("2026-11-23T03:12:40Z", "2026-11-23T03:12:40Z"),
            ("2026-11-23T03:12:40+02:00", "2026-11-23T01:12:40Z"),
            ("2026-11-23T03:12", "2026-11-23T02:12:00Z"),
            ("2026-11-23 03:12", "2026-11-23T02:12:00Z"),
            ("+5m", "2026-11-23T02:05:00Z"),
            (" -1h30m ", "2026-11-23T00:30:00Z"),
            ("-30s", "2026-11-23T01:59:30Z"),
            ("+9d", "2026-11-23T22:00:00Z"),
            ("+5w", "2026-11-23T22:00:00Z"),
            ("50%", "2026-11-23T10:00:00Z"),
            ("100%", "2026-11-23T22:00:00Z"),
        ];
        for (text, wanted) in cases {
            assert_eq!(read(text).as_deref(), Ok(wanted), "{text}");
        }
    }

    #[test]
    fn what_is_no_moment_or_not_in_it_is_told() {
        for text in ["", "soon", "5", "+5", "+", "-x", "25:00", "%", "+5y"] {
            assert!(read(text).is_err_and(|e| e.contains("03:12")), "{text}: {:?}", read(text));
        }
        assert!(read("120%").is_err());
        let outside = read("2026-11-25T03:12Z").unwrap_err();
        assert!(outside.contains("22 Nov 23:00:00") && outside.contains("23 Nov 23:00:00"), "{outside}");
    }
}
