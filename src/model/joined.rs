//! The models with what is looked up in them: made from the tables at once, handed over as one value.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::BuildHasher;

use foldhash::fast::RandomState;

use super::hears::{Hears, hears};
use super::index::{Index, Keyed};
use super::join::chains_of;
use super::{Chain, Health, Serving};
use crate::resources::alarm::Alarm;
use crate::resources::config::EndpointConfig;
use crate::resources::dataset::Dataset;
use crate::resources::endpoint::Endpoint;
use crate::resources::execution::PipelineExecution;
use crate::resources::feature_group::FeatureGroup;
use crate::resources::job::TrainingJob;
use crate::resources::package::ModelPackage;
use crate::resources::pipeline::Pipeline;
use crate::resources::topic::Topic;
use crate::resources::{Resource, Seen};

/// All chains and what is asked of them again and again, by key.
#[derive(Debug, Default)]
pub struct Joined {
    chains: Vec<Chain>,
    /// Place of the chain that a thing belongs to, by the hash of the thing's kind and id: there are a hundred
    /// thousand of them, and 64 bits tell them apart without a copy of each id.
    owners: Keyed<u64, usize>,
    hasher: RandomState,
    unwell: BTreeSet<String>,
    waiting: usize,
    hears: BTreeMap<String, Hears>,
}

/// What a model itself is among the kinds of things.
const CHAIN: &str = "chain";

/// Joins the tables. Pure: it may be made on any thread.
#[must_use]
pub fn join(seen: &Seen) -> Joined {
    let index = Index::new(&seen.store);
    Joined { hears: hears(&index), ..Joined::of(chains_of(&index, seen)) }
}

impl Joined {
    fn of(chains: Vec<Chain>) -> Self {
        let mut joined = Self::default();
        for (place, chain) in chains.iter().enumerate() {
            joined.own(CHAIN, place, [&chain.name]);
            joined.own(Dataset::KIND, place, &chain.datasets);
            joined.own(FeatureGroup::KIND, place, &chain.feature_groups);
            joined.own(Pipeline::KIND, place, &chain.pipelines);
            joined.own(PipelineExecution::KIND, place, &chain.executions);
            joined.own(TrainingJob::KIND, place, &chain.jobs);
            joined.own(ModelPackage::KIND, place, &chain.packages);
            joined.own(Endpoint::KIND, place, chain.serving.iter().map(|s| &s.endpoint));
            joined.own(EndpointConfig::KIND, place, chain.serving.iter().filter_map(|s| s.config.as_ref()));
            joined.own(Alarm::KIND, place, &chain.alarms);
            joined.own(Topic::KIND, place, &chain.topics);
            if chain.health >= Health::Warning {
                joined.unwell.extend(chain.serving.iter().map(|s| s.endpoint.clone()));
            }
            joined.waiting += chain.reasons.iter().filter(|r| r.rule == "waits").count();
        }
        joined.chains = chains;
        joined
    }

    /// Notes whose things these are; what belongs to several chains is the worst one's, as that comes first.
    fn own<'a>(&mut self, kind: &str, place: usize, ids: impl IntoIterator<Item = &'a String>) {
        for id in ids {
            self.owners.entry(self.hasher.hash_one((kind, id))).or_insert(place);
        }
    }

    /// The models, worst first.
    #[must_use]
    pub fn chains(&self) -> &[Chain] {
        &self.chains
    }
    /// The model of this name.
    #[must_use]
    pub fn chain(&self, name: &str) -> Option<&Chain> {
        self.owner(CHAIN, name)
    }
    /// The model that a thing belongs to; the worst one when it belongs to several.
    #[must_use]
    pub fn owner(&self, kind: &str, id: &str) -> Option<&Chain> {
        self.chains.get(*self.owners.get(&self.hasher.hash_one((kind, id)))?)
    }
    /// What an endpoint runs.
    #[must_use]
    pub fn serving(&self, endpoint: &str) -> Option<&Serving> {
        self.owner(Endpoint::KIND, endpoint)?.serving.iter().find(|s| s.endpoint == endpoint)
    }
    /// Endpoints of models that are not well.
    #[must_use]
    pub fn unwell(&self) -> &BTreeSet<String> {
        &self.unwell
    }
    /// How many versions wait for somebody.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.waiting
    }
    /// Who hears of an alarm that calls nothing itself; nothing for any other.
    #[must_use]
    pub fn hears(&self, alarm: &str) -> Option<&Hears> {
        self.hears.get(alarm)
    }
    /// How many models have this health.
    #[must_use]
    pub fn count(&self, health: Health) -> usize {
        // They are sorted by it, worst first.
        self.chains.partition_point(|c| c.health >= health) - self.chains.partition_point(|c| c.health > health)
    }
}
