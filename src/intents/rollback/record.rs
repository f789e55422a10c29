//! How a configuration did when it served, as far as that can be known.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::watch::{Firing, Heard, Watcher};
use crate::fmt;
use crate::model::Failed;

/// Alarms that fired before a deployment may take so long to notice it.
const SETTLING: SignedDuration = SignedDuration::from_mins(30);

/// How a configuration did when it served last.
#[derive(Debug, Clone, Default)]
pub(super) struct Record {
    /// When it went live, or was made.
    from: Option<Timestamp>,
    /// When the next one did.
    until: Option<Timestamp>,
    /// Is it known that it served in all that time? Otherwise no longer.
    exact: bool,
    /// Alarms that began to fire in that time, and how often, the grave ones first.
    fired: Vec<(Watcher, usize)>,
    /// The alarms of that time are known from then on.
    heard: Option<Timestamp>,
    /// How many alarms were asked.
    asked: usize,
    /// Not all that there are.
    partial: bool,
    /// Does one of them watch how many requests fail?
    watched: bool,
    /// How many requests failed in that time; absent where that is not known, or none came.
    failed: Option<Failed>,
    /// Values of its evaluation report.
    pub(super) evaluation: Vec<(String, f64)>,
}

/// When a configuration went live, or was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Began {
    pub(super) config: String,
    pub(super) at: Timestamp,
    /// This console saw it going live then.
    pub(super) seen: bool,
}

/// When a configuration began to serve, and when the next one did.
pub(super) fn period<'a>(served: &'a [Began], config: &str) -> Option<(&'a Began, Option<Timestamp>)> {
    let began = served.iter().filter(|b| b.config == config).max_by_key(|b| b.at)?;
    Some((began, served.iter().filter(|b| b.at > began.at && b.config != config).map(|b| b.at).min()))
}

/// Is it of a configuration that an alarm fires? So it is when it began to in that time. One that fired already is the fault
/// of what was there before, unless it went on.
fn is_of(firing: Firing, from: Timestamp, until: Option<Timestamp>) -> bool {
    if let Some(began) = firing.from.filter(|began| *began >= from) {
        return until.is_none_or(|until| began < until);
    }
    let settled = from.checked_add(SETTLING).unwrap_or(from);
    let settled = until.map_or(settled, |until| until.min(settled));
    firing.until.is_none_or(|over| over >= settled)
}

impl Record {
    pub(super) fn of(served: &[Began], config: &str, heard: &Heard) -> Self {
        let Some((began, until)) = period(served, config) else { return Self::default() };
        let during = heard.fired.iter().filter(|(_, firing)| is_of(*firing, began.at, until));
        let mut fired: BTreeMap<&str, (Watcher, usize)> = BTreeMap::new();
        for (watcher, _) in during {
            fired.entry(&watcher.name).or_insert_with(|| (watcher.clone(), 0)).1 += 1;
        }
        let mut fired: Vec<(Watcher, usize)> = fired.into_values().collect();
        fired.sort_by_key(|(watcher, times)| (!watcher.grave, std::cmp::Reverse(*times)));
        let exact = began.seen;
        let (from, partial) = (Some(began.at), heard.problem.is_some());
        let (heard, asked, watched) = (heard.since, heard.asked, heard.errors);
        Self { from, until, exact, fired, heard, asked, partial, watched, ..Self::default() }
    }

    /// The time of which what fails is its own, and not of what was there before; `now` where it serves still.
    pub(super) fn own(&self, now: Timestamp) -> Option<(Timestamp, Timestamp)> {
        let from = self.from?;
        Some((from.checked_add(SETTLING).unwrap_or(from), self.until.unwrap_or(now)))
    }

    /// Takes in how many requests failed in its time.
    pub(super) fn count(&mut self, failed: Failed) {
        self.failed = Some(failed).filter(|failed| failed.requests > 0.0);
    }

    /// Did an alarm fire that breaks a model, or did so many requests fail?
    pub(super) fn grave(&self) -> bool {
        self.fired.iter().any(|(watcher, _)| watcher.grave) || self.broken().is_some()
    }

    fn broken(&self) -> Option<Failed> {
        self.failed.filter(Failed::broken)
    }

    /// What happened in its time that was bad: `P1-5xx fired`, `5XX 60 % of its requests`.
    pub(super) fn bad(&self) -> String {
        let fired = (!self.fired.is_empty()).then(|| format!("{} fired", self.alarms()));
        let failed = self.broken().map(|failed| format!("{} of its requests", failed.told()));
        fired.into_iter().chain(failed).collect::<Vec<_>>().join(" and ")
    }

    /// Alarms that fired, and how often.
    fn alarms(&self) -> String {
        let told = |(watcher, times): &(Watcher, usize)| match times {
            1 => watcher.label(),
            times => format!("{} {times} times", watcher.label()),
        };
        let (shown, rest) = self.fired.split_at_checked(2).unwrap_or((&self.fired, &[]));
        let more = if rest.is_empty() { String::new() } else { format!(" and {} more", rest.len()) };
        shown.iter().map(told).collect::<Vec<_>>().join(", ") + &more
    }

