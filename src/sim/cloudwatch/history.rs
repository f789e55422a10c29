//! What happened to alarms.

use super::super::fault::Fault;
use super::super::sagemaker::listing::cut_by;
use super::super::time::Time;
use super::super::wire::{Value, json, tree};
use super::super::world::World;
use super::alarms::Alarm;
use super::{Operation, invalid, read, worded};

pub(super) static OPERATIONS: &[Operation] = &[read("DescribeAlarmHistory", describe)];

const ITEMS: &[&str] =
    &["ConfigurationUpdate", "StateUpdate", "Action", "AlarmContributorStateUpdate", "AlarmContributorAction"];

/// One thing that happened to an alarm.
#[derive(Debug, Clone)]
pub(crate) struct Item {
    name: String,
    kind: &'static str,
    at: Time,
    about: &'static str,
    summary: String,
    data: String,
}

impl Item {
    /// Something that happened to an alarm.
    pub(crate) fn new(alarm: &Alarm, name: &str, at: Time, item: &'static str, summary: &str, data: &Value) -> Self {
        Self {
            name: name.to_owned(),
            kind: alarm.kind(),
            at,
            about: item,
            summary: summary.to_owned(),
            data: json::text(data),
        }
    }
    /// Did this alarm leave ALARM here?
    pub(crate) fn is_end_of(&self, name: &str) -> bool {
        self.name == name && self.summary.starts_with("Alarm updated from ALARM")
    }
}

fn describe(world: &mut World, input: &Value) -> Result<Value, Fault> {
    let name = input.text("AlarmName")?;
    let kinds = input.texts("AlarmTypes")?;
    let kinds = if kinds.is_empty() { vec!["MetricAlarm"] } else { kinds };
    let wanted = input.one_of("HistoryItemType", ITEMS).map_err(|fault| invalid(fault.message))?;
    let (from, to) = (input.time("StartDate")?, input.time("EndDate")?);
    let oldest_first = input.text("ScanBy")? == Some("TimestampAscending");
    let mut found: Vec<&Item> = world
        .history
        .iter()
        .filter(|item| {
            name.is_none_or(|name| item.name == name)
                && kinds.contains(&item.kind)
                && wanted.is_none_or(|wanted| item.about == wanted)
                && from.is_none_or(|t| item.at >= t)
                && to.is_none_or(|t| item.at <= t)
        })
        .collect();
    found.sort_by_key(|item| item.at);
    if !oldest_first {
        found.reverse();
    }
    let (page, next) = cut_by(input, found, ("NextToken", "MaxRecords"), 100, 100).map_err(worded)?;
    let rows: Vec<Value> = page
        .into_iter()
        .map(|item| {
            tree! {
                "AlarmName": item.name.as_str(),
                "AlarmType": item.kind,
                "Timestamp": item.at,
                "HistoryItemType": item.about,
                "HistorySummary": item.summary.as_str(),
                "HistoryData": item.data.as_str(),
            }
        })
        .collect();
    Ok(tree! { "AlarmHistoryItems": rows, "NextToken": next })
}
