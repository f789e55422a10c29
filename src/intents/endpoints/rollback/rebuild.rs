//! A new model and configuration from an older approved version, if no earlier configuration is left.

use std::collections::BTreeSet;

use aws_sdk_sagemaker::operation::describe_endpoint_config::DescribeEndpointConfigOutput;
use aws_sdk_sagemaker::operation::describe_model::DescribeModelOutput;
use aws_sdk_sagemaker::types::{ModelApprovalStatus, ModelPackageSortBy, ModelPackageType, SortOrder};
use jiff::Timestamp;

use super::candidate::{Candidate, check_parts, lack_of};
use super::rows::image_of_version;
use super::{Present, Rollback, endpoint_guard, row, undo};
use crate::aws::{Aws, failed};
use crate::intents::calls::{CreateEndpointConfig, CreateModel, UpdateEndpoint};
use crate::intents::{Choice, Difference, Executor, Guard, Plan, Refusal, Step, new_id};
use crate::resources::package::ModelPackage;

/// The longest name of a model or configuration.
const LONGEST_NAME: usize = 63;

/// The parts of a new configuration.
struct Parts {
    /// The version that will serve.
    package: ModelPackage,
    /// The version that serves now.
    current: i32,
    /// A copy of the model that serves now.
    model: CreateModel,
    /// A copy of the configuration that serves now.
    config: CreateEndpointConfig,
}

/// Plans `CreateModel`, `CreateEndpointConfig` and `UpdateEndpoint`. `why_not` are the reasons why the endpoint cannot
/// go back to its earlier configurations, if it cannot, and `avoided` are those with a bad record.
pub(super) async fn plan(
    intent: &Rollback,
    executor: &Executor,
    present: &Present,
    why_not: Option<&[String]>,
    avoided: &[&Candidate],
    mut choices: Vec<Choice>,
) -> Result<Plan, Refusal> {
    let endpoint = &present.endpoint;
    let Parts { package, current, model, config } = find_parts(&executor.aws, present, why_not, avoided).await?;
    let version = package.version.unwrap_or_default();
    let name = name(&endpoint.name, version, (executor.clock)());
    let id = new_id();
    if !choices.is_empty() {
        choices.insert(0, choice(intent, current, version));
    }
    let mut warnings: Vec<String> = present.state().into_iter().collect();
    warnings.extend([
        match why_not {
            Some(why_not) => {
                format!(
                    "{}: a new model and a new configuration named {name} are created and kept.",
                    none_left(why_not)
                )
            }
            None => format!("A new model and a new configuration named {name} are created and kept."),
        },
        "Whatever else manages the endpoint (CloudFormation, CodePipeline) does not know of them.".to_owned(),
    ]);
    warnings.extend(present.warnings());
    let mut checks = vec![
        format!("{} is Approved and Completed", package.label()),
        "the present configuration can be copied".to_owned(),
    ];
    check_version(&executor.aws, &package, &mut checks, &mut warnings).await;
    let status = format!("{} is {}", endpoint.name, endpoint.status);
    if endpoint.status == "InService" {
        checks.push(status);
    } else {
        warnings.push(format!("{status}."));
    }
    let model = CreateModel { name: name.clone(), package: package.arn.clone(), intent: id.clone(), ..model };
    let config = CreateEndpointConfig { name: name.clone(), model: name.clone(), intent: id.clone(), ..config };
    let update = UpdateEndpoint { endpoint: endpoint.name.clone(), config: name.clone(), retain: true };
    let aws = &executor.aws;
    let intent = Rollback { to: Some(name.clone()), way: None, ..intent.clone() };
    let title = format!("Rebuild {} from {}", endpoint.name, package.label());
    Ok(Plan {
        stage: present.monitoring.stage.clone(),
        choices,
        inverse: super::inverse(present),
        differences: differences(present, &package, current, &name),
        checks,
        warnings,
        then: format!("Takes about a minute longer than an update; done when InService and {name} is live."),
        undo: undo(present, None).unwrap_or_else(|why| why),
        guards: vec![endpoint_guard(endpoint), Guard::package(&package)],
        steps: vec![Step::new(aws, model).await?, Step::new(aws, config).await?, Step::new(aws, update).await?],
        ..Plan::of(id, intent, title, endpoint.name.clone())
    })
}

/// Returns the rows of the plan.
fn differences(present: &Present, package: &ModelPackage, current: i32, name: &str) -> Vec<Difference> {
    let version = format!("v{}", package.version.unwrap_or_default());
    let mut rows = vec![
        row("configuration", present.endpoint.config.as_deref().unwrap_or_default(), name, "new"),
        row("model version", &format!("v{current}"), &version, "newest approved one before it"),
    ];
    rows.extend(present.serving.as_ref().map(|serving| image_of_version(serving, package)));
    rows.push(row("everything else", "", "", "like the present configuration"));
    rows
}

/// Checks that the artifacts and images of the version exist, and adds what is good and what is bad.
async fn check_version(aws: &Aws, package: &ModelPackage, good: &mut Vec<String>, bad: &mut Vec<String>) {
    let (artifacts, images) = parts(package);
    check_parts(aws, &artifacts, &images, good, bad).await;
}

/// Returns the artifacts and the images of a version.
fn parts(package: &ModelPackage) -> (BTreeSet<&str>, BTreeSet<&str>) {
    let details = package.details.as_ref();
    let artifacts = details.iter().flat_map(|details| &details.data).map(String::as_str).collect();
    let images = details.iter().flat_map(|details| &details.governance.images).map(String::as_str).collect();
    (artifacts, images)
}

