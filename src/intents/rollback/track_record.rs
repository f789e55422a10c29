//! How a configuration did when it served, as far as that can be known.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::monitoring::{Firing, Monitor, PastAlarms};
use crate::fmt;
use crate::model::Failed;

/// An alarm that fired before a deployment may take this long to recover after it.
const SETTLING: SignedDuration = SignedDuration::from_mins(30);

/// How a configuration did when it served last.
#[derive(Debug, Clone, Default)]
pub(super) struct TrackRecord {
    /// When it went live, or was created.
    from: Option<Timestamp>,
    /// When the next one went live, or was created.
    until: Option<Timestamp>,
    /// Is it known that it served all that time? Otherwise it served no longer than that.
    exact: bool,
    /// Alarms that fired because of it, and how often; the grave ones first.
    fired: Vec<(Monitor, usize)>,
    /// From when on the alarms of that time are known.
    alarms_known_since: Option<Timestamp>,
    /// How many alarms were read.
    alarms_read: usize,
    /// Are there alarms that were not read?
    partial: bool,
    /// Does one of the alarms watch how many requests fail?
    errors_watched: bool,
    /// How many requests failed in that time; absent where that is not known, or none came.
    failed: Option<Failed>,
    /// Values of its evaluation report.
    pub(super) evaluation: Vec<(String, f64)>,
}

/// When a configuration went live, or was created.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct WentLive {
    pub(super) config: String,
    pub(super) at: Timestamp,
    /// Did this console see it go live? Otherwise it was created then.
    pub(super) seen: bool,
}

/// When a configuration began to serve, and when the next one did.
pub(super) fn period<'a>(history: &'a [WentLive], config: &str) -> Option<(&'a WentLive, Option<Timestamp>)> {
    let began = history.iter().filter(|b| b.config == config).max_by_key(|b| b.at)?;
    Some((began, history.iter().filter(|b| b.at > began.at && b.config != config).map(|b| b.at).min()))
}

/// Did an alarm fire because of the configuration that served from `from` until `until`? It did when it began to fire
/// in that time. An alarm that fired already is the fault of what served before, unless it goes on firing.
fn is_fault_of(firing: Firing, from: Timestamp, until: Option<Timestamp>) -> bool {
    if let Some(began) = firing.from.filter(|began| *began >= from) {
        return until.is_none_or(|until| began < until);
    }
    let settled = from.checked_add(SETTLING).unwrap_or(from);
    let settled = until.map_or(settled, |until| until.min(settled));
    firing.until.is_none_or(|over| over >= settled)
}

impl TrackRecord {
    /// The record of a configuration, by when each went live and which alarms fired.
    pub(super) fn of(history: &[WentLive], config: &str, alarms: &PastAlarms) -> Self {
        let Some((began, until)) = period(history, config) else { return Self::default() };
        let during = alarms.fired.iter().filter(|(_, firing)| is_fault_of(*firing, began.at, until));
        let mut fired: BTreeMap<&str, (Monitor, usize)> = BTreeMap::new();
        for (monitor, _) in during {
            fired.entry(&monitor.name).or_insert_with(|| (monitor.clone(), 0)).1 += 1;
        }
        let mut fired: Vec<(Monitor, usize)> = fired.into_values().collect();
        fired.sort_by_key(|(monitor, times)| (!monitor.grave, std::cmp::Reverse(*times)));
        let exact = began.seen;
        let (from, partial) = (Some(began.at), alarms.problem.is_some());
        Self {
            from,
            until,
            exact,
            fired,
            alarms_known_since: alarms.since,
            alarms_read: alarms.read,
            partial,
            errors_watched: alarms.watch_errors,
            ..Self::default()
        }
    }

    /// The time in which failed requests are its own fault, and not that of what served before. It ends `now` where the
    /// configuration still serves.
    pub(super) fn own_time(&self, now: Timestamp) -> Option<(Timestamp, Timestamp)> {
        let from = self.from?;
        Some((from.checked_add(SETTLING).unwrap_or(from), self.until.unwrap_or(now)))
    }

    /// Adds how many requests failed in its time.
    pub(super) fn add_failed(&mut self, failed: Failed) {
        self.failed = Some(failed).filter(|failed| failed.requests > 0.0);
    }

    /// Did a grave alarm fire, or did too many requests fail?
    pub(super) fn is_bad(&self) -> bool {
        self.fired.iter().any(|(monitor, _)| monitor.grave) || self.too_many_failed().is_some()
    }

    fn too_many_failed(&self) -> Option<Failed> {
        self.failed.filter(Failed::broken)
    }

    /// What went wrong in its time: `P1-5xx fired and 5XX 60 % of its requests`.
    pub(super) fn faults(&self) -> String {
        let fired = (!self.fired.is_empty()).then(|| format!("{} fired", self.fired_alarms()));
        let failed = self.too_many_failed().map(|failed| format!("{} of its requests", failed.told()));
        fired.into_iter().chain(failed).collect::<Vec<_>>().join(" and ")
    }

