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
async fn a_row_of_the_log_opens_whole_and_leads_to_its_model() {
    let mut t = Harness::story("demo").size(80, 24).ready().await;
    t.until("P1-recommendation-ctr", "5m").await;
    t.keys("6 '/ctr !broken' enter").await;
    t.says("…");
    t.keys("enter").await;
    t.says("what happened");
    t.says("→ oncall-page, recommendation-fallback");
    t.says("model recommendation");
    t.keys("enter").await;
    t.says("✗ P1-recommendation-ctr");
}
