//! Formats ages, sizes, money and names as text. All functions are pure.

mod moment;

use std::time::Duration;

use jiff::{Timestamp, tz::TimeZone};

pub use moment::moment;

/// The time since `at`: `45 s`, `12 min`, `3 h`, `2 d`. A time in the future gives `0 s`.
#[must_use]
pub fn age(now: Timestamp, at: Timestamp) -> String {
    let seconds = now.as_second() - at.as_second();
    span(Duration::from_secs(seconds.try_into().unwrap_or(0)))
}

/// A duration in one unit: seconds below 90, then minutes below 90, hours below 48, and days.
#[must_use]
pub fn span(time: Duration) -> String {
    let seconds = time.as_secs();
    match seconds {
        0..=89 => format!("{seconds} s"),
        90..=5_399 => format!("{} min", (seconds + 30) / 60),
        5_400..=172_799 => format!("{} h", (seconds + 1_800) / 3_600),
        _ => format!("{} d", (seconds + 43_200) / 86_400),
    }
}

/// The local time of day, with the date before it unless that is today: `03:12`, `11-21 03:12`.
#[must_use]
pub fn clock(now: Timestamp, at: Timestamp, zone: &TimeZone) -> String {
    let (today, then) = (zone.to_datetime(now), zone.to_datetime(at));
    let time = format!("{:02}:{:02}", then.hour(), then.minute());
    if today.date() == then.date() { time } else { format!("{:02}-{:02} {time}", then.month(), then.day()) }
}

/// The local time in few cells: `03:12` today, `23 Nov` on another day of this year, otherwise `2025`.
#[must_use]
pub fn stamp(now: Timestamp, at: Timestamp, zone: &TimeZone) -> String {
    let (today, then) = (zone.to_datetime(now), zone.to_datetime(at));
    if today.date() == then.date() {
        clock(now, at, zone)
    } else if today.year() == then.year() {
        day(at, zone)
    } else {
        then.year().to_string()
    }
}

/// The local date and time to the second: `23 Nov 03:12:40`.
#[must_use]
pub fn second(at: Timestamp, zone: &TimeZone) -> String {
    format!("{} {}", day(at, zone), time(at, zone))
}

/// The local date: `23 Nov`.
#[must_use]
pub fn day(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned_datetime(zone.clone()).strftime("%-d %b").to_string()
}

/// The local time of day to the second: `03:12:40`.
#[must_use]
pub fn time(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned_datetime(zone.clone()).strftime("%H:%M:%S").to_string()
}

/// The date and time in UTC for the name of a file: `20261123T031240Z`.
#[must_use]
pub fn compact(at: Timestamp) -> String {
    at.strftime("%Y%m%dT%H%M%SZ").to_string()
}

/// Bytes with a binary unit and at most three digits: `512 B`, `1.5 MiB`.
#[must_use]
pub fn bytes(count: u64) -> String {
    let units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
    #[expect(clippy::cast_precision_loss, reason = "three digits are shown")]
    let mut value = count as f64;
    let mut unit = 0;
    while value >= 1000.0 && unit + 1 < units.len() {
        value /= 1024.0;
        unit += 1;
    }
    format!("{} {}", number(value), units.get(unit).unwrap_or(&"B"))
}

/// At most three significant digits, without trailing zeros.
#[must_use]
pub fn number(value: f64) -> String {
    let magnitude = value.abs();
    let text = match magnitude {
        m if m >= 100.0 || m == 0.0 => format!("{value:.0}"),
        m if m >= 10.0 => format!("{value:.1}"),
        m if m >= 1.0 => format!("{value:.2}"),
        m if m >= 0.1 => format!("{value:.3}"),
        m if m >= 0.01 => format!("{value:.4}"),
        m if m >= 0.001 => format!("{value:.5}"),
        _ => format!("{value:.1e}"),
    };
    if text.contains('.') && !text.contains('e') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    }
}

/// A share as a percentage: `0.041` → `4.1 %`.
#[must_use]
pub fn percent(share: f64) -> String {
    format!("{} %", number(share * 100.0))
}

