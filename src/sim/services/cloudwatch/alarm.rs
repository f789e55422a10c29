//! An alarm, and the items of its history.

use super::rule::Rule;
use crate::sim::prelude::{Time, Value, json};

/// An alarm: its description, and its rule if it is a composite one.
#[derive(Debug, Clone)]
pub(crate) struct Alarm {
    pub(crate) doc: Value,
    pub(super) rule: Option<Rule>,
    /// Whether its children were in ALARM when its state was set by hand; the state stays until that changes. `None` if
    /// it was not set by hand.
    pub(super) set_by_hand: Option<bool>,
}

/// The new state of an alarm.
#[derive(Debug, Clone)]
pub(crate) struct Verdict {
    pub(crate) state: &'static str,
    pub(crate) reason: String,
    pub(crate) data: Option<String>,
}

impl Alarm {
    /// Creates an alarm from its description. A composite one has an `AlarmRule`.
    pub(super) fn new(doc: Value) -> Self {
        let rule =
            doc.get("AlarmRule").and_then(Value::as_text).map(|text| Rule::parse(text).unwrap_or(Rule::Always(false)));
        Self { doc, rule, set_by_hand: None }
    }
    /// Returns its state in AWS's terms.
    pub(crate) fn state(&self) -> &str {
        self.doc.str("StateValue")
    }
    /// Returns whether it is an alarm on other alarms.
    pub(crate) fn is_composite(&self) -> bool {
        self.rule.is_some()
    }
    /// Returns its kind in AWS's terms.
    pub(super) fn kind(&self) -> &'static str {
        if self.is_composite() { "CompositeAlarm" } else { "MetricAlarm" }
    }
    /// Returns the alarms that its rule names.
    pub(crate) fn children(&self) -> Vec<&str> {
        self.rule.as_ref().map(Rule::children).unwrap_or_default()
    }
}

/// One item of an alarm's history.
#[derive(Debug, Clone)]
pub(super) struct HistoryItem {
    pub(super) name: String,
    pub(super) kind: &'static str,
    pub(super) at: Time,
    /// AWS's term for the kind of item.
    pub(super) item: &'static str,
    pub(super) summary: String,
    pub(super) data: String,
    /// Whether the alarm left ALARM.
    pub(super) ends_alarm: bool,
}

impl HistoryItem {
    pub(super) fn new(alarm: &Alarm, at: Time, item: &'static str, summary: String, data: &Value) -> Self {
        let (name, kind, data) = (alarm.doc.str("AlarmName").to_owned(), alarm.kind(), json::text(data));
        Self { name, kind, at, item, summary, data, ends_alarm: false }
    }
}
