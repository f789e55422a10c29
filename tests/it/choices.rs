//! The operator chooses columns and their order, and the next run has the same.

use std::fs;
use std::path::PathBuf;

use crate::harness::{Harness, Setup};

/// A folder that is deleted with the test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        Self(PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("choices-{}-{name}", std::process::id())))
    }

    fn setup(&self, columns: u16) -> Setup {
        Harness::story("demo").size(columns, 36).choices(&self.0)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

async fn quit(mut t: Harness) {
    t.keys("q").await;
    t.ended().await;
}

#[tokio::test(start_paused = true)]
async fn columns_are_chosen_and_sorted_by() {
    let mut t = Harness::story("demo").size(100, 36).ready().await;
    t.keys("4").await;
    t.never_says("CONFIGURATION");
    t.keys("|").await;
    t.says("columns of endpoints");
    t.says("on a wider screen");
    // The column that names the rows stays.
    t.keys("enter").await;
    t.says("✓ ENDPOINT");
    t.keys("down enter down down left").await;
    t.says("sorts ↑");
    t.keys("right").await;
    t.says("sorts ↓");
    t.keys("down down down down enter esc").await;
    t.says("CONFIGURATION");
    t.never_says("STATUS");
    t.says("INSTANCES↓");
    // A chosen column gets room before the others.
    t.resize(60, 36).await;
    t.says("CONFIGURATION");
    t.says("ENDPOINT");
    t.never_says("WHAT");
    t.resize(100, 36).await;
    t.keys("| up enter").await;
    t.says("✓ STATUS");
    t.keys("esc").await;
    t.never_says("CONFIGURATION");
}

#[tokio::test(start_paused = true)]
async fn the_next_run_begins_with_what_was_chosen() {
    let folder = Folder::new("restart");
    let mut t = folder.setup(120).read_only().ready().await;
    t.keys("5 / '~^P1' enter ! O").await;
    t.keys("4 | down enter down down right esc").await;
    t.keys("M").await;
    t.keys("0 m - - esc").await;
    quit(t).await;

    let mut t = folder.setup(120).ready().await;
    t.keys("5").await;
    t.says("problems only  /~^P1");
    t.says("STATE ↓");
    t.keys("4").await;
    t.never_says("STATUS");
    t.says("INSTANCES ↓");
    t.keys("M").await;
    t.says("the mouse clicks here");
    t.keys("0 m").await;
    t.says("1 d");
    t.keys("esc 5 esc esc").await;
    quit(t).await;

    let mut t = folder.setup(120).ready().await;
    t.keys("5").await;
    t.never_says("problems only");
    t.says("STATE ↓");
}

#[tokio::test(start_paused = true)]
async fn what_lists_leave_out_is_kept_for_the_same_accounts_only() {
    let folder = Folder::new("accounts");
    let mut t = folder.setup(120).ready().await;
    t.keys("4 / 'fraud' enter o").await;
    quit(t).await;
    let mut t = folder.setup(120).beside("us-east-1", "shop").ready().await;
    t.keys("4").await;
    t.never_says("/fraud");
    t.says("ENDPOINT ↑");
}

#[tokio::test(start_paused = true)]
async fn a_broken_file_is_told_and_kept() {
    let folder = Folder::new("broken");
    fs::create_dir_all(&folder.0).unwrap();
    fs::write(folder.0.join("choices.json"), "{\"panes\": {\"alarms\": 7}}").unwrap();
    let mut t = folder.setup(120).start().await;
    t.says("earlier choices are in");
    t.keys("4 o").await;
    quit(t).await;
    assert!(fs::read_to_string(folder.0.join("choices.json.unusable")).unwrap().contains(": 7"));
    let mut t = folder.setup(120).ready().await;
    t.keys("4").await;
    t.says("ENDPOINT ↑");
}

#[tokio::test(start_paused = true)]
async fn a_place_that_cannot_be_written_is_told_once() {
    let folder = Folder::new("unwritable");
    fs::write(&folder.0, "a file where the folder should be").unwrap();
    let mut t = folder.setup(120).ready().await;
    t.keys("4 o").await;
    t.run_for("2s").await;
    t.says("is not kept for the next run");
    t.keys("o").await;
    t.run_for("2s").await;
    t.never_says("is not kept");
    drop(t);
    fs::remove_file(&folder.0).unwrap();
}
