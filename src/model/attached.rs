//! The things that belong to a model because they name one of its things: a rule that starts its pipeline, a policy
//! that scales its endpoint.

use std::collections::HashSet;

use foldhash::fast::RandomState;

use super::key::{Keyed, Name};
use super::{Chain, StageKind};
use crate::resources::{Kind, Store};

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
    /// The stage of that thing.
    pub stage: StageKind,
}

/// A row that names a thing: its kind, its id, and the field.
type Referrer<'a> = (Kind, &'a str, &'static str);

/// The rows that name other things, by these things.
#[derive(Default)]
pub(super) struct Referrers<'a>(Keyed<(Kind, Name<'a>), Vec<Referrer<'a>>>);

impl<'a> Referrers<'a> {
    /// Collects the rows of all kinds that are attached.
    pub(super) fn new(store: &'a Store) -> Self {
        let mut all: Keyed<(Kind, Name<'a>), Vec<Referrer<'a>>> = Keyed::default();
        for (kind, table) in store.tables().filter(|(kind, _)| kind.noun().is_some()) {
            for thing in table.things() {
                for reference in thing.references() {
                    let key = (reference.kind, Name(reference.id));
                    all.entry(key).or_default().push((kind, thing.id(), reference.field));
                }
            }
        }
        Self(all)
    }
    /// Returns the things that name a thing of the chain, directly or through each other. A thing that names several
    /// is attached to each of them.
    pub(super) fn attached(&self, chain: &Chain<'a>) -> Vec<Attached<'a>> {
        if self.0.is_empty() {
            return Vec::new();
        }
        let named: HashSet<Kind, RandomState> = self.0.keys().map(|(kind, _)| *kind).collect();
        let own = Chain::JOINED.into_iter().filter(|kind| named.contains(kind));
        let mut open: Vec<(Kind, &'a str, StageKind)> =
            own.flat_map(|kind| chain.ids(kind).map(move |id| (kind, id, stage_of(kind)))).collect();
        let mut known: HashSet<(Kind, &str), RandomState> = HashSet::default();
        let mut attached = Vec::new();
        while let Some((to_kind, to, stage)) = open.pop() {
            for &(kind, id, field) in self.0.get(&(to_kind, Name(to))).into_iter().flatten() {
                attached.push(Attached { kind, id, to: (to_kind, to), field, stage });
                if known.insert((kind, id)) {
                    open.push((kind, id, stage));
                }
            }
        }
        attached.sort_unstable_by_key(|a| (a.kind, a.id, a.to));
        attached.dedup_by_key(|a| (a.kind, a.id, a.to));
        attached
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
