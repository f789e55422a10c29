//! Shows what AWS Config says of the resources that an endpoint serves with.

use super::{Fact, fact};
#[cfg(feature = "configservice")]
use super::{unread, warn};
use crate::app::App;
use crate::resources::Kind;

/// The name of the fact.
const LABEL: &str = "AWS Config";

/// Returns the rules that an endpoint does not meet, and what is not known of them.
#[cfg(feature = "configservice")]
pub(super) fn rules(app: &App, kind: Kind, id: &str) -> Vec<Fact> {
    let store = &app.here.observed.store;
    let Some(config) = crate::resources::compliance::config_of(store, kind, id) else { return Vec::new() };
    match store.compliances.get(&config) {
        Some(row) => {
            let words = row.in_words();
            let told = if row.unmet.is_empty() { fact(LABEL, words) } else { warn(LABEL, format!("▲ {words}")) };
            let problems = row.problems.iter().map(|why| warn(LABEL, format!("◌ not known: {why}")));
            std::iter::once(told).chain(problems).collect()
        }
        None => vec![unread(LABEL, &store.compliances)],
    }
}

/// Says at endpoints that this build does not ask.
#[cfg(not(feature = "configservice"))]
pub(super) fn rules(_: &App, kind: Kind, _: &str) -> Vec<Fact> {
    (kind == Kind::Endpoints).then(|| fact(LABEL, crate::aws::without("configservice"))).into_iter().collect()
}
