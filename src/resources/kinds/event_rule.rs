//! `EventBridge` rules of the default bus: what starts a pipeline, on a schedule or on an event.
//!
//! Events of AWS services only come to the default bus:
//! <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-bus.html>.

use aws_sdk_eventbridge::types;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::aws::{Aws, AwsError, failed, pages};
use crate::health::Health;
use crate::resources::convert::url_part;
use crate::resources::detailed::add_details;
use crate::resources::event_pattern::matches;
use crate::resources::next_run::next_run;
use crate::resources::{
    AwsCommand, Cadence, Event, Kind, Listing, LogSource, Observed, Properties, Reference, Resource, Turn, arn_name,
};

/// Pages of 100 rules.
const PAGES: usize = 30;
/// Pages of 100 targets; a rule has five targets unless AWS raises that limit.
const TARGET_PAGES: usize = 2;
/// The time after which the targets of a rule are read again.
const TARGETS_OLD: SignedDuration = SignedDuration::from_hours(1);

/// One rule.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct EventRule {
    /// Name: the id.
    pub name: String,
    /// ARN.
    pub arn: String,
    /// `ENABLED`, `DISABLED` or another state, raw.
    pub state: String,
    /// The event pattern as JSON; absent where the rule has only a schedule.
    pub pattern: Option<String>,
    /// `rate(7 days)` or `cron(…)`, in UTC; absent where the rule has only a pattern.
    pub schedule: Option<String>,
    /// Its description.
    pub description: String,
    /// The next run of a cron expression, seen from the time at which the rule was read. AWS does not say when it began
    /// to count a rate.
    pub next: Option<Timestamp>,
    /// The AWS service that made the rule.
    pub managed_by: Option<String>,
    /// The things whose events the pattern names.
    pub watches: Vec<Watched>,
    /// Its targets; absent until they are read.
    pub targets: Option<Vec<EventTarget>>,
    /// When the targets were read.
    pub read: Option<Timestamp>,
}

/// A field of the pattern that names a thing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Watched {
    /// The field of the event's detail: `ModelPackageGroupName`.
    pub field: String,
    /// The value.
    pub name: String,
}

/// A target of a rule.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct EventTarget {
    /// The ARN of the target.
    pub arn: String,
    /// The ARN of the role that starts it.
    pub role: Option<String>,
    /// The ARN of the queue that gets events that could not be delivered.
    pub dead_letters: Option<String>,
}

impl EventTarget {
    /// Returns whether the target needs a role that the rule does not name. `EventBridge` starts pipelines and state
    /// machines with a role: <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-identity-based.html>.
    #[must_use]
    pub fn lacks_role(&self) -> bool {
        let needs = [":sagemaker:", ":codepipeline:", ":states:"].iter().any(|service| self.arn.contains(service));
        needs && self.role.as_deref().is_none_or(str::is_empty)
    }
}

impl EventRule {
    /// Returns whether it can start anything: it is not disabled.
    #[must_use]
    pub fn enabled(&self) -> bool {
        // There are also rules for the events of management calls: ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS.
        self.state.starts_with("ENABLED")
    }
    /// Returns whether it was read that it has no targets, so that it silently drops its events.
    #[must_use]
    pub fn drops_events(&self) -> bool {
        self.targets.as_ref().is_some_and(Vec::is_empty)
    }
    /// Lists the rules, without their targets. The flag is true if there are more.
    pub(crate) async fn all(aws: &Aws, now: Timestamp) -> Result<(Vec<Self>, bool), AwsError> {
        pages(PAGES, async |token| {
            let page = aws.eventbridge.list_rules().limit(100).set_next_token(token).send().await.map_err(failed)?;
            Ok((page.rules.unwrap_or_default().into_iter().map(|rule| from_sdk(rule, now)).collect(), page.next_token))
        })
        .await
    }
    /// Reads one rule, without its targets.
    pub(crate) async fn describe(aws: &Aws, name: &str, now: Timestamp) -> Result<Self, AwsError> {
        let rule = aws.eventbridge.describe_rule().name(name).send().await.map_err(failed)?;
        let found = types::Rule::builder().set_name(rule.name).set_arn(rule.arn).set_state(rule.state);
        let found = found.set_event_pattern(rule.event_pattern).set_schedule_expression(rule.schedule_expression);
        Ok(from_sdk(found.set_description(rule.description).set_managed_by(rule.managed_by).build(), now))
    }
    /// Reads the targets of the rule.
    pub(crate) async fn with_targets(self, aws: &Aws) -> Result<Self, AwsError> {
        Ok(Self { targets: Some(targets(aws, &self.name).await?), ..self })
    }
    /// Returns the targets that have an ARN.
    fn target_arns(&self) -> impl Iterator<Item = &str> {
        self.targets.iter().flatten().map(|target| target.arn.as_str())
    }
}

