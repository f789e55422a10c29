//! The `[[freeze]]` tables: times in which nothing is to be changed.

use std::fmt;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time, Weekday};
use jiff::tz::TimeZone;
use serde::Deserialize;

use super::error::{ConfigError, Source};
use super::spanned::Spanned;
use super::value::Name;

/// The most windows of a weekly freeze that are joined to one. So many follow each other only if the freeze has no end.
const MOST_JOINED: usize = 8;

/// A time in which nothing is to be changed.
#[derive(Debug, Clone, PartialEq)]
pub struct Freeze {
    /// The name that the team uses for it. It lifts the freeze where it is typed.
    pub name: String,
    /// The stages that it protects; empty for all. A change whose stage is not known belongs to each.
    pub stages: Vec<String>,
    /// The labels of the accounts that it protects; empty for all.
    pub accounts: Vec<String>,
    /// When it is in force.
    pub window: Window,
}

/// When a freeze is in force.
#[derive(Debug, Clone, PartialEq)]
pub enum Window {
    /// Once, from the first time up to the second.
    Once(Timestamp, Timestamp),
    /// Each week, on these days from the first time of day to the second. If that is not later, it is the time of the
    /// next day.
    Weekly(Vec<Weekday>, (Time, Time), TimeZone),
    /// While a change calendar of Systems Manager with this name or ARN is closed.
    Calendar(String),
}

impl Freeze {
    /// Returns the change calendar that decides whether it is in force.
    #[must_use]
    pub fn calendar(&self) -> Option<&str> {
        if let Window::Calendar(name) = &self.window { Some(name) } else { None }
    }

    /// Returns when the freeze ends, if it is in force at a time. A weekly freeze without a pause ends after a week, as
    /// far as this tells. Of a freeze with a calendar, only AWS knows it.
    #[must_use]
    pub fn until(&self, at: Timestamp) -> Option<Timestamp> {
        match &self.window {
            Window::Once(from, to) => (*from <= at && at < *to).then_some(*to),
            Window::Weekly(days, hours, zone) => joined_ends(at, days, *hours, zone).last(),
            Window::Calendar(_) => None,
        }
    }

    /// Returns whether it is in force at a time and has no end: a weekly one without a pause.
    #[must_use]
    pub fn is_endless(&self, at: Timestamp) -> bool {
        match &self.window {
            Window::Weekly(days, hours, zone) => joined_ends(at, days, *hours, zone).count() == MOST_JOINED,
            Window::Once(..) | Window::Calendar(_) => false,
        }
    }
}

/// Returns the ends of the windows that follow each other without a pause, from the one that is in force at a time.
fn joined_ends(
    at: Timestamp,
    days: &[Weekday],
    hours: (Time, Time),
    zone: &TimeZone,
) -> impl Iterator<Item = Timestamp> {
    let end = move |at: &Timestamp| weekly_end(*at, days, hours, zone);
    std::iter::successors(end(&at), end).take(MOST_JOINED)
}

/// Returns when the window ends that began on the day of a time or on the day before.
fn weekly_end(at: Timestamp, days: &[Weekday], (from, to): (Time, Time), zone: &TimeZone) -> Option<Timestamp> {
    let today = zone.to_datetime(at).date();
    let window = |day: Date| {
        let end = if to > from { day } else { day.tomorrow().ok()? };
        let (start, end) =
            (zone.to_timestamp(day.to_datetime(from)).ok()?, zone.to_timestamp(end.to_datetime(to)).ok()?);
        (days.contains(&day.weekday()) && start <= at && at < end).then_some(end)
    };
    today.yesterday().ok().and_then(window).max(window(today))
}

/// A day of the week, as it is written in the file.
#[derive(Debug, Clone, Copy, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
enum Day {
    Mon,
    Tue,
    Wed,
    Thu,
    Fri,
    Sat,
    Sun,
}

