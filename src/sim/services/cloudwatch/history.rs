//! Requests for the history of alarms.

use super::alarm::HistoryItem;
use super::state::{Handler, State};
use crate::sim::prelude::{Answer, Env, Operation, Paging, Value, read, tree};
use crate::sim::services::sagemaker::Endpoints;

pub(super) static OPERATIONS: &[Operation<Handler>] = &[read("DescribeAlarmHistory", describe)];

const PAGES: Paging = Paging { token: "NextToken", size: "MaxRecords", usual: 100, most: 100 };
const ITEMS: &[&str] =
    &["ConfigurationUpdate", "StateUpdate", "Action", "AlarmContributorStateUpdate", "AlarmContributorAction"];

fn describe(state: &mut State, _: &Env, _: &Endpoints, input: &Value) -> Answer {
    let name = input.text("AlarmName")?;
    let kinds = input.texts("AlarmTypes")?;
    let kinds = if kinds.is_empty() { vec!["MetricAlarm"] } else { kinds };
    let wanted = input.one_of("HistoryItemType", ITEMS)?;
    let (from, to) = (input.time("StartDate")?, input.time("EndDate")?);
    let oldest_first = input.text("ScanBy")? == Some("TimestampAscending");
    let found = state.history.iter().filter(|item| {
        name.is_none_or(|name| item.name == name)
            && kinds.contains(&item.kind)
            && wanted.is_none_or(|wanted| item.item == wanted)
            && from.is_none_or(|t| item.at >= t)
            && to.is_none_or(|t| item.at <= t)
    });
    let mut found: Vec<&HistoryItem> = found.collect();
    found.sort_by_key(|item| item.at);
    if !oldest_first {
        found.reverse();
    }
    let (page, next) = PAGES.cut(input, found)?;
    let rows = page.into_iter().map(|item| {
        tree! {
            "AlarmName": &item.name,
            "AlarmType": item.kind,
            "Timestamp": item.at,
            "HistoryItemType": item.item,
            "HistorySummary": &item.summary,
            "HistoryData": &item.data,
        }
    });
    Ok(PAGES.page("AlarmHistoryItems", rows.collect(), next))
}
