//! Change calendars of Systems Manager that a `[[freeze]]` of the configuration names: whether changes are allowed now.
//!
//! The facts about calendars are in `docs/aws.md#change-calendar`.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::aws::{Aws, AwsError, describe, failed};
use crate::health::Health;
use crate::resources::{AwsCommand, Cadence, Kind, Listing, Observed, Properties, Resource, Table, Turn};

/// One calendar.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ChangeCalendar {
    /// The name or the ARN by which the configuration names it: the id.
    pub name: String,
    /// `OPEN` or `CLOSED`, raw.
    pub state: String,
    /// The time at which the state will change.
    pub next: Option<Timestamp>,
    /// The time at which it was read.
    pub read: Timestamp,
    /// The reason why it could not be read.
    pub problem: Option<String>,
}

impl ChangeCalendar {
    /// Calls `GetCalendarState`. A calendar that alone cannot be read says why.
    ///
    /// # Errors
    /// An error that every call would have now.
    pub async fn of(aws: &Aws, name: &str, at: Timestamp) -> Result<Self, AwsError> {
        let row = Self { name: name.to_owned(), read: at, ..Self::default() };
        match aws.ssm.get_calendar_state().calendar_names(name).send().await.map_err(failed) {
            Ok(answer) => Ok(Self {
                state: answer.state.map(|state| state.as_str().to_owned()).unwrap_or_default(),
                next: answer.next_transition_time.and_then(|next| next.parse().ok()),
                ..row
            }),
            Err(why) if why.kind.is_shared() => Err(why),
            Err(why) => Ok(Self { problem: Some(why.to_string()), ..row }),
        }
    }
}

impl Resource for ChangeCalendar {
    const KIND: Kind = Kind::ChangeCalendars;
    const CADENCE: Cadence = Cadence::Rare;
    const OPTIONAL: bool = true;
    fn id(&self) -> &str {
        &self.name
    }
    fn status(&self) -> Option<&str> {
        Some(&self.state)
    }
    fn health(&self) -> Health {
        match (self.state.as_str(), &self.problem) {
            ("OPEN" | "CLOSED", None) => Health::Ok,
            _ => Health::Unknown,
        }
    }
    fn properties(&self, all: &mut Properties) {
        all.status("State", &*self.state)
            .time("NextTransitionTime", self.next)
            .warning("not read", self.problem.as_deref());
    }
    fn command(&self) -> Option<AwsCommand> {
        Some(AwsCommand::new("ssm", "get-calendar-state", "calendar-names", &self.name))
    }
    fn due(observed: &Observed, known: &Table<Self>) -> bool {
        known.rows().any(|row| row.next.is_some_and(|next| row.read < next && next <= observed.at))
    }
    async fn read(aws: &Aws, observed: &Observed, turn: Turn<'_, Self>) -> Result<Listing<Self>, AwsError> {
        let names = observed.preferences.calendars.clone();
        let read = async |name: String| Self::of(aws, &name, observed.at).await;
        let described = describe(names, read).await;
        match described.fault {
            Some(why) if described.found.is_empty() && turn.known.is_empty() => Err(why),
            Some(why) => Ok(Listing::part(described.found).fault(Some(why))),
            None => Ok(Listing::all(described.found)),
        }
    }
}
