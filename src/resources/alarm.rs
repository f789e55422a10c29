//! Alarms of all types: `cloudwatch:DescribeAlarms`.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_cloudwatch::operation::describe_alarms::builders::DescribeAlarmsFluentBuilder;
use aws_sdk_cloudwatch::types::{AlarmType, CompositeAlarm, Dimension, LogAlarm, MetricAlarm, StateValue};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Cursor, Lane, Listing, Resource, Seen, Table, Turn, time};
use crate::aws::{Aws, AwsError, Kind, Page, failed, pages_until};

/// Pages of 100 alarms.
const PAGES: usize = 250;
/// Alarms that one call can ask for by name.
const NAMES: usize = 100;

/// One alarm, of whatever type.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Alarm {
    /// Unique in account and region.
    pub name: String,
    /// ARN.
    pub arn: String,
    /// `metric`, `composite` or `log`.
    pub kind: Cow<'static, str>,
    /// `OK`, `ALARM`, `INSUFFICIENT_DATA`, raw.
    pub state: String,
    /// AWS's reason for the state.
    pub reason: String,
    /// When it entered this state (`StateTransitionedTimestamp`; the update time moves without a transition).
    pub since: Option<Timestamp>,
    /// What its owner wrote.
    pub description: String,
    /// What it looks at: namespace and metric, or the expression, or the composite rule.
    pub watches: String,
    /// Operator and threshold, for example `> 0.15`.
    pub condition: String,
    /// Dimensions of all metrics in it, also of those inside metric math.
    pub dimensions: Vec<(String, String)>,
    /// Namespaces of all metrics in it.
    pub namespaces: Vec<String>,
    /// ARNs called when it goes to ALARM.
    pub actions: Vec<String>,
    /// Do its actions run?
    pub actions_enabled: bool,
    /// Rule of a composite alarm.
    pub rule: Option<String>,
}

impl Alarm {
    /// Is it in ALARM?
    #[must_use]
    pub fn firing(&self) -> bool {
        self.state == "ALARM"
    }
    /// Names of what its actions call.
    #[must_use]
    pub fn called(&self) -> Vec<&str> {
        self.actions.iter().filter_map(|action| action.rsplit([':', '/']).next()).collect()
    }
    /// Does it call nothing when it goes to ALARM?
    #[must_use]
    pub fn mute(&self) -> bool {
        self.actions.is_empty() || !self.actions_enabled
    }
    /// Made by auto scaling: in ALARM whenever the endpoint is quiet, so never a bad sign (`aws-map` 0.11).
    #[must_use]
    pub fn scaling(&self) -> bool {
        self.name.starts_with("TargetTracking-") || self.calls("autoscaling").next().is_some()
    }
    /// ARNs of a service that it calls when it goes to ALARM.
    pub fn calls(&self, service: &str) -> impl Iterator<Item = &String> {
        // By the byte: a join asks this of each alarm twice.
        let of = move |arn: &String| arn.as_bytes().split(|byte| *byte == b':').nth(2) == Some(service.as_bytes());
        self.actions.iter().filter(move |arn| of(arn))
    }
    /// Names of the alarms that a composite rule speaks of; names may be quoted, or be ARNs.
    #[must_use]
    pub fn children(&self) -> Vec<&str> {
        let Some(rule) = &self.rule else { return Vec::new() };
        let mut names = Vec::new();
        for word in ["ALARM(", "OK(", "INSUFFICIENT_DATA("] {
            for (at, _) in rule.match_indices(word) {
                let inner = rule.get(at + word.len()..).unwrap_or_default();
                let name = match inner.trim_start().strip_prefix('"') {
                    Some(quoted) => quoted.split('"').next().unwrap_or_default(),
                    None => inner.split(')').next().unwrap_or_default().trim(),
                };
                let name = if name.starts_with("arn:") { name.rsplit(':').next().unwrap_or(name) } else { name };
                if !name.is_empty() && !names.contains(&name) {
                    names.push(name);
                }
            }
        }
        names
    }
}