    /// How long it served, how many requests failed, which alarms fired then, what its evaluation says.
    pub(super) fn told(&self) -> String {
        let mut parts = vec![self.length()];
        // Where an alarm watches it, a share that may be is no news.
        parts.extend(self.failed.filter(|failed| !self.watched || failed.bad()).map(|failed| failed.told()));
        parts.push(self.heard());
        // The last part of a name in a report tells what is measured.
        let named = |name: &str| name.rsplit('.').next().unwrap_or(name).to_owned();
        parts.extend(self.evaluation.iter().map(|(name, value)| format!("{} {}", named(name), fmt::number(*value))));
        parts.join(" · ")
    }

    fn length(&self) -> String {
        let (Some(from), Some(until)) = (self.from, self.until) else {
            return "how long it served is not known".to_owned();
        };
        let length = fmt::age(until, from);
        if self.exact { format!("served {length}") } else { format!("served up to {length}") }
    }

    fn heard(&self) -> String {
        let (Some(from), Some(heard)) = (self.from, self.heard) else {
            return "its alarms are not known".to_owned();
        };
        if !self.fired.is_empty() {
            return format!("fired: {}", self.alarms());
        }
        match self.until {
            _ if self.asked == 0 => "no alarm watches it".to_owned(),
            Some(until) if heard >= until => "its alarms are not kept any more".to_owned(),
            Some(until) if heard > from && self.watched => format!("no alarm in its last {}", fmt::age(until, heard)),
            _ if !self.watched && !self.partial => "no alarm watches its errors".to_owned(),
            _ if self.partial => "no alarm of those that were read".to_owned(),
            Some(_) | None => "no alarm".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 86_400;

    fn at(day: i64) -> Timestamp {
        Timestamp::from_second(day * DAY).unwrap()
    }

    /// Name, whether it is grave, and from which day to which it fired.
    type Fired = (&'static str, bool, Option<i64>, Option<i64>);

    fn heard(since: Option<i64>, fired: &[Fired]) -> Heard {
        let watcher = |name: &str, grave| Watcher { name: name.into(), grave, ..Watcher::default() };
        let fired = fired.iter().map(|(name, grave, from, until)| {
            (watcher(name, *grave), Firing { from: from.map(at), until: until.map(at) })
        });
        Heard { fired: fired.collect(), since: since.map(at), asked: 2, errors: true, problem: None }
    }

    #[test]
    fn a_configuration_answers_for_the_time_from_its_beginning_to_that_of_the_next() {
        let began = |config: &str, day, seen| Began { config: config.into(), at: at(day), seen };
        // v12 was put live again after v13, and v14 is what serves.
        let served = [began("v11", 1, false), began("v12", 40, true), began("v13", 35, false), began("v14", 50, false)];
        let short = |name, grave, day| (name, grave, Some(day), Some(day));
        let cases = [
            ("v13", heard(Some(30), &[short("p1", true, 36)]), true, "served up to 5 d · fired: p1"),
            (
                "v13",
                heard(Some(30), &[short("p1", true, 34), short("p1", true, 41)]),
                false,
                "served up to 5 d · no alarm",
            ),
            (
                "v12",
                heard(Some(30), &[short("p3", false, 41), short("p1", true, 42), short("p1", true, 44)]),
                true,
                "served 10 d · fired: p1 2 times, p3",
            ),
            // It fired before, and went on.
            ("v12", heard(Some(30), &[("p1", true, Some(36), Some(45))]), true, "served 10 d · fired: p1"),
            ("v12", heard(Some(30), &[("p1", true, None, None)]), true, "served 10 d · fired: p1"),
            // It fired before, and was soon over.
            ("v12", heard(Some(30), &[("p1", true, Some(36), Some(40))]), false, "served 10 d · no alarm"),
            ("v12", heard(Some(45), &[]), false, "served 10 d · no alarm in its last 5 d"),
            ("v11", heard(Some(36), &[]), false, "served up to 34 d · its alarms are not kept any more"),
            ("v13", heard(None, &[]), false, "served up to 5 d · its alarms are not known"),
            (
                "v13",
                Heard { errors: false, ..heard(Some(30), &[]) },
                false,
                "served up to 5 d · no alarm watches its errors",
            ),
            ("v13", Heard { asked: 0, ..heard(Some(30), &[]) }, false, "served up to 5 d · no alarm watches it"),
            (
                "v13",
                Heard { problem: Some("2000 were read".into()), ..heard(Some(30), &[]) },
                false,
                "served up to 5 d · no alarm of those that were read",
            ),
            ("other", heard(Some(30), &[]), false, "how long it served is not known · its alarms are not known"),
        ];
        for (config, heard, grave, told) in cases {
            let record = Record::of(&served, config, &heard);
            assert_eq!((record.grave(), record.told().as_str()), (grave, told), "{config}");
        }
    }
}
