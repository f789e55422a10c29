//! The filter of the log of events by kind and by age.

use jiff::{SignedDuration, Timestamp};

use super::event_log::LogEntry;
use super::subject::Item;
use crate::resources::Kind;

/// A kind of events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventKind {
    /// Data locations and feature groups.
    Data,
    /// Pipelines, their executions and jobs.
    Runs,
    /// Versions, and decisions on them.
    Versions,
    /// Endpoints and their configurations.
    Endpoints,
    /// Alarms and topics.
    Alarms,
    /// Rules, schedules, state machines, deployment pipelines, scalable targets and mute rules.
    Automation,
    /// Changes of the health of models.
    Health,
    /// Plans that were sent from here, and all other events that name no thing.
    Here,
}

impl EventKind {
    /// All kinds, in the order of the key.
    pub const ALL: [Self; 8] = [
        Self::Endpoints,
        Self::Versions,
        Self::Runs,
        Self::Alarms,
        Self::Automation,
        Self::Data,
        Self::Health,
        Self::Here,
    ];

    /// Returns the kind in a word or two.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Data => "data",
            Self::Runs => "runs and jobs",
            Self::Versions => "versions",
            Self::Endpoints => "endpoints",
            Self::Alarms => "alarms",
            Self::Automation => "automation",
            Self::Health => "health of models",
            Self::Here => "sent from here",
        }
    }

    /// Returns the kind of an entry.
    #[must_use]
    pub fn of(entry: &LogEntry) -> Self {
        match entry.subject.as_ref().map(|subject| &subject.item) {
            Some(Item::Resource(kind, _)) => Self::of_thing(*kind),
            Some(Item::Model(_)) => Self::Health,
            _ => Self::Here,
        }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "all other kinds are attached to these")]
    fn of_thing(kind: Kind) -> Self {
        match kind {
            Kind::Datasets | Kind::FeatureGroups => Self::Data,
            Kind::Pipelines | Kind::Executions | Kind::Steps | Kind::Jobs => Self::Runs,
            Kind::Groups | Kind::Packages | Kind::Reports => Self::Versions,
            Kind::Endpoints | Kind::Configs | Kind::Models | Kind::Metrics => Self::Endpoints,
            Kind::Alarms | Kind::AlarmHistory | Kind::Topics | Kind::Subscriptions => Self::Alarms,
            _ => Self::Automation,
        }
    }
}

/// The filter: events of all kinds, or of one, of any age, or of the last time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct EventFilter {
    /// The only kind that is listed.
    pub kind: Option<EventKind>,
    /// The age of the oldest event that is listed, in minutes.
    pub minutes: Option<i64>,
}

/// The ages that the key leads through, in minutes.
const AGES: [(i64, &str); 4] = [(15, "last 15 min"), (60, "last hour"), (6 * 60, "last 6 h"), (24 * 60, "last 24 h")];

impl EventFilter {
    /// Does the filter keep an entry?
    #[must_use]
    pub fn keeps(&self, entry: &LogEntry, now: Timestamp) -> bool {
        let is_old = |minutes: i64| now.duration_since(entry.at) > SignedDuration::from_mins(minutes);
        self.kind.is_none_or(|kind| EventKind::of(entry) == kind) && !self.minutes.is_some_and(is_old)
    }
    /// Returns whether it keeps everything.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
    /// Returns the next age. After the longest come all ages.
    #[must_use]
    pub fn next_age(self) -> Option<i64> {
        let ages = AGES.iter().map(|(minutes, _)| *minutes);
        let longer = |minutes: &i64| self.minutes.is_none_or(|now| *minutes > now);
        ages.into_iter().find(longer)
    }
    /// Describes it: `alarms, last hour`.
    #[must_use]
    pub fn words(&self) -> String {
        let age = AGES.iter().find(|(minutes, _)| self.minutes == Some(*minutes)).map(|(_, words)| *words);
        let parts: Vec<&str> = self.kind.map(EventKind::name).into_iter().chain(age).collect();
        parts.join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::Subject;
    use crate::model::Health;
    use crate::resources::{AccountId, Event};

    fn entry(subject: Option<Item>, minutes: i64) -> LogEntry {
        let subject = subject.map(|item| Subject { account: AccountId::FIRST, item });
        let event = Event { at: None, health: Health::Ok, text: String::new(), by: String::new() };
        let at = Timestamp::from_second(100_000 - minutes * 60).unwrap();
        LogEntry { serial: 1, at, event, account: AccountId::FIRST, subject }
    }

    #[test]
    fn an_event_is_of_the_kind_of_its_thing() {
        let thing = |kind| Some(Item::Resource(kind, "x".into()));
        let cases = [
            (thing(Kind::Endpoints), EventKind::Endpoints),
            (thing(Kind::Packages), EventKind::Versions),
            (thing(Kind::Executions), EventKind::Runs),
            (thing(Kind::Alarms), EventKind::Alarms),
            (thing(Kind::EventRules), EventKind::Automation),
            (thing(Kind::MuteRules), EventKind::Automation),
            (thing(Kind::Datasets), EventKind::Data),
            (Some(Item::Model("x".into())), EventKind::Health),
            (None, EventKind::Here),
        ];
        for (item, kind) in cases {
            assert_eq!(EventKind::of(&entry(item.clone(), 0)), kind, "{item:?}");
        }
    }

    #[test]
    fn a_filter_keeps_a_kind_and_an_age() {
        let now = Timestamp::from_second(100_000).unwrap();
        let alarm = |minutes| entry(Some(Item::Resource(Kind::Alarms, "a".into())), minutes);
        let mut filter = EventFilter::default();
        assert!(filter.is_empty() && filter.keeps(&alarm(9_000), now) && filter.words().is_empty());
        let mut ages = Vec::new();
        while let Some(minutes) = filter.next_age() {
            filter.minutes = Some(minutes);
            ages.push((minutes, filter.keeps(&alarm(90), now)));
        }
        assert_eq!(ages, [(15, false), (60, false), (360, true), (1440, true)]);
        filter = EventFilter { kind: Some(EventKind::Alarms), minutes: Some(60) };
        assert_eq!(filter.words(), "alarms, last hour");
        assert!(filter.keeps(&alarm(59), now) && !filter.keeps(&entry(None, 1), now));
    }
}
