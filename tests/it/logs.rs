//! The log of a thing: it is read by a key, only while somebody looks at it, and within bounds.

use crate::harness::{Harness, Setup};

/// Returns the number of calls for logs so far.
fn calls(t: &Harness) -> u64 {
    t.executor().aws.meter.calls_of("logs")
}

/// Opens the log of the endpoint that fails in the story about logs.
async fn opened(setup: Setup) -> Harness {
    let mut t = setup.ready().await;
    t.keys("4").await;
    t.to("fraud-screening-prod").await;
    t.keys("l").await;
    t.run_for("2s").await;
    t
}

fn telling() -> Setup {
    Harness::story("only-the-log-tells")
}

/// A story in which calls fail or lines come.
fn with(more: &str) -> String {
    format!("inherits = \"only-the-log-tells\"\n{more}")
}

#[tokio::test(start_paused = true)]
async fn nothing_is_read_before_somebody_looks_and_after_it() {
    let mut t = telling().ready().await;
    t.run_for("5m").await;
    assert_eq!(calls(&t), 0);
    t.keys("4").await;
    t.to("fraud-screening-prod").await;
    t.keys("l").await;
    t.run_for("3s").await;
    t.says("/aws/sagemaker/Endpoints/fraud-screening-prod");
    t.says("following");
    t.says(", at least since ");
    t.says("e first error");
    let first = calls(&t);
    assert!((2..=5).contains(&first), "{first} calls for the last lines");
    t.run_for("60s").await;
    let a_minute = calls(&t) - first;
    assert!((4..=31).contains(&a_minute), "{a_minute} calls in a minute of a log that is written to");
    for closing in ["esc", "l 5", "l tab", "l : 'fraud-screening-staging' enter"] {
        t.keys(closing).await;
        if closing == "l 5" {
            t.never_says("log of");
        }
        let closed = calls(&t);
        t.run_for("2m").await;
        assert_eq!(calls(&t), closed, "{closing}");
        t.keys("esc esc 4").await;
        t.to("fraud-screening-prod").await;
    }
}

#[tokio::test(start_paused = true)]
async fn the_tail_goes_on_until_the_operator_looks_back() {
    let mut t = opened(telling()).await;
    let last = |t: &Harness| t.text().lines().rev().find(|line| line.contains("23 Nov")).unwrap().to_owned();
    let before = last(&t);
    t.run_for("40s").await;
    assert_ne!(last(&t), before, "new lines come");
    t.keys("k").await;
    t.says("paused  space follows");
    let (paused, kept) = (calls(&t), last(&t));
    t.run_for("2m").await;
    assert_eq!((calls(&t), last(&t)), (paused, kept));
    t.keys("G").await;
    t.run_for("3s").await;
    t.says("following");
    assert!(calls(&t) > paused);
    t.keys("space").await;
    t.says("paused");
    t.keys("space").await;
    t.says("following");
    t.keys("g").await;
    t.says("paused");
}

#[tokio::test(start_paused = true)]
async fn only_the_log_tells_and_two_keys_lead_there() {
    let mut t = telling().ready().await;
    t.to("fraud-screening").await;
    t.keys("l e").await;
    t.run_for("2s").await;
    t.keys("e").await;
    t.says("torch.cuda.OutOfMemoryError: CUDA out of memory");
    assert!(t.meaning("Traceback (most recent call last):").starts_with("bad"));
    t.keys("n").await;
    t.keys("enter").await;
    t.says("Traceback (most recent call last):");
    t.keys("esc y").await;
    assert!(Harness::clipboard().contains("Traceback"), "{}", Harness::clipboard());
}

#[tokio::test(start_paused = true)]
async fn a_filter_keeps_lines_and_marks_the_words() {
    let mut t = opened(telling()).await;
    t.keys("/ 'memory !info'").await;
    t.says("/memory !info   enter keeps");
    t.says("CUDA out of memory");
    t.never_says("POST /invocations");
    assert!(t.meaning("memory. Tried").starts_with("busy"), "{}", t.meaning("memory. Tried"));
    t.keys("enter").await;
    t.says(" of ");
    t.keys("/ ctrl-u 'nothing has this' enter").await;
    t.says("No line contains \"nothing has this\"");
    t.keys("esc").await;
    t.says("POST /invocations");
    t.says("log of");
    t.keys("esc").await;
    t.never_says("log of");
}

#[tokio::test(start_paused = true)]
async fn long_lines_wrap_and_a_screen_is_a_screen() {
    let mut t = opened(telling().size(80, 24)).await;
    t.keys("e").await;
    t.keys("/ 'CUDA' enter").await;
    t.never_says("total capacity");
    t.keys("w").await;
    t.says("total capacity");
    t.keys("g page-down page-up G").await;
    t.says("total capacity");
}

#[tokio::test(start_paused = true)]
async fn a_time_is_jumped_to_and_the_newest_comes_back() {
    let mut t = opened(telling()).await;
    t.keys("t 'yesterday' enter").await;
    t.says("write a time such as 03:12");
    t.keys("ctrl-u '03:00' enter").await;
    t.run_for("2s").await;
    t.says("from 02:55:00 to 03:05:00");
    let there = calls(&t);
    t.run_for("2m").await;
    assert_eq!(calls(&t), there, "nothing follows");
    t.keys("space").await;
    t.run_for("2s").await;
    t.says("following");
}

