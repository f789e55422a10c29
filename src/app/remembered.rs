//! The acknowledgements and switches of an account that the journal records and that still hold.

use jiff::Timestamp;

use super::account::Account;
use crate::intents::{Acknowledgement, Part, SwitchedOff};
use crate::resources::{Kind, Store};

impl Account {
    /// Returns since when an alarm fires, or the newest finding about a thing exists. `None` where nothing can be
    /// acknowledged.
    #[must_use]
    pub fn acknowledgeable(&self, kind: Kind, id: &str) -> Option<Timestamp> {
        if kind == Kind::Alarms {
            return self.observed.store.alarms.get(id).filter(|alarm| alarm.firing())?.since;
        }
        let reasons = self.chains().iter().flat_map(|chain| &chain.reasons);
        reasons.filter(|reason| reason.is_about(kind, id)).filter_map(|reason| reason.since).max()
    }

    /// Returns the acknowledgement of an alarm that fires, or of a finding. One of an earlier time does not count.
    #[must_use]
    pub fn acknowledged(&self, kind: Kind, id: &str) -> Option<&Acknowledgement> {
        let all = &self.remembered.acknowledged;
        let known = if all.is_empty() { None } else { all.get(&(kind, id.to_owned())) }?;
        (self.acknowledgeable(kind, id) == Some(known.since)).then_some(known)
    }

    /// Returns what was switched off from here and is off still, as far as AWS was read.
    pub fn left_off(&self) -> impl Iterator<Item = &SwitchedOff> {
        self.remembered.off.iter().filter(|off| is_off(&self.observed.store, off.switched.part, &off.switched.id))
    }
}

fn is_off(store: &Store, part: Part, id: &str) -> bool {
    match part {
        #[cfg(feature = "eventbridge")]
        Part::Rule => store.event_rules.get(id).is_some_and(|rule| !rule.enabled()),
        #[cfg(feature = "scheduler")]
        Part::Schedule => {
            let named = |name: &str, group: &str| name == id || id.strip_suffix(name) == Some(&*format!("{group}/"));
            store.schedules.rows().any(|own| named(&own.name, &own.group) && !own.enabled())
        }
        #[cfg(feature = "applicationautoscaling")]
        Part::Scaling => {
            let mut targets = store.scalable_targets.rows();
            targets.any(|target| target.resource == id && !target.suspended.in_words().is_empty())
        }
        Part::AlarmActions => store.alarms.get(id).is_some_and(|alarm| !alarm.actions_enabled),
        Part::Mute => {
            let mut rules = store.mute_rules.rows();
            rules.any(|rule| rule.status == "ACTIVE" && rule.alarms.iter().any(|alarm| alarm == id))
        }
        #[cfg(not(all(feature = "eventbridge", feature = "scheduler", feature = "applicationautoscaling")))]
        _ => false,
    }
}
