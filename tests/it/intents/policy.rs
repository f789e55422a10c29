//! The printed policies are those of the calls that are really made, in both directions.

use std::collections::{BTreeMap, BTreeSet};

use sagetop::aws::{permission_of, reads};
use sagetop::intents::{AccessRules, NEEDS, Outcome};

use super::acts::{acts, carried_out};
use crate::harness::Harness;

/// Returns the permissions of the calls that an account received, such as `sagemaker:DescribeModel`.
fn permissions(calls: BTreeSet<String>) -> BTreeSet<String> {
    // In signatures, CloudWatch has its old name.
    let as_iam = |call: String| call.replace("monitoring:", "cloudwatch:");
    calls.into_iter().map(as_iam).filter_map(|call| permission_of(&call).map(str::to_owned)).collect()
}

#[tokio::test(start_paused = true)]
async fn an_intent_needs_the_permissions_that_it_names_and_no_others() {
    let mut made: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for act in acts() {
        let (t, intent) = act.begun("").await;
        t.sim.forget_operations();
        let outcome = carried_out(&t, AccessRules::default(), intent.clone()).await;
        assert!(matches!(outcome, Outcome::Done(_)), "{intent:?}: {outcome:?}");
        made.entry(intent.name()).or_default().extend(permissions(t.sim.operations()));
    }
    for (name, made) in made {
        let needs = NEEDS.iter().find(|needs| needs.intent == name).unwrap();
        let calls = needs.calls.iter().copied().flatten().map(|permission| permission.action);
        let named: BTreeSet<String> = calls.chain(needs.reads.iter().copied()).map(str::to_owned).collect();
        let beyond: Vec<&String> = made.difference(&named).collect();
        assert!(beyond.is_empty(), "{name} calls what its policy does not name: {beyond:?}");
        // What is given to a role, and what other kinds of jobs are for, is no call of these runs.
        let idle = |action: &&String| {
            let other_jobs = ["Tuning", "Processing", "Transform"].iter().any(|kind| action.contains(kind));
            !other_jobs && action.as_str() != "iam:PassRole" && !named_once(action)
        };
        let unused: Vec<&String> = named.difference(&made).filter(idle).collect();
        assert!(unused.is_empty(), "{name} does not need: {unused:?}");
    }
}

/// Returns whether these runs make only the other one of two calls.
fn named_once(action: &str) -> bool {
    ["cloudwatch:EnableAlarmActions"].contains(&action)
        || ["DisableStageTransition", "EnableStageTransition", "DisableRule", "EnableRule"]
            .iter()
            .any(|name| action.ends_with(name))
}

#[tokio::test(start_paused = true)]
async fn looking_needs_the_permissions_for_reading_and_no_others() {
    let mut made = BTreeSet::new();
    // Without the index, lists stand in for it.
    let unindexed = "inherits = \"stale\"\n[[fault]]\noperation = \"Search\"\ncode = \"UnknownOperationException\"\nmessage = \"no\"\n";
    for story in
        ["demo", "stuck-approval", "failed-state-machine", "capped-scaling", "every-endpoint", "governed", unindexed]
    {
        // A change calendar is read where a freeze names it.
        let calendar = "[[freeze]]\nname = \"changes\"\ncalendar = \"retail-changes\"\n";
        let mut t = Harness::story(story).config(if story == "governed" { calendar } else { "" }).ready().await;
        t.keys("1 2 3 4 5 9").await;
        t.run_for("2m").await;
        t.keys("4 l").await;
        t.run_for("10s").await;
        // Kinds on demand are read only for the things that are looked at.
        for looked_at in ["3 '/fraud-screening v4'", "1 '/customers'", "2 '/fraud-screening-on-gpu'"] {
            if story == "governed" {
                t.keys(&format!("esc esc esc {looked_at} enter enter")).await;
                t.run_for("90s").await;
            }
        }
        made.extend(permissions(t.sim().operations()));
    }
    let table: BTreeSet<String> = reads().collect();
    let beyond: Vec<&String> = made.difference(&table).collect();
    assert!(beyond.is_empty(), "calls that the policy does not name: {beyond:?}");
    // What plans read is the matter of the test above.
    let of_plans: BTreeSet<&str> = NEEDS.iter().flat_map(|needs| needs.reads.iter().copied()).collect();
    // IAM is asked by the menu and by the doctor.
    let looking = |action: &&String| !of_plans.contains(action.as_str()) && !action.starts_with("iam:");
    let unused: Vec<&String> = table.difference(&made).filter(looking).collect();
    // These are for `config init`, for pipelines that name no model, for items that the configuration names, for many
    // versions at once, and for an AutoML job that is looked at.
    assert_eq!(
        unused,
        [
            "cloudwatch:ListMetrics",
            "codepipeline:ListTagsForResource",
            "dynamodb:GetItem",
            "sagemaker:BatchDescribeModelPackage",
            "sagemaker:DescribeAutoMLJobV2",
        ]
    );
}
