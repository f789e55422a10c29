//! The number of calls of a console: until the screen is useful, and in a quiet minute.
//!
//! The bounds are those of the index (`Search`). Time is virtual and the account counts the calls, so the numbers are
//! the same on every machine.

use std::collections::BTreeSet;
use std::time::Duration;

use sagetop::aws::Pace;
use tokio::time::{Instant, sleep};

use crate::fleet;
use crate::harness::{Harness, Setup};

/// The duration of every answer.
const LATENCY: Duration = Duration::from_millis(50);

fn account(scale: &str) -> Setup {
    Harness::story("shop").size(200, 50).scale(scale, LATENCY)
}

/// Returns the number of calls to AWS so far. S3 does not count, because its calls depend on the configuration.
fn calls(t: &Harness) -> u64 {
    t.sim().all_calls().iter().filter(|(name, _)| !is_s3(name)).map(|(_, count)| count).sum()
}

/// Returns the number of calls to SageMaker so far.
fn sagemaker(t: &Harness) -> u64 {
    let others = ["DescribeAlarms", "GetMetricData", "ListTopics", "ListSubscriptions", "GetCallerIdentity"];
    let elsewhere: u64 = others.iter().map(|name| t.sim().calls(name)).sum();
    calls(t) - elsewhere
}

fn is_s3(operation: &str) -> bool {
    operation.contains("Object") || operation.contains("Bucket")
}

/// Returns the calls and the time until every model on the screen shows its firing alarms and its serving version.
async fn useful(t: &mut Harness) -> (u64, Duration) {
    let began = Instant::now();
    let shown = |t: &Harness| {
        let screen = t.text();
        let rows = screen.lines().skip(3).take_while(|line| !line.trim().is_empty());
        !screen.contains("asking AWS") && !screen.contains(" ?  ") && rows.count() > 5
    };
    while !shown(t) {
        assert!(began.elapsed() < Duration::from_mins(5), "{}", t.text());
        sleep(Duration::from_millis(10)).await;
    }
    (calls(t), began.elapsed())
}

/// Returns the calls per minute if nothing changes and nobody presses a key.
async fn steady(t: &mut Harness, length: &str) -> u64 {
    let (before, began) = (calls(t), Instant::now());
    t.run_for(length).await;
    (calls(t) - before) * 60 / began.elapsed().as_secs().max(1)
}

/// The calls of the list and the index for the first screen of a medium account, and those for all configurations.
const FIRST_SCREEN: u64 = 32;
const CONFIGURATIONS: u64 = 69;
/// The further calls for the model under the cursor and the unhealthy ones: guards, steps, versions.
const LOOKED_AT: u64 = 30;
/// The calls to the services around the models: rules, schedules, deliveries, state machines, scaling, who changed what.
const AROUND: u64 = 44;
/// The calls to SageMaker that the pace allows at once.
const BURST: u64 = 10;
/// The longest chain of dependent calls: endpoints, what they run, its versions.
const DEPENDENT: u32 = 3;

#[tokio::test(start_paused = true)]
async fn a_medium_account_is_useful_within_the_bound() {
    let mut t = account("medium").pace(Pace::Steady).start().await;
    let (asked, took) = useful(&mut t).await;
    assert!(asked <= FIRST_SCREEN, "{asked} calls: {:?}", t.sim().all_calls());
    // Calls beyond the burst wait for their turn, half a second each; the rest of the time is the longest chain.
    let queued = u32::try_from(sagemaker(&t).saturating_sub(BURST)).unwrap_or(u32::MAX);
    let bound = LATENCY * DEPENDENT * 3 / 2 + Duration::from_millis(500) * queued * 6 / 5;
    assert!(took <= bound, "{took:?} for {asked} calls, at most {bound:?}");
    // Without the pace everything is read before the first repeated turn.
    let mut t = account("medium").start().await;
    t.run_for("10s").await;
    let read = calls(&t);
    assert!(read <= FIRST_SCREEN + CONFIGURATIONS + LOOKED_AT + AROUND, "{read} calls: {:?}", t.sim().all_calls());
    let quiet = steady(&mut t, "4m").await;
    assert!(quiet <= 49, "{quiet} calls a minute");
}

#[tokio::test(start_paused = true)]
async fn a_quiet_minute_costs_the_same_however_long_the_history() {
    let mut young = account("E=20,V=60,A=100,J=100").ready().await;
    young.run_for("2m").await;
    let few = steady(&mut young, "4m").await;
    let mut old = account("E=20,V=1500,A=100,J=2000").ready().await;
    old.run_for("2m").await;
    let many = steady(&mut old, "4m").await;
    assert!(few <= 26, "{few} calls a minute, a small account may have 26: {:?}", young.sim().all_calls());
    assert!(many <= few + 1, "{many} calls a minute, with a short history {few}: {:?}", old.sim().all_calls());
}

