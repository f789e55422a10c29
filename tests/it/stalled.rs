//! Answers that break off in their body, received by the real program.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops at the first surprise")]

use std::thread;
use std::time::Duration;

use tokio::time::Instant;

use crate::altered::{Altered, Answer};
use crate::sagetop::{Home, Run};

/// The time limit of a run. It is long enough to read the rest of the account on a slow machine.
const TIMEOUT: [&str; 2] = ["--timeout", "10s"];
/// The longest time of a run that obeys its limit.
const LONGEST: Duration = Duration::from_mins(1);

/// Serves the bundled story `shop`. Every answer to an operation breaks off.
fn stalled(operation: &'static str) -> Altered {
    Altered::serve("shop", move |asked| {
        let stalls = asked.operation == operation || (operation.ends_with('*') && asked.operation.starts_with("GET /"));
        stalls.then(|| Answer::Stalled(b"{\"Endpoints\": [".to_vec().into()))
    })
}

/// Runs a command, which must end in time.
fn run(account: &Altered, arguments: &[&str]) -> Run {
    let began = Instant::now();
    let run = Home::new().run_at(&account.url, "eu-west-1", &[arguments, &TIMEOUT].concat());
    assert!(began.elapsed() < LONGEST, "{arguments:?} took {:?}", began.elapsed());
    run
}

/// Checks that a stalled source is unreachable in a dump, and that the dump is printed nevertheless.
fn is_unreachable_in_a_dump(operation: &'static str, source: &str) {
    let dump = run(&stalled(operation), &["dump"]).ends(0).json();
    let told = dump["sources"].as_array().unwrap().iter().find(|told| told["name"] == source).unwrap();
    assert_eq!(told["state"], "unreachable", "{operation}: {told}");
    assert!(told["error"].to_string().contains("--timeout"), "{operation}: {told}");
}

#[test]
fn what_was_read_when_the_time_is_up_is_printed_and_the_rest_is_unreachable() {
    // Each of them takes its full time, so they run in parallel.
    thread::scope(|scope| {
        for (operation, source) in [
            ("ListEndpoints", "endpoints"),
            ("DescribeAlarms", "alarms"),
            ("GetMetricData", "metrics"),
            ("ListTopics", "topics"),
            ("GetCallerIdentity", "identity"),
            ("GET *", "datasets"),
        ] {
            scope.spawn(move || is_unreachable_in_a_dump(operation, source));
        }
    });
}

#[test]
fn a_status_says_what_is_unreachable() {
    run(&stalled("ListEndpoints"), &["status"]).ends(3).says("unreachable");
}

#[test]
fn a_plan_is_given_up_when_its_time_is_up() {
    let account = Altered::serve("shop", |asked| (asked.operation == "DescribeEndpoint").then_some(Answer::Silence));
    let run = run(&account, &["rollback", "recommendation-prod", "--plan-only"]);
    run.ends(1).says("refused").says("--timeout").says("nothing was sent");
}
