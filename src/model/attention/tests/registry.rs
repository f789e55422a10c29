//! Cases of the rules of the registry.

use super::cases;
use crate::model::Health::{Critical, Unknown, Waiting, Warning};
use crate::model::testing::{
    Account, DAY, HOUR, MINUTE, ago, deployment_pipeline, endpoint, endpoint_config, event_rule, model, table, version,
};
use crate::resources::deployment_pipeline::DeploymentPipeline;
use crate::resources::endpoint::Pending;
use crate::resources::event_rule::EventTarget;
use crate::resources::model::Container;
use crate::resources::model_card::{CardDetails, ModelCard};

const PENDING: &str = "PendingManualApproval";

/// Sets the versions of the group by their approvals, from version 1 on. Version 1 serves in production.
fn versions(a: &mut Account, approvals: &[&str]) {
    a.packages.clear();
    a.packages.extend((1..).zip(approvals).map(|(number, approval)| version(number, approval)));
}

/// Approves version 2 so many seconds ago.
fn approved(a: &mut Account, seconds: i64) {
    versions(a, &["Approved", "Approved"]);
    a.packages[1].details.as_mut().unwrap().modified = ago(seconds);
}

/// Approves version 2 so many seconds ago, where a rule starts a pipeline that delivers the versions.
fn starts(a: &mut Account, seconds: i64) {
    approved(a, seconds);
    let pipeline = DeploymentPipeline { read: ago(0), ..deployment_pipeline("carry", &["fraud-prod"]) };
    a.event_rules.push(event_rule("decided", &[&pipeline.arn], Some("fraud")));
    a.deployment_pipelines.push(pipeline);
}

/// Adds another endpoint of the model.
fn also_in(a: &mut Account, name: &str, config: &str) {
    a.endpoints.push(endpoint(name, config));
}

/// Adds a card of the version that serves.
fn card(a: &mut Account, status: &str, risk: &str) {
    let package = Some(a.packages[0].arn.clone());
    let details = Some(CardDetails { risk: Some(risk.into()), package, ..CardDetails::default() });
    a.model_cards.push(ModelCard { name: "fraud".into(), status: status.into(), details, ..ModelCard::default() });
}

