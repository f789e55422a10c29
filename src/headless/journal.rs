//! `sagetop journal`: what was done from this machine, one line for each intent, newest last.

use std::collections::HashMap;
use std::io::{self, Write};

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::print_json;
use crate::args::Ending;
use crate::fmt;
use crate::journal::{Entry, Event, Journal};
use crate::view::harmless;

/// Which intents are listed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Those that began at this time or later.
    pub since: Option<Timestamp>,
    /// Those with this target.
    pub target: Option<String>,
    /// Those of this name.
    pub intent: Option<String>,
    /// Those with this end.
    pub ending: Option<Ending>,
}

/// The lines of one intent.
struct Deed<'a>(Vec<&'a Entry>);

impl<'a> Deed<'a> {
    fn first(&self) -> Option<&'a Entry> {
        self.0.first().copied()
    }

    /// Returns the end, and the line that says so.
    fn ending(&self) -> (Ending, Option<&'a Entry>) {
        let end = |entry: &&&Entry| matches!(entry.event, Event::Done | Event::Failed | Event::Refused);
        let last = self.0.iter().rev().find(end).copied();
        let ending = match last.map(|entry| entry.event) {
            Some(Event::Done) => Ending::Done,
            Some(Event::Failed) => Ending::Failed,
            Some(Event::Refused) => Ending::Refused,
            Some(Event::Confirmed | Event::Sending | Event::Sent | Event::Error) | None => Ending::Open,
        };
        (ending, last)
    }

    fn is(&self, wanted: &Wanted) -> bool {
        self.first().is_some_and(|first| {
            wanted.since.is_none_or(|since| first.at >= since)
                && wanted.target.as_ref().is_none_or(|target| *target == first.target)
                && wanted.intent.as_ref().is_none_or(|intent| *intent == first.intent)
                && wanted.ending.is_none_or(|ending| ending == self.ending().0)
        })
    }

    fn line(&self) -> Option<String> {
        let first = self.first()?;
        let (ending, end) = self.ending();
        let message = end.or(self.0.last().copied()).map(|entry| entry.message.as_str()).unwrap_or_default();
        let who = first.identity.rsplit(':').next().unwrap_or_default();
        let (at, word) = (first.at.strftime("%Y-%m-%d %H:%M:%S"), ending.word());
        let Entry { intent, target, region, .. } = first;
        let line = format!("{at}  {word:<7}  {intent:<17}  {target}  {region}  {who}  {message}");
        Some(harmless(line.trim_end()))
    }

    fn to_json(&self) -> Option<Value> {
        let first = self.first()?;
        Some(json!({
            "id": first.id,
            "at": first.at,
            "intent": first.intent,
            "target": first.target,
            "outcome": self.ending().0.word(),
            "identity": first.identity,
            "region": first.region,
            "endpoint_url": first.endpoint,
            "entries": self.0,
        }))
    }
}

/// Lists the intents of a journal, oldest first. Lines that cannot be read are counted at the end, or in `unreadable`.
///
/// # Errors
/// When the journal cannot be read, or `out` cannot be written.
pub fn journal(journal: &Journal, wanted: &Wanted, as_json: bool, out: &mut impl Write) -> io::Result<()> {
    let tail = journal.tail(usize::MAX)?;
    let mut places: HashMap<&str, usize> = HashMap::new();
    let mut deeds: Vec<Deed<'_>> = Vec::new();
    for entry in &tail.entries {
        let place = *places.entry(&entry.id).or_insert(deeds.len());
        match deeds.get_mut(place) {
            Some(deed) => deed.0.push(entry),
            None => deeds.push(Deed(vec![entry])),
        }
    }
    deeds.retain(|deed| deed.is(wanted));
    if as_json {
        let deeds: Vec<Value> = deeds.iter().filter_map(Deed::to_json).collect();
        return print_json(out, &json!({"schema": 1, "unreadable": tail.unreadable, "intents": deeds}));
    }
    for line in deeds.iter().filter_map(Deed::line) {
        writeln!(out, "{line}")?;
    }
    if deeds.is_empty() {
        let which = if tail.entries.is_empty() { "no change" } else { "no such change" };
        writeln!(out, "{} has {which}", journal.path().display())?;
    }
    if tail.unreadable > 0 {
        writeln!(out, "not readable: {} of {}", fmt::count(tail.unreadable, "line"), journal.path().display())?;
    }
    Ok(())
}

/// Reads `2h`, `7d`, `30m` before now, or a time such as `2026-11-23T03:12Z`.
///
/// # Errors
/// What is to be written instead.
pub fn since(text: &str, now: Timestamp) -> Result<Timestamp, String> {
    let wrong = || "write a time such as 30m, 2h, 7d or 2026-11-23T03:12:00Z".to_owned();
    if let Ok(at) = text.parse() {
        return Ok(at);
    }
    let units = [("m", 60), ("h", 60 * 60), ("d", 24 * 60 * 60)];
    let length = units.into_iter().find_map(|(unit, seconds)| {
        let number: i64 = text.strip_suffix(unit)?.parse().ok()?;
        number.checked_mul(seconds).filter(|seconds| *seconds >= 0)
    });
    now.checked_sub(SignedDuration::from_secs(length.ok_or_else(wrong)?)).map_err(|_| wrong())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_written_as_people_write_it() {
        let now: Timestamp = "2026-11-23T03:12:00Z".parse().unwrap();
        let at = |text: &str| since(text, now).map(|at| at.to_string());
        assert_eq!(at("2h"), Ok("2026-11-23T01:12:00Z".to_owned()));
        assert_eq!(at("7d"), Ok("2026-11-16T03:12:00Z".to_owned()));
        assert_eq!(at("2026-11-01T00:00:00Z"), Ok("2026-11-01T00:00:00Z".to_owned()));
        for wrong in ["", "2", "-2h", "yesterday", "99999999999999999999d", "9999999999999999d"] {
            assert!(at(wrong).is_err(), "{wrong}");
        }
    }
}
