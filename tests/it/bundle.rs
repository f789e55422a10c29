//! `sagetop bundle`: one incident pack, from AWS and from a recording.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops at the first surprise")]

use std::path::Path;

use serde_json::Value;

use crate::sagetop::Home;

/// Makes a pack, and returns its page and its JSON.
fn pack(home: &Home, folder: &str, arguments: &[&str]) -> (String, Value) {
    let folder = home.path(folder);
    let made = home.run(&[&["bundle", "-o", folder.to_str().unwrap()], arguments].concat(), &[]).ends(0);
    let paths: Vec<&Path> = made.out.lines().map(Path::new).collect();
    assert_eq!(paths.len(), 2, "{made:?}");
    let read = |path: &Path| std::fs::read_to_string(path).unwrap();
    (read(paths[0]), serde_json::from_str(&read(paths[1])).unwrap())
}

fn some(pack: &Value, part: &str) -> usize {
    pack[part].as_array().unwrap().len()
}

#[test]
fn a_pack_has_everything_about_a_model_and_is_never_overwritten() {
    let home = Home::new();
    let (page, json) = pack(&home, "packs", &["--demo", "--model", "recommendation"]);
    assert_eq!((&json["schema"], &json["name"]), (&1.into(), &"recommendation".into()));
    assert_eq!(json["models"][0]["name"], "recommendation");
    for part in ["timeline", "alarms", "metrics", "logs", "things", "links"] {
        assert!(some(&json, part) > 0, "{part} is empty");
    }
    assert!(some(&json, "things") <= 150 && some(&json, "timeline") <= 200);
    let log = &json["logs"][0];
    assert!(log["group"].as_str().unwrap().starts_with("/aws/sagemaker/"), "{log}");
    for heading in
        ["# model recommendation", "## Alarms", "## Timeline", "## Metrics", "## Log of", "## Links", "## Things"]
    {
        assert!(page.contains(heading), "{heading}: {page}");
    }
    assert!(page.contains("aws sagemaker describe-endpoint --endpoint-name recommendation-prod"), "{page}");
    let files = || std::fs::read_dir(home.path("packs")).unwrap().count();
    assert_eq!(files(), 2);
    pack(&home, "packs", &["--demo", "--endpoint", "recommendation-prod"]);
    assert_eq!(files(), 4);
}

#[test]
fn a_pack_is_about_an_endpoint_or_an_alarm_and_an_unknown_name_says_so() {
    let home = Home::new();
    let (page, json) = pack(&home, "a", &["--demo", "--alarm", "P1-recommendation-5xx"]);
    assert_eq!(json["about"], "alarm P1-recommendation-5xx");
    assert_eq!(json["things"][0]["id"], "P1-recommendation-5xx");
    assert_eq!(json["models"][0]["name"], "recommendation", "{page}");
    home.run(&["bundle", "--demo", "--model", "nothing"], &[]).ends(1).says("model nothing is not in");
    home.run(&["bundle", "--demo"], &[]).ends(2);
    home.run(&["bundle", "--demo", "--model", "a", "--alarm", "b"], &[]).ends(2);
    let denied = home.write("file", "x");
    let arguments = ["bundle", "--demo", "--model", "recommendation", "-o", denied.to_str().unwrap()];
    home.run(&arguments, &[]).ends(1).says("cannot be written to");
}

#[test]
fn a_recording_makes_a_pack_of_its_time() {
    let home = Home::new();
    let tape = home.path("look.tape");
    let tape = tape.to_str().unwrap();
    home.run(&["status", "--demo", "--record", tape, "--fail-on", "critical"], &[]);
    let (page, json) = pack(&home, "r", &["--replay", tape, "--model", "recommendation"]);
    assert_eq!(json["models"][0]["name"], "recommendation");
    assert!(some(&json, "things") > 5 && some(&json, "timeline") > 0, "{page}");
    assert_eq!(json["logs"][0]["problem"], "a recording has no logs");
    assert_eq!(some(&json, "done"), 0);
    home.run(&["bundle", "--demo", "--at", "+5m", "--model", "x"], &[]).ends(2);
}
