//! The things that the definition of a pipeline names.
//!
//! An action has a configuration of texts: names, or JSON with the parameters of a stack, a build or a function. See
//! <https://docs.aws.amazon.com/codepipeline/latest/userguide/structure-configuration-examples.html>.

use crate::resources::named::{Named, names};
use aws_sdk_codepipeline::types::{ActionCategory, ActionDeclaration, PipelineDeclaration, Tag};

/// Returns the things that the actions of a pipeline name.
pub(crate) fn action_names(pipeline: &PipelineDeclaration) -> Vec<Named> {
    let actions = pipeline.stages.iter().flat_map(|stage| &stage.actions);
    let settings = actions.flat_map(|action| {
        let configuration = action.configuration.iter().flatten().map(|(key, value)| (key.as_str(), value.as_str()));
        let variables = action.environment_variables.iter().flatten();
        configuration.chain(variables.map(|variable| (variable.name.as_str(), variable.value.as_str())))
    });
    names(settings)
}

/// Returns the groups that the tags of a project name: templates call the group like the project, or add its id.
pub(super) fn project_names(tags: &[Tag]) -> Vec<Named> {
    let tag = |key: &str| tags.iter().find(|tag| tag.key == key).map(|tag| tag.value.as_str());
    let Some(project) = tag("sagemaker:project-name") else { return Vec::new() };
    let with_id = tag("sagemaker:project-id").map(|id| format!("{project}-{id}"));
    let named = |value: String| Named { key: "sagemaker:project-name".to_owned(), value };
    std::iter::once(project.to_owned()).chain(with_id).map(named).collect()
}

/// Returns the stages and actions that a person answers.
pub(super) fn approvals(pipeline: &PipelineDeclaration) -> Vec<(String, String)> {
    let approval = |action: &&ActionDeclaration| {
        action.action_type_id.as_ref().is_some_and(|kind| kind.category == ActionCategory::Approval)
    };
    let stages = pipeline.stages.iter();
    stages
        .flat_map(|stage| stage.actions.iter().filter(approval).map(|action| (stage.name.clone(), action.name.clone())))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tags_of_a_project_name_its_group() {
        let tag = |key: &str, value: &str| Tag::builder().key(key).value(value).build().unwrap();
        let names = |tags: &[Tag]| project_names(tags).into_iter().map(|named| named.value).collect::<Vec<_>>();
        let project = tag("sagemaker:project-name", "fraud");
        assert_eq!(names(std::slice::from_ref(&project)), ["fraud"]);
        assert_eq!(names(&[project, tag("sagemaker:project-id", "p-1")]), ["fraud", "fraud-p-1"]);
        assert!(names(&[tag("team", "fraud")]).is_empty());
        let group = Named { key: "sagemaker:project-name".into(), value: "fraud".into() };
        assert_eq!(group.references("").len(), 1, "a tag names a group, not an endpoint");
    }
}
