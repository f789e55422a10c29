//! The schema of Glue that the configuration names for a source of data.

#[cfg(not(feature = "glue"))]
use super::{Fact, fact};
#[cfg(feature = "glue")]
use super::{Fact, fact, resource, unread};
use crate::app::App;
use crate::config::SchemaName;
use crate::model::Chain;
use crate::resources::Kind;

/// The name of the fact.
const LABEL: &str = "Glue schema";

/// Returns facts about the schema of a source of data, if the configuration names one.
pub(super) fn schema(app: &App, chain: &Chain, kind: Kind, id: &str) -> Vec<Fact> {
    let named = app.here.observed.preferences.schema_of(kind, id);
    named.map(|name| of_schema(app, chain, name)).unwrap_or_default()
}

#[cfg(feature = "glue")]
fn of_schema(app: &App, chain: &Chain, name: &SchemaName) -> Vec<Fact> {
    let (schemas, id) = (&app.here.observed.store.schemas, name.to_string());
    match schemas.get(&id) {
        Some(_) => resource(app, chain, Kind::Schemas, &id),
        None => vec![fact(LABEL, &id), unread("  it", schemas)],
    }
}

/// Says that this build does not ask.
#[cfg(not(feature = "glue"))]
fn of_schema(_: &App, _: &Chain, name: &SchemaName) -> Vec<Fact> {
    vec![fact(LABEL, format!("{name}: {}", crate::aws::without("glue")))]
}
