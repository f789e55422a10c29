//! The time that charts show, and the earlier time beside it.

use jiff::Timestamp;

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// Seconds for which a minute is incomplete after its end: `docs/aws.md#incomplete-period`.
const INCOMPLETE: i64 = 60;

/// The time that charts show. It ends with the last complete period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Window {
    /// The last hour.
    Hour,
    /// The last 3 hours.
    #[default]
    ThreeHours,
    /// The last 12 hours.
    TwelveHours,
    /// The last day.
    Day,
    /// The last 7 days.
    Week,
}

impl Window {
    /// All windows, the shortest first.
    pub const ALL: [Self; 5] = [Self::Hour, Self::ThreeHours, Self::TwelveHours, Self::Day, Self::Week];

    /// Returns its length in seconds.
    #[must_use]
    pub fn seconds(self) -> i64 {
        match self {
            Self::Hour => HOUR,
            Self::ThreeHours => 3 * HOUR,
            Self::TwelveHours => 12 * HOUR,
            Self::Day => DAY,
            Self::Week => 7 * DAY,
        }
    }

    /// Returns the seconds that one point covers. `CloudWatch` has minutes for 15 days, so every period exists also a
    /// week earlier:
    /// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html>
    #[must_use]
    pub fn period(self) -> i64 {
        match self {
            Self::Hour | Self::ThreeHours => MINUTE,
            Self::TwelveHours | Self::Day => 5 * MINUTE,
            Self::Week => HOUR,
        }
    }

    /// Returns the number of points of a series.
    #[must_use]
    pub fn points(self) -> usize {
        usize::try_from(self.seconds() / self.period()).unwrap_or(0)
    }

    /// Returns its name: `3 h`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Hour => "1 h",
            Self::ThreeHours => "3 h",
            Self::TwelveHours => "12 h",
            Self::Day => "1 d",
            Self::Week => "7 d",
        }
    }

    /// Returns the length of a step in words: `1 min`.
    #[must_use]
    pub fn step(self) -> &'static str {
        match self {
            Self::Hour | Self::ThreeHours => "1 min",
            Self::TwelveHours | Self::Day => "5 min",
            Self::Week => "1 h",
        }
    }

    /// Returns the window that is this many places longer or shorter. `None` if there is none.
    #[must_use]
    pub fn turned(self, by: isize) -> Option<Self> {
        let place = Self::ALL.iter().position(|window| *window == self)?.checked_add_signed(by)?;
        Self::ALL.get(place).copied()
    }

    /// Returns the end of the last complete period, in seconds since 1970.
    #[must_use]
    pub fn end(self, now: Timestamp) -> i64 {
        (now.as_second() - INCOMPLETE).div_euclid(self.period()) * self.period()
    }
}

/// The earlier time that is shown beside the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Comparison {
    /// None.
    #[default]
    None,
    /// The same time a day earlier.
    Yesterday,
    /// The same time a week earlier.
    LastWeek,
}

impl Comparison {
    /// Returns how many seconds earlier it is. `None` if nothing is compared.
    #[must_use]
    pub fn back(self) -> Option<i64> {
        match self {
            Self::None => None,
            Self::Yesterday => Some(DAY),
            Self::LastWeek => Some(7 * DAY),
        }
    }

    /// Returns its name: `yesterday`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Yesterday => "yesterday",
            Self::LastWeek => "last week",
        }
    }

    /// Returns the next one.
    #[must_use]
    pub fn next(self) -> Self {
        match self {
            Self::None => Self::Yesterday,
            Self::Yesterday => Self::LastWeek,
            Self::LastWeek => Self::None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_window_has_the_points_of_a_screen_and_minutes_only_where_they_are_kept() {
        for (window, points) in Window::ALL.into_iter().zip([60, 180, 144, 288, 168]) {
            assert_eq!(window.points(), points, "{}", window.name());
            let oldest = window.seconds() + 7 * DAY;
            assert!(window.period() > MINUTE || oldest < 15 * DAY, "{}", window.name());
        }
        assert_eq!((Window::Hour.turned(-1), Window::Week.turned(1)), (None, None));
        assert_eq!(Window::Day.turned(1), Some(Window::Week));
    }

    #[test]
    fn a_window_ends_with_a_complete_period() {
        let now = Timestamp::from_second(10 * DAY + 7 * MINUTE + 59).unwrap();
        let ends = Window::ALL.map(|window| window.end(now) - 10 * DAY);
        assert_eq!(ends, [6 * MINUTE, 6 * MINUTE, 5 * MINUTE, 5 * MINUTE, 0]);
    }
}