impl From<Day> for Weekday {
    fn from(day: Day) -> Self {
        match day {
            Day::Mon => Self::Monday,
            Day::Tue => Self::Tuesday,
            Day::Wed => Self::Wednesday,
            Day::Thu => Self::Thursday,
            Day::Fri => Self::Friday,
            Day::Sat => Self::Saturday,
            Day::Sun => Self::Sunday,
        }
    }
}

/// Two times of day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(with = "String"))]
#[serde(try_from = "String")]
struct Hours(Time, Time);

impl TryFrom<String> for Hours {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let time = |text: &str| if text == "24:00" { Some(Time::midnight()) } else { text.parse().ok() };
        let times = text.split_once('-').and_then(|(from, to)| Some(Self(time(from.trim())?, time(to.trim())?)));
        times.ok_or_else(|| format!("{text:?} are no hours; write \"18:00-08:00\""))
    }
}

/// A freeze as it is written in the file.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "WrittenFreeze"))]
#[serde(deny_unknown_fields)]
pub(super) struct Written {
    /// The name that the team uses for it. It lifts the freeze where it is typed.
    name: Spanned<Name>,
    /// When it begins, such as `2026-11-27T18:00`: a time of the zone, or one with an offset.
    from: Option<Spanned<String>>,
    /// When it ends, as `from`.
    to: Option<Spanned<String>>,
    /// The days of the week on which it is in force, in place of `from` and `to`.
    days: Option<Spanned<Vec<Day>>>,
    /// The time of these days, such as `18:00-08:00`, up to the next morning; left out: the whole day.
    hours: Option<Spanned<Hours>>,
    /// The time zone, such as `Europe/Berlin`; left out: UTC.
    zone: Option<Spanned<String>>,
    /// The name or ARN of a change calendar of Systems Manager, in place of times: in force while it is closed.
    calendar: Option<Spanned<Name>>,
    /// The stages that it protects; left out: all.
    #[serde(default)]
    stages: Vec<Name>,
    /// The labels of the accounts that it protects; left out: all.
    #[serde(default)]
    accounts: Vec<Spanned<String>>,
}

/// Checks all freezes: names differ, accounts exist, and each has one kind of time.
pub(super) fn checked(written: Vec<Written>, labels: &[&str], source: &Source) -> Result<Vec<Freeze>, ConfigError> {
    let mut freezes: Vec<Freeze> = Vec::new();
    for one in written {
        let span = one.name.span();
        if let Some(unknown) = one.accounts.iter().find(|label| !labels.contains(&label.get_ref().as_str())) {
            let message = format!("no [[account]] has the label {:?}", unknown.get_ref());
            let there = if labels.is_empty() { "no [[account]] has a label".into() } else { labels.join(", ") };
            return Err(ConfigError::at(source, unknown.span(), message).hint(format!("there are: {there}")));
        }
        let freeze = one.checked(source)?;
        if freezes.iter().any(|other| other.name == freeze.name) {
            let message = format!("another [[freeze]] has the name {:?}", freeze.name);
            return Err(ConfigError::at(source, span, message).hint("give each a name of its own"));
        }
        freezes.push(freeze);
    }
    Ok(freezes)
}

