//! The inbox, and the key that leads from a thing to the first cause of its trouble.

use crate::harness::Harness;

#[tokio::test(start_paused = true)]
async fn a_version_that_waits_is_decided_from_the_inbox() {
    let mut t = Harness::story("demo").size(140, 40).ready().await;
    t.says("inbox 1");
    t.keys("i").await;
    let row = t.line("v14 pending approval");
    assert!(row.contains("recommendation") && row.contains("registry") && row.starts_with(" ◇"), "{row}");
    t.to("v14 pending approval").await;
    t.keys("a").await;
    t.says("Approve recommendation/14");
    t.keys("esc enter").await;
    t.says("ModelApprovalStatus");
}

#[tokio::test(start_paused = true)]
async fn what_is_switched_off_or_reaches_nobody_waits_too() {
    let mut t = Harness::story("disabled-trigger").size(140, 40).ready().await;
    t.keys("i").await;
    t.says("nothing starts demand-forecasting-build");
    let mut t = Harness::story("nobody-paged").size(140, 40).ready().await;
    t.keys("i").await;
    t.says("nobody is notified");
}

#[tokio::test(start_paused = true)]
async fn the_inboxes_of_all_accounts_are_one() {
    let mut t = Harness::story("demo").beside("us-east-1", "disabled-trigger").size(160, 40).ready().await;
    t.keys("i").await;
    assert!(t.line("v14 pending approval").contains("eu-west-1"));
    assert!(t.line("nothing starts demand-forecasting-build").contains("us-east-1"));
}

#[tokio::test(start_paused = true)]
async fn an_empty_inbox_says_so() {
    let mut t = Harness::story("shop").size(120, 36).ready().await;
    t.keys("i").await;
    t.says("Nothing to approve.");
}

#[tokio::test(start_paused = true)]
async fn one_key_leads_to_the_first_cause() {
    let mut t = Harness::story("demo").size(140, 40).ready().await;
    t.until("✗ recommendation", "5m").await;
    t.run_for("2m").await;
    t.keys("5").await;
    t.to("P1-recommendation-ctr").await;
    t.keys("c").await;
    t.says("first cause: CTR ");
    t.says("▾ ✗ recommendation  broken");
    t.keys("C").await;
    t.says("recommendation: what changed before 03:10");
    t.says("6 min before  v12 → v13 deployed to recommendation-prod");
    t.never_says("UpdateEndpoint");
    t.keys("esc esc 0").await;
    t.to("fraud-screening").await;
    t.keys("c").await;
    t.says("cause: nothing is wrong with it");
    t.keys("C").await;
    t.says("before: nothing is wrong with it");
}

#[tokio::test(start_paused = true)]
async fn a_silent_rollback_leaves_the_inbox_when_it_was_seen() {
    let mut t = Harness::story("silent-rollback").size(160, 40).ready().await;
    t.until("rolled back", "20m").await;
    t.says("inbox 1");
    t.keys("i").await;
    t.to("last update was rolled back").await;
    t.keys("S").await;
    t.says("marked as seen");
    t.says("Nothing to approve.");
    t.never_says("inbox 1");
    t.keys("0").await;
    t.to("recommendation").await;
    t.keys("enter").await;
    t.says("last update was rolled back");
    t.keys("S").await;
    t.says("seen: only a deployment that was rolled back can be marked");
}
