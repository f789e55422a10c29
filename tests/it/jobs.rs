//! Jobs of every kind, and the steps of a run as a graph and as a list.

use crate::harness::Harness;

#[tokio::test(start_paused = true)]
async fn jobs_of_every_kind_are_listed_with_what_came_out() {
    let mut t = Harness::story("every-job").size(200, 60).ready().await;
    t.keys("2").await;
    t.run_for("3m").await;
    for (job, told) in [
        (
            "churn-tuning",
            &["churn-tuning-007-4711abcd: validation:auc 0.884", "12 of 20 completed, 2 running, 1 failed"][..],
        ),
        ("churn-scores-monday", &["ClientError: See job logs", "s3://retail-ml-scratch/scores/", "2 × ml.m5.xlarge"]),
        ("churn-autopilot", &["churn-autopilot-candidate-3: F1 0.79", "AutoML job"]),
    ] {
        t.keys(&format!("'/{job}' enter enter")).await;
        t.run_for("2m").await;
        for part in told {
            t.says(part);
        }
        t.keys("esc esc esc 2").await;
    }
}

#[tokio::test(start_paused = true)]
async fn the_metrics_of_a_job_are_compared_with_those_of_the_run_before() {
    let mut t = Harness::story("shop").size(200, 60).ready().await;
    t.to("recommendation").await;
    t.keys("enter '/-Train-' enter").await;
    for _ in 0..40 {
        if t.shows("the run before") {
            break;
        }
        t.keys("n").await;
        t.run_for("5s").await;
    }
    t.run_for("1m").await;
    t.says("was 0.");
    t.says("the run before");
}

#[tokio::test(start_paused = true)]
async fn the_checks_of_a_run_tell_bias_top_features_and_violations_when_they_are_looked_at() {
    let mut t = Harness::story("every-job").size(200, 70).ready().await;
    t.keys("7").await;
    t.run_for("1m").await;
    assert!(t.row("check_reports").contains("on demand"), "nobody looked at a run");
    t.keys("0").await;
    t.to("churn").await;
    t.keys("enter '/succeeded' enter").await;
    t.run_for("2m").await;
    for told in [
        "report of CheckBias",
        "▲ found 1 violation: senior 0 DPPL",
        "DPPL 0.113, DI 0.840; top features tenure 0.310",
        "report of CheckData",
        "AWS names no report",
    ] {
        t.says(told);
    }
    t.keys("'/-CheckBias-' enter").await;
    t.run_for("2m").await;
    for told in [
        "senior 0: CI 0.670, DPL 0.050",
        "tenure 0.310, monthly_charges 0.220",
        "(label0)",
        "baseline constraint",
        "analysis.json",
    ] {
        t.says(told);
    }
}

#[tokio::test(start_paused = true)]
async fn a_report_that_may_not_be_read_says_so_and_is_no_good_news() {
    let story = "inherits = \"every-job\"\n[[fault]]\noperation = \"GetObject\"\ncode = \"AccessDenied\"\n\
                 message = \"no\"\n";
    let mut t = Harness::story(story).size(200, 70).ready().await;
    t.to("churn").await;
    t.keys("enter '/succeeded' enter").await;
    t.run_for("2m").await;
    t.says("found violations; their report may not be read");
    t.says("analysis.json may not be read");
}

#[tokio::test(start_paused = true)]
async fn a_run_is_drawn_as_a_graph_where_it_fits_and_listed_where_it_does_not() {
    let mut t = Harness::story("every-job").size(200, 60).ready().await;
    t.to("churn").await;
    t.keys("enter '/succeeded' enter").await;
    t.run_for("2m").await;
    t.says("steps of run");
    t.says("✓ Evaluate");
    t.says("─┬─▶");
    t.says("if ");
    t.says("else ");
    t.says("after Train");
    t.resize(80, 40).await;
    t.never_says("─┬─▶");
    t.says("after Train");
}

#[tokio::test(start_paused = true)]
async fn a_thing_of_no_model_shows_its_properties() {
    let mut t = Harness::story("every-job").size(120, 36).ready().await;
    t.run_for("2m").await;
    t.keys("2").await;
    t.to("churn-on-spot").await;
    t.keys("enter").await;
    for what in ["churn-on-spot", "saved by spot", "interrupted", "2 times", "warm pool", "It belongs to no model"] {
        t.says(what);
    }
    t.keys("esc").await;
    assert!(!t.text().contains("It belongs to no model"), "{}", t.text());
}

#[tokio::test(start_paused = true)]
async fn steps_of_a_pipeline_whose_definition_is_denied_are_not_said_to_be_outside_of_it() {
    let fault = "inherits = \"every-job\"\n[[fault]]\n\
                 operation = \"DescribePipeline\"\ncode = \"AccessDeniedException\"\nmessage = \"no\"\nstatus = 400\n";
    let mut t = Harness::story(fault).size(120, 36).ready().await;
    t.run_for("1m").await;
    t.keys("2 down enter").await;
    t.run_for("1m").await;
    t.says("◌ not known:");
    t.says("DescribePipeline");
    assert!(!t.text().contains("not in the definition"), "{}", t.text());
}
