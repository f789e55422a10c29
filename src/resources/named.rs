//! Names in definitions and configurations that may be those of a model's things.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::endpoint::split_stage;
use super::{Kind, Reference};
use crate::redact;

/// The most names that are kept of one definition.
const MOST: usize = 200;

/// A name in a definition or a tag, which may be that of a thing of a model.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Named {
    /// The setting or the tag: `StackName`, `EndpointName`, `sagemaker:project-name`.
    pub key: String,
    /// A name, or an ARN.
    pub value: String,
}

impl Named {
    /// Returns the things that it may name, where the definition is in `field`. Only things that exist are joined, so the kind is not guessed here.
    pub(super) fn references(&self, field: &'static str) -> Vec<Reference<'_>> {
        let field = if self.is_tag() { "tag sagemaker:project-name" } else { field };
        if self.value.starts_with("arn:") {
            return Reference::of_arn(&self.value, field).into_iter().collect();
        }
        let any = &[Kind::Groups, Kind::Endpoints, Kind::Pipelines, Kind::Jobs];
        let kinds: &[Kind] = if self.is_tag() { &[Kind::Groups] } else { any };
        kinds.iter().map(|kind| Reference::new(*kind, &self.value, field)).collect()
    }
    fn is_tag(&self) -> bool {
        self.key.starts_with("sagemaker:")
    }
}

/// Returns the things that settings name: texts, or JSON in texts.
pub(super) fn names<'a>(settings: impl Iterator<Item = (&'a str, &'a str)>) -> Vec<Named> {
    let mut names = Vec::new();
    settings.for_each(|(key, value)| collect(&mut names, key, &parsed(value)));
    sorted(names)
}

fn sorted(mut names: Vec<Named>) -> Vec<Named> {
    names.sort_unstable();
    names.dedup();
    names.truncate(MOST);
    names
}

/// Returns the value of a setting: JSON if it is an object or a list, otherwise the text.
fn parsed(text: &str) -> Value {
    let json = serde_json::from_str(text).ok().filter(|value: &Value| value.is_object() || value.is_array());
    json.unwrap_or_else(|| Value::String(text.to_owned()))
}

/// Collects the names in a value. A list of `{"name": …, "value": …}` holds settings as well.
fn collect(names: &mut Vec<Named>, key: &str, value: &Value) {
    match value {
        Value::String(text) => add(names, key, text),
        Value::Array(items) => items.iter().for_each(|item| collect(names, key, item)),
        Value::Object(fields) => match (fields.get("name").and_then(Value::as_str), fields.get("value")) {
            (Some(name), Some(value)) => collect(names, name, value),
            _ => fields.iter().for_each(|(key, value)| collect(names, key, value)),
        },
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Adds a value whose setting may name a thing of a model. All other values are dropped: they may be secrets.
fn add(names: &mut Vec<Named>, key: &str, value: &str) {
    let plain: String = key.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    let telling = ["endpoint", "group", "model", "pipeline", "project", "stack", "statemachine", "trainingjob"];
    let names_thing = telling.iter().any(|part| plain.contains(part)) && !redact::is_secret(key);
    if !names_thing || !(is_name(value) || is_arn(value)) {
        return;
    }
    let entry = |value: &str| Named { key: key.to_owned(), value: value.to_owned() };
    names.push(entry(value));
    if plain == "stackname" {
        names.extend(of_stack(value).map(entry));
    }
}

/// Returns the names that the templates of `SageMaker` projects derive a stack's name from: `sagemaker-x-deploy-prod`
/// delivers the group `x`.
fn of_stack(stack: &str) -> impl Iterator<Item = &str> {
    let bare = stack.strip_prefix("sagemaker-").unwrap_or(stack);
    let (stem, _) = split_stage(bare);
    let project =
        ["-deploy", "-modeldeploy", "-endpoint"].iter().find_map(|end| stem.strip_suffix(end)).unwrap_or(stem);
    [bare, stem, project].into_iter().filter(move |name| *name != stack && !name.is_empty())
}

/// Returns whether a text can be the name of something in `SageMaker` or of a stack.
fn is_name(text: &str) -> bool {
    (1..=128).contains(&text.len()) && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
}

fn is_arn(text: &str) -> bool {
    text.starts_with("arn:") && text.len() <= 512 && !text.contains(char::is_whitespace)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_that_may_name_a_thing_are_kept_and_all_others_are_not() {
        let cases = [
            ("EndpointName", "fraud-prod", "fraud-prod"),
            ("ParameterOverrides", r#"{"ModelPackageGroupName": "fraud", "InstanceType": "ml.m5.large"}"#, "fraud"),
            ("ParameterOverrides", r#"{"ModelPackageGroupName": {"Fn::GetParam": ["a", "b.json", "c"]}}"#, ""),
            (
                "EnvironmentVariables",
                r#"[{"name": "ENDPOINT", "value": "fraud-prod", "type": "PLAINTEXT"}]"#,
                "fraud-prod",
            ),
            ("EnvironmentVariables", r#"[{"name": "ENDPOINT_API_KEY", "value": "abc123"}]"#, ""),
            (
                "StackName",
                "sagemaker-fraud-deploy-prod",
                "fraud fraud-deploy fraud-deploy-prod sagemaker-fraud-deploy-prod",
            ),
            ("StackName", "fraud-prod", "fraud fraud-prod"),
            (
                "States",
                r#"{"Train": {"Parameters": {"TrainingJobName": "fraud-1", "PipelineName.$": "$.name"}}}"#,
                "fraud-1",
            ),
            ("UserParameters", "fraud", ""),
            ("Branch", "main", ""),
            ("EndpointName", "two words", ""),
            ("EndpointName", "", ""),
            ("ModelArn", "arn:aws:sagemaker:eu-west-1:1:endpoint/x", "arn:aws:sagemaker:eu-west-1:1:endpoint/x"),
        ];
        for (key, value, expected) in cases {
            let names: Vec<String> = names([(key, value)].into_iter()).into_iter().map(|named| named.value).collect();
            assert_eq!(names.join(" "), expected, "{key} {value}");
        }
    }
}
