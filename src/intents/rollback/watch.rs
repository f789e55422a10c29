//! What watches an endpoint, as the console joins it: its stage, its alarms, and when they fired.

use aws_sdk_cloudwatch::types::{AlarmHistoryItem, AlarmType, HistoryItemType, ScanBy};
use aws_smithy_types::DateTime;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::candidate::Candidate;
use crate::aws::{Aws, AwsError, failed, pages};
use crate::intents::Executor;
use crate::intents::recent_errors::RecentErrors;
use crate::model::{join, severity, trouble};
use crate::resources::alarm::Alarm;
use crate::resources::config::EndpointConfig;
use crate::resources::endpoint::Endpoint;
use crate::resources::model::Model;
use crate::resources::{Listing, Resource, Seen, time};

/// Pages of 100 alarms that a plan reads.
const PAGES: usize = 20;
/// Alarms whose past is asked for: each costs a call.
const MOST: usize = 20;
/// Pages of 100 entries of an alarm's past.
const ENTRIES: usize = 3;
/// Days for which `CloudWatch` keeps what happened to an alarm.
const KEPT: i64 = 30;

/// What watches an endpoint.
#[derive(Debug, Clone, Default)]
pub(super) struct Watch {
    /// `prod`, `staging`, …; empty when nothing tells.
    pub(super) stage: String,
    pub(super) alarms: Vec<Watcher>,
    /// Does one of them watch how many requests fail there?
    pub(super) errors: bool,
    /// How many requests failed in the last minutes.
    pub(super) recent_errors: RecentErrors,
    /// What is wrong with the endpoint, as far as it, its requests and its alarms tell.
    pub(super) trouble: Option<String>,
    /// Why not all alarms are known, as a phrase.
    pub(super) problem: Option<String>,
}

/// One alarm that speaks of the endpoint or of its model.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Watcher {
    pub(super) name: String,
    /// Its tier; empty when nothing tells.
    pub(super) tier: String,
    /// Does it break a model, as sev1 and sev2 do?
    pub(super) grave: bool,
}

impl Watcher {
    fn of(alarm: &Alarm, by: &Executor) -> Self {
        let tier = severity::tier(&by.wishes.severity, alarm);
        let own = || alarm.namespaces.iter().any(|namespace| namespace == "AWS/SageMaker");
        let grave = tier.as_deref().map_or_else(own, |tier| severity::weight(tier) == crate::model::Health::Critical);
        Self { name: alarm.name.clone(), tier: tier.unwrap_or_default(), grave }
    }

    /// Its name and its tier.
    pub(super) fn label(&self) -> String {
        if self.tier.is_empty() { self.name.clone() } else { format!("{} ({})", self.name, self.tier) }
    }
}

impl Watch {
    /// Reads all alarms, and finds those of the endpoint as the console does. An endpoint that is watched by what cannot
    /// be read can be rolled back all the same.
    pub(super) async fn read(by: &Executor, endpoint: &Endpoint, serving: Option<&Candidate>) -> Self {
        let config: Vec<EndpointConfig> = serving.iter().map(|serving| serving.config.clone()).collect();
        let models: Vec<Model> = serving.iter().flat_map(|s| &s.models).map(|runs| runs.model.clone()).collect();
        let (alarms, mut problem) = match Alarm::all(&by.aws, PAGES).await {
            Ok((alarms, capped)) => (alarms, capped.then(|| format!("only {} alarms were read", PAGES * 100))),
            Err(error) => (Vec::new(), Some(format!("alarms cannot be read ({error})"))),
        };
        let recent_errors = RecentErrors::read(by, endpoint).await;
        let mut seen = Seen { wishes: by.wishes.clone(), at: (by.clock)(), ..Seen::default() };
        seen.store.alarms.apply(Ok(Listing::all(alarms)), seen.at);
        seen.store.models.apply(Ok(Listing::all(models)), seen.at);
        seen.store.configs.apply(Ok(Listing::all(config)), seen.at);
        seen.store.endpoints.apply(Ok(Listing::all(vec![endpoint.clone()])), seen.at);
        seen.store.metrics.apply(Ok(Listing::all(recent_errors.series.clone())), seen.at);
        let joined = join(&seen);
        let chain = joined.owner(Endpoint::KIND, &endpoint.name);
        let serving = joined.serving(&endpoint.name);
        let trouble = chain.zip(serving).and_then(|(chain, serving)| trouble(chain, serving, &seen.store));
        let own = chain.into_iter().flat_map(|chain| &chain.alarms).filter_map(|name| seen.store.alarms.get(name));
        let errors = own.clone().any(|alarm| on_errors(alarm, &endpoint.name));
        let mut alarms: Vec<Watcher> = own
            .filter(|alarm| !alarm.scaling() && !of_another(alarm, &endpoint.name))
            .map(|alarm| Watcher::of(alarm, by))
            .collect();
        alarms.sort_by_key(|watcher| !watcher.grave);
        if alarms.len() > MOST {
            problem = Some(format!("the past of {MOST} of its {} alarms was read", alarms.len()));
        }
        let stage = serving.map(|serving| serving.stage.to_owned()).unwrap_or_default();
        Self { stage, alarms, errors, recent_errors, trouble, problem }
    }
}

