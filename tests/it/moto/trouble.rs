//! Failures outside of the program: no server, a server that dies, rejected credentials, and invalid arguments.

use serde_json::{Value, json};

use super::server::{Moto, RETAIL};
use crate::sagetop::Home;

/// A loopback address where nobody listens. No test and no server uses such a low port.
const NOBODY: &str = "http://127.0.0.1:1";

#[test]
fn nobody_answers() {
    let home = Home::new();
    let dump = home.run_at(NOBODY, RETAIL, &["dump"]).ends(0).json();
    assert_eq!(dump["identity"], Value::Null);
    for source in ["identity", "endpoints", "alarms", "model_packages", "pipelines", "topics"] {
        assert_eq!(state(&dump, source), "unreachable");
    }
    // Sources that depend on another source have not been read either, so an empty list would be wrong.
    let fresh = dump["sources"].as_array().unwrap().iter().filter(|s| s["state"] == "fresh");
    assert_eq!(fresh.collect::<Vec<_>>(), Vec::<&Value>::new());
    home.run_at(NOBODY, RETAIL, &["status"]).ends(3).says("unreachable");
    let arn = format!("arn:aws:sagemaker:{RETAIL}:123456789012:model-package/recommender/4");
    home.run_at(NOBODY, RETAIL, &["approve", &arn, "--reason", "x", "--yes", "recommender/4"])
        .ends(1)
        .says("unreachable");
    assert!(home.events().is_empty(), "nothing was sent, so nothing is journalled");
}

#[test]
fn the_server_dies_in_the_middle() {
    // Pipelines are read. The list of their executions is the last request that the server receives.
    let moto = Moto::start(&["--die-at", "ListPipelineExecutions"]);
    let role = "arn:aws:iam::123456789012:role/ml";
    let pipeline = json!({"PipelineName": "build", "PipelineDefinition": "{}", "RoleArn": role, "ClientRequestToken": "0".repeat(32)});
    moto.ask(RETAIL, "sagemaker", "create_pipeline", &pipeline);
    let dump = Home::new().run_at(&moto.url, RETAIL, &["dump"]).ends(0).json();
    assert_eq!(state(&dump, "pipelines"), "fresh");
    assert_eq!(dump["resources"]["pipelines"][0]["name"], "build");
    assert_eq!(state(&dump, "endpoints"), "fresh");
    assert_eq!(state(&dump, "pipeline_executions"), "unreachable");
}

#[test]
fn what_is_refused_does_not_stop_the_rest() {
    let failures =
        ["ListPipelines=AccessDeniedException", "ListTrainingJobs=ThrottlingException", "ListModels=ExpiredToken"];
    let flags: Vec<&str> = failures.iter().flat_map(|failure| ["--fail", failure]).collect();
    let moto = Moto::start(&flags);
    let dump = Home::new().run_at(&moto.url, RETAIL, &["dump"]).ends(0).json();
    let states = ["pipelines", "training_jobs", "models", "endpoints", "alarms", "model_packages", "topics"];
    let states = states.map(|name| state(&dump, name));
    assert_eq!(states, ["denied", "throttled", "expired", "fresh", "fresh", "fresh", "fresh"]);
}

#[test]
fn credentials_that_nobody_knows() {
    let (moto, home) = (Moto::start(&[]), Home::new());
    moto.lock();
    let dump = home.run_at(&moto.url, RETAIL, &["dump"]).ends(0).json();
    assert_eq!(dump["identity"], Value::Null);
    for source in ["identity", "endpoints", "alarms", "topics", "pipelines"] {
        assert!(["denied", "expired"].contains(&state(&dump, source)), "{source}: {}", state(&dump, source));
    }
    home.run_at(&moto.url, RETAIL, &["status"]).ends(3);
}

#[test]
fn no_credentials_and_no_region() {
    let (moto, home) = (Moto::start(&[]), Home::new());
    let dump = home.run(&["dump", "--endpoint-url", &moto.url, "--region", RETAIL], &[]).ends(0).json();
    assert_eq!(state(&dump, "endpoints"), "no credentials");
    home.run(&["status", "--endpoint-url", &moto.url, "--region", RETAIL], &[]).ends(3).says("credentials");
    home.run(&["dump"], &[]).ends(2).says("region");
}

#[test]
fn wrong_words_end_with_two() {
    let home = Home::new();
    let usage = |arguments: &[&str]| home.run(arguments, &[]).ends(2);
    usage(&["frobnicate"]).says("frobnicate");
    usage(&["status", "--fail-on", "mild"]).says("critical");
    usage(&["approve"]).says("--reason");
    usage(&["rollback"]);
    usage(&["dump", "--no-such-flag"]).says("--no-such-flag");
    usage(&["demo", "no-such-story"]).says("no-such-story").says("demo");
    let config = home.path("broken.toml");
    std::fs::write(&config, "theme = \"dark\"\nthema = 1\n").unwrap();
    usage(&["dump", "--demo", "--config", config.to_str().unwrap()]).says("broken.toml:2");
}

/// Returns the state of a source in a dump.
fn state<'a>(dump: &'a Value, name: &str) -> &'a str {
    let mut sources = dump["sources"].as_array().unwrap().iter();
    let source = sources.find(|s| s["name"] == name).unwrap_or_else(|| panic!("no source {name}: {dump:#}"));
    source["state"].as_str().unwrap()
}
