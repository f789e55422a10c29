//! The changes of alarms: by evaluation, by hand, or by creation.

use super::alarm::{Alarm, HistoryItem, Verdict};
use super::state::State;
use crate::sim::prelude::{Env, Time, Value, num, tree};
use crate::sim::services::sagemaker::Endpoints;

impl State {
    /// Evaluates all alarms: first those on metrics, then those on other alarms.
    pub(crate) fn evaluate_alarms(&mut self, env: &Env, endpoints: &Endpoints) {
        // If there are very many alarms, each is evaluated once a minute, not every ten seconds.
        let (turn, turns) = (env.now.0 / 10_000, if self.alarms.len() > 400 { 6 } else { 1 });
        let is_due = |index: usize| num::count(index) % turns == turn.rem_euclid(turns);
        for composite in [false, true] {
            let view = self.view(env, endpoints);
            let due = self.alarms.iter().enumerate().filter(|(index, _)| is_due(*index)).map(|(_, entry)| entry);
            let changed = due.filter(|(_, alarm)| alarm.is_composite() == composite).filter_map(|(name, alarm)| {
                let verdict = view.judge(alarm);
                let keeps = alarm.set_by_hand == Some(verdict.state == "ALARM");
                (!keeps && verdict.state != alarm.state()).then(|| (name.clone(), verdict))
            });
            for (name, verdict) in changed.collect::<Vec<_>>() {
                if let Some(alarm) = self.alarms.get_mut(&name) {
                    alarm.set_by_hand = None;
                }
                self.change_alarm(env.now, &name, &verdict, env.now);
            }
        }
        self.suppress_actions(env.now);
    }

    /// Gives an alarm a state as of a time, records the change in its history, and runs its actions.
    pub(crate) fn change_alarm(&mut self, now: Time, name: &str, verdict: &Verdict, at: Time) {
        let Verdict { state, reason, data } = verdict;
        let muted = self.is_muted(at, name);
        let suppressed = self.alarms.get(name).is_some_and(|alarm| self.suppression(now, alarm, state, at).is_some());
        let Some(alarm) = self.alarms.get_mut(name) else { return };
        let before = alarm.state().to_owned();
        alarm.doc.set("StateReason", reason);
        alarm.doc.set("StateReasonData", data.as_deref());
        alarm.doc.set("StateUpdatedTimestamp", at);
        if before == *state {
            return;
        }
        alarm.doc.set("StateValue", *state);
        alarm.doc.set("StateTransitionedTimestamp", at);
        let summary = format!("Alarm updated from {before} to {state}");
        let change = tree! {
            "version": "1.0",
            "oldState": tree! { "stateValue": &before },
            "newState": tree! { "stateValue": *state, "stateReason": reason, "stateReasonData": data.as_deref() },
        };
        let item = HistoryItem::new(alarm, at, "StateUpdate", summary, &change);
        self.history.push(HistoryItem { ends_alarm: before == "ALARM", ..item });
        let list = match *state {
            "ALARM" => "AlarmActions",
            "OK" => "OKActions",
            _ => "InsufficientDataActions",
        };
        if alarm.doc.get("ActionsEnabled") == Some(&Value::Bool(true)) && !suppressed && !muted {
            for action in alarm.doc.items_at(list) {
                let action = action.as_text().unwrap_or("");
                let summary = format!("Successfully executed action {action}");
                let data =
                    tree! { "actionState": "Succeeded", "stateUpdateTimestamp": at.0, "notificationResource": action };
                self.history.push(HistoryItem::new(alarm, at, "Action", summary, &data));
            }
        }
    }

    /// Adds an alarm, or replaces the one of that name. It has no data until it is evaluated.
    pub(crate) fn add_alarm(&mut self, env: &Env, name: &str, created: Time, spec: &Value) {
        let arn = env.account.arn("cloudwatch", &format!("alarm:{name}"));
        let mut doc = tree! { "AlarmName": name, "AlarmArn": arn }.merged(spec);
        for list in ["OKActions", "AlarmActions", "InsufficientDataActions"] {
            if doc.get(list).is_none() {
                doc.set(list, Vec::<Value>::new());
            }
        }
        let doc = doc
            .with("AlarmConfigurationUpdatedTimestamp", created)
            .with("StateValue", "INSUFFICIENT_DATA")
            .with("StateReason", "Unchecked: Initial alarm creation")
            .with("StateUpdatedTimestamp", created)
            .with("StateTransitionedTimestamp", created);
        self.alarms.insert(name.to_owned(), Alarm::new(doc));
    }
}
