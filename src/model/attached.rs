//! The things that belong to a model because they name one of its things: a rule that starts its pipeline, a policy
//! that scales its endpoint.

use std::collections::HashSet;

use foldhash::fast::RandomState;

use super::hearers::{Hearer, Hearers};
use super::key::{Keyed, Name};
use super::{Chain, Confidence, StageKind};
use crate::config::Model as ModelConfig;
use crate::resources::{Kind, Store, Thing};

/// A thing that names a thing of the model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attached<'a> {
    /// Its kind.
    pub kind: Kind,
    /// Its id.
    pub id: &'a str,
    /// The kind and the id of the thing that it names.
    pub to: (Kind, &'a str),
    /// The field that names it.
    pub field: &'static str,
    /// How sure it is.
    pub confidence: Confidence,
    /// The stage where it is shown.
    pub stage: StageKind,
    /// The way in which it is attached.
    pub way: Way<'a>,
}

/// The way in which something is attached to a thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way<'a> {
    /// It acts on the thing, or describes it.
    Names,
    /// It acts on events of the thing.
    Hears,
    /// This one starts it when something happens to the thing.
    StartedBy(Kind, &'a str),
}

impl<'a> Attached<'a> {
    /// Returns the two ends of its edge, the one that comes first on the way from the data to people first.
    #[must_use]
    pub fn ends(&self) -> ((Kind, &'a str), (Kind, &'a str)) {
        let own = (self.kind, self.id);
        match self.way {
            Way::StartedBy(kind, id) => ((kind, id), own),
            Way::Hears => (self.to, own),
            // A pipeline that delivers versions takes them from its group, so the group comes first.
            Way::Names if self.has_own_stage() && self.to.0 == Kind::Groups => (self.to, own),
            Way::Names => (own, self.to),
        }
    }
    /// Returns whether it is shown below the thing that it names: groups are not shown as such, and some things have a
    /// place of their own.
    #[must_use]
    pub fn is_below(&self) -> bool {
        self.to.0 != Kind::Groups && !self.has_own_stage()
    }
    /// Returns whether things of its kind are in the same stage whatever they name: what delivers a version.
    #[must_use]
    pub fn has_own_stage(&self) -> bool {
        own_stage(self.kind).is_some()
    }
}

/// A row that names a thing: its kind, its id, the field, and the way.
type Referrer<'a> = (Kind, &'a str, &'static str, Way<'a>);

/// The rows that name other things, by these things.
pub(super) struct Referrers<'a> {
    store: &'a Store,
    /// The rules that act on changes of alarms.
    pub(super) hearers: Hearers<'a>,
    by_thing: Keyed<(Kind, Name<'a>), Vec<Referrer<'a>>>,
}

/// A thing of a model, while the things are searched that are attached to it.
#[derive(Clone, Copy)]
struct Open<'a> {
    kind: Kind,
    id: &'a str,
    stage: StageKind,
    /// Whether it only belongs to the model because a thing of the model starts it. Then it may belong to other models
    /// as well, and what else starts it need not belong to this one.
    started: bool,
}

