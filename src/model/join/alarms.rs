//! Which alarms belong to a model, and whom they reach (`aws-map` 3.2, edges 19 to 22 and 26).

use std::collections::BTreeMap;

use crate::model::index::{Index, beginning};
use crate::model::{Confidence, StageKind};
use crate::resources::alarm::Alarm;

use super::Draft;

/// The alarms of a chain by name.
type Found<'a> = BTreeMap<&'a str, Hit<'a>>;

/// One alarm of a chain: what it watches, how sure that is, and by which field.
struct Hit<'a> {
    /// Absent when it was deleted and something still names it.
    alarm: Option<&'a Alarm>,
    from: &'a str,
    confidence: Confidence,
    rule: &'static str,
}

/// Notes an alarm; of several ways to find it the first counts.
fn note<'a>(found: &mut Found<'a>, alarm: &'a Alarm, from: &'a str, confidence: Confidence, rule: &'static str) {
    found.entry(&alarm.name).or_insert(Hit { alarm: Some(alarm), from, confidence, rule });
}

/// Gives a chain its alarms and topics.
pub(super) fn join<'a>(draft: &mut Draft<'a>, index: &Index<'a>) {
    let mut found = Found::new();
    of_endpoints(draft, index, &mut found);
    of_training(draft, index, &mut found);
    of_configuration(draft, index, &mut found);
    of_composites(index, &mut found);
    for Hit { alarm, from, confidence, rule } in found.into_values() {
        let Some(alarm) = alarm else { continue };
        draft.cross(from, &alarm.arn, confidence, rule, StageKind::Alarms);
        for topic in alarm.calls("sns") {
            draft.within(&alarm.arn, topic, Confidence::Exact, "AlarmActions[]", StageKind::Alarms);
            if !draft.chain.topics.contains(topic) {
                draft.chain.topics.push(topic.clone());
                for subscription in index.alarms.subscriptions.get(topic.as_str()).into_iter().flatten() {
                    let rule = "Subscriptions[].TopicArn";
                    draft.within(topic, &subscription.id, Confidence::Exact, rule, StageKind::Alarms);
                }
            }
        }
        draft.chain.alarms.push(alarm.name.clone());
        if !alarm.scaling() {
            draft.rows.alarms.push(alarm);
        }
    }
}

fn of_endpoints<'a>(draft: &Draft<'a>, index: &Index<'a>, found: &mut Found<'a>) {
    for endpoint in &draft.rows.endpoints {
        for (alarm, dimension) in index.alarms.by_value.get(endpoint.name.as_str()).into_iter().flatten() {
            if matches!(*dimension, "EndpointName" | "Endpoint") {
                note(found, alarm, &endpoint.arn, Confidence::Exact, "Dimensions.EndpointName");
            }
        }
        let of_config = endpoint.config.as_deref().and_then(|c| index.alarms.by_value.get(c));
        for (alarm, dimension) in of_config.into_iter().flatten() {
            if *dimension == "EndpointConfigName" {
                note(found, alarm, &endpoint.arn, Confidence::Exact, "Dimensions.EndpointConfigName");
            }
        }
        for guard in endpoint.guards.iter().flatten() {
            found.entry(guard).or_insert_with(|| Hit {
                alarm: index.store.alarms.get(guard),
                from: &endpoint.arn,
                confidence: Confidence::Exact,
                rule: "AutoRollbackConfiguration.Alarms",
            });
        }
        for alarm in index.alarms.scaling.get(endpoint.name.as_str()).into_iter().flatten() {
            note(found, alarm, &endpoint.arn, Confidence::Derived, "the name that auto scaling gives");
        }
        for alarm in index.alarms.by_word.get(endpoint.name.as_str()).into_iter().flatten() {
            note(found, alarm, &endpoint.arn, Confidence::Derived, "its expression names the endpoint");
        }
    }
}

fn of_training<'a>(draft: &Draft<'a>, index: &Index<'a>, found: &mut Found<'a>) {
    let mut by_value = |value: &str, from: &'a str, dimensions: &[&str], rule: &'static str| {
        for (alarm, dimension) in index.alarms.by_value.get(value).into_iter().flatten() {
            if dimensions.contains(dimension) {
                note(found, alarm, from, Confidence::Exact, rule);
            }
        }
    };
    for pipeline in &draft.rows.pipelines {
        by_value(&pipeline.name, &pipeline.arn, &["PipelineName"], "Dimensions.PipelineName");
    }
    for group in draft.chain.feature_groups.iter().filter_map(|g| index.store.feature_groups.get(g)) {
        by_value(&group.name, &group.arn, &["FeatureGroupName"], "Dimensions.FeatureGroupName");
    }
    for name in [Some(draft.name), draft.group].into_iter().flatten() {
        by_value(name, name, &["Model", "ModelName", "ModelPackageGroupName"], "Dimensions.Model");
    }
}

fn of_configuration<'a>(draft: &Draft<'a>, index: &Index<'a>, found: &mut Found<'a>) {
    for glob in draft.config.iter().flat_map(|m| &m.alarms) {
        for alarm in beginning(&index.alarms.all, glob.beginning()).filter(|a| glob.matches(&a.name)) {
            note(found, alarm, draft.name, Confidence::Config, "[[model]] alarms");
        }
    }
}

/// Composites whose children belong to the model; they may be children themselves.
fn of_composites<'a>(index: &Index<'a>, found: &mut Found<'a>) {
    let mut open: Vec<(&str, Option<&Alarm>)> = found.iter().map(|(name, hit)| (*name, hit.alarm)).collect();
    while let Some((child, alarm)) = open.pop() {
        for parent in index.alarms.parents.get(child).into_iter().flatten() {
            if !found.contains_key(parent.name.as_str()) {
                note(found, parent, alarm.map_or(child, |a| &a.arn), Confidence::Exact, "AlarmRule names it");
                open.push((&parent.name, Some(parent)));
            }
        }
    }
}
