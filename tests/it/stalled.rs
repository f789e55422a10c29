//! Answers that break off in their body, asked for by the real program.

use std::time::Duration;

use crate::altered::{Altered, Answer};
use crate::sagetop::{Home, Run};

/// The account of the bundled story `shop`, in which every answer to an operation breaks off.
fn stalled(operation: &'static str) -> Altered {
    Altered::serve("shop", move |asked| {
        let stalls = asked.operation == operation || (operation.ends_with('*') && asked.operation.starts_with("GET /"));
        stalls.then(|| Answer::Stalled(b"{\"Endpoints\": [".to_vec().into()))
    })
}

/// Runs a command and tells how long that took.
fn timed(account: &Altered, arguments: &[&str]) -> (Run, Duration) {
    let began = tokio::time::Instant::now();
    let run = Home::new().run_at(&account.url, "eu-west-1", arguments);
    (run, began.elapsed())
}

#[test]
fn what_was_read_when_the_time_is_up_is_printed_and_the_rest_is_unreachable() {
    for (operation, source) in [
        ("ListEndpoints", "endpoints"),
        ("DescribeAlarms", "alarms"),
        ("GetMetricData", "metrics"),
        ("ListTopics", "topics"),
        ("GetCallerIdentity", "identity"),
        ("GET *", "datasets"),
    ] {
        let account = stalled(operation);
        let (run, took) = timed(&account, &["dump", "--timeout", "3s"]);
        assert!(took < Duration::from_secs(10), "{operation} {took:?}");
        let dump = run.ends(0).json();
        let state = |name: &str| {
            let source = dump["sources"].as_array().unwrap().iter().find(|source| source["name"] == name).unwrap();
            (source["state"].as_str().unwrap().to_owned(), source["error"].to_string())
        };
        assert_eq!(state(source).0, "unreachable", "{operation}");
        assert!(state(source).1.contains("--timeout"), "{}", state(source).1);
        assert_eq!(state("pipelines").0, "fresh", "{operation}");
        let (run, _) = timed(&account, &["status", "--timeout", "2s"]);
        run.ends(3).says("unreachable");
    }
}

#[test]
fn without_a_flag_an_answer_that_breaks_off_is_given_up_within_a_minute() {
    let account = stalled("ListEndpoints");
    let (run, took) = timed(&account, &["status"]);
    assert!(took < Duration::from_mins(1), "{took:?}");
    run.ends(3).says("no complete answer within 35 s");
}

#[test]
fn a_plan_is_given_up_when_its_time_is_up() {
    let account = Altered::serve("shop", |asked| (asked.operation == "DescribeEndpoint").then_some(Answer::Silence));
    let (run, took) = timed(&account, &["rollback", "recommendation-prod", "--plan-only", "--timeout", "2s"]);
    assert!(took < Duration::from_secs(10), "{took:?}");
    run.ends(1).says("refused").says("--timeout").says("nothing was sent");
}
