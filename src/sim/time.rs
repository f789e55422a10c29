//! Instants and lengths of the simulated account, in milliseconds.
//!
//! This module never reads the wall clock: instants come from the injected clock.

use std::ops::{Add, Sub};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use jiff::SpanRelativeTo;
use serde::de::{Deserialize, Deserializer, Error as _};

/// An instant, in milliseconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(crate) struct Time(pub(crate) i64);

/// A length of time. Stories write `90s`, `2h30m` or `14d`, also negative ones; the number is in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(with = "String", description = "A length of time, such as `90s`, `2h30m`, `14d` or `-5m`."))]
pub(crate) struct Span(pub(crate) i64);

impl Time {
    /// Converts the reading of a system clock. Times before 1970 count as 1970.
    pub(crate) fn of(clock: SystemTime) -> Self {
        let since = clock.duration_since(UNIX_EPOCH).unwrap_or_default();
        Self(i64::try_from(since.as_millis()).unwrap_or(i64::MAX / 4))
    }
    /// Returns seconds with a fraction, the form of JSON and CBOR.
    pub(crate) fn seconds(self) -> f64 {
        super::num::float(self.0) / 1000.0
    }
    /// Converts seconds with a fraction. Invalid values become the nearest representable instant.
    pub(crate) fn from_seconds(seconds: f64) -> Self {
        Self(super::num::whole(seconds * 1000.0))
    }
    /// Formats text such as `2026-11-23T03:05:00.000Z`.
    pub(crate) fn iso(self) -> String {
        self.format("%Y-%m-%dT%H:%M:%S%.3fZ")
    }
    /// Formats text by a strftime pattern, in UTC.
    pub(crate) fn format(self, pattern: &str) -> String {
        let stamp = jiff::Timestamp::from_millisecond(self.0).unwrap_or_default();
        stamp.strftime(pattern).to_string()
    }
    /// Reads ISO 8601 text, or seconds written as a number.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        if let Ok(seconds) = text.parse::<f64>() {
            return seconds.is_finite().then(|| Self::from_seconds(seconds));
        }
        let stamp: jiff::Timestamp = text.parse().ok()?;
        Some(Self(stamp.as_millisecond()))
    }
    /// Returns the last multiple of `period` that is not after this instant.
    pub(crate) fn floor(self, period: Span) -> Self {
        let step = period.0.max(1);
        Self(self.0.div_euclid(step) * step)
    }
}

impl Span {
    /// Converts seconds.
    pub(crate) const fn seconds(seconds: i64) -> Self {
        Self(seconds.saturating_mul(1000))
    }
    /// Converts minutes.
    pub(crate) const fn minutes(minutes: i64) -> Self {
        Self::seconds(minutes.saturating_mul(60))
    }
    /// Returns this length shortened by a speed. A speed that is not positive changes nothing.
    pub(crate) fn paced(self, speed: f64) -> Self {
        if speed > 0.0 { Self(super::num::whole(super::num::float(self.0) / speed)) } else { self }
    }
    /// Returns whole seconds.
    pub(crate) fn whole_seconds(self) -> i64 {
        self.0 / 1000
    }
    /// Converts to a standard duration. Negative lengths become zero.
    pub(crate) fn duration(self) -> Duration {
        Duration::from_millis(u64::try_from(self.0).unwrap_or(0))
    }
    /// Reads text such as `-6m`, `1h30m`, `250ms`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let span: jiff::Span = text.parse().ok()?;
        let length = span.to_duration(SpanRelativeTo::days_are_24_hours()).ok()?;
        let millis = i64::try_from(length.as_millis()).ok()?;
        (millis.abs() < 400 * 366 * 86_400_000).then_some(Self(millis))
    }
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        Self::parse(&text).ok_or_else(|| {
            D::Error::custom(format!(
                "`{text}` is not a length of time; write for example \"90s\", \"2h30m\" or \"14d\""
            ))
        })
    }
}

impl Add<Span> for Time {
    type Output = Self;
    fn add(self, by: Span) -> Self {
        Self(self.0.saturating_add(by.0))
    }
}

impl Sub<Span> for Time {
    type Output = Self;
    fn sub(self, by: Span) -> Self {
        Self(self.0.saturating_sub(by.0))
    }
}

impl Sub for Time {
    type Output = Span;
    fn sub(self, other: Self) -> Span {
        Span(self.0.saturating_sub(other.0))
    }
}

impl Add for Span {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_read_as_people_write_them() {
        for (text, millis) in
            [("90s", 90_000), ("2h30m", 9_000_000), ("-6m", -360_000), ("14d", 1_209_600_000), ("40ms", 40)]
        {
            assert_eq!(Span::parse(text), Some(Span(millis)), "{text}");
        }
        for text in ["", "-", "h", "12", "5y", "99999999999999999999d", "é"] {
            assert_eq!(Span::parse(text), None, "{text}");
        }
    }

    #[test]
    fn instants_read_and_write() {
        let at = Time::parse("2026-11-23T03:05:00Z").unwrap();
        assert_eq!(at.iso(), "2026-11-23T03:05:00.000Z");
        assert_eq!(Time::from_seconds(at.seconds()), at);
        assert_eq!((at + Span::seconds(59)).floor(Span::minutes(1)), at);
        assert_eq!(Time::parse("1e400"), None);
    }
}
