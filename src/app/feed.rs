//! The log of what happened, newest first: what AWS tells, how the health of models changed, what was sent from here.
//!
//! Entries are never replaced by later ones, and the snapshot keeps them over a restart: after an alarm went back to OK
//! the log still shows that it fired.

use std::collections::VecDeque;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::subject::Subject;
use crate::model::{Chain, Health};
use crate::resources::{Change, Event};

/// Two sources may tell of the same thing with times that differ by so much.
const SAME: SignedDuration = SignedDuration::from_secs(2);
/// Lines that are kept.
const KEPT: usize = 2_000;

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct News {
    /// Counts up from 1; given by the feed.
    pub serial: u64,
    /// When it happened, or where nobody tells, when it was seen.
    pub at: Timestamp,
    /// Did AWS tell when it happened?
    pub dated: bool,
    /// How it reads.
    pub health: Health,
    /// A phrase.
    pub text: String,
    /// The person or thing that did it, or the topics that were notified; empty if unknown.
    pub by: String,
    /// Place of its account.
    pub account: usize,
    /// What it is about.
    pub subject: Option<Subject>,
}

/// One thing that happened, as it is kept for the next run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptNews {
    at: Timestamp,
    event: Event,
    subject: Option<String>,
}

/// The news, newest first.
#[derive(Debug, Clone, Default)]
pub struct Feed {
    news: VecDeque<News>,
    told: u64,
}

impl Feed {
    /// Newest first.
    pub fn iter(&self) -> impl Iterator<Item = &News> {
        self.news.iter()
    }
    /// One of them.
    #[must_use]
    pub fn get(&self, serial: u64) -> Option<&News> {
        self.news.iter().find(|news| news.serial == serial)
    }
    /// Adds something that happened now.
    pub(crate) fn push(
        &mut self,
        at: Timestamp,
        account: usize,
        health: Health,
        text: String,
        subject: Option<Subject>,
    ) {
        self.add(at, account, Event { at: None, health, text, by: String::new() }, subject);
    }
    /// Adds something in its place, once: polls and earlier runs may tell the same.
    fn add(&mut self, seen: Timestamp, account: usize, event: Event, subject: Option<Subject>) {
        let Event { at, health, text, by } = event;
        let dated = at.is_some();
        let at = at.unwrap_or(seen);
        let place = self.news.partition_point(|news| news.at > at);
        let near = |news: &&News| news.at.duration_since(at).abs() <= SAME;
        let before = self.news.iter().take(place).rev().take_while(near);
        let mut near = self.news.iter().skip(place).take_while(near).chain(before);
        if near.any(|news| (news.account, &news.subject, &news.text) == (account, &subject, &text)) {
            return;
        }
        self.told += 1;
        self.news.insert(place, News { serial: self.told, at, dated, health, text, by, account, subject });
        self.news.truncate(KEPT);
    }
    /// Forgets what was told of an account.
    pub(crate) fn forget(&mut self, account: usize) {
        self.news.retain(|news| news.account != account);
    }
    /// Adds what happened by changes of tables.
    pub(crate) fn take(&mut self, account: usize, changes: Vec<Change>) {
        for Change { at, events, about: (kind, id), .. } in changes {
            for event in events {
                self.add(at, account, event, Some(Subject::new(account, kind.name(), &id)));
            }
        }
    }
    /// Adds a change of a model's health.
    pub(crate) fn health(&mut self, at: Timestamp, account: usize, chain: &Chain, before: Health) {
        let (_, was) = before.sign();
        let (_, is) = chain.health.sign();
        let why = chain.worst().map(|r| format!(": {}", r.text)).unwrap_or_default();
        let text = format!("{} was {was}, is {is}{why}", chain.name);
        self.push(at, account, chain.health, text, Some(Subject::chain(account, chain.name)));
    }
    /// Returns the entries of one account, for the snapshot.
    #[must_use]
    pub fn keep(&self, account: usize) -> Vec<KeptNews> {
        let own = self.news.iter().filter(|news| news.account == account);
        own.map(|news| {
            let (health, text, by) = (news.health, news.text.clone(), news.by.clone());
            let at = Some(news.at).filter(|_| news.dated);
            KeptNews {
                at: news.at,
                event: Event { at, health, text, by },
                subject: news.subject.as_ref().map(Subject::key),
            }
        })
        .collect()
    }
    /// Begins with what an earlier run kept of an account.
    pub(crate) fn restore(&mut self, account: usize, kept: Vec<KeptNews>) {
        for KeptNews { at, event, subject } in kept {
            let subject = subject.and_then(|key| Subject::parse(account, &key));
            self.add(at, account, event, subject);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resources::{Kind, What};

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn change(seen: i64, happened: Option<i64>, text: &str) -> Change {
        let event = Event { at: happened.map(at), health: Health::Critical, text: text.into(), by: String::new() };
        let about = (Kind::Alarms, "a".to_owned());
        Change { kind: Kind::Alarms, id: "a".into(), what: What::Changed, at: at(seen), events: vec![event], about }
    }

    fn texts(feed: &Feed) -> Vec<&str> {
        feed.iter().map(|news| news.text.as_str()).collect()
    }

    #[test]
    fn what_happened_stays_and_stands_where_it_happened() {
        let mut feed = Feed::default();
        feed.take(0, vec![change(10, Some(5), "a ALARM")]);
        feed.take(0, vec![change(20, Some(18), "a OK")]);
        feed.take(0, vec![change(30, Some(12), "seen late"), change(30, None, "seen now")]);
        assert_eq!(texts(&feed), ["seen now", "a OK", "seen late", "a ALARM"]);
        feed.take(0, vec![change(40, Some(5), "a ALARM")]);
        feed.take(1, vec![change(40, Some(5), "a ALARM")]);
        assert_eq!(texts(&feed).len(), 5, "told twice it is there once, and once more for another account");
        feed.forget(1);
        assert_eq!(texts(&feed).len(), 4);
    }

    #[test]
    fn the_next_run_begins_with_what_this_one_knew() {
        let mut feed = Feed::default();
        feed.take(0, vec![change(10, Some(5), "a ALARM"), change(11, None, "b changed")]);
        let mut next = Feed::default();
        next.restore(0, feed.keep(0));
        next.take(0, vec![change(99, Some(5), "a ALARM")]);
        assert_eq!(texts(&next), ["b changed", "a ALARM"]);
        assert_eq!(next.iter().next().unwrap().subject, Some(Subject::new(0, "alarms", "a")));
        assert!(feed.keep(1).is_empty());
    }

    #[test]
    fn a_name_never_decides_how_an_event_reads() {
        let mut feed = Feed::default();
        let mut appears = change(1, None, "BOOKING-prod created");
        appears.events[0].health = Health::Running;
        feed.take(0, vec![appears]);
        assert_eq!(feed.iter().next().unwrap().health, Health::Running);
    }
}
