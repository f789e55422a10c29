//! The log of events, newest first: events of AWS, changes of health, and plans that were sent from here.
//!
//! Later entries never replace earlier ones, and the snapshot keeps them across a restart: after an alarm has gone back
//! to OK, the log still shows that it fired.

use std::collections::VecDeque;

use jiff::{SignedDuration, Timestamp};

use super::subject::Subject;
use crate::model::{Chain, Health};
use crate::resources::{AccountId, Change, Event, KeptEvent, Kind};

/// Two entries with the same text that are no further apart than this are the same event.
const SAME: SignedDuration = SignedDuration::from_secs(2);
/// The maximum number of entries.
const KEPT: usize = 2_000;

/// One entry of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogEntry {
    /// The number of the entry, counted from 1.
    pub serial: u64,
    /// The time at which it happened or, if that is unknown, at which it was seen.
    pub at: Timestamp,
    /// The event.
    pub event: Event,
    /// The account.
    pub account: AccountId,
    /// The subject.
    pub subject: Option<Subject>,
}

/// The log, newest first.
#[derive(Debug, Clone, Default)]
pub struct EventLog {
    entries: VecDeque<LogEntry>,
    /// The number of entries so far.
    count: u64,
}

impl EventLog {
    /// Returns the entries, newest first.
    pub fn iter(&self) -> impl Iterator<Item = &LogEntry> {
        self.entries.iter()
    }
    /// Returns the entry with this number.
    #[must_use]
    pub fn get(&self, serial: u64) -> Option<&LogEntry> {
        self.entries.iter().find(|entry| entry.serial == serial)
    }
    /// Adds an event of the present time.
    pub(crate) fn push(
        &mut self,
        at: Timestamp,
        account: AccountId,
        health: Health,
        text: String,
        subject: Option<Subject>,
    ) {
        self.add(at, account, Event { at: None, health, text, by: String::new() }, subject);
    }
    /// Inserts an entry by its time, unless it is there already: polls and earlier runs may report the same event.
    fn add(&mut self, observed: Timestamp, account: AccountId, event: Event, subject: Option<Subject>) {
        let at = event.at.unwrap_or(observed);
        // Events of the same time are in the order of their kinds and texts, whichever was read first.
        let kind = |subject: Option<&Subject>| subject.and_then(|s| s.item.resource()).map(|(kind, _)| kind.name());
        let rank = (at, kind(subject.as_ref()), event.text.as_str());
        let place = self
            .entries
            .partition_point(|entry| (entry.at, kind(entry.subject.as_ref()), entry.event.text.as_str()) > rank);
        let near = |entry: &&LogEntry| entry.at.duration_since(at).abs() <= SAME;
        let before = self.entries.iter().take(place).rev().take_while(near);
        let mut near = self.entries.iter().skip(place).take_while(near).chain(before);
        if near.any(|entry| (entry.account, &entry.subject, &entry.event.text) == (account, &subject, &event.text)) {
            return;
        }
        self.count += 1;
        self.entries.insert(place, LogEntry { serial: self.count, at, event, account, subject });
        self.entries.truncate(KEPT);
    }
    /// Removes the entries of an account.
    pub(crate) fn forget(&mut self, account: AccountId) {
        self.entries.retain(|entry| entry.account != account);
    }
    /// Adds the events of changed rows.
    pub(crate) fn add_changes(&mut self, account: AccountId, changes: Vec<Change>) {
        for Change { at, events, about: (kind, id), .. } in changes {
            for event in events {
                self.add(at, account, event, Some(Subject::resource(account, kind, &id)));
            }
        }
    }
    /// Adds a change of a model's health.
    pub(crate) fn add_health(&mut self, at: Timestamp, account: AccountId, chain: &Chain, before: Health) {
        let (_, was) = before.sign();
        let (_, is) = chain.health.sign();
        let why = chain.worst().map(|r| format!(": {}", r.text)).unwrap_or_default();
        let text = format!("{}: {was} → {is}{why}", chain.name);
        self.push(at, account, chain.health, text, Some(Subject::model(account, chain.name)));
    }
    /// Returns the number of entries so far.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.count
    }
    /// Returns the entries after the first `count`.
    pub fn since(&self, count: u64) -> impl Iterator<Item = (AccountId, KeptEvent)> {
        let mut new: Vec<&LogEntry> = self.entries.iter().filter(|entry| entry.serial > count).collect();
        new.sort_by_key(|entry| entry.serial);
        new.into_iter().map(|entry| (entry.account, entry.kept()))
    }
    /// Returns the entries of one account, oldest first.
    #[must_use]
    pub fn keep(&self, account: AccountId) -> Vec<KeptEvent> {
        self.entries.iter().rev().filter(|entry| entry.account == account).map(LogEntry::kept).collect()
    }
    /// Adds entries of an earlier run.
    pub(crate) fn restore(&mut self, account: AccountId, kept: impl IntoIterator<Item = KeptEvent>) {
        for KeptEvent { at, event, about } in kept {
            let subject = about.and_then(|(kind, id)| match kind {
                // A kind may be unknown to this build.
                Some(kind) => Some(Subject::resource(account, Kind::named(&kind)?, &id)),
                None => Some(Subject::model(account, &id)),
            });
            self.add(at, account, event, subject);
        }
    }
}

