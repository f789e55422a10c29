//! Stories that add to other stories.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use super::model::{Deployed, Scaling};
use super::{BUNDLED, Run, Story, StoryError, Version};

/// The additions to an inherited model.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(crate) struct Add {
    /// The name of the model.
    #[cfg_attr(test, schemars(with = "String"))]
    pub(crate) model: Spanned<String>,
    /// The further versions.
    #[serde(default)]
    pub(crate) versions: Vec<Version>,
    /// The further runs that registered nothing, or are still running.
    #[serde(default)]
    pub(crate) runs: Vec<Run>,
    /// The later deployments, by stage.
    #[serde(default)]
    pub(crate) deployed: BTreeMap<String, Vec<Deployed>>,
    /// The reason why the endpoint of a stage is in `UpdateRollbackFailed`.
    #[serde(default)]
    pub(crate) stuck: BTreeMap<String, String>,
    /// The present instances, by stage.
    #[serde(default)]
    pub(crate) instances: BTreeMap<String, i64>,
    /// The scaling, by stage.
    #[serde(default)]
    pub(crate) scaling: BTreeMap<String, Scaling>,
    /// The versions whose configuration and model were deleted since, by stage.
    #[serde(default)]
    pub(crate) gone: BTreeMap<String, Vec<usize>>,
}

/// Merges two lists. Later items replace earlier ones with the same name.
fn merge<T>(base: &mut Vec<T>, more: Vec<T>, name: impl Fn(&T) -> String) {
    for item in more {
        match base.iter_mut().find(|known| name(known) == name(&item)) {
            Some(place) => *place = item,
            None => base.push(item),
        }
    }
}

impl Story {
    /// Adds this story to the one that it inherits from.
    pub(super) fn inherited(self, depth: usize) -> Result<Self, StoryError> {
        let Some(parent) = &self.inherits else { return Ok(self) };
        let Some((_, text)) = BUNDLED.iter().find(|(name, _)| name == parent.get_ref()).filter(|_| depth < 4) else {
            return Err(StoryError::name(("story", "to inherit from"), parent, BUNDLED.iter().map(|(name, _)| *name)));
        };
        let base: Self = toml::from_str(text)?;
        let mut base = base.inherited(depth + 1)?;
        base.add(self)?;
        Ok(base)
    }

    fn add(&mut self, more: Self) -> Result<(), StoryError> {
        self.title = more.title;
        self.about = more.about;
        self.seed = more.seed;
        self.account = more.account.or(self.account.take());
        self.drill = more.drill;
        merge(&mut self.topics, more.topics, |topic| topic.name.clone());
        merge(&mut self.buckets, more.buckets, |bucket| bucket.name.clone());
        merge(&mut self.data, more.data, |data| data.uri.clone());
        merge(&mut self.feature_groups, more.feature_groups, |group| group.name.clone());
        merge(&mut self.models, more.models, |model| model.name.clone());
        merge(&mut self.jobs, more.jobs, |job| job.name.clone());
        merge(&mut self.specials, more.specials, |special| special.name.clone());
        merge(&mut self.alarms, more.alarms, |alarm| alarm.name.clone());
        merge(&mut self.mute_rules, more.mute_rules, |rule| rule.name.clone());
        merge(&mut self.rules, more.rules, |rule| rule.name.clone());
        merge(&mut self.schedules, more.schedules, |schedule| schedule.name.clone());
        merge(&mut self.state_machines, more.state_machines, |machine| machine.name.clone());
        merge(&mut self.series, more.series, |series| {
            format!("{} {} {:?}", series.namespace, series.name, series.dimensions)
        });
        merge(&mut self.monitors, more.monitors, |monitor| monitor.name.clone());
        merge(&mut self.cards, more.cards, |card| card.name.clone());
        self.governed.extend(more.governed);
        self.images.extend(more.images);
        self.evaluated.extend(more.evaluated);
        self.items.extend(more.items);
        self.projects.extend(more.projects);
        self.schemas.extend(more.schemas);
        self.keys.extend(more.keys);
        self.insights.extend(more.insights);
        self.health_events.extend(more.health_events);
        merge(&mut self.calendars, more.calendars, |calendar| calendar.name.clone());
        merge(&mut self.runbooks, more.runbooks, |runbook| runbook.name.clone());
        self.automations.extend(more.automations);
        merge(&mut self.workbenches, more.workbenches, |workbench| workbench.name.clone());
        self.effects.extend(more.effects);
        self.logs.extend(more.logs);
        self.events.extend(more.events);
        self.faults.extend(more.faults);
        self.run_failures.extend(more.run_failures);
        self.evaluations.extend(more.evaluations);
        more.adds.into_iter().try_for_each(|add| self.add_to_model(add))
    }

    fn add_to_model(&mut self, add: Add) -> Result<(), StoryError> {
        let Some(place) = self.models.iter().position(|model| model.name == *add.model.get_ref()) else {
            return Err(StoryError::name(
                ("model", "to add to"),
                &add.model,
                self.models.iter().map(|m| m.name.as_str()),
            ));
        };
        let Some(model) = self.models.get_mut(place) else { return Ok(()) };
        model.versions.extend(add.versions.clone());
        model.runs.extend(add.runs.clone());
        for endpoint in &mut model.endpoints {
            endpoint.deployed.extend(add.deployed.get(&endpoint.stage).cloned().unwrap_or_default());
            let gone = add.gone.get(&endpoint.stage).cloned().unwrap_or_default();
            for deployed in endpoint.deployed.iter_mut().filter(|deployed| gone.contains(&deployed.version)) {
                deployed.gone = true;
            }
            endpoint.stuck = add.stuck.get(&endpoint.stage).cloned().or(endpoint.stuck.take());
            endpoint.scaling = add.scaling.get(&endpoint.stage).cloned().or(endpoint.scaling.take());
            endpoint.now = add.instances.get(&endpoint.stage).copied().or(endpoint.now);
        }
        self.adds.push(add);
        Ok(())
    }
}
