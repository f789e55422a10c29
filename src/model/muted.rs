//! The mute rules that mute an alarm at a time.

use jiff::Timestamp;

use super::Health;
use super::key::Keyed;
use super::told::called;
use crate::resources::alarm::Alarm;
use crate::resources::mute_rule::{MuteRule, Muting};
use crate::resources::{Event, Store};

/// A mute rule that mutes an alarm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Muted {
    /// The name of the rule.
    pub rule: String,
    /// When the rule began to mute the alarm, if that is known.
    pub since: Option<Timestamp>,
    /// Until when it does, if that is known.
    pub until: Option<Timestamp>,
}

/// Returns the alarms that are muted at a time, each with the rule that mutes it for the longest time. A rule whose end
/// is not known counts as the longest.
pub(super) fn all_muted<'a>(rules: impl Iterator<Item = &'a MuteRule>, at: Timestamp) -> Keyed<&'a str, Muted> {
    longest(rules.filter_map(|rule| Some((rule, rule.muting(at)?))))
}

fn longest<'a>(mutings: impl Iterator<Item = (&'a MuteRule, Muting)>) -> Keyed<&'a str, Muted> {
    let mut all: Keyed<&'a str, Muted> = Keyed::default();
    for (rule, muting) in mutings {
        let (since, until) = muting.window().map_or((None, None), |window| (Some(window.begin), window.end));
        for alarm in &rule.alarms {
            let lasts = |until: Option<Timestamp>| until.unwrap_or(Timestamp::MAX);
            let is_longest = all.get(alarm.as_str()).is_none_or(|known| lasts(known.until) < lasts(until));
            if is_longest {
                all.insert(alarm, Muted { rule: rule.name.clone(), since, until });
            }
        }
    }
    all
}

