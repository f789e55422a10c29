//! The states of the change calendars of Systems Manager that a `[[freeze]]` names. A state may be unknown.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::aws::Aws;
#[cfg(not(feature = "ssm"))]
use crate::aws::without;
use crate::resources::Store;

/// The states of calendars, by the names that the configuration gives them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Calendars(BTreeMap<String, CalendarState>);

/// The state of a calendar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CalendarState {
    /// Changes are allowed.
    Open,
    /// Changes are not allowed, up to this time where AWS tells it.
    Closed(Option<Timestamp>),
    /// It is not known; the text is the reason, as a phrase. Nobody may take that for [`Self::Open`].
    Unknown(String),
}

impl Calendars {
    /// Returns the state of a calendar.
    #[must_use]
    pub fn state(&self, name: &str) -> CalendarState {
        self.0.get(name).cloned().unwrap_or_else(|| CalendarState::Unknown(missing()))
    }
}

impl FromIterator<(String, CalendarState)> for Calendars {
    fn from_iter<I: IntoIterator<Item = (String, CalendarState)>>(states: I) -> Self {
        Self(states.into_iter().collect())
    }
}

#[cfg(feature = "ssm")]
mod read {
    use super::{Aws, CalendarState, Calendars, Store, Timestamp};
    use crate::fmt;
    use crate::resources::change_calendar::ChangeCalendar;
    use crate::resources::poll::oldest_allowed;
    use crate::resources::{Resource, Table};

    impl Calendars {
        /// Returns what the calendars said when they were last read.
        #[must_use]
        pub fn of(store: &Store, at: Timestamp) -> Self {
            let table: &Table<ChangeCalendar> = &store.change_calendars;
            table.rows().map(|row| (row.name.clone(), state(row, at))).collect()
        }

        /// Asks AWS what these calendars say now. A calendar that cannot be asked is unknown.
        pub(in super::super) async fn ask(aws: &Aws, names: Vec<String>, at: Timestamp) -> Self {
            let mut states = Self::default();
            for name in names {
                let state = match ChangeCalendar::of(aws, &name, at).await {
                    Ok(row) => state(&row, at),
                    Err(why) => CalendarState::Unknown(why.to_string()),
                };
                states.0.insert(name, state);
            }
            states
        }
    }

    /// Judges a calendar as it was read.
    pub(super) fn state(row: &ChangeCalendar, at: Timestamp) -> CalendarState {
        if let Some(problem) = &row.problem {
            return CalendarState::Unknown(problem.clone());
        }
        if at.duration_since(row.read).unsigned_abs() > oldest_allowed(ChangeCalendar::CADENCE) {
            return CalendarState::Unknown(format!("it was read {} ago", fmt::age(at, row.read)));
        }
        if let Some(turned) = row.next.filter(|next| *next <= at) {
            let turned = turned.strftime("%H:%M UTC");
            return CalendarState::Unknown(format!("it changed at {turned} and was not read since"));
        }
        match row.state.as_str() {
            "OPEN" => CalendarState::Open,
            "CLOSED" => CalendarState::Closed(row.next),
            other => CalendarState::Unknown(format!("its state is {other:?}")),
        }
    }

    /// Returns why a calendar has no state.
    pub(super) fn missing() -> String {
        "it was not read yet".to_owned()
    }
}

#[cfg(feature = "ssm")]
use read::missing;

#[cfg(not(feature = "ssm"))]
impl Calendars {
    /// Returns nothing: this build reads no calendars.
    #[must_use]
    pub fn of(_: &Store, _: Timestamp) -> Self {
        Self::default()
    }

    /// Returns nothing: this build reads no calendars.
    #[expect(clippy::unused_async, reason = "a build with the feature asks AWS")]
    pub(super) async fn ask(_: &Aws, _: Vec<String>, _: Timestamp) -> Self {
        Self::default()
    }
}

/// Returns why a calendar has no state.
#[cfg(not(feature = "ssm"))]
fn missing() -> String {
    without("ssm")
}

#[cfg(all(test, feature = "ssm"))]
mod tests {
    use super::read::state;
    use super::*;
    use crate::resources::change_calendar::ChangeCalendar;

    #[test]
    fn a_calendar_is_open_only_if_it_says_so_now() {
        let at = |minute: i64| Timestamp::from_second(minute * 60).unwrap();
        let row = |state: &str, read: i64, next: Option<i64>| ChangeCalendar {
            state: state.into(),
            read: at(read),
            next: next.map(at),
            ..ChangeCalendar::default()
        };
        let unknown = |why: &str| CalendarState::Unknown(why.to_owned());
        let cases = [
            (row("OPEN", 100, None), CalendarState::Open),
            (row("OPEN", 100, Some(101)), CalendarState::Open),
            (row("OPEN", 99, Some(100)), unknown("it changed at 01:40 UTC and was not read since")),
            (row("CLOSED", 99, Some(100)), unknown("it changed at 01:40 UTC and was not read since")),
            (row("CLOSED", 100, Some(160)), CalendarState::Closed(Some(at(160)))),
            (row("CLOSED", 100, None), CalendarState::Closed(None)),
            (row("OPEN", 70, None), CalendarState::Open),
            (row("OPEN", 69, None), unknown("it was read 31 min ago")),
            (row("CLOSED", 69, None), unknown("it was read 31 min ago")),
            (row("HALF_OPEN", 100, None), unknown("its state is \"HALF_OPEN\"")),
            (row("", 100, None), unknown("its state is \"\"")),
            (
                ChangeCalendar { problem: Some("GetCalendarState denied".into()), ..row("OPEN", 100, None) },
                unknown("GetCalendarState denied"),
            ),
        ];
        for (row, expected) in cases {
            assert_eq!(state(&row, at(100)), expected, "{row:?}");
        }
        assert_eq!(Calendars::default().state("x"), unknown("it was not read yet"));
    }
}
