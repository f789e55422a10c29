//! Cases of the rules of the metrics that the configuration judges.

use super::cases;
use crate::model::Health::{Critical, Ok, Unknown, Warning};
use crate::model::testing::{Account, DAY, HOUR, MINUTE, ago, endpoint, series};
use crate::resources::report::EvaluationReport;

/// Adds a metric that the configuration judges, with these values.
fn judged(a: &mut Account, more: &str, values: &[(i64, f64)]) {
    a.configure(&format!(
        "[[model.metric]]\nlabel = \"CTR\"\nnamespace = \"Shop\"\nname = \"CTR\"\ncompare = \"<\"\nthreshold = 2.5\n{more}"
    ));
    a.metrics.push(series("fraud:CTR", values));
}

/// Makes the model one of a family, and gives one of its metrics a value.
fn family(a: &mut Account, family: &str, label: &str, value: f64) {
    a.configure(&format!("family = \"{family}\""));
    a.metrics.push(series(&format!("fraud:{label}"), &[(60, value)]));
}

/// Adds a daily metric with one value of this age.
fn daily(a: &mut Account, value: f64, age: i64) {
    judged(a, "period = \"1d\"", &[(2, value)]);
    let series = a.metrics.last_mut().unwrap();
    series.points = vec![(ago(age).unwrap(), value)];
    (series.period, series.comes_every) = (DAY, Some(DAY));
}

/// Adds a value in the report of a version, which the configuration judges. The value is a number, or the reason why
/// there is none.
fn reported(a: &mut Account, more: &str, value: Result<f64, &str>) {
    a.configure(&format!(
        "[[model.metric]]\nlabel = \"AUC\"\nsource = {{ s3 = \"package\", json_path = \"$.auc\" }}\ncompare = \"<\"\n\
         threshold = 0.9\n{more}"
    ));
    a.reports.push(EvaluationReport {
        package: a.packages[0].arn.clone(),
        values: value.ok().into_iter().map(|value| ("$.auc".to_owned(), value)).collect(),
        problem: value.err().map(str::to_owned),
        ..EvaluationReport::default()
    });
}

/// Adds a source of drift.
fn drift(a: &mut Account, source: &str) {
    a.configure(&format!("[[model.metric]]\nlabel = \"PSI\"\nrole = \"drift\"\n{source}"));
}

/// Adds a source of drift in a report at a fixed place, with the time between two reports, and the age of the last one.
fn drift_report_every(a: &mut Account, period: &str, age: i64) {
    drift(a, &format!("source = {{ s3 = \"s3://lake/psi.json\", json_path = \"$.psi\" }}\nperiod = \"{period}\""));
    a.reports.push(EvaluationReport {
        package: "s3://lake/psi.json".into(),
        values: [("$.psi".to_owned(), 0.1)].into(),
        written: ago(age),
        ..EvaluationReport::default()
    });
}

/// Adds a source of drift in a report at a fixed place, with the number in it, or the reason why there is none.
fn drift_report(a: &mut Account, value: Result<f64, &str>) {
    drift(a, "source = { s3 = \"s3://lake/psi.json\", json_path = \"$.psi\" }\ncompare = \">\"\nthreshold = 0.2");
    a.reports.push(EvaluationReport {
        package: "s3://lake/psi.json".into(),
        values: value.ok().into_iter().map(|value| ("$.psi".to_owned(), value)).collect(),
        problem: value.err().map(str::to_owned),
        ..EvaluationReport::default()
    });
}

