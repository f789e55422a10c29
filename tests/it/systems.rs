//! `docs/systems.md` says what the program says: panes and actions with their keys, calls, permissions, features, screens.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

use std::collections::BTreeSet;
use std::fs;

use sagetop::assets::Assets;
use sagetop::handles::{Partition, SYSTEMS};
use sagetop::update::NAMES;

use crate::documents::{beyond_default, calls, policy};
use crate::layers::root;

/// The cells of a row: system, seen in, calls, how often, cost, IAM, build, on the screen.
type Row = [String; 8];

fn rows() -> Vec<Row> {
    let page = fs::read_to_string(root().join("docs/systems.md")).unwrap();
    let (page, _) = page.split_once("## Links").unwrap();
    let lines = page.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| system "));
    let row = |line: &str| -> Row {
        let cells = line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned());
        cells.collect::<Vec<_>>().try_into().unwrap_or_else(|_| panic!("not eight cells: {line}"))
    };
    lines.map(row).collect()
}

/// Returns what is between backticks.
fn quoted(cell: &str) -> Vec<&str> {
    cell.split('`').skip(1).step_by(2).collect()
}

#[test]
fn every_row_names_an_action_with_its_key_or_says_that_nothing_is_read() {
    let keymap = Assets::default().keymap("default", NAMES).unwrap();
    let rows = rows();
    assert!(rows.len() > 40, "{} systems", rows.len());
    for [system, seen, calls, .., screen] in &rows {
        if seen == "not read" {
            assert_eq!((calls.as_str(), screen.as_str()), ("–", "–"), "{system} is not read");
            continue;
        }
        let named = quoted(seen);
        if let ["sagetop config init"] = named.as_slice() {
            continue;
        }
        assert!(!named.is_empty() && named.len().is_multiple_of(2), "{system}: {seen}");
        for pair in named.chunks(2) {
            assert!(NAMES.contains(&pair[0]), "{system}: there is no action {}", pair[0]);
            assert_eq!(keymap.key_for(pair[0]).as_deref(), Some(pair[1]), "{system}: the key of {}", pair[0]);
        }
    }
}

#[test]
fn every_link_is_on_the_page_with_its_partitions_and_in_a_row_of_a_system() {
    let page = fs::read_to_string(root().join("docs/systems.md")).unwrap();
    let (_, table) = page.split_once("## Links").unwrap();
    let lines = table.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| linked "));
    let cells = |line: &str| -> Vec<String> { line.split('|').map(|cell| cell.trim().to_owned()).collect() };
    let word = |one: &Partition| match one {
        Partition::Commercial => "`aws`",
        Partition::China => "`aws-cn`",
        Partition::GovCloud => "`aws-us-gov`",
    };
    let told: BTreeSet<(String, String)> = lines.map(cells).map(|cells| (cells[1].clone(), cells[3].clone())).collect();
    let known = SYSTEMS.iter().map(|system| {
        let partitions: Vec<&str> = system.partitions.iter().map(word).collect();
        (system.name.to_owned(), partitions.join(" "))
    });
    assert_eq!(told, known.collect());
    let linked: Vec<String> =
        rows().into_iter().filter(|row| row[1].contains("copy-menu")).map(|row| row[0].clone()).collect();
    for system in SYSTEMS {
        assert!(linked.iter().any(|row| row.contains(system.name)), "no row links to {}", system.name);
    }
}

#[test]
fn every_call_is_in_a_row_and_every_call_in_a_row_is_made() {
    let rows = rows();
    let told: Vec<&str> = rows.iter().flat_map(|row| quoted(&row[2])).collect();
    let once: BTreeSet<String> = told.iter().map(|call| (*call).to_owned()).collect();
    assert_eq!(once, calls().0, "left: docs/systems.md, right: code");
    assert_eq!(told.len(), once.len(), "a call is in one row");
    for [system, _, calls, ..] in rows {
        assert!(!quoted(&calls).is_empty() || calls == "none" || calls == "–", "{system}: {calls}");
    }
}

#[test]
fn permissions_are_in_the_policy_and_features_in_the_manifest() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let allowed: BTreeSet<String> = policy(&readme, "read").into_iter().chain(policy(&readme, "write")).collect();
    let manifest: toml::Table = fs::read_to_string(root().join("Cargo.toml")).unwrap().parse().unwrap();
    for [system, _, calls, _, _, iam, build, _] in &rows() {
        let calls = quoted(calls).into_iter().filter(|_| iam.starts_with("calls"));
        for permission in quoted(iam).into_iter().chain(calls) {
            assert!(
                allowed.contains(permission) || beyond_default(permission),
                "{system}: the policy lacks {permission}"
            );
        }
        for feature in quoted(build) {
            assert!(manifest["features"].get(feature).is_some(), "{system}: no feature {feature}");
        }
    }
}

#[test]
fn lines_of_a_screen_are_on_a_tested_screen() {
    let goldens = fs::read_dir(root().join("tests/it/goldens")).unwrap();
    let screens: Vec<String> = goldens.map(|file| fs::read_to_string(file.unwrap().path()).unwrap()).collect();
    for [system, .., screen] in &rows() {
        for line in quoted(screen) {
            assert!(screens.iter().any(|golden| golden.contains(line)), "{system}: no screen has {line:?}");
        }
    }
}
