//! The item of `DynamoDB` that describes a model, a version or an endpoint.

use super::{Fact, fact};
#[cfg(feature = "dynamodb")]
use super::{resource, unread};
use crate::app::{App, Item};
use crate::model::Chain;
#[cfg(feature = "dynamodb")]
use crate::resources::Kind;
#[cfg(feature = "dynamodb")]
use crate::resources::metadata_item::{Address, Described};

/// The name of the fact.
const LABEL: &str = "DynamoDB item";

/// Returns the attributes of the item that describes something, if the configuration names one.
#[cfg(feature = "dynamodb")]
pub(super) fn attributes(app: &App, chain: &Chain, item: &Item) -> Vec<Fact> {
    let observed = &app.here.observed;
    let Some(model) = chain.configured.and_then(|at| observed.preferences.models.get(at)) else { return Vec::new() };
    let described = match item {
        Item::Model(_) => Some(Described::Model),
        Item::Resource(Kind::Endpoints, name) => Some(Described::Endpoint(name)),
        Item::Resource(Kind::Packages, arn) => observed.store.packages.get(arn).map(Described::Version),
        Item::Resource(..)
        | Item::Stage(_)
        | Item::AlarmAction(_)
        | Item::Rest
        | Item::LogEntry(_)
        | Item::Source(_)
        | Item::Account => None,
    };
    let Some(at) = described.and_then(|described| Address::of(model, described)) else { return Vec::new() };
    let (items, id) = (&observed.store.metadata_items, at.to_string());
    match items.get(&id) {
        Some(_) => resource(app, chain, Kind::MetadataItems, &id),
        None => vec![fact(LABEL, &id), unread("  it", items)],
    }
}

/// Says at a model that this build does not ask, if the configuration names an item.
#[cfg(not(feature = "dynamodb"))]
pub(super) fn attributes(app: &App, chain: &Chain, item: &Item) -> Vec<Fact> {
    let model = chain.configured.and_then(|at| app.here.observed.preferences.models.get(at));
    let named = model.is_some_and(|model| model.metadata_item.is_some()) && matches!(item, Item::Model(_));
    named.then(|| fact(LABEL, crate::aws::without("dynamodb"))).into_iter().collect()
}
