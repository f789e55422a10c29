//! Finds what acts on the changes of alarms: rules of `EventBridge` whose patterns match their events.
//!
//! The event: <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html>.

use serde_json::{Value, json};

use crate::resources::alarm::Alarm;
use crate::resources::{Kind, Store, Thing};

/// The type of the events of alarms.
const TYPE: &str = "CloudWatch Alarm State Change";

/// The rules that may act on a change of some alarm.
pub(super) struct Hearers<'a> {
    store: &'a Store,
    rules: Vec<(Kind, &'a str)>,
}

/// A rule that acts on the event that an alarm fires.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Hearer<'a> {
    /// Its kind.
    pub(super) kind: Kind,
    /// Its id.
    pub(super) id: &'a str,
    /// Does its pattern match for certain?
    pub(super) sure: bool,
}

impl<'a> Hearers<'a> {
    pub(super) fn new(store: &'a Store) -> Self {
        let any = json!({ "source": "aws.cloudwatch", "detail-type": TYPE });
        let tables = store.tables().filter(|(kind, _)| kind.starts());
        let rules = tables.flat_map(|(kind, table)| {
            let may_hear = table.things().filter(|thing| thing.hears(&any) != Some(false));
            may_hear.map(move |thing| (kind, thing.id())).collect::<Vec<_>>()
        });
        Self { store, rules: rules.collect() }
    }
    /// Is there no such rule?
    pub(super) fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }
    /// Returns the rules that act when an alarm fires. Alarms of auto scaling concern nobody.
    pub(super) fn of(&self, alarm: &Alarm) -> Vec<Hearer<'a>> {
        if self.rules.is_empty() || alarm.scaling() {
            return Vec::new();
        }
        let events = ["OK", "INSUFFICIENT_DATA"].map(|before| event(alarm, before));
        let heard = self.rules.iter().filter_map(|(kind, id)| {
            let thing = self.store.get(*kind, id)?;
            let heard = events.each_ref().map(|event| thing.hears(event));
            let sure = heard.contains(&Some(true));
            (sure || heard.contains(&None)).then_some(Hearer { kind: *kind, id, sure })
        });
        heard.collect()
    }
    /// Returns the first rule that acts when an alarm fires and can start something. One that is certain comes first.
    pub(super) fn acting(&self, alarm: &Alarm) -> Option<Hearer<'a>> {
        let able = |thing: &dyn Thing| thing.starts() == Some(true) && thing.problem().is_none();
        let starts = |of: &Hearer<'_>| self.store.get(of.kind, of.id).is_some_and(able);
        let acting = self.of(alarm).into_iter().filter(starts);
        acting.min_by_key(|hearer| !hearer.sure)
    }
}

/// Returns the event that an alarm fires, with the fields that are known before it does.
fn event(alarm: &Alarm, before: &str) -> Value {
    let mut arn = alarm.arn.split(':').skip(3);
    json!({
        "source": "aws.cloudwatch",
        "detail-type": TYPE,
        "region": arn.next(),
        "account": arn.next(),
        "resources": [alarm.arn],
        "detail": {
            "alarmName": alarm.name,
            "state": { "value": "ALARM" },
            "previousState": { "value": before },
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::testing::{Account, alarm, event_rule};
    use crate::resources::event_rule::{EventRule, EventTarget};

    /// Returns whether a rule with this pattern acts on the alarm: for certain, perhaps, or not.
    fn heard(pattern: &str) -> &'static str {
        let mut account = Account::empty();
        let rule =
            EventRule { pattern: Some(pattern.into()), ..event_rule("r", &["arn:aws:lambda:x:1:function:f"], None) };
        account.event_rules.push(rule);
        let observed = account.observed();
        let found = Hearers::new(&observed.store).of(&alarm("fraud-5xx", "OK"));
        match found.as_slice() {
            [] => "no",
            [one] if one.sure => "yes",
            _ => "perhaps",
        }
    }

    #[test]
    fn a_rule_acts_on_the_alarms_that_its_pattern_matches() {
        let detail = |name: &str| format!(r#"{{"source": ["aws.cloudwatch"], "detail": {{"alarmName": [{name}]}}}}"#);
        let resources = |arn: &str| format!(r#"{{"detail-type": ["{TYPE}"], "resources": [{arn}]}}"#);
        let state = |more: &str| format!(r#"{{"source": ["aws.cloudwatch"], "detail": {{{more}}}}}"#);
        let arn = "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:fraud-5xx";
        let cases = [
            (r#"{"source": ["aws.cloudwatch"]}"#.to_owned(), "yes"),
            (r#"{"source": ["aws.sagemaker"]}"#.to_owned(), "no"),
            (detail(r#""fraud-5xx""#), "yes"),
            (detail(r#""churn-5xx""#), "no"),
            (detail(r#"{"prefix": "fraud-"}"#), "yes"),
            (detail(r#"{"prefix": "churn-"}"#), "no"),
            (detail(r#"{"suffix": "-5xx"}"#), "yes"),
            (detail(r#"{"wildcard": "*aud*x"}"#), "yes"),
            (detail(r#"{"wildcard": "*aud*y"}"#), "no"),
            (detail(r#"{"anything-but": {"prefix": "TargetTracking-"}}"#), "yes"),
            (detail(r#"{"anything-but": ["fraud-5xx"]}"#), "no"),
            (detail(r#"{"equals-ignore-case": "FRAUD-5XX"}"#), "yes"),
            (detail(r#"{"something-new": 1}"#), "perhaps"),
            (resources(&format!("\"{arn}\"")), "yes"),
            (resources(r#"{"prefix": "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:fraud"}"#), "yes"),
            (resources(r#"{"suffix": ":alarm:churn-5xx"}"#), "no"),
            (state(r#""state": {"value": ["ALARM"]}"#), "yes"),
            (state(r#""state": {"value": ["OK"]}"#), "no"),
            (state(r#""previousState": {"value": ["OK"]}"#), "yes"),
            (state(r#""previousState": {"value": ["ALARM"]}"#), "no"),
            (state(r#""configuration": {"description": [{"prefix": "sev1"}]}"#), "perhaps"),
            ("not JSON".to_owned(), "perhaps"),
        ];
        for (pattern, expected) in cases {
            assert_eq!(heard(&pattern), expected, "{pattern}");
        }
    }

    #[test]
    fn a_rule_that_starts_nothing_for_certain_is_no_receiver() {
        let rule = || EventRule {
            pattern: Some(r#"{"source": ["aws.cloudwatch"]}"#.into()),
            ..event_rule("r", &["arn:aws:lambda:x:1:function:f"], None)
        };
        let arn = "arn:aws:states:x:1:stateMachine:m".to_owned();
        let without_role = EventTarget { arn, ..EventTarget::default() };
        let cases = [
            (rule(), Some(true)),
            (EventRule { targets: None, ..rule() }, Some(false)),
            (EventRule { targets: Some(Vec::new()), ..rule() }, None),
            (EventRule { managed_by: Some("events.amazonaws.com".into()), ..rule() }, None),
            (EventRule { state: "DISABLED".into(), ..rule() }, None),
            (EventRule { targets: Some(vec![without_role]), ..rule() }, None),
        ];
        for (rule, sure) in cases {
            let shown = format!("{rule:?}");
            let mut account = Account::empty();
            account.event_rules.push(rule);
            let observed = account.observed();
            let acting = Hearers::new(&observed.store).acting(&alarm("fraud-5xx", "OK")).map(|hearer| hearer.sure);
            assert_eq!(acting, sure, "{shown}");
        }
    }
}