#[tokio::test(start_paused = true)]
async fn around_an_event_of_the_activity() {
    let mut t = telling().ready().await;
    t.keys("6").await;
    t.to("P1-fraud-screening-5xx").await;
    t.keys("l").await;
    t.run_for("2s").await;
    t.says("log of P1-fraud-screening-5xx  /aws/sagemaker/Endpoints/fraud-screening-prod");
    t.says("space shows the newest");
}

#[tokio::test(start_paused = true)]
async fn a_failed_run_leads_to_the_log_of_its_step() {
    let mut t = Harness::story("spot").ready().await;
    t.to("recommendation").await;
    t.keys("2").await;
    t.run_for("30s").await;
    t.keys("l").await;
    t.run_for("2s").await;
    t.says("log of Train");
    t.says("/aws/sagemaker/TrainingJobs");
    t.says("Traceback");
    t.keys("esc 0").await;
    t.to("recommendation").await;
    t.keys("enter / 'Preprocess  pipelines' enter l").await;
    t.run_for("2s").await;
    t.says("/aws/sagemaker/ProcessingJobs");
}

#[tokio::test(start_paused = true)]
async fn what_has_no_log_says_so() {
    let mut t = telling().ready().await;
    t.keys("1 l").await;
    t.says("logs: it has no log");
    t.keys("7 l").await;
    t.says("logs: it has no log");
    t.keys("w").await;
    t.says("wrap: only in a log: l opens one");
    t.keys("e").await;
    t.says("first error: only in a log");
}

#[tokio::test(start_paused = true)]
async fn trouble_is_named_for_what_it_is() {
    let fault = |code: &str, more: &str| {
        with(&format!(
            "[[fault]]\noperation = \"FilterLogEvents\"\ncode = \"{code}\"\nmessage = \"for a test\"\n{more}"
        ))
    };
    let cases = [
        (fault("ResourceNotFoundException", ""), "there is no log group"),
        (fault("AccessDeniedException", ""), "denied (AccessDeniedException)"),
        (fault("ThrottlingException", ""), "throttled (ThrottlingException)"),
        (with("[[fault]]\noperation = \"FilterLogEvents\"\nlatency = \"50s\"\n"), "reading"),
    ];
    for (story, told) in &cases {
        let t = opened(Harness::story(story)).await;
        t.says(told);
        t.never_says("following");
    }
    let mut t = opened(Harness::story(&cases[3].0)).await;
    t.run_for("25s").await;
    t.says("no answer for");
    // After the trouble, reading goes on by itself.
    let mut t = opened(Harness::story(&fault("ThrottlingException", "to = \"20s\""))).await;
    t.says("throttled");
    t.run_for("40s").await;
    t.says("following");
}

#[tokio::test(start_paused = true)]
async fn empty_pages_and_pages_without_end_are_read_past() {
    let empty = with("[[fault]]\noperation = \"FilterLogEvents\"\nempty_pages = 3\n");
    let t = opened(Harness::story(&empty)).await;
    t.says("POST /invocations");
    let endless = with("[[fault]]\noperation = \"FilterLogEvents\"\nendless = true\n");
    let mut t = opened(Harness::story(&endless)).await;
    t.run_for("30s").await;
    assert!(calls(&t) < 400, "{}", calls(&t));
    t.says("log of");
}

#[tokio::test(start_paused = true)]
async fn a_hostile_flood_stays_bounded_and_harmless() {
    let flood = with(
        "[[log]]\nendpoint = \"fraud-screening-prod\"\nevery = \"20ms\"\nlines = [\"\\u001b[2J\\u001b]0;owned\\u0007 遅い\\u202e reversed\", \"{\\\"n\\\": 1}\\u0000\\u0008\", \"é́́́́́́́ zalgo\"]\n",
    );
    let mut t = opened(Harness::story(&flood).size(80, 24)).await;
    t.run_for("40s").await;
    t.says("5000 lines, older ones dropped");
    let text = t.text();
    assert!(!text.contains(['\u{1b}', '\u{7}', '\u{202e}', '\0', '\u{8}']), "{text:?}");
    t.keys("/ 'zalgo' enter").await;
    t.says("zalgo");
}

#[tokio::test(start_paused = true)]
async fn the_log_is_that_of_the_account_of_the_selected_thing() {
    let mut t = Harness::story("shop").beside("us-east-1", "only-the-log-tells").ready().await;
    t.keys("/ '@us-east-1 fraud' enter l").await;
    t.run_for("2s").await;
    t.keys("e").await;
    t.says("OutOfMemoryError");
    assert_eq!(calls(&t), 0, "the first account is not asked");
}

#[tokio::test(start_paused = true)]
async fn a_state_machine_has_the_log_that_it_is_configured_to_write() {
    let mut t = Harness::story("failed-state-machine").size(160, 40).ready().await;
    t.keys("9").await;
    t.to("FAILED in CheckData").await;
    t.keys("l").await;
    t.until("ExecutionFailed", "1m").await;
    t.says("/aws/vendedlogs/states/customer-segmentation-retrain");
    t.says("\"error\":\"DataNotReady\"");
}

#[tokio::test(start_paused = true)]
async fn a_variant_shows_its_own_streams_and_a_function_its_log() {
    let mut t = Harness::story("demo").size(160, 40).ready().await;
    t.keys("9").await;
    t.to("recommendation-prod").await;
    t.keys("l").await;
    t.until("POST /invocations", "1m").await;
    t.says("AllTraffic/");
}
