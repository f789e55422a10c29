//! The joined models with their lookup tables. One join makes them from the tables, and they are passed on as one
//! value.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::hash::BuildHasher;
use std::iter;
use std::sync::OnceLock;

use foldhash::fast::RandomState;
use self_cell::self_cell;

use super::alarm_receiver::{AlarmReceiver, receivers};
use super::index::Index;
use super::join::{chains, links_of};
use super::key::{Keyed, Name};
use super::unclaimed::{Unclaimed, unclaimed};
use super::{Attached, Chain, Health, Link, Mark, Reason, Serving};
use crate::resources::endpoint::Endpoint;
use crate::resources::pipeline::{Pipeline, of_execution};
use crate::resources::{Kind, Observed, Resource, Store};

/// The result of a join. It borrows all names from the tables.
struct Made<'a> {
    /// The index, for edges that are searched on demand.
    index: Index<'a>,
    chains: Vec<Chain<'a>>,
}

self_cell! {
    /// The tables with the models that were made from them.
    struct Tables {
        owner: Observed,
        #[covariant]
        dependent: Made,
    }
}

/// All chains, and the lookup tables that are used again and again.
pub struct Joined {
    tables: Tables,
    /// The chains by name.
    names: OnceLock<Owners>,
    /// The owners of each kind of thing, in the order of [`Kind::ALL`]. They are made when a kind is first looked up.
    owners: [OnceLock<Owners>; Kind::ALL.len()],
    hasher: RandomState,
    unwell: BTreeSet<String>,
    waiting: usize,
    unseen_deliveries: bool,
    /// May some pipeline still belong to a model, because its definition is being read?
    undefined: bool,
    receivers: BTreeMap<String, AlarmReceiver>,
    unclaimed: Unclaimed,
}

/// The indexes of the chains that own things, by the hash of the thing's id. There may be a hundred thousand things,
/// and copies of their ids would need more memory than the rest.
#[derive(Default)]
struct Owners {
    /// The worst owner.
    worst: Keyed<u64, usize>,
    /// The other owners, if a thing is shared, which is rare.
    others: Keyed<u64, Vec<usize>>,
}

/// Joins the tables. The function is pure and runs on any thread: the same tables, configuration and time give the
/// same models.
#[must_use]
pub fn join(observed: &Observed) -> Joined {
    let tables = Tables::new(observed.clone(), |observed| {
        let index = Index::new(observed);
        Made { chains: chains(&index), index }
    });
    let Made { index, chains } = tables.borrow_dependent();
    let receivers = receivers(index);
    let unwell = chains.iter().take_while(|chain| chain.health >= Health::Warning);
    let unwell = unwell.flat_map(|chain| &chain.serving).map(|s| s.endpoint.to_owned()).collect();
    let waiting = inbox(chains).count();
    let unseen_deliveries = chains.iter().any(|chain| has_unseen_deliveries(index, chain));
    let (names, owners, hasher) = (OnceLock::new(), [const { OnceLock::new() }; _], RandomState::default());
    let (undefined, unclaimed) = (undefined(index), unclaimed(index, chains));
    let joined =
        Joined { tables, names, owners, hasher, unwell, waiting, unseen_deliveries, undefined, receivers, unclaimed };
    // Build the two lookup tables on this thread.
    let _ = (joined.chain(""), joined.serving(""));
    joined
}

/// Is the state of a deployment pipeline of the model not known?
fn has_unseen_deliveries(index: &Index<'_>, chain: &Chain<'_>) -> bool {
    let unread = |a: &Attached<'_>| index.store.get(a.kind, a.id).is_none_or(|thing| thing.health() == Health::Unknown);
    let named = chain.configured.and_then(|place| index.observed.preferences.models.get(place));
    let left_out =
        cfg!(not(feature = "codepipeline")) && named.is_some_and(|model| matches!(model.codepipeline[..], [_, ..]));
    left_out || chain.attached.iter().filter(|a| a.has_own_stage()).any(unread)
}

/// Is there a pipeline whose definition was not requested yet, and whose group no version and no definition names?
fn undefined(index: &Index<'_>) -> bool {
    let pipelines = &index.store.pipelines;
    let unread = |p: &&Pipeline| p.definition.is_none() && pipelines.asked_at(&p.name).is_none();
    let mut unread = pipelines.rows().filter(unread).peekable();
    if unread.peek().is_none() {
        return false;
    }
    let made = index.store.packages.rows().filter_map(|p| p.details.as_ref()?.generated_by.as_deref());
    let told: HashSet<Name<'_>, RandomState> = made.filter_map(of_execution).map(Name).collect();
    unread.any(|p| !told.contains(&Name(&p.name)))
}

/// Returns the findings that wait for somebody. What is only unknown waits for nobody.
fn inbox<'a, 'c>(chains: &'a [Chain<'c>]) -> impl Iterator<Item = (&'a Chain<'c>, &'a Reason)> {
    let reasons = chains.iter().flat_map(|chain| chain.reasons.iter().map(move |reason| (chain, reason)));
    let awaits = |reason: &Reason| reason.awaits || reason.rule.is(Mark::AwaitsDecision);
    reasons.filter(move |(_, r)| awaits(r) && r.health > Health::Ok && r.health != Health::Unknown)
}

impl Default for Joined {
    fn default() -> Self {
        join(&Observed::default())
    }
}

