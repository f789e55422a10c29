//! Several accounts and regions at once: one merged screen, and separate behaviour everywhere else.

use crate::golden::{self, golden};
use crate::harness::Harness;

/// A healthy account whose credentials have expired.
const LOCKED: &str = "inherits = \"shop\"\n[[fault]]\noperation = \"*\"\ncode = \"ExpiredTokenException\"\n\
    message = \"The security token included in the request is expired\"\n";

/// A healthy account whose role must not be assumed.
const DENIED: &str = "inherits = \"shop\"\n[[fault]]\noperation = \"*\"\ncode = \"AccessDenied\"\n\
    message = \"User: arn:aws:iam::1:user/ana is not authorized to perform: sts:AssumeRole\"\n";

/// Starts a console on the demo's incident and a healthy region.
async fn two(columns: u16, rows: u16) -> Harness {
    let mut t = Harness::story("demo").beside("us-east-1", "shop").size(columns, rows).start().await;
    t.run_for("150s").await;
    t
}

#[tokio::test(start_paused = true)]
async fn models_of_all_accounts_are_one_list_with_the_worst_first() {
    let mut t = two(160, 36).await;
    golden("accounts_home", &golden::without_ids(&t.buffer()));
    let rows: Vec<String> = t
        .text()
        .lines()
        .filter(|l| l.contains("  eu-west-1  ") || l.contains("  us-east-1  "))
        .map(str::to_owned)
        .collect();
    assert!(rows[1].contains("✗ recommendation"), "the broken one is the first row below the header: {rows:#?}");
    t.says("✗ 1 broken");
    t.says("✓ 5 ok");
    t.keys("/ '@us-east' enter").await;
    assert!(t.row("▲ recommendation").contains("us-east-1"));
    t.never_says("✗ recommendation");
    t.keys("8").await;
    golden("accounts", &golden::without_ids(&t.buffer()));
}

#[tokio::test(start_paused = true)]
async fn everything_else_is_of_the_account_that_the_cursor_is_in() {
    let mut t = two(160, 36).await;
    t.to("✗ recommendation").await;
    t.keys("4").await;
    assert!(t.row("recommendation-prod").contains("v13"));
    t.keys("0 / 'us-east recommendation' enter").await;
    t.says("sagetop  us-east-1  DEMO");
    t.resize(80, 24).await;
    t.says("sagetop  us-east-1  DEMO");
    t.resize(160, 36).await;
    t.keys("4").await;
    assert!(t.row("recommendation-prod").contains("v12"), "{}", t.row("recommendation-prod"));
    // These keys lead from the list of accounts to one of them.
    t.keys("8").await;
    t.to("eu-west-1").await;
    t.keys("enter").await;
    t.says("✗ recommendation");
    t.says("models  5 of 10  /@eu-west-1");
}

#[tokio::test(start_paused = true)]
async fn what_is_sent_goes_to_the_account_in_which_it_was_asked_for() {
    let mut t = two(160, 36).await;
    t.keys("/ 'us-east recommendation' enter").await;
    t.keys("r").await;
    t.says("Start recommendation-build");
    // The list below keeps changing and may bring another account to the top, but the sheet stays with its account.
    t.run_for("2m").await;
    t.keys("enter").await;
    t.says("In     us-east-1  1234-5678-9012");
    t.keys("'recommendation-build' enter").await;
    t.run_for("10s").await;
    assert_eq!(t.sim_of(1).write_calls().len(), 1, "{:?}", t.sim_of(1).write_calls());
    assert!(t.sim_of(0).write_calls().is_empty());
    assert!(t.journal().iter().all(|entry| entry.region == "us-east-1"));
}

#[tokio::test(start_paused = true)]
async fn an_account_that_fails_hides_no_other() {
    let mut t = Harness::story(LOCKED).beside("us-east-1", "demo").size(160, 36).start().await;
    t.run_for("150s").await;
    t.says("eu-west-1: no valid credentials");
    assert!(t.row("✗ recommendation").contains("us-east-1"));
    t.keys("8").await;
    assert!(t.row("eu-west-1").contains("expired: "), "{}", t.row("eu-west-1"));
    assert!(t.row("us-east-1").ends_with('–'), "{}", t.row("us-east-1"));
    // The part that it cannot read is described in full.
    t.to("eu-west-1").await;
    t.keys("7").await;
    assert!(t.row("endpoints").contains("expired"), "{}", t.row("endpoints"));
}

#[tokio::test(start_paused = true)]
async fn an_account_that_lets_nobody_in_is_told_at_any_width() {
    let mut t = Harness::story(DENIED).beside("us-east-1", "demo").size(120, 36).start().await;
    t.run_for("20s").await;
    t.says("eu-west-1: access denied: ask for this IAM action");
    t.keys("8").await;
    for (columns, rows) in [(80, 24), (120, 36), (200, 50)] {
        t.resize(columns, rows).await;
        assert!(t.row("eu-west-1").contains("denied: ide"), "{columns}: {}", t.text());
    }
}

#[tokio::test(start_paused = true)]
async fn an_account_that_was_never_read_can_be_gone_to_and_says_why() {
    let mut t = Harness::story(DENIED).beside("us-east-1", "demo").size(160, 36).start().await;
    t.run_for("20s").await;
    t.says("sagetop  us-east-1");
    t.says("1 account not read");
    t.keys("8").await;
    let row = t.row("eu-west-1");
    assert!(!row.contains(" 0 "), "nothing was counted: {row}");
    t.to("eu-west-1").await;
    t.keys("enter").await;
    t.says("sagetop  eu-west-1");
    t.says("Nothing of eu-west-1 has been read yet");
    t.says("ListEndpoints: denied (AccessDenied): User: arn:aws:iam::1:user/ana is not authorized");
    t.keys("7").await;
    t.says("sagetop  eu-west-1");
    assert!(t.row("endpoints").contains("denied"), "{}", t.row("endpoints"));
    assert!(t.row("endpoint_configs").contains("denied"), "{}", t.row("endpoint_configs"));
    t.keys("4").await;
    t.says("endpoints  –");
    t.says("◌ endpoints never read: ListEndpoints: denied");
    t.keys("0 esc").await;
    t.says("◇ recommendation");
    t.says("sagetop  us-east-1");
}

#[tokio::test(start_paused = true)]
async fn an_account_that_is_not_looked_at_costs_little() {
    let mut t = two(160, 36).await;
    t.to("✗ recommendation").await;
    t.run_for("5m").await;
    let calls = |t: &Harness| [0, 1].map(|place| t.sim_of(place).all_calls().values().sum::<u64>());
    let before = calls(&t);
    t.run_for("10m").await;
    let after = calls(&t);
    let [here, elsewhere] = [0, 1].map(|place| (after[place] - before[place]) / 10);
    assert!(elsewhere < here && elsewhere <= 25, "{elsewhere} calls a minute, {here} to the one that is looked at");
}

#[tokio::test(start_paused = true)]
async fn one_account_has_no_list_of_accounts() {
    let mut t = Harness::story("demo").size(160, 36).ready().await;
    t.keys("8").await;
    t.says("accounts: only one account is watched");
    t.never_says("ACCOUNT");
    t.keys("4").await;
    t.never_says("8 accounts");
}
