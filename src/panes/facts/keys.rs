//! The state of the key that a thing names.

#[cfg(feature = "kms")]
use super::warn;
use super::{Fact, fact};
use crate::app::App;
use crate::resources::Kind;

/// The name of the fact.
const LABEL: &str = "key";

/// Returns a fact about the key of a thing, if it names one.
#[cfg(feature = "kms")]
pub(super) fn state(app: &App, kind: Kind, id: &str, _: &[Fact]) -> Option<Fact> {
    let store = &app.here.observed.store;
    let key = crate::resources::key::key_of(store, kind, id)?;
    Some(match store.keys.get(&key) {
        Some(key) => match key.obstacle() {
            Some(why) => warn(LABEL, format!("▲ {why}")),
            None => fact(LABEL, format!("{}  {}", key.state, key.description)),
        },
        None => match store.keys.trouble() {
            Some(why) => warn(LABEL, format!("◌ not known: {} {}", why.operation, why.kind.word())),
            None => fact(LABEL, "not asked yet"),
        },
    })
}

/// Says that this build does not ask, where a thing names a key.
#[cfg(not(feature = "kms"))]
pub(super) fn state(_: &App, kind: Kind, _: &str, facts: &[Fact]) -> Option<Fact> {
    let names_key = |(label, line): &Fact| {
        if kind == Kind::Datasets {
            return label == "encryption" && line.text().contains(":kms:");
        }
        matches!(label.as_str(), "KmsKeyId" | "KmsMasterKeyId") && line.width() > 0
    };
    facts.iter().any(names_key).then(|| fact(LABEL, crate::aws::without("kms")))
}
