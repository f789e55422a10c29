//! The receivers of alarms that have no action of their own, or whose actions are suppressed or muted.

use std::collections::{BTreeMap, HashSet};

use jiff::SignedDuration;

use super::index::Index;
use super::muted::Muted;
use crate::resources::alarm::Alarm;

/// The time after which a composite alarm must have followed its child. If it still does not fire, it does not notify
/// anybody about the child.
const SETTLED: SignedDuration = SignedDuration::from_mins(2);

/// The receiver of an alarm that has no action of its own, or whose actions are suppressed or muted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AlarmReceiver {
    /// Nobody. Only an operator who looks at the alarm sees that it fires.
    Nobody,
    /// Nobody at present, because this alarm suppresses the actions.
    Suppressed(String),
    /// Whatever this rule of `EventBridge` starts, which acts on the events of the alarm.
    Rule(String),
    /// Perhaps whatever this rule starts. Its pattern cannot be parsed.
    PerhapsRule(String),
    /// Nobody at present, because a mute rule mutes the actions.
    Muted(Muted),
    /// The people that this composite alarm notifies.
    Composite(String),
    /// Nobody at present: the alarm fires, but this composite alarm, which would notify somebody, does not.
    Quiet(String),
    /// Perhaps the people that this composite alarm notifies. Its rule cannot be parsed.
    Perhaps(String),
    /// The deployments of this endpoint, which the alarm rolls back.
    Deployment(String),
    /// Unknown, because the deployments that it may guard were not read yet.
    Unread,
}

impl AlarmReceiver {
    /// Says who it is, in words that stand alone.
    #[must_use]
    pub fn in_words(&self) -> String {
        match self {
            Self::Nobody => "nobody: it has no action, or its actions are switched off".to_owned(),
            Self::Suppressed(by) => format!("nobody now: {by} holds its actions back"),
            Self::Rule(rule) => format!("rule {rule}"),
            Self::PerhapsRule(rule) => format!("perhaps rule {rule}, whose pattern was not understood"),
            Self::Muted(muted) => format!("nobody now: mute rule {} holds its actions back", muted.rule),
            Self::Composite(parent) => format!("those whom {parent} tells"),
            Self::Quiet(parent) => format!("nobody now: {parent}, which would tell somebody, is quiet"),
            Self::Perhaps(parent) => format!("perhaps those whom {parent} tells, whose rule was not understood"),
            Self::Deployment(endpoint) => format!("nobody: it rolls back deployments of {endpoint}"),
            Self::Unread => "not known yet".to_owned(),
        }
    }
}

/// Returns the receivers of all alarms without an action of their own, by name. Alarms of auto scaling notify no
/// people, so they are left out.
pub(super) fn receivers(index: &Index<'_>) -> BTreeMap<String, AlarmReceiver> {
    let all = index.alarms.all.iter();
    all.filter_map(|alarm| Some((alarm.name.clone(), receiver_of(index, alarm)?))).collect()
}

