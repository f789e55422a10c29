//! Tells which rows belong to a model before the models are joined, so that only their details are read.

use super::{Reference, Resource, Store};

/// Returns whether a row names something that exists.
pub(super) fn names_existing<T: Resource>(store: &Store, row: &T) -> bool {
    row.references().iter().any(|reference| exists(store, reference))
}

fn exists(store: &Store, reference: &Reference<'_>) -> bool {
    store.get(reference.kind, reference.id).is_some()
}

/// Returns the ids of the rows that name something that exists, and of those that a rule starts when something happens
/// to a thing that exists.
pub(super) fn of_models<T: Resource>(store: &Store, rows: &[T]) -> Vec<String> {
    let naming = rows.iter().filter(|row| names_existing(store, *row)).map(|row| row.id().to_owned());
    naming.chain(started_by_rules::<T>(store)).collect()
}

#[cfg(feature = "eventbridge")]
fn started_by_rules<T: Resource>(store: &Store) -> Vec<String> {
    let mut started = Vec::new();
    for rule in store.event_rules.rows() {
        let targets = Resource::targets(rule);
        let watches = rule.references().iter().any(|named| !targets.contains(named) && exists(store, named));
        let own = targets.into_iter().filter(|target| watches && target.kind == T::KIND);
        started.extend(own.map(|target| target.id.to_owned()));
    }
    started
}

#[cfg(not(feature = "eventbridge"))]
fn started_by_rules<T: Resource>(_: &Store) -> Vec<String> {
    Vec::new()
}
