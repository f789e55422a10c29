//! What belongs together: one chain a model, each edge with its confidence and its rule.

mod alarms;
mod serving;
mod training;

use std::cmp::Reverse;
use std::collections::HashSet;

use super::cores::shared;
use super::index::Index;
use super::key::{Keyed, Name};
use super::links::{Edges, Link};
use super::rows::Rows;
use super::{Chain, Confidence, StageKind, attention};
use crate::config::Model as ModelConfig;

use serving::Traced;

/// A model before it is joined: what it is called, its group, and where its endpoints are.
struct Origin<'a> {
    name: &'a str,
    group: Option<&'a str>,
    home: Home<'a>,
}

/// One model while its stages are joined. All text is that of the tables until it is done.
struct Draft<'a> {
    name: &'a str,
    group: Option<&'a str>,
    config: Option<&'a ModelConfig>,
    edges: Edges<'a>,
    rows: Rows<'a>,
    chain: Chain<'a>,
}

/// Which draft an endpoint goes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Home<'a> {
    /// That of a `[[model]]` table, by its place.
    Configured(usize),
    /// That of a group.
    Group(Name<'a>),
    /// It has no group: that of all endpoints with the same stem.
    Stem(&'a str),
}

impl<'a> Draft<'a> {
    fn new(Origin { name, group, home }: &Origin<'a>, models: &'a [ModelConfig], edges: Edges<'a>) -> Self {
        let configured = if let Home::Configured(place) = home { Some(*place) } else { None };
        let chain = Chain { name, group: *group, configured, ..Chain::default() };
        let config = configured.and_then(|place| models.get(place));
        Self { name, group: *group, config, edges, rows: Rows::default(), chain }
    }
    /// An edge from the stage before into `into`.
    fn cross(&mut self, from: &'a str, to: &'a str, confidence: Confidence, rule: &'static str, into: StageKind) {
        self.edges.add(Link { from, to, confidence, rule, into, crossing: true });
    }
    /// An edge within a stage.
    fn within(&mut self, from: &'a str, to: &'a str, confidence: Confidence, rule: &'static str, stage: StageKind) {
        self.edges.add(Link { from, to, confidence, rule, into: stage, crossing: false });
    }
    /// Finds what belongs to it, beginning with its endpoints.
    #[expect(clippy::vec_box, reason = "what was followed is large, and sorted")]
    fn join(&mut self, index: &Index<'a>, traced: Vec<Box<Traced<'a>>>) {
        serving::join(self, index, traced);
        training::join(self, index);
        alarms::join(self, index);
        self.chain.arrows = self.edges.arrows;
    }
}

/// All chains of the tables that an index is of, worst first, then by name.
pub(super) fn chains<'a>(index: &Index<'a>) -> Vec<Chain<'a>> {
    let wishes = &index.seen.wishes;
    let mut homes = serving::trace_all(index);
    let mut origins = origins(index, &wishes.models, &homes);
    origins.sort_by_key(|origin| origin.name);
    let work = origins.into_iter().map(|origin| (homes.remove(&origin.home).unwrap_or_default(), origin)).collect();
    let mut chains = shared(work, |(traced, origin)| {
        let mut draft = Draft::new(&origin, &wishes.models, Edges::default());
        draft.join(index, traced);
        attention::judge(&mut draft.chain, &draft.rows, index);
        draft.chain
    });
    chains.retain(|chain| !wishes.sparse || exists(chain, index));
    // They are in the order of their names, and a chain is large: each is moved once.
    chains.sort_by_cached_key(|chain| Reverse(chain.health));
    chains
}

/// The edges of one chain, each once and in their order: it is joined again.
pub(super) fn links_of<'a>(chain: &Chain<'a>, index: &Index<'a>) -> Vec<Link<'a>> {
    let Chain { name, group, .. } = *chain;
    let home = chain.configured.map_or(Home::Stem(name), Home::Configured);
    let mut draft = Draft::new(&Origin { name, group, home }, &index.seen.wishes.models, Edges::new(true));
    let endpoints = chain.serving.iter().filter_map(|serving| index.store.endpoints.get(serving.endpoint));
    draft.join(index, endpoints.map(|endpoint| serving::trace(index, endpoint, true).1).collect());
    draft.edges.told()
}

/// Is there anything of it in the account? What only the configuration names is not.
fn exists(chain: &Chain, index: &Index<'_>) -> bool {
    let group = chain.group.is_some_and(|group| index.group(group).is_some());
    group || !(chain.serving.is_empty() && chain.packages.is_empty() && chain.pipelines.is_empty())
}

/// The models there are: those of the configuration, groups that it does not claim, endpoints without a group.
fn origins<'a>(
    index: &Index<'a>,
    models: &'a [ModelConfig],
    homes: &Keyed<Home<'a>, Vec<Box<Traced<'a>>>>,
) -> Vec<Origin<'a>> {
    let mut origins = Vec::new();
    let mut known: HashSet<Name<'a>, foldhash::fast::RandomState> = HashSet::default();
    for (place, model) in models.iter().enumerate() {
        // A table that names no group has the one of its own name, where there is one.
        let group = index.spelling(model.group_name());
        let group = (model.group.is_some() || index.has_group(group)).then_some(group);
        known.extend(group.map(Name));
        origins.push(Origin { name: &model.name, group, home: Home::Configured(place) });
    }
    let listed = index.store.groups.rows().map(|g| g.name.as_str());
    // A group may show itself only by its versions, when the list of groups is denied.
    let by_versions = index.registry.packages.keys().map(|group| group.0);
    // And one of another account, or a deleted one, only by what serves from it.
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
