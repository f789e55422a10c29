//! The usual duration of something, computed from earlier durations.

/// The minimum number of durations that define a usual one.
const ENOUGH: usize = 3;
/// A delay in seconds that is never too long.
const GRACE: i64 = 5 * 60;

/// The usual duration, in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Usual {
    /// The median.
    pub median: i64,
    /// The limit above which a duration is far longer than usual.
    pub most: i64,
}

/// Returns the usual duration, in seconds. `None` if there are too few durations.
///
/// The limit is the median plus half of it, or plus five times the median deviation if the durations differ more, but
/// at least plus five minutes.
#[must_use]
pub fn usual(mut seconds: Vec<i64>) -> Option<Usual> {
    if seconds.len() < ENOUGH {
        return None;
    }
    let median = median(&mut seconds)?;
    let mut off: Vec<i64> = seconds.iter().map(|s| (s - median).abs()).collect();
    let spread = self::median(&mut off)?;
    Some(Usual { median, most: median + (5 * spread).max(median / 2).max(GRACE) })
}

fn median(values: &mut [i64]) -> Option<i64> {
    values.sort_unstable();
    values.get(values.len() / 2).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_usual_is_the_median_and_far_longer_is_beyond_the_spread() {
        let minutes =
            |times: &[i64]| usual(times.iter().map(|m| m * 60).collect()).map(|u| (u.median / 60, u.most / 60));
        for (times, expected) in [
            (&[][..], None),
            (&[30, 31], None),
            (&[30, 31, 32], Some((31, 46))),
            (&[1, 1, 2], Some((1, 6))),
            // A single run that took a day does not make a day usual.
            (&[30, 31, 32, 1440], Some((32, 48))),
            (&[20, 40, 60], Some((40, 140))),
        ] {
            assert_eq!(minutes(times), expected, "{times:?}");
        }
    }
}
