//! The evaluation report of a version, which is compared before a decision. It is a JSON file in S3 without a fixed
//! format.

use serde_json::Value;

use crate::aws::Aws;
use crate::resources::report;

/// The most numbers that are shown.
const MOST: usize = 8;

/// The numbers of a report.
#[derive(Debug, Clone, PartialEq, Default)]
pub(in crate::intents) struct Evidence {
    /// The names and values.
    pub(in crate::intents) values: Vec<(String, f64)>,
    /// The reason why there are none, as a sentence.
    pub(in crate::intents) problem: Option<String>,
}

/// Reads a report. An unreadable report is a problem to show, not an error.
pub(in crate::intents) async fn read(aws: &Aws, uri: Option<&str>) -> Evidence {
    let problem = |text: String| Evidence { values: Vec::new(), problem: Some(text) };
    let Some(uri) = uri else { return problem("This version has no evaluation report (ModelMetrics).".into()) };
    match report::fetch(aws, uri).await {
        Ok(Ok(json)) => Evidence { values: numbers(&json), problem: None },
        Ok(Err(why)) => problem(format!("The evaluation report {uri} {why}.")),
        Err(error) => problem(format!("The evaluation report {uri} cannot be read: {error}.")),
    }
}

/// Finds the numbers: `{"ranking": {"ctr": {"value": 0.031, "standard_deviation": …}}}` → `ranking.ctr` 0.031.
fn numbers(json: &Value) -> Vec<(String, f64)> {
    let mut found = Vec::new();
    walk(json, &mut Vec::new(), &mut found);
    found.truncate(MOST);
    found
}

fn walk(json: &Value, path: &mut Vec<String>, found: &mut Vec<(String, f64)>) {
    match json {
        Value::Number(number) => {
            let skip = path.last().is_some_and(|last| last.contains("standard_deviation"));
            let named = path.last().is_some_and(|last| last == "value");
            let name = if named { path.get(..path.len() - 1).unwrap_or_default().join(".") } else { path.join(".") };
            if let (false, Some(value)) = (skip, number.as_f64()) {
                found.push((name, value));
            }
        }
        Value::Object(fields) => {
            for (name, value) in fields {
                path.push(name.clone());
                walk(value, path, found);
                path.pop();
            }
        }
        Value::Null | Value::Bool(_) | Value::String(_) | Value::Array(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_values_of_a_report_are_found_under_any_name() {
        let json = serde_json::json!({
            "regression_metrics": {"mse": {"value": 4.5, "standard_deviation": 0.2}, "mape": 0.12},
            "version": 1.0, "curve": [1, 2, 3], "note": "text"
        });
        let found = numbers(&json);
        let expected = [("regression_metrics.mse", 4.5), ("regression_metrics.mape", 0.12), ("version", 1.0)];
        assert_eq!(found, expected.map(|(n, v)| (n.to_owned(), v)));
    }
}
