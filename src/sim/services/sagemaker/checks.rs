//! The steps that check a run, `ClarifyCheck` and `QualityCheck`, and the reports of their jobs.

use super::state::State;
use crate::sim::prelude::{Env, Value, json, tree};

/// Returns the metadata of a check that begins.
pub(super) fn begun_check(step: &Value, job: &str) -> Value {
    let check = tree! {
        "CheckType": step.str("CheckType"),
        "CheckJobArn": job,
        "ModelPackageGroupName": step.str("ModelPackageGroupName"),
        "SkipCheck": step.get("SkipCheck") == Some(&Value::Bool(true)),
        "RegisterNewBaseline": step.get("RegisterNewBaseline") == Some(&Value::Bool(true)),
    };
    if step.str("Type") == "ClarifyCheck" {
        tree! { "ClarifyCheck": check }
    } else {
        tree! { "QualityCheck": check }
    }
}

/// Returns the check in the metadata of a step.
pub(super) fn checked_by(metadata: &Value) -> Option<&Value> {
    metadata.get("ClarifyCheck").or_else(|| metadata.get("QualityCheck"))
}

impl State {
    /// Writes the reports of a check that ends. Clarify finds that one feature drifted, the check of the data nothing.
    pub(super) fn end_check(&mut self, env: &mut Env, arn: &str, step: &Value) {
        if step.str("Type") != "ClarifyCheck" {
            return;
        }
        let Some(name) = self.running_job(arn, "ProcessingJob") else { return };
        let job = self.processing_jobs.get(name).map(|job| job.doc.items_at("ProcessingOutputConfig.Outputs"));
        let folder = job.and_then(<[Value]>::first).map(|output| output.text_at("S3Output.S3Uri").to_owned());
        let Some(folder) = folder else { return };
        env.write_text(format!("{folder}/analysis.json"), json::text(&analysis()));
        let report = format!("{folder}/constraint_violations.json");
        env.write_text(report.clone(), json::text(&violations()));
        let row = self.executions.get(arn).and_then(|execution| execution.steps.last());
        let check = row.and_then(|row| row.at("Metadata.ClarifyCheck")).cloned();
        if let Some(check) = check {
            self.note(arn, tree! { "ClarifyCheck": check.with("ViolationReport", report) });
        }
    }
}

/// Returns the measurements of Clarify for one facet.
fn analysis() -> Value {
    let facet = |metrics: Vec<Value>| {
        let values = vec![tree! { "value_or_threshold": "0", "metrics": metrics }];
        tree! { "label": "churned", "label_value_or_threshold": "1", "facets": tree! { "senior": values } }
    };
    let metric = |name: &str, value: f64| tree! { "name": name, "description": name, "value": value };
    let weights = tree! { "tenure": 0.31, "monthly_charges": 0.22, "contract": 0.12, "senior": 0.03 };
    tree! {
        "version": "1.0",
        "pre_training_bias_metrics": facet(vec![metric("CI", 0.67), metric("DPL", 0.05)]),
        "post_training_bias_metrics": facet(vec![metric("DPPL", 0.113), metric("DI", 0.84)]),
        "explanations": tree! { "kernel_shap": tree! { "label0": tree! { "global_shap_values": weights } } },
    }
}

fn violations() -> Value {
    let violation = tree! {
        "facet": "senior",
        "facet_value": "0",
        "metric_name": "DPPL",
        "constraint_check_type": "bias_drift_check",
        "description": "Metric value 0.113 doesn't meet the baseline constraint requirement 0.05",
    };
    tree! { "version": "1.0", "violations": vec![violation] }
}
