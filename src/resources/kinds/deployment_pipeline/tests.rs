//! Tests of the phrases about the state of a pipeline.

use super::*;
use crate::health::Health::{Ok, Running, Unknown, Waiting, Warning};

/// Makes a stage with one action. The execution is a letter: `a` is older than `b`.
fn stage(name: &str, execution: &str, status: &str) -> DeliveryStage {
    let status = Some(status.to_owned()).filter(|status| !status.is_empty());
    let action = DeliveryAction {
        name: format!("{name}Action"),
        approval: name == "Approve",
        status: status.clone(),
        ..DeliveryAction::default()
    };
    DeliveryStage {
        name: name.into(),
        execution: status.as_ref().map(|_| execution.to_owned()),
        status,
        actions: vec![action],
        ..DeliveryStage::default()
    }
}

fn pipeline(stages: Vec<DeliveryStage>) -> DeploymentPipeline {
    DeploymentPipeline { name: "fraud-deploy".into(), stages: Some(stages), ..DeploymentPipeline::default() }
}

fn frozen(stage: DeliveryStage, inbound: Option<&str>) -> DeliveryStage {
    let by = Some("arn:aws:iam::1:user/ana".to_owned());
    let disabled = Some(Transition { reason: "freeze".into(), by, at: None });
    DeliveryStage { disabled, inbound: inbound.map(Into::into), ..stage }
}

fn failing(stage: DeliveryStage, error: Option<&str>, summary: Option<&str>) -> DeliveryStage {
    let told = |action| DeliveryAction { error: error.map(Into::into), summary: summary.map(Into::into), ..action };
    DeliveryStage { actions: stage.actions.into_iter().map(told).collect(), ..stage }
}

#[test]
fn a_pipeline_says_what_it_does_and_what_it_waits_for() {
    let done = |name| stage(name, "a", "Succeeded");
    let cases = [
        (vec![], Ok, None),
        (vec![done("Source"), done("Prod")], Ok, None),
        (vec![stage("Source", "b", "Succeeded"), stage("Prod", "b", "InProgress")], Running, Some("is in Prod")),
        (vec![stage("Source", "b", "InProgress"), stage("Prod", "a", "Failed")], Running, Some("is in Source")),
        (vec![done("Source"), stage("Approve", "a", "InProgress")], Waiting, Some("waits for approval in Approve")),
        (
            vec![done("Source"), failing(stage("Prod", "a", "Failed"), Some("no capacity"), Some("stack"))],
            Warning,
            Some("failed in Prod: no capacity"),
        ),
        (
            vec![done("Source"), failing(stage("Approve", "a", "Failed"), None, Some("not on Friday"))],
            Warning,
            Some("was not approved in Approve: not on Friday"),
        ),
        (
            vec![done("Source"), frozen(done("Prod"), None)],
            Waiting,
            Some("goes no further than before Prod: disabled by ana: freeze"),
        ),
        (
            vec![stage("Source", "b", "Succeeded"), frozen(done("Prod"), Some("b"))],
            Warning,
            Some("is held before Prod: disabled by ana: freeze"),
        ),
        (
            vec![stage("Approve", "a", "InProgress"), frozen(done("Prod"), None)],
            Waiting,
            Some("waits for approval in Approve"),
        ),
        (vec![done("Source"), stage("Prod", "a", "Stopped")], Ok, None),
        (vec![done("Source"), stage("Prod", "", "")], Ok, None),
    ];
    for (stages, health, says) in cases {
        let pipeline = pipeline(stages);
        let told = pipeline.problem().or(pipeline.activity());
        assert_eq!((pipeline.health(), told.as_deref()), (health, says), "{pipeline:?}");
    }
    assert_eq!(DeploymentPipeline::default().health(), Unknown, "the state was not read");
}

#[test]
fn the_summary_shows_how_far_the_newest_execution_came() {
    let older = stage("Prod", "a", "Succeeded");
    let waiting = pipeline(vec![stage("Source", "b", "Succeeded"), stage("Approve", "b", "InProgress"), older.clone()]);
    assert_eq!(waiting.summary(), "✓ Source ◇ Approve – Prod");
    assert_eq!(pipeline(vec![stage("Source", "a", "Succeeded"), older]).summary(), "✓ Source ✓ Prod");
    assert_eq!(DeploymentPipeline::default().summary(), "state not read");
}

#[test]
fn only_differences_are_events() {
    let before = pipeline(vec![stage("Source", "a", "Succeeded"), stage("Approve", "a", "InProgress")]);
    let answered = pipeline(vec![stage("Source", "a", "Succeeded"), stage("Approve", "a", "Succeeded")]);
    let again = pipeline(vec![stage("Source", "b", "Succeeded"), stage("Approve", "b", "InProgress")]);
    let texts = |new: &DeploymentPipeline, old: Option<&DeploymentPipeline>| {
        new.events(old).into_iter().map(|event| event.text).collect::<Vec<_>>()
    };
    assert!(texts(&before, None).is_empty() && texts(&before, Some(&before)).is_empty());
    assert_eq!(texts(&answered, Some(&before)), ["fraud-deploy Approve Succeeded"]);
    assert_eq!(
        texts(&again, Some(&answered)),
        ["fraud-deploy Source Succeeded", "fraud-deploy waits for approval in Approve"]
    );
}
