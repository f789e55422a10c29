//! The keys and the menu that lead from a thing to what can be done to it.

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
    t.keys("m").await;
    t.says("approve delivery");
    t.says("disable transition");
    assert!(t.line("retry-stage").contains("no stage of fraud-screening-deploy has failed"));
    t.keys("esc").await;
    t.to("price-elasticity-weekly").await;
    t.keys("m").await;
    t.says("disable schedule");
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
    t.keys("m").await;
    assert!(t.line("approve-delivery").contains("read-only"));
    t.keys("enter").await;
    t.never_says("codepipeline:");
    assert!(t.sim().write_calls().is_empty());
}