/// Does it watch how many requests of this endpoint fail?
fn on_errors(alarm: &Alarm, endpoint: &str) -> bool {
    let counts = |metric: &String| matches!(metric.as_str(), "Invocation5XXErrors" | "InvocationModelErrors");
    alarm.metrics.iter().any(counts)
        && alarm.dimensions.iter().any(|(name, value)| name == "EndpointName" && value == endpoint)
}

/// Does it name other endpoints, and not this one?
fn of_another(alarm: &Alarm, endpoint: &str) -> bool {
    let named = alarm.dimensions.iter().filter(|(name, _)| matches!(name.as_str(), "EndpointName" | "Endpoint"));
    let mut named = named.map(|(_, value)| value.as_str()).peekable();
    named.peek().is_some() && named.all(|name| name != endpoint)
}

/// When alarms fired.
#[derive(Debug, Clone, Default)]
pub(super) struct Heard {
    /// Which, from when, and until when.
    pub(super) fired: Vec<(Watcher, Firing)>,
    /// From when on that is all; absent when nothing was read.
    pub(super) since: Option<Timestamp>,
    /// How many alarms were asked.
    pub(super) asked: usize,
    /// Does one of them watch how many requests fail?
    pub(super) errors: bool,
    /// Why it is not all, as a phrase.
    pub(super) problem: Option<String>,
}

/// A time in which an alarm fired.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Firing {
    /// Absent for one that fired already when what is kept begins.
    pub(super) from: Option<Timestamp>,
    /// Absent for one that fires still.
    pub(super) until: Option<Timestamp>,
}

impl Heard {
    /// Asks for the past of each alarm from a time on, as far as `CloudWatch` keeps it.
    pub(super) async fn read(by: &Executor, watch: &Watch, from: Timestamp) -> Self {
        let kept = (by.clock)().checked_sub(SignedDuration::from_hours(24 * KEPT)).unwrap_or(from);
        let (problem, asked) = (watch.problem.clone(), watch.alarms.len().min(MOST));
        let mut heard = Self { since: Some(from.max(kept)), asked, errors: watch.errors, problem, fired: Vec::new() };
        if asked == 0 && heard.problem.is_some() {
            heard.since = None;
        }
        for watcher in watch.alarms.iter().take(MOST) {
            match past(&by.aws, &watcher.name, from.max(kept)).await {
                Ok((turns, capped)) => {
                    // What lies before the oldest entry of a list that was cut is not known.
                    let reaches = turns.first().map(|turn| turn.at).filter(|_| capped);
                    heard.since = heard.since.max(reaches);
                    heard.fired.extend(firings(&turns).into_iter().map(|firing| (watcher.clone(), firing)));
                }
                Err(error) => {
                    let problem = Some(format!("the past of alarms cannot be read ({error})"));
                    return Self { since: None, problem, ..heard };
                }
            }
        }
        heard
    }
}

