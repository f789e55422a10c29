use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use super::Schema;
use crate::assets::{Assets, KEYMAPS, THEMES};
use crate::config::{Config, ConfigError, KINDS, Source};
use crate::keymap::{Keymap, SheetKey};
use crate::sim::{Sim, Story};
use crate::theme::{Level, Theme, Token};
use crate::update::NAMES;

const ALL: [(Schema, &str); 4] =
    [(Schema::Config, "config"), (Schema::Theme, "theme"), (Schema::Keymap, "keymap"), (Schema::Story, "story")];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn of<T: schemars::JsonSchema>() -> Value {
    let generator = SchemaSettings::draft07().into_generator();
    generator.into_root_schema_for::<T>().to_value()
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
    match schema {
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
    }
}

#[test]
fn the_schemas_are_those_of_the_parsers() {
    for (schema, name) in ALL {
        let wanted = format!("{:#}\n", made(schema));
        let path = root().join(format!("schemas/{name}.json"));
        if std::env::var_os("UPDATE_GOLDENS").is_some_and(|v| v == "1") {
            std::fs::write(&path, wanted).unwrap();
            continue;
        }
        let found = std::fs::read_to_string(&path).unwrap();
        assert!(found == wanted, "schemas/{name}.json is not as the parser is (UPDATE_GOLDENS=1 writes it)");
    }
}

/// Says why a value is not as a schema says; empty if it is. It knows the words that the schemas have.
fn faults(root: &Value, schema: &Value, value: &Value, at: &str) -> Vec<String> {
    let Some(schema) = schema.as_object() else {
        return if schema == &Value::Bool(false) { vec![format!("{at}: nothing is allowed")] } else { Vec::new() };
    };
    schema.iter().flat_map(|(word, rule)| broken(root, schema, word, rule, value, at)).collect()
}

fn broken(root: &Value, all: &Map<String, Value>, word: &str, rule: &Value, value: &Value, at: &str) -> Vec<String> {
    let fault = |is_broken: bool| if is_broken { vec![format!("{at}: {word} {rule}")] } else { Vec::new() };
    let inner = |schema: &Value, value: &Value, part: &str| faults(root, schema, value, &format!("{at}/{part}"));
    match word {
        "$schema" | "title" | "description" | "default" | "definitions" | "format" => Vec::new(),
        "$ref" => {
            let name = rule.as_str().unwrap().strip_prefix("#/definitions/").unwrap();
            faults(root, &root["definitions"][name], value, at)
        }
        "type" => {
            let types: Vec<&Value> = rule.as_array().map_or_else(|| vec![rule], |all| all.iter().collect());
            fault(!types.iter().any(|kind| is_a(kind.as_str().unwrap(), value)))
        }
        "enum" => fault(!rule.as_array().unwrap().contains(value)),
        "const" => fault(rule != value),
        "minimum" => fault(value.as_f64().is_some_and(|value| value < rule.as_f64().unwrap())),
        "maximum" => fault(value.as_f64().is_some_and(|value| value > rule.as_f64().unwrap())),
        "anyOf" | "oneOf" => fault(!rule.as_array().unwrap().iter().any(|one| faults(root, one, value, at).is_empty())),
        "allOf" => rule.as_array().unwrap().iter().flat_map(|one| faults(root, one, value, at)).collect(),
        "items" => value.as_array().into_iter().flatten().flat_map(|item| inner(rule, item, "-")).collect(),
        "minItems" | "maxItems" => Vec::new(),
        "required" => {
            let has = |name: &Value| value.get(name.as_str().unwrap()).is_some();
            fault(value.is_object() && !rule.as_array().unwrap().iter().all(has))
        }
        "properties" => {
            let known = |(name, schema): (&String, &Value)| value.get(name).map(|value| inner(schema, value, name));
            rule.as_object().unwrap().iter().filter_map(known).flatten().collect()
        }
        "additionalProperties" => {
            let known = all.get("properties").and_then(Value::as_object);
            let others = value.as_object().into_iter().flatten();
            let others = others.filter(|(name, _)| !known.is_some_and(|known| known.contains_key(*name)));
            others.flat_map(|(name, value)| inner(rule, value, name)).collect()
        }
        "propertyNames" => {
            let names = value.as_object().into_iter().flatten().map(|(name, _)| Value::from(name.as_str()));
            names.flat_map(|name| inner(rule, &name, "name")).collect()
        }
        other => panic!("this test does not know {other}"),
    }
}

