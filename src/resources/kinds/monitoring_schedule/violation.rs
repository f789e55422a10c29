//! The violations of an execution: the file `constraint_violations.json` that the monitors write to S3.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::resources::Properties;

/// The most violations that are kept of one report.
const MOST: usize = 50;
/// The most that a phrase names.
const NAMED: usize = 3;

/// The violations of one execution.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ViolationReport {
    /// ARN of the processing job that wrote it.
    pub job: String,
    /// Its place; absent until the job said it.
    pub uri: Option<String>,
    /// The first violations.
    pub violations: Vec<Violation>,
    /// The number of all violations.
    pub total: usize,
    /// The reason why it could not be read, as a phrase that follows "the report of violations".
    pub problem: Option<String>,
    /// The time at which it was read.
    #[serde(default)]
    pub read: Option<Timestamp>,
}

/// One violation.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Violation {
    /// The feature, the facet, the label or the metric.
    pub about: String,
    /// The check: `data_type_check`, `baseline_drift_check`, …, raw.
    pub check: String,
    /// The violation, in AWS's words.
    pub description: String,
}

impl ViolationReport {
    /// Takes the violations out of the file. The fields differ by the type of the monitor:
    /// <https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-interpreting-violations.html>.
    #[must_use]
    pub fn parse(self, json: &Value) -> Self {
        let Some(all) = json.get("violations").and_then(Value::as_array) else {
            return Self { problem: Some("has no list of violations".to_owned()), ..self };
        };
        let violations = all.iter().take(MOST).map(Violation::parse).collect();
        Self { violations, total: all.len(), problem: None, ..self }
    }
    /// Says what it found, as a phrase: `found 2 violations: age (data_type_check), income (baseline_drift_check)`.
    #[must_use]
    pub fn in_words(&self) -> String {
        if let Some(problem) = &self.problem {
            return format!("found violations; their report {problem}");
        }
        let noun = if self.total == 1 { "violation" } else { "violations" };
        let named: Vec<String> = self.violations.iter().take(NAMED).map(Violation::in_words).collect();
        let more = self.total.saturating_sub(named.len());
        let more = if more > 0 && !named.is_empty() { format!(", and {more} more") } else { String::new() };
        let named = if named.is_empty() { String::new() } else { format!(": {}{more}", named.join(", ")) };
        format!("found {} {noun}{named}", self.total)
    }
    /// Adds each violation.
    pub(in crate::resources) fn properties(&self, all: &mut Properties) {
        for violation in &self.violations {
            all.warning("violation", &*format!("{}: {}", violation.in_words(), violation.description));
        }
        let left = self.total.saturating_sub(self.violations.len());
        all.text("", (left > 0).then(|| format!("and {left} more in the report")).as_deref())
            .text("report", self.uri.as_deref());
    }
}

impl Violation {
    fn parse(json: &Value) -> Self {
        let text = |name: &str| json.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
        let facet = text("facet").map(|facet| {
            let value = text("facet_value").map(|value| format!(" {value}")).unwrap_or_default();
            let metric = text("metric_name").map(|metric| format!(" {metric}")).unwrap_or_default();
            format!("{facet}{value}{metric}")
        });
        let other = || ["feature_name", "label", "metric_name"].into_iter().find_map(text).map(str::to_owned);
        Self {
            about: facet.or_else(other).unwrap_or_default(),
            check: text("constraint_check_type").unwrap_or_default().to_owned(),
            description: text("description").unwrap_or_default().to_owned(),
        }
    }
    fn in_words(&self) -> String {
        if self.check.is_empty() { self.about.clone() } else { format!("{} ({})", self.about, self.check) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_report_of_each_monitor_says_what_is_wrong() {
        let cases = [
            (
                r#"{"violations": [{"feature_name": "age", "constraint_check_type": "data_type_check", "description": "x"}]}"#,
                "found 1 violation: age (data_type_check)",
            ),
            (
                r#"{"violations": [{"metric_name": "auc", "constraint_check_type": "LessThanThreshold"}, {}]}"#,
                "found 2 violations: auc (LessThanThreshold), ",
            ),
            (
                r#"{"version": "1.0", "violations": [{"facet": "Age", "facet_value": "40", "metric_name": "CI",
                    "constraint_check_type": "bias_drift_check"}]}"#,
                "found 1 violation: Age 40 CI (bias_drift_check)",
            ),
            (
                r#"{"violations": [{"label": "label0", "metric_name": "shap",
                    "constraint_check_type": "feature_attribution_drift_check"}]}"#,
                "found 1 violation: label0 (feature_attribution_drift_check)",
            ),
            (r#"{"violations": []}"#, "found 0 violations"),
            (r#"{"violations": 7}"#, "found violations; their report has no list of violations"),
            ("[]", "found violations; their report has no list of violations"),
        ];
        for (json, told) in cases {
            let report = ViolationReport::default().parse(&serde_json::from_str(json).unwrap());
            assert_eq!(report.in_words(), told, "{json}");
        }
    }

    #[test]
    fn a_long_report_is_cut_and_says_so() {
        let one = serde_json::json!({"feature_name": "f", "constraint_check_type": "c"});
        let json = serde_json::json!({"violations": vec![one; 80]});
        let report = ViolationReport::default().parse(&json);
        assert_eq!((report.violations.len(), report.total), (MOST, 80));
        assert_eq!(report.in_words(), "found 80 violations: f (c), f (c), f (c), and 77 more");
    }
}
