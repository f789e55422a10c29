//! The attributes of an item as short texts, without secrets.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::{Map, Number, Value};

use crate::redact;

/// The most attributes that are kept. An item may have thousands, and 400 KB.
pub(super) const MOST: usize = 40;
/// The most characters of a value that are kept.
pub(super) const LONGEST: usize = 200;
/// The most characters of a name that are kept.
const LONGEST_NAME: usize = 60;

/// Returns names and values of the first attributes by name, and how many more there are. Secrets are removed before a
/// value is cut, as what is left of one would not be recognised.
pub(super) fn shown(item: HashMap<String, AttributeValue>, redacting: bool) -> (Vec<(String, String)>, usize) {
    let mut names: Vec<(String, AttributeValue)> = item.into_iter().collect();
    names.sort_by(|(one, _), (other, _)| one.cmp(other));
    let more = names.len().saturating_sub(MOST);
    let mut all: Value = Value::Object(names.into_iter().take(MOST).map(|(name, own)| (name, plain(own))).collect());
    if redacting {
        redact::json(&mut all);
    }
    let Value::Object(all) = all else { return (Vec::new(), more) };
    let text = |value| if let Value::String(text) = value { text } else { value.to_string() };
    let short = |(name, value)| (cut(name, LONGEST_NAME), cut(text(value), LONGEST));
    (all.into_iter().map(short).collect(), more)
}

/// Converts a value to JSON. Binary values are told by their length.
#[expect(clippy::wildcard_enum_match_arm, reason = "the variant for types that are new cannot be named")]
fn plain(value: AttributeValue) -> Value {
    let bytes = |length: usize| Value::String(format!("{length} bytes"));
    match value {
        AttributeValue::S(text) => Value::String(text),
        AttributeValue::N(text) => number(text),
        AttributeValue::Bool(flag) => Value::Bool(flag),
        AttributeValue::Null(_) => Value::Null,
        AttributeValue::B(blob) => bytes(blob.as_ref().len()),
        AttributeValue::Bs(blobs) => blobs.iter().map(|blob| bytes(blob.as_ref().len())).collect(),
        AttributeValue::Ss(texts) => texts.into_iter().map(Value::String).collect(),
        AttributeValue::Ns(texts) => texts.into_iter().map(number).collect(),
        AttributeValue::L(items) => items.into_iter().map(plain).collect(),
        AttributeValue::M(members) => Value::Object(sorted(members)),
        _ => Value::String("a value of a type that is not known here".to_owned()),
    }
}

fn sorted(members: HashMap<String, AttributeValue>) -> Map<String, Value> {
    let mut members: Vec<(String, AttributeValue)> = members.into_iter().collect();
    members.sort_by(|(one, _), (other, _)| one.cmp(other));
    members.into_iter().map(|(name, value)| (name, plain(value))).collect()
}

/// Converts a number, unless that would change it: `DynamoDB` keeps 38 digits.
fn number(text: String) -> Value {
    let exact = text.parse::<i64>().ok().map(Number::from).or_else(|| Number::from_f64(text.parse().ok()?));
    match exact.filter(|number| number.to_string() == text) {
        Some(number) => Value::Number(number),
        None => Value::String(text),
    }
}

/// Cuts a text that is too long, and says how long it was.
fn cut(text: String, longest: usize) -> String {
    match text.char_indices().nth(longest) {
        None => text,
        Some((end, _)) => {
            let kept = text.get(..end).unwrap_or_default();
            format!("{kept}… ({} characters)", text.chars().count())
        }
    }
}
