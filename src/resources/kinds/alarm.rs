//! Alarms of all types: `cloudwatch:DescribeAlarms`.

mod action;
mod measure;
mod read;
mod rule;

use std::borrow::Cow;
use std::collections::BTreeSet;

use aws_sdk_cloudwatch::operation::describe_alarms::builders::DescribeAlarmsFluentBuilder;
use aws_sdk_cloudwatch::types::{AlarmType, StateValue};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::aws::{Aws, AwsError, ErrorKind, Page, failed, pages_until};
use crate::health::Health;
use crate::resources::convert::url_part;
use crate::resources::{
    AwsCommand, Cadence, Cursor, Derived, Event, Kind, Listing, LogSource, Observed, Properties, Resource, Table, Turn,
    time,
};
pub use measure::Measure;
use read::{from_composite, from_log, from_metric};
pub use rule::Child;

/// Pages of 100 alarms.
const PAGES: usize = 250;
/// The most alarms that one call can read by name.
const NAMES: usize = 100;

/// One alarm, of any type.
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
    /// The time at which it entered this state (`StateTransitionedTimestamp`; the update time moves without a
    /// transition).
    pub since: Option<Timestamp>,
    /// The description by its owner.
    pub description: String,
    /// The subject that it watches: metric names, expressions, or the composite rule.
    pub watches: String,
    /// Operator and threshold, for example `> 0.15`.
    pub condition: String,
    /// `GreaterThanThreshold`, …, raw; absent where it compares nothing.
    #[serde(default)]
    pub operator: Option<String>,
    /// The way in which missing data counts: `breaching`, `notBreaching`, `ignore`, `missing`, raw.
    #[serde(default)]
    pub missing: Option<String>,
    /// Dimensions of all metrics in it, also of those inside metric math.
    pub dimensions: Vec<(String, String)>,
    /// Namespaces of all metrics in it.
    pub namespaces: Vec<String>,
    /// Names of all metrics in it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub metrics: Vec<String>,
    /// The metric that it compares with a threshold, where it is a single one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub measure: Option<Measure>,
    /// The state of its evaluation, where that was not as usual: `PARTIAL_DATA`, `EVALUATION_ERROR`,
    /// `EVALUATION_FAILURE`, raw.
    #[serde(default)]
    pub evaluation: Option<String>,
    /// ARNs called when it goes to ALARM.
    pub actions: Vec<String>,
    /// ARNs called when it goes to another state.
    #[serde(default)]
    pub other_actions: Vec<String>,
    /// Whether its actions run.
    pub actions_enabled: bool,
    /// Rule of a composite alarm.
    pub rule: Option<String>,
    /// The alarms that the rule looks at.
    #[serde(default)]
    pub children: Vec<Child>,
    /// The reason why the rule cannot be read. Its children are then all names that its text may contain.
    #[serde(default)]
    pub rule_problem: Option<String>,
    /// The alarm that keeps a composite alarm from calling anything for a while.
    #[serde(default)]
    pub suppressor: Option<Suppressor>,
}

/// An alarm that holds back the actions of a composite alarm while it fires.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Suppressor {
    /// Its name or ARN, as AWS has it.
    pub alarm: String,
    /// Seconds for which actions wait for it to fire.
    pub wait: Option<i32>,
    /// Seconds for which actions wait after it fired.
    pub extension: Option<i32>,
    /// The reason why actions are held back now: `Alarm`, `WaitPeriod`, `ExtensionPeriod`, raw; absent when they are
    /// not.
    pub by: Option<String>,
    /// The same in AWS's words.
    pub reason: String,
}

impl Suppressor {
    /// Returns the name of the alarm.
    #[must_use]
    pub fn name(&self) -> &str {
        rule::bare_name(&self.alarm)
    }
}