/// Returns the rebuild, for the list of what the endpoint can go back to.
fn choice(intent: &Rollback, current: i32, version: i32) -> Choice {
    Choice {
        label: format!("v{version}"),
        name: "a new configuration".to_owned(),
        intent: Some(intent.clone().into()),
        chosen: true,
        changes: format!("v{current} → v{version}"),
        record: "the newest approved version before it that did not perform badly here".to_owned(),
        bad: false,
    }
}

/// Explains why none of the earlier configurations can be used.
fn none_left(why_not: &[String]) -> String {
    match why_not {
        [] => "No earlier configuration is left".to_owned(),
        _ => format!("No earlier configuration can be used ({})", why_not.join("; ")),
    }
}

/// Finds the parts for a new configuration.
async fn find_parts(
    aws: &Aws,
    present: &Present,
    why_not: Option<&[String]>,
    avoided: &[&Candidate],
) -> Result<Parts, Refusal> {
    let name = &present.endpoint.name;
    let Some(serving) = &present.serving else {
        return Err(Refusal::No(format!(
            "{name}: its own configuration was deleted, so there is nothing to build one like; deploy through its owner (CloudFormation, CodePipeline)"
        )));
    };
    let none = |why: &str| {
        let many = serving.variants().find_map(|v| serving.model_of(v)?.many_models());
        let instead = many.map_or_else(
            || format!("`sagetop rollback {name} --to CONFIGURATION` names one"),
            |prefix| {
                format!(
                    "it serves many models, the objects under {prefix}: put back an earlier version of an object there"
                )
            },
        );
        match why_not {
            Some(why_not) => {
                Refusal::No(format!("{name} cannot be rolled back. {}, and {why}; {instead}", none_left(why_not)))
            }
            None => Refusal::No(format!("{name} cannot be rebuilt: {why}")),
        }
    };
    let refuse_copy = |what: &str| none(&format!("its own has {what}, which a copy would lose"));
    let config = raw_config(aws, &serving.config.name).await?;
    let config = CreateEndpointConfig::like(&config).map_err(refuse_copy)?;
    let Some(served) = serving.models.iter().find(|served| served.model.name == config.model) else {
        return Err(none("its own names no model"));
    };
    let versions = served.versions();
    let Some((group, current)) = versions.first() else {
        return Err(none("what it runs does not come from the registry"));
    };
    let model = raw_model(aws, &served.model.name).await?;
    let model = CreateModel::like(&model).map_err(refuse_copy)?;
    let Some(package) = older_approved(aws, group, *current, avoided).await? else {
        let lacks = format!("{group} has no approved version before v{current} whose artifacts and images exist");
        return Err(none(&lacks));
    };
    Ok(Parts { package, current: *current, model, config })
}

/// Finds the newest approved version before the present one, without those with a bad record here.
async fn older_approved(
    aws: &Aws,
    group: &str,
    current: i32,
    avoided: &[&Candidate],
) -> Result<Option<ModelPackage>, Refusal> {
    let bad: Vec<i32> = avoided
        .iter()
        .flat_map(|candidate| candidate.variants().flat_map(|v| candidate.versions(v)))
        .filter(|(of, _)| of.eq_ignore_ascii_case(group))
        .map(|(_, version)| version)
        .collect();
    let request = aws.sagemaker.list_model_packages().model_package_group_name(group).max_results(100);
    let request = request.model_package_type(ModelPackageType::Versioned);
    let request = request.model_approval_status(ModelApprovalStatus::Approved);
    let request = request.sort_by(ModelPackageSortBy::CreationTime).sort_order(SortOrder::Descending);
    let page = request.send().await.map_err(failed)?;
    let mut older: Vec<(i32, String)> = page
        .model_package_summary_list
        .unwrap_or_default()
        .into_iter()
        .filter_map(|s| {
            Some((s.model_package_version.filter(|v| *v < current && !bad.contains(v))?, s.model_package_arn?))
        })
        .collect();
    older.sort();
    while let Some((_, arn)) = older.pop() {
        let package = ModelPackage::describe(aws, &arn).await?;
        let (artifacts, images) = parts(&package);
        let fit = package.status == "Completed" && package.approval == "Approved";
        if fit && lack_of(aws, &artifacts, &images).await.is_none() {
            return Ok(Some(package));
        }
    }
    Ok(None)
}

async fn raw_config(aws: &Aws, name: &str) -> Result<DescribeEndpointConfigOutput, Refusal> {
    let request = aws.sagemaker.describe_endpoint_config().endpoint_config_name(name);
    Ok(request.send().await.map_err(failed)?)
}

async fn raw_model(aws: &Aws, name: &str) -> Result<DescribeModelOutput, Refusal> {
    Ok(aws.sagemaker.describe_model().model_name(name).send().await.map_err(failed)?)
}

/// Returns `{endpoint}-v{N}-{yyyymmddhhmmss}`; a long name of the endpoint is truncated.
fn name(endpoint: &str, version: i32, now: Timestamp) -> String {
    let tail = format!("-v{version}-{}", now.strftime("%Y%m%d%H%M%S"));
    let stem: String = endpoint.chars().take(LONGEST_NAME.saturating_sub(tail.len())).collect();
    format!("{stem}{tail}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_fit_what_aws_allows() {
        let now = "2026-11-23T03:05:00Z".parse().unwrap();
        assert_eq!(name("fraud-prod", 12, now), "fraud-prod-v12-20261123030500");
        assert_eq!(name(&"x".repeat(63), 12, now).len(), LONGEST_NAME);
    }
}
