//! Reads a pipeline definition: JSON that the SDK hands over as text.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::resources::arn_name;

/// The content of a definition. A text that is no definition gives an empty one with `problem` set.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Definition {
    /// The parameters that can be set when it is started.
    pub parameters: Vec<Parameter>,
    /// All steps, those inside conditions included, in the order of the text.
    pub steps: Vec<StepDefinition>,
    /// Names of the model package groups that it registers into, parameters resolved by their defaults. A group that is
    /// only known when it runs is not among them.
    pub groups: Vec<String>,
    /// The reason why the text could not be read.
    pub problem: Option<String>,
}

/// One parameter.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// `String`, `Integer`, `Float`, `Boolean`, raw.
    pub kind: String,
    /// Default, as text; absent (or `null` in the definition) means that it must be given.
    pub default: Option<String>,
    /// The description by its author.
    pub description: String,
    /// The only values allowed; empty means any.
    pub choices: Vec<String>,
}

/// One step.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct StepDefinition {
    /// Unique in the pipeline.
    pub name: String,
    /// `Training`, `Condition`, …, raw.
    pub kind: String,
    /// Whether it is inside a condition, so that it may not run.
    pub conditional: bool,
    /// Names of the steps that it comes after: those of `DependsOn`, those whose properties it uses, and the step that
    /// holds it.
    #[serde(default)]
    pub after: Vec<String>,
    /// The branch of the condition that holds it: `true` for `IfSteps`, `false` for `ElseSteps`.
    #[serde(default)]
    pub branch: Option<bool>,
    /// Whether its result may come from an earlier execution (`CacheConfig`).
    #[serde(default)]
    pub cached: bool,
}

impl StepDefinition {
    /// Formats its name and kind: `train (Training)`.
    pub(super) fn in_words(&self) -> String {
        format!("{} ({}{})", self.name, self.kind, if self.conditional { ", conditional" } else { "" })
    }
}

impl Parameter {
    /// Checks a value before it is sent.
    ///
    /// # Errors
    /// A sentence that says what is wrong with it.
    pub fn check(&self, value: &str) -> Result<(), String> {
        if value.is_empty() {
            let default = if self.default.is_some() { "; leave it out to use the default" } else { "" };
            return Err(format!("an empty value cannot be sent{default}"));
        }
        if value.chars().count() > 1024 {
            return Err("longer than 1024 characters".into());
        }
        if !self.choices.is_empty() && !self.choices.iter().any(|c| self.same(c, value)) {
            return Err(format!("one of {}", self.choices.join(", ")));
        }
        let fits = match self.kind.as_str() {
            "Integer" => digits(value.strip_prefix(['-', '+']).unwrap_or(value)),
            "Float" => value.parse::<f64>().is_ok_and(f64::is_finite),
            "Boolean" => matches!(value.to_ascii_lowercase().as_str(), "true" | "false"),
            _ => true,
        };
        if fits { Ok(()) } else { Err(format!("not a value of type {}", self.kind)) }
    }

    /// Returns whether it is the value that is used where none is sent.
    #[must_use]
    pub fn is_default(&self, value: &str) -> bool {
        self.default.as_deref().is_some_and(|default| self.same(default, value))
    }

    /// Returns whether two texts are the same value of this type. `2` and `2.0` are the same number, `True` and `true`
    /// the same truth.
    #[must_use]
    pub fn same(&self, a: &str, b: &str) -> bool {
        let number = |text: &str| text.parse::<f64>().ok().filter(|n| n.is_finite());
        match self.kind.as_str() {
            _ if a == b => true,
            "Boolean" => a.eq_ignore_ascii_case(b),
            "Float" => number(a).zip(number(b)).is_some_and(|(a, b)| a.total_cmp(&b).is_eq()),
            "Integer" => a.parse::<i64>().ok().zip(b.parse::<i64>().ok()).is_some_and(|(a, b)| a == b),
            _ => false,
        }
    }
}

impl StepDefinition {
    /// Returns whether it registers a version.
    #[must_use]
    pub fn registers(&self) -> bool {
        self.kind == "RegisterModel"
    }
}