impl Resource for EventRule {
    const KIND: Kind = Kind::EventRules;
    const CADENCE: Cadence = Cadence::Rare;
    const OPTIONAL: bool = true;
    // The kinds that show what serves and what fires come first.
    const AFTER: &'static [Kind] = &[Kind::Alarms, Kind::Packages];
    const NOUN: Option<&'static str> = Some("rule");
    const STARTS: bool = true;
    const REFERENCES: &'static [&'static str] = &["targets", "watches"];
    fn id(&self) -> &str {
        &self.name
    }
    fn arn(&self) -> Option<&str> {
        Some(&self.arn)
    }
    fn status(&self) -> Option<&str> {
        Some(&self.state)
    }
    fn health(&self) -> Health {
        if self.problem().is_some() { Health::Warning } else { Health::Ok }
    }
    fn summary(&self) -> String {
        let when = self.schedule.as_deref().unwrap_or("on events");
        let targets: Vec<&str> = self.target_arns().map(arn_name).collect();
        let targets = match &self.targets {
            None => "targets not read yet".to_owned(),
            Some(none) if none.is_empty() => "no targets".to_owned(),
            Some(_) => format!("→ {}", targets.join(", ")),
        };
        format!("{when}  {targets}")
    }
    fn starts(&self) -> bool {
        self.enabled() && !self.drops_events()
    }
    fn problem(&self) -> Option<String> {
        let lacks_role = || self.targets.iter().flatten().find(|target| target.lacks_role());
        match self.enabled() {
            false => Some("is disabled".to_owned()),
            true if self.drops_events() => Some("has no targets".to_owned()),
            true => lacks_role().map(|target| format!("has no role that may start {}", arn_name(&target.arn))),
        }
    }
    fn problem_in_brief(&self) -> Option<&'static str> {
        Some(match (self.enabled(), self.drops_events()) {
            (false, _) => "rule disabled",
            (true, true) => "no targets",
            (true, false) => "rule lacks role",
        })
    }
    fn targets(&self) -> Vec<Reference<'_>> {
        self.target_arns().filter_map(|arn| Reference::of_arn(arn, "Targets.Arn")).collect()
    }
    fn hears(&self, event: &Value) -> Option<bool> {
        // AWS manages rules for its own ends, such as an archive of all events. They tell nobody.
        let Some(pattern) = self.pattern.as_deref().filter(|_| self.managed_by.is_none()) else { return Some(false) };
        // Whether a rule acts whose targets are not read is not known.
        matches(pattern, event).filter(|matched| !matched || self.targets.is_some())
    }
    fn references(&self) -> Vec<Reference<'_>> {
        let watched = self.watches.iter().filter_map(|watched| {
            let (kind, field) = match watched.field.as_str() {
                "ModelPackageGroupName" => (Kind::Groups, "EventPattern.detail.ModelPackageGroupName"),
                "EndpointName" => (Kind::Endpoints, "EventPattern.detail.EndpointName"),
                "alarmName" => (Kind::Alarms, "EventPattern.detail.alarmName"),
                _ => return None,
            };
            Some(Reference { heard: true, ..Reference::new(kind, &watched.name, field) })
        });
        Resource::targets(self).into_iter().chain(watched).collect()
    }
    /// The log of the first function among its targets.
    fn log(&self) -> Option<LogSource> {
        self.target_arns().find_map(LogSource::of_arn)
    }
    fn properties(&self, all: &mut Properties) {
        all.status("State", &*self.state)
            .text("ScheduleExpression", self.schedule.as_deref())
            .time("next run", self.next.filter(|_| self.enabled()))
            .text("EventPattern", self.pattern.as_deref())
            .text("Description", &*self.description)
            .text("ManagedBy", self.managed_by.as_deref());
        for target in self.targets.iter().flatten() {
            all.text("target", &*target.arn).text("dead letters", target.dead_letters.as_deref());
            if target.lacks_role() {
                all.warning("target role", "missing: EventBridge cannot start the target");
            }
        }
        if self.drops_events() {
            all.warning("targets", "none: the rule drops its events");
        }
    }
    fn console(&self, region: &str) -> Option<String> {
        Some(format!("events/home?region={region}#/eventbus/default/rules/{}", url_part(&self.name)))
    }
    fn command(&self) -> Option<AwsCommand> {
        Some(AwsCommand::new("events", "describe-rule", "name", &self.name))
    }
    fn events(&self, old: Option<&Self>) -> Vec<Event> {
        let Some(old) = old else { return Vec::new() };
        let state = (old.state != self.state).then(|| {
            let health = if self.enabled() { Health::Ok } else { Health::Warning };
            Event::observed(health, format!("rule {} {}", self.name, self.state))
        });
        let changed = (&old.schedule, &old.pattern) != (&self.schedule, &self.pattern);
        let changed = changed.then(|| Event::observed(Health::Running, format!("rule {} changed", self.name)));
        state.into_iter().chain(changed).collect()
    }
    async fn read(aws: &Aws, observed: &Observed, turn: Turn<'_, Self>) -> Result<Listing<Self>, AwsError> {
        let listed = Self::all(aws, observed.at).await?;
        let renew = |listed, known: &Self| Self { targets: known.targets.clone(), read: known.read, ..listed };
        let holds = |row: &Self| row.read.is_some_and(|at| observed.at.duration_since(at) < TARGETS_OLD);
        let read = async |rule: Self| Ok(Self { read: Some(observed.at), ..rule.with_targets(aws).await? });
        Ok(add_details(observed, turn.known, listed, (renew, holds), read).await)
    }
}

