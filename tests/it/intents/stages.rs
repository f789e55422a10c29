//! The access of stages: how a change of each is confirmed, and where none is sent.

use crate::altered::{Altered, simulated};
use crate::harness::Harness;
use crate::sagetop::Home;

const PROD: &str = "recommendation-prod";
const STAGING: &str = "demand-forecasting-staging";
const RULE: &str = "recommendation-deploy-on-decision";

const STAGES: &str =
    "[[stage]]\nname = \"prod\"\naccess = \"type\"\n[[stage]]\nname = \"staging\"\naccess = \"confirm\"\n";

#[tokio::test(start_paused = true)]
async fn production_is_typed_and_staging_is_confirmed_by_a_key() {
    // The stage decides, whatever holds for the others.
    for otherwise in ["type", "confirm"] {
        let config = format!("confirm = \"{otherwise}\"\n{STAGES}");
        let mut t = Harness::story("demo").config(&config).size(160, 50).ready().await;
        t.keys("4").await;
        t.to(PROD).await;
        t.keys("b").await;
        t.says("Type recommendation-prod to send");
        t.says("The typed name confirms it: stage prod");
        t.keys("esc").await;
        t.to(STAGING).await;
        t.keys("b").await;
        t.says("send to demand-forecasting-staging");
        t.says("A key confirms it: stage staging");
        assert!(t.sim().write_calls().is_empty());
    }
}

#[tokio::test(start_paused = true)]
async fn a_stage_that_is_only_read_is_greyed() {
    let stage = "[[stage]]\nname = \"prod\"\naccess = \"read-only\"\n";
    let mut t = Harness::story("demo").config(stage).size(160, 50).ready().await;
    t.keys("4").await;
    t.to(PROD).await;
    t.keys("b").await;
    t.says("read-only: the configuration only lets the stage prod be read");
    t.to(STAGING).await;
    t.keys("b").await;
    t.says("to send");
    assert!(t.sim().write_calls().is_empty());
}

#[tokio::test(start_paused = true)]
async fn the_stage_of_a_model_is_that_of_the_endpoint_that_would_be_changed() {
    let stage = "[[stage]]\nname = \"prod\"\naccess = \"read-only\"\n";
    let mut t = Harness::story("demo").config(stage).size(160, 50).ready().await;
    // One of its endpoints is of staging, and none is broken.
    t.to("recommendation").await;
    t.keys("b").await;
    t.says("Roll back which endpoint of recommendation?");
    t.keys("esc").await;
    t.until_account("2m", |account| account.alarm("P1-recommendation-ctr").unwrap() == "ALARM").await;
    t.run_for("40s").await;
    t.to("✗ recommendation").await;
    t.keys("b").await;
    t.says("read-only: the configuration only lets the stage prod be read");
    t.never_says("the stage of this is not known");
}

#[test]
fn a_command_says_the_access_and_does_not_send_what_is_only_read() {
    let account = Altered::of(&simulated("demo", 100.0), |_| None);
    let home = Home::new();
    let run = |config: &str, arguments: &[&str]| {
        let file = home.write("stages.toml", config);
        home.run_at(&account.url, "eu-west-1", &[arguments, &["--config", file.to_str().unwrap()]].concat())
    };
    let plan = run(STAGES, &["rollback", PROD, "--plan-only", "--json"]).ends(0).json();
    assert_eq!(plan["plan"]["access"], "type");
    assert!(plan["plan"]["checks"].to_string().contains("The typed name confirms it: stage prod"), "{plan}");
    let prod = "[[stage]]\nname = \"prod\"\naccess = \"read-only\"\n";
    run(prod, &["rollback", PROD, "--plan-only"])
        .ends(0)
        .says("▲ This is not sent, because it may only be read: stage prod.");
    run(prod, &["rollback", PROD, "--yes", PROD]).ends(1).says("read-only: rollback was not sent");
    // The stage of a rule is not known, so it could be production.
    run(prod, &["switch-rule", RULE, "disabled", "--yes", RULE]).ends(1).says("the stage of this is not known");
    assert!(account.sim.write_calls().is_empty());
    run(prod, &["set-instances", STAGING, "AllTraffic=3", "--yes", STAGING]).ends(0);
    run("[[stage]]\nname = \"a\"\naccess = \"type\"\n[[stage]]\nname = \"A\"\naccess = \"type\"\n", &["doctor"])
        .says("another [[stage]] has the name");
}