impl Written {
    fn checked(self, source: &Source) -> Result<Freeze, ConfigError> {
        let zone = self.zone(source)?;
        let whole = || ConfigError::at(source, self.name.span(), format!("{:?} has no time", self.name.get_ref().0));
        if let Some(calendar) = &self.calendar {
            let window = self.calendar_window(calendar, source)?;
            return Ok(self.of(window));
        }
        let window = match (&self.from, &self.to, &self.days) {
            (Some(from), Some(to), None) => {
                let (start, end) = (instant(from, &zone, source)?, instant(to, &zone, source)?);
                if end <= start {
                    return Err(ConfigError::at(source, to.span(), "the freeze ends before it begins"));
                }
                Window::Once(start, end)
            }
            (None, None, Some(days)) if !days.get_ref().is_empty() => {
                let Hours(from, to) = self.hours.as_ref().map(|hours| *hours.get_ref()).unwrap_or_default();
                let days = days.get_ref().iter().map(|day| Weekday::from(*day)).collect();
                Window::Weekly(days, (from, to), zone)
            }
            (_, _, Some(days)) => {
                let message = "days name at least one day, and do not go with from and to";
                return Err(ConfigError::at(source, days.span(), message).hint("write days = [\"sat\", \"sun\"]"));
            }
            (..) => return Err(whole().hint("write from and to, or days with or without hours, or calendar")),
        };
        if let (Window::Once(..), Some(hours)) = (&window, &self.hours) {
            return Err(ConfigError::at(source, hours.span(), "hours go with days and not with from and to"));
        }
        Ok(self.of(window))
    }

    fn of(self, window: Window) -> Freeze {
        Freeze {
            name: self.name.into_inner().0,
            stages: self.stages.into_iter().map(|stage| stage.0).collect(),
            accounts: self.accounts.into_iter().map(Spanned::into_inner).collect(),
            window,
        }
    }

    /// Checks that a calendar has a name of AWS, and no times beside it.
    fn calendar_window(&self, calendar: &Spanned<Name>, source: &Source) -> Result<Window, ConfigError> {
        let times =
            [self.from.is_some(), self.to.is_some(), self.days.is_some(), self.hours.is_some(), self.zone.is_some()];
        if times.contains(&true) {
            let message = "a calendar says itself when it is closed";
            let hint = "leave out from, to, days, hours and zone, or write a [[freeze]] for each";
            return Err(ConfigError::at(source, calendar.span(), message).hint(hint));
        }
        let name = &calendar.get_ref().0;
        if !name.chars().all(|c| c.is_ascii_alphanumeric() || "_-.:/".contains(c)) {
            let message = format!("{name:?} is not the name or the ARN of a change calendar");
            return Err(ConfigError::at(source, calendar.span(), message));
        }
        Ok(Window::Calendar(name.clone()))
    }

    fn zone(&self, source: &Source) -> Result<TimeZone, ConfigError> {
        let Some(name) = &self.zone else { return Ok(TimeZone::UTC) };
        TimeZone::get(name.get_ref()).map_err(|_| {
            let message = format!("{:?} is not a time zone", name.get_ref());
            ConfigError::at(source, name.span(), message).hint("write a name such as \"Europe/Berlin\" or \"UTC\"")
        })
    }
}

/// Reads a time of the zone, or one with an offset of its own.
fn instant(written: &Spanned<String>, zone: &TimeZone, source: &Source) -> Result<Timestamp, ConfigError> {
    let text = written.get_ref();
    let civil = || text.parse::<DateTime>().ok().and_then(|at| zone.to_timestamp(at).ok());
    text.parse::<Timestamp>().ok().or_else(civil).ok_or_else(|| {
        ConfigError::at(source, written.span(), format!("{text:?} is not a time")).hint("write \"2026-11-27T18:00\"")
    })
}

impl fmt::Display for Window {
    /// Writes the keys of the file, one a line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Once(from, to) => write!(f, "from = \"{from}\"\nto = \"{to}\"\n"),
            Self::Weekly(days, (from, to), zone) => {
                let days: Vec<String> = days.iter().map(|day| format!("\"{}\"", word(*day))).collect();
                writeln!(f, "days = [{}]", days.join(", "))?;
                writeln!(f, "hours = \"{}-{}\"", from.strftime("%H:%M"), to.strftime("%H:%M"))?;
                writeln!(f, "zone = \"{}\"", zone.iana_name().unwrap_or("UTC"))
            }
            Self::Calendar(name) => writeln!(f, "calendar = \"{name}\""),
        }
    }
}