/// An alarm went from one state to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Turn {
    at: Timestamp,
    /// Did it fire before, and does it after?
    fires: (bool, bool),
}

/// The times in which an alarm fired, by its turns, the oldest first.
fn firings(turns: &[Turn]) -> Vec<Firing> {
    let mut firings: Vec<Firing> = Vec::new();
    for turn in turns {
        match (turn.fires, firings.last_mut().filter(|last| last.until.is_none())) {
            ((_, true), None) => firings.push(Firing { from: Some(turn.at), until: None }),
            ((_, false), Some(last)) => last.until = Some(turn.at),
            ((true, false), None) => firings.push(Firing { from: None, until: Some(turn.at) }),
            ((_, true), Some(_)) | ((false, false), None) => {}
        }
    }
    firings
}

/// The turns of an alarm, the oldest first, and whether there were more before them.
async fn past(aws: &Aws, alarm: &str, from: Timestamp) -> Result<(Vec<Turn>, bool), AwsError> {
    let (items, more) = pages(ENTRIES, async |token| {
        let types = [AlarmType::MetricAlarm, AlarmType::CompositeAlarm, AlarmType::LogAlarm];
        let request = aws.cloudwatch.describe_alarm_history().alarm_name(alarm).set_alarm_types(Some(types.to_vec()));
        let request = request.history_item_type(HistoryItemType::StateUpdate).max_records(100);
        let request = request.scan_by(ScanBy::TimestampDescending).start_date(DateTime::from_secs(from.as_second()));
        let page = request.set_next_token(token).send().await.map_err(failed)?;
        Ok((page.alarm_history_items.unwrap_or_default(), page.next_token))
    })
    .await?;
    let turn = |item: AlarmHistoryItem| {
        let fires = turned(item.history_data.as_deref().unwrap_or_default())?;
        Some(Turn { at: time(item.timestamp.as_ref())?, fires })
    };
    let mut turns: Vec<Turn> = items.into_iter().filter_map(turn).collect();
    turns.sort_by_key(|turn| turn.at);
    Ok((turns, more))
}

/// Did the alarm of an entry fire before, and does it after?
fn turned(data: &str) -> Option<(bool, bool)> {
    let entry: Value = serde_json::from_str(data).ok()?;
    let fires = |state: &str| entry.pointer(state).and_then(Value::as_str).map(|state| state == "ALARM");
    Some((fires("/oldState/stateValue").unwrap_or_default(), fires("/newState/stateValue")?))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Second of a turn, whether the alarm fired before and after; and from when to when it fired.
    type Case = (&'static [(i64, bool, bool)], &'static [(Option<i64>, Option<i64>)]);

    #[test]
    fn an_alarm_fires_from_its_turn_to_the_next() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let turn = |(second, before, after)| Turn { at: at(second), fires: (before, after) };
        let cases: [Case; 5] = [
            (&[], &[]),
            (&[(10, false, true), (20, true, false)], &[(Some(10), Some(20))]),
            (&[(10, true, false), (20, false, true)], &[(None, Some(10)), (Some(20), None)]),
            (&[(10, false, false), (20, false, true), (21, true, true)], &[(Some(20), None)]),
            (&[(5, false, true), (6, true, false), (7, false, true)], &[(Some(5), Some(6)), (Some(7), None)]),
        ];
        for (turns, expected) in cases {
            let found = firings(&turns.iter().copied().map(turn).collect::<Vec<_>>());
            let seconds = |at: Option<Timestamp>| at.map(Timestamp::as_second);
            let found: Vec<_> = found.into_iter().map(|f| (seconds(f.from), seconds(f.until))).collect();
            assert_eq!(found, expected, "{turns:?}");
        }
        let data = r#"{"oldState":{"stateValue":"OK"},"newState":{"stateValue":"ALARM"}}"#;
        assert_eq!((turned(data), turned("no JSON")), (Some((false, true)), None));
    }
}
