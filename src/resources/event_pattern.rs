//! Decides whether an event matches the pattern of a rule, by the rules of `EventBridge`:
//! <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html>.

use serde_json::{Map, Value, json};

use super::package::ModelPackage;

/// Returns whether an event matches a pattern; `None` if it cannot be known. The event holds the fields that are known
/// before it happens, so a pattern may ask for one that it lacks. A pattern may also use an operator that is unknown
/// here.
#[must_use]
pub fn matches(pattern: &str, event: &Value) -> Option<bool> {
    let pattern: Value = serde_json::from_str(pattern).ok()?;
    object(pattern.as_object()?, event)
}

/// Returns whether all fields match. One that does not match decides, even if others are not known.
fn object(pattern: &Map<String, Value>, event: &Value) -> Option<bool> {
    all(pattern.iter().map(|(field, wanted)| match (field.as_str(), wanted) {
        ("$or", Value::Array(any)) => any_of(any.iter().map(|one| object(one.as_object()?, event))),
        (_, Value::Object(fields)) => object(fields, event.get(field)?),
        (_, Value::Array(any)) => {
            let value = event.get(field)?;
            // One value of a list must match.
            let values = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
            any_of(values.iter().flat_map(|value| any.iter().map(move |one| value_matches(one, value))))
        }
        _ => None,
    }))
}

fn all(found: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut known = Some(true);
    for one in found {
        match one {
            Some(false) => return Some(false),
            Some(true) => {}
            None => known = None,
        }
    }
    known
}

fn any_of(found: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    all(found.map(|one| one.map(|matched| !matched))).map(|none| !none)
}

/// Returns whether a value matches one alternative of a pattern: an exact value, or an operator.
fn value_matches(wanted: &Value, value: &Value) -> Option<bool> {
    let Value::Object(operator) = wanted else { return Some(wanted == value) };
    let mut operators = operator.iter();
    let ((name, operand), None) = (operators.next()?, operators.next()) else { return None };
    match name.as_str() {
        "exists" => operand.as_bool(),
        "anything-but" => anything_but(operand, value),
        "numeric" => numeric(operand.as_array()?, value),
        _ => text_matches(name, operand, value),
    }
}

/// Returns whether a value is none of those that `anything-but` names: one value, a list, or an operator on texts.
fn anything_but(operand: &Value, value: &Value) -> Option<bool> {
    let values = |operand: &Value| operand.as_array().cloned().unwrap_or_else(|| vec![operand.clone()]);
    let matched = if let Value::Object(operator) = operand {
        let mut operators = operator.iter();
        let ((name, operand), None) = (operators.next()?, operators.next()) else { return None };
        any_of(values(operand).iter().map(|one| text_matches(name, one, value)))
    } else {
        Some(values(operand).contains(value))
    };
    matched.map(|matched| !matched)
}

/// Returns whether a value is a text that matches an operator on texts. A value that is no text matches none of them.
fn text_matches(name: &str, operand: &Value, value: &Value) -> Option<bool> {
    let Some(text) = value.as_str() else { return is_of_text(name).then_some(false) };
    match (name, operand) {
        ("prefix", Value::String(prefix)) => Some(text.starts_with(prefix.as_str())),
        ("suffix", Value::String(suffix)) => Some(text.ends_with(suffix.as_str())),
        ("equals-ignore-case", Value::String(same)) => Some(text.to_lowercase() == same.to_lowercase()),
        ("wildcard", Value::String(pattern)) => Some(wildcard(pattern, text)),
        ("prefix" | "suffix", Value::Object(_)) => {
            let folded = operand.get("equals-ignore-case")?.as_str()?.to_lowercase();
            text_matches(name, &Value::String(folded), &Value::String(text.to_lowercase()))
        }
        _ => None,
    }
}

fn is_of_text(name: &str) -> bool {
    matches!(name, "prefix" | "suffix" | "equals-ignore-case" | "wildcard")
}

