//! Tests of the layers: the code follows the layer table on the crate's front page, and files stay small.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops at the first surprise")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The most lines of a file, without its tests.
const LONGEST: usize = 400;

/// The table's terms for things outside of the crate, and their names in code.
const OUTSIDE: &[(&str, &[&str])] = &[
    ("the SDK", &["aws_sdk_", "aws_config::", "aws_smithy_", "aws_credential_types::"]),
    ("tokio", &["tokio::"]),
    ("ratatui", &["ratatui::", "tui_tree_widget::"]),
    ("crossterm", &["crossterm::"]),
    ("files", &["std::fs", "fs::"]),
    ("clocks", &["SystemTime::now", "Instant::now", "Timestamp::now", "Zoned::now"]),
    ("changes of the state", &["&mut App"]),
];

/// A row of the table: its modules, the modules that each of them may name, and the things outside of the crate that
/// they never name.
struct Layer {
    modules: Vec<String>,
    may: Vec<String>,
    never: String,
}

/// A source file without its tests and comments.
struct File {
    path: PathBuf,
    /// The path of the module, such as `sim`, `wire`, `cbor`.
    modules: Vec<String>,
    code: String,
    lines: usize,
}

pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Returns all Rust files below a folder.
pub(crate) fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> = entries
        .flat_map(|path| if path.is_dir() { rust_files(&path) } else { vec![path] })
        .filter(|path| path.extension().is_some_and(|e| e == "rs"))
        .collect();
    files.sort();
    files
}

fn sources() -> Vec<File> {
    let folder = root().join("src");
    let read = |path: PathBuf| {
        let text = fs::read_to_string(&path).unwrap();
        let own = text.split("#[cfg(test)]").next().unwrap_or_default();
        let is_code = |line: &&str| !line.trim_start().starts_with("//");
        let code: String = own.lines().filter(is_code).flat_map(|line| [line, "\n"]).collect();
        let relative = path.strip_prefix(&folder).unwrap().with_extension("");
        let modules = relative.iter().map(|part| part.to_str().unwrap().to_owned()).collect();
        File { modules, code, lines: own.lines().count(), path }
    };
    let files = rust_files(&folder).into_iter().map(read);
    let is_checked = |file: &File| !file.modules.iter().any(|m| matches!(m.as_str(), "tests" | "testing" | "lib"));
    files.filter(is_checked).collect()
}

