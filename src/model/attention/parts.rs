//! Rules about endpoints of other kinds: inference components, and the queue of asynchronous requests.

use super::endpoint::{at, endpoints};
use super::{Finding, RuleInput};
use crate::model::{Health, Serving};
use crate::resources::inference_component::InferenceComponent;
use crate::resources::metric::MetricSeries;

/// The seconds for which requests may wait without an instance. Scaling from zero takes some minutes.
const WAITS: i64 = 10 * 60;

pub(super) fn components(input: &RuleInput<'_>) -> Vec<Finding> {
    let components = &input.index.store.inference_components;
    if components.is_empty() {
        return Vec::new();
    }
    let of = |serving: &Serving| -> Vec<Finding> {
        let own = components.rows().filter(|c| c.endpoint == serving.endpoint);
        own.filter_map(|component| judge(serving, component)).collect()
    };
    endpoints(input).flat_map(|(serving, _)| of(serving)).collect()
}

fn judge(serving: &Serving, component: &InferenceComponent) -> Option<Finding> {
    let (name, details) = (&component.name, component.details.as_ref());
    let (health, phrase, word) = if component.status == "Failed" {
        let why = details.and_then(|d| d.failure.as_ref()).map(|why| format!(": {why}")).unwrap_or_default();
        (Health::Critical, format!("component {name} failed{why}"), "part failed".to_owned())
    } else {
        let (now, wanted) =
            details.and_then(|d| d.copies.zip(d.desired_copies)).filter(|(now, wanted)| now < wanted)?;
        (Health::Warning, format!("{now} of {wanted} wanted copies of {name}"), format!("{now} of {wanted}"))
    };
    Some(at(serving, health, &phrase).word(word).since(component.modified.filter(|_| health == Health::Critical)))
}

/// Finds endpoints with `HasBacklogWithoutCapacity`: requests are queued, and no instance answers them.
pub(super) fn requests_wait(input: &RuleInput<'_>) -> Vec<Finding> {
    let metrics = &input.index.store.metrics;
    let find = |(serving, _): (&Serving, _)| {
        let series = metrics.get(&MetricSeries::of_endpoint(serving.endpoint, "HasBacklogWithoutCapacity"))?;
        let first = series.points.iter().rev().take_while(|(_, value)| *value > 0.0).last()?.0;
        let waits = series.until.as_second() - first.as_second();
        let current = input.now.as_second() - series.until.as_second() < WAITS;
        let finding = at(serving, Health::Critical, "requests wait, and no instance runs")
            .word("requests wait")
            .since(Some(first));
        (current && waits >= WAITS).then_some(finding)
    };
    endpoints(input).filter_map(find).collect()
}
