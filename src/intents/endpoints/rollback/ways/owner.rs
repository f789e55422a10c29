//! The ways back that somebody else goes: what deploys the endpoint deploys another version.

use std::collections::BTreeSet;

use super::super::Present;
use super::RollbackWay;
use crate::intents::registry::deploy_rules::DeployRules;
use crate::intents::{Executor, Reject};
#[cfg(feature = "codepipeline")]
use crate::intents::{RollbackStage, delivery};
#[cfg(feature = "codepipeline")]
use crate::redact;
#[cfg(feature = "codepipeline")]
use crate::resources::endpoint::{is_production, split_stage};
#[cfg(feature = "codepipeline")]
use crate::resources::named::Named;
use crate::resources::package::ModelPackage;

/// The owners that deploy the endpoint: the rules that wait for a rejection of its version, and a stage of
/// `CodePipeline`.
#[derive(Debug)]
pub(super) struct Owner {
    pub(super) reject: Result<(Reject, String), String>,
    #[cfg(feature = "codepipeline")]
    pub(super) stage: Result<(RollbackStage, String), String>,
}

impl Owner {
    pub(super) async fn find(executor: &Executor, present: &Present) -> Self {
        let packages = present.serving.iter().flat_map(|serving| serving.packages.iter().flatten());
        let Some(package) = packages.filter(|p| p.approval == "Approved").max_by_key(|p| p.version) else {
            let none = "no approved version of the registry serves";
            return Self {
                reject: Err(none.to_owned()),
                #[cfg(feature = "codepipeline")]
                stage: Err(none.to_owned()),
            };
        };
        let rules = DeployRules::of(executor, package, "Rejected").await;
        Self {
            #[cfg(feature = "codepipeline")]
            stage: stage(executor, present, package, &rules).await,
            reject: reject(present, package, &rules),
        }
    }

    /// Returns what a way would do, or why it is not offered.
    pub(super) fn note(&self, way: RollbackWay) -> Result<String, String> {
        match way {
            RollbackWay::Reject => self.reject.as_ref().map(|(_, note)| note.clone()).map_err(String::clone),
            #[cfg(feature = "codepipeline")]
            RollbackWay::Stage => self.stage.as_ref().map(|(_, note)| note.clone()).map_err(String::clone),
            #[cfg(not(feature = "codepipeline"))]
            RollbackWay::Stage => Err("sagetop was built without CodePipeline".to_owned()),
            RollbackWay::Traffic | RollbackWay::Previous | RollbackWay::Rebuild => Err("not of its owner".to_owned()),
        }
    }

    /// Names the ways of the owner that there are, as the end of a refusal.
    pub(super) fn hint(&self, endpoint: &str) -> String {
        let ways = [(RollbackWay::Reject, "reject"), (RollbackWay::Stage, "stage")].into_iter();
        let ways = ways.filter(|(way, _)| self.note(*way).is_ok());
        ways.map(|(_, word)| hint(endpoint, word)).collect::<Vec<_>>().concat()
    }
}

pub(super) fn hint(endpoint: &str, way: &str) -> String {
    format!("; another way: sagetop rollback {endpoint} --way {way}")
}

fn reject(present: &Present, package: &ModelPackage, rules: &DeployRules) -> Result<(Reject, String), String> {
    let packages = present.serving.iter().flat_map(|serving| serving.packages.iter().flatten());
    let groups: BTreeSet<&str> = packages.filter_map(|package| package.group.as_deref()).collect();
    if groups.len() > 1 {
        let groups: Vec<&str> = groups.into_iter().collect();
        return Err(format!("versions of several groups serve: {}", groups.join(", ")));
    }
    let rule = rules.starting.first().ok_or("no rule is known to deploy when a version is rejected")?;
    let reason = format!("Rollback of {}", present.endpoint.name);
    Ok((Reject { arn: package.arn.clone(), reason }, rule.clone()))
}

/// Finds the only stage of a pipeline that deploys the endpoint, by the words of its stage: a wrong one would be worse
/// than none.
#[cfg(feature = "codepipeline")]
async fn stage(
    executor: &Executor,
    present: &Present,
    package: &ModelPackage,
    rules: &DeployRules,
) -> Result<(RollbackStage, String), String> {
    let models = executor.preferences.models.iter();
    let configured = models.filter(|model| Some(model.group_name()) == package.group.as_deref());
    let mut pipelines: BTreeSet<String> = configured.flat_map(|model| model.codepipeline.clone()).collect();
    pipelines.extend(rules.pipelines.iter().cloned());
    if pipelines.is_empty() {
        pipelines.extend(DeployRules::of(executor, package, "Approved").await.pipelines);
    }
    let (mut found, mut others) = (Vec::new(), Vec::new());
    for pipeline in pipelines {
        let names = delivery::names(&executor.aws, &pipeline).await;
        let names = names.map_err(|error| format!("{pipeline} cannot be read ({error})"))?;
        if !is_about(&names, &present.endpoint.name, package.group.as_deref()) {
            others.push(pipeline);
            continue;
        }
        let stages = delivery::stages(&executor.aws, &pipeline).await;
        let stages = stages.map_err(|error| format!("{pipeline} cannot be read ({error})"))?;
        let names = stages.into_iter().skip(1).filter_map(|stage| stage.stage_name);
        let deploys = names.filter(|name| deploys(name, &present.monitoring.stage));
        found.extend(deploys.map(|name| (pipeline.clone(), name)));
    }
    let names: Vec<String> = found.iter().map(|(pipeline, name)| format!("{name} of {pipeline}")).collect();
    match (found.pop(), found.is_empty()) {
        (Some((pipeline, name)), true) => Ok((RollbackStage { pipeline, stage: Some(name), to: None }, names.concat())),
        (Some(_), false) => Err(format!("several stages may deploy it: {}", names.join(", "))),
        (None, _) if !others.is_empty() => Err(format!("nothing in {} says that it deploys it", others.join(", "))),
        (None, _) => Err("no stage of a delivery pipeline is known to deploy it".to_owned()),
    }
}

