//! The states that alarms took in the last day, from CloudWatch's own history. It shows an alarm that flaps between two
//! polls.
//!
//! CloudWatch keeps it for 30 days:
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarmHistory.html>.

use aws_sdk_cloudwatch::types::{AlarmHistoryItem, AlarmType, HistoryItemType, ScanBy};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::aws::{Aws, AwsError, failed, pages_until};
use crate::health::Health;
use crate::resources::convert::url_part;
use crate::resources::{
    AwsCommand, Cadence, Event, Kind, Listing, Observed, Resource, Table, Turn, asked_lately, time,
};

/// The age of the oldest changes of state that are read.
const BACK: SignedDuration = SignedDuration::from_hours(24);
/// Pages of 100 changes of state.
const PAGES: usize = 5;

/// One time that an alarm took another state.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct AlarmTurn {
    /// The alarm's name and the time: the id.
    pub id: String,
    /// Name of the alarm.
    pub alarm: String,
    /// The time at which it took the state.
    pub at: Option<Timestamp>,
    /// The new state: `OK`, `ALARM`, `INSUFFICIENT_DATA`, raw; empty where the history does not say.
    pub state: String,
    /// The reason, in CloudWatch's words.
    pub reason: String,
}

/// The part of a `StateUpdate`'s `HistoryData` that is read here.
#[derive(Debug, Default, Deserialize)]
struct Data {
    #[serde(rename = "newState", default)]
    new: State,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct State {
    state_value: String,
    state_reason: String,
}

impl AlarmTurn {
    /// Describes it: the alarm and its state. The names that target tracking gives are long, so there the state comes
    /// before the endpoint and the variant: `scaling AlarmHigh ALARM (fraud-prod/v1)`.
    fn in_words(&self) -> String {
        match of_target_tracking(&self.alarm) {
            Some((side, place)) => format!("scaling {side} {} ({place})", self.state),
            None => format!("{} {}", self.alarm, self.state),
        }
    }
}

/// Returns the side and the place of an alarm of target tracking:
/// `TargetTracking-endpoint/fraud-prod/variant/v1-AlarmHigh-1f2e` → `AlarmHigh` and `fraud-prod/v1`.
fn of_target_tracking(name: &str) -> Option<(&'static str, String)> {
    let rest = name.strip_prefix("TargetTracking-endpoint/")?;
    ["AlarmHigh", "AlarmLow"].into_iter().find_map(|side| {
        let (place, _) = rest.split_once(&format!("-{side}-"))?;
        let (endpoint, variant) = place.split_once("/variant/")?;
        Some((side, format!("{endpoint}/{variant}")))
    })
}

impl Resource for AlarmTurn {
    const KIND: Kind = Kind::AlarmHistory;
    const CADENCE: Cadence = Cadence::Rare;
    const AFTER: &[Kind] = &[Kind::Alarms];
    const OPTIONAL: bool = true;
    // A row that is older than the last day is not gone.
    const WINDOWED: bool = true;
    const REFERENCES: &'static [&'static str] = &["alarm"];
    fn id(&self) -> &str {
        &self.id
    }

