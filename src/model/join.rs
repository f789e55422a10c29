//! Finds the things that belong together: one chain for each model, each edge with its certainty and its rule.

mod alarms;
mod serving;
mod training;

use std::cmp::Reverse;
use std::collections::HashSet;

use jiff::Timestamp;

use super::index::Index;
use super::key::{Keyed, Name};
use super::links::{Edges, Link};
use super::parallel;
use super::rows::Rows;
use super::{Chain, Confidence, StageKind, attention};
use crate::config::Model as ModelConfig;
use crate::health::Health;
use crate::resources::Thing;

use serving::Traced;
pub(super) use training::RECENT_JOBS;

/// A model before it is joined: its name, its group, and the home of its endpoints.
struct Origin<'a> {
    name: &'a str,
    group: Option<&'a str>,
    home: Home<'a>,
}

/// One model while its stages are joined. All its texts are borrowed from the tables.
struct ChainBuilder<'a> {
    name: &'a str,
    group: Option<&'a str>,
    config: Option<&'a ModelConfig>,
    edges: Edges<'a>,
    rows: Rows<'a>,
    chain: Chain<'a>,
}

/// The model to which an endpoint belongs, before it is joined.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Home<'a> {
    /// That of a `[[model]]` table, by its index.
    Configured(usize),
    /// That of a group.
    Group(Name<'a>),
    /// That of all endpoints without a group that have the same stem.
    Stem(&'a str),
}

impl<'a> ChainBuilder<'a> {
    fn new(Origin { name, group, home }: &Origin<'a>, models: &'a [ModelConfig], edges: Edges<'a>) -> Self {
        let configured = if let Home::Configured(place) = home { Some(*place) } else { None };
        let chain = Chain { name, group: *group, configured, ..Chain::default() };
        let config = configured.and_then(|place| models.get(place));
        Self { name, group: *group, config, edges, rows: Rows::default(), chain }
    }
    /// Adds an edge from the stage before into `into`.
    fn cross(&mut self, from: &'a str, to: &'a str, confidence: Confidence, rule: &'static str, into: StageKind) {
        self.edges.add(Link { from, to, confidence, rule, into, crossing: true });
    }
    /// Adds an edge within a stage.
    fn within(&mut self, from: &'a str, to: &'a str, confidence: Confidence, rule: &'static str, stage: StageKind) {
        self.edges.add(Link { from, to, confidence, rule, into: stage, crossing: false });
    }
    /// Finds the things that belong to the model, beginning with its endpoints.
    #[expect(clippy::vec_box, reason = "what was followed is large, and sorted")]
    fn join(&mut self, index: &Index<'a>, traced: Vec<Box<Traced<'a>>>) {
        serving::join(self, index, traced);
        training::join(self, index);
        alarms::join(self, index);
        self.chain.attached = index.referrers.attached(&self.chain, self.config);
        for attached in self.chain.attached.clone() {
            let key = |(kind, id)| index.store.get(kind, id).and_then(Thing::arn).unwrap_or(id);
            let (from, to) = attached.ends();
            self.within(key(from), key(to), attached.confidence, attached.field, attached.stage);
        }
        self.chain.arrows = self.edges.arrows;
    }
}

/// Returns all chains of the indexed tables: the worst first, those whose trouble is the newest before others, then by
/// name.
pub(super) fn chains<'a>(index: &Index<'a>) -> Vec<Chain<'a>> {
    let preferences = &index.observed.preferences;
    let mut homes = serving::trace_all(index);
    let mut origins = origins(index, &preferences.models, &homes);
    origins.sort_by_key(|origin| origin.name);
    let work = origins.into_iter().map(|origin| (homes.remove(&origin.home).unwrap_or_default(), origin)).collect();
    let mut chains = parallel::map(work, |(traced, origin)| {
        let mut builder = ChainBuilder::new(&origin, &preferences.models, Edges::default());
        builder.join(index, traced);
        attention::judge(&mut builder.chain, &builder.rows, index);
        builder.chain
    });
    chains.retain(|chain| !preferences.omit_absent || exists(chain, index));
    // The chains are sorted by name already. A chain is large, so a cached key moves each only once.
    chains.sort_by_cached_key(|chain| (Reverse(chain.health), Reverse(began(chain))));
    chains
}

/// Returns since when a model is in trouble, if it is.
fn began(chain: &Chain<'_>) -> Option<Timestamp> {
    chain.reasons.first().filter(|worst| worst.health >= Health::Warning)?.since
}

/// Returns the edges of one chain, each once and in order. To find them, it joins the chain again.
pub(super) fn links_of<'a>(chain: &Chain<'a>, index: &Index<'a>) -> Vec<Link<'a>> {
    let Chain { name, group, .. } = *chain;
    let home = chain.configured.map_or(Home::Stem(name), Home::Configured);
    let mut builder =
        ChainBuilder::new(&Origin { name, group, home }, &index.observed.preferences.models, Edges::new(true));
    let endpoints = chain.serving.iter().filter_map(|serving| index.store.endpoints.get(serving.endpoint));
    builder.join(index, endpoints.map(|endpoint| serving::trace(index, endpoint, true).1).collect());
    builder.edges.into_sorted()
}

/// Does anything of the chain exist in the account? Things that only the configuration names do not count.
fn exists(chain: &Chain, index: &Index<'_>) -> bool {
    let group = chain.group.is_some_and(|group| index.group(group).is_some());
    group || !(chain.serving.is_empty() && chain.packages.is_empty() && chain.pipelines.is_empty())
}

/// Returns all models: those of the configuration, groups that it does not claim, and endpoints without a group.
fn origins<'a>(
    index: &Index<'a>,
    models: &'a [ModelConfig],
    homes: &Keyed<Home<'a>, Vec<Box<Traced<'a>>>>,
) -> Vec<Origin<'a>> {
    let mut origins = Vec::new();
    let mut known: HashSet<Name<'a>, foldhash::fast::RandomState> = HashSet::default();
    for (place, model) in models.iter().enumerate() {
        // A table that names no group gets the group with the table's own name, if there is one.
        let group = index.spelling(model.group_name());
        let group = (model.group.is_some() || index.has_group(group)).then_some(group);
        known.extend(group.map(Name));
        origins.push(Origin { name: &model.name, group, home: Home::Configured(place) });
    }
    let listed = index.store.groups.rows().map(|g| g.name.as_str());
    // If the list of groups is denied, only the versions of a group show that it exists.
    let by_versions = index.registry.packages.keys().map(|group| group.0);
    // Only an endpoint shows a deleted group, or a group of another account.
    let by_owner = homes.keys().filter_map(|home| if let Home::Group(name) = home { Some(name.0) } else { None });
    for group in listed.chain(by_versions).chain(by_owner) {
        if known.insert(Name(group)) {
            origins.push(Origin { name: group, group: Some(group), home: Home::Group(Name(group)) });
        }
    }
    let stems = homes.keys().filter_map(|home| if let Home::Stem(stem) = home { Some(*stem) } else { None });
    origins.extend(stems.map(|stem| Origin { name: stem, group: None, home: Home::Stem(stem) }));
    origins
}

#[cfg(test)]
mod tests;
