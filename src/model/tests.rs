use super::testing::{Account, DAY, HOUR, MINUTE, ago, alarm, endpoint, endpoint_config, model, run, table};
use super::*;
use crate::resources::endpoint::Pending;

#[test]
fn an_endpoint_says_which_version_serves_and_which_arrives() {
    let under_way = |to: Option<&str>| {
        Some(Deployment { status: "Updating", from: "v1".into(), to: to.map(str::to_owned), ..Deployment::default() })
    };
    let (v1, v2) = (vec![("a", 1)], vec![("b", 2)]);
    for (what, versions, arriving, deployment, label) in [
        ("one version", v1.clone(), vec![], None, "v1"),
        ("no version", vec![], vec![], None, "?"),
        ("two versions, the one with the larger share first", vec![("a", 1), ("b", 2)], vec![], None, "v1 +1"),
        ("a version arrives", v1.clone(), v2, under_way(Some("v2")), "v1→v2"),
        ("the same version arrives", v1.clone(), v1.clone(), under_way(Some("ml.m5.large")), "v1→"),
        ("only its capacity changes", v1, vec![], under_way(None), "v1"),
    ] {
        let serving = Serving { versions, arriving, deployment, ..Serving::default() };
        assert_eq!(serving.label(), label, "{what}");
    }
}

#[test]
fn an_endpoint_is_called_by_its_stage_where_its_name_does_not_tell() {
    for (endpoint, stage, place, production) in [
        ("fraud-prod", "prod", "fraud-prod", true),
        ("fraud-PROD", "prod", "fraud-PROD", true),
        ("fraud", "prod", "fraud (prod)", true),
        ("fraud", "", "fraud", true),
        ("fraud-7", "staging", "fraud-7 (staging)", false),
    ] {
        let serving = Serving { endpoint, stage, ..Serving::default() };
        assert_eq!((serving.place().as_str(), serving.production()), (place, production), "{endpoint} {stage}");
    }
}

/// Adds an alarm of this name that has fired for so many seconds.
fn fires(a: &mut Account, name: &str, seconds: i64) {
    let mut alarm = alarm(name, "ALARM");
    alarm.since = ago(seconds);
    a.alarms.push(alarm);
}

#[test]
fn the_course_of_trouble_begins_with_what_may_have_caused_the_worst_of_it() {
    let cases = table! {
        "nothing is wrong" |_| {} => None;
        "a version is pending: that is no trouble" |a| a.packages.push(testing::version(2, "PendingManualApproval"))
            => Some(("waits", None));
        "one thing is wrong" |a| fires(a, "x", HOUR) => Some(("firing", None));
        "the data was old before" |a| {
            fires(a, "x", HOUR);
            a.configure("[[model.data]]\nkind = \"s3\"\nuri = \"s3://lake/fraud\"\nmax_age = \"1h\"");
            a.datasets[0].newest = ago(5 * HOUR);
        } => Some(("data-age", Some("firing")));
        "the data was old for a week before: that did no harm" |a| {
            fires(a, "x", HOUR);
            a.configure("[[model.data]]\nkind = \"s3\"\nuri = \"s3://lake/fraud\"\nmax_age = \"1h\"");
            a.datasets[0].newest = ago(7 * DAY);
        } => Some(("firing", None));
        "a failed run is no cause of what customers see" |a| {
            fires(a, "x", MINUTE);
            a.executions.push(run("r2", "Failed", HOUR));
        } => Some(("firing", None));
        "the endpoint went back after the alarm fired" |a| {
            fires(a, "x", HOUR);
            a.endpoints[0].failure = Some("why".into());
            a.endpoints[0].modified = ago(MINUTE);
        } => Some(("firing", Some("rolled-back")));
    };
    for (what, given, expected) in cases {
        let mut account = Account::healthy();
        given(&mut account);
        let joined = account.join();
        let course = joined.chain("fraud").unwrap().course();
        let rules = course.map(|(first, next)| (first.rule.name, next.map(|reason| reason.rule.name)));
        assert_eq!(rules, expected, "{what}");
    }
}

/// Adds a run that failed eight days ago.
fn old(a: &mut Account) {
    a.executions.push(run("r2", "Failed", 8 * DAY));
}

#[test]
fn the_trouble_began_when_the_headline_says() {
    let cases = table! {
        "nothing is wrong" |_| {} => None;
        "only an old run failed" |a| old(a) => Some(8 * DAY - HOUR / 2);
        "an alarm fires, and an old run failed" |a| { old(a); fires(a, "x", HOUR) } => Some(HOUR);
        "two alarms fire: the first of them" |a| { old(a); fires(a, "x", HOUR); fires(a, "y", MINUTE) } => Some(HOUR);
        "the data was old before" |a| {
            old(a);
            fires(a, "x", HOUR);
            a.configure("[[model.data]]\nkind = \"s3\"\nuri = \"s3://lake/fraud\"\nmax_age = \"1h\"");
            a.datasets[0].newest = ago(5 * HOUR);
        } => Some(5 * HOUR);
        "nobody knows since when the worst of it is so" |a| { old(a); fires(a, "x", HOUR); a.alarms[1].since = None }
            => Some(8 * DAY - HOUR / 2);
    };
    for (what, given, expected) in cases {
        let mut account = Account::healthy();
        given(&mut account);
        let (joined, now) = (account.join(), account.observed().at.as_second());
        let began = joined.chain("fraud").unwrap().began();
        assert_eq!(began.map(|at| now - at.as_second()), expected, "{what}");
    }
}

#[test]
fn the_worst_endpoint_of_production_is_shown_and_the_first_of_equals() {
    let mut account = Account::healthy();
    account.endpoints.push(endpoint("fraud-b-prod", "fraud-prod-1"));
    account.endpoints.push(endpoint("fraud-staging", "fraud-prod-1"));
    let shown = |account: &Account, production| {
        account.join().chain("fraud").unwrap().worst_serving(production).map(|serving| serving.endpoint.to_owned())
    };
    assert_eq!(shown(&account, true).as_deref(), Some("fraud-b-prod"), "it is the first by name");
    assert_eq!(shown(&account, false).as_deref(), Some("fraud-staging"));
    account.endpoints[0].status = "Failed".into();
    assert_eq!(shown(&account, true).as_deref(), Some("fraud-prod"));
    account.endpoints.clear();
    assert_eq!(shown(&account, true), None);
}

#[test]
fn a_deployment_that_changes_no_version_says_what_it_changed() {
    let mut account = Account::healthy();
    let came = |account: &Account| account.join().serving("fraud-prod").unwrap().came();
    assert_eq!(came(&account), "v1 live");
    let mut before = endpoint_config("fraud-prod-0", "fraud-1");
    before.created = ago(9 * DAY);
    before.variants.as_mut().unwrap()[0].instances = Some(1);
    account.configs.push(before);
    assert_eq!(came(&account), "v1: 1 instance → 2 instances");
    account.models[0].containers = Some(Vec::new());
    assert_eq!(came(&account), "1 instance → 2 instances");
    account.configs.truncate(1);
    assert_eq!(came(&account), "deployed");
    account.endpoints[0].pending = Some(Pending { config: "x".into(), started: None, ..Pending::default() });
    account.models.push(model("unused", 3));
    assert_eq!(came(&account), "deployed");
}