    fn part_of(&self) -> Option<(Kind, &str)> {
        Some((Kind::Alarms, &self.alarm))
    }
    fn console(&self, region: &str) -> Option<String> {
        Some(format!("cloudwatch/home?region={region}#alarmsV2:alarm/{}", url_part(&self.alarm)))
    }
    fn command(&self) -> Option<AwsCommand> {
        Some(AwsCommand::new("cloudwatch", "describe-alarm-history", "alarm-name", &self.alarm))
    }
    fn events(&self, old: Option<&Self>) -> Vec<Event> {
        let turned = old.is_none() && !self.state.is_empty();
        let event = |at| Event::at(at, Health::of_status(&self.state), self.in_words());
        self.at.filter(|_| turned).map(event).into_iter().collect()
    }
    fn due(observed: &Observed, known: &Table<Self>) -> bool {
        known.answered() && state_changes(observed, known).any(|what| !asked_lately(known, &what, observed.at))
    }
    async fn read(aws: &Aws, observed: &Observed, turn: Turn<'_, Self>) -> Result<Listing<Self>, AwsError> {
        // Each change is noted as read, whatever the clocks say, so that it is read only once.
        let asked = state_changes(observed, turn.known).collect();
        let begin = observed.at.checked_sub(BACK).unwrap_or_default();
        let old = |turn: &Self| turn.at.is_some_and(|at| at < begin);
        // The newest come first.
        let (turns, next) = pages_until(
            None,
            PAGES,
            |turns: &[Self]| turns.iter().any(old),
            async |token| {
                let request = aws.cloudwatch.describe_alarm_history().history_item_type(HistoryItemType::StateUpdate);
                let request = request.alarm_types(AlarmType::MetricAlarm).alarm_types(AlarmType::CompositeAlarm);
                let request = request.scan_by(ScanBy::TimestampDescending).max_records(100).set_next_token(token);
                let page = request.send().await.map_err(failed)?;
                let turns = page.alarm_history_items.unwrap_or_default().into_iter().map(from_item).collect();
                Ok((turns, page.next_token))
            },
        )
        .await?;
        let capped = next.is_some() && !turns.iter().any(old);
        Ok(Listing::all(turns.into_iter().filter(|turn| !old(turn)).collect()).capped(capped).asked(asked))
    }
}

/// Returns the alarms that changed their state since the history was read, and when. Each may have changed more than
/// once.
fn state_changes(observed: &Observed, known: &Table<AlarmTurn>) -> impl Iterator<Item = String> {
    let read = known.answered_at();
    let turned = observed.store.alarms.rows().filter(move |alarm| alarm.since > read && !alarm.scaling());
    turned.filter_map(|alarm| Some(format!("{} {}", alarm.name, alarm.since?)))
}

fn from_item(item: AlarmHistoryItem) -> AlarmTurn {
    let at = time(item.timestamp.as_ref());
    let alarm = item.alarm_name.unwrap_or_default();
    let data: Data = item.history_data.and_then(|data| serde_json::from_str(&data).ok()).unwrap_or_default();
    let id = format!("{alarm} {}", at.map(|at| at.to_string()).unwrap_or_default());
    AlarmTurn { id, alarm, at, state: data.new.state_value, reason: data.new.state_reason }
}

/// Counts how often an alarm went into `ALARM` after a time; 0 where the history was not read.
#[must_use]
pub fn fired_since(history: &Table<AlarmTurn>, alarm: &str, after: Timestamp) -> usize {
    let own = history.rows().filter(|turn| turn.alarm == alarm && turn.state == "ALARM");
    own.filter(|turn| turn.at.is_some_and(|at| at >= after)).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(second: i64, data: &str) -> AlarmTurn {
        let at = aws_smithy_types::DateTime::from_secs(second);
        from_item(AlarmHistoryItem::builder().alarm_name("p99").timestamp(at).history_data(data).build())
    }

    #[test]
    fn a_turn_says_which_state_and_why_as_far_as_the_history_tells() {
        let turn = item(7, r#"{"version":"1.0","newState":{"stateValue":"ALARM","stateReason":"2 of 2","x":1}}"#);
        assert_eq!((turn.state.as_str(), turn.reason.as_str()), ("ALARM", "2 of 2"));
        assert_eq!(turn.events(None).len(), 1);
        assert_eq!(turn.part_of(), Some((Kind::Alarms, "p99")));
        // Data that cannot be read gives a row without a state, and no event.
        for data in ["", "not JSON", "[]", r#"{"newState":{}}"#] {
            assert!(item(7, data).events(None).is_empty(), "{data}");
        }
    }

    #[test]
    fn only_what_fired_after_a_time_is_counted() {
        let fired = |second| item(second, r#"{"newState":{"stateValue":"ALARM"}}"#);
        let ended = item(25, r#"{"newState":{"stateValue":"OK"}}"#);
        let mut history = Table::default();
        history.apply(Ok(Listing::all(vec![fired(10), fired(20), ended, fired(30)])), Timestamp::UNIX_EPOCH);
        let since = |second| fired_since(&history, "p99", Timestamp::from_second(second).unwrap());
        assert_eq!((since(0), since(20), since(31)), (3, 2, 0));
        assert_eq!(fired_since(&history, "p50", Timestamp::UNIX_EPOCH), 0);
    }
}
