//! Files of the previous version still open: a configuration, a snapshot, a journal, a recording, and the choices of the
//! operator. What a later version adds is told or kept, and ends nothing.
//!
//! The files in `tests/it/formats` were written by the version before 0.2. A file is replaced together with the number of
//! its format.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::fs;
use std::path::{Path, PathBuf};

use sagetop::recording::Recording;
use sagetop::snapshot::{Found, Snapshot};
use serde_json::{Value, json};

use crate::harness::Harness;
use crate::sagetop::Home;

/// The account of the files.
const ACCOUNT: &str = "default@eu-west-1@http://127.0.0.1:18761";

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/formats").join(name)
}

fn text(name: &str) -> String {
    fs::read_to_string(fixture(name)).unwrap()
}

#[test]
fn a_configuration_of_the_previous_version_is_in_force() {
    let home = Home::new();
    let place = home.write("config/sagetop/sagetop.toml", &text("sagetop.toml"));
    let run = home.run(&["config", "check"], &[]);
    assert!(run.code == Some(0) && run.out.contains("it describes 1 model and 1 account"), "{run:?}");
    let shown = home.run(&["config", "show"], &[]).out;
    for setting in
        ["retail-prod", "Black Friday", "s3://lake/sales", "PSI of basket value", "describe-endpoint", "oncall-page"]
    {
        assert!(shown.contains(setting), "{setting}:\n{shown}");
    }
    // A setting of a later version is told with its place.
    fs::write(&place, format!("later = 1\n{}", text("sagetop.toml"))).unwrap();
    let run = home.run(&["config", "check"], &[]);
    assert!(run.code == Some(2) && run.err.contains("unknown field `later`"), "{run:?}");
    assert!(run.err.contains("sagetop.toml:1:1"), "{run:?}");
}

#[test]
fn a_snapshot_of_the_previous_version_is_the_first_screen() {
    let home = Home::new();
    let snapshot = Snapshot::of(&home.path("snapshots"), ACCOUNT);
    let file = home.write("snapshots/x", "").with_file_name("default_eu-west-1_http___127.0.0.1_18761.json.gz");
    fs::copy(fixture("snapshot.json.gz"), &file).unwrap();
    let Found::Tables(store, events) = snapshot.read() else { panic!("the snapshot was not used") };
    assert_eq!(store.endpoints.rows().map(|endpoint| endpoint.name.as_str()).collect::<Vec<_>>(), ["my-model-prod"]);
    assert_eq!((store.endpoints.source().state, store.packages.len(), store.alarms.len()), ("saved", 3, 5));
    assert!(!events.is_empty(), "what happened is known");
}

#[test]
fn a_journal_of_the_previous_version_is_listed() {
    let home = Home::new();
    let old = text("journal.jsonl");
    home.write("state/sagetop/journal.jsonl", &old);
    let run = home.run(&["journal"], &[]);
    assert!(run.out.contains("reject") && run.out.contains("my-model/3 is Rejected"), "{run:?}");
    // A later version may add fields, and events that this one does not know.
    let mut line: Value = serde_json::from_str(old.lines().next().unwrap()).unwrap();
    line["id"] = json!("later");
    line["target"] = json!("my-model/9");
    line["later"] = json!({"by": "two people"});
    let known = line.to_string();
    line["event"] = json!("countersigned");
    home.write("state/sagetop/journal.jsonl", &format!("{old}{known}\n{line}\n"));
    let run = home.run(&["journal"], &[]);
    assert!(run.out.contains("my-model/9"), "{run:?}");
    assert!(run.out.contains("not readable: 1 line of"), "{run:?}");
}

#[tokio::test(start_paused = true)]
async fn a_recording_of_the_previous_version_is_played() {
    let recording = Recording::open(&fixture("recording.tape")).unwrap();
    assert!(recording.end > recording.begin);
    let mut t = Harness::replay(&fixture("recording.tape"), 10.0).size(120, 36).start().await;
    t.until("my-model", "10s").await;
    t.keys("4").await;
    t.until("my-model-prod", "10s").await;
}

#[test]
fn a_recording_of_a_later_version_is_told() {
    let home = Home::new();
    let header =
        json!({"format": "sagetop-tape", "version": 99, "program": "9.9.9", "accounts": [], "config": "", "x": 1});
    let file = home.path("later.tape");
    let mut packed = flate2::write::GzEncoder::new(fs::File::create(&file).unwrap(), flate2::Compression::fast());
    std::io::Write::write_all(&mut packed, format!("{header}\n").as_bytes()).unwrap();
    packed.finish().unwrap();
    let why = Recording::open(&file).err().unwrap();
    assert!(why.contains("99") && why.contains("9.9.9"), "{why}");
}

#[tokio::test(start_paused = true)]
async fn choices_of_the_previous_version_are_in_force_and_later_ones_stay() {
    let home = Home::new();
    let mut choices: Value = serde_json::from_str(&text("choices.json")).unwrap();
    let folder = home.path("choices");
    home.write("choices/choices.json", &choices.to_string());
    let mut t = Harness::story("demo").size(120, 36).choices(&folder).ready().await;
    t.keys("5").await;
    t.says("ALARM ↑");
    t.keys("q").await;
    t.ended().await;
    choices["later"] = json!({"layout": "tiles"});
    home.write("choices/choices.json", &choices.to_string());
    let mut t = Harness::story("demo").size(120, 36).choices(&folder).ready().await;
    t.keys("5").await;
    t.says("ALARM ↑");
    t.keys("o q").await;
    t.ended().await;
    let kept: Value = serde_json::from_str(&fs::read_to_string(folder.join("choices.json")).unwrap()).unwrap();
    assert_eq!(kept["later"], choices["later"], "{kept}");
}
