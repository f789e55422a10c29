//! The `SageMaker` project of a model, and the product of Service Catalog that made it.

use super::{Fact, fact, resource, unread, warn};
use crate::app::App;
use crate::model::Chain;
use crate::resources::Kind;

/// Returns facts about the project of a model, if it has one.
pub(super) fn project(app: &App, chain: &Chain) -> Vec<Fact> {
    let store = &app.here.observed.store;
    let Some(known) = chain.project(store) else { return Vec::new() };
    let mut facts = vec![fact("project", known)];
    match chain.project_name(store) {
        None => facts.push(warn("  status", "◌ not known: nothing tells the name of this project")),
        Some(name) => match store.projects.get(name) {
            None => facts.push(unread("  status", &store.projects)),
            Some(project) => {
                facts.extend(resource(app, chain, Kind::Projects, name));
                facts.extend(project.product.as_ref().and_then(|_| left_out()));
            }
        },
    }
    facts
}

/// Says that this build does not ask Service Catalog.
fn left_out() -> Option<Fact> {
    let is_left_out = cfg!(not(feature = "servicecatalog"));
    is_left_out.then(|| fact("  product", crate::aws::without("servicecatalog")))
}
