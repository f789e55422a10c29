#![expect(clippy::wildcard_enum_match_arm, reason = "TOML and JSON have no more kinds of values")]
mod validator;
mod values;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use schemars::generate::SchemaSettings;
use schemars::transform::RecursiveTransform;
use serde_json::{Value, json};

use super::Schema;
use crate::assets::{KEYMAPS, THEMES};
use crate::config::{Config, ConfigError, KINDS, Source};
use crate::keymap::{Keymap, SheetKey};
use crate::sim::{Sim, Story};
use crate::theme::{Level, Theme, Token};
use crate::update::NAMES;
use validator::faults;
use values::VALUES;

/// Returns the name of a kind of file, which is that of the argument.
fn name(schema: Schema) -> String {
    schema.to_possible_value().unwrap().get_name().to_owned()
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn of<T: schemars::JsonSchema>() -> Value {
    let settings = SchemaSettings::draft07().with_transform(RecursiveTransform(without_null));
    settings.into_generator().into_root_schema_for::<T>().to_value()
}

/// Takes `null` away, which TOML does not have.
fn without_null(schema: &mut schemars::Schema) {
    let Some(words) = schema.as_object_mut() else { return };
    if let Some(types) = words.get_mut("type").and_then(Value::as_array_mut) {
        types.retain(|kind| kind != "null");
        if let [only] = types.as_slice() {
            let only = only.clone();
            words.insert("type".into(), only);
        }
    }
    if let Some(any) = words.get_mut("anyOf").and_then(Value::as_array_mut) {
        any.retain(|one| one["type"] != "null");
        if any.len() == 1 {
            let only = words.remove("anyOf").unwrap();
            words.insert("allOf".into(), only);
        }
    }
    if let Some(all) = words.get_mut("enum").and_then(Value::as_array_mut) {
        all.retain(|one| !one.is_null());
    }
    if words.get("default").is_some_and(Value::is_null) {
        words.remove("default");
    }
}

/// Restricts the keys of a table to these names.
fn only_keys<'a>(schema: &mut Value, table: &str, names: impl Iterator<Item = &'a str>) {
    schema["properties"][table]["propertyNames"] = json!({"enum": names.collect::<Vec<_>>()});
}

/// Restricts the values of a table to these names.
fn only_values<'a>(schema: &mut Value, table: &str, names: impl Iterator<Item = &'a str>) {
    let names: Vec<&str> = names.chain(["none"]).collect();
    schema["properties"][table]["additionalProperties"] = json!({"type": "string", "enum": names});
}

/// Makes a schema from the types of the parser, and from the tables of names that the parser compares with.
fn made(schema: Schema) -> Value {
    let mut all = match schema {
        Schema::Config => {
            let mut all = of::<crate::config::File>();
            for table in ["WrittenCommand", "WrittenLink"] {
                all["definitions"][table]["properties"]["kinds"]["items"] = json!({"type": "string", "enum": KINDS});
            }
            all
        }
        Schema::Theme => {
            let mut all = of::<crate::theme::File>();
            only_keys(&mut all, "tone", Token::TONES.iter().map(|token| token.name()));
            only_keys(&mut all, "chrome", Token::CHROME.iter().map(|token| token.name()));
            all
        }
        Schema::Keymap => {
            let mut all = of::<crate::keymap::File>();
            only_values(&mut all, "keys", NAMES.iter().copied());
            only_values(&mut all, "ask", SheetKey::NAMES.iter().copied());
            all
        }
        Schema::Story => of::<Story>(),
    };
    all["title"] = format!("sagetop: {}", name(schema)).into();
    all
}

#[test]
fn the_schemas_are_those_of_the_parsers() {
    for schema in Schema::value_variants() {
        let wanted = format!("{:#}\n", made(*schema));
        let path = root().join(format!("schemas/{}.json", name(*schema)));
        if std::env::var_os("UPDATE_GOLDENS").is_some_and(|v| v == "1") {
            std::fs::write(&path, wanted).unwrap();
            continue;
        }
        let found = std::fs::read_to_string(&path).unwrap();
        assert!(found == wanted, "{} is not as the parser is (UPDATE_GOLDENS=1 writes it)", path.display());
        assert!(found == schema.text(), "the program prints {}", path.display());
    }
}

fn find(name: &str, _: &Source) -> Result<Source, ConfigError> {
    let all = THEMES.iter().chain(KEYMAPS).find(|(own, _)| *own == name);
    all.map(|(_, text)| Source { file: name.into(), text: (*text).into() })
        .ok_or_else(|| ConfigError::new("", format!("there is no {name}")))
}

/// Does the parser of this kind of file accept the text?
fn accepts(schema: Schema, text: &str) -> bool {
    let source = Source { file: "x.toml".into(), text: text.into() };
    match schema {
        Schema::Config => Config::parse(&source).is_ok(),
        Schema::Theme => Theme::parse(&source, Level::True, &find).is_ok(),
        Schema::Keymap => Keymap::parse(&source, NAMES, &find).is_ok(),
        Schema::Story => Story::parse(text).is_ok(),
    }
}

