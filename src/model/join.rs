//! What belongs together (`aws-map` 3): one chain a model, each edge with its confidence and its rule.

mod alarms;
mod serving;
mod training;

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashSet};
use std::num::NonZero;
use std::panic::resume_unwind;
use std::thread;

use super::index::{Index, Keyed, Name};
use super::{Chain, Confidence, Link, StageKind, attention};
use crate::config::Model as ModelConfig;
use crate::resources::alarm::Alarm;
use crate::resources::endpoint::Endpoint;
use crate::resources::execution::PipelineExecution;
use crate::resources::job::TrainingJob;
use crate::resources::model::Model;
use crate::resources::package::ModelPackage;
use crate::resources::pipeline::Pipeline;
use crate::resources::{Seen, arn_name};

use serving::Traced;

/// One model while its stages are joined. All text is that of the tables until it is done.
struct Draft<'a> {
    name: &'a str,
    group: Option<&'a str>,
    config: Option<&'a ModelConfig>,
    home: Home<'a>,
    links: Vec<Link<&'a str>>,
    rows: Rows<'a>,
    chain: Chain,
}

/// The rows that a chain speaks of, in its order: looked up once, judged by many rules.
#[derive(Default)]
pub(super) struct Rows<'a> {
    /// Of each `serving`.
    pub(super) endpoints: Vec<&'a Endpoint>,
    /// What the endpoints run.
    pub(super) models: Vec<&'a Model>,
    pub(super) packages: Vec<&'a ModelPackage>,
    pub(super) pipelines: Vec<&'a Pipeline>,
    pub(super) executions: Vec<&'a PipelineExecution>,
    pub(super) jobs: Vec<&'a TrainingJob>,
    /// Without those of auto scaling, which never count.
    pub(super) alarms: Vec<&'a Alarm>,
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
    fn new(name: &'a str, group: Option<&'a str>, home: Home<'a>) -> Self {
        let chain = Chain { name: name.to_owned(), group: group.map(str::to_owned), ..Chain::default() };
        Self { name, group, config: None, home, links: Vec::new(), rows: Rows::default(), chain }
    }
    fn configured(model: &'a ModelConfig, place: usize, group: Option<&'a str>) -> Self {
        let mut draft = Self::new(&model.name, group, Home::Configured(place));
        (draft.config, draft.chain.configured) = (Some(model), Some(place));
        draft
    }
    /// An edge from the stage before into `into`.
    fn cross(&mut self, from: &'a str, to: &'a str, confidence: Confidence, rule: &'static str, into: StageKind) {
        self.links.push(Link { from, to, confidence, rule, into, crossing: true });
    }
    /// An edge within a stage.
    fn within(&mut self, from: &'a str, to: &'a str, confidence: Confidence, rule: &'static str, stage: StageKind) {
        self.links.push(Link { from, to, confidence, rule, into: stage, crossing: false });
    }
    /// The chain, judged.
    fn done(mut self, index: &Index<'a>, seen: &Seen) -> Chain {
        self.links.sort_unstable();
        self.links.dedup();
        self.chain.links = self.links.iter().map(owned).collect();
        attention::judge(&mut self.chain, &self.rows, index, seen);
        self.chain
    }
}

fn owned(link: &Link<&str>) -> Link {
    let &Link { from, to, confidence, rule, into, crossing } = link;
    Link { from: from.to_owned(), to: to.to_owned(), confidence, rule, into, crossing }
}

/// All chains, worst first, then by name. Pure: the same tables, configuration and time give the same chains.
#[must_use]
pub fn chains(seen: &Seen) -> Vec<Chain> {
    let index = Index::new(&seen.store);
    let mut homes = serving::trace_all(&index, &seen.wishes.models);
    let drafts = drafts(&index, &seen.wishes.models, &homes).into_iter();
    let work: Vec<_> = drafts.map(|draft| (homes.remove(&draft.home).unwrap_or_default(), draft)).collect();
    let mut chains = shared(work, |(traced, mut draft)| {
        serving::join(&mut draft, &index, traced);
        training::join(&mut draft, &index);
        alarms::join(&mut draft, &index);
        draft.done(&index, seen)
    });
    chains.retain(|chain| !seen.wishes.sparse || exists(chain, &index));
    chains.sort_by(|a, b| (Reverse(a.health), &a.name).cmp(&(Reverse(b.health), &b.name)));
    chains
}

/// Models from which on several cores work on them.
const MANY: usize = 500;

/// Does the same to each piece of work, on all cores when there is much of it; the results are in the same order.
fn shared<T: Send, R: Send>(mut work: Vec<T>, each: impl Fn(T) -> R + Sync) -> Vec<R> {
    let cores = if work.len() < MANY { 1 } else { thread::available_parallelism().map_or(1, NonZero::get) };
    let share = work.len().div_ceil(cores).max(1);
    let mut shares = Vec::new();
    while work.len() > share {
        shares.push(work.split_off(work.len() - share));
    }
    let each = &each;
    thread::scope(|scope| {
        let others: Vec<_> =
            shares.into_iter().map(|share| scope.spawn(|| share.into_iter().map(each).collect())).collect();
        let mut done: Vec<R> = work.into_iter().map(each).collect();
        for other in others.into_iter().rev() {
            // A share that panicked does so here as well.
            let more: Vec<R> = other.join().unwrap_or_else(|panic| resume_unwind(panic));
            done.extend(more);
        }
        done
    })
}

/// Is there anything of it in the account? What only the configuration names is not.
fn exists(chain: &Chain, index: &Index<'_>) -> bool {
    let group = chain.group.as_deref().is_some_and(|group| index.group(group).is_some());
    group || !(chain.serving.is_empty() && chain.packages.is_empty() && chain.pipelines.is_empty())
}

/// The models there are: those of the configuration, groups that it does not claim, endpoints without a group.
fn drafts<'a>(
    index: &Index<'a>,
    models: &'a [ModelConfig],
    homes: &Keyed<Home<'a>, Vec<Traced<'a>>>,
) -> Vec<Draft<'a>> {
    let mut drafts = Vec::new();
    let mut known: HashSet<Name<'a>, foldhash::fast::RandomState> = HashSet::default();
    for (place, model) in models.iter().enumerate() {
        let own_name = index.group(&model.name).map(|g| g.name.as_str());
        let group = model.group.as_deref().map(|g| index.spelling(arn_name(g))).or(own_name);
        known.extend(group.map(Name));
        drafts.push(Draft::configured(model, place, group));
    }
    let listed = index.store.groups.rows().map(|g| g.name.as_str());
    // A group may show itself only by its versions, when the list of groups is denied.
    let by_versions = index.packages.keys().map(|group| group.0);
    // And one of another account, or a deleted one, only by what serves from it.
    let by_owner = homes.keys().filter_map(|home| if let Home::Group(name) = home { Some(name.0) } else { None });
    for group in listed.chain(by_versions).chain(by_owner) {
        if known.insert(Name(group)) {
            drafts.push(Draft::new(group, Some(group), Home::Group(Name(group))));
        }
    }
    let stems: BTreeSet<&str> =
        homes.keys().filter_map(|home| if let Home::Stem(stem) = home { Some(*stem) } else { None }).collect();
    drafts.extend(stems.into_iter().map(|stem| Draft::new(stem, None, Home::Stem(stem))));
    drafts
}