/// Returns whether a number is in a range: `[">", 0, "<=", 5]`.
fn numeric(range: &[Value], value: &Value) -> Option<bool> {
    let Some(number) = value.as_f64() else { return Some(false) };
    let (bounds, rest) = range.as_chunks::<2>();
    if bounds.is_empty() || !rest.is_empty() {
        return None;
    }
    all(bounds.iter().map(|[operator, bound]| {
        let bound = bound.as_f64()?;
        match operator.as_str()? {
            "=" => Some((number - bound).abs() < f64::EPSILON),
            ">" => Some(number > bound),
            ">=" => Some(number >= bound),
            "<" => Some(number < bound),
            "<=" => Some(number <= bound),
            _ => None,
        }
    }))
}

/// Returns whether a text matches a pattern in which `*` stands for any text, and `\\` takes the meaning of the next
/// character away.
fn wildcard(pattern: &str, text: &str) -> bool {
    // The parts between the stars.
    let mut parts = vec![String::new()];
    let mut characters = pattern.chars();
    while let Some(character) = characters.next() {
        if character == '*' {
            parts.push(String::new());
            continue;
        }
        let plain = if character == '\\' { characters.next().unwrap_or(character) } else { character };
        parts.last_mut().into_iter().for_each(|part| part.push(plain));
    }
    let (Some((first, others)), Some(rest)) =
        (parts.split_first(), parts.first().and_then(|p| text.strip_prefix(&**p)))
    else {
        return false;
    };
    let Some((last, middle)) = others.split_last() else { return text == first };
    let mut rest = rest;
    for part in middle {
        let Some((_, after)) = rest.split_once(part.as_str()) else { return false };
        rest = after;
    }
    rest.ends_with(last.as_str())
}