/// US dollars: `$0.41`, `$12`.
#[must_use]
pub fn dollars(amount: f64) -> String {
    match amount {
        a if a >= 10.0 => format!("${a:.0}"),
        // An amount below a cent must not read as zero.
        a if a > 0.0 && a < 0.005 => format!("${a:.4}"),
        // An empty sum is -0.0; adding zero removes the sign.
        a => format!("${:.2}", a + 0.0),
    }
}

/// Microseconds in milliseconds, or in seconds from one second on: `0.85 ms`, `41 ms`, `1.2 s`.
#[must_use]
pub fn micros(value: f64) -> String {
    match value {
        v if v < 1_000_000.0 => format!("{} ms", number(v / 1_000.0)),
        v => format!("{} s", number(v / 1_000_000.0)),
    }
}

/// An account number in groups of four, as AWS shows it.
#[must_use]
pub fn account(id: &str) -> String {
    let digits: Vec<char> = id.chars().collect();
    if digits.len() != 12 {
        return id.to_owned();
    }
    digits.chunks(4).map(|c| c.iter().collect::<String>()).collect::<Vec<_>>().join("-")
}

/// A count with its noun: `1 alarm`, `3 alarms`.
#[must_use]
pub fn count(n: usize, one: &str) -> String {
    if n == 1 { format!("1 {one}") } else { format!("{n} {one}s") }
}

/// A word for the command line of a shell, in single quotes if it has any character that a shell may take apart.
#[must_use]
pub fn shell_word(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '/' | '-' | ':' | '@' | '=' | '+');
    let is_plain = !word.is_empty() && word.chars().all(plain);
    if is_plain { word.to_owned() } else { format!("'{}'", word.replace('\'', r"'\''")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shell_cannot_take_a_word_apart() {
        for (word, quoted) in [
            ("P1-recommendation-ctr", "P1-recommendation-ctr"),
            ("p99 latency; prod", "'p99 latency; prod'"),
            ("x$(id)", "'x$(id)'"),
            ("it's", r"'it'\''s'"),
            ("", "''"),
        ] {
            assert_eq!(shell_word(word), quoted);
        }
    }

    #[test]
    fn ages_are_compact() {
        let now = Timestamp::from_second(1_000_000).unwrap();
        let ago = |s: i64| age(now, Timestamp::from_second(1_000_000 - s).unwrap());
        let cases = [
            (0, "0 s"),
            (89, "89 s"),
            (90, "2 min"),
            (3_600, "60 min"),
            (5_400, "2 h"),
            (111_600, "31 h"),
            (200_000, "2 d"),
            (-5, "0 s"),
        ];
        for (seconds, text) in cases {
            assert_eq!(ago(seconds), text, "{seconds}");
        }
    }

    #[test]
    fn numbers_have_three_digits() {
        let cases = [
            (0.0, "0"),
            (0.041, "0.041"),
            (0.030_24, "0.0302"),
            (0.004_444, "0.00444"),
            (1234.5, "1234"),
            (12.34, "12.3"),
            (1.0, "1"),
            (0.000_05, "5.0e-5"),
            (100.0, "100"),
        ];
        for (value, text) in cases {
            assert_eq!(number(value), text);
        }
        assert_eq!(percent(0.041), "4.1 %");
        assert_eq!(bytes(1_572_864), "1.5 MiB");
        assert_eq!(micros(850.0), "0.85 ms");
        assert_eq!(micros(41_000.0), "41 ms");
        assert_eq!(micros(1_200_000.0), "1.2 s");
        assert_eq!(account("123456789012"), "1234-5678-9012");
    }

    #[test]
    fn times_of_another_day_carry_the_date() {
        let now = "2026-11-23T03:20:00Z".parse().unwrap();
        let clock = |at: &str| clock(now, at.parse().unwrap(), &TimeZone::UTC);
        let stamp = |at: &str| stamp(now, at.parse().unwrap(), &TimeZone::UTC);
        assert_eq!(stamp("2026-11-23T03:12:00Z"), "03:12");
        assert_eq!(stamp("2026-11-21T03:12:00Z"), "21 Nov");
        assert_eq!(stamp("2025-11-23T03:12:00Z"), "2025");
        assert_eq!(clock("2026-11-23T03:12:00Z"), "03:12");
        assert_eq!(clock("2026-11-21T03:12:00Z"), "11-21 03:12");
    }
}