impl Alarm {
    /// Reads alarms of all types, as far as so many pages of 100 go. Also returns whether there are more.
    ///
    /// # Errors
    /// Those of the call.
    pub async fn all(aws: &Aws, pages: usize) -> Result<(Vec<Self>, bool), AwsError> {
        let (rows, next) = described(&aws.cloudwatch.describe_alarms(), None, pages).await?;
        Ok((rows, next.is_some()))
    }
    /// Reads the alarms of these names, at most 100. Names without an alarm are left out.
    pub(crate) async fn named(aws: &Aws, names: &[String]) -> Result<Vec<Self>, AwsError> {
        let request = aws.cloudwatch.describe_alarms().set_alarm_names(Some(names.to_vec()));
        Ok(described(&request, None, 1).await?.0)
    }
    /// Returns whether it is in ALARM.
    #[must_use]
    pub fn firing(&self) -> bool {
        self.state == "ALARM"
    }
    /// Sets the rule of a composite alarm.
    #[must_use]
    pub fn ruled(mut self, rule: String) -> Self {
        (self.children, self.rule_problem) = match rule::children(&rule) {
            Ok(children) => (children, None),
            Err(why) => (rule::names_in(&rule), Some(why)),
        };
        self.watches.clone_from(&rule);
        self.rule = Some(rule);
        self
    }
    /// Names the actions that it calls, in a few words each.
    #[must_use]
    pub fn called(&self) -> Vec<Cow<'_, str>> {
        self.actions.iter().map(|arn| action::words(arn)).collect()
    }
    /// Returns the Lambda functions that it calls: the ARN, and a few words.
    pub fn functions(&self) -> impl Iterator<Item = (&str, Cow<'_, str>)> {
        self.calls("lambda").map(|arn| (arn.as_str(), action::words(arn)))
    }
    /// Returns whether it calls nothing when it goes to ALARM.
    #[must_use]
    pub fn mute(&self) -> bool {
        self.actions.is_empty() || !self.actions_enabled
    }
    /// Returns the suppressor, if it holds the actions back now.
    #[must_use]
    pub fn suppressed(&self) -> Option<&Suppressor> {
        self.suppressor.as_ref().filter(|suppressor| suppressor.by.is_some())
    }
    /// Returns whether it exists for auto scaling alone. Such an alarm is in ALARM whenever the endpoint is quiet,
    /// which is no bad sign.
    ///
    /// An alarm that also calls anything else, in whatever state, is somebody's own.
    #[must_use]
    pub fn scaling(&self) -> bool {
        let mut all = self.actions.iter().chain(&self.other_actions).peekable();
        if all.peek().is_none() {
            return self.name.starts_with("TargetTracking-");
        }
        all.all(|arn| action::service(arn) == b"autoscaling")
    }
    /// Returns whether it watches what `SageMaker` itself measures. Metrics Insights name the namespace in the
    /// expression.
    #[must_use]
    pub fn watches_sagemaker(&self) -> bool {
        let measured = |text: &str| {
            let text = text.to_ascii_lowercase();
            text.contains("aws/sagemaker")
        };
        self.namespaces.iter().any(|namespace| measured(namespace)) || measured(&self.watches)
    }
    /// Describes how AWS evaluated it, where that was not as usual.
    fn evaluation_in_words(&self) -> Option<String> {
        let state = self.evaluation.as_deref()?;
        let meaning = match state {
            "PARTIAL_DATA" => ": only part of the data was looked at",
            "EVALUATION_ERROR" => ": the alarm is configured wrongly",
            "EVALUATION_FAILURE" => ": CloudWatch has a problem for now",
            _ => "",
        };
        Some(format!("{state}{meaning}"))
    }
    /// Returns whether any of its actions, also of those for OK and `INSUFFICIENT_DATA`, belongs to auto scaling.
    #[must_use]
    pub fn drives_scaling(&self) -> bool {
        let mut all = self.actions.iter().chain(&self.other_actions);
        self.scaling() || all.any(|arn| action::service(arn) == b"autoscaling")
    }
    /// Returns the ARNs of a service that it calls when it goes to ALARM.
    pub fn calls(&self, service: &'static str) -> impl Iterator<Item = &String> {
        self.actions.iter().filter(move |arn| action::service(arn) == service.as_bytes())
    }
}

