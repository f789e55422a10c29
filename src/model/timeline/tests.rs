use super::*;
use crate::model::testing::{Account, DAY, HOUR, MINUTE, ago, endpoint_config, model, run, table};
use crate::resources::config::EndpointConfig;
use crate::resources::endpoint::Pending;
use crate::resources::trail_event::TrailEvent;

/// Returns the events of the model: seconds ago, health, phrase, and who did it.
fn past(account: &Account, most: usize) -> Vec<(i64, Health, String, String)> {
    let (observed, joined) = (account.observed(), account.join());
    let past = timeline(joined.chain("fraud").unwrap(), &observed.store, most);
    past.into_iter().map(|(at, e)| (observed.at.as_second() - at.as_second(), e.health, e.text, e.by)).collect()
}

/// Changes the state of the alarm five minutes ago.
fn turned(a: &mut Account, state: &str) {
    a.alarms[0].state = state.into();
    a.alarms[0].since = ago(5 * MINUTE);
}

/// Adds a decision on the version five minutes ago.
fn decided(a: &mut Account, approval: &str) {
    a.packages[0].approval = approval.into();
    let details = a.packages[0].details.as_mut().unwrap();
    (details.modified, details.modified_by) = (ago(5 * MINUTE), Some("ana".into()));
}

#[test]
fn everything_that_carries_a_time_is_told_newest_first() {
    let account = Account::healthy();
    let expected = [
        (HOUR, Health::Ok, "fraud-5xx OK", ""),
        (8 * DAY, Health::Running, "v1 configured for fraud-prod", "fraud-prod-1"),
        (10 * DAY - HOUR - MINUTE, Health::Ok, "v1 Approved", ""),
        (10 * DAY - HOUR, Health::Running, "v1 registered", ""),
        (10 * DAY - 30 * MINUTE, Health::Ok, "run r1 Succeeded", "fraud-build"),
        (10 * DAY, Health::Running, "run r1 started", "fraud-build"),
        (30 * DAY, Health::Running, "fraud-prod created", ""),
    ];
    let expected = expected.map(|(ago, health, text, by)| (ago, health, text.to_owned(), by.to_owned()));
    assert_eq!(past(&account, 10), expected);
    assert_eq!(past(&account, 2), expected[..2]);
}

#[test]
fn the_newest_event_says_what_happened_and_who_did_it() {
    let cases = table! {
        "an alarm fires" |a| turned(a, "ALARM") => (Health::Critical, "fraud-5xx ALARM", "→ page");
        "its tier is low" |a| { turned(a, "ALARM"); a.alarms[0].description = "sev3".into() }
            => (Health::Warning, "fraud-5xx ALARM", "→ page");
        "its actions are switched off" |a| { turned(a, "ALARM"); a.alarms[0].actions_enabled = false }
            => (Health::Critical, "fraud-5xx ALARM", "");
        "an alarm has no data" |a| turned(a, "INSUFFICIENT_DATA") => (Health::Unknown, "fraud-5xx INSUFFICIENT_DATA", "");
        "a version was approved" |a| decided(a, "Approved") => (Health::Ok, "v1 Approved", "ana");
        "a version was rejected, with a reason" |a| {
            decided(a, "Rejected");
            a.packages[0].details.as_mut().unwrap().approval_description = Some("too slow".into());
        } => (Health::Warning, "v1 Rejected: too slow", "ana");
        "a version that changed and is still pending" |a| decided(a, "PendingManualApproval")
            => (Health::Ok, "fraud-5xx OK", "");
        "a version was registered" |a| {
            a.packages[0].created = ago(5 * MINUTE);
            a.packages[0].details.as_mut().unwrap().created_by = Some("ana".into());
        } => (Health::Running, "v1 registered", "ana");
        "a run failed" |a| {
            a.executions.push(run("r2", "Failed", 5 * MINUTE));
            a.executions[1].failure = Some("OutOfMemory".into());
        } => (Health::Critical, "run r2 Failed: OutOfMemory", "fraud-build");
        "a run goes on" |a| a.executions.push(run("r2", "Executing", 5 * MINUTE))
            => (Health::Running, "run r2 started", "fraud-build");
        "a configuration was seen to go live" |a| a.endpoints[0].live_since = ago(5 * MINUTE)
            => (Health::Running, "v1 live in fraud-prod", "fraud-prod-1");
        "something without a version was seen to go live" |a| {
            a.endpoints[0].live_since = ago(5 * MINUTE);
            a.models[0].containers = Some(Vec::new());
        } => (Health::Running, "a configuration live in fraud-prod", "fraud-prod-1");
        "a version arrives" |a| {
            a.models.push(model("fraud-2", 2));
            a.configs.push(endpoint_config("fraud-prod-2", "fraud-2"));
            a.endpoints[0].status = "Updating".into();
            a.endpoints[0].pending = Some(Pending { config: "fraud-prod-2".into(), started: ago(5 * MINUTE), ..Pending::default() });
            a.endpoints[0].variants[0].phases = vec!["Baking".into()];
        } => (Health::Running, "fraud-prod Updating: v1 → v2 (Baking)", "");
    };
    for (what, given, (health, text, by)) in cases {
        let mut account = Account::healthy();
        given(&mut account);
        let newest = past(&account, 1).remove(0);
        assert_eq!((newest.1, newest.2.as_str(), newest.3.as_str()), (health, text, by), "{what}");
    }
}

