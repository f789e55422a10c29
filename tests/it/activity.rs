//! The activity log: it begins with the last day, keeps all its rows, and opens every row in full.

use crate::harness::Harness;

#[tokio::test(start_paused = true)]
async fn the_log_begins_with_the_last_day_of_all_models() {
    let mut t = Harness::story("demo").ready().await;
    t.keys("6").await;
    for told in ["v14 registered", "Train", "customer-segmentation", "recommendation"] {
        t.says(told);
    }
    t.never_says("v12 registered");
}

#[tokio::test(start_paused = true)]
async fn a_deployment_is_one_row_that_says_who_began_it() {
    let mut t = Harness::story("ctr").size(140, 40).ready().await;
    t.run_for("20s").await;
    t.keys("6").await;
    let row = t.line("v13 deployed to recommendation-prod");
    assert!(row.contains("ml-engineer/") && row.contains("from 10.20."), "{row}");
    t.never_says("UpdateEndpoint recommendation-prod");
    t.keys("f").await;
    t.says("v13 deployed to recommendation-prod");
    t.to("v13 deployed to recommendation-prod").await;
    t.keys("enter").await;
    t.says("EndpointConfigName");
}

#[tokio::test(start_paused = true)]
async fn monitors_are_heard_of_only_when_they_find_something() {
    let mut t = Harness::story("governed").size(160, 40).ready().await;
    t.run_for("30m").await;
    t.keys("6").await;
    t.never_says("model-monitoring-");
    t.never_says(" Completed ");
    t.says("monitor ");
    let row = t.line("CompletedWithViolations");
    assert!(row.contains("monitor "), "{row}");
}

#[tokio::test(start_paused = true)]
async fn a_row_of_the_log_leads_to_its_thing_and_says_what_happened() {
    let mut t = Harness::story("demo").size(80, 24).ready().await;
    t.until("P1-recommendation-ctr", "5m").await;
    t.keys("6 '/ctr !broken' enter").await;
    t.says("…");
    t.keys("enter").await;
    t.says("✗ P1-recommendation-ctr");
    t.says("P1-recommendation-ctr ALARM  → oncall-page, recommendation-fallback");
    t.keys("esc").await;
    t.says("activity");
}

#[tokio::test(start_paused = true)]
async fn the_log_lists_one_kind_of_events_or_those_of_the_last_time() {
    let mut t = Harness::story("demo").size(120, 40).ready().await;
    t.until("P1-recommendation-ctr", "5m").await;
    t.keys("6 f").await;
    t.says("endpoints");
    t.never_says("v14 registered");
    t.keys("f").await;
    t.says(" of ");
    t.says("v14 registered");
    t.keys("F").await;
    t.says("activity  1 of ");
    t.says("versions, last 15 min");
    t.never_says("v14 registered");
    t.keys("F F F").await;
    t.says("versions, last 24 h");
    t.says("v14 registered");
    t.keys("esc").await;
    t.says("P1-recommendation-ctr");
    t.never_says("last 24 h");
    t.keys("0 f").await;
    t.says("only the activity has kinds and ages of events: 6 goes there");
}
