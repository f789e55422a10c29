//! What happened lately, newest first: changes of tables, of health, and of what was sent.

use std::collections::VecDeque;

use jiff::Timestamp;

use super::Subject;
use crate::model::{Chain, Health};
use crate::resources::Change;
use crate::view::Tone;

/// Lines that are kept.
const KEPT: usize = 500;

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct News {
    /// Counts up from 1; given by the feed.
    pub serial: u64,
    /// When it was seen.
    pub at: Timestamp,
    /// How it reads.
    pub tone: Tone,
    /// A sentence.
    pub text: String,
    /// Place of its account.
    pub account: usize,
    /// What it is about.
    pub subject: Option<Subject>,
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
    /// Adds a line.
    pub(super) fn push(&mut self, at: Timestamp, account: usize, tone: Tone, text: String, subject: Option<Subject>) {
        self.told += 1;
        self.news.push_front(News { serial: self.told, at, account, tone, text, subject });
        self.news.truncate(KEPT);
    }
    /// Forgets what was told of an account.
    pub(super) fn forget(&mut self, account: usize) {
        self.news.retain(|news| news.account != account);
    }
    /// Adds what the tables call news.
    pub(super) fn take(&mut self, account: usize, changes: &[Change]) {
        for change in changes {
            let Some(text) = &change.news else { continue };
            let subject = Some(Subject::new(account, change.kind, change.id.clone()));
            self.push(change.at, account, tone(text), text.clone(), subject);
        }
    }
    /// Adds a change of a model's health.
    pub(super) fn health(&mut self, at: Timestamp, account: usize, chain: &Chain, before: Health) {
        let (_, was) = before.sign();
        let (_, is) = chain.health.sign();
        let why = chain.worst().map(|r| format!(": {}", r.text)).unwrap_or_default();
        let tone = match chain.health {
            Health::Critical => Tone::Bad,
            Health::Warning | Health::Unknown => Tone::Warn,
            Health::Ok | Health::Absent => Tone::Good,
            Health::Running | Health::Waiting => Tone::Busy,
        };
        let text = format!("{} was {was}, is {is}{why}", chain.name);
        self.push(at, account, tone, text, Some(Subject::chain(account, chain.name)));
    }
}

/// AWS's own words tell how a change reads.
fn tone(text: &str) -> Tone {
    let last = text.rsplit("→").next().unwrap_or(text);
    let has = |words: &[&str]| words.iter().any(|w| last.contains(w));
    if has(&["ALARM", "Failed", "RollingBack", "OutOfService", "Blocked"]) {
        Tone::Bad
    } else if has(&["OK", "InService", "Succeeded", "Completed", "Approved", "live now"]) {
        Tone::Good
    } else if has(&["Rejected", "INSUFFICIENT", "gone", "Stopped"]) {
        Tone::Warn
    } else {
        Tone::Busy
    }
}
