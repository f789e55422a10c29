//! The log of an endpoint, written by boto3 and shown by the real console.

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::json;

use super::server::{CALM, Moto};
use crate::sagetop::Home;
use crate::terminal::pty::Terminal;

const ENDPOINT: &str = "price-elasticity-prod";
const JOBS: &str = "/aws/sagemaker/TrainingJobs";

#[expect(clippy::disallowed_methods, reason = "the real console asks for the lines of the present time")]
fn millis() -> u128 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis()
}

/// Writes lines, one a second, of which the last is of now.
fn write(moto: &Moto, group: &str, stream: &str, lines: &[&str]) {
    let now = millis();
    let name = json!({ "logGroupName": group, "logStreamName": stream });
    moto.ask(CALM, "logs", "create_log_stream", &name);
    let last = lines.len() as u128 - 1;
    let event = |(at, text): (usize, &&str)| json!({ "timestamp": now - (last - at as u128) * 1_000, "message": text });
    let events: Vec<_> = lines.iter().enumerate().map(event).collect();
    moto.ask(
        CALM,
        "logs",
        "put_log_events",
        &json!({ "logGroupName": group, "logStreamName": stream, "logEvents": events }),
    );
}

#[test]
fn what_boto3_wrote_is_shown_and_followed() {
    let moto = Moto::shared();
    let group = format!("/aws/sagemaker/Endpoints/{ENDPOINT}");
    moto.ask(CALM, "logs", "create_log_group", &json!({ "logGroupName": group }));
    let lines =
        ["INFO ready", "ERROR \u{1b}[31mValueError\u{1b}[0m: no column price 遅い", "INFO POST /invocations 500"];
    write(moto, &group, "v1/i-0a", &lines);

    let home = Home::new();
    let place = ["--endpoint-url", &moto.url, "--region", CALM, "--read-only"];
    let keys = [("AWS_ACCESS_KEY_ID", "testing"), ("AWS_SECRET_ACCESS_KEY", "testing")];
    let mut terminal = Terminal::start(&home, 120, 36, &place, &keys);
    terminal.until_shown(&["price-elasticity", "✓"]);
    assert_eq!(moto.count(CALM, "FilterLogEvents"), 0, "nobody has looked yet");
    terminal.press("4");
    terminal.until_shown(&[ENDPOINT]);
    terminal.press("l");
    terminal.until_shown(&[&group, "INFO ready", "ValueError: no column price 遅い", "✗ 1 line, at least since"]);
    write(moto, &group, "v1/i-0b", &["INFO another instance"]);
    terminal.until_shown(&["INFO another instance", "v1/i-0b"]);
    terminal.press("q");
    terminal.end();
    terminal.left_as_found();
    others_are_left_out(moto);
}

/// Checks that the lines of other jobs are left out although moto ignores the prefix.
fn others_are_left_out(moto: &Moto) {
    moto.ask(CALM, "logs", "create_log_group", &json!({ "logGroupName": JOBS }));
    let jobs = moto.ask(CALM, "sagemaker", "list_training_jobs", &json!({}));
    let job = jobs["TrainingJobSummaries"][0]["TrainingJobName"].as_str().unwrap();
    write(moto, JOBS, &format!("{job}/algo-1-1"), &["INFO epoch 1/20 loss=0.41"]);
    write(moto, JOBS, "another-job/algo-1-1", &["INFO of another job"]);

    let home = Home::new();
    let place = ["--endpoint-url", &moto.url, "--region", CALM, "--read-only"];
    let keys = [("AWS_ACCESS_KEY_ID", "testing"), ("AWS_SECRET_ACCESS_KEY", "testing")];
    let mut terminal = Terminal::start(&home, 120, 36, &place, &keys);
    terminal.until_shown(&["price-elasticity", "✓"]);
    terminal.press("2/");
    terminal.press(job.rsplit_once("-Train").map_or(job, |(run, _)| run));
    terminal.press("\r");
    terminal.until_shown(&["  1 of "]);
    terminal.press("l");
    terminal.until_shown(&[JOBS, "INFO epoch 1/20"]);
    assert!(!terminal.text().contains("another job"), "{}", terminal.text());
    terminal.press("q");
    terminal.end();
}
