//! The things that belong to a model, by kind.

use std::collections::BTreeMap;

use super::Chain;
use crate::resources::{Kind, Store};

/// The tag with which `SageMaker` names the project of a thing:
/// <https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-projects-templates-custom.html>.
const PROJECT_NAME: &str = "sagemaker:project-name";
/// The tag with the id of the project.
const PROJECT_ID: &str = "sagemaker:project-id";

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
    /// Returns the `SageMaker` project of the model: its name, or its id (`p-…`) where no endpoint of the project tells its
    /// name.
    #[must_use]
    pub fn project<'s>(&self, store: &'s Store) -> Option<&'s str> {
        self.project_name(store).or_else(|| self.project_id(store))
    }
    /// Returns the name of the `SageMaker` project of the model: the tag of its endpoints, or the name that an endpoint gives
    /// to the project that its newest version names.
    #[must_use]
    pub fn project_name<'s>(&self, store: &'s Store) -> Option<&'s str> {
        let mut tags = self.serving.iter().filter_map(|s| store.endpoints.get(s.endpoint)?.tags.as_ref());
        let tagged = tags.find_map(|tags| tags.get(PROJECT_NAME)).map(String::as_str);
        tagged.or_else(|| name_of(store, self.project_id(store)?))
    }
    /// Returns the id of the project that the newest version names.
    fn project_id<'s>(&self, store: &'s Store) -> Option<&'s str> {
        let mut versions = self.packages.iter().filter_map(|arn| store.packages.get(arn)?.details.as_ref());
        versions.find_map(|details| details.governance.project.as_deref())
    }
    /// Returns every attached thing once.
    pub fn attached_things(&self) -> impl Iterator<Item = (Kind, &'a str)> {
        let same = self.attached.chunk_by(|a, b| (a.kind, a.id) == (b.kind, b.id));
        same.filter_map(|same| same.first()).map(|a| (a.kind, a.id))
    }
}

/// Returns the name of a project: an endpoint has the tags of both its name and its id.
fn name_of<'s>(store: &'s Store, id: &str) -> Option<&'s str> {
    let mut tags = store.endpoints.rows().filter_map(|endpoint| endpoint.tags.as_ref());
    let of_project = |tags: &&BTreeMap<String, String>| tags.get(PROJECT_ID).is_some_and(|own| own == id);
    tags.find(of_project).and_then(|tags| tags.get(PROJECT_NAME)).map(String::as_str)
}

#[cfg(test)]
mod tests {
    use crate::model::testing::Account;

    #[test]
    fn the_project_of_a_model_has_the_name_that_a_tag_of_any_endpoint_gives_to_its_id() {
        let project = |id: Option<&str>, own: &[(&str, &str)], other: &[(&str, &str)]| {
            let mut a = Account::healthy();
            let tags = |tags: &[(&str, &str)]| {
                Some(
                    tags.iter().map(|(key, value)| (format!("sagemaker:project-{key}"), (*value).to_owned())).collect(),
                )
            };
            a.packages[0].details.as_mut().unwrap().governance.project = id.map(str::to_owned);
            a.endpoints[0].tags = tags(own);
            let mut second = a.endpoints[0].clone();
            second.name = "other".into();
            (second.config, second.tags) = (None, tags(other));
            a.endpoints.push(second);
            let (joined, observed) = (a.join(), a.observed());
            let chain = joined.chains().iter().find(|chain| chain.name == "fraud").unwrap();
            chain.project(&observed.store).map(str::to_owned)
        };
        let shop = [("name", "shop"), ("id", "p-1")];
        assert_eq!(project(None, &[], &[]), None);
        assert_eq!(project(Some("p-1"), &[], &[]).as_deref(), Some("p-1"), "nothing tells its name");
        assert_eq!(project(Some("p-1"), &[], &shop).as_deref(), Some("shop"));
        assert_eq!(project(Some("p-2"), &[], &shop).as_deref(), Some("p-2"), "another project");
        assert_eq!(project(Some("p-1"), &[("name", "web")], &shop).as_deref(), Some("web"), "its own tag counts first");
    }
}
