//! Lost answers: the program searches for the effect of the call, and repeats the call only if AWS treats both as one.

use sagetop::journal::Event;

use super::sent;
use crate::harness::Harness;

/// Returns the demo account with a fault.
fn demo_with(operation: &str, fault: &str) -> String {
    format!("inherits = \"demo\"\n[[fault]]\noperation = \"{operation}\"\n{fault}\n")
}

#[tokio::test(start_paused = true)]
async fn a_rollback_whose_answer_is_lost_is_done_when_its_end_state_is_seen() {
    let mut t = Harness::story(&demo_with("UpdateEndpoint", "latency = \"10m\"")).ready().await;
    t.to("recommendation").await;
    t.keys("b enter 'recommendation-prod' enter").await;
    t.until("is InService on", "30m").await;
    assert!(t.sim().endpoint_config("recommendation-prod").unwrap().contains("-v12-"));
    assert_eq!(t.sim().calls("UpdateEndpoint"), 1);
    assert_eq!(t.events(), [Event::Confirmed, Event::Sending, Event::Error, Event::Sent, Event::Done]);
}

#[tokio::test(start_paused = true)]
async fn a_run_whose_answer_is_lost_is_not_started_twice() {
    let mut t = Harness::story(&demo_with("StartPipelineExecution", "latency = \"10m\"")).ready().await;
    t.to("fraud-screening").await;
    let before = t.sim().executions("fraud-screening-build").len();
    t.keys("r enter 'fraud-screening-build' enter").await;
    t.run_for("5m").await;
    assert_eq!(t.sim().executions("fraud-screening-build").len(), before + 1);
    // The call is repeated with the same ClientRequestToken, so AWS treats it as the same execution.
    assert_eq!(t.sim().calls("StartPipelineExecution"), 2);
    // Each call is journalled before it is sent. Both answers are lost; the run itself is found in AWS.
    let wanted = [Event::Confirmed, Event::Sending, Event::Error, Event::Sending, Event::Error];
    assert_eq!(t.events().get(..5).unwrap(), wanted);
    t.until("registered fraud-screening/", "3h").await;
}

#[tokio::test(start_paused = true)]
async fn a_no_to_the_second_asking_says_nothing_of_the_first() {
    let story = demo_with("StartPipelineExecution", "latency = \"10m\"\nto = \"30s\"")
        + "[[fault]]\noperation = \"StartPipelineExecution\"\ncode = \"ThrottlingException\"\nmessage = \"Rate exceeded\"\n\
           from = \"31s\"\n";
    let mut t = Harness::story(&story).ready().await;
    t.to("fraud-screening").await;
    t.keys("r enter 'fraud-screening-build' enter").await;
    t.until("registered fraud-screening/", "3h").await;
    assert_eq!(t.sim().calls("StartPipelineExecution"), 2);
    assert_eq!(t.events().last(), Some(&Event::Done));
}

/// Answers to a write that neither accept nor refuse it.
const UNCLEAR: [&str; 5] = [
    "status = 500\nbody = \"<html>Internal Server Error</html>\"",
    "status = 502\nbody = \"<html>Bad Gateway</html>\"",
    "status = 200\nbody = \"<html>Please sign in to the network</html>\"",
    "status = 403\nbody = \"<html>Blocked by the proxy</html>\"",
    "status = 500\ncode = \"InternalFailure\"\nmessage = \"try again\"",
];

#[tokio::test(start_paused = true)]
async fn a_run_that_was_started_is_found_whatever_was_answered() {
    for answer in UNCLEAR {
        let story = demo_with("StartPipelineExecution", &format!("{answer}\ndone = true"));
        let mut t = Harness::story(&story).ready().await;
        t.to("fraud-screening").await;
        let before = t.sim().executions("fraud-screening-build").len();
        t.keys("r enter 'fraud-screening-build' enter").await;
        t.until("registered fraud-screening/", "3h").await;
        assert_eq!(t.sim().executions("fraud-screening-build").len(), before + 1, "{answer}");
        assert_eq!(t.events().last(), Some(&Event::Done), "{answer}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_write_that_left_no_trace_has_not_begun() {
    for answer in UNCLEAR {
        let mut t = Harness::story(&demo_with("UpdateEndpoint", answer)).ready().await;
        t.to("recommendation").await;
        t.keys("b enter 'recommendation-prod' enter").await;
        t.until("nothing has begun", "1m").await;
        assert_eq!(t.events(), [Event::Confirmed, Event::Sending, Event::Error, Event::Failed], "{answer}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_decision_that_aws_took_is_found() {
    let story = demo_with("UpdateModelPackage", "status = 502\nbody = \"<html>Bad Gateway</html>\"\ndone = true");
    let mut t = Harness::story(&story).ready().await;
    t.to("recommendation").await;
    t.keys("a 'good' enter").await;
    t.says("Type recommendation/14 to send");
    t.keys("'recommendation/14' enter").await;
    t.until("recommendation/14 is Approved", "1m").await;
    assert_eq!(t.events(), [Event::Confirmed, Event::Sending, Event::Error, Event::Sent, Event::Done]);
}

#[tokio::test(start_paused = true)]
async fn an_end_state_that_cannot_be_looked_at_is_waited_for() {
    let away = "code = \"ThrottlingException\"\nmessage = \"Rate exceeded\"\nfrom = \"20s\"\nto = \"8m\"";
    let mut t = Harness::story(&demo_with("DescribeEndpoint", away)).ready().await;
    t.to("recommendation").await;
    t.keys("b enter 'recommendation-prod' enter").await;
    t.until("it cannot be read", "1m").await;
    t.until("is InService on", "30m").await;
    assert_eq!(t.events().last(), Some(&Event::Done));
}

#[tokio::test(start_paused = true)]
async fn a_plan_that_cannot_be_checked_again_is_not_sent() {
    let away = "code = \"ThrottlingException\"\nmessage = \"Rate exceeded\"\nfrom = \"20s\"\nto = \"1m\"";
    let mut t = Harness::story(&demo_with("DescribeModelPackage", away)).ready().await;
    t.to("recommendation").await;
    t.keys("a 'good' enter").await;
    t.says("Type recommendation/14 to send");
    t.run_for("20s").await;
    t.keys("'recommendation/14' enter").await;
    t.until("refused", "10s").await;
    assert!(t.sim().write_calls().is_empty());
    assert_eq!(t.events(), [Event::Refused]);
}

#[tokio::test(start_paused = true)]
async fn a_rebuild_that_breaks_off_says_how_far_it_got() {
    let full = "code = \"ResourceLimitExceeded\"\nmessage = \"no more configurations\"";
    let mut t = Harness::story(&demo_with("CreateEndpointConfig", full)).ready().await;
    t.to("demand-fore").await;
    t.keys("b 'demand-forecasting-prod' enter").await;
    t.until("failed: CreateEndpointConfig", "1m").await;
    let calls = t.sim().write_calls();
    assert_eq!(calls.len(), 1, "{calls:?}");
    sent(&calls[0], "CreateModel");
    let wanted = [Event::Confirmed, Event::Sending, Event::Sent, Event::Sending, Event::Error, Event::Failed];
    assert_eq!(t.events(), wanted);
    assert!(t.sim().endpoint_config("demand-forecasting-prod").unwrap().contains("-v12-"));
}
