use crate::model::StageKind::{Endpoint, Registry, Training};
use crate::model::testing::{Account, deployment_pipeline, event_rule};
use crate::resources::Kind::{DeploymentPipelines, Endpoints, EventRules, Groups, Pipelines};

/// The ARN of the deployment pipeline of the cases.
const DELIVERY: &str = "arn:aws:codepipeline:eu-west-1:123456789012:carry";

/// A test of attached things: what is tested, the change of the account, and what is attached.
type Case = (
    &'static str,
    fn(&mut Account),
    Vec<(&'static str, (crate::resources::Kind, &'static str), crate::model::StageKind)>,
);

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
            |a| {
                a.event_rules.push(event_rule(
                    "b",
                    &["arn:aws:sagemaker:eu-west-1:1:pipeline/fraud-build"],
                    Some("fraud"),
                ))
            },
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
type DeliveryCase = (&'static str, fn(&mut Account), Vec<(&'static str, (crate::resources::Kind, &'static str))>);

#[test]
fn a_deployment_pipeline_belongs_to_the_model_that_it_deploys() {
    let cases: [DeliveryCase; 9] = [
        (
            "it names nothing of the model",
            |a| a.deployment_pipelines.push(deployment_pipeline("carry", &["other"])),
            vec![],
        ),
        (
            "its actions name the endpoint",
            |a| a.deployment_pipelines.push(deployment_pipeline("carry", &["fraud-prod"])),
            vec![("carry", (Endpoints, "fraud-prod"))],
        ),
        (
            "its actions name the group",
            |a| a.deployment_pipelines.push(deployment_pipeline("carry", &["fraud"])),
            vec![("carry", (Groups, "fraud"))],
        ),
        (
            "the configuration names it, whether it was read or not",
            |a| a.configure("codepipeline = [\"carry\"]"),
            vec![("carry", (Endpoints, "fraud-prod"))],
        ),
        (
            "a rule on the approvals of the group starts it",
            |a| {
                a.deployment_pipelines.push(deployment_pipeline("carry", &[]));
                a.event_rules.push(event_rule("on-approval", &[DELIVERY], Some("fraud")));
            },
            vec![
                ("carry", (Groups, "fraud")),
                ("on-approval", (DeploymentPipelines, "carry")),
                ("on-approval", (Groups, "fraud")),
            ],
        ),
        (
            "a rule of another group starts the same one: only the model's own rule is attached",
            |a| {
                a.deployment_pipelines.push(deployment_pipeline("carry", &[]));
                a.event_rules.push(event_rule("on-approval", &[DELIVERY], Some("fraud")));
                a.event_rules.push(event_rule("on-other", &[DELIVERY], Some("other")));
            },
            vec![
                ("carry", (Groups, "fraud")),
                ("on-approval", (DeploymentPipelines, "carry")),
                ("on-approval", (Groups, "fraud")),
            ],
        ),
        (
            "a rule starts it on a schedule, and it names the endpoint",
            |a| {
                a.deployment_pipelines.push(deployment_pipeline("carry", &["fraud-prod"]));
                a.event_rules.push(event_rule("nightly", &[DELIVERY], None));
            },
            vec![("carry", (Endpoints, "fraud-prod")), ("nightly", (DeploymentPipelines, "carry"))],
        ),
        (
            "a rule that starts the model's pipeline starts another one, too: that one is not the model's",
            |a| {
                a.deployment_pipelines.push(deployment_pipeline("carry", &[]));
                let build = "arn:aws:sagemaker:eu-west-1:1:pipeline/fraud-build";
                a.event_rules.push(event_rule("weekly", &[build, DELIVERY], None));
            },
            vec![("weekly", (Pipelines, "fraud-build"))],
        ),
        (
            "a rule on the approvals starts one that was not read",
            |a| a.event_rules.push(event_rule("on-approval", &[DELIVERY], Some("fraud"))),
            vec![("on-approval", (Groups, "fraud"))],
        ),
    ];
    for (what, given, expected) in cases {
        let mut account = Account::healthy();
        given(&mut account);
        let joined = account.join();
        let chain = joined.chain("fraud").unwrap();
        let mut attached: Vec<_> = chain.attached.iter().map(|a| (a.id, a.to)).collect();
        attached.sort_unstable_by_key(|(id, (kind, _))| (*id, kind.name()));
        let mut expected = expected;
        expected.sort_unstable_by_key(|(id, (kind, _))| (*id, kind.name()));
        assert_eq!(attached, expected, "{what}");
        let own = chain.attached.iter().filter(|a| a.kind == DeploymentPipelines);
        assert!(own.into_iter().all(|a| a.stage == Registry && !a.is_below()), "{what}");
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
