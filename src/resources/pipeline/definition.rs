//! Reading a pipeline definition (`aws-map` 3.3): JSON that the SDK hands over as text.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What a definition says. A text that is no definition gives an empty one with `problem` set.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Definition {
    /// What can be set when it is started.
    pub parameters: Vec<Parameter>,
    /// All steps, those inside conditions included, in the order of the text.
    pub steps: Vec<StepDefinition>,
    /// Model package groups that it registers into, parameters resolved by their defaults.
    pub groups: Vec<String>,
    /// Why the text could not be read.
    pub problem: Option<String>,
}

/// One parameter.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// `String`, `Integer`, `Float`, `Boolean`, raw.
    pub kind: String,
    /// Default, as text; absent means that it must be given.
    pub default: Option<String>,
    /// What its author wrote.
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
    /// Stands inside a condition, so it may not run.
    pub conditional: bool,
}

impl Parameter {
    /// Checks a value before it is sent.
    ///
    /// # Errors
    /// A sentence that says what is wrong with it.
    pub fn check(&self, value: &str) -> Result<(), String> {
        if value.chars().count() > 1024 {
            return Err("longer than 1024 characters".into());
        }
        if !self.choices.is_empty() && !self.choices.iter().any(|c| c == value) {
            return Err(format!("one of {}", self.choices.join(", ")));
        }
        let fits = match self.kind.as_str() {
            "Integer" => value.parse::<i64>().is_ok(),
            "Float" => value.parse::<f64>().is_ok_and(f64::is_finite),
            "Boolean" => matches!(value.to_ascii_lowercase().as_str(), "true" | "false"),
            _ => true,
        };
        if fits { Ok(()) } else { Err(format!("not a value of type {}", self.kind)) }
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
        definition.read_steps(list(&json, "Steps"), false);
        definition
    }

    fn read_steps(&mut self, steps: &[Value], conditional: bool) {
        for step in steps {
            let (name, kind) = (text(step, "Name"), text(step, "Type"));
            let arguments = step.get("Arguments").unwrap_or(&Value::Null);
            if kind == "RegisterModel"
                && let Some(group) = arguments.get("ModelPackageGroupName").and_then(|g| self.resolve(g))
                && !self.groups.contains(&group)
            {
                self.groups.push(group);
            }
            self.steps.push(StepDefinition { name, kind, conditional });
            // A condition holds the steps of both ways.
            self.read_steps(list(arguments, "IfSteps"), true);
            self.read_steps(list(arguments, "ElseSteps"), true);
        }
    }

    /// A literal, `{"Get": "Parameters.X"}`, or `{"Std:Join": {"On": …, "Values": […]}}`.
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

fn parameter(json: &Value) -> Parameter {
    Parameter {
        name: text(json, "Name"),
        kind: text(json, "Type"),
        default: json.get("DefaultValue").map(plain),
        description: text(json, "Description"),
        choices: list(json, "EnumValues").iter().map(plain).collect(),
    }
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
        {"Name": "Full", "Type": "Boolean", "DefaultValue": false}
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
