//! Cases of the rules about inference components and about the queue of asynchronous endpoints.

use super::cases;
use crate::health::Health::{Critical, Warning};
use crate::model::testing::{Account, MINUTE, ago, series};
use crate::resources::inference_component::{ComponentDetails, InferenceComponent};
use crate::resources::metric::MetricSeries;

/// Adds a component to the endpoint.
fn component(a: &mut Account, status: &str, copies: (i32, i32), failure: Option<&str>) {
    let details = ComponentDetails {
        failure: failure.map(str::to_owned),
        copies: Some(copies.0),
        desired_copies: Some(copies.1),
        ..ComponentDetails::default()
    };
    a.inference_components.push(InferenceComponent {
        name: "ranker".into(),
        endpoint: "fraud-prod".into(),
        status: status.into(),
        modified: ago(5 * MINUTE),
        details: Some(details),
        ..InferenceComponent::default()
    });
}

/// Adds the metric that says whether requests wait without an instance. Values are as in [`series`].
fn waits(a: &mut Account, values: &[(i64, f64)]) {
    a.metrics.push(series(&MetricSeries::of_endpoint("fraud-prod", "HasBacklogWithoutCapacity"), values));
}

cases! {
    Endpoint "component":
        "all copies run" |a| component(a, "InService", (2, 2), None) => [];
        "it has no details yet" |a| {
            component(a, "InService", (2, 2), None);
            a.inference_components[0].details = None;
        } => [];
        "it belongs to another endpoint" |a| {
            component(a, "Failed", (0, 1), None);
            a.inference_components[0].endpoint = "other".into();
        } => [];
        "copies are missing" |a| component(a, "InService", (1, 2), None) =>
            [(Warning, "fraud-prod: 1 of 2 wanted copies of ranker", None)];
        "it failed" |a| component(a, "Failed", (0, 1), Some("no GPU is free")) =>
            [(Critical, "fraud-prod: component ranker failed: no GPU is free", Some(5 * MINUTE))];
        "it failed without a reason" |a| component(a, "Failed", (0, 1), None) =>
            [(Critical, "fraud-prod: component ranker failed", Some(5 * MINUTE))];
    Endpoint "requests-wait":
        "an instance runs" |a| waits(a, &[(20, 0.0)]) => [];
        "it scales from zero" |a| waits(a, &[(20, 0.0), (4, 1.0)]) => [];
        "they waited, and do no longer" |a| waits(a, &[(20, 1.0), (2, 0.0)]) => [];
        "they have waited long" |a| waits(a, &[(20, 0.0), (12, 1.0)]) =>
            [(Critical, "fraud-prod: requests wait, and no instance runs", Some(12 * MINUTE))];
}