#[tokio::test(start_paused = true)]
async fn a_long_list_comes_in_parts_and_is_not_read_again_while_little_changes() {
    let mut t = account("E=600,V=60,A=100,J=100").start().await;
    t.press("4").await;
    while !t.shows("-prod") {
        sleep(Duration::from_millis(10)).await;
    }
    let pages = |t: &Harness| t.sim().calls("ListEndpoints") + t.sim().calls("Search");
    assert!(pages(&t) <= 25, "what changed last is there before the rest: {} pages", pages(&t));
    t.until("endpoints  609", "2m").await;
    t.run_for("2m").await;
    let (before, listed) = (calls(&t), t.sim().calls("ListEndpoints"));
    t.run_for("5m").await;
    assert_eq!(t.sim().calls("ListEndpoints"), listed, "the whole list is read every ten minutes");
    let a_minute = (calls(&t) - before) / 5;
    assert!(a_minute <= 60, "{a_minute} calls a minute: {:?}", t.sim().all_calls());
}

#[test]
fn every_endpoint_of_a_fleet_is_one_models_and_tells_what_it_runs() {
    let observed = fleet::observed(400, 0);
    let joined = sagetop::model::join(&observed);
    let serving: Vec<_> = joined.chains().iter().flat_map(|c| &c.serving).collect();
    let names: BTreeSet<&str> = serving.iter().map(|s| s.endpoint).collect();
    assert_eq!((serving.len(), names.len()), (400, 400), "each once");
    let unregistered = serving.iter().filter(|s| s.version().is_none()).count();
    assert!(unregistered <= 400 / 20, "{unregistered} endpoints without a version");
}

#[tokio::test(start_paused = true)]
async fn what_the_cursor_runs_past_is_not_read() {
    let models = 20;
    let read = |t: &Harness| t.sim().calls("DescribePipeline") + t.sim().calls("ListPipelineExecutionSteps");
    let mut ran = account("medium").ready().await;
    let before = read(&ran);
    for _ in 0..models {
        ran.press("j").await;
        // Answers to earlier requests arrive in between.
        ran.run_for("60ms").await;
    }
    ran.run_for("2s").await;
    let mut walked = account("medium").ready().await;
    let at_first = read(&walked);
    for _ in 0..models {
        walked.keys("j").await;
    }
    walked.run_for("2s").await;
    let selected = |t: &Harness| t.text().split_once("╭").map(|(_, below)| below.to_owned()).unwrap();
    assert_eq!(selected(&ran), selected(&walked), "where it rests, all is read");
    let (ran, walked) = (read(&ran) - before, read(&walked) - at_first);
    assert!(ran > 0 && ran * 4 <= walked, "{ran} calls for the first and the last, {walked} for each of {models}");
}

/// An account with registered versions that serve and are further back in the index than the first reads.
const FAR_BACK: &str = "E=120,V=4000,A=100,J=100";

#[tokio::test(start_paused = true)]
async fn what_serves_is_read_a_hundred_at_a_time() {
    let mut t = account(FAR_BACK).ready().await;
    t.run_for("7s").await;
    let (alone, batches) = (t.sim().calls("DescribeModelPackage"), t.sim().calls("BatchDescribeModelPackage"));
    assert!((1..=2).contains(&batches) && alone <= 2, "{batches} batches, {alone} by themselves");
    assert!(t.sim().calls("Search") <= 30, "not all of the registry: {:?}", t.sim().all_calls());
    t.run_for("2m").await;
    assert_eq!(t.sim().calls("BatchDescribeModelPackage"), batches, "what never changes is read once");
}

#[tokio::test(start_paused = true)]
async fn without_batches_what_serves_is_described_one_by_one() {
    let denied = "inherits = \"shop\"\n[[fault]]\noperation = \"BatchDescribeModelPackage\"\n\
                  code = \"AccessDeniedException\"\nmessage = \"not for you\"\n";
    let mut with = account(FAR_BACK).ready().await;
    let mut without = Harness::story(denied).size(200, 50).scale(FAR_BACK, LATENCY).ready().await;
    for t in [&mut with, &mut without] {
        t.run_for("10s").await;
        t.keys("7").await;
    }
    assert!(without.sim().calls("DescribeModelPackage") > 20, "{:?}", without.sim().all_calls());
    // The words are the source, state, lane, age, and the number of rows.
    let versions = |t: &Harness| {
        let row = t.row("model_packages");
        let words: Vec<&str> = row.split_whitespace().collect();
        (words[1].to_owned(), words[5].to_owned())
    };
    assert_eq!(versions(&with), versions(&without));
    assert_eq!(versions(&with).0, "fresh");
}

#[tokio::test(start_paused = true)]
async fn a_definition_that_is_looked_at_costs_one_call_and_no_list() {
    let mut t = account("medium").ready().await;
    t.run_for("2s").await;
    let (lists, described) = (t.sim().calls("ListPipelines"), t.sim().calls("DescribePipeline"));
    for _ in 0..10 {
        t.keys("j").await;
        t.run_for("1s").await;
    }
    assert!(t.sim().calls("DescribePipeline") > described + 5, "{:?}", t.sim().all_calls());
    assert!(t.sim().calls("ListPipelines") <= lists + 1, "{:?}", t.sim().all_calls());
}
