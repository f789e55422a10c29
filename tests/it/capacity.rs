//! Scaling: what limits an endpoint is found, shown with what explains it, and told by `status` and `dump`.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops at the first surprise")]

use sagetop::args::FailOn;
use sagetop::headless::{Look, dump, status};
use sagetop::resources::poll::{Clock, Patience};
use sagetop::resources::{Observed, Preferences};
use serde_json::Value;

use crate::harness::{CONFIG, Harness};

/// Takes a single look at the account of a console. Returns the words of `status`, and what `dump` prints.
async fn single_look(t: &Harness) -> (String, Value) {
    let source = sagetop::config::Source { file: "x.toml".into(), text: CONFIG.to_owned() };
    let preferences = Preferences::of(&sagetop::config::Config::parse(&source).unwrap());
    let executor = t.executor().clone();
    let clock: Clock = executor.clock.clone();
    let observed = Observed { preferences: preferences.into(), at: clock(), ..Observed::default() };
    let look = Look::take("x".into(), executor.aws.clone(), observed, &clock, Patience::default()).await;
    let looks = vec![look];
    let (mut words, mut json) = (Vec::new(), Vec::new());
    status(&looks, false, FailOn::Warning, &mut words).unwrap();
    dump(&looks, &mut json).unwrap();
    (String::from_utf8(words).unwrap(), serde_json::from_slice(&json).unwrap())
}

/// Returns the scalable target of an endpoint in a dump.
fn target<'a>(dump: &'a Value, endpoint: &str) -> &'a Value {
    let targets = dump["resources"]["scalable_targets"].as_array().unwrap();
    targets.iter().find(|target| target["endpoint"] == endpoint).unwrap()
}

#[tokio::test(start_paused = true)]
async fn an_endpoint_that_scaling_may_not_grow_is_found_with_what_capped_it() {
    let capped = "needs more than its maximum of 3 instances";
    let mut t = Harness::story("capped-scaling").size(200, 60).ready().await;
    t.until(capped, "2m").await;
    let (status, dump) = single_look(&t).await;
    assert!(status.contains(&format!("fraud-screening-prod: {capped}")), "{status}");
    let target = target(&dump, "fraud-screening-prod");
    assert_eq!((&target["min"], &target["max"]), (&2.into(), &3.into()));
    t.to("fraud-screening").await;
    t.keys("enter '/fraud-screening-prod/AllTraffic' enter").await;
    t.says("3 of 3 (min 2, max 3)");
    t.says("InvocationsPerInstance 400");
    t.says("night-plan  cron(0 21 * * ? *) UTC → min 2, max 3");
    t.says("AlreadyAtMaxCapacity");
    // The endpoint says the same, and the timeline when the limit came.
    t.keys("'/fraud-screening-prod  InService' enter").await;
    t.says("3 of 3 (min 2, max 3)");
    t.keys("esc 6").await;
    t.says("Setting min capacity to 2 and max capacity to 3 (fraud-screening-prod/AllTraffic)");
}

#[tokio::test(start_paused = true)]
async fn a_raised_maximum_ends_the_finding_when_the_endpoint_grows() {
    let mut t = Harness::story("capped-scaling").size(200, 60).ready().await;
    t.until("needs more than its maximum", "2m").await;
    let order = serde_json::json!({
        "ServiceNamespace": "sagemaker",
        "ResourceId": "endpoint/fraud-screening-prod/variant/AllTraffic",
        "ScalableDimension": "sagemaker:variant:DesiredInstanceCount",
        "MaxCapacity": 6,
    });
    let request = http::Request::post("/")
        .header("x-amz-target", "AnyScaleFrontendService.RegisterScalableTarget")
        .header("content-type", "application/x-amz-json-1.1")
        .body(order.to_string().into())
        .unwrap();
    assert_eq!(t.sim().handle(&request).status(), 200);
    // The limits are read again because the endpoint changes, long before their turn.
    t.until("Setting desired instance count to 5 (fraud-screening-prod/AllTraffic)", "4m").await;
    t.until_gone("needs more than its maximum", "2m").await;
    t.never_says("of its scaling");
}

#[tokio::test(start_paused = true)]
async fn instances_that_aws_does_not_have_are_found_with_its_reason() {
    let why = "Unable to provision requested ML compute capacity";
    let mut t = Harness::story("no-capacity").size(200, 50).ready().await;
    t.until("could not scale", "3m").await;
    let (status, dump) = single_look(&t).await;
    assert!(status.contains(&format!("recommendation-prod/AllTraffic could not scale: {why}")), "{status}");
    assert_eq!(target(&dump, "recommendation-prod")["activities"][0]["status"], "Failed");
    t.to("recommendation").await;
    t.keys("enter '/recommendation-prod/AllTraffic' enter n").await;
    t.says("6 of 6 (min 2, max 8)");
    t.says("InsufficientInstanceCapacity");
}

#[tokio::test(start_paused = true)]
async fn an_alarm_of_scaling_says_which_policy_it_serves() {
    let mut t = Harness::story("capped-scaling").size(200, 60).ready().await;
    t.keys("5").await;
    t.never_says("AlarmHigh");
    t.keys("s '/AlarmHigh' enter enter").await;
    t.says("scales          fraud-screening-prod/AllTraffic by");
    t.says("fraud-screening-prod-target: InvocationsPerInstance 400");
}

#[tokio::test(start_paused = true)]
async fn a_service_that_is_denied_costs_one_call_in_ten_minutes_and_one_line() {
    let denied = "inherits = \"shop\"\n[[fault]]\noperation = \"DescribeScal*\"\ncode = \"AccessDeniedException\"\n\
                  message = \"not authorized to perform: application-autoscaling:DescribeScalableTargets\"\n";
    let mut t = Harness::story(denied).size(160, 50).ready().await;
    t.run_for("6m").await;
    let usage = t.executor().aws.meter.usage();
    assert_eq!(usage.by_source.get("scalable_targets").map(|spent| spent.calls), Some(1));
    t.keys("7").await;
    assert!(t.line("scalable_targets").contains("denied"), "{}", t.text());
}
