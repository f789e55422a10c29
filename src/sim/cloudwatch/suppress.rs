//! Composite alarms whose actions another alarm holds back.

use super::super::time::{Span, Time};
use super::super::world::World;
use super::alarms::Alarm;

impl World {
    /// Notes on each composite alarm whether its actions are held back now, and by what.
    pub(crate) fn suppress_actions(&mut self) {
        let changed = |alarm: &Alarm| alarm.doc.instant("StateTransitionedTimestamp");
        let held = |alarm: &Alarm| self.held_back(alarm, alarm.state(), changed(alarm));
        let suppressed = self.alarms.iter().filter(|(_, alarm)| alarm.doc.get("ActionsSuppressor").is_some());
        let found: Vec<_> = suppressed.map(|(name, alarm)| (name.clone(), held(alarm))).collect();
        for (name, held) in found {
            let Some(alarm) = self.alarms.get_mut(&name) else { continue };
            alarm.doc.set("ActionsSuppressedBy", held.as_ref().map(|(by, _)| *by));
            alarm.doc.set("ActionsSuppressedReason", held.as_ref().map(|(_, why)| why.as_str()));
        }
    }

    /// Why the actions of an alarm that got this state at an instant are held back now, by AWS's word and in a sentence.
    pub(super) fn held_back(&self, alarm: &Alarm, state: &str, changed: Time) -> Option<(&'static str, String)> {
        let name = alarm.doc.str("ActionsSuppressor");
        let suppressor = self.alarms.get(name.rsplit(":alarm:").next().unwrap_or(name))?;
        let seconds = |key: &str| Span::seconds(alarm.doc.get(key).and_then(super::Value::as_int).unwrap_or(0));
        let ended = suppressor.doc.instant("StateTransitionedTimestamp");
        if suppressor.state() == "ALARM" {
            return Some(("Alarm", format!("{name} is in ALARM")));
        }
        if state != "ALARM" {
            return None;
        }
        let extension = seconds("ActionsSuppressorExtensionPeriod");
        let fired = self.history.iter().any(|item| item.is_end_of(suppressor.doc.str("AlarmName")));
        if fired && self.now < ended + extension {
            return Some(("ExtensionPeriod", format!("{name} was in ALARM until a moment ago")));
        }
        let wait = seconds("ActionsSuppressorWaitPeriod");
        (self.now < changed + wait).then(|| ("WaitPeriod", format!("waiting for {name} to go into ALARM")))
    }
}
