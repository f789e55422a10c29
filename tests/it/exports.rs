//! Files that the operator asks for: tables and pictures of the screen.

use std::path::Path;

use serde_json::Value;

use crate::harness::Harness;

/// Is it the name of such a file?
fn is(name: &str, extension: &str) -> bool {
    Path::new(name).extension().is_some_and(|own| own == extension)
}

#[tokio::test(start_paused = true)]
async fn a_table_is_written_whole_as_it_is_sorted_and_filtered() {
    let mut t = Harness::story("demo").size(80, 16).ready().await;
    t.keys("5 E").await;
    t.says("all columns");
    t.keys("enter").await;
    t.says("wrote ");
    t.keys("o O").await;
    let screen = t.text();
    t.keys("E down enter").await;
    t.keys("'/recommendation' enter E enter").await;
    t.run_for("1s").await;
    let files = t.files();
    assert_eq!(files.len(), 3, "{files:?}");
    let csv: Vec<&str> = files.iter().find(|(name, _)| name.ends_with("Z.csv")).unwrap().1.lines().collect();
    assert!(csv.len() > 12, "more than fits on the screen: {csv:?}");
    assert!(csv[0].contains("ALARM") && csv[0].split(',').count() > 4, "{}", csv[0]);
    let json: Value = serde_json::from_str(&files.iter().find(|(name, _)| is(name, "json")).unwrap().1).unwrap();
    let rows = json["rows"].as_array().unwrap();
    assert_eq!(rows.len(), csv.len() - 1);
    assert_eq!(rows[0]["kind"], "alarms");
    assert!(rows[0]["arn"].as_str().unwrap().starts_with("arn:aws:cloudwatch:"), "{}", rows[0]);
    // Long names lose their middle on the screen.
    let shown: Vec<&str> = screen.lines().skip_while(|line| !line.contains("STATE ↓")).skip(1).take(9).collect();
    for (line, row) in shown.iter().zip(rows) {
        let id = row["id"].as_str().unwrap();
        let ends = [id.get(..8).unwrap(), id.get(id.len() - 4..).unwrap()];
        assert!(ends.iter().all(|end| line.contains(end)), "{id} is not at its place:\n{screen}");
    }
    assert_eq!(shown.len(), 9);
    let filtered = files.iter().filter(|(name, _)| is(name, "csv")).min_by_key(|(_, text)| text.lines().count());
    let kept: Vec<&str> = filtered.unwrap().1.lines().skip(1).collect();
    assert!(!kept.is_empty() && kept.len() < rows.len(), "a filter leaves rows out: {files:?}");
    assert!(kept.iter().all(|row| row.contains("recommendation")), "{kept:?}");
}

#[tokio::test(start_paused = true)]
async fn the_screen_is_written_as_a_picture_and_as_text_without_the_menu() {
    let mut t = Harness::story("demo").size(120, 36).ready().await;
    let screen = t.text();
    t.keys("E down down enter").await;
    t.keys(": 'save-text' enter").await;
    t.run_for("1s").await;
    let files = t.files();
    let [(picture_name, picture), (text_name, text)] = files.as_slice() else { panic!("{files:?}") };
    assert!(is(picture_name, "svg") && is(text_name, "txt"), "{files:?}");
    assert!(picture.starts_with("<svg ") && picture.contains("recommendation"), "{picture}");
    assert!(!text.contains("write a file"), "{text}");
    let rows = |text: &str| text.lines().skip(3).take(8).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(rows(text), rows(&screen));
}

#[tokio::test(start_paused = true)]
async fn a_log_is_written_and_what_has_no_table_says_so() {
    let mut t = Harness::story("demo").ready().await;
    t.keys("4").await;
    t.to("recommendation-prod").await;
    t.keys("l").await;
    t.run_for("10s").await;
    t.keys("E enter").await;
    t.run_for("1s").await;
    let files = t.files();
    assert!(files[0].1.starts_with("TIME,STREAM,LINE\n20"), "{files:?}");
    t.keys("esc m").await;
    t.keys(": 'export-csv' enter").await;
    t.says("there is no table on the screen");
    t.keys("E").await;
    t.never_says("JSON");
    t.says("the screen as a picture");
}
