//! The stage of an endpoint and the alarms that watch it, as the console joins them; and the times at which those
//! alarms fired.

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
use crate::resources::{Listing, Observed, Resource, time};

/// The pages of 100 alarms that a plan reads.
const PAGES: usize = 20;
/// The most alarms whose history is read, because each costs a call.
const MOST: usize = 20;
/// The pages of 100 entries that are read of an alarm's history.
const ENTRIES: usize = 3;
/// The days for which `CloudWatch` keeps the history of an alarm.
const KEPT: i64 = 30;

/// The alarms and the health of an endpoint.
#[derive(Debug, Clone, Default)]
pub(super) struct Monitoring {
    /// The stage, `prod`, `staging`, …; empty if it is not known for certain.
    pub(super) stage: String,
    pub(super) alarms: Vec<Monitor>,
    /// The names of those that fire now.
    pub(super) firing: Vec<String>,
    /// Whether one of the alarms watches the failed requests of the endpoint.
    pub(super) watch_errors: bool,
    /// The number of failed requests in the last minutes.
    pub(super) recent_errors: RecentErrors,
    /// The trouble of the endpoint, as far as its state, its requests and its alarms show it.
    pub(super) trouble: Option<String>,
    /// The reason why some alarms are unknown, as a phrase.
    pub(super) problem: Option<String>,
}

/// An alarm that watches the endpoint or its model.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Monitor {
    pub(super) name: String,
    /// The tier of the alarm; empty if it is unknown.
    pub(super) tier: String,
    /// Whether a firing alarm makes a model count as broken, as sev1 and sev2 do.
    pub(super) grave: bool,
}

impl Monitor {
    fn of(alarm: &Alarm, executor: &Executor) -> Self {
        let tier = severity::tier(&executor.preferences.severity, alarm);
        let own = || alarm.namespaces.iter().any(|namespace| namespace == "AWS/SageMaker");
        let grave = tier.as_deref().map_or_else(own, |tier| severity::weight(tier) == crate::model::Health::Critical);
        Self { name: alarm.name.clone(), tier: tier.unwrap_or_default(), grave }
    }

    /// Returns the name and the tier.
    pub(super) fn label(&self) -> String {
        if self.tier.is_empty() { self.name.clone() } else { format!("{} ({})", self.name, self.tier) }
    }
}

impl Monitoring {
    /// Reads all alarms, and finds those of the endpoint as the console does. An endpoint can be rolled back even if
    /// its alarms cannot be read.
    pub(super) async fn read(executor: &Executor, endpoint: &Endpoint, serving: Option<&Candidate>) -> Self {
        let config: Vec<EndpointConfig> = serving.iter().map(|serving| serving.config.clone()).collect();
        let models: Vec<Model> = serving.iter().flat_map(|s| &s.models).map(|served| served.model.clone()).collect();
        let (alarms, mut problem) = match Alarm::all(&executor.aws, PAGES).await {
            Ok((alarms, capped)) => (alarms, capped.then(|| format!("only {} alarms were read", PAGES * 100))),
            Err(error) => (Vec::new(), Some(format!("alarms cannot be read ({error})"))),
        };
        let recent_errors = RecentErrors::read(executor, endpoint).await;
        let mut observed =
            Observed { preferences: executor.preferences.clone(), at: (executor.clock)(), ..Observed::default() };
        observed.store.alarms.apply(Ok(Listing::all(alarms)), observed.at);
        observed.store.models.apply(Ok(Listing::all(models)), observed.at);
        observed.store.configs.apply(Ok(Listing::all(config)), observed.at);
        observed.store.endpoints.apply(Ok(Listing::all(vec![endpoint.clone()])), observed.at);
        observed.store.metrics.apply(Ok(Listing::all(recent_errors.series.clone())), observed.at);
        let joined = join(&observed);
        let chain = joined.owner(Endpoint::KIND, &endpoint.name);
        let serving = joined.serving(&endpoint.name);
        let trouble = chain.zip(serving).and_then(|(chain, serving)| trouble(chain, serving, &observed.store));
        let own = chain.into_iter().flat_map(|chain| &chain.alarms).filter_map(|name| observed.store.alarms.get(name));
        let watch_errors = own.clone().any(|alarm| watches_errors(alarm, &endpoint.name));
        // Good news counts neither for a configuration nor against it.
        let good = |alarm: &Alarm| chain.is_some_and(|chain| chain.good_news.contains(&alarm.name.as_str()));
        let own = own.filter(|alarm| !alarm.scaling() && !of_another(alarm, &endpoint.name) && !good(alarm));
        let own: Vec<&Alarm> = own.collect();
        let bad = own.iter().filter(|alarm| alarm.state == "ALARM");
        let firing = bad.map(|alarm| alarm.name.clone()).collect();
        let mut alarms: Vec<Monitor> = own.into_iter().map(|alarm| Monitor::of(alarm, executor)).collect();
        alarms.sort_by_key(|monitor| !monitor.grave);
        if alarms.len() > MOST {
            problem = Some(format!("the history of {MOST} of its {} alarms was read", alarms.len()));
        }
        let stage = endpoint.known_stage(&executor.preferences.models).to_owned();
        Self { stage, alarms, firing, watch_errors, recent_errors, trouble, problem }
    }
}

