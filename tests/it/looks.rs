//! The duration of a single look if one source fails, in virtual time.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use aws_smithy_runtime_api::client::http::SharedHttpClient;
use jiff::Timestamp;
use sagetop::aws::{Aws, Pace};
use sagetop::config::{Config, Source};
use sagetop::headless::Look;
use sagetop::resources::poll::{Clock, Patience};
use sagetop::resources::{Observed, Preferences};
use sagetop::sim::{Settings, Sim, Story};
use tokio::time::Instant;

use crate::harness::CONFIG;

/// Looks once at the demo account with a fault; returns how long it took.
async fn look(fault: &str, pace: Pace, patience: Patience) -> (Look, Duration) {
    let began = Instant::now();
    let since_1970 = move || Duration::from_mins(29_923_390) + began.elapsed();
    let clock: Clock = Arc::new(move || Timestamp::UNIX_EPOCH + since_1970());
    let story = Story::parse(&format!("inherits = \"demo\"\n{fault}")).unwrap();
    let settings = Settings { latency: Duration::from_millis(40), ..Settings::default() };
    let sim = Sim::with(&story, Arc::new(move || SystemTime::UNIX_EPOCH + since_1970()), &settings);
    let aws = Aws::over_at(&SharedHttpClient::new(sim), "eu-west-1", pace);
    let config = Config::parse(&Source { file: "demo.toml".into(), text: CONFIG.into() }).unwrap();
    let observed = Observed { preferences: Arc::new(Preferences::of(&config)), at: clock(), ..Observed::default() };
    let look = Look::take("demo".into(), aws, observed, &clock, patience).await;
    (look, began.elapsed())
}

/// One operation of each source.
const SOURCES: [(&str, &str); 13] = [
    ("identity", "GetCallerIdentity"),
    ("alarms", "DescribeAlarms"),
    ("endpoints", "ListEndpoints"),
    ("model_package_groups", "ListModelPackageGroups"),
    ("model_packages", "ListModelPackages"),
    ("endpoint_configs", "ListEndpointConfigs"),
    ("models", "ListModels"),
    ("pipelines", "ListPipelines"),
    ("training_jobs", "ListTrainingJobs"),
    ("topics", "ListTopics"),
    ("subscriptions", "ListSubscriptions"),
    ("metrics", "GetMetricData"),
    ("evaluation_reports", "GetObject"),
];

#[tokio::test(start_paused = true)]
async fn a_source_that_always_fails_holds_a_look_for_a_moment() {
    let (_, usual) = look("", Pace::Unlimited, Patience::default()).await;
    for status in [500, 503] {
        for (source, operation) in SOURCES {
            let fault =
                format!("[[fault]]\noperation = \"{operation}\"\nstatus = {status}\nbody = \"<html></html>\"\n");
            let (look, took) = look(&fault, Pace::Unlimited, Patience::default()).await;
            assert!(took < usual + Duration::from_secs(2), "{status} {source}: {took:?} instead of {usual:?}");
            let sources = look.observed.store.sources();
            assert!(
                sources.iter().any(|s| s.kind.name() == source),
                "{source}: {:?}",
                sources.iter().map(|s| s.kind.name()).collect::<Vec<_>>()
            );
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_source_that_never_answers_is_told_and_all_others_are_read() {
    for (source, operation) in SOURCES {
        let fault = format!("[[fault]]\noperation = \"{operation}\"\nlatency = \"2h\"\n");
        let (look, took) = look(&fault, Pace::Unlimited, Patience::default()).await;
        assert!(took <= Duration::from_mins(1), "{source}: {took:?}");
        let sources = look.observed.store.sources();
        let told = sources.iter().find(|s| s.kind.name() == source).unwrap();
        assert!(told.error.is_some(), "{source}: {told:?}");
        assert!(sources.iter().filter(|s| s.state == "fresh").count() >= 8, "{source}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_account_that_never_answers_holds_a_look_no_longer_than_a_minute() {
    let silence = "[[fault]]\noperation = \"*\"\nlatency = \"2h\"\n";
    let (silent, took) = look(silence, Pace::Once, Patience::default()).await;
    assert!(took <= Duration::from_secs(62), "{took:?}");
    assert!(silent.observed.store.sources().iter().all(|s| ["unreachable", "on demand"].contains(&s.state)));
    let (_, took) = look(silence, Pace::Once, Patience::at_most(Duration::from_secs(5))).await;
    assert_eq!(took.as_secs(), 5);
}

#[tokio::test(start_paused = true)]
async fn a_source_that_fails_once_is_read() {
    let fault = "[[fault]]\noperation = \"*\"\nstatus = 503\nbody = \"\"\nto = \"300ms\"\n";
    let (look, _) = look(fault, Pace::Unlimited, Patience::default()).await;
    let troubled: Vec<_> = look.observed.store.troubles();
    assert!(troubled.is_empty(), "{troubled:?}");
}