/// Returns whether a pipeline deploys this endpoint, as far as its definition says: it names the endpoint, or it names no
/// endpoint, and the endpoint is named like the group or like something else that the definition names. The versions of
/// one group may serve in several endpoints.
#[cfg(feature = "codepipeline")]
fn is_about(names: &[Named], endpoint: &str, group: Option<&str>) -> bool {
    if names.iter().any(|named| named.value == endpoint) {
        return true;
    }
    // A setting such as `EndpointInstanceCount` is about an endpoint and names none.
    let names_one = |named: &Named| {
        let key: String = named.key.chars().filter(char::is_ascii_alphanumeric).collect();
        let key = key.to_ascii_lowercase();
        key.ends_with("endpoint") || key.ends_with("endpointname")
    };
    let names_another = names.iter().any(names_one);
    let (stem, _) = split_stage(endpoint);
    let same = |name: &str| name.eq_ignore_ascii_case(stem);
    !names_another && (group.is_some_and(same) || names.iter().any(|named| same(&named.value)))
}

/// Returns whether the name of a pipeline's stage has the words of the stage of an endpoint: `DeployProd` has `prod`, and
/// `DeployPreprod`, `DeployPreProd` and `Products` do not.
#[cfg(feature = "codepipeline")]
fn deploys(name: &str, stage: &str) -> bool {
    let words = |text: &str| redact::words(text).map(str::to_lowercase).collect::<Vec<_>>();
    let (name, stage) = (words(name), words(stage));
    let same = is_production(&name.join("-")) == is_production(&stage.join("-"));
    same && !stage.is_empty() && name.windows(stage.len()).any(|part| part == stage)
}

#[cfg(test)]
mod tests {
    use super::super::super::candidate::Candidate;
    use super::super::super::monitoring::Monitoring;
    use super::*;
    use crate::resources::endpoint::Endpoint;

    #[test]
    fn versions_of_several_groups_are_not_compared() {
        for (groups, several) in [(["fraud", "fraud"], false), (["fraud", "features"], true)] {
            let package = |group: &str| ModelPackage { group: Some(group.into()), ..ModelPackage::default() };
            let serving = Candidate { packages: groups.map(package).map(Ok).into(), ..Candidate::default() };
            let (endpoint, monitoring) = (Endpoint::default(), Monitoring::default());
            let present = Present { endpoint, serving: Some(serving), monitoring, scaling: Vec::new() };
            let why = reject(&present, &ModelPackage::default(), &DeployRules::default()).unwrap_err();
            assert_eq!(why.starts_with("versions of several groups serve: "), several, "{why}");
        }
    }

    #[cfg(feature = "codepipeline")]
    #[test]
    fn a_pipeline_is_about_the_endpoints_that_it_names_or_that_are_named_like_its_group() {
        type Case = (&'static [(&'static str, &'static str)], &'static str, bool);
        let cases: [Case; 9] = [
            (&[], "fraud-prod", true),
            (&[], "fraud-mobile-prod", false),
            (&[("EndpointName", "fraud-prod")], "fraud-prod", true),
            (&[("EndpointName", "fraud-prod")], "fraud-staging", false),
            (&[("ENDPOINT", "fraud-mobile-prod")], "fraud-mobile-prod", true),
            (&[("PROD_ENDPOINT_NAME", "fraud-live")], "fraud-prod", false),
            (&[("EndpointInstanceCount", "1")], "fraud-prod", true),
            (&[("StackName", "fraud-mobile")], "fraud-mobile-prod", true),
            (&[("StackName", "sagemaker-fraud-deploy-prod")], "fraud-prod", true),
        ];
        for (names, endpoint, expected) in cases {
            let make = |(key, value): &(&str, &str)| Named { key: (*key).to_owned(), value: (*value).to_owned() };
            let names: Vec<Named> = names.iter().map(make).collect();
            assert_eq!(is_about(&names, endpoint, Some("fraud")), expected, "{names:?} {endpoint}");
        }
    }

    #[cfg(feature = "codepipeline")]
    #[test]
    fn the_stage_of_a_pipeline_is_found_by_whole_words() {
        let cases = [
            ("DeployProd", "prod", true),
            ("deploy-prod", "Prod", true),
            ("Deploy_PROD", "prod", true),
            ("DeployProdUs", "prod-us", true),
            ("DeployPreprod", "prod", false),
            ("DeployPreProd", "prod", false),
            ("Products", "prod", false),
            ("IntegrationTest", "test", true),
            ("LatestBuild", "test", false),
            ("DeployProd", "prod-us", false),
            ("DeployProd", "", false),
        ];
        for (name, stage, expected) in cases {
            assert_eq!(deploys(name, stage), expected, "{name} {stage}");
        }
    }
}
