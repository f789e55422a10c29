//! The quotas that the failure of a thing names.

#[cfg(feature = "servicequotas")]
use super::unread;
use super::{Fact, fact};
use crate::app::App;
use crate::resources::{Store, Value, named_limit};

/// The name of the fact.
const LABEL: &str = "quota";

/// Returns a fact if a text of a thing names a limit.
pub(super) fn limit(app: &App, value: &Value) -> Option<Fact> {
    let (Value::Text(text) | Value::Warning(text)) = value else { return None };
    named_limit(text).map(|name| of_quota(&app.here.observed.store, name))
}

#[cfg(feature = "servicequotas")]
fn of_quota(store: &Store, name: &str) -> Fact {
    match store.quotas.get(name) {
        Some(quota) => fact(LABEL, format!("{name}: {}", quota.in_words())),
        None => unread(LABEL, &store.quotas),
    }
}

/// Says that this build does not read quotas.
#[cfg(not(feature = "servicequotas"))]
fn of_quota(_: &Store, _: &str) -> Fact {
    fact(LABEL, crate::aws::without("servicequotas"))
}