    /// The alarms that fired, and how often.
    fn fired_alarms(&self) -> String {
        let phrase = |(monitor, times): &(Monitor, usize)| match times {
            1 => monitor.label(),
            times => format!("{} {times} times", monitor.label()),
        };
        let (shown, rest) = self.fired.split_at_checked(2).unwrap_or((&self.fired, &[]));
        let more = if rest.is_empty() { String::new() } else { format!(" and {} more", rest.len()) };
        shown.iter().map(phrase).collect::<Vec<_>>().join(", ") + &more
    }

    /// How long it served, how many requests failed, which alarms fired then, what its evaluation says.
    pub(super) fn summary(&self) -> String {
        let mut parts = vec![self.time_served()];
        // Where an alarm watches the errors, a share that is allowed is not worth a word.
        parts.extend(self.failed.filter(|failed| !self.errors_watched || failed.bad()).map(|failed| failed.told()));
        parts.push(self.alarm_summary());
        // The last part of a name in a report tells what is measured.
        let named = |name: &str| name.rsplit('.').next().unwrap_or(name).to_owned();
        parts.extend(self.evaluation.iter().map(|(name, value)| format!("{} {}", named(name), fmt::number(*value))));
        parts.join(" · ")
    }

    fn time_served(&self) -> String {
        let (Some(from), Some(until)) = (self.from, self.until) else {
            return "how long it served is not known".to_owned();
        };
        let length = fmt::age(until, from);
        if self.exact { format!("served {length}") } else { format!("served up to {length}") }
    }

    fn alarm_summary(&self) -> String {
        let (Some(from), Some(known)) = (self.from, self.alarms_known_since) else {
            return "its alarms are not known".to_owned();
        };
        if !self.fired.is_empty() {
            return format!("fired: {}", self.fired_alarms());
        }
        match self.until {
            _ if self.alarms_read == 0 => "no alarm watches it".to_owned(),
            Some(until) if known >= until => "its alarms are not kept any more".to_owned(),
            Some(until) if known > from && self.errors_watched => {
                format!("no alarm in its last {}", fmt::age(until, known))
            }
            _ if !self.errors_watched && !self.partial => "no alarm watches its errors".to_owned(),
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

    fn alarms(since: Option<i64>, fired: &[Fired]) -> PastAlarms {
        let monitor = |name: &str, grave| Monitor { name: name.into(), grave, ..Monitor::default() };
        let fired = fired.iter().map(|(name, grave, from, until)| {
            (monitor(name, *grave), Firing { from: from.map(at), until: until.map(at) })
        });
        PastAlarms { fired: fired.collect(), since: since.map(at), read: 2, watch_errors: true, problem: None }
    }

    #[test]
    fn a_configuration_answers_for_the_time_from_its_beginning_to_that_of_the_next() {
        let began = |config: &str, day, seen| WentLive { config: config.into(), at: at(day), seen };
        // v12 was put live again after v13, and v14 is what serves.
        let history =
            [began("v11", 1, false), began("v12", 40, true), began("v13", 35, false), began("v14", 50, false)];
        let short = |name, grave, day| (name, grave, Some(day), Some(day));
        let cases = [
            ("v13", alarms(Some(30), &[short("p1", true, 36)]), true, "served up to 5 d · fired: p1"),
            (
                "v13",
                alarms(Some(30), &[short("p1", true, 34), short("p1", true, 41)]),
                false,
                "served up to 5 d · no alarm",
            ),
            (
                "v12",
                alarms(Some(30), &[short("p3", false, 41), short("p1", true, 42), short("p1", true, 44)]),
                true,
                "served 10 d · fired: p1 2 times, p3",
            ),
            // It fired before, and went on.
            ("v12", alarms(Some(30), &[("p1", true, Some(36), Some(45))]), true, "served 10 d · fired: p1"),
            ("v12", alarms(Some(30), &[("p1", true, None, None)]), true, "served 10 d · fired: p1"),
            // It fired before, and was soon over.
            ("v12", alarms(Some(30), &[("p1", true, Some(36), Some(40))]), false, "served 10 d · no alarm"),
            ("v12", alarms(Some(45), &[]), false, "served 10 d · no alarm in its last 5 d"),
            ("v11", alarms(Some(36), &[]), false, "served up to 34 d · its alarms are not kept any more"),
            ("v13", alarms(None, &[]), false, "served up to 5 d · its alarms are not known"),
            (
                "v13",
                PastAlarms { watch_errors: false, ..alarms(Some(30), &[]) },
                false,
                "served up to 5 d · no alarm watches its errors",
            ),
            ("v13", PastAlarms { read: 0, ..alarms(Some(30), &[]) }, false, "served up to 5 d · no alarm watches it"),
            (
                "v13",
                PastAlarms { problem: Some("2000 were read".into()), ..alarms(Some(30), &[]) },
                false,
                "served up to 5 d · no alarm of those that were read",
            ),
            ("other", alarms(Some(30), &[]), false, "how long it served is not known · its alarms are not known"),
        ];
        for (config, alarms, bad, summary) in cases {
            let record = TrackRecord::of(&history, config, &alarms);
            assert_eq!((record.is_bad(), record.summary().as_str()), (bad, summary), "{config}");
        }
    }
}