impl Resource for Alarm {
    const KIND: &'static str = "alarms";
    const SERVICE: &'static str = "cloudwatch";
    const LANE: Lane = Lane::Fast;
    const SWEEP: Option<Lane> = Some(Lane::Slow);
    const VITAL: bool = true;
    fn id(&self) -> &str {
        &self.name
    }
    fn news(&self, old: Option<&Self>) -> Option<String> {
        let old = old?;
        (old.state != self.state).then(|| format!("{}: {} → {}", self.name, old.state, self.state))
    }
    async fn read(aws: &Aws, seen: &Seen, turn: Turn<'_, Self>) -> Result<Listing<Self>, AwsError> {
        let all = aws.cloudwatch.describe_alarms();
        if turn.sweep
            && let Some(token) = turn.known.token()
        {
            match described(&all, Some(token), PAGES).await {
                Ok((rows, next)) => return Ok(Listing::rest(rows).capped(next.is_some())),
                // A token that is not taken any more would fail for ever: the list begins anew.
                Err(why) if why.kind == Kind::Other => {}
                Err(why) => return Err(why),
            }
        }
        if turn.sweep && (seen.thorough || !turn.first()) {
            let (rows, next) = described(&all, None, PAGES).await?;
            return Ok(Listing::all(rows).capped(next.is_some()));
        }
        if !turn.sweep {
            return firing(aws, turn.known).await;
        }
        // The worst news first: what fires is known before everything that does not, unless that is on one page.
        let (firing, (mut rows, next)) = tokio::try_join!(firing(aws, turn.known), described(&all, None, 1))?;
        let Some(token) = next else { return Ok(Listing::all(rows)) };
        let listed: BTreeSet<String> = rows.iter().map(|a| a.name.clone()).collect();
        rows.extend(firing.rows.into_iter().filter(|a| !listed.contains(&a.name)));
        let gone = firing.gone.into_iter().filter(|name| !listed.contains(name)).collect();
        let cursor = Some(Cursor { pages: 1, token });
        Ok(Listing::part(rows).without(gone).capped(firing.capped).more(true).cursor(cursor))
    }
}

/// What fires, and what no longer does.
async fn firing(aws: &Aws, known: &Table<Alarm>) -> Result<Listing<Alarm>, AwsError> {
    let question = aws.cloudwatch.describe_alarms();
    let (mut rows, next) = described(&question.clone().state_value(StateValue::Alarm), None, PAGES).await?;
    let fires: BTreeSet<String> = rows.iter().map(|a| a.name.clone()).collect();
    let over = known.rows().filter(|a| a.firing() && !fires.contains(&a.name));
    let over: Vec<String> = over.map(|a| a.name.clone()).collect();
    for names in over.chunks(NAMES) {
        let (calm, _) = described(&question.clone().set_alarm_names(Some(names.to_vec())), None, PAGES).await?;
        rows.extend(calm);
    }
    // An alarm that is not there any more fires no more.
    let gone = over.into_iter().filter(|name| !rows.iter().any(|a| a.name == *name)).collect();
    Ok(Listing::part(rows).without(gone).capped(next.is_some() || known.capped()))
}

/// Pages of a question about alarms, of all types, from a token on; and the token of the page that would be next.
async fn described(
    question: &DescribeAlarmsFluentBuilder,
    from: Option<String>,
    most: usize,
) -> Result<Page<Alarm>, AwsError> {
    pages_until(
        from,
        most,
        |_| false,
        async |token| {
            // Without the types AWS answers with metric alarms only (aws-map 0.10).
            let types = [AlarmType::MetricAlarm, AlarmType::CompositeAlarm, AlarmType::LogAlarm];
            let request = question.clone().set_alarm_types(Some(types.to_vec())).max_records(100);
            let page = request.set_next_token(token).send().await.map_err(failed("DescribeAlarms"))?;
            let mut rows: Vec<Alarm> = page.metric_alarms.unwrap_or_default().into_iter().map(from_metric).collect();
            rows.extend(page.composite_alarms.unwrap_or_default().into_iter().map(from_composite));
            rows.extend(page.log_alarms.unwrap_or_default().into_iter().map(from_log));
            Ok((rows, page.next_token))
        },
    )
    .await
}

fn from_metric(a: MetricAlarm) -> Alarm {
    let mut dimensions = pairs(a.dimensions());
    let mut namespaces: Vec<String> = a.namespace.iter().cloned().collect();
    let mut watches: Vec<String> = a.metric_name.iter().cloned().collect();
    for query in a.metrics() {
        watches.extend(query.expression.clone());
        if let Some(metric) = query.metric_stat().and_then(|s| s.metric()) {
            namespaces.extend(metric.namespace.clone());
            watches.extend(metric.metric_name.clone());
            dimensions.extend(pairs(metric.dimensions()));
        }
    }
    dimensions.dedup();
    namespaces.dedup();
    Alarm {
        condition: condition(
            a.comparison_operator.as_ref().map(aws_sdk_cloudwatch::types::ComparisonOperator::as_str),
            a.threshold,
        ),
        since: time(a.state_transitioned_timestamp.as_ref().or(a.state_updated_timestamp.as_ref())),
        state: a.state_value.map(|s| s.as_str().to_owned()).unwrap_or_default(),
        name: a.alarm_name.unwrap_or_default(),
        arn: a.alarm_arn.unwrap_or_default(),
        kind: "metric".into(),
        reason: a.state_reason.unwrap_or_default(),
        description: a.alarm_description.unwrap_or_default(),
        watches: watches.join(", "),
        dimensions,
        namespaces,
        actions: a.alarm_actions.unwrap_or_default(),
        actions_enabled: a.actions_enabled.unwrap_or(true),
        rule: None,
    }
}