/// Returns the targets of a rule.
async fn targets(aws: &Aws, rule: &str) -> Result<Vec<EventTarget>, AwsError> {
    let (targets, _) = pages(TARGET_PAGES, async |token| {
        let request = aws.eventbridge.list_targets_by_rule().rule(rule).limit(100).set_next_token(token);
        let page = request.send().await.map_err(failed)?;
        Ok((page.targets.unwrap_or_default(), page.next_token))
    })
    .await?;
    let target = |target: types::Target| EventTarget {
        arn: target.arn,
        role: target.role_arn,
        dead_letters: target.dead_letter_config.and_then(|queue| queue.arn),
    };
    Ok(targets.into_iter().map(target).collect())
}

fn from_sdk(rule: types::Rule, now: Timestamp) -> EventRule {
    let next = rule.schedule_expression.as_deref().and_then(|text| next_run(text, &TimeZone::UTC, None, now).at());
    EventRule {
        next,
        watches: rule.event_pattern.as_deref().map(watched).unwrap_or_default(),
        name: rule.name.unwrap_or_default(),
        arn: rule.arn.unwrap_or_default(),
        state: rule.state.map(|state| state.as_str().to_owned()).unwrap_or_default(),
        pattern: rule.event_pattern,
        schedule: rule.schedule_expression,
        description: rule.description.unwrap_or_default(),
        managed_by: rule.managed_by,
        targets: None,
        read: None,
    }
}

/// Returns the things that an event pattern names in the detail. Matchers such as `prefix` name no single thing.
fn watched(pattern: &str) -> Vec<Watched> {
    let pattern: Value = serde_json::from_str(pattern).unwrap_or_default();
    let fields = pattern.get("detail").and_then(Value::as_object).into_iter().flatten();
    let named = fields.flat_map(|(field, values)| {
        let names = values.as_array().into_iter().flatten().filter_map(Value::as_str);
        names.map(move |name| Watched { field: field.clone(), name: name.to_owned() })
    });
    named.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_names_things_in_its_detail() {
        let cases = [
            (r#"{"detail": {"ModelPackageGroupName": ["fraud", "churn"]}}"#, "ModelPackageGroupName fraud, churn"),
            (r#"{"detail": {"alarmName": [{"prefix": "fraud-"}, "exact"]}}"#, "alarmName exact"),
            (r#"{"detail": {"EndpointName": "no list"}}"#, ""),
            (r#"{"source": ["aws.sagemaker"]}"#, ""),
            ("not JSON", ""),
            ("[]", ""),
        ];
        for (pattern, expected) in cases {
            let watched = watched(pattern);
            let names: Vec<&str> = watched.iter().map(|w| w.name.as_str()).collect();
            let field = watched.first().map(|w| format!("{} ", w.field)).unwrap_or_default();
            assert_eq!(format!("{field}{}", names.join(", ")), expected, "{pattern}");
        }
    }

    #[test]
    fn a_rule_says_whether_it_can_start_anything() {
        let target = |arn: &str, role: Option<&str>| EventTarget {
            arn: arn.into(),
            role: role.map(Into::into),
            ..EventTarget::default()
        };
        let pipeline = target("arn:aws:sagemaker:eu-west-1:1:pipeline/fraud-build", Some("role"));
        let rule = |state: &str, targets| EventRule { state: state.into(), targets, ..EventRule::default() };
        let cases = [
            (rule("ENABLED", None), Health::Ok, "on events  targets not read yet"),
            (rule("ENABLED", Some(vec![])), Health::Warning, "on events  no targets"),
            (rule("ENABLED", Some(vec![pipeline.clone()])), Health::Ok, "on events  → fraud-build"),
            (rule("DISABLED", Some(vec![pipeline.clone()])), Health::Warning, "on events  → fraud-build"),
            (
                rule("ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS", None),
                Health::Ok,
                "on events  targets not read yet",
            ),
        ];
        for (rule, health, summary) in cases {
            assert_eq!((rule.health(), rule.summary()), (health, summary.to_owned()), "{rule:?}");
        }
        assert!(!pipeline.lacks_role() && target(&pipeline.arn, None).lacks_role());
        assert!(!target("arn:aws:lambda:eu-west-1:1:function:x", None).lacks_role());
    }
}
