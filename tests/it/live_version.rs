//! The version that is shown as live where an endpoint serves several ones.

use serde_json::json;

use crate::altered::Altered;
use crate::harness::Harness;
use crate::sagetop::Home;

#[tokio::test(start_paused = true)]
async fn the_version_that_most_requests_get_is_live_and_says_its_share() {
    let mut t = Harness::story("every-endpoint").size(120, 36).ready().await;
    t.run_for("20s").await;
    t.keys("4").await;
    // Nine of ten requests get v11.
    assert!(t.row("search-split-prod").contains("v11 90 % +1"), "{}", t.row("search-split-prod"));
    // v11 has two of three copies.
    assert!(t.row("search-shared-prod").contains("v11 67 % +1"), "{}", t.row("search-shared-prod"));
    // A shadow serves nobody.
    assert!(!t.row("search-shadow-prod").contains("+1"), "{}", t.row("search-shadow-prod"));
    t.resize(80, 24).await;
    assert!(t.row("search-split-prod").contains("v11 90 % +1"), "{}", t.row("search-split-prod"));
    t.resize(120, 36).await;
    t.keys("3").await;
    let all = t.text();
    assert!(all.lines().any(|line| line.contains(" v11  ") && line.contains("67 % prod")), "{all}");
}

#[test]
fn status_and_dump_tell_the_same() {
    let account = Altered::serve(r#"inherits = "every-endpoint""#, |_| None);
    let home = Home::new();
    let status = home.run_at(&account.url, "eu-west-1", &["status"]).out;
    assert!(status.contains("v11 90 % +1"), "{status}");
    let dump = home.run_at(&account.url, "eu-west-1", &["dump"]).json();
    let models = dump["models"].as_array().into_iter().flatten();
    let mut serving = models.filter_map(|model| model["serving"].as_array()).flatten();
    let split = serving.find(|serving| serving["endpoint"] == "search-split-prod").unwrap();
    assert_eq!(split["shares"], json!({"11": 90.0, "12": 10.0}));
    assert_eq!((&split["versions"][0][1], &split["versions"][1][1]), (&json!(11), &json!(12)));
}
