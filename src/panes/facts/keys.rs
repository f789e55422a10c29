//! The state of the key that a thing names.

use super::Fact;
#[cfg(not(feature = "kms"))]
use super::fact;
#[cfg(feature = "kms")]
use super::{fact, unread, warn};
use crate::app::App;
use crate::resources::{Kind, Store};

/// The name of the fact.
const LABEL: &str = "key";

/// Returns a fact about the key of a thing, if it names one.
pub(super) fn state(app: &App, kind: Kind, id: &str) -> Option<Fact> {
    let store = &app.here.observed.store;
    store.key_of(kind, id).map(|key| of_key(store, key))
}

#[cfg(feature = "kms")]
fn of_key(store: &Store, key: &str) -> Fact {
    match store.keys.get(key) {
        Some(key) => match key.obstacle() {
            Some(why) => warn(LABEL, format!("▲ {why}")),
            None => fact(LABEL, format!("{}  {}", key.state, key.description)),
        },
        None => unread(LABEL, &store.keys),
    }
}

/// Says that this build does not ask.
#[cfg(not(feature = "kms"))]
fn of_key(_: &Store, _: &str) -> Fact {
    fact(LABEL, crate::aws::without("kms"))
}