fn from_composite(a: CompositeAlarm) -> Alarm {
    Alarm {
        since: time(a.state_transitioned_timestamp.as_ref().or(a.state_updated_timestamp.as_ref())),
        state: a.state_value.map(|s| s.as_str().to_owned()).unwrap_or_default(),
        name: a.alarm_name.unwrap_or_default(),
        arn: a.alarm_arn.unwrap_or_default(),
        kind: "composite".into(),
        reason: a.state_reason.unwrap_or_default(),
        description: a.alarm_description.unwrap_or_default(),
        watches: a.alarm_rule.clone().unwrap_or_default(),
        actions: a.alarm_actions.unwrap_or_default(),
        actions_enabled: a.actions_enabled.unwrap_or(true),
        rule: a.alarm_rule,
        ..Alarm::default()
    }
}

fn from_log(a: LogAlarm) -> Alarm {
    Alarm {
        condition: condition(
            a.comparison_operator.as_ref().map(aws_sdk_cloudwatch::types::ComparisonOperator::as_str),
            a.threshold,
        ),
        since: time(a.state_transitioned_timestamp.as_ref().or(a.state_updated_timestamp.as_ref())),
        state: a.state_value.map(|s| s.as_str().to_owned()).unwrap_or_default(),
        name: a.alarm_name.unwrap_or_default(),
        arn: a.alarm_arn.unwrap_or_default(),
        kind: "log".into(),
        reason: a.state_reason.unwrap_or_default(),
        description: a.alarm_description.unwrap_or_default(),
        actions: a.alarm_actions.unwrap_or_default(),
        actions_enabled: a.actions_enabled.unwrap_or(true),
        ..Alarm::default()
    }
}

fn pairs(dimensions: &[Dimension]) -> Vec<(String, String)> {
    let text = |t: Option<&str>| t.unwrap_or_default().to_owned();
    dimensions.iter().map(|d| (text(d.name()), text(d.value()))).collect()
}

fn condition(operator: Option<&str>, threshold: Option<f64>) -> String {
    let signs = BTreeMap::from([
        ("GreaterThanThreshold", ">"),
        ("GreaterThanOrEqualToThreshold", "≥"),
        ("LessThanThreshold", "<"),
        ("LessThanOrEqualToThreshold", "≤"),
        ("LessThanLowerOrGreaterThanUpperThreshold", "outside the band"),
        ("LessThanLowerThreshold", "below the band"),
        ("GreaterThanUpperThreshold", "above the band"),
    ]);
    let operator = operator.unwrap_or_default();
    let sign = signs.get(operator).copied().unwrap_or(operator);
    threshold.map_or_else(|| sign.to_owned(), |t| format!("{sign} {t}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_composite_rule_names_its_children() {
        let rule = r#"ALARM("two words") OR (ALARM(plain) AND NOT OK(arn:aws:cloudwatch:eu-west-1:1:alarm:by-arn)) AND ALARM( plain )"#;
        let alarm = Alarm { rule: Some(rule.into()), ..Alarm::default() };
        assert_eq!(alarm.children(), ["two words", "plain", "by-arn"]);
        let broken = Alarm { rule: Some("ALARM(".into()), ..Alarm::default() };
        assert!(broken.children().is_empty());
    }

    #[test]
    fn metric_math_keeps_the_dimensions_of_its_parts() {
        use aws_sdk_cloudwatch::types::{Metric, MetricDataQuery, MetricStat};
        let part = Metric::builder()
            .namespace("AWS/SageMaker")
            .metric_name("Invocation5XXErrors")
            .dimensions(Dimension::builder().name("EndpointName").value("fraud").build())
            .build();
        let alarm = MetricAlarm::builder()
            .alarm_name("rate")
            .metrics(MetricDataQuery::builder().id("e").expression("m1/m2").build())
            .metrics(
                MetricDataQuery::builder().id("m1").metric_stat(MetricStat::builder().metric(part).build()).build(),
            )
            .build();
        let alarm = from_metric(alarm);
        assert_eq!(alarm.dimensions, [("EndpointName".to_owned(), "fraud".to_owned())]);
        assert_eq!(alarm.watches, "m1/m2, Invocation5XXErrors");
    }

    #[test]
    fn conditions_read_like_conditions() {
        assert_eq!(condition(Some("GreaterThanThreshold"), Some(0.15)), "> 0.15");
        assert_eq!(condition(Some("GreaterThanUpperThreshold"), None), "above the band");
        assert_eq!(condition(Some("SomethingNew"), Some(1.0)), "SomethingNew 1");
    }
}
