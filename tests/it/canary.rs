//! Secrets planted in every field that people and programs write to. None of them may become visible.
//!
//! Each planted secret begins with the same word and has a number. The test searches for the word in everything that
//! the program writes: the screen, the journal, the snapshot, recordings, `dump`, `status`, and the output of its
//! commands.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test stops at the first surprise"
)]

use std::collections::BTreeSet;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use sagetop::sim::Sim;
use serde_json::{Value, json};

use crate::altered::Altered;
use crate::sagetop::Home;
use crate::terminal::pty::Terminal;

const WORD: &str = "CANARY";

/// Returns a new secret to plant.
fn canary() -> String {
    static PLANTED: AtomicUsize = AtomicUsize::new(0);
    format!("{WORD}{:05}", PLANTED.fetch_add(1, Ordering::Relaxed))
}

/// Texts in which people leave secrets; `*` is the place of one.
const TEXTS: [&str; 12] = [
    "--lr 1 --password * --epochs 2",
    "see https://b.s3.amazonaws.com/k?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=*&X-Amz-Signature=*",
    "git clone https://*@git.example/x.git",
    "postgres://retail:*@db.example/prod refused",
    "curl -H 'Authorization: Bearer *'",
    "DB_PASSWORD=* python train.py",
    "Server=x;Password=*;Timeout=3",
    "wandb login --api-key=*",
    r#"{"nested": {"client_secret": "*"}}"#,
    "https://hooks.slack.com/services/T0/B0/*",
    "https://x.example/report?page=2&token=*",
    "export HF_TOKEN='*'",
];

/// The names whose values must not be visible.
const NAMES: [&str; 8] =
    ["password", "db_pwd", "DbPassword", "api_key", "HF_TOKEN", "passphrase", "connection_string", "AWS_SECRET_KEY"];

/// Returns a text with secrets, each time another one.
fn text() -> String {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    let text = TEXTS[NEXT.fetch_add(1, Ordering::Relaxed) % TEXTS.len()];
    text.split('*').map(str::to_owned).reduce(|before, after| before + &canary() + &after).unwrap()
}

/// Plants secrets in an answer of the account.
fn plant(value: &mut Value) {
    match value {
        Value::Object(members) => {
            for (name, member) in members.iter_mut() {
                match (name.as_str(), &mut *member) {
                    // Programs pass these values to each other by name.
                    ("HyperParameters" | "Environment" | "CustomerMetadataProperties", Value::Object(pairs)) => {
                        pairs.extend(NAMES.map(|name| (name.to_owned(), canary().into())));
                        pairs.insert("args".into(), text().into());
                    }
                    ("Tags", Value::Array(tags)) => {
                        tags.extend(NAMES.map(|name| json!({"Key": name, "Value": canary()})));
                        tags.push(json!({"Key": "note", "Value": text()}));
                    }
                    ("PipelineParameters", Value::Array(parameters)) => {
                        parameters.extend(NAMES.map(|name| json!({"Name": name, "Value": canary()})));
                    }
                    ("PipelineDefinition", Value::String(definition)) => {
                        let mut inner: Value = serde_json::from_str(definition).unwrap();
                        let parameter = json!({"Name": "DbPassword", "Type": "String", "DefaultValue": canary()});
                        inner["Parameters"].as_array_mut().unwrap().push(parameter);
                        *definition = inner.to_string();
                    }
                    // People write these texts, and failures are described in them.
                    (name, Value::String(words)) if is_prose(name) => *words = format!("{words} {}", text()),
                    _ => plant(member),
                }
            }
            if members.contains_key("TrainingJobStatus") || members.contains_key("StepStatus") {
                members.insert("FailureReason".into(), text().into());
            }
            if members.contains_key("ModelApprovalStatus") {
                members.insert("ApprovalDescription".into(), text().into());
                members.insert("ModelPackageDescription".into(), text().into());
            }
        }
        Value::Array(items) => items.iter_mut().for_each(plant),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn is_prose(name: &str) -> bool {
    name.ends_with("Description") || name.ends_with("Reason") || name.ends_with("ExitMessage")
}

/// Serves the demo account with secrets everywhere. Those of alarms and feature groups are in its story.
fn account() -> Altered {
    let story = Sim::story("demo").unwrap().replace("description = \"", &format!("description = \"{} ", text()));
    Altered::changing(&story.replace("\\\"", ""), |_, answer| plant(answer))
}

/// Finds the secrets that are visible in a text.
fn observed(text: &[u8]) -> BTreeSet<String> {
    let text = String::from_utf8_lossy(text);
    text.match_indices(WORD).map(|(at, _)| text[at.saturating_sub(60)..].chars().take(90).collect()).collect()
}

#[track_caller]
fn shows_none(what: &str, text: &[u8]) {
    let observed = observed(text);
    assert!(observed.is_empty(), "{what} shows {} secrets, such as {:?}", observed.len(), observed.first());
}

/// Returns all files below a folder, unpacked if they are packed.
fn files(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
            continue;
        }
        let bytes = std::fs::read(&path).unwrap();
        let mut unpacked = Vec::new();
        let packed = flate2::read::MultiGzDecoder::new(&bytes[..]).read_to_end(&mut unpacked).is_ok();
        found.push((path, if packed { unpacked } else { bytes }));
    }
    found
}

