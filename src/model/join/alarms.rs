//! Finds the alarms that belong to a model, and their receivers.

use std::collections::HashSet;

use crate::model::index::{Index, NamedLikeModels, Watching};
use crate::model::key::{Name, beginning};
use crate::model::{Confidence, StageKind};
use crate::resources::alarm::Alarm;
use crate::resources::endpoint::Endpoint;

use super::ChainBuilder;
use super::serving::groups_of_variant;

/// One alarm of a chain: the thing that it watches, the certainty, and the field that names the thing.
struct Hit<'a> {
    name: &'a str,
    /// Absent if the alarm was deleted but something still names it.
    alarm: Option<&'a Alarm>,
    from: &'a str,
    confidence: Confidence,
    rule: &'static str,
}

/// The alarms of a chain while they are searched. The same alarm may be found in several ways.
struct Found<'a>(Vec<Hit<'a>>);

impl<'a> Found<'a> {
    fn add(&mut self, alarm: &'a Alarm, from: &'a str, confidence: Confidence, rule: &'static str) {
        self.0.push(Hit { name: &alarm.name, alarm: Some(alarm), from, confidence, rule });
    }
    /// Adds all alarms that watch a thing.
    fn watching(&mut self, of: &Watching<'a>, name: &str, from: &'a str, confidence: Confidence, rule: &'static str) {
        for alarm in of.get(name).into_iter().flatten() {
            self.add(alarm, from, confidence, rule);
        }
    }
    /// Sorts the alarms by name and keeps each once. The first way to find an alarm wins.
    fn settle(&mut self) {
        self.0.sort_by_key(|hit| hit.name);
        self.0.dedup_by_key(|hit| hit.name);
    }
}

/// Adds the alarms and topics to a chain.
pub(super) fn join<'a>(builder: &mut ChainBuilder<'a>, index: &Index<'a>) {
    let mut found = Found(Vec::new());
    of_endpoints(builder, index, &mut found);
    of_training(builder, index, &mut found);
    of_configuration(builder, index, &mut found);
    found.settle();
    of_composites(index, &mut found);
    found.settle();
    for Hit { alarm, from, confidence, rule, .. } in found.0 {
        let Some(alarm) = alarm else { continue };
        builder.cross(from, &alarm.arn, confidence, rule, StageKind::Alarms);
        for topic in alarm.calls("sns") {
            builder.within(&alarm.arn, topic, Confidence::Exact, "AlarmActions[]", StageKind::Alarms);
            if !builder.chain.topics.contains(&topic.as_str()) {
                builder.chain.topics.push(topic);
                for subscription in index.alarms.subscriptions.get(topic.as_str()).into_iter().flatten() {
                    let rule = "Subscriptions[].TopicArn";
                    builder.within(topic, &subscription.id, Confidence::Exact, rule, StageKind::Alarms);
                }
            }
        }
        builder.chain.alarms.push(&alarm.name);
        if !alarm.scaling() {
            builder.rows.alarms.push(alarm);
        }
    }
}

fn of_endpoints<'a>(builder: &ChainBuilder<'a>, index: &Index<'a>, found: &mut Found<'a>) {
    let alarms = &index.alarms;
    for endpoint in &builder.rows.endpoints {
        let (name, arn) = (endpoint.name.as_str(), endpoint.arn.as_str());
        for alarm in alarms.of_endpoints.get(name).into_iter().flatten() {
            if !is_of_others(builder, index, endpoint, alarm) {
                found.add(alarm, arn, Confidence::Exact, "Dimensions.EndpointName");
            }
        }
        if let Some(config) = &endpoint.config {
            found.watching(&alarms.of_configs, config, arn, Confidence::Exact, "Dimensions.EndpointConfigName");
        }
        let guards = endpoint.guards.iter().flatten();
        found.0.extend(guards.map(|guard| Hit {
            name: guard,
            alarm: index.store.alarms.get(guard),
            from: arn,
            confidence: Confidence::Exact,
            rule: "AutoRollbackConfiguration.Alarms",
        }));
        found.watching(&alarms.scaling, name, arn, Confidence::Derived, "the name that auto scaling gives");
        found.watching(&alarms.by_word, name, arn, Confidence::Derived, "its expression names the endpoint");
    }
}

/// Does the alarm watch only variants that run versions of other groups?
fn is_of_others(builder: &ChainBuilder<'_>, index: &Index<'_>, endpoint: &Endpoint, alarm: &Alarm) -> bool {
    let Some(group) = builder.group else { return false };
    let mut variants = alarm.dimensions.iter().filter(|(name, _)| name == "VariantName").peekable();
    let other = |variant: &str| {
        let groups = groups_of_variant(index, endpoint, variant);
        !groups.is_empty() && !groups.iter().any(|known| known.eq_ignore_ascii_case(group))
    };
    variants.peek().is_some() && variants.all(|(_, variant)| other(variant))
}

fn of_training<'a>(builder: &ChainBuilder<'a>, index: &Index<'a>, found: &mut Found<'a>) {
    let (alarms, sure) = (&index.alarms, Confidence::Exact);
    for pipeline in &builder.rows.pipelines {
        found.watching(&alarms.of_pipelines, &pipeline.name, &pipeline.arn, sure, "Dimensions.PipelineName");
    }
    for group in builder.chain.feature_groups.iter().filter_map(|g| index.store.feature_groups.get(g)) {
        found.watching(&alarms.of_feature_groups, &group.name, &group.arn, sure, "Dimensions.FeatureGroupName");
    }
    for name in [Some(builder.name), builder.group].into_iter().flatten() {
        let own = |of: &NamedLikeModels<'a>| of.get(&Name(name)).cloned().unwrap_or_default();
        for alarm in own(&alarms.of_models) {
            found.add(alarm, name, sure, "Dimensions.Model");
        }
        for alarm in own(&alarms.of_own_metrics) {
            found.add(alarm, name, Confidence::Derived, "a dimension of an own metric has its name");
        }
    }
}

fn of_configuration<'a>(builder: &ChainBuilder<'a>, index: &Index<'a>, found: &mut Found<'a>) {
    for glob in builder.config.iter().flat_map(|m| &m.alarms) {
        for alarm in beginning(&index.alarms.all, glob.beginning()).filter(|a| glob.matches(&a.name)) {
            found.add(alarm, builder.name, Confidence::Config, "[[model]] alarms");
        }
    }
}

/// Adds composite alarms whose children belong to the model. They may be children of other composite alarms.
fn of_composites<'a>(index: &Index<'a>, found: &mut Found<'a>) {
    let mut open: Vec<(&str, Option<&Alarm>)> = found.0.iter().map(|hit| (hit.name, hit.alarm)).collect();
    open.retain(|(name, _)| index.alarms.parents.contains_key(name));
    let mut known: HashSet<&str> =
        if open.is_empty() { HashSet::new() } else { found.0.iter().map(|hit| hit.name).collect() };
    while let Some((child, alarm)) = open.pop() {
        for parent in index.alarms.parents.get(child).into_iter().flatten() {
            if known.insert(&parent.name) {
                found.add(parent, alarm.map_or(child, |a| &a.arn), Confidence::Exact, "AlarmRule names it");
                open.push((&parent.name, Some(parent)));
            }
        }
    }
}
