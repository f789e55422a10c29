//! Whether an event matches the pattern of a rule, by the rules of `EventBridge`:
//! <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html>.

use serde_json::{Map, Value};

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
    let (name, operand) = operator.iter().next()?;
    let text = value.as_str();
    match (name.as_str(), operand) {
        ("exists", Value::Bool(exists)) => Some(*exists),
        ("anything-but", Value::Array(none)) => Some(!none.contains(value)),
        ("anything-but", Value::Object(_)) => value_matches(operand, value).map(|matched| !matched),
        ("anything-but", one) => Some(one != value),
        ("prefix", Value::String(prefix)) => Some(text?.starts_with(prefix.as_str())),
        ("suffix", Value::String(suffix)) => Some(text?.ends_with(suffix.as_str())),
        ("equals-ignore-case", Value::String(same)) => Some(text?.eq_ignore_ascii_case(same)),
        ("wildcard", Value::String(pattern)) if !pattern.contains('\\') => Some(wildcard(pattern, text?)),
        _ => None,
    }
}

/// Returns whether a text matches a pattern in which `*` stands for any text.
fn wildcard(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(rest) = parts.next().and_then(|first| text.strip_prefix(first)) else { return false };
    let mut parts = parts.peekable();
    if parts.peek().is_none() {
        return rest.is_empty();
    }
    let mut rest = rest;
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return rest.ends_with(part);
        }
        let Some((_, after)) = rest.split_once(part) else { return false };
        rest = after;
    }
    true
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_event_matches_a_pattern_as_in_eventbridge() {
        let event = json!({
            "source": "aws.sagemaker", "detail-type": "SageMaker Model Package State Change",
            "resources": ["arn:aws:sagemaker:eu-west-1:1:model-package/fraud/5"],
            "detail": { "ModelPackageGroupName": "fraud", "ModelApprovalStatus": "Approved" },
        });
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
            (group(r#"{"cidr": "10.0.0.0/8"}"#), None),
            (group(r#"{"cidr": "10.0.0.0/8"}, "fraud""#), Some(true)),
            (r#"{"detail": {"ModelPackageVersion": [5]}}"#.to_owned(), None),
            ("not JSON".to_owned(), None),
            ("{}".to_owned(), Some(true)),
        ];
        for (pattern, expected) in cases {
            assert_eq!(matches(&pattern, &event), expected, "{pattern}");
        }
    }
}