impl<'a> Referrers<'a> {
    /// Collects the rows of all kinds that are attached.
    pub(super) fn new(store: &'a Store) -> Self {
        let mut all: Keyed<(Kind, Name<'a>), Vec<Referrer<'a>>> = Keyed::default();
        for (kind, table) in store.tables().filter(|(kind, _)| kind.noun().is_some()) {
            for thing in table.things() {
                for reference in thing.references() {
                    let key = (reference.kind, Name(reference.id));
                    let way = if reference.heard { Way::Hears } else { Way::Names };
                    all.entry(key).or_default().push((kind, thing.id(), reference.field, way));
                }
            }
        }
        Self { store, hearers: Hearers::new(store), by_thing: all }
    }
    /// Returns the things that name a thing of the chain, directly or through each other, and those that they start when
    /// something happens to it. A thing that names several is attached to each of them.
    pub(super) fn attached(&self, chain: &Chain<'a>, config: Option<&'a ModelConfig>) -> Vec<Attached<'a>> {
        let mut attached = config.map(|config| Self::configured(chain, config)).unwrap_or_default();
        if self.by_thing.is_empty() && self.hearers.is_empty() {
            return attached;
        }
        let mut named: HashSet<Kind, RandomState> = self.by_thing.keys().map(|(kind, _)| *kind).collect();
        named.extend((!self.hearers.is_empty()).then_some(Kind::Alarms));
        let own = Chain::JOINED.into_iter().filter(|kind| named.contains(kind));
        let own = own.flat_map(|kind| chain.ids(kind).map(move |id| (kind, id)));
        let configured = attached.iter().map(|a| (a.kind, a.id));
        let mut open: Vec<Open<'a>> =
            own.chain(configured).map(|(kind, id)| Open { kind, id, stage: stage_of(kind), started: false }).collect();
        let mut known: HashSet<(Kind, &str), RandomState> = attached.iter().map(|a| (a.kind, a.id)).collect();
        while let Some(to) = open.pop() {
            for ((kind, id, field, way), confidence) in self.referrers(to) {
                if to.started && !known.contains(&(kind, id)) {
                    continue;
                }
                let stage = own_stage(kind).unwrap_or(to.stage);
                attached.push(Attached { kind, id, to: (to.kind, to.id), field, confidence, stage, way });
                if known.insert((kind, id)) {
                    open.push(Open { kind, id, stage, started: false });
                }
                for started in self.started(kind, id, to) {
                    attached.push(started);
                    if known.insert((started.kind, started.id)) {
                        open.push(Open { kind: started.kind, id: started.id, stage: started.stage, started: true });
                    }
                }
            }
        }
        // Of several ways to find the same thing the first one counts, but a guess only where there is no other.
        attached.sort_by_key(|a| (a.kind, a.id, a.to, a.confidence == Confidence::Guess));
        attached.dedup_by_key(|a| (a.kind, a.id, a.to));
        attached
    }
    /// Returns the rows that name a thing, and the rules that act on its events. It is a guess that a rule does whose
    /// pattern is not wholly understood.
    fn referrers(&self, to: Open<'a>) -> Vec<(Referrer<'a>, Confidence)> {
        let named = self.by_thing.get(&(to.kind, Name(to.id))).into_iter().flatten();
        let named = named.map(|referrer| (*referrer, Confidence::Exact));
        let alarm = self.store.alarms.get(to.id).filter(|_| to.kind == Kind::Alarms);
        let hearing = alarm.map(|alarm| self.hearers.of(alarm)).unwrap_or_default().into_iter();
        let hearing = hearing.map(|Hearer { kind, id, sure }| {
            let confidence = if sure { Confidence::Exact } else { Confidence::Guess };
            ((kind, id, "EventPattern", Way::Hears), confidence)
        });
        named.chain(hearing).collect()
    }
    /// Returns the things that a thing starts when something happens to `to`.
    fn started(&self, kind: Kind, id: &'a str, to: Open<'a>) -> Vec<Attached<'a>> {
        let targets = self.store.get(kind, id).map(Thing::targets).unwrap_or_default();
        if targets.iter().any(|target| (target.kind, Name(target.id)) == (to.kind, Name(to.id))) {
            return Vec::new();
        }
        let attachable = targets.into_iter().filter(|target| target.kind.noun().is_some());
        let attached = attachable.filter_map(|target| {
            let thing = self.store.get(target.kind, target.id)?;
            let stage = own_stage(target.kind).unwrap_or(to.stage);
            let (to, confidence, way) = ((to.kind, to.id), Confidence::Exact, Way::StartedBy(kind, id));
            Some(Attached { kind: target.kind, id: thing.id(), to, field: target.field, confidence, stage, way })
        });
        attached.collect()
    }
    /// Returns the deployment pipelines that the configuration names. They are attached to the endpoints, or to the
    /// group where there are none.
    #[cfg(feature = "codepipeline")]
    fn configured(chain: &Chain<'a>, config: &'a ModelConfig) -> Vec<Attached<'a>> {
        let endpoints = chain.ids(Kind::Endpoints).map(|id| (Kind::Endpoints, id));
        let group = chain.group.filter(|_| chain.serving.is_empty()).map(|id| (Kind::Groups, id));
        let to: Vec<(Kind, &'a str)> = endpoints.chain(group).collect();
        let ModelConfig { codepipeline: names, .. } = config;
        let attached = names.iter().flat_map(|name| {
            to.iter().map(|to| Attached {
                kind: Kind::DeploymentPipelines,
                id: name,
                to: *to,
                field: "[[model]] codepipeline",
                confidence: Confidence::Config,
                stage: StageKind::Registry,
                way: Way::Names,
            })
        });
        attached.collect()
    }
    #[cfg(not(feature = "codepipeline"))]
    fn configured(_: &Chain<'a>, _: &'a ModelConfig) -> Vec<Attached<'a>> {
        Vec::new()
    }
}

/// Returns the stage of things of a kind that belong to the same stage whatever they name.
fn own_stage(kind: Kind) -> Option<StageKind> {
    match kind {
        #[cfg(feature = "codepipeline")]
        Kind::DeploymentPipelines => Some(StageKind::Registry),
        _ => None,
    }
}

/// Returns the stage where things of a kind are shown.
#[expect(clippy::wildcard_enum_match_arm, reason = "only the kinds that a join finds by its own rules have a stage")]
fn stage_of(kind: Kind) -> StageKind {
    match kind {
        Kind::Datasets | Kind::FeatureGroups => StageKind::Data,
        Kind::Groups | Kind::Packages => StageKind::Registry,
        Kind::Configs | Kind::Endpoints => StageKind::Endpoint,
        Kind::Alarms | Kind::Topics => StageKind::Alarms,
        _ => StageKind::Training,
    }
}

#[cfg(test)]
mod tests;