fn word(day: Weekday) -> &'static str {
    match day {
        Weekday::Monday => "mon",
        Weekday::Tuesday => "tue",
        Weekday::Wednesday => "wed",
        Weekday::Thursday => "thu",
        Weekday::Friday => "fri",
        Weekday::Saturday => "sat",
        Weekday::Sunday => "sun",
    }
}

#[cfg(test)]
mod tests {
    use super::super::Config;
    use super::*;

    fn freeze(text: &str) -> Freeze {
        let text = format!("[[freeze]]\nname = \"f\"\n{text}");
        Config::parse(&Source { file: "sagetop.toml".into(), text }).unwrap().freezes.remove(0)
    }

    #[test]
    fn a_freeze_is_in_force_from_its_begin_up_to_its_end() {
        let black_friday = "from = \"2026-11-27T00:00\"\nto = \"2026-11-30T08:00\"\nzone = \"Europe/Berlin\"";
        let nights = "days = [\"fri\", \"sat\"]\nhours = \"18:00-08:00\"\nzone = \"Europe/Berlin\"";
        let days = "days = [\"sat\", \"sun\"]";
        let office = "days = [\"mon\"]\nhours = \"09:00-17:30\"\nzone = \"America/New_York\"";
        for (text, at, until) in [
            (black_friday, "2026-11-26T22:59:59Z", None),
            (black_friday, "2026-11-26T23:00:00Z", Some("2026-11-30T07:00:00Z")),
            (black_friday, "2026-11-30T07:00:00Z", None),
            (nights, "2026-11-27T16:59:59Z", None),
            (nights, "2026-11-27T17:00:00Z", Some("2026-11-28T07:00:00Z")),
            (nights, "2026-11-28T06:59:00Z", Some("2026-11-28T07:00:00Z")),
            (nights, "2026-11-29T06:59:00Z", Some("2026-11-29T07:00:00Z")),
            (nights, "2026-11-29T17:00:00Z", None),
            // The clocks of Berlin went back in this night.
            (nights, "2026-10-24T17:00:00Z", Some("2026-10-25T07:00:00Z")),
            (days, "2026-11-28T00:00:00Z", Some("2026-11-30T00:00:00Z")),
            (days, "2026-11-27T23:59:59Z", None),
            (office, "2026-11-30T14:00:00Z", Some("2026-11-30T22:30:00Z")),
        ] {
            let until: Option<Timestamp> = until.map(|until| until.parse().unwrap());
            assert_eq!(freeze(text).until(at.parse().unwrap()), until, "{text} {at}");
        }
        let always = freeze("days = [\"mon\", \"tue\", \"wed\", \"thu\", \"fri\", \"sat\", \"sun\"]");
        assert!(always.until("2026-11-28T12:00:00Z".parse().unwrap()).is_some());
    }

    #[test]
    fn a_weekly_freeze_without_a_pause_has_no_end() {
        let all = "days = [\"mon\", \"tue\", \"wed\", \"thu\", \"fri\", \"sat\", \"sun\"]";
        let but_one = "days = [\"mon\", \"tue\", \"wed\", \"thu\", \"fri\", \"sat\"]";
        for (text, endless) in [
            (all.to_owned(), true),
            (format!("{all}\nzone = \"Europe/Berlin\""), true),
            (format!("{all}\nhours = \"08:00-08:00\""), true),
            (format!("{all}\nhours = \"18:00-17:00\""), false),
            (but_one.to_owned(), false),
            ("from = \"2026-01-01T00:00\"\nto = \"2099-01-01T00:00\"".to_owned(), false),
            ("calendar = \"changes\"".to_owned(), false),
        ] {
            // The clocks of Berlin went back in the night before the second one.
            for at in ["2026-11-23T00:00:00Z", "2026-10-25T12:00:00Z"] {
                assert_eq!(freeze(&text).is_endless(at.parse().unwrap()), endless, "{text} {at}");
            }
        }
    }
}