/// Returns the event of an alarm without the people that it would have told, if it was muted then, or if nobody listens
/// to the topics of an alarm that fires since then. A rule that was changed since may have muted other alarms before.
/// An alarm that only scales an endpoint is no trouble.
#[must_use]
pub fn heard(store: &Store, alarm: &str, event: Event) -> Event {
    let known = store.alarms.get(alarm);
    if known.is_some_and(Alarm::scaling) && event.health > Health::Ok {
        return Event { health: Health::Running, ..event };
    }
    let Some(at) = event.at.filter(|_| !event.by.is_empty()) else { return event };
    let rules = store.mute_rules.rows();
    let own = rules.filter(|rule| rule.modified <= Some(at) && rule.alarms.iter().any(|name| name == alarm));
    match longest(own.filter_map(|rule| Some((rule, rule.muted_at(at)?)))).remove(alarm) {
        Some(muted) => Event { by: format!("muted by rule {}", muted.rule), ..event },
        None => match known.filter(|alarm| alarm.firing() && alarm.since == Some(at)) {
            Some(alarm) => event.by(format!("→ {}", called(store, alarm))),
            None => event,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::health::Health;
    use crate::resources::Listing;
    use crate::resources::mute_rule::{MuteDetails, MuteSchedule};

    fn rule(name: &str, expression: &str, alarms: &[&str]) -> MuteRule {
        let schedule = MuteSchedule { expression: expression.into(), duration: "PT2H".into(), ..Default::default() };
        MuteRule {
            name: name.into(),
            status: "ACTIVE".into(),
            alarms: alarms.iter().map(|&alarm| alarm.to_owned()).collect(),
            details: Some(MuteDetails { schedule, ..MuteDetails::default() }),
            ..MuteRule::default()
        }
    }

    #[test]
    fn the_rule_that_mutes_for_the_longest_time_counts() {
        let (early, late) = (rule("early", "cron(0 2 * * *)", &["a", "b"]), rule("late", "cron(0 3 * * *)", &["a"]));
        let unclear = MuteRule { unclear: true, ..rule("unclear", "?", &["c"]) };
        let rules = [early, late, unclear, rule("other", "cron(0 4 * * *)", &["d"])];
        let at = "2026-11-23T03:11:00Z".parse().unwrap();
        let all = all_muted(rules.iter(), at);
        let found =
            |alarm: &str| all.get(alarm).map(|muted| (muted.rule.clone(), muted.until.map(|until| until.to_string())));
        let until = |rule: &str, end: &str| Some((rule.to_owned(), Some(end.to_owned())));
        assert_eq!(found("a"), until("late", "2026-11-23T05:00:00Z"));
        assert_eq!(found("b"), until("early", "2026-11-23T04:00:00Z"));
        assert_eq!(found("c"), Some(("unclear".to_owned(), None)));
        assert_eq!((found("d"), found("e")), (None, None));
    }

    #[test]
    fn an_alarm_that_only_scales_is_no_trouble_and_one_that_nobody_hears_says_so() {
        use crate::model::testing::{Account, TOPIC, ago, alarm};
        let mut account = Account::healthy();
        account.subscriptions.clear();
        account.topics[0].listeners = Some(Vec::new());
        let policy =
            "arn:aws:autoscaling:eu-west-1:1:scalingPolicy:1f:resource/sagemaker/endpoint/e/variant/v:policyName/out";
        let scaling = Alarm { actions: vec![policy.into()], ..alarm("scaling", "ALARM") };
        account.alarms.push(scaling);
        account.alarms.push(Alarm { since: ago(60), ..alarm("ctr", "ALARM") });
        let store = account.observed().store;
        assert_eq!(store.alarms.get("ctr").unwrap().actions, [TOPIC]);
        let fired = |name: &str, seconds| {
            let event = Event::at(ago(seconds).unwrap(), Health::Critical, format!("{name} ALARM")).by("→ page");
            let heard = heard(&store, name, event);
            (heard.health, heard.by)
        };
        assert_eq!(fired("scaling", 60).0, Health::Running);
        assert_eq!(fired("ctr", 60), (Health::Critical, "→ nobody (page has no subscription)".into()));
        assert_eq!(fired("ctr", 600), (Health::Critical, "→ page".into()), "nobody knows who listened before");
    }

    #[test]
    fn an_alarm_that_was_muted_told_nobody() {
        let mut store = Store::default();
        let changed = "2026-11-22T00:00:00Z".parse().ok();
        let rule = MuteRule { modified: changed, ..rule("nightly", "cron(0 2 * * *)", &["a"]) };
        store.mute_rules.apply(Ok(Listing::all(vec![rule])), Timestamp::UNIX_EPOCH);
        let by = |alarm: &str, at: &str| {
            let event = Event::at(at.parse().unwrap(), Health::Critical, "a ALARM".into()).by("→ page");
            heard(&store, alarm, event).by
        };
        assert_eq!(by("a", "2026-11-23T03:11:00Z"), "muted by rule nightly");
        assert_eq!(by("b", "2026-11-23T03:11:00Z"), "→ page");
        assert_eq!(by("a", "2026-11-23T05:11:00Z"), "→ page");
        assert_eq!(by("a", "2026-11-21T03:11:00Z"), "→ page", "the rule was changed after it");
        let expired = MuteRule { status: "EXPIRED".into(), ..store.mute_rules.rows().next().unwrap().clone() };
        let unclear = MuteRule { unclear: true, ..expired.clone() };
        for (rule, told) in [(expired, "muted by rule nightly"), (unclear, "→ page")] {
            let mut store = Store::default();
            store.mute_rules.apply(Ok(Listing::all(vec![rule])), Timestamp::UNIX_EPOCH);
            let event = Event::at("2026-11-23T03:11:00Z".parse().unwrap(), Health::Critical, "a ALARM".into());
            assert_eq!(heard(&store, "a", event.by("→ page")).by, told, "the rule has expired since, or is unclear");
        }
    }
}
