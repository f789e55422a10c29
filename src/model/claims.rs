//! What the configuration says is whose.

use super::key::{Keyed, Name, beginning};
use crate::config::Model as ModelConfig;
use crate::resources::arn_name;
use crate::resources::endpoint::Endpoint;

/// What the `[[model]]` tables claim for themselves; each is named by its place.
pub(super) struct Claims<'a> {
    /// Endpoints, with the stage in their name; the first pattern that matches counts.
    endpoints: Keyed<&'a str, (usize, Option<&'a str>)>,
    /// Groups; the first table counts.
    groups: Keyed<Name<'a>, usize>,
}

impl<'a> Claims<'a> {
    /// `endpoints` are in the order of their names.
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
    /// Which table claims an endpoint, and the stage that its pattern finds in the name.
    pub(super) fn endpoint(&self, name: &str) -> Option<(usize, Option<&'a str>)> {
        self.endpoints.get(name).copied()
    }
    /// Which table claims a group.
    pub(super) fn group(&self, name: &str) -> Option<usize> {
        self.groups.get(&Name(name)).copied()
    }
}
