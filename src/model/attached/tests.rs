use crate::model::StageKind::{Registry, Training};
use crate::model::testing::{Account, event_rule};
use crate::resources::Kind::{EventRules, Groups, Pipelines};

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
                ));
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
