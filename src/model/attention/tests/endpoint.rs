//! Cases of the rules of endpoints.

use super::cases;
use crate::model::Health::{Critical, Running, Unknown, Warning};
use crate::model::testing::{Account, DAY, HOUR, MINUTE, ago, endpoint_config, model, table};
use crate::resources::endpoint::Pending;

fn status(a: &mut Account, status: &str) {
    a.endpoints[0].status = status.into();
}

/// Makes the endpoint one outside production.
fn staging(a: &mut Account) {
    a.endpoints[0].name = "fraud-staging".into();
}

/// Starts a deployment of version 2.
fn arriving(a: &mut Account) {
    status(a, "Updating");
    a.models.push(model("fraud-2", 2));
    a.configs.push(endpoint_config("fraud-prod-2", "fraud-2"));
    a.endpoints[0].pending =
        Some(Pending { config: "fraud-prod-2".into(), started: ago(MINUTE), ..Pending::default() });
}

/// Removes the configuration that serves from the complete list.
fn unlisted(a: &mut Account) {
    a.configs.clear();
    a.endpoints[0].live_since = ago(HOUR);
}

cases! {
    Endpoint "status":
    "in service" |_| {} => [];
    "a version arrives" |a| arriving(a) => [(Running, "fraud-prod: Updating to v2", Some(MINUTE))];
    "a version arrives and a variant says what it does" |a| {
        arriving(a);
        a.endpoints[0].variants[0].phases = vec!["Baking".into()];
    } => [(Running, "fraud-prod: Updating to v2 (Baking)", Some(MINUTE))];
    "a configuration arrives of which nothing more is known" |a| { arriving(a); a.configs.truncate(1) }
        => [(Running, "fraud-prod: Updating to fraud-prod-2", Some(MINUTE))];
    "it was not described yet" |a| status(a, "Updating")
        => [(Running, "fraud-prod: Updating to a new configuration", Some(8 * DAY))];
    "it is being made" |a| status(a, "Creating") => [(Running, "fraud-prod: Creating", Some(8 * DAY))];
    "it failed, and AWS says why" |a| {
        status(a, "Failed");
        a.endpoints[0].failure = Some("no capacity".into());
    } => [(Critical, "fraud-prod Failed: no capacity", Some(8 * DAY))];
    "it failed, and AWS does not say why" |a| status(a, "Failed")
        => [(Critical, "fraud-prod Failed", Some(8 * DAY))];
    "it is out of service" |a| status(a, "OutOfService") => [(Critical, "fraud-prod OutOfService", Some(8 * DAY))];
    "it goes back" |a| status(a, "RollingBack") => [(Critical, "fraud-prod RollingBack", Some(8 * DAY))];
    "it could not go back" |a| status(a, "UpdateRollbackFailed")
        => [(Critical, "fraud-prod UpdateRollbackFailed", Some(8 * DAY))];
    "one that customers do not see failed" |a| { staging(a); status(a, "Failed") }
        => [(Warning, "fraud-staging Failed", Some(8 * DAY))];
    "a status that is not known here" |a| status(a, "Hibernating")
        => [(Unknown, "fraud-prod: Hibernating: a status that is not known here", Some(8 * DAY))];
    "no status" |a| status(a, "") => [(Unknown, "fraud-prod: AWS gives no status", Some(8 * DAY))];

    Endpoint "rolled-back":
    "nothing was taken back" |_| {} => [];
    "AWS says why" |a| a.endpoints[0].failure = Some("alarm x".into())
        => [(Critical, "fraud-prod: last update was rolled back: alarm x", Some(8 * DAY))];
    "AWS says nothing, but it was seen" |a| a.endpoints[0].went_back_from = Some("fraud-prod-2".into())
        => [(Critical, "fraud-prod: last update was rolled back: AWS gave no reason, fraud-prod-2 is not live",
             Some(8 * DAY))];
    "it is on its way back: that is its status" |a| {
        status(a, "RollingBack");
        a.endpoints[0].failure = Some("alarm x".into());
    } => [];
    "one that customers do not see" |a| { staging(a); a.endpoints[0].failure = Some("alarm x".into()) }
        => [(Warning, "fraud-staging: last update was rolled back: alarm x", Some(8 * DAY))];

    Endpoint "config-deleted":
    "the configuration is there" |_| {} => [];
    "it was described and is not there any more" |a| a.configs[0].deleted = true
        => [(Warning, "fraud-prod: configuration fraud-prod-1 was deleted", None)];
    "it is not in the list of all" |a| unlisted(a)
        => [(Warning, "fraud-prod: configuration fraud-prod-1 was deleted", None)];
    "it went live after the list was read" |a| { unlisted(a); a.endpoints[0].live_since = ago(0) } => [];
    "the list has not all" |a| { unlisted(a); a.configs.capped() } => [];
    "the list is old" |a| { unlisted(a); a.configs.stale() } => [];
    "configurations were never read" |a| { unlisted(a); a.configs.never_read() } => [];
    "the endpoint was not described" |a| { unlisted(a); a.endpoints[0].config = None } => [];

    Endpoint "capacity":
    "as many as are wanted" |_| {} => [];
    "one is missing" |a| a.endpoints[0].variants[0].instances = Some(1)
        => [(Warning, "fraud-prod: 1 of 2 wanted instances of AllTraffic", None)];
    "more than are wanted: it scales in" |a| a.endpoints[0].variants[0].instances = Some(3) => [];
    "AWS does not say how many" |a| a.endpoints[0].variants[0].instances = None => [];
    "it is being updated" |a| { arriving(a); a.endpoints[0].variants[0].instances = Some(1) } => [];

    Endpoint "source":
    "all was read" |_| {} => [];
    "endpoints were never read" |a| a.endpoints.never_read() => [(Unknown, "not read yet", None)];
    "endpoints are denied" |a| a.endpoints.denied() => [(Unknown, "Call denied", None)];
    "endpoints were read, and then denied" |a| a.endpoints.stale() => [];
    "there is no endpoint" |a| a.endpoints.clear() => [];
    "whose the endpoints are is not known before configurations were read" |a| {
        a.endpoints[0].name = "other".into();
        a.configs.never_read();
    } => [(Unknown, "not read yet", None)];
    "whose the endpoints are is not known where models are denied" |a| {
        a.endpoints[0].name = "other".into();
        a.models.denied();
    } => [(Unknown, "Call denied", None)];
    "an endpoint was not described yet" |a| a.endpoints[0].config = None
        => [(Unknown, "fraud-prod: not read yet", None)];
    "an endpoint cannot be described" |a| { a.endpoints[0].config = None; a.endpoints.faulty() }
        => [(Unknown, "fraud-prod: Call denied", None)];
    "its configuration cannot be described" |a| { a.configs.clear(); a.configs.faulty() }
        => [(Unknown, "fraud-prod: what it runs is not known, Call denied", None)];
    "its model cannot be described" |a| { a.models[0].containers = None; a.models.faulty() }
        => [(Unknown, "fraud-prod: what it runs is not known, Call denied", None)];
    "what one that customers do not see runs is not known" |a| { staging(a); a.configs.clear(); a.configs.faulty() }
        => [];
    "it runs a model that was made without the registry" |a| { a.models[0].containers = Some(Vec::new()); a.models.faulty() }
        => [];
}

#[test]
fn the_summary_tells_what_serves() {
    let cases = table! {
        "a version" |_| {} => "v1 InService";
        "something without a version" |a| a.models.clear() => "InService";
        "nothing" |a| a.endpoints.clear() => "not deployed";
    };
    for (what, given, summary) in cases {
        let mut account = Account::healthy();
        given(&mut account);
        let joined = account.join();
        let stage = joined.chain("fraud").unwrap().stage(crate::model::StageKind::Endpoint).unwrap();
        assert_eq!(stage.summary, summary, "{what}");
    }
}