cases! {
    Registry "waits":
    "the only version is approved" |_| {} => [];
    "a newer one is pending" |a| versions(a, &["Approved", PENDING])
        => [(Waiting, "v2 pending approval", Some(10 * DAY - 2 * HOUR))];
    "an older one is pending" |a| versions(a, &[PENDING, "Approved"]) => [];
    "two newer ones are pending" |a| versions(a, &["Approved", PENDING, PENDING])
        => [(Waiting, "v3 pending approval", Some(10 * DAY - 3 * HOUR)),
            (Waiting, "v2 pending approval", Some(10 * DAY - 2 * HOUR))];
    "none was ever approved" |a| versions(a, &[PENDING])
        => [(Waiting, "v1 pending approval", Some(10 * DAY - HOUR))];
    "a newer one was rejected" |a| versions(a, &["Approved", "Rejected"]) => [];
    "an approval that is not known here" |a| versions(a, &["Approved", "Delegated"]) => [];

    Registry "not-live":
    "the approved version serves" |_| {} => [];
    "another was approved an hour ago" |a| approved(a, HOUR) => [];
    "another was approved a second more than an hour ago" |a| approved(a, HOUR + 1)
        => [(Waiting, "v2 is approved, fraud-prod serves v1", Some(HOUR + 1))];
    "nobody says when it was approved, but it was registered long ago" |a| {
        approved(a, DAY);
        a.packages[1].details = None;
    } => [(Waiting, "v2 is approved, fraud-prod serves v1", Some(10 * DAY - 2 * HOUR))];
    "it arrives just now" |a| {
        approved(a, DAY);
        a.models.push(model("fraud-2", 2));
        a.configs.push(endpoint_config("fraud-prod-2", "fraud-2"));
        a.endpoints[0].pending = Some(Pending { config: "fraud-prod-2".into(), started: ago(MINUTE), ..Pending::default() });
    } => [];
    "its delivery waits for a person, which is another finding" |a| {
        approved(a, DAY);
        let mut pipeline = deployment_pipeline("carry", &["fraud-prod"]);
        let approve = &mut pipeline.stages.as_mut().unwrap()[1];
        approve.status = Some("InProgress".into());
        approve.actions[0].status = Some("InProgress".into());
        a.deployment_pipelines.push(pipeline);
    } => [];
    "its delivery has ended long ago" |a| {
        approved(a, DAY);
        a.deployment_pipelines.push(deployment_pipeline("carry", &["fraud-prod"]));
    } => [(Waiting, "v2 is approved, fraud-prod serves v1", Some(DAY))];
    "an older one was approved" |a| {
        approved(a, DAY);
        a.models[0] = model("fraud-1", 3);
    } => [];
    "only staging serves the older one" |a| {
        approved(a, DAY);
        a.models[0] = model("fraud-1", 2);
        a.models.push(model("old", 1));
        a.configs.push(endpoint_config("old", "old"));
        also_in(a, "fraud-staging", "old");
    } => [];
    "one of two in production serves the older one" |a| {
        approved(a, DAY);
        a.models.push(model("fraud-2", 2));
        a.configs.push(endpoint_config("new", "fraud-2"));
        also_in(a, "fraud-b-prod", "new");
    } => [(Waiting, "v2 is approved, fraud-prod serves v1", Some(DAY))];
    "what serves has no version" |a| {
        approved(a, DAY);
        a.models[0].containers = Some(Vec::new());
    } => [];

    Registry "nothing-started":
    "the approved version serves" |_| {} => [];
    "its pipeline has not moved since" |a| starts(a, 5 * MINUTE)
        => [(Warning, "v2 was approved, and nothing started: rule decided should have started carry", Some(5 * MINUTE))];
    "the two minutes are not over" |a| starts(a, 2 * MINUTE) => [];
    "an hour is over, which is another finding" |a| starts(a, HOUR + 1) => [];
    "its pipeline has moved" |a| {
        starts(a, 5 * MINUTE);
        a.deployment_pipelines[0].stages.as_mut().unwrap()[0].actions[0].since = ago(4 * MINUTE);
    } => [];
    "the state of its pipeline was read before" |a| {
        starts(a, 5 * MINUTE);
        a.deployment_pipelines[0].read = ago(4 * MINUTE);
    } => [];
    "the rule is disabled, which is another finding" |a| {
        starts(a, 5 * MINUTE);
        a.event_rules[0].state = "DISABLED".into();
    } => [];
    "the rule waits for a rejection" |a| {
        starts(a, 5 * MINUTE);
        a.event_rules[0].pattern = Some(r#"{"detail": {"ModelApprovalStatus": ["Rejected"]}}"#.into());
    } => [];
    "the rule also starts something of which nothing is known" |a| {
        starts(a, 5 * MINUTE);
        let function = EventTarget { arn: "arn:aws:lambda:eu-west-1:1:function:deploy".into(), ..EventTarget::default() };
        a.event_rules[0].targets.as_mut().unwrap().push(function);
    } => [];

    Registry "serves-unapproved":
    "an approved version serves" |_| {} => [];
    "a rejected one serves" |a| versions(a, &["Rejected"])
        => [(Warning, "v1 serves fraud-prod and is Rejected", Some(10 * DAY - HOUR - MINUTE))];
    "it was rejected with a reason" |a| {
        versions(a, &["Rejected"]);
        a.packages[0].details.as_mut().unwrap().approval_description = Some("too slow".into());
    } => [(Warning, "v1 serves fraud-prod and is Rejected: too slow", Some(10 * DAY - HOUR - MINUTE))];
    "a pending one serves where versions are approved" |a| versions(a, &[PENDING, "Approved"])
        => [(Warning, "v1 serves fraud-prod and is PendingManualApproval", Some(10 * DAY - HOUR))];
    "a pending one serves where nobody approves" |a| versions(a, &[PENDING, PENDING])
        => [(Waiting, "v1 serves fraud-prod and is PendingManualApproval", Some(10 * DAY - HOUR))];
    "an approval that is not known here" |a| versions(a, &["Delegated"]) => [];
    "a rejected one serves in staging" |a| { versions(a, &["Rejected"]); a.endpoints[0].name = "fraud-staging".into() }
        => [];
    "what serves is not in the registry" |a| a.packages.clear() => [];

    Registry "version-failed":
    "it was made" |_| {} => [];
    "the newest could not be made" |a| { versions(a, &["Approved", PENDING]); a.packages[1].status = "Failed".into() }
        => [(Critical, "v2 failed", Some(10 * DAY - 2 * HOUR))];
    "an older one could not be made" |a| { versions(a, &["Approved", PENDING]); a.packages[0].status = "Failed".into() }
        => [];
    "it is being made" |a| { versions(a, &["Approved", PENDING]); a.packages[1].status = "InProgress".into() } => [];

    Registry "card":
    "it has no card" |_| {} => [];
    "its card is approved" |a| card(a, "Approved", "High") => [];
    "its card waits, and the risk is low" |a| card(a, "PendingReview", "Low")
        => [(Waiting, "v1 serves fraud-prod, and its model card fraud is PendingReview (risk Low)", None)];
    "its card waits, and the risk is high" |a| card(a, "Draft", "High")
        => [(Warning, "v1 serves fraud-prod, and its model card fraud is Draft (risk High)", None)];
    "its card is archived" |a| card(a, "Archived", "Low")
        => [(Warning, "v1 serves fraud-prod, and its model card fraud is Archived (risk Low)", None)];
    "one of two cards is approved" |a| {
        card(a, "Draft", "High");
        card(a, "Approved", "High");
        a.model_cards[1].name = "fraud-2".into();
    } => [];
    "its card has a status that is new" |a| card(a, "SomethingNew", "High") => [];
    "its card is of another version" |a| {
        card(a, "Draft", "High");
        a.model_cards[0].details.as_mut().unwrap().package = Some(crate::model::testing::arn("model-package/fraud/7"));
    } => [];
    "its own card is a draft" |a| {
        let details = a.packages[0].details.as_mut().unwrap();
        details.governance.card = Some("Draft".into());
    } => [(Waiting, "v1 serves fraud-prod, and its model card is Draft", None)];

    Registry "source":
    "versions were read" |_| {} => [];
    "versions were never read" |a| a.packages.never_read() => [(Unknown, "not read yet", None)];
    "versions are denied" |a| a.packages.denied() => [(Unknown, "Call denied", None)];
    "versions were read, and then denied" |a| a.packages.stale() => [];
    "none of this group is among the first that were read" |a| { a.packages.clear(); a.packages.partly_read() }
        => [(Unknown, "not read yet", None)];
    "the group has no version" |a| { a.packages.clear(); a.models.clear() } => [];
    "the version that serves is not in the registry" |a| a.packages.clear()
        => [(Unknown, "v1 is not in the registry", None)];
    "the version that serves is about to be asked for" |a| {
        a.packages[0] = version(2, "Approved");
        a.packages.capped();
    } => [];
    "the version that serves may not be read: it is of another account" |a| { a.packages.clear(); a.packages.faulty() }
        => [(Unknown, "v1 not read: Call denied", None)];
    "a version that serves in staging was not read" |a| { a.packages.clear(); a.endpoints[0].name = "fraud-staging".into() }
        => [];
}

#[test]
fn the_summary_tells_of_the_newest_approved_version() {
    let cases = table! {
        "an approved one" |_| {} => "v1 approved";
        "none that is approved" |a| { versions(a, &["Rejected", "Rejected"]); a.models[0].containers = Some(Vec::new()) }
            => "v2 Rejected";
        "none at all" |a| { a.packages.clear(); a.models.clear() } => "no version yet";
        "an endpoint of many models" |a| {
            a.packages.clear();
            a.groups.clear();
            a.models[0].containers = Some(vec![Container { multi_model: true, ..Container::default() }]);
        } => "not known: a multi-model endpoint names no version";
        "an older one that is approved" |a| versions(a, &["Approved", "Rejected"]) => "v1 approved";
    };
    for (what, given, summary) in cases {
        let mut account = Account::healthy();
        given(&mut account);
        let joined = account.join();
        let stage = joined.chain("fraud").unwrap().stage(crate::model::StageKind::Registry).unwrap();
        assert_eq!(stage.summary, summary, "{what}");
    }
}