/// Returns every file of the project of this kind, and every example of the documents.
fn examples(schema: Schema) -> Vec<(String, String)> {
    let named = |all: &[(&str, &str)]| all.iter().map(|(n, t)| ((*n).to_owned(), (*t).to_owned())).collect();
    let page = |name: &str| std::fs::read_to_string(root().join(name)).unwrap();
    let examples = |name: &str| -> Vec<(String, String)> {
        let text = page(name);
        let blocks = text.split("```toml\n").skip(1).map(|rest| rest.split_once("```").unwrap().0);
        blocks.map(|block| (name.to_owned(), block.to_owned())).collect()
    };
    match schema {
        Schema::Config => {
            let demo = vec![("demo".to_owned(), page("src/demo.toml"))];
            [demo, examples("README.md"), examples("docs/configuration.md")].concat()
        }
        Schema::Theme => named(THEMES),
        Schema::Keymap => named(KEYMAPS),
        Schema::Story => {
            let bundled =
                Sim::stories().into_iter().map(|name| (name.to_owned(), Sim::story(name).unwrap().to_owned()));
            bundled.chain(examples("docs/simulated-account.md")).collect()
        }
    }
}

/// Returns the paths of all tables in a value, and in its lists.
fn tables(value: &toml::Value, path: &[String], found: &mut Vec<Vec<String>>) {
    match value {
        toml::Value::Table(table) => {
            found.push(path.to_vec());
            table.iter().for_each(|(name, inner)| tables(inner, &[path, std::slice::from_ref(name)].concat(), found));
        }
        toml::Value::Array(items) => {
            let items = items.iter().enumerate().take(2);
            items.for_each(|(at, item)| tables(item, &[path, &[at.to_string()]].concat(), found));
        }
        _ => {}
    }
}

/// Returns the value with a key in the table at a path that no file has.
fn with_unknown(value: &toml::Value, path: &[String]) -> toml::Value {
    let mut changed = value.clone();
    let mut place = &mut changed;
    for part in path {
        place = match place {
            toml::Value::Array(items) => &mut items[part.parse::<usize>().unwrap()],
            other => &mut other[part.as_str()],
        };
    }
    place.as_table_mut().unwrap().insert("not-a-setting".into(), toml::Value::Boolean(true));
    changed
}

/// Returns whether a table may have any key, as the key and the attributes of an item of `DynamoDB` may.
fn is_free(table: &[String]) -> bool {
    matches!(table, [item, part, ..] if item == "item" && (part == "key" || part == "attributes"))
}

#[test]
fn each_file_and_each_example_is_as_its_schema_says_and_an_unknown_key_is_a_fault_in_both() {
    for &schema in Schema::value_variants() {
        let (rules, name) = (made(schema), name(schema));
        let mut seen: BTreeSet<Vec<String>> = BTreeSet::new();
        for (file, text) in examples(schema) {
            let value: toml::Value = toml::from_str(&text).unwrap();
            let found = faults(&rules, &rules, &serde_json::to_value(&value).unwrap(), "");
            assert!(found.is_empty(), "{name} {file}: {found:#?}");
            assert!(accepts(schema, &text), "{name} {file}");
            let mut all = Vec::new();
            tables(&value, &[], &mut all);
            for path in all {
                // Tables of one kind are tried once.
                let kind: Vec<String> = path.iter().filter(|part| part.parse::<usize>().is_err()).cloned().collect();
                if is_free(&kind) || !seen.insert(kind) {
                    continue;
                }
                let changed = with_unknown(&value, &path);
                let found = faults(&rules, &rules, &serde_json::to_value(&changed).unwrap(), "");
                assert!(!found.is_empty(), "{name} {file}: the schema takes an unknown key in {path:?}");
                let text = toml::to_string(&changed).unwrap();
                assert!(!accepts(schema, &text), "{name} {file}: the parser takes an unknown key in {path:?}");
            }
        }
        assert!(seen.len() > 1, "{name}");
    }
}

/// Returns every setting that no text describes, with its place.
fn undescribed(schema: &Value, at: &str) -> Vec<String> {
    let tables = schema["definitions"].as_object().into_iter().flatten();
    let tables = tables.map(|(name, table)| (name.as_str(), table)).chain([(at, schema)]);
    let settings = tables.flat_map(|(table, schema)| {
        schema["properties"].as_object().into_iter().flatten().map(move |(name, setting)| (table, name, setting))
    });
    settings
        .filter(|(_, _, setting)| !setting["description"].is_string())
        .map(|(table, name, _)| format!("{table}.{name}"))
        .collect()
}

#[test]
fn each_setting_has_a_description() {
    for schema in Schema::value_variants() {
        assert_eq!(undescribed(&made(*schema), &name(*schema)), Vec::<String>::new());
    }
}

#[test]
fn a_wrong_value_is_a_fault_in_both() {
    for (schema, file, right, wrong) in VALUES {
        let rules = made(*schema);
        for value in [&[*right], *wrong].concat() {
            let text = file.replace('@', value);
            let read: toml::Value = toml::from_str(&text).unwrap();
            let found = faults(&rules, &rules, &serde_json::to_value(&read).unwrap(), "");
            assert_eq!(found.is_empty(), value == *right, "the schema: {text}\n{found:#?}");
            assert_eq!(accepts(*schema, &text), value == *right, "the parser: {text}");
        }
    }
}

#[test]
fn the_schemas_are_files_of_the_project() {
    let files: BTreeSet<PathBuf> =
        std::fs::read_dir(root().join("schemas")).unwrap().map(|file| file.unwrap().path()).collect();
    let path = |schema: &Schema| root().join(format!("schemas/{}.json", name(*schema)));
    let known: BTreeSet<PathBuf> = Schema::value_variants().iter().map(path).collect();
    assert_eq!(files, known);
}