impl Definition {
    /// Reads a definition; never fails, see `problem`.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let json: Value = match serde_json::from_str(text) {
            Ok(json) => json,
            Err(error) => {
                return Self { problem: Some(format!("the definition is not JSON: {error}")), ..Self::default() };
            }
        };
        let mut definition =
            Self { parameters: list(&json, "Parameters").iter().map(parameter).collect(), ..Self::default() };
        definition.read_steps(list(&json, "Steps"), None);
        definition
    }

    /// Returns whether any step of it registers a version.
    #[must_use]
    pub fn registers(&self) -> bool {
        self.steps.iter().any(StepDefinition::registers)
    }

    /// Adds steps. `holder` is the step that contains them, and the branch if that is a condition.
    fn read_steps(&mut self, steps: &[Value], holder: Option<(&str, Option<bool>)>) {
        for step in steps {
            let (name, kind) = (text(step, "Name"), text(step, "Type"));
            let arguments = step.get("Arguments").unwrap_or(&Value::Null);
            if kind == "RegisterModel"
                && let Some(group) = arguments.get("ModelPackageGroupName").and_then(|g| self.resolve(g))
                // A group of another account is given by its ARN.
                && let name = arn_name(&group).to_owned()
                && !self.groups.contains(&name)
            {
                self.groups.push(name);
            }
            let mut after: Vec<String> = list(step, "DependsOn").iter().map(plain).collect();
            used_steps(arguments, &mut after);
            after.extend(holder.map(|(name, _)| name.to_owned()));
            after.sort_unstable();
            after.dedup();
            let cached = step.pointer("/CacheConfig/Enabled") == Some(&Value::Bool(true));
            let (conditional, branch) = (holder.is_some(), holder.and_then(|(_, branch)| branch));
            self.steps.push(StepDefinition { name: name.clone(), kind, conditional, after, branch, cached });
            // A condition holds the steps of both branches, a loop those that it repeats.
            self.read_steps(list(arguments, "IfSteps"), Some((&name, Some(true))));
            self.read_steps(list(arguments, "ElseSteps"), Some((&name, Some(false))));
            self.read_steps(list(arguments, "Steps"), Some((&name, None)));
        }
    }

    /// Resolves a literal, `{"Get": "Parameters.X"}`, or `{"Std:Join": {"On": …, "Values": […]}}`.
    fn resolve(&self, value: &Value) -> Option<String> {
        if let Some(literal) = value.as_str() {
            return Some(literal.to_owned());
        }
        if let Some(name) = value.get("Get").and_then(Value::as_str).and_then(|g| g.strip_prefix("Parameters.")) {
            let parameters: BTreeMap<_, _> = self.parameters.iter().map(|p| (p.name.as_str(), p)).collect();
            return parameters.get(name)?.default.clone();
        }
        let join = value.get("Std:Join")?;
        let parts: Option<Vec<String>> = list(join, "Values").iter().map(|v| self.resolve(v)).collect();
        Some(parts?.join(join.get("On").and_then(Value::as_str).unwrap_or_default()))
    }
}

