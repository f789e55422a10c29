//! What watches an endpoint, as the console joins it: its stage, its alarms, and when they fired.

use aws_sdk_cloudwatch::types::{AlarmType, HistoryItemType, ScanBy};
use aws_smithy_types::DateTime;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::candidate::Candidate;
use crate::aws::{Aws, AwsError, failed, pages};
use crate::intents::Executor;
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
    /// What is wrong with the endpoint, as far as it and its alarms tell.
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
        let mut seen = Seen { wishes: by.wishes.clone(), at: (by.clock)(), ..Seen::default() };
        seen.store.alarms.apply(Ok(Listing::all(alarms)), seen.at);
        seen.store.models.apply(Ok(Listing::all(models)), seen.at);
        seen.store.configs.apply(Ok(Listing::all(config)), seen.at);
        seen.store.endpoints.apply(Ok(Listing::all(vec![endpoint.clone()])), seen.at);
        let joined = join(&seen);
        let chain = joined.owner(Endpoint::KIND, &endpoint.name);
        let serving = joined.serving(&endpoint.name);
        let trouble = chain.zip(serving).and_then(|(chain, serving)| trouble(chain, serving, &seen.store, seen.at));
        let own = chain.into_iter().flat_map(|chain| &chain.alarms).filter_map(|name| seen.store.alarms.get(name));
        let mut alarms: Vec<Watcher> = own
            .filter(|alarm| !alarm.scaling() && !of_another(alarm, &endpoint.name))
            .map(|alarm| Watcher::of(alarm, by))
            .collect();
        alarms.sort_by_key(|watcher| !watcher.grave);
        if alarms.len() > MOST {
            problem = Some(format!("the past of {MOST} of its {} alarms was read", alarms.len()));
        }
        let stage = serving.map(|serving| serving.stage.to_owned()).unwrap_or_default();
        Self { stage, alarms, trouble, problem }
    }
}

/// Does it name other endpoints, and not this one?
fn of_another(alarm: &Alarm, endpoint: &str) -> bool {
    let named = alarm.dimensions.iter().filter(|(name, _)| matches!(name.as_str(), "EndpointName" | "Endpoint"));
    let mut named = named.map(|(_, value)| value.as_str()).peekable();
    named.peek().is_some() && named.all(|name| name != endpoint)
}

/// When alarms began to fire.
#[derive(Debug, Clone, Default)]
pub(super) struct Heard {
    /// Which, and when, the newest first.
    pub(super) fired: Vec<(Watcher, Timestamp)>,
    /// From when on that is all; absent when nothing was read.
    pub(super) since: Option<Timestamp>,
    /// Why it is not all, as a phrase.
    pub(super) problem: Option<String>,
}

impl Heard {
    /// Asks for the past of each alarm from a time on, as far as `CloudWatch` keeps it.
    pub(super) async fn read(by: &Executor, watch: &Watch, from: Timestamp) -> Self {
        let kept = (by.clock)().checked_sub(SignedDuration::from_hours(24 * KEPT)).unwrap_or(from);
        let mut heard = Self { since: Some(from.max(kept)), problem: watch.problem.clone(), ..Self::default() };
        for watcher in watch.alarms.iter().take(MOST) {
            match past(&by.aws, &watcher.name, from.max(kept)).await {
                Ok((times, capped)) => {
                    // What lies before the oldest entry of a list that was cut is not known.
                    let reaches = times.last().copied().filter(|_| capped);
                    heard.since = heard.since.max(reaches);
                    heard.fired.extend(times.into_iter().map(|at| (watcher.clone(), at)));
                }
                Err(error) => {
                    return Self {
                        since: None,
                        problem: Some(format!("the past of alarms cannot be read ({error})")),
                        ..heard
                    };
                }
            }
        }
        heard.fired.sort_by_key(|(_, at)| std::cmp::Reverse(*at));
        heard
    }
}

/// When an alarm went to ALARM, the newest first, and whether there is more.
async fn past(aws: &Aws, alarm: &str, from: Timestamp) -> Result<(Vec<Timestamp>, bool), AwsError> {
    let (items, more) = pages(ENTRIES, async |token| {
        let types = [AlarmType::MetricAlarm, AlarmType::CompositeAlarm, AlarmType::LogAlarm];
        let request = aws.cloudwatch.describe_alarm_history().alarm_name(alarm).set_alarm_types(Some(types.to_vec()));
        let request = request.history_item_type(HistoryItemType::StateUpdate).max_records(100);
        let request = request.scan_by(ScanBy::TimestampDescending).start_date(DateTime::from_secs(from.as_second()));
        let page = request.set_next_token(token).send().await.map_err(failed("DescribeAlarmHistory"))?;
        Ok((page.alarm_history_items.unwrap_or_default(), page.next_token))
    })
    .await?;
    let turned = items.into_iter().filter(|item| began(item.history_data.as_deref().unwrap_or_default()));
    Ok((turned.filter_map(|item| time(item.timestamp.as_ref())).collect(), more))
}

/// Does an entry tell that the alarm began to fire?
fn began(data: &str) -> bool {
    let entry: Value = serde_json::from_str(data).unwrap_or_default();
    entry.pointer("/newState/stateValue").and_then(Value::as_str) == Some("ALARM")
}
