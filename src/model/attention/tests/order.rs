//! Cases of the order of findings, and of the last change.

use crate::model::Health;
use crate::model::testing::{Account, DAY, HOUR, MINUTE, ago, alarm, endpoint, run, table, version};
use crate::resources::feature_group::FeatureGroup;
use crate::resources::other_job::{OtherJob, Work};

/// Adds a run that failed so many seconds ago.
fn failed(a: &mut Account, seconds: i64) {
    a.executions.push(run("r2", "Failed", seconds));
}

/// Adds an alarm that has fired for so many seconds.
fn fires(a: &mut Account, name: &str, seconds: i64) {
    let mut alarm = alarm(name, "ALARM");
    alarm.since = ago(seconds);
    a.alarms.push(alarm);
}

/// Rolls the endpoint back so many seconds ago.
fn rolled_back(a: &mut Account, seconds: i64) {
    a.endpoints[0].failure = Some("why".into());
    a.endpoints[0].modified = ago(seconds);
}

#[test]
fn a_batch_job_comes_after_the_run_that_failed_later() {
    let mut account = Account::healthy();
    failed(&mut account, HOUR);
    account.other_jobs.push(OtherJob {
        name: "fraud-scores".into(),
        work: Work::Transform,
        status: "Failed".into(),
        ended: ago(9 * HOUR),
        group: Some("fraud".into()),
        ..OtherJob::default()
    });
    let joined = account.join();
    let chain = joined.chain("fraud").unwrap();
    let rules: Vec<&str> = chain.reasons.iter().map(|reason| reason.rule.name).collect();
    assert_eq!(rules, ["last-run-failed", "batch-failed"]);
}

#[test]
fn only_what_customers_see_breaks_a_model() {
    let cases = table! {
        "nothing is wrong" |_| {} => Health::Ok;
        "a run failed" |a| failed(a, HOUR) => Health::Warning;
        "a feature group is blocked" |a| a.feature_groups.push(FeatureGroup {
            name: "fraud-clicks".into(),
            offline_status: Some("Blocked".into()),
            ..FeatureGroup::default()
        }) => Health::Warning;
        "the newest version could not be made" |a| {
            a.packages.push(version(2, "PendingManualApproval"));
            a.packages[1].status = "Failed".into();
        } => Health::Warning;
        "an endpoint was rolled back" |a| rolled_back(a, HOUR) => Health::Critical;
        "an alarm fires" |a| fires(a, "x", HOUR) => Health::Critical;
        "a run is under way" |a| a.executions.push(run("r2", "Executing", MINUTE)) => Health::Running;
        "a version is pending" |a| a.packages.push(version(2, "PendingManualApproval")) => Health::Waiting;
        "endpoints were never read" |a| a.endpoints.never_read() => Health::Unknown;
    };
    for (what, given, health) in cases {
        let mut account = Account::healthy();
        given(&mut account);
        assert_eq!(account.join().chain("fraud").unwrap().health, health, "{what}");
    }
}

#[test]
fn reasons_are_in_the_order_of_what_to_look_at() {
    let cases = table! {
        "what customers see comes before what degrades it" |a| { failed(a, HOUR); fires(a, "x", MINUTE) }
            => &["firing", "last-run-failed"][..];
        "of what is equally bad the endpoint comes first" |a| { fires(a, "x", 2 * HOUR); rolled_back(a, HOUR) }
            => &["rolled-back", "firing"];
        "of one day, what began first: the rest may follow from it" |a| { fires(a, "x", HOUR); fires(a, "y", 2 * HOUR) }
            => &["firing y", "firing x"];
        "what began a day before is another story" |a| { fires(a, "x", HOUR); fires(a, "y", 25 * HOUR + 1) }
            => &["firing x", "firing y"];
        "what began exactly a day before is of one day" |a| { fires(a, "x", HOUR); fires(a, "y", 25 * HOUR) }
            => &["firing y", "firing x"];
    };
    for (what, given, expected) in cases {
        let mut account = Account::healthy();
        given(&mut account);
        let joined = account.join();
        let reasons = &joined.chain("fraud").unwrap().reasons;
        let named = |r: &crate::model::Reason| match &r.about {
            Some((_, alarm)) if expected.iter().any(|e| e.contains(' ')) => format!("{} {alarm}", r.rule.name),
            _ => r.rule.name.to_owned(),
        };
        assert_eq!(reasons.iter().map(named).collect::<Vec<_>>(), expected, "{what}");
    }
}

#[test]
fn the_last_change_is_the_newest_thing_that_happened() {
    let cases = table! {
        "a configuration" |_| {} => (8 * DAY, "v1 live");
        "it was seen to go live" |a| a.endpoints[0].live_since = ago(HOUR) => (HOUR, "v1 live");
        "in staging" |a| {
            a.endpoints.push(endpoint("fraud-staging", "fraud-prod-1"));
            a.endpoints[1].live_since = ago(HOUR);
        } => (HOUR, "v1 live in staging");
        "a run failed" |a| failed(a, HOUR) => (HOUR - 1800, "run failed");
        "a run started" |a| {
            failed(a, HOUR);
            a.executions.last_mut().unwrap().status = "Executing".into();
        } => (HOUR, "run started");
        "a run ended after a version was registered" |a| {
            a.packages.push(version(2, "PendingManualApproval"));
            a.packages[1].created = ago(HOUR - 1700);
            a.executions.push(run("r2", "Succeeded", HOUR));
            a.executions.last_mut().unwrap().modified = ago(HOUR - 1800);
        } => (HOUR - 1800, "run ended");
        "a run was stopped" |a| {
            failed(a, HOUR);
            a.executions.last_mut().unwrap().status = "Stopped".into();
        } => (HOUR - 1800, "run stopped");
        "a version arrives" |a| {
            a.endpoints[0].status = "Updating".into();
            a.endpoints[0].modified = ago(60);
        } => (60, "Updating");
        "a version was registered" |a| {
            a.packages.push(version(2, "PendingManualApproval"));
            a.packages[1].created = ago(HOUR);
        } => (HOUR, "v2 registered");
        "a version was rejected" |a| {
            a.packages[0].approval = "Rejected".into();
            a.packages[0].details.as_mut().unwrap().modified = ago(HOUR);
        } => (HOUR, "v1 rejected");
    };
    for (what, given, (seconds, text)) in cases {
        let mut account = Account::healthy();
        given(&mut account);
        let last = account.join().chain("fraud").unwrap().last_change.as_ref().map(|last| (last.at, last.text()));
        assert_eq!(last, ago(seconds).map(|at| (at, text.to_owned())), "{what}");
    }
}