/// Returns the names in a cell of the table: linked modules, and the program.
fn names(cell: &str) -> Vec<String> {
    cell.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

/// Reads the layer table on the crate's front page.
fn table() -> Vec<Layer> {
    let front = fs::read_to_string(root().join("src/lib.rs")).unwrap();
    let rows =
        front.lines().skip_while(|line| *line != "//! # Layers").skip(1).skip_while(|line| !line.contains("|--"));
    let rows = rows.skip(1).map_while(|line| line.strip_prefix("//! | "));
    rows.map(|row| {
        let cells: Vec<&str> = row.split('|').collect();
        Layer { modules: names(cells[0]), may: names(cells[1]), never: cells[2].to_owned() }
    })
    .collect()
}

/// Returns the modules of the crate that a file names: `crate::x`, `crate::{x, y}`, and `super::` up to the top. The
/// program names them through the library.
fn named_modules(file: &File) -> BTreeSet<String> {
    let word = |text: &str| text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    let to_the_top = "super::".repeat(file.modules.len());
    let mut found = BTreeSet::new();
    for start in ["crate::", "sagetop::", &to_the_top] {
        for rest in file.code.split(start).skip(1) {
            match rest.strip_prefix('{') {
                Some(list) => {
                    let list = list.split_once("};").map_or(list, |(list, _)| list);
                    found.extend(list.split(',').map(|name| word(name.trim())));
                }
                None => drop(found.insert(word(rest))),
            }
        }
    }
    found.retain(|name| !name.is_empty() && *name != file.modules[0]);
    found
}

/// Returns the names in a file that its layer forbids.
fn trespasses(layer: &Layer, file: &File) -> Vec<String> {
    let modules = named_modules(file).into_iter().filter(|name| !layer.may.contains(name));
    let outside = OUTSIDE.iter().filter(|(words, _)| layer.never.contains(words));
    let outside = outside.filter(|(_, ways)| ways.iter().any(|way| file.code.contains(way)));
    let what = modules.chain(outside.map(|(words, _)| (*words).to_owned()));
    what.map(|what| format!("{} names {what}", file.path.display())).collect()
}

#[test]
fn layers_name_only_what_the_front_page_allows() {
    let (table, files) = (table(), sources());
    for file in &files {
        let rows = table.iter().filter(|layer| layer.modules.contains(&file.modules[0])).count();
        assert_eq!(rows, 1, "rows of {} in the layer table of src/lib.rs", file.modules[0]);
    }
    let mut wrong = Vec::new();
    for layer in &table {
        let files: Vec<&File> = files.iter().filter(|file| layer.modules.contains(&file.modules[0])).collect();
        assert!(!files.is_empty(), "a row of the table is about nothing: {:?}", layer.modules);
        wrong.extend(files.iter().flat_map(|file| trespasses(layer, file)));
        let named: BTreeSet<String> = files.iter().flat_map(|file| named_modules(file)).collect();
        let unused = layer.may.iter().filter(|may| !named.contains(*may));
        wrong.extend(unused.map(|may| format!("{:?} may name {may} and does not", layer.modules)));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_table_goes_from_the_ground_up() {
    let mut below: BTreeSet<String> = BTreeSet::new();
    for layer in table() {
        let above: Vec<&String> = layer.may.iter().filter(|may| !below.contains(*may)).collect();
        assert!(above.is_empty(), "{:?} names {above:?}, which stand above it", layer.modules);
        below.extend(layer.modules);
    }
}

#[test]
fn a_trespass_is_found() {
    let layer = Layer { modules: vec!["model".into()], may: vec!["fmt".into()], never: " the SDK, tokio".into() };
    let file = |modules: &[&str], code: &str| File {
        path: "x.rs".into(),
        modules: modules.iter().map(|m| (*m).to_owned()).collect(),
        code: code.into(),
        lines: 1,
    };
    let found = |modules: &[&str], code: &str| trespasses(&layer, &file(modules, code)).len();
    assert_eq!(found(&["model"], "use crate::fmt::age;\nuse crate::{fmt, model::Chain};"), 0);
    assert_eq!(found(&["model"], "use crate::app::App;"), 1);
    assert_eq!(found(&["model"], "use crate::{fmt, app::App};"), 1);
    assert_eq!(found(&["model", "join"], "fn f(a: super::super::app::App) { tokio::spawn(a); }"), 2);
    assert_eq!(found(&["model", "join"], "use super::app;"), 0, "a child of its own that has this name");
    assert_eq!(found(&["model"], "type T = aws_sdk_sns::Client;"), 1);
}

#[test]
fn files_stay_small_and_say_what_they_are_for() {
    let tests = rust_files(&root().join("tests"));
    let mut wrong = Vec::new();
    for path in tests.iter().cloned().chain(rust_files(&root().join("src"))) {
        let text = fs::read_to_string(&path).unwrap();
        let is_test = path.ends_with("tests.rs");
        if !text.starts_with("//! ") && !is_test {
            wrong.push(format!("{} does not say what it is for", path.display()));
        }
        if path.ends_with("mod.rs") {
            wrong.push(format!("{} is foo.rs beside foo/", path.display()));
        }
    }
    let length = |path: PathBuf| (fs::read_to_string(&path).unwrap().lines().count(), path);
    let lengths = tests.into_iter().map(length).chain(sources().into_iter().map(|file| (file.lines, file.path)));
    let long = lengths.filter(|(lines, _)| *lines > LONGEST);
    wrong.extend(long.map(|(lines, path)| format!("{} has {lines} lines", path.display())));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