/// Returns whether an alarm watches the failed requests of this endpoint.
fn watches_errors(alarm: &Alarm, endpoint: &str) -> bool {
    let counts = |metric: &String| matches!(metric.as_str(), "Invocation5XXErrors" | "InvocationModelErrors");
    alarm.metrics.iter().any(counts)
        && alarm.dimensions.iter().any(|(name, value)| name == "EndpointName" && value == endpoint)
}

/// Returns whether an alarm names other endpoints, and not this one.
fn of_another(alarm: &Alarm, endpoint: &str) -> bool {
    let named = alarm.dimensions.iter().filter(|(name, _)| matches!(name.as_str(), "EndpointName" | "Endpoint"));
    let mut named = named.map(|(_, value)| value.as_str()).peekable();
    named.peek().is_some() && named.all(|name| name != endpoint)
}

/// The times at which the alarms of an endpoint fired.
#[derive(Debug, Clone, Default)]
pub(super) struct PastAlarms {
    /// The alarms that fired, with their times.
    pub(super) fired: Vec<(Monitor, Firing)>,
    /// The start of the time that is covered; `None` if nothing was read.
    pub(super) since: Option<Timestamp>,
    /// The number of alarms that were read.
    pub(super) read: usize,
    /// Whether one of them watches the failed requests.
    pub(super) watch_errors: bool,
    /// The reason why the list is incomplete, as a phrase.
    pub(super) problem: Option<String>,
}

/// A period in which an alarm fired.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Firing {
    /// The start; `None` if the alarm fired already when the history begins.
    pub(super) from: Option<Timestamp>,
    /// The end; `None` if the alarm still fires.
    pub(super) until: Option<Timestamp>,
}

impl PastAlarms {
    /// Reads the history of each alarm from a time on, as far as `CloudWatch` keeps it.
    pub(super) async fn read(executor: &Executor, monitoring: &Monitoring, from: Timestamp) -> Self {
        let kept = (executor.clock)().checked_sub(SignedDuration::from_hours(24 * KEPT)).unwrap_or(from);
        let mut past = Self {
            fired: Vec::new(),
            since: Some(from.max(kept)),
            read: monitoring.alarms.len().min(MOST),
            watch_errors: monitoring.watch_errors,
            problem: monitoring.problem.clone(),
        };
        if past.read == 0 && past.problem.is_some() {
            past.since = None;
        }
        for monitor in monitoring.alarms.iter().take(MOST) {
            match state_changes(&executor.aws, &monitor.name, from.max(kept)).await {
                Ok((changes, capped)) => {
                    // A truncated list reveals nothing of the time before its oldest entry.
                    let oldest = changes.first().map(|change| change.at).filter(|_| capped);
                    past.since = past.since.max(oldest);
                    past.fired.extend(firings(&changes).into_iter().map(|firing| (monitor.clone(), firing)));
                }
                Err(error) => {
                    let problem = Some(format!("the history of alarms cannot be read ({error})"));
                    return Self { since: None, problem, ..past };
                }
            }
        }
        past
    }
}

