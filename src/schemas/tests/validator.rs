//! A validator of JSON schemas. It knows the words that ours have, and fails at any other.

use serde_json::{Map, Value};

/// Says why a value is not as a schema says; empty if it is.
pub(super) fn faults(root: &Value, schema: &Value, value: &Value, at: &str) -> Vec<String> {
    match schema {
        Value::Object(words) => {
            words.iter().flat_map(|(word, rule)| broken(root, words, word, rule, value, at)).collect()
        }
        Value::Bool(true) => Vec::new(),
        Value::Bool(false) => vec![format!("{at}: nothing is allowed")],
        other => panic!("{other} is no schema"),
    }
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
        "anyOf" => fault(!rule.as_array().unwrap().iter().any(|one| faults(root, one, value, at).is_empty())),
        "oneOf" => {
            fault(rule.as_array().unwrap().iter().filter(|one| faults(root, one, value, at).is_empty()).count() != 1)
        }
        "allOf" => rule.as_array().unwrap().iter().flat_map(|one| faults(root, one, value, at)).collect(),
        "items" if rule.is_array() => {
            let both = rule.as_array().unwrap().iter().zip(value.as_array().into_iter().flatten());
            both.flat_map(|(schema, item)| inner(schema, item, "-")).collect()
        }
        "items" => value.as_array().into_iter().flatten().flat_map(|item| inner(rule, item, "-")).collect(),
        "minItems" => fault(value.as_array().is_some_and(|all| (all.len() as u64) < rule.as_u64().unwrap())),
        "maxItems" => fault(value.as_array().is_some_and(|all| (all.len() as u64) > rule.as_u64().unwrap())),
        "minLength" => fault(value.as_str().is_some_and(|text| (text.chars().count() as u64) < rule.as_u64().unwrap())),
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