impl LogEntry {
    fn kept(&self) -> KeptEvent {
        let about = self.subject.as_ref().and_then(|Subject { item, .. }| {
            let kind = item.resource().map(|(kind, _)| kind.name().to_owned());
            (kind.is_some() || item.model().is_some()).then(|| (kind, item.id().to_owned()))
        });
        KeptEvent { at: self.at, event: self.event.clone(), about }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resources::What;

    #[test]
    fn events_of_the_same_time_are_in_the_same_order_whichever_was_read_first() {
        let event = |kind: Kind, text: &str| {
            let event =
                Event { at: Some(Timestamp::UNIX_EPOCH), health: Health::Ok, text: text.into(), by: String::new() };
            (event, Some(Subject::resource(AccountId::default(), kind, "x")))
        };
        let all = [
            event(Kind::Packages, "v8 registered"),
            event(Kind::Executions, "run r Succeeded"),
            event(Kind::Executions, "run q Succeeded"),
        ];
        for order in [[0, 1, 2], [2, 1, 0], [1, 0, 2]] {
            let mut log = EventLog::default();
            for (event, subject) in order.map(|at: usize| all[at].clone()) {
                log.add(Timestamp::UNIX_EPOCH, AccountId::default(), event, subject);
            }
            let texts: Vec<&str> = log.iter().map(|entry| entry.event.text.as_str()).collect();
            assert_eq!(texts, ["run r Succeeded", "run q Succeeded", "v8 registered"], "{order:?}");
        }
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn change(observed: i64, happened: Option<i64>, text: &str) -> Change {
        let event = Event { at: happened.map(at), health: Health::Critical, text: text.into(), by: String::new() };
        let about = (Kind::Alarms, "a".to_owned());
        Change { kind: Kind::Alarms, id: "a".into(), what: What::Changed, at: at(observed), events: vec![event], about }
    }

    fn texts(log: &EventLog) -> Vec<&str> {
        log.iter().map(|entry| entry.event.text.as_str()).collect()
    }

    #[test]
    fn what_happened_stays_and_stands_where_it_happened() {
        let mut log = EventLog::default();
        log.add_changes(AccountId::FIRST, vec![change(10, Some(5), "a ALARM")]);
        log.add_changes(AccountId::FIRST, vec![change(20, Some(18), "a OK")]);
        log.add_changes(AccountId::FIRST, vec![change(30, Some(12), "seen late"), change(30, None, "seen now")]);
        assert_eq!(texts(&log), ["seen now", "a OK", "seen late", "a ALARM"]);
        log.add_changes(AccountId::FIRST, vec![change(40, Some(5), "a ALARM")]);
        let other = AccountId::all().nth(1).unwrap();
        log.add_changes(other, vec![change(40, Some(5), "a ALARM")]);
        assert_eq!(texts(&log).len(), 5, "told twice it is there once, and once more for another account");
        log.forget(other);
        assert_eq!(texts(&log).len(), 4);
    }

    #[test]
    fn the_next_run_begins_with_what_this_one_knew() {
        let mut log = EventLog::default();
        log.add_changes(AccountId::FIRST, vec![change(10, Some(5), "a ALARM"), change(11, None, "b changed")]);
        let mut next = EventLog::default();
        next.restore(AccountId::FIRST, log.keep(AccountId::FIRST));
        next.add_changes(AccountId::FIRST, vec![change(99, Some(5), "a ALARM")]);
        assert_eq!(texts(&next), ["b changed", "a ALARM"]);
        assert_eq!(next.iter().next().unwrap().subject, Some(Subject::resource(AccountId::FIRST, Kind::Alarms, "a")));
        assert!(log.keep(AccountId::all().nth(1).unwrap()).is_empty());
    }

    #[test]
    fn a_name_never_decides_how_an_event_reads() {
        let mut log = EventLog::default();
        let mut appears = change(1, None, "BOOKING-prod created");
        appears.events[0].health = Health::Running;
        log.add_changes(AccountId::FIRST, vec![appears]);
        assert_eq!(log.iter().next().unwrap().event.health, Health::Running);
    }
}
