//! A reference: a row names a thing that it belongs to.

use super::Kind;

/// A thing that a row names. The row belongs to the models of that thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reference<'a> {
    /// The kind of the thing that is named.
    pub kind: Kind,
    /// Its id. AWS writes some names in lower case, so the case does not matter.
    pub id: &'a str,
    /// The field that names it.
    pub field: &'static str,
    /// Whether the row only acts on events of the thing, so that the thing comes before the row.
    pub heard: bool,
}

impl<'a> Reference<'a> {
    /// Returns the reference of a row to a thing that it acts on, or that it describes.
    #[must_use]
    pub fn new(kind: Kind, id: &'a str, field: &'static str) -> Self {
        Self { kind, id, field, heard: false }
    }
    /// Returns the thing that an ARN names, if its kind is read.
    #[must_use]
    pub fn of_arn(arn: &'a str, field: &'static str) -> Option<Self> {
        let mut parts = arn.splitn(6, ':');
        let (service, resource) = (parts.nth(2)?, parts.nth(2)?);
        let (kind, id) = match (service, resource.split_once(['/', ':'])) {
            ("sagemaker", Some(("pipeline", name))) => (Kind::Pipelines, name.split('/').next()?),
            ("sagemaker", Some(("endpoint", name))) => (Kind::Endpoints, name),
            ("sagemaker", Some(("model-package-group", name))) => (Kind::Groups, name),
            ("sagemaker", Some(("model-package", _))) => (Kind::Packages, arn),
            ("cloudwatch", Some(("alarm", name))) => (Kind::Alarms, name),
            ("cloudwatch", Some(("alarm-mute-rule", name))) => (Kind::MuteRules, name),
            ("sns", _) => (Kind::Topics, arn),
            #[cfg(feature = "eventbridge")]
            ("events", Some(("rule", name))) => (Kind::EventRules, name.rsplit('/').next()?),
            #[cfg(feature = "codepipeline")]
            ("codepipeline", _) => (Kind::DeploymentPipelines, resource.split('/').next()?),
            #[cfg(feature = "sfn")]
            ("states", Some(("stateMachine" | "execution" | "express", name))) => {
                (Kind::StateMachines, name.split(':').next()?)
            }
            _ => return None,
        };
        Some(Self::new(kind, id, field))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arn_names_a_thing_by_the_id_of_its_kind() {
        let cases = [
            ("arn:aws:sagemaker:eu-west-1:1:pipeline/fraud-build", Some((Kind::Pipelines, "fraud-build"))),
            ("arn:aws:sagemaker:eu-west-1:1:pipeline/fraud-build/execution/x1", Some((Kind::Pipelines, "fraud-build"))),
            ("arn:aws:sagemaker:eu-west-1:1:endpoint/fraud-prod", Some((Kind::Endpoints, "fraud-prod"))),
            ("arn:aws:sagemaker:eu-west-1:1:model-package-group/fraud", Some((Kind::Groups, "fraud"))),
            ("arn:aws:cloudwatch:eu-west-1:1:alarm:fraud: 5xx", Some((Kind::Alarms, "fraud: 5xx"))),
            ("arn:aws:sns:eu-west-1:1:page", Some((Kind::Topics, "arn:aws:sns:eu-west-1:1:page"))),
            ("arn:aws:codepipeline:eu-west-1:1:fraud-deploy", Some((Kind::DeploymentPipelines, "fraud-deploy"))),
            ("arn:aws:codepipeline:eu-west-1:1:fraud/Prod/Go", Some((Kind::DeploymentPipelines, "fraud"))),
            ("arn:aws:states:eu-west-1:1:stateMachine:fraud", Some((Kind::StateMachines, "fraud"))),
            ("arn:aws:states:eu-west-1:1:stateMachine:fraud:3", Some((Kind::StateMachines, "fraud"))),
            ("arn:aws:states:eu-west-1:1:execution:fraud:nightly", Some((Kind::StateMachines, "fraud"))),
            ("arn:aws:lambda:eu-west-1:1:function:x", None),
            ("arn:aws:sagemaker:eu-west-1:1:pipeline", None),
            ("not an ARN", None),
            ("", None),
        ];
        for (arn, expected) in cases {
            assert_eq!(Reference::of_arn(arn, "x").map(|r| (r.kind, r.id)), expected, "{arn}");
        }
    }
}
