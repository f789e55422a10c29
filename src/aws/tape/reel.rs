//! What is on a tape: every reply by what was asked and when.

mod shelf;

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;

use super::Scope;
use super::asked::Asked;
use super::batches::Batches;
use super::cbor::Tree;
use super::family::{self, Pick};
use super::file::{Entry, Head, Lines};
use super::metrics::Metrics;
use super::pages;
use super::scrub::Reply;
use shelf::Shelf;

pub(super) use shelf::{Answer, Take};

/// Replies that come one after another within this time are one moment, in milliseconds.
const BURST: i64 = 400;
/// Bytes of different replies that are held; what is longer is played up to there.
const MOST: usize = 2 * 1024 * 1024 * 1024;

/// Words of errors that are the account's or the network's and pass, whatever was asked.
const PASSING: &[&str] = &[
    "Throttl",
    "TooManyRequests",
    "SlowDown",
    "RequestLimitExceeded",
    "Expired",
    "Unrecognized",
    "InvalidClientTokenId",
    "InvalidSignature",
    "TooSkewed",
];

/// When something is asked of a recording.
#[derive(Debug, Clone, Copy)]
pub(super) struct Moment {
    pub(super) position: Timestamp,
    /// Time goes on.
    pub(super) playing: bool,
    /// Trouble is passed over where the same was answered well before: what was known when it began.
    pub(super) undisturbed: bool,
}

/// A recording that was read.
#[derive(Debug)]
pub struct Reel {
    /// Version of the program that recorded it.
    pub program: String,
    /// The configuration in force, as TOML.
    pub config: String,
    /// The accounts and regions in it.
    pub scopes: Vec<Scope>,
    /// When it begins.
    pub begin: Timestamp,
    /// When it ends.
    pub end: Timestamp,
    /// Why it ends there, when it was not ended by its console.
    pub cut: Option<String>,
    shelves: HashMap<String, Shelf>,
    metrics: HashMap<String, Metrics>,
    batches: HashMap<String, Batches>,
    /// When something else was answered than before.
    moments: Vec<Timestamp>,
    /// When which call was answered, by its place in `calls`; the same answer makes what is known young again.
    answered: Vec<(Timestamp, usize)>,
    /// Everything that was called: `sagemaker:ListEndpoints`.
    calls: Vec<String>,
}

impl Reel {
    /// Reads a recording; one that is cut is read up to the cut.
    ///
    /// # Errors
    /// A sentence: the file cannot be read, is no recording, is of a newer version, or holds no reply.
    pub fn open(path: &Path) -> Result<Self, String> {
        let (header, mut lines) = Lines::open(path)?;
        let mut reel = Self {
            program: header.program,
            config: header.config,
            scopes: Vec::new(),
            begin: header.started,
            end: header.started,
            cut: None,
            shelves: HashMap::new(),
            metrics: HashMap::new(),
            batches: HashMap::new(),
            moments: Vec::new(),
            answered: Vec::new(),
            calls: Vec::new(),
        };
        let mut size = 0;
        reel.cut = loop {
            match lines.entry() {
                Ok(Some((Entry::Scope(scope), _))) => {
                    if !reel.scopes.iter().any(|known| known.name == scope.name) {
                        reel.scopes.push(scope);
                    }
                }
                Ok(Some((Entry::Reply(head), body))) => {
                    size += body.as_ref().map_or(0, bytes::Bytes::len);
                    if size > MOST {
                        break Some("more than can be held in memory".to_owned());
                    }
                    if !reel.take(head, body) {
                        break Some("a reply that repeats nothing".to_owned());
                    }
                }
                Ok(Some((Entry::End(at), _))) => {
                    reel.end = at.max(reel.end);
                    break None;
                }
                Ok(None) => break Some("its console was not ended, or is running".to_owned()),
                Err(why) => break Some(why),
            }
        };
        if reel.moments.is_empty() || reel.scopes.is_empty() {
            let why = reel.cut.map(|why| format!(" ({why})")).unwrap_or_default();
            return Err(format!("{} holds no reply{why}", path.display()));
        }
        reel.drop_halves();
        reel.let_errors_pass();
        reel.shelves.values_mut().filter(|shelf| shelf.lists).for_each(Shelf::link);
        reel.answered.sort();
        Ok(reel)
    }

    /// Puts a reply where it belongs; `false` when it is the same as one that is not there.
    fn take(&mut self, head: Head, body: Option<bytes::Bytes>) -> bool {
        self.note(head.at, &format!("{}:{}", head.service, head.operation), head.bytes.is_some());
        let metrics = head.service == "monitoring" && head.operation == "GetMetricData";
        let batch = head.service == "sagemaker" && head.operation == "BatchDescribeModelPackage";
        let (name, pick) = shelf_of(&head.scope, &head.service, &head.operation, &head.key);
        let key = if pick.is_some() { head.key.clone() } else { String::new() };
        let row = self.shelves.entry(name).or_default();
        let (reply, next) = match body {
            Some(body) => {
                let reply = Reply { status: head.status, headers: head.headers.into_iter().collect(), body };
                let next = pages::next(&reply);
                (Arc::new(reply), next)
            }
            None => match row.takes.iter().rev().find(|take| take.page == head.page && take.key == key) {
                Some(before) => (before.reply.clone(), before.next.clone()),
                None => return false,
            },
        };
        self.end = self.end.max(head.at);
        row.from = format!("{} {}", head.scope, head.service);
        if metrics {
            self.metrics.entry(head.scope.clone()).or_default().take(head.at, head.until, &head.key, &reply);
        }
        if batch {
            self.batches.entry(head.scope).or_default().take(head.at, &reply);
        }
        row.lists |= pages::is_list(&reply) || pick.is_some();
        let partial = pick.is_some_and(|pick| !pick.all());
        row.takes.push(Take { at: head.at, page: head.page, next, partial, key, reply, until: None, reaches: 0 });
        true
    }

