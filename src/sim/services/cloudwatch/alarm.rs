//! An alarm, and what happened to it.

use super::rule::Rule;
use crate::sim::prelude::{Time, Value, json};

/// An alarm: its description, and its rule when it is a composite one.
#[derive(Debug, Clone)]
pub(crate) struct Alarm {
    pub(crate) doc: Value,
    pub(super) rule: Option<Rule>,
    /// Set by hand while its children were (or were not) in ALARM; it stays so until that changes.
    pub(super) set_by_hand: Option<bool>,
}

/// The state that an alarm gets.
#[derive(Debug, Clone)]
pub(crate) struct Verdict {
    pub(crate) state: &'static str,
    pub(crate) reason: String,
    pub(crate) data: Option<String>,
}

impl Alarm {
    /// An alarm from its description; a composite one has an `AlarmRule`.
    pub(super) fn new(doc: Value) -> Self {
        let rule =
            doc.get("AlarmRule").and_then(Value::as_text).map(|text| Rule::parse(text).unwrap_or(Rule::Always(false)));
        Self { doc, rule, set_by_hand: None }
    }
    /// Its state, by AWS's word.
    pub(crate) fn state(&self) -> &str {
        self.doc.str("StateValue")
    }
    /// Is it one on other alarms?
    pub(crate) fn is_composite(&self) -> bool {
        self.rule.is_some()
    }
    /// Its kind, by AWS's word.
    pub(super) fn kind(&self) -> &'static str {
        if self.is_composite() { "CompositeAlarm" } else { "MetricAlarm" }
    }
    /// The alarms that its rule names.
    pub(crate) fn children(&self) -> Vec<&str> {
        self.rule.as_ref().map(Rule::children).unwrap_or_default()
    }
}

/// One thing that happened to an alarm.
#[derive(Debug, Clone)]
pub(super) struct HistoryItem {
    pub(super) name: String,
    pub(super) kind: &'static str,
    pub(super) at: Time,
    /// AWS's word for what happened.
    pub(super) item: &'static str,
    pub(super) summary: String,
    pub(super) data: String,
    /// The alarm left ALARM.
    pub(super) ends_alarm: bool,
}

impl HistoryItem {
    pub(super) fn new(alarm: &Alarm, at: Time, item: &'static str, summary: String, data: &Value) -> Self {
        let (name, kind, data) = (alarm.doc.str("AlarmName").to_owned(), alarm.kind(), json::text(data));
        Self { name, kind, at, item, summary, data, ends_alarm: false }
    }
}
