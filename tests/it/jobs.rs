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