    /// Takes note of a reply, and whether it was another than before.
    fn note(&mut self, at: Timestamp, call: &str, other: bool) {
        match self.moments.last_mut() {
            _ if !other => {}
            Some(last) if at.as_millisecond() - last.as_millisecond() < BURST => *last = at.max(*last),
            _ => self.moments.push(at),
        }
        let place = self.calls.iter().position(|known| known == call).unwrap_or_else(|| {
            self.calls.push(call.to_owned());
            self.calls.len() - 1
        });
        self.answered.push((at, place));
    }

    /// Drops beginnings of listings that were never read on, where a whole one is there: the file was cut in between.
    fn drop_halves(&mut self) {
        for shelf in self.shelves.values_mut() {
            let asked: HashSet<String> = shelf.takes.iter().filter_map(|take| take.page.clone()).collect();
            let whole = |take: &Take| take.next.as_ref().is_none_or(|next| asked.contains(next));
            if !shelf.lists && shelf.takes.iter().any(|take| take.page.is_none() && whole(take)) {
                shelf.takes.retain(whole);
            }
        }
    }

    /// Says of each error that passes when it had passed.
    fn let_errors_pass(&mut self) {
        let mut answered: HashMap<String, Vec<Timestamp>> = HashMap::new();
        for shelf in self.shelves.values() {
            let good = shelf.takes.iter().filter(|take| take.reply.status == 200).map(|take| take.at);
            answered.entry(shelf.from.clone()).or_default().extend(good);
        }
        for times in answered.values_mut() {
            times.sort_unstable();
        }
        let next = |from: &str, at: Timestamp| {
            let times = answered.get(from)?;
            times.get(times.partition_point(|time| *time <= at)).copied()
        };
        for shelf in self.shelves.values_mut() {
            for take in shelf.takes.iter_mut().filter(|take| passes(&take.reply)) {
                take.until = next(&shelf.from, take.at);
            }
        }
        for (scope, metrics) in &mut self.metrics {
            let from = format!("{scope} monitoring");
            metrics.let_errors_pass(|reply, at| passes(reply).then(|| next(&from, at)).flatten());
        }
    }

    /// The newest reply to a request at or before a position, or else the earliest after it.
    pub(super) fn answer(&self, scope: &str, asked: &Asked, body: &[u8], moment: Moment) -> Option<Answer> {
        if asked.metrics() {
            return self.metrics.get(scope)?.answer(&Tree::read(body)?, moment);
        }
        if asked.batch() {
            return self.batches.get(scope)?.answer(&asked.key, moment);
        }
        let (name, pick) = shelf_of(scope, &asked.service, &asked.operation, &asked.key);
        self.shelves.get(&name)?.answer(asked, pick.as_ref(), moment)
    }

    /// What was called after one position and until another.
    pub(super) fn answered(&self, after: Timestamp, until: Timestamp) -> HashSet<&str> {
        let place = |position| self.answered.partition_point(|(at, _)| *at <= position);
        let passed = self.answered.get(place(after)..place(until)).unwrap_or_default();
        passed.iter().filter_map(|(_, call)| self.calls.get(*call)).map(String::as_str).collect()
    }

    /// When something was answered next after a position.
    #[must_use]
    pub fn next(&self, position: Timestamp) -> Option<Timestamp> {
        self.answered.get(self.answered.partition_point(|(at, _)| *at <= position)).map(|(at, _)| *at)
    }

    /// The next moment after a position at which something else was answered than before.
    #[must_use]
    pub fn after(&self, position: Timestamp) -> Option<Timestamp> {
        self.moments.get(self.moments.partition_point(|moment| *moment <= position)).copied()
    }

    /// The moment before.
    #[must_use]
    pub fn before(&self, position: Timestamp) -> Option<Timestamp> {
        self.moments.get(self.moments.partition_point(|moment| *moment < position).checked_sub(1)?).copied()
    }
}

/// The name of the shelf of a request, and what is picked from it when others share it.
fn shelf_of(scope: &str, service: &str, operation: &str, key: &str) -> (String, Option<Pick>) {
    let family = family::of(service, operation, key);
    let (key, pick) = family.map_or((key.to_owned(), None), |(shelf, pick)| (shelf, Some(pick)));
    (format!("{scope} {service} {operation} {key}"), pick)
}

/// Is it an error that passes, whatever was asked?
fn passes(reply: &Reply) -> bool {
    let said = || {
        let kind = reply.headers.iter().filter(|(name, _)| name == "x-amzn-errortype").map(|(_, value)| value.as_str());
        let body = String::from_utf8_lossy(&reply.body);
        PASSING.iter().any(|word| body.contains(word))
            || kind.into_iter().any(|k| PASSING.iter().any(|w| k.contains(w)))
    };
    matches!(reply.status, 0 | 429 | 500..) || reply.status >= 400 && said()
}

/// Is it none of AWS's answers, or one of those that say nothing of what was asked?
pub(super) fn disturbed(reply: &Reply) -> bool {
    let page =
        reply.status == 200 && ["<html", "<!DOCTYPE html"].iter().any(|start| reply.body.starts_with(start.as_bytes()));
    page || passes(reply) || matches!(reply.status, 401 | 403) || refuses(reply)
}

/// May who asks not know it? Most of AWS says so with a status that says more than that.
fn refuses(reply: &Reply) -> bool {
    reply.status == 400 && String::from_utf8_lossy(&reply.body).contains("AccessDenied")
}
