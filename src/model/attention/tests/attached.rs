//! Cases of the rules of attached things.

use super::cases;
use crate::model::Health::Warning;
use crate::model::testing::{Account, event_rule};
use crate::resources::event_rule::{EventRule, Watched};

const PIPELINE: &str = "arn:aws:sagemaker:eu-west-1:123456789012:pipeline/fraud-build";
const DELIVERY: &str = "arn:aws:lambda:eu-west-1:123456789012:function:deploy";

fn weekly(a: &mut Account, state: &str) {
    a.event_rules.push(EventRule { state: state.into(), ..event_rule("weekly", &[PIPELINE], None) });
}

fn approvals(a: &mut Account, name: &str, targets: &[&str]) {
    a.event_rules.push(event_rule(name, targets, Some("fraud")));
}

/// Takes the role away from the target of the last rule.
fn without_role(a: &mut Account) {
    let rule = a.event_rules.last_mut().unwrap();
    rule.targets.as_mut().unwrap()[0].role = None;
}

/// Adds a rule on the events of the endpoint.
fn of_endpoint(a: &mut Account, state: &str) {
    let watches = vec![Watched { field: "EndpointName".into(), name: "fraud-prod".into() }];
    a.event_rules.push(EventRule { state: state.into(), watches, ..event_rule("lost", &[PIPELINE], None) });
}

cases! {
    Training "not-started":
    "nothing is there to start the pipeline" |_| {} => [];
    "its rule is enabled" |a| weekly(a, "ENABLED") => [];
    "its rule is disabled" |a| weekly(a, "DISABLED")
        => [(Warning, "nothing starts fraud-build: rule weekly is disabled", None)];
    "one of two rules is disabled" |a| {
        weekly(a, "DISABLED");
        a.event_rules.push(event_rule("monthly", &[PIPELINE], None));
    } => [];
    "a disabled rule of another pipeline" |a| {
        let other = event_rule("other", &["arn:aws:sagemaker:eu-west-1:123456789012:pipeline/other"], None);
        a.event_rules.push(EventRule { state: "DISABLED".into(), ..other });
    } => [];
    Training "attached":
    "the rule may start the pipeline" |a| weekly(a, "ENABLED") => [];
    "the rule has no role for it" |a| { weekly(a, "ENABLED"); without_role(a) }
        => [(Warning, "rule weekly has no role that may start fraud-build", None)];
    "a disabled rule has a finding of its own" |a| { weekly(a, "DISABLED"); without_role(a) } => [];
    Registry "not-delivered":
    "no rule waits for approvals" |_| {} => [];
    "a rule with a target does" |a| approvals(a, "deploy", &[DELIVERY]) => [];
    "a rule without targets does" |a| approvals(a, "deploy", &[])
        => [(Warning, "an approval starts nothing: rule deploy has no targets", None)];
    "one of two rules has a target" |a| { approvals(a, "deploy", &[]); approvals(a, "notify", &[DELIVERY]) } => [];
    "the targets were not read" |a| { approvals(a, "deploy", &[]); a.event_rules[0].targets = None } => [];
    Registry "attached":
    "the rule needs no role for a function" |a| { approvals(a, "deploy", &[DELIVERY]); without_role(a) } => [];
    "the rule has no role for the pipeline" |a| { approvals(a, "retrain", &[PIPELINE]); without_role(a) }
        => [(Warning, "rule retrain has no role that may start fraud-build", None)];
    Endpoint "attached":
    "a rule on the events of the endpoint" |a| of_endpoint(a, "ENABLED") => [];
    "it has no role for its target" |a| { of_endpoint(a, "ENABLED"); without_role(a) }
        => [(Warning, "rule lost has no role that may start fraud-build", None)];
}
