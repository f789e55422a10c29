//! Forbidden calls are not sent, whoever tries.

use sagetop::intents::{AccessRules, AnyIntent, Approve, Executor, Outcome, Retrain, Rollback};
use sagetop::journal::Event;
use tokio::sync::mpsc;

use crate::harness::Harness;

const V14: &str = "arn:aws:sagemaker:eu-west-1:123456789012:model-package/recommendation/14";

fn approve() -> AnyIntent {
    Approve { arn: V14.into(), reason: "good".into() }.into()
}

/// Makes a plan with the clients of the console's account, and carries it out with this access.
async fn carried_out(t: &Harness, access: AccessRules, intent: AnyIntent) -> Outcome {
    let executor = Executor { access: access.into(), ..t.executor().clone() };
    let plan = intent.plan(&executor).await.unwrap();
    let (tell, _told) = mpsc::channel(64);
    executor.run(&plan, &tell).await
}

#[tokio::test(start_paused = true)]
async fn read_only_is_kept_by_the_executor() {
    let t = Harness::story("demo").ready().await;
    let intents = [
        approve(),
        Retrain { pipeline: "fraud-screening-build".into(), parameters: Vec::new() }.into(),
        Rollback { endpoint: "recommendation-prod".into(), to: None, way: None }.into(),
    ];
    for intent in intents {
        let name = intent.name();
        let Outcome::Refused(why) = carried_out(&t, AccessRules::read_only(), intent).await else {
            panic!("{name} was sent")
        };
        assert!(why.contains("read-only"), "{name}: {why}");
    }
    assert!(t.sim().write_calls().is_empty());
    assert_eq!(t.events(), [Event::Refused; 3]);
    // With the access of the console the same plan succeeds, so nothing else prevented it.
    assert!(matches!(carried_out(&t, AccessRules::default(), approve()).await, Outcome::Done(_)));
}

#[tokio::test(start_paused = true)]
async fn read_only_greys_the_keys_and_says_why() {
    let mut t = Harness::story("demo").read_only().ready().await;
    t.says("read-only");
    t.to("recommendation").await;
    for key in ["a", "x", "r", "b"] {
        t.keys(key).await;
        t.says("read-only: set by --read-only or by the configuration");
        t.never_says("to send");
        t.keys("esc").await;
    }
    assert!(t.sim().write_calls().is_empty());
    assert!(t.journal().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_target_that_changed_meanwhile_is_not_touched() {
    let mut t = Harness::story("demo").ready().await;
    t.to("recommendation").await;
    t.keys("b enter").await;
    t.says("Type recommendation-prod to send");
    // While the operator reads the plan, another user rolls back.
    let other = Rollback { endpoint: "recommendation-prod".into(), to: None, way: None }.into();
    assert!(matches!(carried_out(&t, AccessRules::default(), other).await, Outcome::Done(_)));
    let (calls, lines) = (t.sim().write_calls(), t.journal().len());
    t.keys("'recommendation-prod' enter").await;
    t.until("changed since the plan was made", "10s").await;
    assert_eq!(t.sim().write_calls(), calls, "nothing more was sent");
    let journal = t.journal();
    let added: Vec<Event> = journal[lines..].iter().map(|entry| entry.event).collect();
    assert_eq!(added, [Event::Refused]);
}

#[tokio::test(start_paused = true)]
async fn a_decision_of_somebody_else_is_not_overwritten() {
    let mut t = Harness::story("demo").ready().await;
    t.to("recommendation").await;
    t.keys("x 'no' enter").await;
    t.says("Reject recommendation/14");
    assert!(matches!(carried_out(&t, AccessRules::default(), approve()).await, Outcome::Done(_)));
    t.keys("'recommendation/14' enter").await;
    t.until("changed since the plan was made", "10s").await;
    assert_eq!(t.sim().approval("recommendation/14").unwrap(), "Approved");
    assert_eq!(t.sim().calls("UpdateModelPackage"), 1);
}

#[tokio::test(start_paused = true)]
async fn enter_pressed_twice_sends_once() {
    let mut t = Harness::story("demo").ready().await;
    t.to("recommendation").await;
    t.keys("a 'good' enter 'recommendation/14'").await;
    t.burst("enter enter enter").await;
    t.run_for("30s").await;
    assert_eq!(t.sim().calls("UpdateModelPackage"), 1);
    assert_eq!(t.events().iter().filter(|event| **event == Event::Confirmed).count(), 1);
}

#[tokio::test(start_paused = true)]
async fn keys_typed_ahead_never_confirm() {
    let mut t = Harness::story("demo").ready().await;
    t.to("recommendation").await;
    // Before the plan is shown, Enter and letters do nothing.
    t.burst("b enter enter y y enter").await;
    t.run_for("10s").await;
    t.says("Type recommendation-prod to send");
    assert!(t.sim().write_calls().is_empty());
    t.keys("esc").await;
    t.never_says("to send");
    t.run_for("30s").await;
    assert!(t.sim().write_calls().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_pasted_name_waits_for_enter() {
    let mut t = Harness::story("demo").ready().await;
    t.to("recommendation").await;
    t.keys("b enter").await;
    t.paste("recommendation-prod\n").await;
    t.run_for("20s").await;
    assert!(t.sim().write_calls().is_empty(), "a line end in a paste is no Enter");
    t.keys("enter").await;
    t.until_account("10s", |account| account.endpoint_status("recommendation-prod").unwrap() == "Updating").await;
}

#[tokio::test(start_paused = true)]
async fn a_second_plan_for_the_same_target_waits_for_the_first() {
    let mut t = Harness::story("demo").ready().await;
    t.to("fraud-screening").await;
    t.keys("r enter 'fraud-screening-build' enter").await;
    t.until_account("10s", |account| account.calls("StartPipelineExecution") == 1).await;
    t.keys("r enter 'fraud-screening-build' enter").await;
    t.says("is being changed from here already");
    assert_eq!(t.sim().calls("StartPipelineExecution"), 1);
}
