//! The things that belong to a model, by kind.

use super::Chain;
use crate::resources::{Kind, Store};

impl<'a> Chain<'a> {
    /// The kinds whose things the join finds by rules of its own, from left to right. All other things of a model are
    /// [`Chain::attached`].
    pub const JOINED: [Kind; 11] = [
        Kind::Datasets,
        Kind::FeatureGroups,
        Kind::Pipelines,
        Kind::Executions,
        Kind::Jobs,
        Kind::Groups,
        Kind::Packages,
        Kind::Configs,
        Kind::Endpoints,
        Kind::Alarms,
        Kind::Topics,
    ];

    /// Returns the ids of the things of one kind that belong to the model.
    #[expect(clippy::wildcard_enum_match_arm, reason = "things of all other kinds are attached to these")]
    #[must_use]
    pub fn ids(&self, kind: Kind) -> Box<dyn Iterator<Item = &'a str> + '_> {
        match kind {
            Kind::Datasets => Box::new(self.datasets.iter().copied()),
            Kind::FeatureGroups => Box::new(self.feature_groups.iter().copied()),
            Kind::Pipelines => Box::new(self.pipelines.iter().copied()),
            Kind::Executions => Box::new(self.executions.iter().copied()),
            Kind::Jobs => Box::new(self.jobs.iter().copied()),
            Kind::Groups => Box::new(self.group.into_iter()),
            Kind::Packages => Box::new(self.packages.iter().copied()),
            Kind::Configs => Box::new(self.serving.iter().filter_map(|s| s.config)),
            Kind::Endpoints => Box::new(self.serving.iter().map(|s| s.endpoint)),
            Kind::Alarms => Box::new(self.alarms.iter().copied()),
            Kind::Topics => Box::new(self.topics.iter().copied()),
            _ => Box::new(self.attached.iter().filter(move |a| a.kind == kind).map(|a| a.id)),
        }
    }
    /// Returns the `SageMaker` project of the model: the tag of its endpoints, or what its newest version names.
    #[must_use]
    pub fn project<'s>(&self, store: &'s Store) -> Option<&'s str> {
        let mut tags = self.serving.iter().filter_map(|s| store.endpoints.get(s.endpoint)?.tags.as_ref());
        let tagged = tags.find_map(|tags| tags.get("sagemaker:project-name"));
        let mut versions = self.packages.iter().filter_map(|arn| store.packages.get(arn)?.details.as_ref());
        tagged.or_else(|| versions.find_map(|details| details.governance.project.as_ref())).map(String::as_str)
    }
    /// Returns every attached thing once.
    pub fn attached_things(&self) -> impl Iterator<Item = (Kind, &'a str)> {
        let same = self.attached.chunk_by(|a, b| (a.kind, a.id) == (b.kind, b.id));
        same.filter_map(|same| same.first()).map(|a| (a.kind, a.id))
    }
}