impl Resource for Alarm {
    const KIND: Kind = Kind::Alarms;
    const CADENCE: Cadence = Cadence::Fast;
    const SWEEP: Option<Cadence> = Some(Cadence::Slow);
    const VITAL: bool = true;
    // An alarm may have any name, even one that looks like a secret.
    const REFERENCES: &'static [&'static str] = &["rule", "children", "actions", "other_actions", "suppressor"];
    fn id(&self) -> &str {
        &self.name
    }
    fn status(&self) -> Option<&str> {
        Some(&self.state)
    }
    fn health(&self) -> Health {
        // Auto scaling's own alarms fire whenever the endpoint is quiet.
        if self.scaling() { Health::Absent } else { Health::of_status(&self.state) }
    }
    fn arn(&self) -> Option<&str> {
        Some(&self.arn)
    }
    fn console(&self, region: &str) -> Option<String> {
        Some(format!("cloudwatch/home?region={region}#alarmsV2:alarm/{}", url_part(&self.name)))
    }
    fn command(&self) -> Option<AwsCommand> {
        // Without a type, only metric alarms are described.
        let command = AwsCommand::new("cloudwatch", "describe-alarms", "alarm-names", &self.name);
        Some(match &*self.kind {
            "composite" => command.with("alarm-types", "CompositeAlarm"),
            "log" => command.with("alarm-types", "LogAlarm"),
            _ => command,
        })
    }
    /// The log of the endpoint or the variant that it watches.
    fn log(&self) -> Option<LogSource> {
        let named = |wanted| self.dimensions.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.as_str());
        let (endpoint, variant) = (named("EndpointName")?, named("VariantName"));
        Some(variant.map_or_else(|| LogSource::endpoint(endpoint), |variant| LogSource::variant(endpoint, variant)))
    }
    fn properties(&self, all: &mut Properties) {
        let dimensions: Vec<String> = self.dimensions.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let rule = self.rule_problem.as_ref();
        let rule = rule.map(|why| format!("{why}; all alarms that it may name count as its children"));
        all.status("StateValue", &*self.state)
            .time("since", self.since)
            .derived(Derived::Fired)
            .text("StateReason", &*self.reason)
            .warning("EvaluationState", self.evaluation_in_words().as_deref())
            .text("watches", &*format!("{} {}", self.watches, self.condition))
            .warning("AlarmRule", rule.as_deref())
            .text("dimensions", &*dimensions.join(", "))
            .text("description", &*self.description)
            .derived(Derived::Notified)
            .derived(Derived::Suppression)
            .derived(Derived::Policy)
            .text("ActionsEnabled", if self.actions_enabled { "true" } else { "false" })
            .text("type", &*self.kind);
    }
    fn events(&self, old: Option<&Self>) -> Vec<Event> {
        let same = old.is_some_and(|old| (&old.state, old.since) == (&self.state, self.since));
        if same || self.scaling() {
            return Vec::new();
        }
        let health = Health::of_status(&self.state);
        let topics: Vec<&str> = self.actions.iter().filter_map(|arn| arn.rsplit(':').next()).collect();
        let told = !topics.is_empty() && self.actions_enabled && health == Health::Critical;
        let by = if told { format!("→ {}", topics.join(", ")) } else { String::new() };
        let text = format!("{} {}", self.name, self.state);
        vec![Event { at: self.since, health, text, by }]
    }
    async fn read(aws: &Aws, observed: &Observed, turn: Turn<'_, Self>) -> Result<Listing<Self>, AwsError> {
        let all = aws.cloudwatch.describe_alarms();
        if turn.sweep
            && let Some(token) = turn.known.token()
        {
            match described(&all, Some(token), PAGES).await {
                Ok((rows, next)) => return Ok(Listing::rest(rows).capped(next.is_some())),
                // A token that AWS no longer accepts would fail for ever, so the list begins anew.
                Err(why) if why.kind == ErrorKind::Other => {}
                Err(why) => return Err(why),
            }
        }
        if turn.sweep && (observed.one_shot || !turn.first()) {
            let (rows, next) = described(&all, None, PAGES).await?;
            return Ok(Listing::all(rows).capped(next.is_some()));
        }
        if !turn.sweep {
            return firing(aws, turn.known).await;
        }
        // Bad news comes first: unless one page holds all alarms, those that fire are read before the others.
        let (firing, (mut rows, next)) = tokio::try_join!(firing(aws, turn.known), described(&all, None, 1))?;
        let Some(token) = next else { return Ok(Listing::all(rows)) };
        let listed: BTreeSet<String> = rows.iter().map(|a| a.name.clone()).collect();
        rows.extend(firing.rows.into_iter().filter(|a| !listed.contains(&a.name)));
        let gone = firing.gone.into_iter().filter(|name| !listed.contains(name)).collect();
        let cursor = Some(Cursor { pages: 1, token });
        Ok(Listing::part(rows).without(gone).capped(firing.capped).more(true).cursor(cursor))
    }
}