/// Makes incident packs, and looks into them.
fn bundles_show_none(home: &Home, url: &str) {
    let packs = home.path("packs").display().to_string();
    for about in [["--model", "recommendation"], ["--endpoint", "recommendation-prod"]] {
        let made = home.run_at(url, "eu-west-1", &[&["bundle", "-o", &packs], &about[..]].concat());
        assert_eq!(made.out.lines().count(), 2, "{made:?}");
    }
    for (path, bytes) in files(&home.path("packs")) {
        shows_none(&path.display().to_string(), &bytes);
    }
}

/// Writes the table and the screen of the alarms to files of the home.
fn write_exports(terminal: &mut Terminal) {
    terminal.press("\u{1b}\u{1b}5");
    terminal.until_shown(&["TELLS"]);
    for keys in ["E\r", "Ej\r", "Ejj\r", "Ejjj\r"] {
        terminal.press(keys);
        terminal.until_shown(&["wrote "]);
        terminal.press("5");
        terminal.until("the message is gone", |screen| !screen.contents().contains("wrote "));
    }
}

#[test]
fn no_secret_leaves_the_tables() {
    let (account, home) = (account(), Home::new());
    let run = |arguments: &[&str]| home.run_at(&account.url, "eu-west-1", arguments);
    let tape = home.path("look.tape").display().to_string();
    let told = run(&["dump", "--no-redact"]);
    assert!(observed(told.out.as_bytes()).len() > 60, "the secrets are in what the account answers");

    let dump = run(&["dump", "--record", &tape]);
    shows_none("dump", dump.out.as_bytes());
    assert!(dump.out.contains("--password redacted --epochs 2"), "the rest of a text stays");
    bundles_show_none(&home, &account.url);
    shows_none("status", run(&["status", "--json"]).out.as_bytes());
    let pipeline = "recommendation-build";
    let typed = format!("DbPassword={}", canary());
    let started = run(&["retrain", pipeline, "--param", &typed, "--plan-only"]);
    assert!(started.out.contains("StartPipelineExecution") || started.out.contains("start-pipeline"), "{started:?}");
    shows_none("the plan of a retraining", format!("{}{}", started.out, started.err).as_bytes());

    let environment = [
        ("AWS_ACCESS_KEY_ID", "ASIA0000CANARY000000"),
        ("AWS_SECRET_ACCESS_KEY", "CANARYsecretsecretsecretsecret"),
        ("AWS_SESSION_TOKEN", "CANARYtoken"),
    ];
    let tape = home.path("night.tape").display().to_string();
    let arguments = ["--endpoint-url", &account.url, "--region", "eu-west-1", "--record", &tape];
    home.write("config/sagetop/sagetop.toml", &format!("export_dir = {:?}\n", home.path("exports")));
    let mut terminal = Terminal::start(&home, 160, 45, &arguments, &environment);
    terminal.until_shown(&["recommendation"]);
    for (pane, heading) in [
        ("1", "LOCATION"),
        ("2", "TOOK"),
        ("3", "GROUP"),
        ("4", "ENDPOINT"),
        ("5", "TELLS"),
        ("6", "WHAT"),
        ("7", "CADENCE"),
    ] {
        terminal.press(pane);
        terminal.until_shown(&[heading]);
        shows_none(heading, terminal.text().as_bytes());
    }
    // This opens the lineage of one model, and visits each thing in it.
    terminal.press("0");
    terminal.until_shown(&["MODEL"]);
    terminal.press("/recommendation\r\r");
    terminal.until_shown(&["▾", "DATA", "TRAINING"]);
    for _ in 0..50 {
        // The help appears only after the earlier keys were handled.
        terminal.press("lj?");
        terminal.until_shown(&["approve the selected version"]);
        terminal.press("\u{1b}");
        terminal.until("the lineage", |screen| !screen.contents().contains("approve the selected version"));
        shows_none("the lineage", terminal.text().as_bytes());
    }
    write_exports(&mut terminal);
    terminal.press("q");
    terminal.end();
    assert_eq!(files(&home.path("exports")).len(), 4);
    for (path, bytes) in files(&home.path("")) {
        shows_none(&path.display().to_string(), &bytes);
    }
}

#[test]
fn secrets_are_not_printed_on_a_terminal() {
    let home = Home::new();
    let mut terminal = Terminal::start(&home, 80, 24, &["dump", "--demo", "--no-redact"], &[]);
    assert_eq!(terminal.end().exit_code(), 2);
    assert!(terminal.text().contains("--no-redact prints secrets"), "{}", terminal.text());
}
