//! Metrics that the configuration reads from the evaluation reports of versions.

use crate::harness::{CONFIG, Harness};

/// Returns the demo account's configuration with this lower limit for the offline CTR of recommendation.
fn limit(limit: &str) -> String {
    let strict = CONFIG.replace("threshold = 0.025", &format!("threshold = {limit}"));
    assert_ne!(strict, CONFIG);
    strict
}

/// Returns the demo account with another answer for reports.
fn answers(fault: &str) -> String {
    format!("inherits = \"demo\"\n[[fault]]\noperation = \"GetObject\"\n{fault}\n")
}

#[tokio::test(start_paused = true)]
async fn the_version_that_serves_is_judged_by_its_report() {
    let mut t = Harness::story("shop").config(&limit("0.05")).size(200, 50).ready().await;
    t.to("recommendation").await;
    t.says("CTR offline of v12 0.0302 (min 0.05)");
    t.keys("enter").await;
    t.says("CTR offline 0.0302");
    t.to("v12  Approved").await;
    t.says("0.0302 (min 0.05)");
    assert!(t.meaning("0.0302 (").contains("bad"), "{}", t.meaning("0.0302 ("));
}

#[tokio::test(start_paused = true)]
async fn a_metric_that_was_not_read_is_unknown_and_says_why() {
    let thrifty = format!("max_cost_per_day = 0.01\n{CONFIG}");
    let mut t = Harness::story("shop").config(&thrifty).size(200, 50).ready().await;
    t.to("▲ recommendation").await;
    t.says("◌ v12 errors unread");
    let denied =
        "inherits = \"shop\"\n[[fault]]\noperation = \"GetMetricData\"\ncode = \"AccessDenied\"\nmessage = \"no\"\n";
    let mut t = Harness::story(denied).size(200, 50).ready().await;
    t.to("▲ recommendation").await;
    t.says("errors not read: GetMetricData denied");
    t.keys("enter").await;
    t.says("CTR % not read: GetMetricData denied");
}

#[tokio::test(start_paused = true)]
async fn a_good_report_is_shown_and_worries_nobody() {
    let mut t = Harness::story("shop").size(200, 50).ready().await;
    t.never_says("CTR offline");
    t.to("recommendation").await;
    t.keys("enter").await;
    t.to("v12  Approved").await;
    t.says("0.0302 (min 0.025)");
}

#[tokio::test(start_paused = true)]
async fn each_report_is_read_once_and_only_where_somebody_asks() {
    let mut t = Harness::story("demo").ready().await;
    // v13 serves in production; v14 serves in staging and is the newest.
    assert_eq!(t.sim().calls("GetObject"), 2);
    t.run_for("20m").await;
    assert_eq!(t.sim().calls("GetObject"), 2, "a version does not change");
    let silent = CONFIG.replace(
        "label = \"CTR offline\"\nsource = { s3 = \"package\", json_path = \"$.ranking_metrics.ctr_offline.value\" }",
        "label = \"CTR offline\"\nnamespace = \"Retail/Models\"\nname = \"CTR\"",
    );
    assert_ne!(silent, CONFIG);
    let t = Harness::story("demo").config(&silent).ready().await;
    assert_eq!(t.sim().calls("GetObject"), 0);
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_read_is_unknown_and_tried_again_later() {
    let denied = answers("code = \"AccessDenied\"\nstatus = 403\nmessage = \"no\"\nto = \"60s\"");
    let mut t = Harness::story(&denied).size(200, 50).ready().await;
    t.to("recommendation").await;
    t.keys("enter").await;
    t.says("CTR offline of v13 unknown: its evaluation report may not be read");
    t.run_for("5m").await;
    assert_eq!(t.sim().calls("GetObject"), 2, "permissions are not put right every half minute");
    t.run_for("6m").await;
    t.never_says("may not be read");
    t.says("CTR offline 0.0311");
}

#[tokio::test(start_paused = true)]
async fn hostile_reports_are_told_and_harm_nothing() {
    let deep = "[".repeat(100_000);
    let huge = format!("{{\\\"x\\\": \\\"{}\\\"}}", "y".repeat(300_000));
    for (body, told) in [(deep.as_str(), "is not JSON"), (&huge, "is larger than 256 KiB"), ("<html>", "is not JSON")] {
        let story = answers(&format!("body = \"{body}\"\nstatus = 200"));
        let mut t = Harness::story(&story).size(200, 50).ready().await;
        t.to("recommendation").await;
        t.keys("enter").await;
        t.says(&format!("CTR offline of v13 unknown: its evaluation report {told}"));
    }
    let empty = answers("body = \"{}\"\nstatus = 200");
    let mut t = Harness::story(&empty).size(200, 50).ready().await;
    t.to("recommendation").await;
    t.keys("enter").await;
    t.says("has no number at $.ranking_metrics.ctr_offline.value");
}