cases! {
    Endpoint "drift":
    "no source of drift is configured" |_| {} => [];
    "a metric in CloudWatch is within its bound" |a| judged(a, "role = \"drift\"", &[(2, 2.6)]) => [];
    "a metric in CloudWatch is beyond its bound" |a| judged(a, "role = \"drift\"", &[(2, 2.4)])
        => [(Warning, "drift: CTR 2.4 (min 2.5)", None)];
    "a number in a report is within its bound" |a| drift_report(a, Result::Ok(0.1)) => [];
    "a number in a report is beyond its bound" |a| drift_report(a, Result::Ok(0.31))
        => [(Warning, "drift: PSI 0.31 > 0.2", None)];
    "a report cannot be read" |a| drift_report(a, Err("may not be read"))
        => [(Unknown, "drift: PSI unknown: its report may not be read", None)];
    "a report is written every day" |a| { drift_report(a, Result::Ok(0.1)); a.reports[0].written = ago(47 * HOUR) } => [];
    "a report is two days old, and it is written every day" |a| {
        drift_report(a, Result::Ok(0.1));
        a.reports[0].written = ago(2 * DAY);
    } => [];
    "a report is a minute older than that" |a| {
        drift_report(a, Result::Ok(0.1));
        a.reports[0].written = ago(2 * DAY + MINUTE);
    } => [(Unknown, "drift: PSI unknown: its report was written 2 d ago", None)];
    "a report is written every week" |a| drift_report_every(a, "7d", 6 * DAY) => [];
    "a weekly report is late" |a| drift_report_every(a, "7d", 14 * DAY) => [];
    "a weekly report is missing twice" |a| drift_report_every(a, "7d", 14 * DAY + MINUTE)
        => [(Unknown, "drift: PSI unknown: its report was written 14 d ago", None)];
    "a report of every hour is late" |a| drift_report_every(a, "1h", 2 * HOUR) => [];
    "a report of every hour is missing twice" |a| drift_report_every(a, "1h", 2 * HOUR + MINUTE)
        => [(Unknown, "drift: PSI unknown: its report was written 2 h ago", None)];
    "a report was written by a clock that is ahead" |a| drift_report_every(a, "15m", -DAY) => [];
    "a report is no longer written" |a| { drift_report(a, Result::Ok(0.1)); a.reports[0].written = ago(3 * DAY) }
        => [(Unknown, "drift: PSI unknown: its report was written 3 d ago", None)];
    "a report that told of drift is no longer written" |a| {
        drift_report(a, Result::Ok(0.31));
        a.reports[0].written = ago(3 * DAY);
    } => [(Unknown, "drift: PSI unknown: its report was written 3 d ago", None)];
    "the report of what serves has drift within its bound" |a| reported(a, "role = \"drift\"", Result::Ok(0.95)) => [];
    "no report of what serves was read" |a| {
        reported(a, "role = \"drift\"", Result::Ok(0.95));
        a.reports.clear();
    } => [(Unknown, "drift: fraud-prod: AUC of v1: no evaluation report was read", None)];
    "a report was not read" |a| { drift_report(a, Result::Ok(0.1)); a.reports.clear() }
        => [(Unknown, "PSI not read yet", None)];
    "an alarm is OK" |a| drift(a, "alarm = \"fraud-5xx\"") => [];
    "an alarm fires" |a| { drift(a, "alarm = \"fraud-5xx\""); a.alarms[0].state = "ALARM".into() }
        => [(Warning, "drift: alarm fraud-5xx is in ALARM", Some(HOUR))];
    "an alarm has no data" |a| { drift(a, "alarm = \"fraud-5xx\""); a.alarms[0].state = "INSUFFICIENT_DATA".into() }
        => [(Unknown, "drift: alarm fraud-5xx has no data", None)];
    "there is no such alarm" |a| drift(a, "alarm = \"other\"")
        => [(Unknown, "drift: there is no alarm other", None)];
    Endpoint "business-metric":
    "on its good side" |a| judged(a, "", &[(60, 3.0)]) => [];
    "on the threshold" |a| judged(a, "", &[(60, 2.5)]) => [];
    "on its bad side for ten minutes" |a| judged(a, "", &[(60, 3.0), (10, 2.0)])
        => [(Warning, "CTR 2 (min 2.5)", Some(10 * MINUTE))];
    "on its bad side for longer than is known" |a| judged(a, "", &[(60, 2.0)]) => [(Warning, "CTR 2 (min 2.5)", None)];
    "it was, and is not any more" |a| judged(a, "", &[(60, 2.0), (3, 3.0)]) => [];
    "a tier that breaks the model" |a| judged(a, "severity = \"sev1\"", &[(60, 2.0)])
        => [(Critical, "CTR 2 (min 2.5)", None)];
    "a tier that does not" |a| judged(a, "severity = \"sev3\"", &[(60, 2.0)]) => [(Warning, "CTR 2 (min 2.5)", None)];
    "a value of some hours ago" |a| daily(a, 2.0, 5 * HOUR) => [(Warning, "CTR 2 (min 2.5), 5 h ago", None)];
    "a value that is overdue is not known to be so" |a| daily(a, 2.0, 4 * DAY) => [];
    "it was measured before what serves now went live" |a| {
        daily(a, 2.0, 5 * HOUR);
        a.endpoints[0].live_since = ago(HOUR);
    } => [(Unknown, "CTR has no value since v1 went live (it was 2)", None)];
    "beyond the threshold is good" |a| judged(a, "meaning = \"promote\"", &[(60, 2.0)])
        => [(Ok, "CTR 2 (good up to 2.5): good enough to promote", None)];
    "a family with one line" |a| family(a, "forecast", "MAPE %", 15.2) => [(Warning, "MAPE 15.2 % (max 15)", None)];
    "a family on its good side" |a| family(a, "forecast", "MAPE %", 14.8) => [];
    "a value that is probably a fraction" |a| family(a, "forecast", "MAPE %", 0.16)
        => [(Unknown, "MAPE % 0.16 is probably a fraction: set unit", None)];
    "a family that may be promoted" |a| family(a, "segmentation", "Silhouette", 0.6)
        => [(Ok, "Silhouette 0.6 (good from 0.6): good enough to promote", None)];
    "no threshold" |a| {
        a.configure("[[model.metric]]\nlabel = \"CTR\"\nnamespace = \"Shop\"\nname = \"CTR\"");
        a.metrics.push(series("fraud:CTR", &[(60, 2.0)]));
    } => [];
    "a report of what serves, on its good side" |a| reported(a, "", Result::Ok(0.95)) => [];
    "a report of what serves, on its bad side" |a| reported(a, "severity = \"sev1\"", Result::Ok(0.8))
        => [(Critical, "fraud-prod: AUC of v1 0.8 (min 0.9)", Some(8 * DAY))];
    "a report that cannot be read" |a| reported(a, "", Err("is not JSON"))
        => [(Unknown, "fraud-prod: AUC of v1 unknown: its evaluation report is not JSON", None)];
    "a report without the number" |a| {
        reported(a, "", Result::Ok(0.8));
        a.reports[0].values.clear();
    } => [(Unknown, "fraud-prod: AUC of v1 unknown: its evaluation report has no number at $.auc", None)];
    "a bad version that serves in two places counts in production" |a| {
        reported(a, "", Result::Ok(0.8));
        a.endpoints.push(endpoint("fraud-staging", "fraud-prod-1"));
    } => [(Warning, "fraud-prod: AUC of v1 0.8 (min 0.9)", Some(8 * DAY))];
    "a report of a good new version" |a| reported(a, "meaning = \"promote\"", Result::Ok(0.8))
        => [(Ok, "AUC of v1 0.8 (good up to 0.9): good enough to promote", None)];

    Endpoint "unmeasured":
    "it has a value" |a| judged(a, "", &[(60, 3.0)]) => [];
    "it was never read" |a| { judged(a, "", &[(60, 3.0)]); a.metrics.pop(); } => [(Unknown, "CTR not read yet", None)];
    "metrics are denied" |a| { judged(a, "", &[]); a.metrics.denied() }
        => [(Unknown, "CTR not read: Call denied", None)];
    "what a day may cost is used up" |a| { judged(a, "", &[(60, 3.0)]); a.metrics.pop(); a.metrics.capped() }
        => [(Unknown, "CTR not read: max_cost_per_day is used up", None)];
    "it was refused" |a| {
        judged(a, "", &[(60, 3.0)]);
        a.metrics.last_mut().unwrap().problem = Some("bad dimension".into());
    } => [(Unknown, "CTR not read: bad dimension", None)];
    "it has no value" |a| judged(a, "", &[]) => [(Unknown, "CTR has no value in 60 min", None)];
    "it has no value, as far as there are minutes" |a| {
        judged(a, "", &[]);
        a.metrics.last_mut().unwrap().looked_back = ago(0);
    } => [(Unknown, "CTR has no value in 14 d", None)];
    "its last value is three periods old" |a| daily(a, 3.0, 3 * DAY) => [];
    "its last value is overdue" |a| daily(a, 3.0, 3 * DAY + 5 * MINUTE + 1)
        => [(Unknown, "CTR has no value since 3 d ago (it was 3)", None)];
    "a family has no value at all" |a| {
        family(a, "forecast", "MAPE %", 12.0);
        a.metrics.last_mut().unwrap().points.clear();
        a.metrics.push(series("fraud:RMSE %", &[]));
    } => [(Unknown, "MAPE % has no value in 60 min", None), (Unknown, "RMSE % has no value in 60 min", None)];
    "a family has a value, and its other metric is not published" |a| {
        family(a, "forecast", "MAPE %", 12.0);
        a.metrics.push(series("fraud:RMSE %", &[]));
    } => [];
    "a family has a value of a metric that was changed, and its other metric is not published" |a| {
        family(a, "forecast", "MAPE %", 12.0);
        a.configure("family = \"forecast\"\n[[model.metric]]\nlabel = \"MAPE %\"\nthreshold = 20");
        a.metrics.push(series("fraud:RMSE %", &[]));
    } => [];
    "nobody judges it" |a| {
        a.configure("[[model.metric]]\nlabel = \"CTR\"\nnamespace = \"Shop\"\nname = \"CTR\"");
    } => [];
    "a promotion that is not known does no harm" |a| {
        judged(a, "meaning = \"promote\"", &[]);
    } => [];
}
