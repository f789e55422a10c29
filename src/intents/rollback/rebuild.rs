//! When no earlier configuration is left: model and configuration made anew from an older approved version.

use aws_sdk_sagemaker::operation::describe_endpoint_config::DescribeEndpointConfigOutput;
use aws_sdk_sagemaker::operation::describe_model::DescribeModelOutput;
use aws_sdk_sagemaker::types::{ModelApprovalStatus, ModelPackageSortBy, ModelPackageType, SortOrder};
use jiff::Timestamp;

use super::{Present, Rollback, endpoint_guard, row, undo};
use crate::aws::{Aws, failed};
use crate::intents::{Guard, Plan, Refusal, Step, new_id};
use crate::resources::package::ModelPackage;

/// Longest name of a model or configuration.
const LONGEST_NAME: usize = 63;

/// Plans `CreateModel`, `CreateEndpointConfig` and `UpdateEndpoint`.
pub(super) async fn plan(intent: &Rollback, aws: &Aws, present: &Present, now: Timestamp) -> Result<Plan, Refusal> {
    let endpoint = &present.endpoint;
    let none = |why: &str| Refusal::No(format!("{}: no earlier configuration is left, and {why}", endpoint.name));
    let Some(serving) = &present.serving else {
        return Err(none(
            "its own was deleted, so there is nothing to build one like; deploy through its owner (CloudFormation, CodePipeline)",
        ));
    };
    let Some((group, current)) = serving.versions.first() else {
        return Err(none("what it runs does not come from the registry"));
    };
    let Some(package) = older_approved(aws, group, *current).await? else {
        return Err(none(&format!("{group} has no approved version before v{current}")));
    };
    let like = raw_config(aws, &serving.config.name).await?;
    if like.production_variants().len() != 1 {
        return Err(none("its configuration has several variants: which one would change cannot be told"));
    }
    let like_model = raw_model(aws, &serving.models).await?;
    let version = package.version.unwrap_or_default();
    let name = name(&endpoint.name, version, now);
    let id = new_id();
    let steps = vec![
        Step::CreateModel {
            name: name.clone(),
            package: package.arn.clone(),
            like: Box::new(like_model),
            intent: id.clone(),
        },
        Step::CreateEndpointConfig {
            name: name.clone(),
            model: name.clone(),
            like: Box::new(like),
            intent: id.clone(),
        },
        Step::UpdateEndpoint { endpoint: endpoint.name.clone(), config: name.clone(), retain: true },
    ];
    let mut warnings = vec![
        format!(
            "No earlier configuration is left: a model and a configuration named {name} are made; both stay, nothing is cleaned up."
        ),
        "They are made outside of whoever owns the endpoint (CloudFormation, CodePipeline).".to_owned(),
    ];
    warnings.extend(intent.warnings(aws, present).await);
    let differences = vec![
        row("configuration", &serving.config.name, &name, "new"),
        row("model version", &format!("v{current}"), &format!("v{version}"), "newest approved one before it"),
        row("everything else", "", "", "like the present configuration"),
    ];
    Ok(Plan {
        id,
        intent: Rollback { to: Some(name.clone()), ..intent.clone() }.into(),
        title: format!("Rebuild {} from {}", endpoint.name, package.label()),
        target: endpoint.name.clone(),
        differences,
        checks: vec![
            format!("{} is Approved and Completed", package.label()),
            "the present configuration can be copied".to_owned(),
            format!("{} is {}", endpoint.name, endpoint.status),
        ],
        warnings,
        then: format!("About a minute more than an update; done when InService and {name} is live."),
        undo: undo(present),
        steps,
        guards: vec![
            endpoint_guard(endpoint),
            Guard::Package {
                arn: package.arn.clone(),
                approval: package.approval.clone(),
                status: package.status.clone(),
            },
        ],
    })
}

async fn older_approved(aws: &Aws, group: &str, current: i32) -> Result<Option<ModelPackage>, Refusal> {
    let request = aws.sagemaker.list_model_packages().model_package_group_name(group).max_results(100);
    let request = request.model_package_type(ModelPackageType::Versioned);
    let request = request.model_approval_status(ModelApprovalStatus::Approved);
    let request = request.sort_by(ModelPackageSortBy::CreationTime).sort_order(SortOrder::Descending);
    let page = request.send().await.map_err(failed("ListModelPackages"))?;
    let mut older: Vec<(i32, String)> = page
        .model_package_summary_list
        .unwrap_or_default()
        .into_iter()
        .filter_map(|s| Some((s.model_package_version.filter(|v| *v < current)?, s.model_package_arn?)))
        .collect();
    older.sort();
    while let Some((_, arn)) = older.pop() {
        let package = ModelPackage::describe(aws, &arn).await?;
        if package.status == "Completed" && package.approval == "Approved" {
            return Ok(Some(package));
        }
    }
    Ok(None)
}

async fn raw_config(aws: &Aws, name: &str) -> Result<DescribeEndpointConfigOutput, Refusal> {
    let request = aws.sagemaker.describe_endpoint_config().endpoint_config_name(name);
    Ok(request.send().await.map_err(failed("DescribeEndpointConfig"))?)
}

async fn raw_model(aws: &Aws, models: &[crate::resources::model::Model]) -> Result<DescribeModelOutput, Refusal> {
    let [model] = models else {
        return Err(Refusal::No(
            "the configuration runs several models: which role the new one gets cannot be told".into(),
        ));
    };
    Ok(aws.sagemaker.describe_model().model_name(&model.name).send().await.map_err(failed("DescribeModel"))?)
}

/// `{endpoint}-v{N}-{yyyymmddhhmmss}`, the endpoint's part cut where it would be too long.
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