/// Returns the receiver of an alarm. `None` if the alarm has an action of its own.
///
/// The function follows composite alarms upwards, because a composite alarm without actions may be part of one with
/// actions.
pub(super) fn receiver_of(index: &Index<'_>, alarm: &Alarm) -> Option<AlarmReceiver> {
    let mute_of = |alarm: &Alarm| index.alarms.muted.get(alarm.name.as_str()).filter(|_| !alarm.mute());
    let speaks = |alarm: &Alarm| !alarm.mute() && alarm.suppressed().is_none() && mute_of(alarm).is_none();
    if speaks(alarm) || alarm.scaling() {
        return None;
    }
    // Events are sent whether or not the actions run.
    let hearer = index.referrers.hearers.acting(alarm);
    if let Some(hearer) = hearer.filter(|hearer| hearer.sure) {
        return Some(AlarmReceiver::Rule(hearer.id.to_owned()));
    }
    let (mut suppressor, mut muted) = (alarm.suppressed(), mute_of(alarm));
    let (mut perhaps, mut quiet) = (None, None);
    // AWS evaluates a composite alarm shortly after its children.
    let fires = alarm.firing() && alarm.since.is_some_and(|at| index.observed.at.duration_since(at) > SETTLED);
    let mut open = vec![(alarm, true)];
    let mut known: HashSet<&str> = HashSet::from([alarm.name.as_str()]);
    while let Some((child, sure)) = open.pop() {
        for parent in index.alarms.parents.get(child.name.as_str()).into_iter().flatten().rev() {
            // A rule that waits for another state of the child does not fire when the child fires.
            let raised = parent.children.iter().any(|c| c.name == child.name && c.raises);
            if !raised || !known.insert(&parent.name) {
                continue;
            }
            let sure = sure && parent.rule_problem.is_none();
            match speaks(parent) {
                true if fires && !parent.firing() => drop(quiet.get_or_insert(parent)),
                true if sure => return Some(AlarmReceiver::Composite(parent.name.clone())),
                true => drop(perhaps.get_or_insert(parent)),
                false => {
                    suppressor = suppressor.or_else(|| parent.suppressed());
                    muted = muted.or_else(|| mute_of(parent));
                    open.push((parent, sure));
                }
            }
        }
    }
    let deployment =
        index.alarms.guards.get(alarm.name.as_str()).map(|&name| AlarmReceiver::Deployment(name.to_owned()));
    let perhaps = || perhaps.map(|parent| AlarmReceiver::Perhaps(parent.name.clone()));
    let perhaps_rule = || hearer.map(|hearer| AlarmReceiver::PerhapsRule(hearer.id.to_owned()));
    let quiet = || quiet.map(|parent| AlarmReceiver::Quiet(parent.name.clone()));
    let suppressed = || suppressor.map(|suppressor| AlarmReceiver::Suppressed(suppressor.name().to_owned()));
    let muted = || muted.map(|muted| AlarmReceiver::Muted(muted.clone()));
    // The alarm may guard deployments of an endpoint that it watches.
    let watched = alarm.dimensions.iter().filter(|(name, _)| name == "EndpointName");
    let mut watched = watched.filter_map(|(_, endpoint)| index.store.endpoints.get(endpoint));
    let unread = !index.store.endpoints.answered() || watched.any(|endpoint| endpoint.guards.is_none());
    let nobody = if unread { AlarmReceiver::Unread } else { AlarmReceiver::Nobody };
    Some(
        deployment
            .or_else(perhaps)
            .or_else(perhaps_rule)
            .or_else(quiet)
            .or_else(muted)
            .or_else(suppressed)
            .unwrap_or(nobody),
    )
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::model::testing::{Account, event_rule, mute_rule};
    use crate::resources::alarm::Suppressor;
    use crate::resources::endpoint::Endpoint;
    use crate::resources::event_rule::EventRule;
    use crate::resources::{Listing, Observed, Store};

    const TOPIC: &str = "arn:aws:sns:eu-west-1:1:page";

    fn alarm(name: &str, action: &str, enabled: bool) -> Alarm {
        Alarm {
            name: name.into(),
            actions: [action].into_iter().filter(|a| !a.is_empty()).map(str::to_owned).collect(),
            actions_enabled: enabled,
            ..Alarm::default()
        }
    }

    fn composite(name: &str, rule: &str, action: &str) -> Alarm {
        alarm(name, action, true).ruled(rule.into())
    }

    fn suppressed(alarm: Alarm, by: Option<&str>) -> Alarm {
        let suppressor = Suppressor { alarm: "window".into(), by: by.map(str::to_owned), ..Suppressor::default() };
        Alarm { suppressor: Some(suppressor), ..alarm }
    }

    fn found(alarms: Vec<Alarm>) -> Vec<(String, AlarmReceiver)> {
        let mut store = Store::default();
        store.alarms.apply(Ok(Listing::all(alarms)), Timestamp::UNIX_EPOCH);
        let endpoint = Endpoint { name: "e".into(), guards: Some(vec!["guard".into()]), ..Endpoint::default() };
        store.endpoints.apply(Ok(Listing::all(vec![endpoint])), Timestamp::UNIX_EPOCH);
        let observed = Observed { store, ..Observed::default() };
        receivers(&Index::new(&observed)).into_iter().collect()
    }

    #[test]
    fn before_deployments_were_read_nobody_is_not_known_to_be_told() {
        let mut store = Store::default();
        let watches = Alarm { dimensions: vec![("EndpointName".into(), "e".into())], ..alarm("empty", "", true) };
        store.alarms.apply(Ok(Listing::all(vec![watches])), Timestamp::UNIX_EPOCH);
        let endpoint = Endpoint { name: "e".into(), guards: None, ..Endpoint::default() };
        store.endpoints.apply(Ok(Listing::all(vec![endpoint])), Timestamp::UNIX_EPOCH);
        let observed = Observed { store, ..Observed::default() };
        assert_eq!(receivers(&Index::new(&observed)).get("empty"), Some(&AlarmReceiver::Unread));
    }

    #[test]
    fn only_an_alarm_that_nothing_speaks_for_tells_nobody() {
        let found = found(vec![
            alarm("notifies", TOPIC, true),
            alarm("switched-off", TOPIC, false),
            alarm("empty", "", true),
            alarm("child", "", true),
            alarm("guard", TOPIC, false),
            alarm("TargetTracking-endpoint/e/variant/v-AlarmLow-1", "", true),
            composite("both", "ALARM(child)", TOPIC),
        ]);
        let expected = [
            ("child", AlarmReceiver::Composite("both".into())),
            ("empty", AlarmReceiver::Nobody),
            ("guard", AlarmReceiver::Deployment("e".into())),
            ("switched-off", AlarmReceiver::Nobody),
        ];
        assert_eq!(found, expected.map(|(name, who)| (name.to_owned(), who)));
    }

    #[test]
    fn a_composite_alarm_speaks_only_for_what_it_would_tell() {
        let part = || alarm("part", "", true);
        let cases = [
            (vec![composite("c", "AT_LEAST(1, ALARM, (part, other))", TOPIC)], AlarmReceiver::Composite("c".into())),
            (vec![composite("c", "NOT OK(part)", TOPIC)], AlarmReceiver::Composite("c".into())),
            (vec![composite("c", "ALARM(other) AND NOT ALARM(part)", TOPIC)], AlarmReceiver::Nobody),
            (vec![composite("c", "OK(part)", TOPIC)], AlarmReceiver::Nobody),
            (vec![composite("c", "ALARM(part)", "")], AlarmReceiver::Nobody),
            (
                vec![composite("c", "ALARM(part)", ""), composite("d", "ALARM(c)", TOPIC)],
                AlarmReceiver::Composite("d".into()),
            ),
            (
                vec![composite("c", "ALARM(part) OR ALARM(d)", ""), composite("d", "ALARM(c)", "")],
                AlarmReceiver::Nobody,
            ),
            (vec![composite("c", "MOST(part)", TOPIC)], AlarmReceiver::Perhaps("c".into())),
            (
                vec![suppressed(composite("c", "ALARM(part)", TOPIC), Some("Alarm"))],
                AlarmReceiver::Suppressed("window".into()),
            ),
            (vec![suppressed(composite("c", "ALARM(part)", TOPIC), None)], AlarmReceiver::Composite("c".into())),
        ];
        for (mut alarms, expected) in cases {
            let rules: Vec<_> = alarms.iter().map(|a| a.rule.clone()).collect();
            alarms.push(part());
            let receivers = found(alarms).into_iter().find(|(name, _)| name == "part");
            assert_eq!(receivers.map(|(_, who)| who), Some(expected), "{rules:?}");
        }
    }

    #[test]
    fn a_composite_alarm_that_does_not_fire_tells_nobody_of_its_child_that_does() {
        let parent = |state: &str, rule: &str| Alarm { state: state.into(), ..composite("page", rule, TOPIC) };
        let both = "ALARM(part) AND ALARM(other)";
        // The state of the part, the seconds since it changed, the composite alarm, and the receiver.
        let (page, quiet) = (AlarmReceiver::Composite("page".into()), AlarmReceiver::Quiet("page".into()));
        let cases = [
            ("ALARM", 600, parent("OK", both), &quiet),
            ("ALARM", 600, parent("ALARM", both), &page),
            ("ALARM", 30, parent("OK", both), &page),
            ("OK", 600, parent("OK", both), &page),
        ];
        let now = Timestamp::from_second(10_000).unwrap();
        for (state, ago, parent, expected) in cases {
            let since = Timestamp::from_second(10_000 - ago).ok();
            let part = Alarm { state: state.into(), since, ..alarm("part", "", true) };
            let mut observed = Observed { at: now, ..Observed::default() };
            observed.store.alarms.apply(Ok(Listing::all(vec![part, parent])), now);
            observed.store.endpoints.apply(Ok(Listing::all(Vec::new())), now);
            assert_eq!(receivers(&Index::new(&observed)).get("part"), Some(expected), "{state} {ago}");
        }
    }

    #[test]
    fn an_alarm_whose_actions_are_held_back_tells_nobody_now() {
        let page = || suppressed(composite("page", "ALARM(x)", TOPIC), Some("WaitPeriod"));
        let of = |alarms| found(alarms).into_iter().find(|(name, _)| name == "page").map(|(_, who)| who);
        assert_eq!(of(vec![page()]), Some(AlarmReceiver::Suppressed("window".into())));
        assert_eq!(
            of(vec![page(), composite("all", "ALARM(page)", TOPIC)]),
            Some(AlarmReceiver::Composite("all".into()))
        );
        assert_eq!(of(vec![suppressed(page(), None)]), None);
    }

    #[test]
    fn an_alarm_without_actions_tells_what_a_rule_on_its_events_starts() {
        let rule = |pattern: &str, state: &str, targets: &[&str]| EventRule {
            pattern: Some(pattern.into()),
            state: state.into(),
            ..event_rule("page", targets, None)
        };
        let (function, all) = ("arn:aws:lambda:eu-west-1:1:function:page", r#"{"source": ["aws.cloudwatch"]}"#);
        let new = r#"{"source": ["aws.cloudwatch"], "detail": {"alarmName": [{"new": 1}]}}"#;
        let cases = [
            (rule(all, "ENABLED", &[function]), AlarmReceiver::Rule("page".into())),
            (rule(all, "DISABLED", &[function]), AlarmReceiver::Nobody),
            (rule(all, "ENABLED", &[]), AlarmReceiver::Nobody),
            (rule(r#"{"source": ["aws.sagemaker"]}"#, "ENABLED", &[function]), AlarmReceiver::Nobody),
            (rule(new, "ENABLED", &[function]), AlarmReceiver::PerhapsRule("page".into())),
        ];
        for (rule, expected) in cases {
            let mut account = Account::healthy();
            account.alarms[0].actions.clear();
            account.event_rules.push(rule.clone());
            assert_eq!(account.join().receiver("fraud-5xx"), Some(&expected), "{rule:?}");
        }
    }

    #[test]
    fn an_alarm_that_a_rule_mutes_tells_nobody_for_a_while() {
        let mut account = Account::healthy();
        account.mute_rules.push(mute_rule("release", &["fraud-5xx"]));
        let joined = account.join();
        let Some(AlarmReceiver::Muted(muted)) = joined.receiver("fraud-5xx") else { panic!("it is not muted") };
        assert_eq!((muted.rule.as_str(), muted.since.is_some(), muted.until.is_some()), ("release", true, true));
    }
}
