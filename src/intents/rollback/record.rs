//! How a configuration did when it served, as far as that can be known.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::watch::{Heard, Watcher};
use crate::fmt;

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

impl Record {
    pub(super) fn of(served: &[Began], config: &str, heard: &Heard) -> Self {
        let Some((began, until)) = period(served, config) else { return Self::default() };
        let during = heard.fired.iter().filter(|(_, at)| *at >= began.at && until.is_none_or(|until| *at < until));
        let mut fired: BTreeMap<&str, (Watcher, usize)> = BTreeMap::new();
        for (watcher, _) in during {
            fired.entry(&watcher.name).or_insert_with(|| (watcher.clone(), 0)).1 += 1;
        }
        let mut fired: Vec<(Watcher, usize)> = fired.into_values().collect();
        fired.sort_by_key(|(watcher, times)| (!watcher.grave, std::cmp::Reverse(*times)));
        let exact = began.seen;
        Self { from: Some(began.at), until, exact, fired, heard: heard.since, evaluation: Vec::new() }
    }

    /// Did an alarm fire that breaks a model?
    pub(super) fn grave(&self) -> bool {
        self.fired.iter().any(|(watcher, _)| watcher.grave)
    }

    /// Alarms that fired, and how often.
    pub(super) fn alarms(&self) -> String {
        let told = |(watcher, times): &(Watcher, usize)| match times {
            1 => watcher.label(),
            times => format!("{} {times} times", watcher.label()),
        };
        let (shown, rest) = self.fired.split_at_checked(2).unwrap_or((&self.fired, &[]));
        let more = if rest.is_empty() { String::new() } else { format!(" and {} more", rest.len()) };
        shown.iter().map(told).collect::<Vec<_>>().join(", ") + &more
    }

    /// How long it served, which alarms fired then, what its evaluation says.
    pub(super) fn told(&self) -> String {
        let mut parts = vec![self.length(), self.heard()];
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
            Some(until) if heard >= until => "its alarms are not kept any more".to_owned(),
            Some(until) if heard > from => format!("no alarm in its last {}", fmt::age(until, heard)),
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

    fn heard(since: Option<i64>, fired: &[(&str, bool, i64)]) -> Heard {
        let watcher = |name: &str, grave| Watcher { name: name.into(), grave, ..Watcher::default() };
        let fired = fired.iter().map(|(name, grave, day)| (watcher(name, *grave), at(*day))).collect();
        Heard { fired, since: since.map(at), problem: None }
    }

    #[test]
    fn a_configuration_answers_for_the_time_from_its_beginning_to_that_of_the_next() {
        let began = |config: &str, day, seen| Began { config: config.into(), at: at(day), seen };
        // v12 was put live again after v13, and v14 is what serves.
        let served = [began("v11", 1, false), began("v12", 40, true), began("v13", 35, false), began("v14", 50, false)];
        let cases = [
            ("v13", heard(Some(30), &[("p1", true, 36)]), true, "served up to 5 d · fired: p1"),
            ("v13", heard(Some(30), &[("p1", true, 34), ("p1", true, 41)]), false, "served up to 5 d · no alarm"),
            (
                "v12",
                heard(Some(30), &[("p3", false, 41), ("p1", true, 42), ("p1", true, 44)]),
                true,
                "served 10 d · fired: p1 2 times, p3",
            ),
            ("v12", heard(Some(45), &[]), false, "served 10 d · no alarm in its last 5 d"),
            ("v11", heard(Some(36), &[]), false, "served up to 34 d · its alarms are not kept any more"),
            ("v13", heard(None, &[]), false, "served up to 5 d · its alarms are not known"),
            ("other", heard(Some(30), &[]), false, "how long it served is not known · its alarms are not known"),
        ];
        for (config, heard, grave, told) in cases {
            let record = Record::of(&served, config, &heard);
            assert_eq!((record.grave(), record.told().as_str()), (grave, told), "{config}");
        }
    }
}
