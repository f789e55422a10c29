//! Composite alarms whose actions another alarm suppresses.

use super::alarm::Alarm;
use super::state::State;
use crate::sim::prelude::{Span, Time, Value};

impl State {
    /// Marks on each composite alarm whether its actions are suppressed now, and by what.
    pub(crate) fn suppress_actions(&mut self, now: Time) {
        let changed = |alarm: &Alarm| alarm.doc.instant("StateTransitionedTimestamp");
        let find = |alarm: &Alarm| self.suppression(now, alarm, alarm.state(), changed(alarm));
        let with_suppressor = self.alarms.iter().filter(|(_, alarm)| alarm.doc.get("ActionsSuppressor").is_some());
        let found: Vec<_> = with_suppressor.map(|(name, alarm)| (name.clone(), find(alarm))).collect();
        for (name, suppression) in found {
            let Some(alarm) = self.alarms.get_mut(&name) else { continue };
            alarm.doc.set("ActionsSuppressedBy", suppression.as_ref().map(|(by, _)| *by));
            alarm.doc.set("ActionsSuppressedReason", suppression.as_ref().map(|(_, why)| why.as_str()));
        }
    }

    /// Returns what suppresses the actions of an alarm that entered this state at a time, as AWS's term and as a
    /// sentence.
    pub(super) fn suppression(
        &self,
        now: Time,
        alarm: &Alarm,
        state: &str,
        changed: Time,
    ) -> Option<(&'static str, String)> {
        let name = alarm.doc.str("ActionsSuppressor");
        let suppressor = self.alarms.get(name.rsplit(":alarm:").next().unwrap_or(name))?;
        let seconds = |key: &str| Span::seconds(alarm.doc.get(key).and_then(Value::as_int).unwrap_or(0));
        let ended = suppressor.doc.instant("StateTransitionedTimestamp");
        if suppressor.state() == "ALARM" {
            return Some(("Alarm", format!("{name} is in ALARM")));
        }
        if state != "ALARM" {
            return None;
        }
        let extension = seconds("ActionsSuppressorExtensionPeriod");
        let own_name = suppressor.doc.str("AlarmName");
        let fired = self.history.iter().any(|item| item.ends_alarm && item.name == own_name);
        if fired && now < ended + extension {
            return Some(("ExtensionPeriod", format!("{name} was in ALARM until a moment ago")));
        }
        let wait = seconds("ActionsSuppressorWaitPeriod");
        (now < changed + wait).then(|| ("WaitPeriod", format!("waiting for {name} to go into ALARM")))
    }
}