/// Adds the names of the steps whose properties a value uses: `{"Get": "Steps.Train.ModelArtifacts…"}`. Steps that it
/// holds are left out, because they speak for themselves.
fn used_steps(value: &Value, names: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            let used = members.get("Get").and_then(Value::as_str).and_then(|path| path.strip_prefix("Steps."));
            names.extend(used.and_then(|path| path.split(['.', '[']).next()).map(str::to_owned));
            for (name, value) in members {
                if !matches!(name.as_str(), "IfSteps" | "ElseSteps" | "Steps") {
                    used_steps(value, names);
                }
            }
        }
        Value::Array(values) => values.iter().for_each(|value| used_steps(value, names)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn parameter(json: &Value) -> Parameter {
    Parameter {
        name: text(json, "Name"),
        kind: text(json, "Type"),
        default: json.get("DefaultValue").filter(|value| !value.is_null()).map(plain),
        description: text(json, "Description"),
        choices: list(json, "EnumValues").iter().map(plain).collect(),
    }
}

/// Returns whether a text consists of digits. Their number is not limited, because AWS checks its own limits.
fn digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn text(json: &Value, key: &str) -> String {
    json.get(key).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn list<'a>(json: &'a Value, key: &str) -> &'a [Value] {
    json.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"{
      "Version": "2020-12-01",
      "Parameters": [
        {"Name": "Group", "Type": "String", "DefaultValue": "recommendation"},
        {"Name": "Epochs", "Type": "Integer", "DefaultValue": 12},
        {"Name": "Kind", "Type": "String", "EnumValues": ["spot", "on-demand"]},
        {"Name": "Rate", "Type": "Float", "DefaultValue": 0.5},
        {"Name": "Full", "Type": "Boolean", "DefaultValue": false},
        {"Name": "Share", "Type": "Float", "DefaultValue": null, "EnumValues": [0.5, 1, 2.0]}
      ],
      "Steps": [
        {"Name": "Train", "Type": "Training", "Arguments": {}},
        {"Name": "Check", "Type": "Condition", "Arguments": {"Conditions": [], "IfSteps": [
          {"Name": "Register", "Type": "RegisterModel", "Arguments": {"ModelPackageGroupName": {"Get": "Parameters.Group"}}},
          {"Name": "Twin", "Type": "RegisterModel", "Arguments": {"ModelPackageGroupName":
            {"Std:Join": {"On": "-", "Values": ["eu", {"Get": "Parameters.Group"}]}}}}
        ], "ElseSteps": [{"Name": "Stop", "Type": "Fail"}]}}
      ]
    }"#;

    #[test]
    fn groups_are_found_inside_conditions_and_behind_parameters() {
        let definition = Definition::parse(TEXT);
        assert_eq!(definition.groups, ["recommendation", "eu-recommendation"]);
        let steps: Vec<_> = definition.steps.iter().map(|s| (s.name.as_str(), s.conditional)).collect();
        assert_eq!(steps, [("Train", false), ("Check", false), ("Register", true), ("Twin", true), ("Stop", true)]);
        assert_eq!(definition.parameters[1].default.as_deref(), Some("12"));
        assert_eq!(definition.parameters[5].default, None, "null is no default");
    }

    #[test]
    fn the_order_comes_from_dependencies_properties_and_conditions() {
        let text = r#"{"Steps": [
          {"Name": "Prepare", "Type": "Processing", "CacheConfig": {"Enabled": true}, "Arguments": {}},
          {"Name": "Train", "Type": "Training", "DependsOn": ["Prepare"], "Arguments": {}},
          {"Name": "Check", "Type": "Condition", "Arguments": {
            "Conditions": [{"LeftValue": {"Std:JsonGet": {"PropertyFile": {"Get": "Steps.Measure.PropertyFiles.Report"}}}}],
            "IfSteps": [{"Name": "Register", "Type": "RegisterModel",
              "Arguments": {"ModelDataUrl": {"Get": "Steps.Train.ModelArtifacts.S3ModelArtifacts"}}}],
            "ElseSteps": [{"Name": "Stop", "Type": "Fail"}]}},
          {"Name": "Each", "Type": "ForEach", "Arguments": {"Steps": [{"Name": "One", "Type": "Processing"}]}}
        ]}"#;
        let definition = Definition::parse(text);
        let told: Vec<_> = definition.steps.iter().map(|s| (s.name.as_str(), s.after.join(" "), s.branch)).collect();
        let expected = [
            ("Prepare", String::new(), None),
            ("Train", "Prepare".into(), None),
            ("Check", "Measure".into(), None),
            ("Register", "Check Train".into(), Some(true)),
            ("Stop", "Check".into(), Some(false)),
            ("Each", String::new(), None),
            ("One", "Each".into(), None),
        ];
        assert_eq!(told, expected);
        assert!(definition.steps[0].cached && !definition.steps[1].cached);
    }

    #[test]
    fn a_group_may_be_named_by_arn_or_only_be_known_when_it_runs() {
        let register = |group: &str| {
            format!(r#"{{"Name": "R", "Type": "RegisterModel", "Arguments": {{"ModelPackageGroupName": {group}}}}}"#)
        };
        let arn = r#""arn:aws:sagemaker:eu-west-1:999999999999:model-package-group/fraud""#;
        let cases = [
            (arn, vec!["fraud"]),
            (r#"{"Std:Join": {"Values": ["fra", "ud"]}}"#, vec!["fraud"]),
            (
                r#"{"Std:Join": {"On": "/", "Values": ["arn:aws:sagemaker:r:1:model-package-group", "fraud"]}}"#,
                vec!["fraud"],
            ),
            (r#"{"Get": "Execution.PipelineName"}"#, vec![]),
            (r#"{"Get": "Parameters.NotThere"}"#, vec![]),
        ];
        for (group, expected) in cases {
            let definition = Definition::parse(&format!(r#"{{"Steps": [{}]}}"#, register(group)));
            assert_eq!(definition.groups, expected, "{group}");
            assert!(definition.registers(), "{group}");
        }
    }

    #[test]
    fn values_are_compared_by_their_type() {
        let same = |kind: &str, a: &str, b: &str| Parameter { kind: kind.into(), ..Parameter::default() }.same(a, b);
        let cases = [
            ("Float", "2", "2.0", true),
            ("Float", "2", "2.5", false),
            ("Float", "nan", "NaN", false),
            ("Integer", "07", "7", true),
            ("Boolean", "True", "true", true),
            ("String", "True", "true", false),
            ("String", "2", "2.0", false),
        ];
        for (kind, a, b, expected) in cases {
            assert_eq!(same(kind, a, b), expected, "{kind} {a} {b}");
        }
    }

    #[test]
    fn parameters_are_checked_before_they_are_sent() {
        let definition = Definition::parse(TEXT);
        let cases = [
            (1, "12", true),
            (1, "1.5", false),
            (2, "spot", true),
            (2, "cheap", false),
            (3, "0.25", true),
            (3, "NaN", false),
            (4, "True", true),
            (4, "yes", false),
            (0, "", false),
            (2, "", false),
            (1, "-", false),
            (1, "123456789012345678901234567890", true),
            (5, "2", true),
            (5, "2.0", true),
            (5, "0.50", true),
            (5, "3", false),
        ];
        for (index, value, good) in cases {
            let parameter = &definition.parameters[index];
            assert_eq!(parameter.check(value).is_ok(), good, "{} = {value}", parameter.name);
        }
    }

    #[test]
    fn a_text_that_is_no_definition_says_so() {
        assert!(Definition::parse("<html>").problem.unwrap().contains("not JSON"));
        assert_eq!(Definition::parse("[1, 2]"), Definition::default());
    }
}
