//! Finds how often a feature group is written to, from the folders that its offline store makes of the hours of events.
//!
//! `…/year=2026/month=11/day=23/hour=02/`: <https://docs.aws.amazon.com/sagemaker/latest/dg/feature-store-offline.html>

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Serialize};

use super::objects::{Ask, Lister, PAGES};
use crate::aws::AwsError;

/// The number of newest days whose hours are read.
const DAYS: usize = 3;
/// The number of writes that is enough to speak of a rhythm.
const ENOUGH: usize = 3;
/// Seconds by which a write may always be late.
const GRACE: i64 = 4 * 3600;
const DAY: i64 = 24 * 3600;

/// The rhythm in which something is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rhythm {
    /// The longest usual pause in seconds; absent where there are too few writes to tell.
    pub pause: Option<i64>,
    /// The time at which that was read.
    pub at: Timestamp,
}

impl Rhythm {
    /// Returns the seconds after which the next write is overdue.
    #[must_use]
    pub fn overdue(&self) -> Option<i64> {
        self.pause.map(|pause| pause + (pause / 2).max(GRACE))
    }
}

/// Reads the days of this month and the one before, and the hours of the newest of them.
///
/// # Errors
/// Those of the lists.
pub(super) async fn rhythm(lister: &mut Lister<'_>, prefix: &str, at: Timestamp) -> Result<Rhythm, AwsError> {
    let stem = if prefix.is_empty() || prefix.ends_with('/') { prefix.to_owned() } else { format!("{prefix}/") };
    let now = TimeZone::UTC.to_datetime(at);
    let mut days = Vec::new();
    for month in [now.checked_sub(1.month()).unwrap_or(now), now] {
        let place = format!("{stem}year={}/month={:02}/", month.year(), month.month());
        days.extend(numbers(lister, &place, "day=").await?.into_iter().filter_map(|day| {
            let date = month.date().with().day(day).build().ok()?;
            Some((date.to_datetime(jiff::civil::Time::midnight()), format!("{place}day={day:02}/")))
        }));
    }
    let mut hours = Vec::new();
    for (day, place) in days.iter().rev().take(DAYS).rev() {
        let found = numbers(lister, place, "hour=").await?;
        hours.extend(found.into_iter().filter_map(|hour| day.with().hour(hour).build().ok()).map(second));
    }
    let days: Vec<i64> = days.into_iter().map(|(day, _)| second(day)).collect();
    Ok(Rhythm { pause: longest_pause(&days, &hours), at })
}

/// Returns the numbers after which the folders of a place are named, in order.
async fn numbers(lister: &mut Lister<'_>, place: &str, key: &str) -> Result<Vec<i8>, AwsError> {
    let inside = lister.list(Ask { prefix: place, folders: true, after: None }, None, PAGES).await?;
    let number = |folder: &String| folder.strip_prefix(place)?.strip_prefix(key)?.trim_end_matches('/').parse().ok();
    let mut found: Vec<i8> = inside.folders.iter().filter_map(number).collect();
    found.sort_unstable();
    Ok(found)
}

fn second(at: DateTime) -> i64 {
    TimeZone::UTC.to_timestamp(at).map_or(0, Timestamp::as_second)
}

/// Returns the longest usual pause between writes. Of the pauses between days nine of ten are usual, as a write may
/// have failed once. Of the pauses between hours of a few days all are, as most groups rest at night.
fn longest_pause(days: &[i64], hours: &[i64]) -> Option<i64> {
    if days.len().max(hours.len()) < ENOUGH {
        return None;
    }
    let pauses = |times: &[i64]| -> Vec<i64> { times.iter().zip(times.iter().skip(1)).map(|(a, b)| b - a).collect() };
    let mut between_days = pauses(days);
    between_days.sort_unstable();
    let usual = between_days.get((between_days.len() * 9 / 10).min(between_days.len().saturating_sub(1))).copied();
    let of_hours = pauses(hours).into_iter().max();
    match (usual.filter(|usual| *usual > DAY), of_hours) {
        (Some(usual), of_hours) => Some(usual.max(of_hours.unwrap_or(0).min(usual))),
        (None, Some(pause)) => Some(pause),
        (None, None) => usual,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3600;

    #[test]
    fn the_rhythm_is_that_of_hours_or_of_days() {
        let days = |gaps: &[i64]| {
            let mut at = 0;
            let mut all = vec![0];
            all.extend(gaps.iter().map(|gap| {
                at += gap * DAY;
                at
            }));
            all
        };
        let hourly: Vec<i64> = (0..48).map(|hour| hour * HOUR).collect();
        let by_day: Vec<i64> = (0..3).flat_map(|day| (8..20).map(move |hour| day * DAY + hour * HOUR)).collect();
        let nightly: Vec<i64> = (0..3).map(|day| day * DAY + 2 * HOUR).collect();
        for (what, days, hours, pause) in [
            ("every hour", days(&[1, 1]), hourly, Some(HOUR)),
            ("at daytime", days(&[1, 1]), by_day, Some(13 * HOUR)),
            ("every night", days(&[1; 9]), nightly.clone(), Some(DAY)),
            ("on weekdays", days(&[1, 1, 1, 1, 3, 1, 1, 1, 1, 3, 1, 1, 1, 1, 3]), nightly.clone(), Some(3 * DAY)),
            ("failed once", days(&[1, 1, 1, 1, 1, 5, 1, 1, 1, 1, 1, 1, 1]), nightly, Some(DAY)),
            ("every week", days(&[7, 7, 7]), vec![0, 7 * DAY, 14 * DAY], Some(7 * DAY)),
            ("once", days(&[]), vec![0], None),
            ("never", vec![], vec![], None),
        ] {
            assert_eq!(longest_pause(&days, &hours), pause, "{what}");
        }
    }

    #[test]
    fn a_write_is_overdue_when_half_a_pause_more_is_over() {
        let overdue = |pause| Rhythm { pause, at: Timestamp::UNIX_EPOCH }.overdue();
        assert_eq!((overdue(Some(HOUR)), overdue(Some(DAY)), overdue(None)), (Some(5 * HOUR), Some(36 * HOUR), None));
    }
}
