//! Which alarms belong to a model, and whom they reach (`aws-map` 3.2, edges 19 to 22 and 26).

use std::collections::BTreeMap;

use crate::model::index::Index;
use crate::model::{Confidence, StageKind};
use crate::resources::alarm::Alarm;

use super::Draft;

/// How an alarm was found: what it watches, how sure, by which field.
type Found = (String, Confidence, &'static str);

/// Gives a chain its alarms and topics.
pub(super) fn join(draft: &mut Draft<'_>, index: &Index<'_>) {
    let mut found: BTreeMap<String, Found> = BTreeMap::new();
    of_endpoints(draft, index, &mut found);
    of_training(draft, index, &mut found);
    of_configuration(draft, index, &mut found);
    of_composites(index, &mut found);
    for (name, (from, confidence, rule)) in found {
        let Some(alarm) = index.store.alarms.get(&name) else { continue };
        draft.cross(&from, &alarm.arn, confidence, rule, StageKind::Alarms);
        for topic in alarm.actions.iter().filter(|a| a.contains(":sns:")) {
            draft.within(&alarm.arn, topic, Confidence::Exact, "AlarmActions[]", StageKind::Alarms);
            for subscription in index.subscriptions.get(topic.as_str()).into_iter().flatten() {
                draft.within(topic, &subscription.id, Confidence::Exact, "Subscriptions[].TopicArn", StageKind::Alarms);
            }
            if !draft.chain.topics.contains(topic) {
                draft.chain.topics.push(topic.clone());
            }
        }
        draft.chain.alarms.push(name);
    }
}

fn of_endpoints(draft: &Draft<'_>, index: &Index<'_>, found: &mut BTreeMap<String, Found>) {
    for serving in &draft.chain.serving {
        let Some(endpoint) = index.store.endpoints.get(&serving.endpoint) else { continue };
        let mut add = |alarm: &str, confidence, rule| {
            found.entry(alarm.to_owned()).or_insert_with(|| (endpoint.arn.clone(), confidence, rule));
        };
        for (alarm, dimension) in index.alarms_by_value.get(endpoint.name.as_str()).into_iter().flatten() {
            if matches!(*dimension, "EndpointName" | "Endpoint") {
                add(&alarm.name, Confidence::Exact, "Dimensions.EndpointName");
            }
        }
        for (alarm, dimension) in
            endpoint.config.as_deref().and_then(|c| index.alarms_by_value.get(c)).into_iter().flatten()
        {
            if *dimension == "EndpointConfigName" {
                add(&alarm.name, Confidence::Exact, "Dimensions.EndpointConfigName");
            }
        }
        for guard in endpoint.guards.iter().flatten() {
            add(guard, Confidence::Exact, "AutoRollbackConfiguration.Alarms");
        }
        for alarm in index.scaling.get(endpoint.name.as_str()).into_iter().flatten() {
            add(&alarm.name, Confidence::Derived, "the name that auto scaling gives");
        }
        for alarm in index.expressions.iter().filter(|a| holds_word(&a.watches, &endpoint.name)) {
            add(&alarm.name, Confidence::Derived, "its expression names the endpoint");
        }
    }
}

fn of_training(draft: &Draft<'_>, index: &Index<'_>, found: &mut BTreeMap<String, Found>) {
    let mut by_value = |value: &str, from: &str, dimensions: &[&str], rule: &'static str| {
        for (alarm, dimension) in index.alarms_by_value.get(value).into_iter().flatten() {
            if dimensions.contains(dimension) {
                found.entry(alarm.name.clone()).or_insert_with(|| (from.to_owned(), Confidence::Exact, rule));
            }
        }
    };
    for pipeline in draft.chain.pipelines.iter().filter_map(|p| index.store.pipelines.get(p)) {
        by_value(&pipeline.name, &pipeline.arn, &["PipelineName"], "Dimensions.PipelineName");
    }
    for group in draft.chain.feature_groups.iter().filter_map(|g| index.store.feature_groups.get(g)) {
        by_value(&group.name, &group.arn, &["FeatureGroupName"], "Dimensions.FeatureGroupName");
    }
    let model = [Some(draft.chain.name.as_str()), draft.chain.group.as_deref()];
    for name in model.into_iter().flatten() {
        by_value(name, name, &["Model", "ModelName", "ModelPackageGroupName"], "Dimensions.Model");
    }
}

fn of_configuration(draft: &Draft<'_>, index: &Index<'_>, found: &mut BTreeMap<String, Found>) {
    let Some(config) = draft.config else { return };
    for alarm in index.store.alarms.rows().filter(|a| config.alarms.iter().any(|glob| glob.matches(&a.name))) {
        let entry = || (draft.chain.name.clone(), Confidence::Config, "[[model]] alarms");
        found.entry(alarm.name.clone()).or_insert_with(entry);
    }
}

/// Composites whose children belong to the model; they may be children themselves.
fn of_composites(index: &Index<'_>, found: &mut BTreeMap<String, Found>) {
    let mut open: Vec<String> = found.keys().cloned().collect();
    while let Some(child) = open.pop() {
        let from = index.store.alarms.get(&child).map_or_else(|| child.clone(), |a| a.arn.clone());
        let parents: Vec<&Alarm> = index.parents.get(child.as_str()).cloned().unwrap_or_default();
        for parent in parents {
            if !found.contains_key(&parent.name) {
                found.insert(parent.name.clone(), (from.clone(), Confidence::Exact, "AlarmRule names it"));
                open.push(parent.name.clone());
            }
        }
    }
}

/// Is `word` in `text` as a whole, not as a part of a longer name?
fn holds_word(text: &str, word: &str) -> bool {
    let part = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
    text.match_indices(word).any(|(at, _)| {
        let before = text.get(..at).and_then(|t| t.chars().next_back());
        let after = text.get(at + word.len()..).and_then(|t| t.chars().next());
        !before.is_some_and(part) && !after.is_some_and(part)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expression_must_name_the_whole_endpoint() {
        assert!(holds_word("SELECT AVG(x) WHERE EndpointName = 'fraud'", "fraud"));
        assert!(!holds_word("SELECT AVG(x) WHERE EndpointName = 'fraud-v2'", "fraud"));
        assert!(!holds_word("antifraud", "fraud"));
    }
}
