//! The record of a configuration while it served, as far as it is known.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::monitoring::{Firing, Monitor, PastAlarms};
use crate::fmt;
use crate::model::Failed;

/// The time that an alarm may need to recover after a deployment, if it fired before.
const SETTLING: SignedDuration = SignedDuration::from_mins(30);

/// The record of a configuration in its last period of service.
#[derive(Debug, Clone, Default)]
pub(super) struct TrackRecord {
    /// The time at which it went live, or was created.
    from: Option<Timestamp>,
    /// The time at which the next one went live, or was created.
    until: Option<Timestamp>,
    /// Whether it is known to have served all that time. Otherwise it served at most that long.
    exact: bool,
    /// The alarms that fired because of it, and how often; the grave ones first.
    fired: Vec<(Monitor, usize)>,
    /// The start of the time for which its alarms are known.
    alarms_known_since: Option<Timestamp>,
    /// The number of alarms that were read.
    alarms_read: usize,
    /// Whether there are alarms that were not read.
    partial: bool,
    /// Whether one of the alarms watches the failed requests.
    errors_watched: bool,
    /// The failed requests in that time; `None` if they are unknown, or no request came.
    failed: Option<Failed>,
    /// The values of its evaluation report.
    pub(super) evaluation: Vec<(String, f64)>,
}

/// The time at which a configuration went live, or was created.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct WentLive {
    pub(super) config: String,
    pub(super) at: Timestamp,
    /// Whether this console saw it go live. Otherwise the time is that of its creation.
    pub(super) observed: bool,
}

/// Returns when a configuration began to serve, and when the next one did.
pub(super) fn period<'a>(history: &'a [WentLive], config: &str) -> Option<(&'a WentLive, Option<Timestamp>)> {
    let began = history.iter().filter(|b| b.config == config).max_by_key(|b| b.at)?;
    Some((began, history.iter().filter(|b| b.at > began.at && b.config != config).map(|b| b.at).min()))
}

/// Returns whether an alarm fired because of the configuration that served from `from` until `until`. That is so if it
/// began to fire in that time. If it fired already, the earlier configuration caused it, unless it goes on firing.
fn is_fault_of(firing: Firing, from: Timestamp, until: Option<Timestamp>) -> bool {
    if let Some(began) = firing.from.filter(|began| *began >= from) {
        return until.is_none_or(|until| began < until);
    }
    let settled = from.checked_add(SETTLING).unwrap_or(from);
    let settled = until.map_or(settled, |until| until.min(settled));
    firing.until.is_none_or(|over| over >= settled)
}

impl TrackRecord {
    /// Makes the record of a configuration from the deployments and the alarms that fired.
    pub(super) fn of(history: &[WentLive], config: &str, alarms: &PastAlarms) -> Self {
        let Some((began, until)) = period(history, config) else { return Self::default() };
        let during = alarms.fired.iter().filter(|(_, firing)| is_fault_of(*firing, began.at, until));
        let mut fired: BTreeMap<&str, (Monitor, usize)> = BTreeMap::new();
        for (monitor, _) in during {
            fired.entry(&monitor.name).or_insert_with(|| (monitor.clone(), 0)).1 += 1;
        }
        let mut fired: Vec<(Monitor, usize)> = fired.into_values().collect();
        fired.sort_by_key(|(monitor, times)| (!monitor.grave, std::cmp::Reverse(*times)));
        let exact = began.observed;
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

    /// Returns the time in which failed requests are its own fault, and not that of the earlier configuration. It ends
    /// `now` if the configuration still serves.
    pub(super) fn own_time(&self, now: Timestamp) -> Option<(Timestamp, Timestamp)> {
        let from = self.from?;
        Some((from.checked_add(SETTLING).unwrap_or(from), self.until.unwrap_or(now)))
    }

    /// Adds the failed requests in its time.
    pub(super) fn add_failed(&mut self, failed: Failed) {
        self.failed = Some(failed).filter(|failed| failed.requests > 0.0);
    }

    /// Returns whether a grave alarm fired, or too many requests failed.
    pub(super) fn is_bad(&self) -> bool {
        self.fired.iter().any(|(monitor, _)| monitor.grave) || self.too_many_failed().is_some()
    }

    fn too_many_failed(&self) -> Option<Failed> {
        self.failed.filter(Failed::broken)
    }

    /// Describes the faults in its time: `P1-5xx fired and 5XX 60 % of its requests`.
    pub(super) fn faults(&self) -> String {
        let fired = (!self.fired.is_empty()).then(|| format!("{} fired", self.fired_alarms()));
        let failed = self.too_many_failed().map(|failed| format!("{} of its requests", failed.describe()));
        fired.into_iter().chain(failed).collect::<Vec<_>>().join(" and ")
    }

    /// Returns the alarms that fired, and how often.
    fn fired_alarms(&self) -> String {
        let phrase = |(monitor, times): &(Monitor, usize)| match times {
            1 => monitor.label(),
            times => format!("{} {times} times", monitor.label()),
        };
        let (shown, rest) = self.fired.split_at_checked(2).unwrap_or((&self.fired, &[]));
        let more = if rest.is_empty() { String::new() } else { format!(" and {} more", rest.len()) };
        shown.iter().map(phrase).collect::<Vec<_>>().join(", ") + &more
    }

    /// Describes how long it served, how many requests failed, which alarms fired then, and its evaluation.
    pub(super) fn summary(&self) -> String {
        let mut parts = vec![self.time_served()];
        // If an alarm watches the errors, an allowed share of them is not worth a phrase.
        parts.extend(self.failed.filter(|failed| !self.errors_watched || failed.bad()).map(|failed| failed.describe()));
        parts.push(self.alarm_summary());
        // The last part of a name in a report says what is measured.
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

    /// An alarm: its name, whether it is grave, and the days from which and until which it fired.
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
        let began = |config: &str, day, observed| WentLive { config: config.into(), at: at(day), observed };
        // v12 was put live again after v13, and v14 serves now.
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
            // The alarm fired before, and went on.
            ("v12", alarms(Some(30), &[("p1", true, Some(36), Some(45))]), true, "served 10 d · fired: p1"),
            ("v12", alarms(Some(30), &[("p1", true, None, None)]), true, "served 10 d · fired: p1"),
            // The alarm fired before, and soon ended.
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
