//! The quotas that the failure of a thing names.

use super::{Fact, fact};
use crate::app::App;
use crate::resources::Value;

/// Returns a fact if a text of a thing names a limit.
#[cfg(feature = "servicequotas")]
pub(super) fn limit(app: &App, value: &Value) -> Option<Fact> {
    let (Value::Text(text) | Value::Warning(text)) = value else { return None };
    let name = crate::resources::quota::named_limit(text)?;
    let told = app.here.observed.store.quotas.get(name).map(crate::resources::quota::Quota::in_words);
    Some(fact("quota", format!("{name}: {}", told.unwrap_or_else(|| "not read yet".to_owned()))))
}

/// Says that this build does not read quotas.
#[cfg(not(feature = "servicequotas"))]
pub(super) fn limit(_: &App, value: &Value) -> Option<Fact> {
    let (Value::Text(text) | Value::Warning(text)) = value else { return None };
    text.contains("service limit '").then(|| fact("quota", crate::aws::without("servicequotas")))
}