/// Returns the event of the decision, as far as it is known before it happens:
/// <https://docs.aws.amazon.com/sagemaker/latest/dg/automating-sagemaker-with-eventbridge.html>.
#[must_use]
pub fn decision_event(package: &ModelPackage, status: &str) -> Value {
    let group = package.group.as_deref().unwrap_or_default();
    json!({
        "source": "aws.sagemaker",
        "detail-type": "SageMaker Model Package State Change",
        "resources": [package.arn],
        "detail": {
            "ModelPackageGroupName": group,
            "ModelPackageVersion": package.version,
            "ModelPackageArn": package.arn,
            "ModelPackageName": format!("{group}/{}", package.version.unwrap_or_default()),
            "ModelPackageStatus": package.status,
            "ModelApprovalStatus": status,
        },
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::testing::{cases, mutated};

    #[test]
    fn an_event_matches_a_pattern_as_in_eventbridge() {
        let event = json!({
            "source": "aws.sagemaker", "detail-type": "SageMaker Model Package State Change",
            "resources": ["arn:aws:sagemaker:eu-west-1:1:model-package/fraud/5"],
            "detail": { "ModelPackageGroupName": "fraud", "ModelApprovalStatus": "Approved", "score": 5 },
        });
        let number = |range: &str| format!(r#"{{"detail": {{"score": [{{"numeric": {range}}}]}}}}"#);
        let status = |wanted: &str| format!(r#"{{"detail": {{"ModelApprovalStatus": [{wanted}]}}}}"#);
        let group = |wanted: &str| format!(r#"{{"detail": {{"ModelPackageGroupName": [{wanted}]}}}}"#);
        let cases = [
            (r#"{"source": ["aws.sagemaker"]}"#.to_owned(), Some(true)),
            (r#"{"source": ["aws.s3"], "detail": {"unknown": ["x"]}}"#.to_owned(), Some(false)),
            (r#"{"resources": [{"prefix": "arn:aws:sagemaker:"}]}"#.to_owned(), Some(true)),
            (r#"{"$or": [{"source": ["aws.s3"]}, {"source": ["aws.sagemaker"]}]}"#.to_owned(), Some(true)),
            (status(r#""Rejected", "Approved""#), Some(true)),
            (status(r#""Rejected""#), Some(false)),
            (status(r#"{"anything-but": "PendingManualApproval"}"#), Some(true)),
            (status(r#"{"anything-but": ["Approved", "Rejected"]}"#), Some(false)),
            (status(r#"{"anything-but": {"prefix": "Pending"}}"#), Some(true)),
            (group(r#"{"prefix": "fr"}"#), Some(true)),
            (group(r#"{"suffix": "x"}"#), Some(false)),
            (group(r#"{"equals-ignore-case": "FRAUD"}"#), Some(true)),
            (group(r#"{"wildcard": "f*u*"}"#), Some(true)),
            (group(r#"{"wildcard": "f*x"}"#), Some(false)),
            (group(r#"{"wildcard": "fraud"}"#), Some(true)),
            (group(r#"{"wildcard": "*a*"}"#), Some(true)),
            (group(r#"{"wildcard": "fr*ra*"}"#), Some(false)),
            (group(r#"{"wildcard": "fra\\*d"}"#), Some(false)),
            (group(r#"{"wildcard": "fra\\ud"}"#), Some(true)),
            (group(r#"{"prefix": {"equals-ignore-case": "FR"}}"#), Some(true)),
            (group(r#"{"suffix": {"equals-ignore-case": "X"}}"#), Some(false)),
            (group(r#"{"anything-but": {"prefix": ["x", "fr"]}}"#), Some(false)),
            (group(r#"{"anything-but": {"suffix": "x"}}"#), Some(true)),
            (group(r#"{"anything-but": {"wildcard": "*d"}}"#), Some(false)),
            (group(r#"{"anything-but": {"equals-ignore-case": ["FRAUD", "x"]}}"#), Some(false)),
            (group(r#"{"anything-but": {"something-new": "x"}}"#), None),
            (group(r#"{"exists": false}"#), Some(false)),
            (group(r#"{"numeric": [">", 3]}"#), Some(false)),
            (number(r#"[">", 3, "<=", 5]"#), Some(true)),
            (number(r#"["=", 4]"#), Some(false)),
            (number(r#"["~", 4]"#), None),
            (r#"{"detail": {"score": [{"prefix": "5"}]}}"#.to_owned(), Some(false)),
            (group(r#"{"cidr": "10.0.0.0/8"}"#), None),
            (group(r#"{"prefix": "x", "suffix": "y"}"#), None),
            (group(r#"{"cidr": "10.0.0.0/8"}, "fraud""#), Some(true)),
            (r#"{"detail": {"ModelPackageVersion": [5]}}"#.to_owned(), None),
            ("not JSON".to_owned(), None),
            ("{}".to_owned(), Some(true)),
        ];
        for (pattern, expected) in cases {
            assert_eq!(matches(&pattern, &event), expected, "{pattern}");
        }
    }

    #[test]
    fn a_damaged_pattern_matches_or_is_unknown() {
        let patterns = [
            r#"{"source": ["aws.sagemaker"], "detail": {"Name": [{"prefix": "a"}, {"wildcard": "a*b*"}]}}"#,
            r#"{"detail": {"n": [{"numeric": [">", 0, "<=", 5]}], "x": [{"exists": false}]}}"#,
            r#"{"$or": [{"source": [{"anything-but": ["a"]}]}, {"a": [{"cidr": "10.0.0.0/8"}]}]}"#,
        ];
        let event = json!({ "source": "aws.sagemaker", "detail": { "Name": "aXbY", "n": 3 } });
        for (seed, mut random) in cases(300) {
            let pattern = mutated(&mut random, &patterns);
            let is_json = serde_json::from_str::<Value>(&pattern).is_ok();
            assert!(matches(&pattern, &event).is_none() || is_json, "seed {seed}: {pattern:?}");
        }
    }
}
