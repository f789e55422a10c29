//! The keys and the menu that lead from a thing to what can be done to it.

use sagetop::intents::{AccessRules, ApproveDelivery, Outcome};

use crate::harness::Harness;

#[tokio::test(start_paused = true)]
async fn the_key_that_approves_a_version_approves_a_delivery_too() {
    let mut t = Harness::story("stuck-approval").size(140, 40).ready().await;
    t.keys("i").await;
    t.to("waits for approval").await;
    t.says("approve delivery");
    t.keys("a").await;
    t.says("Approve what waits in fraud-screening-deploy");
    t.keys("'staging is fine' enter").await;
    t.says("codepipeline:PutApprovalResult");
    t.says("Look at staging first");
    t.keys("'fraud-screening-deploy/Approve' enter").await;
    t.until("fraud-screening-deploy/Approve is Approved", "30s").await;
    t.until_account("30m", |account| account.drill().is_some_and(|drill| drill.fixed_after.is_some())).await;
}

#[tokio::test(start_paused = true)]
async fn the_menu_lists_what_can_be_done_and_why_not() {
    let mut t = Harness::story("stuck-approval").size(140, 40).ready().await;
    t.keys("9").await;
    t.to("CodePipeline     waits").await;
    t.keys("A").await;
    t.says("approve delivery");
    t.says("switch transition off");
    t.never_says("retry-stage");
    assert!(t.line("retry stage").contains("no stage of fraud-screening-deploy has failed"));
    t.keys("esc").await;
    t.to("price-elasticity-weekly").await;
    t.keys("A").await;
    t.says("switch schedule off");
    t.keys("enter").await;
    t.says("scheduler:UpdateSchedule");
    t.keys("'price-elasticity-weekly' enter").await;
    t.until("schedule price-elasticity-weekly is disabled", "30s").await;
}

#[tokio::test(start_paused = true)]
async fn a_transition_is_disabled_with_a_reason_that_aws_takes() {
    let mut t = Harness::story("stuck-approval").size(140, 40).ready().await;
    t.keys("9").await;
    t.to("CodePipeline     waits").await;
    t.keys(": 'switch-transition' enter").await;
    t.says("DeployProd");
    t.keys("tab 'incident: 4711' enter").await;
    t.says("AWS does not take ':' in this reason");
    t.keys("ctrl-u 'incident 4711' enter").await;
    t.says("codepipeline:DisableStageTransition");
    t.keys("'fraud-screening-deploy/DeployProd' enter").await;
    t.until("the transition into fraud-screening-deploy/DeployProd is disabled", "30s").await;
}

#[tokio::test(start_paused = true)]
async fn nothing_is_planned_where_nothing_may_be_changed() {
    let mut t = Harness::story("stuck-approval").size(140, 40).read_only().ready().await;
    t.keys("9").await;
    t.to("CodePipeline     waits").await;
    t.keys("A").await;
    assert!(t.line("approve delivery").contains("read-only"));
    t.keys("enter").await;
    t.never_says("codepipeline:");
    assert!(t.sim().write_calls().is_empty());
}

/// With the feature `iam` the menu greys it before anything is sent.
#[cfg(not(feature = "iam"))]
#[tokio::test(start_paused = true)]
async fn what_was_denied_is_grey_until_everything_is_read_anew() {
    let denied = "[[fault]]\noperation = \"UpdateSchedule\"\ncode = \"AccessDeniedException\"\nmessage = \"no\"\n";
    let mut t = Harness::story(&format!("inherits = \"demo\"\n{denied}")).size(140, 40).ready().await;
    t.keys("9").await;
    t.to("price-elasticity-weekly").await;
    t.keys("A enter").await;
    t.says("Type price-elasticity-weekly to send");
    t.keys("'price-elasticity-weekly' enter").await;
    t.until("UpdateSchedule: denied", "20s").await;
    t.keys("A").await;
    assert!(
        t.line("switch schedule").contains("scheduler:UpdateSchedule was denied before; ctrl-r lets you try again")
    );
    t.keys("esc ctrl-r A").await;
    t.says("switch schedule off");
}

#[tokio::test(start_paused = true)]
async fn an_approval_among_parallel_executions_takes_the_token_of_its_execution() {
    let rule = "[[rule]]\nname = \"fraud-screening-deploy-on-approval\"\ngroup = \"fraud-screening\"\n\
                on = [\"Approved\"]\ndeploys = [\"fraud-screening-staging\", \"fraud-screening-prod\"]\n\
                via = \"fraud-screening-deploy\"\ngated = true\nparallel = true\nwaits = \"3h\"\n";
    let t = Harness::story(&format!("inherits = \"shop\"\n{rule}")).bare();
    let now = t.executor.aws.codepipeline.get_pipeline_state().name("fraud-screening-deploy").send().await.unwrap();
    let stages = now.stage_states.unwrap_or_default().into_iter();
    let actions = stages.flat_map(|stage| stage.action_states.unwrap_or_default());
    assert_eq!(actions.filter_map(|action| action.latest_execution?.token).count(), 0, "the state has no token");
    let (reason, execution, stage) = ("staging is fine".to_owned(), None, None);
    let approve = ApproveDelivery { pipeline: "fraud-screening-deploy".into(), reason, execution, stage, action: None };
    let outcome = super::acts::carried_out(&t, AccessRules::default(), approve.into()).await;
    assert_eq!(outcome, Outcome::Done("fraud-screening-deploy/Approve is Approved".to_owned()));
}