fn is_a(kind: &str, value: &Value) -> bool {
    match kind {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "number" => value.is_number(),
        "integer" => value.is_i64() || value.is_u64(),
        "null" => value.is_null(),
        other => panic!("no type {other}"),
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
    let example = |name: &str| {
        let text = page(name);
        let (_, rest) = text.split_once("```toml\n").unwrap_or_else(|| panic!("{name} has no example"));
        (name.to_owned(), rest.split_once("```").unwrap().0.to_owned())
    };
    match schema {
        Schema::Config => {
            vec![("demo".into(), page("src/demo.toml")), example("README.md"), example("docs/configuration.md")]
        }
        Schema::Theme => named(THEMES),
        Schema::Keymap => named(KEYMAPS),
        Schema::Story => {
            let bundled =
                Sim::stories().into_iter().map(|name| (name.to_owned(), Sim::story(name).unwrap().to_owned()));
            bundled.chain([example("docs/simulated-account.md")]).collect()
        }
    }
}

/// Returns the paths of all tables in a value, and in its lists.
fn tables(value: &toml::Value, path: &[String], found: &mut Vec<Vec<String>>) {
    match value {
        toml::Value::Table(table) => {
            found.push(path.to_vec());
            table.iter().for_each(|(name, inner)| tables(inner, &[path, &[name.clone()]].concat(), found));
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

#[test]
fn each_file_and_each_example_is_as_its_schema_says_and_an_unknown_key_is_a_fault_in_both() {
    for (schema, name) in ALL {
        let rules: Value = serde_json::from_str(schema.text()).unwrap();
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
                let kind = path.iter().filter(|part| part.parse::<usize>().is_err()).cloned().collect();
                if !seen.insert(kind) {
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

#[test]
fn a_wrong_value_is_a_fault_in_both() {
    let cases = [
        (Schema::Config, "theme = 1"),
        (Schema::Config, "confirm = \"never\""),
        (Schema::Config, "[[model]]\ngroup = \"x\""),
        (Schema::Config, "[[command]]\nname = \"x\"\nargs = [\"x\"]\nkinds = [\"endpoint\"]"),
        (Schema::Config, "[[link]]\nlabel = \"x\""),
        (Schema::Theme, "inherits = \"dark\"\n[tone]\ngoood = { bold = true }"),
        (Schema::Theme, "inherits = \"dark\"\n[tone]\ngood = { bold = 1 }"),
        (Schema::Keymap, "inherits = \"default\"\n[keys]\nz = \"aprove\""),
        (Schema::Story, "title = 1"),
        (Schema::Story, "[[topic]]\ndisplay = \"x\""),
    ];
    for (schema, text) in cases {
        let rules: Value = serde_json::from_str(schema.text()).unwrap();
        let value: toml::Value = toml::from_str(text).unwrap();
        assert!(!faults(&rules, &rules, &serde_json::to_value(&value).unwrap(), "").is_empty(), "{text}");
        assert!(!accepts(schema, text), "{text}");
    }
}

#[test]
fn the_schemas_are_files_of_the_project() {
    let files: BTreeSet<PathBuf> =
        std::fs::read_dir(root().join("schemas")).unwrap().map(|file| file.unwrap().path()).collect();
    let known = ALL.map(|(_, name)| root().join(format!("schemas/{name}.json")));
    assert_eq!(files, BTreeSet::from(known));
    assert!(Assets::default().themes().len() > 5);
}