/// Reads the alarms that fire, and those that no longer do.
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
    // An alarm that no longer exists does not fire.
    let gone = over.into_iter().filter(|name| !rows.iter().any(|a| a.name == *name)).collect();
    Ok(Listing::part(rows).without(gone).capped(next.is_some() || known.capped()))
}

/// Reads pages of alarms of all types from a token on, and returns the token of the page that would be next.
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
            // If no types are given, AWS returns metric alarms only: docs/aws.md#alarm-types
            let types = [AlarmType::MetricAlarm, AlarmType::CompositeAlarm, AlarmType::LogAlarm];
            let request = question.clone().set_alarm_types(Some(types.to_vec())).max_records(100);
            let page = request.set_next_token(token).send().await.map_err(failed)?;
            let mut rows: Vec<Alarm> = page.metric_alarms.unwrap_or_default().into_iter().map(from_metric).collect();
            rows.extend(page.composite_alarms.unwrap_or_default().into_iter().map(from_composite));
            rows.extend(page.log_alarms.unwrap_or_default().into_iter().map(from_log));
            Ok((rows, page.next_token))
        },
    )
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLICY: &str =
        "arn:aws:autoscaling:eu-west-1:1:scalingPolicy:1f:resource/sagemaker/endpoint/e/variant/v:policyName/out";
    const TOPIC: &str = "arn:aws:sns:eu-west-1:1:pager";

    #[test]
    fn only_an_alarm_that_calls_nothing_but_auto_scaling_is_auto_scaling_s() {
        let own = "TargetTracking-endpoint/e/variant/v-AlarmHigh-1";
        let cases: [(&str, &[&str], &[&str], bool); 9] = [
            (own, &[POLICY], &[], true),
            (own, &[], &[], true),
            ("latency", &[POLICY, POLICY], &[POLICY], true),
            ("latency", &[POLICY, TOPIC], &[], false),
            (own, &[POLICY, TOPIC], &[], false),
            (own, &[POLICY], &[TOPIC], false),
            ("latency", &[POLICY, "arn:aws:lambda:eu-west-1:1:function:fix"], &[], false),
            ("latency", &[POLICY, "not an arn"], &[], false),
            ("latency", &[], &[], false),
        ];
        for (name, actions, other, scaling) in cases {
            let owned = |arns: &[&str]| arns.iter().map(|&arn| arn.to_owned()).collect();
            let alarm =
                Alarm { name: name.into(), actions: owned(actions), other_actions: owned(other), ..Alarm::default() };
            assert_eq!(alarm.scaling(), scaling, "{name} {actions:?} {other:?}");
        }
    }

    #[test]
    fn the_command_of_an_alarm_names_its_type_unless_it_is_that_of_a_metric() {
        let cases = [("metric", None), ("composite", Some("CompositeAlarm")), ("log", Some("LogAlarm"))];
        for (kind, types) in cases {
            let command = Alarm { name: "a".into(), kind: kind.into(), ..Alarm::default() }.command().unwrap();
            let told = command.options.into_iter().find(|(option, _)| *option == "alarm-types");
            assert_eq!(told.as_ref().map(|(_, types)| types.as_str()), types, "{kind}");
        }
    }

    #[test]
    fn a_rule_that_cannot_be_read_says_so_and_keeps_its_alarms() {
        let children = |alarm: &Alarm| alarm.children.iter().map(|c| c.name.clone()).collect::<Vec<_>>();
        let well = Alarm::default().ruled("AT_LEAST(2, ALARM, (a, b))".into());
        assert_eq!((children(&well), &well.rule_problem), (vec!["a".into(), "b".into()], &None));
        let broken = Alarm::default().ruled("BOTH(\"a\", b)".into());
        assert!(children(&broken).ends_with(&["a".into(), "b".into()]), "{broken:?}");
        assert!(broken.rule_problem.is_some_and(|why| why.contains("BOTH")));
    }
}