/// Adds a call that deployed a configuration to the endpoint, so many seconds ago.
fn deployed(a: &mut Account, config: &str, seconds: i64, error: Option<&str>) {
    a.trail_events.push(TrailEvent {
        id: format!("{config}{seconds}"),
        call: "UpdateEndpoint".into(),
        at: ago(seconds),
        caller: "arn:aws:sts::1:assumed-role/ml/ana".into(),
        from: "10.0.0.1".into(),
        error: error.map(str::to_owned),
        kind: Some("endpoints".into()),
        thing: "fraud-prod".into(),
        config: Some(config.into()),
    });
}

#[cfg(feature = "cloudtrail")]
#[test]
fn a_deployment_is_one_event_that_says_who_did_it_and_how_it_ended() {
    let (nobody, ana) = ("fraud-prod-1", "assumed-role/ml/ana from 10.0.0.1");
    let cases = table! {
        "nobody knows who" |_| {} => ("v1 configured for fraud-prod", nobody, false);
        "the call is known" |a| deployed(a, "fraud-prod-1", 8 * DAY, None) => ("v1 deployed to fraud-prod", ana, true);
        "the call failed" |a| deployed(a, "fraud-prod-1", 8 * DAY, Some("Denied"))
            => ("v1 configured for fraud-prod", nobody, false);
        "the call deployed something else" |a| deployed(a, "fraud-prod-0", 8 * DAY, None)
            => ("v1 configured for fraud-prod", nobody, false);
        "it is known what served before" |a| {
            deployed(a, "fraud-prod-2", HOUR, None);
            a.models.push(model("fraud-2", 2));
            a.configs.push(EndpointConfig { created: ago(HOUR), ..endpoint_config("fraud-prod-2", "fraud-2") });
            a.endpoints[0].config = Some("fraud-prod-2".into());
        } => ("v1 → v2 deployed to fraud-prod", ana, true);
        "AWS rolled it back" |a| {
            deployed(a, "fraud-prod-2", HOUR, None);
            a.endpoints[0].failure = Some("an alarm fired".into());
            a.endpoints[0].modified = ago(HOUR - MINUTE);
        } => ("fraud-prod-2 rolled back in fraud-prod: an alarm fired", ana, true);
        "it is under way" |a| {
            deployed(a, "fraud-prod-2", MINUTE, None);
            a.endpoints[0].status = "Updating".into();
            a.endpoints[0].pending =
                Some(Pending { config: "fraud-prod-2".into(), started: ago(MINUTE), ..Pending::default() });
        } => ("fraud-prod Updating: v1 → fraud-prod-2", ana, true);
    };
    for (what, given, (text, by, call)) in cases {
        let mut account = Account::healthy();
        given(&mut account);
        let (observed, joined) = (account.observed(), account.join());
        let all = deployments(joined.serving("fraud-prod").unwrap(), &observed.store);
        let newest = all.max_by_key(|deployed| deployed.event.at).unwrap();
        let found = (newest.event.text.as_str(), newest.event.by.as_str(), newest.call.is_some());
        assert_eq!(found, (text, by, call), "{what}");
    }
}

#[test]
fn what_has_no_time_is_not_told_and_auto_scaling_never_is() {
    let mut account = Account::healthy();
    account.alarms[0].actions = vec!["arn:aws:autoscaling:eu-west-1:1:scalingPolicy:x".into()];
    account.executions[0].started = None;
    let past = past(&account, 10);
    let told: Vec<&str> = past.iter().map(|(_, _, text, _)| text.as_str()).collect();
    assert_eq!(
        told,
        ["v1 configured for fraud-prod", "v1 Approved", "v1 registered", "run r1 Succeeded", "fraud-prod created"]
    );
}
