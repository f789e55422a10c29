//! The quotas that the failure of a thing names.

#[cfg(feature = "servicequotas")]
use super::warn;
use super::{Fact, fact};
use crate::app::App;
use crate::resources::Value;

/// Returns a fact if a text of a thing names a limit.
#[cfg(feature = "servicequotas")]
pub(super) fn limit(app: &App, value: &Value) -> Option<Fact> {
    let (Value::Text(text) | Value::Warning(text)) = value else { return None };
    let name = crate::resources::quota::named_limit(text)?;
    let quotas = &app.here.observed.store.quotas;
    Some(match (quotas.get(name), quotas.trouble()) {
        (Some(quota), _) => fact("quota", format!("{name}: {}", quota.in_words())),
        (None, Some(why)) => warn("quota", format!("{name}: ◌ not known: {} {}", why.operation, why.kind.word())),
        (None, None) => fact("quota", format!("{name}: not read yet")),
    })
}

/// Says that this build does not read quotas.
#[cfg(not(feature = "servicequotas"))]
pub(super) fn limit(_: &App, value: &Value) -> Option<Fact> {
    let (Value::Text(text) | Value::Warning(text)) = value else { return None };
    text.contains("service limit '").then(|| fact("quota", crate::aws::without("servicequotas")))
}
