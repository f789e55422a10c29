//! The console copies names, addresses and commands of things.

use std::collections::BTreeSet;

use sagetop::handles::{Partition, Place, SYSTEMS, What};
use sagetop::headless::Look;
use sagetop::resources::poll::{Clock, Patience};
use sagetop::resources::{Kind, Observed};
use sagetop::sim::Sim;

use crate::harness::Harness;

/// The kinds whose rows are values and no things of their own.
const VALUES: &[Kind] = &[Kind::Metrics];

#[tokio::test(start_paused = true)]
async fn the_menu_of_copies_has_what_leads_to_the_thing_elsewhere() {
    let mut t = Harness::story("demo").size(160, 40).ready().await;
    t.keys("4").await;
    t.to("recommendation-prod").await;
    t.keys("Y").await;
    for label in ["name", "ARN", "console URL", "aws command", "log URL", "CloudTrail", "Security Hub", "API Gateway"] {
        t.says(label);
    }
    t.keys("enter").await;
    assert_eq!(Harness::clipboard(), "recommendation-prod");
    t.says("copied the name: recommendation-prod");
    t.keys("Y down down down enter").await;
    let command = "aws sagemaker describe-endpoint --endpoint-name recommendation-prod --region eu-west-1";
    assert_eq!(Harness::clipboard(), command);
    t.says("copied the aws command: aws sagemaker describe-endpoint");
    t.keys("y").await;
    assert!(Harness::clipboard().starts_with("arn:aws:sagemaker:eu-west-1:"), "{}", Harness::clipboard());
    t.keys("Y esc").await;
    t.never_says("console URL");
    t.keys("0").await;
    t.to("recommendation").await;
    t.keys("Y").await;
    t.says("runbook URL");
    t.says("Service Catalog");
    t.says("list-model-packages --model-package-group-name");
    t.click("runbook URL", 2).await;
    assert!(Harness::clipboard().starts_with("https://runbooks.example"), "{}", Harness::clipboard());
}

#[tokio::test(start_paused = true)]
async fn the_menu_of_copies_is_there_for_events_sources_and_on_a_small_screen() {
    let mut t = Harness::story("demo").size(60, 16).ready().await;
    t.keys("6").await;
    t.run_for("1m").await;
    t.keys("g Y").await;
    t.says("copy of");
    t.keys("esc 7 g Y enter").await;
    assert!(Kind::named(&Harness::clipboard()).is_some(), "{}", Harness::clipboard());
}

#[tokio::test(start_paused = true)]
async fn every_thing_that_is_shown_has_a_page_and_a_command() {
    let mut seen = BTreeSet::new();
    for story in Sim::stories() {
        let bare = Harness::story(story).bare();
        let clock: Clock = bare.executor.clock.clone();
        let observed = Observed { at: clock(), preferences: bare.executor.preferences.clone(), ..Observed::default() };
        let look = Look::take("x".into(), bare.executor.aws.clone(), observed, &clock, Patience::default()).await;
        let place = Place { region: &look.aws.region, account: Some("123456789012"), profile: None, links: &[] };
        for (kind, table) in look.observed.store.tables().filter(|(kind, _)| !VALUES.contains(kind)) {
            for thing in table.things() {
                let all = place.of_thing(thing);
                let has = |what: &What| all.iter().any(|handle| handle.what == *what);
                let told = kind == Kind::Reports && !has(&What::Console);
                assert!(told || has(&What::Console) && has(&What::Command), "{story}: {kind} {}", thing.id());
                seen.insert(kind);
            }
        }
    }
    assert!(seen.len() > 15, "{seen:?}");
}

#[test]
fn every_link_stays_in_the_console_of_its_partition() {
    for (region, partition, domain) in [
        ("eu-west-1", Partition::Commercial, "aws.amazon.com"),
        ("cn-north-1", Partition::China, "amazonaws.cn"),
        ("us-gov-west-1", Partition::GovCloud, "amazonaws-us-gov.com"),
    ] {
        for system in SYSTEMS {
            let arn = Some("arn:aws:sagemaker:x:1:endpoint/a b");
            let address = system.address(region, "a b", arn);
            assert_eq!(address.is_some(), system.partitions.contains(&partition), "{} {region}", system.name);
            let Some(address) = address else { continue };
            let host = address.strip_prefix("https://").and_then(|rest| rest.split('/').next()).unwrap();
            assert!(host.ends_with(domain), "{address}");
            assert!(!address.contains(' ') && !address.contains("{}"), "{address}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_location_with_dates_is_opened_at_its_last_folder_without_one() {
    let mut t = Harness::story("demo").size(160, 40).ready().await;
    t.run_for("1m").await;
    t.keys("1 '/clicks/dt' enter Y").await;
    t.says("--prefix clicks/");
    assert!(!t.text().lines().any(|line| line.contains("--prefix") && line.contains("yyyy")), "{}", t.text());
}

#[tokio::test(start_paused = true)]
async fn a_notebook_has_an_address_and_a_command() {
    let mut t = Harness::story("governed").size(160, 40).ready().await;
    t.keys("9").await;
    t.run_for("1m").await;
    t.to("ana-experiments").await;
    t.keys("Y").await;
    t.says("describe-notebook-instance --notebook-instance-name ana-experiments");
    t.says("CloudTrail");
}
