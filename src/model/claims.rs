//! The things that the configuration assigns to models.

use super::key::{Keyed, Name, beginning};
use crate::config::Model as ModelConfig;
use crate::resources::arn_name;
use crate::resources::endpoint::Endpoint;

/// The endpoints and groups that the `[[model]]` tables claim. Each table is identified by its index.
pub(super) struct Claims<'a> {
    /// The endpoints, with the stage in their name. The first matching pattern wins.
    endpoints: Keyed<&'a str, (usize, Option<&'a str>)>,
    /// The groups. The first table wins.
    groups: Keyed<Name<'a>, usize>,
}

impl<'a> Claims<'a> {
    /// Makes the claims. `endpoints` must be sorted by name.
    pub(super) fn new(endpoints: &[&'a Endpoint], models: &'a [ModelConfig]) -> Self {
        let mut claims = Self { endpoints: Keyed::default(), groups: Keyed::default() };
        for (place, model) in models.iter().enumerate() {
            let group = model.group.as_deref().map_or(&*model.name, arn_name);
            claims.groups.entry(Name(group)).or_insert(place);
            for glob in &model.endpoints {
                for endpoint in beginning(endpoints, glob.beginning()).filter(|e| glob.matches(&e.name)) {
                    claims.endpoints.entry(&endpoint.name).or_insert_with(|| (place, glob.stage(&endpoint.name)));
                }
            }
        }
        claims
    }
    /// Returns the table that claims an endpoint, and the stage that its pattern finds in the name.
    pub(super) fn endpoint(&self, name: &str) -> Option<(usize, Option<&'a str>)> {
        self.endpoints.get(name).copied()
    }
    /// Returns the table that claims a group.
    pub(super) fn group(&self, name: &str) -> Option<usize> {
        self.groups.get(&Name(name)).copied()
    }
}