impl std::fmt::Debug for Joined {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Joined").field("chains", &self.chains()).finish_non_exhaustive()
    }
}

impl Joined {
    /// Returns the models, the worst first.
    #[must_use]
    pub fn chains(&self) -> &[Chain<'_>] {
        &self.tables.borrow_dependent().chains
    }
    /// Returns the alarms that fire, watch `SageMaker` and belong to no model.
    #[must_use]
    pub fn unclaimed_alarms(&self) -> &Unclaimed {
        &self.unclaimed
    }
    /// Returns the model of this name.
    #[must_use]
    pub fn chain(&self, name: &str) -> Option<&Chain<'_>> {
        self.owners_in(&self.names, |chain| Box::new(iter::once(chain.name)), name).into_iter().next()
    }
    /// Returns the edges of one of the models, each once and in order.
    #[must_use]
    pub fn links<'a>(&'a self, chain: &Chain<'a>) -> Vec<Link<'a>> {
        links_of(chain, &self.tables.borrow_dependent().index)
    }
    /// Returns the model that a thing belongs to: the worst one if it belongs to several.
    #[must_use]
    pub fn owner(&self, kind: Kind, id: &str) -> Option<&Chain<'_>> {
        self.owners(kind, id).into_iter().next()
    }
    /// Returns all models that a thing belongs to, the worst first.
    #[must_use]
    pub fn owners(&self, kind: Kind, id: &str) -> Vec<&Chain<'_>> {
        let Some(owners) = self.owners.get(kind as usize) else { return Vec::new() };
        self.owners_in(owners, |chain| chain.ids(kind), id)
    }
    /// Returns the worst finding about a thing, of all models that it belongs to.
    #[must_use]
    pub fn finding_about(&self, kind: Kind, id: &str) -> Option<&Reason> {
        let chains = self.owners(kind, id).into_iter();
        let about = chains.flat_map(|chain| chain.reasons.iter().filter(move |reason| reason.is_about(kind, id)));
        about.max_by_key(|reason| reason.health)
    }
    /// Returns all models that a thing, or the thing that it is a part of, belongs to, the worst first.
    #[must_use]
    pub fn owners_of_part(&self, store: &Store, kind: Kind, id: &str) -> Vec<&Chain<'_>> {
        let owners = self.owners(kind, id);
        let whole = || store.get(kind, id)?.part_of();
        match whole().filter(|_| owners.is_empty()) {
            Some((kind, id)) => self.owners(kind, id),
            None => owners,
        }
    }
    /// Returns the chains whose `ids` contain an id, the worst first.
    fn owners_in(
        &self,
        owners: &OnceLock<Owners>,
        ids: impl for<'c> Fn(&'c Chain<'_>) -> Box<dyn Iterator<Item = &'c str> + 'c>,
        id: &str,
    ) -> Vec<&Chain<'_>> {
        let (owners, hash) = (owners.get_or_init(|| self.owners_by(&ids)), self.hasher.hash_one(id));
        let places = owners.worst.get(&hash).into_iter().chain(owners.others.get(&hash).into_iter().flatten());
        let chains = places.filter_map(|place| self.chains().get(*place));
        // Two ids may have the same hash.
        chains.filter(|chain| ids(chain).any(|known| known == id)).collect()
    }
    /// Makes the owners of the things of one kind. The chains are sorted, so the worst chain becomes the first owner.
    fn owners_by(&self, ids: &impl for<'c> Fn(&'c Chain<'_>) -> Box<dyn Iterator<Item = &'c str> + 'c>) -> Owners {
        let mut owners = Owners::default();
        for (place, chain) in self.chains().iter().enumerate() {
            for id in ids(chain) {
                let hash = self.hasher.hash_one(id);
                if *owners.worst.entry(hash).or_insert(place) != place {
                    owners.others.entry(hash).or_default().push(place);
                }
            }
        }
        owners
    }
    /// Returns the versions that an endpoint runs.
    #[must_use]
    pub fn serving(&self, endpoint: &str) -> Option<&Serving<'_>> {
        self.owner(Endpoint::KIND, endpoint)?.serving.iter().find(|s| s.endpoint == endpoint)
    }
    /// Returns the endpoints of models that are not healthy.
    #[must_use]
    pub fn unwell(&self) -> &BTreeSet<String> {
        &self.unwell
    }
    /// Returns the findings that wait for somebody to decide or to act, with their models.
    pub fn inbox(&self) -> impl Iterator<Item = (&Chain<'_>, &Reason)> {
        inbox(self.chains())
    }
    /// May a deployment pipeline of a model wait for a person, unseen because its state was not read?
    #[must_use]
    pub fn has_unseen_deliveries(&self) -> bool {
        self.unseen_deliveries
    }
    /// Returns the number of findings that wait for somebody.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.waiting
    }
    /// May a pipeline still belong to a model, because its definition is being read?
    #[must_use]
    pub fn undefined(&self) -> bool {
        self.undefined
    }
    /// Returns the receiver of an alarm that has no action of its own. `None` for any other alarm.
    #[must_use]
    pub fn receiver(&self, alarm: &str) -> Option<&AlarmReceiver> {
        self.receivers.get(alarm)
    }
    /// Returns the number of models with this health.
    #[must_use]
    pub fn count(&self, health: Health) -> usize {
        // The chains are sorted by health, the worst first.
        self.chains().partition_point(|c| c.health >= health) - self.chains().partition_point(|c| c.health > health)
    }
}
