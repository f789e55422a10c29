//! The palette: the order of its items, items that are never preselected, and things to go to.

use std::time::Duration;

use crate::golden;
use crate::harness::Harness;

/// The typed text, and the title of the pane that it opens.
const OPENS: [(&str, &str); 8] = [
    ("alarms", "alarms  "),
    ("endp", "endpoints  "),
    ("endpoints", "endpoints  "),
    ("Endpoint", "endpoints  "),
    ("src", "sources  "),
    ("pipeline", "training  "),
    ("act", "activity  "),
    ("reg", "registry  "),
];

#[tokio::test(start_paused = true)]
async fn names_come_first_and_open_their_pane() {
    let mut t = Harness::story("demo").ready().await;
    for (typed, title) in OPENS {
        t.keys(&format!("0 : '{typed}' enter")).await;
        t.run_for("1s").await;
        assert!(
            t.text().lines().nth(3).is_some_and(|line| line.trim_start().starts_with(title)),
            "{typed}:\n{}",
            t.text()
        );
        t.never_says("Start ");
        t.never_says("Roll back ");
    }
}

#[tokio::test(start_paused = true)]
async fn a_write_is_never_chosen_by_a_part_of_its_name() {
    let mut t = Harness::story("demo").ready().await;
    t.to("recommendation").await;
    for part in ["", "roll", "rollbac", "retr", "appro", "rej"] {
        t.keys(&format!(": '{part}' enter")).await;
        t.run_for("1s").await;
        t.says("go to or do");
        t.keys("esc").await;
    }
    t.keys(": 'rollb'").await;
    t.says("needs down or its whole name");
    t.keys("down enter").await;
    t.says("Roll back which endpoint of recommendation?");
    t.keys("enter").await;
    t.until("Type recommendation-prod", "20s").await;
    t.keys("esc : 'rollback' enter").await;
    t.says("Roll back which endpoint of recommendation?");
}

#[tokio::test(start_paused = true)]
async fn things_are_found_and_gone_to() {
    let mut t = Harness::story("demo").size(160, 40).ready().await;
    let selected = |t: &Harness| golden::selected(&t.buffer()).unwrap_or_default();
    for (typed, there) in [
        ("fraud", "fraud-screening"),
        ("recommendation-st", "recommendation-staging"),
        ("recommendation/12", "v12"),
        ("P1-recommendation-ctr", "P1-recommendation-ctr"),
    ] {
        // A filter must not hide the thing.
        t.keys("5 / 'latency' enter 0").await;
        t.keys(&format!(": '{typed}' enter")).await;
        assert!(selected(&t).contains(there), "{typed}: {}\n{}", selected(&t), t.text());
    }
    t.keys(": 'no such thing'").await;
    t.says("nothing is called \"no such thing\"");
    t.keys("enter").await;
    t.says("nothing is called");
}

#[tokio::test(start_paused = true)]
async fn a_resource_of_any_kind_is_found_by_its_name() {
    let mut t = Harness::story("demo").size(160, 40).ready().await;
    for (typed, word, there) in [
        ("recommendation-build", "pipeline", "recommendation-build"),
        ("oncall-page", "topic", "oncall-page"),
        ("retail-data-lake", "data", "retail-data-lake"),
    ] {
        t.keys(&format!("0 : '{typed}'")).await;
        let offered = t.text().lines().any(|line| line.contains(there) && line.contains(&format!("{word} ")));
        assert!(offered, "{typed} is no {word}: {}", t.text());
        t.keys("down up enter").await;
        t.run_for("1s").await;
        t.says(there);
        t.never_says("is not in this list");
    }
}

#[tokio::test(start_paused = true)]
async fn one_goes_back_and_forward_through_the_places() {
    let mut t = Harness::story("demo").size(120, 36).ready().await;
    let selected = |t: &Harness| golden::selected(&t.buffer()).unwrap_or_default();
    t.keys("[").await;
    t.says("previous place: there is no earlier place");
    t.keys("4").await;
    t.to("fraud-screening").await;
    t.keys("5 enter").await;
    let lineage = t.text().lines().nth(2).unwrap_or_default().to_owned();
    assert!(lineage.trim_start().starts_with("alarms › "), "{lineage}");
    t.keys("m").await;
    assert!(t.text().lines().nth(2).unwrap_or_default().ends_with("› charts") || t.shows("charts:"), "{}", t.text());
    t.keys("0 [").await;
    t.keys("[ [ [").await;
    assert!(selected(&t).contains("fraud-screening"), "{}", t.text());
    t.keys("]").await;
    t.says("alarms  ");
    t.keys("]").await;
    assert_eq!(t.text().lines().nth(2).unwrap_or_default(), lineage);
    t.keys("[ [ 6").await;
    t.keys("]").await;
    t.says("there is no later place");
}

#[tokio::test(start_paused = true)]
async fn models_of_other_accounts_are_found() {
    let mut t = Harness::story("demo").beside("us-east-1", "shop").size(160, 40).ready().await;
    t.keys(": 'fraud'").await;
    t.says("us-east-1");
    t.keys("down enter").await;
    t.run_for("1s").await;
    assert!(golden::selected(&t.buffer()).unwrap_or_default().contains("us-east-1"), "{}", t.text());
}

#[tokio::test(start_paused = true)]
async fn what_is_for_replays_is_listed_in_replays_only() {
    let mut t = Harness::story("demo").ready().await;
    t.keys(": 'replay'").await;
    t.never_says("pause");
}

#[tokio::test(start_paused = true)]
async fn more_than_fits_is_told() {
    let mut t = Harness::story("demo").scale("medium", Duration::ZERO).size(120, 36).start().await;
    t.run_for("20s").await;
    t.keys(": 'e' up").await;
    t.keys("page-down page-down page-down page-down page-down page-down down").await;
    t.says("more: type more of the name");
}
