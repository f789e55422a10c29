use crate::model::Confidence;
use crate::model::StageKind::{Endpoint, Registry, Training};
use crate::model::testing::{Account, RUN, deployment_pipeline, event_rule, table};
use crate::resources::Kind;
use crate::resources::Kind::{Alarms, DeploymentPipelines, Endpoints, EventRules, Groups, Pipelines, StateMachines};
use crate::resources::event_rule::EventRule;
use crate::resources::state_machine::{StateMachine, StateMachineExecution};

/// The ARN of the deployment pipeline of the cases.
const DELIVERY: &str = "arn:aws:codepipeline:eu-west-1:123456789012:carry";

const PIPELINE: &str = "arn:aws:sagemaker:eu-west-1:1:pipeline/fraud-build";

/// A test of attached things: what is tested, the change of the account, and what is attached.
type Case = (&'static str, fn(&mut Account), Vec<(&'static str, (Kind, &'static str), crate::model::StageKind)>);

#[test]
fn a_thing_belongs_to_the_models_of_the_things_that_it_names() {
    let cases: [Case; 5] = [
        ("nothing names anything", |_| (), vec![]),
        (
            "a rule starts its pipeline; the ARN has the name in lower case",
            |a| a.event_rules.push(event_rule("weekly", &["arn:aws:sagemaker:eu-west-1:1:pipeline/FRAUD-build"], None)),
            vec![("weekly", (Pipelines, "fraud-build"), Training)],
        ),
        (
            "a rule waits for approvals of its group",
            |a| a.event_rules.push(event_rule("deploy", &[], Some("fraud"))),
            vec![("deploy", (Groups, "fraud"), Registry)],
        ),
        (
            "a rule of both is attached to both",
            |a| a.event_rules.push(event_rule("b", &[PIPELINE], Some("fraud"))),
            vec![("b", (Pipelines, "fraud-build"), Training), ("b", (Groups, "fraud"), Registry)],
        ),
        (
            "a rule of another pipeline and another group",
            |a| a.event_rules.push(event_rule("x", &["arn:aws:sagemaker:eu-west-1:1:pipeline/other"], Some("other"))),
            vec![],
        ),
    ];
    for (what, given, expected) in cases {
        let mut account = Account::healthy();
        given(&mut account);
        let joined = account.join();
        let chain = joined.chain("fraud").unwrap();
        let mut attached: Vec<_> = chain.attached.iter().map(|a| (a.id, a.to, a.stage)).collect();
        attached.sort_by_key(|(_, _, stage)| *stage);
        assert_eq!(attached, expected, "{what}");
        for (id, _, _) in expected {
            assert_eq!(joined.owner(EventRules, id).map(|c| c.name), Some("fraud"), "{what}");
        }
    }
}

/// A test of deployment pipelines: what is tested, the change of the account, and what is attached to what.
type DeliveryCase = (&'static str, fn(&mut Account), &'static [(&'static str, (Kind, &'static str))]);

/// Adds a deployment pipeline whose actions name these things.
fn carry(a: &mut Account, names: &[&str]) {
    a.deployment_pipelines.push(deployment_pipeline("carry", names));
}

/// The things that are attached if a rule on the approvals of the group starts the pipeline.
const STARTED: &[(&str, (Kind, &str))] = &[
    ("carry", (Groups, "fraud")),
    ("on-approval", (DeploymentPipelines, "carry")),
    ("on-approval", (Groups, "fraud")),
];

const DELIVERIES: [DeliveryCase; 9] = table! {
    "it names nothing of the model" |a| carry(a, &["other"]) => &[];
    "its actions name the endpoint" |a| carry(a, &["fraud-prod"]) => &[("carry", (Endpoints, "fraud-prod"))];
    "its actions name the group" |a| carry(a, &["fraud"]) => &[("carry", (Groups, "fraud"))];
    "the configuration names it, whether it was read or not" |a| a.configure("codepipeline = [\"carry\"]")
        => &[("carry", (Endpoints, "fraud-prod"))];
    "a rule on the approvals of the group starts it" |a| {
        carry(a, &[]);
        a.event_rules.push(event_rule("on-approval", &[DELIVERY], Some("fraud")));
    } => STARTED;
    "a rule of another group starts it, too: only the model's own rule is attached" |a| {
        carry(a, &[]);
        a.event_rules.push(event_rule("on-approval", &[DELIVERY], Some("fraud")));
        a.event_rules.push(event_rule("on-other", &[DELIVERY], Some("other")));
    } => STARTED;
    "a rule starts it on a schedule, and it names the endpoint" |a| {
        carry(a, &["fraud-prod"]);
        a.event_rules.push(event_rule("nightly", &[DELIVERY], None));
    } => &[("carry", (Endpoints, "fraud-prod")), ("nightly", (DeploymentPipelines, "carry"))];
    "a rule starts the model's pipeline and another one, which is not the model's" |a| {
        carry(a, &[]);
        a.event_rules.push(event_rule("weekly", &["arn:aws:sagemaker:eu-west-1:1:pipeline/fraud-build", DELIVERY], None));
    } => &[("weekly", (Pipelines, "fraud-build"))];
    "a rule on the approvals starts one that was not read" |a| {
        a.event_rules.push(event_rule("on-approval", &[DELIVERY], Some("fraud")));
    } => &[("on-approval", (Groups, "fraud"))];
};

#[test]
fn a_deployment_pipeline_belongs_to_the_model_that_it_deploys() {
    for (what, given, expected) in DELIVERIES {
        let mut account = Account::healthy();
        given(&mut account);
        let joined = account.join();
        let chain = joined.chain("fraud").unwrap();
        let mut attached: Vec<_> = chain.attached.iter().map(|a| (a.id, a.to)).collect();
        attached.sort_unstable_by_key(|(id, (kind, _))| (*id, kind.name()));
        assert_eq!(attached, expected, "{what}");
        let mut own = chain.attached.iter().filter(|a| a.kind == DeploymentPipelines);
        assert!(own.all(|a| a.stage == Registry && !a.is_below()), "{what}");
    }
}

#[test]
fn a_state_machine_belongs_to_what_its_definition_names_or_started() {
    let machine = |names: &[&str], started: Option<&str>| StateMachine {
        name: "retrain".into(),
        names: deployment_pipeline("", names).names,
        executions: Some(vec![StateMachineExecution {
            pipeline_execution: started.map(Into::into),
            ..StateMachineExecution::default()
        }]),
        ..StateMachine::default()
    };
    let cases = [
        (machine(&["fraud-build"], None), vec![((Pipelines, "fraud-build"), Training)]),
        (machine(&["fraud-prod"], None), vec![((Endpoints, "fraud-prod"), Endpoint)]),
        (machine(&[], Some(RUN)), vec![((Pipelines, "fraud-build"), Training)]),
        (machine(&["other"], None), vec![]),
    ];
    for (machine, expected) in cases {
        let mut account = Account::healthy();
        account.state_machines.push(machine);
        account.event_rules.push(event_rule("weekly", &["arn:aws:states:eu-west-1:1:stateMachine:retrain"], None));
        let joined = account.join();
        let attached = &joined.chain("fraud").unwrap().attached;
        let machines = attached.iter().filter(|a| a.kind == StateMachines).map(|a| (a.to, a.stage));
        assert_eq!(machines.collect::<Vec<_>>(), expected);
        let rules = attached.iter().filter(|a| a.kind == EventRules).count();
        assert_eq!(rules, expected.len(), "the rule that starts it belongs to the same model");
    }
}

#[test]
fn a_rule_on_an_endpoint_is_shown_below_it() {
    let mut account = Account::healthy();
    let mut rule = event_rule("lost", &[], Some("fraud-prod"));
    rule.watches[0].field = "EndpointName".into();
    account.event_rules.push(rule);
    let joined = account.join();
    let attached = &joined.chain("fraud").unwrap().attached;
    assert_eq!(attached.iter().map(|a| (a.stage, a.is_below())).collect::<Vec<_>>(), [(Endpoint, true)]);
}

#[test]
fn a_rule_belongs_to_the_alarms_whose_events_its_pattern_matches() {
    let on = |pattern: &str| EventRule { pattern: Some(pattern.into()), ..event_rule("page", &[], None) };
    let cases = [
        (r#"{"detail": {"alarmName": [{"prefix": "fraud-"}]}}"#, vec![((Alarms, "fraud-5xx"), Confidence::Exact)]),
        (r#"{"detail": {"alarmName": [{"new": 1}]}}"#, vec![((Alarms, "fraud-5xx"), Confidence::Guess)]),
        (r#"{"detail": {"alarmName": [{"prefix": "churn-"}]}}"#, vec![]),
        (r#"{"source": ["aws.s3"], "detail": {"alarmName": [{"new": 1}]}}"#, vec![]),
    ];
    for (pattern, expected) in cases {
        let mut account = Account::healthy();
        account.event_rules.push(on(pattern));
        let joined = account.join();
        let attached = joined.chain("fraud").unwrap().attached.iter().map(|a| (a.to, a.confidence));
        assert_eq!(attached.collect::<Vec<_>>(), expected, "{pattern}");
    }
}

#[test]
fn an_edge_leads_from_an_event_through_its_rule_to_what_the_rule_starts() {
    const NIGHTLY: &str = "arn:aws:states:eu-west-1:1:stateMachine:nightly";
    let mut account = Account::healthy();
    let mut rule = event_rule("on-alarm", &[NIGHTLY], Some("fraud-5xx"));
    rule.watches[0].field = "alarmName".into();
    account.event_rules.extend([
        rule,
        event_rule("deploy", &[], Some("fraud")),
        event_rule("weekly", &[PIPELINE], None),
    ]);
    account.state_machines.push(StateMachine {
        name: "nightly".into(),
        arn: NIGHTLY.into(),
        ..StateMachine::default()
    });
    let joined = account.join();
    let links = joined.links(joined.chain("fraud").unwrap());
    let name = |key: &str| key.rsplit(['/', ':']).next().unwrap_or_default().to_owned();
    let leads = |from: &str, to: &str| links.iter().any(|link| name(link.from) == from && name(link.to) == to);
    for (from, to) in
        [("fraud-5xx", "on-alarm"), ("on-alarm", "nightly"), ("fraud", "deploy"), ("weekly", "fraud-build")]
    {
        assert!(leads(from, to) && !leads(to, from), "{from} → {to}: {links:?}");
    }
}