/// A change of an alarm from one state to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct StateChange {
    at: Timestamp,
    /// Whether the alarm fired before the change, and after it.
    fires: (bool, bool),
}

/// Returns the periods in which an alarm fired, from the changes of its state, oldest first.
fn firings(changes: &[StateChange]) -> Vec<Firing> {
    let mut firings: Vec<Firing> = Vec::new();
    for change in changes {
        match (change.fires, firings.last_mut().filter(|last| last.until.is_none())) {
            ((_, true), None) => firings.push(Firing { from: Some(change.at), until: None }),
            ((_, false), Some(last)) => last.until = Some(change.at),
            ((true, false), None) => firings.push(Firing { from: None, until: Some(change.at) }),
            ((_, true), Some(_)) | ((false, false), None) => {}
        }
    }
    firings
}

/// Reads the changes of an alarm's state, oldest first, and whether there were more before them.
async fn state_changes(aws: &Aws, alarm: &str, from: Timestamp) -> Result<(Vec<StateChange>, bool), AwsError> {
    let (items, more) = pages(ENTRIES, async |token| {
        let types = [AlarmType::MetricAlarm, AlarmType::CompositeAlarm, AlarmType::LogAlarm];
        let request = aws.cloudwatch.describe_alarm_history().alarm_name(alarm).set_alarm_types(Some(types.to_vec()));
        let request = request.history_item_type(HistoryItemType::StateUpdate).max_records(100);
        let request = request.scan_by(ScanBy::TimestampDescending).start_date(DateTime::from_secs(from.as_second()));
        let page = request.set_next_token(token).send().await.map_err(failed)?;
        Ok((page.alarm_history_items.unwrap_or_default(), page.next_token))
    })
    .await?;
    let change = |item: AlarmHistoryItem| {
        let fires = fires_before_and_after(item.history_data.as_deref().unwrap_or_default())?;
        Some(StateChange { at: time(item.timestamp.as_ref())?, fires })
    };
    let mut changes: Vec<StateChange> = items.into_iter().filter_map(change).collect();
    changes.sort_by_key(|change| change.at);
    Ok((changes, more))
}

/// Returns whether the alarm of an entry fired before, and after.
fn fires_before_and_after(data: &str) -> Option<(bool, bool)> {
    let entry: Value = serde_json::from_str(data).ok()?;
    let fires = |state: &str| entry.pointer(state).and_then(Value::as_str).map(|state| state == "ALARM");
    Some((fires("/oldState/stateValue").unwrap_or_default(), fires("/newState/stateValue")?))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A test case: for each change the second and whether the alarm fired before and after; then the periods in which
    /// it fired.
    type Case = (&'static [(i64, bool, bool)], &'static [(Option<i64>, Option<i64>)]);

    #[test]
    fn an_alarm_fires_from_one_change_of_its_state_to_the_next() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let change = |(second, before, after)| StateChange { at: at(second), fires: (before, after) };
        let cases: [Case; 5] = [
            (&[], &[]),
            (&[(10, false, true), (20, true, false)], &[(Some(10), Some(20))]),
            (&[(10, true, false), (20, false, true)], &[(None, Some(10)), (Some(20), None)]),
            (&[(10, false, false), (20, false, true), (21, true, true)], &[(Some(20), None)]),
            (&[(5, false, true), (6, true, false), (7, false, true)], &[(Some(5), Some(6)), (Some(7), None)]),
        ];
        for (changes, expected) in cases {
            let found = firings(&changes.iter().copied().map(change).collect::<Vec<_>>());
            let seconds = |at: Option<Timestamp>| at.map(Timestamp::as_second);
            let found: Vec<_> = found.into_iter().map(|f| (seconds(f.from), seconds(f.until))).collect();
            assert_eq!(found, expected, "{changes:?}");
        }
        let data = r#"{"oldState":{"stateValue":"OK"},"newState":{"stateValue":"ALARM"}}"#;
        assert_eq!(fires_before_and_after(data), Some((false, true)));
        assert_eq!(fires_before_and_after("no JSON"), None);
    }
}
