//! Model packages: the registered versions, who approved them, and what they were made from.

use std::collections::BTreeMap;
use std::time::Duration;

use aws_sdk_sagemaker::operation::describe_model_package::DescribeModelPackageOutput;
use aws_sdk_sagemaker::types::{ModelPackageSortBy, ModelPackageSummary, ModelPackageType, SortOrder, UserContext};
use jiff::Timestamp;
use serde::Serialize;

use super::{Listing, Resource, Seen, time};
use crate::aws::{Aws, AwsError, describe, failed, pages};

/// Pages of 100 versions.
const PAGES: usize = 100;
/// The newest versions of each group are described; the rest when they are looked at.
const WINDOW: usize = 5;
/// The same for a single thorough look.
const THOROUGH_WINDOW: usize = 20;

/// One version (or an unversioned package).
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct ModelPackage {
    /// ARN: the id.
    pub arn: String,
    /// Its group; absent for unversioned packages.
    pub group: Option<String>,
    /// Its number in the group.
    pub version: Option<i32>,
    /// Creation.
    pub created: Option<Timestamp>,
    /// `Completed`, `Failed`, …, raw.
    pub status: String,
    /// `PendingManualApproval`, `Approved`, `Rejected`, raw.
    pub approval: String,
    /// What its maker wrote.
    pub description: String,
    /// Details; absent until it was described.
    pub details: Option<Details>,
}

/// What only `DescribeModelPackage` tells.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Details {
    /// Who, why, ticket.
    pub approval_description: Option<String>,
    /// Last change.
    pub modified: Option<Timestamp>,
    /// Who changed it last.
    pub modified_by: Option<String>,
    /// Who registered it.
    pub created_by: Option<String>,
    /// What made it: an execution's ARN when a pipeline did.
    pub generated_by: Option<String>,
    /// Commit that it was made from.
    pub commit: Option<String>,
    /// Artifacts of its containers.
    pub data: Vec<String>,
    /// Images of its containers, with digests where AWS tells them.
    pub images: Vec<String>,
    /// S3 URI of the evaluation report (`ModelMetrics.ModelQuality.Statistics`).
    pub metrics_uri: Option<String>,
    /// What its makers noted.
    pub metadata: BTreeMap<String, String>,
}

impl ModelPackage {
    /// `GROUP/VERSION`: what the operator types, and how versions are spoken of.
    #[must_use]
    pub fn label(&self) -> String {
        match (&self.group, self.version) {
            (Some(group), Some(version)) => format!("{group}/{version}"),
            _ => super::arn_name(&self.arn).to_owned(),
        }
    }
    /// Does it wait for somebody?
    #[must_use]
    pub fn waits(&self) -> bool {
        self.approval == "PendingManualApproval"
    }
    /// Group and version as an ARN spells them: `…:model-package/group/12`. Names compare without case.
    #[must_use]
    pub fn parse_arn(arn: &str) -> Option<(&str, i32)> {
        let (_, rest) = arn.split_once(":model-package/")?;
        let (group, version) = rest.rsplit_once('/')?;
        Some((group, version.parse().ok()?))
    }

    /// What `DescribeModelPackage` says now.
    ///
    /// # Errors
    /// Those of the call.
    pub async fn describe(aws: &Aws, arn: &str) -> Result<Self, AwsError> {
        let request = aws.sagemaker.describe_model_package().model_package_name(arn);
        request.send().await.map(from_description).map_err(failed("DescribeModelPackage"))
    }
}

impl Resource for ModelPackage {
    const KIND: &'static str = "model_packages";
    const EVERY: Duration = Duration::from_secs(30);
    fn id(&self) -> &str {
        &self.arn
    }
    fn news(&self, old: Option<&Self>) -> Option<String> {
        match old {
            None => Some(format!("{} registered, {}", self.label(), self.approval)),
            Some(old) if old.approval != self.approval => {
                Some(format!("{}: {} → {}", self.label(), old.approval, self.approval))
            }
            Some(_) => None,
        }
    }
    async fn list(aws: &Aws, seen: &Seen) -> Result<Listing<Self>, AwsError> {
        let (summaries, capped) = pages(PAGES, async |token| {
            // Without the type AWS answers with unversioned packages only (aws-map 0.8).
            let request = aws.sagemaker.list_model_packages().model_package_type(ModelPackageType::Both);
            let request = request.sort_by(ModelPackageSortBy::CreationTime).sort_order(SortOrder::Descending);
            let page = request.max_results(100).set_next_token(token).send().await;
            let page = page.map_err(failed("ListModelPackages"))?;
            Ok((page.model_package_summary_list.unwrap_or_default(), page.next_token))
        })
        .await?;
        let mut rows: BTreeMap<String, Self> = summaries.into_iter().map(from_summary).collect();
        let mut due = Vec::new();
        for arn in wanted(&rows, seen) {
            let Some(row) = rows.get_mut(&arn) else { continue };
            // An approval changes no time that a list tells; the approval itself is the change detector.
            let known = seen.store.packages.get(&arn);
            match known.filter(|k| k.approval == row.approval && k.status == row.status && k.details.is_some()) {
                Some(known) => row.details.clone_from(&known.details),
                None => due.push(arn),
            }
        }
        let waiting = due.len();
        due.truncate(seen.chunk());
        let asked = due.len();
        let described = describe(due, async |arn| Self::describe(aws, &arn).await).await;
        let learnt = !described.found.is_empty();
        for package in described.found {
            // Names compare without case (aws-map 2.7): the list's spelling and time stay, as the next list has them.
            let listed = rows.values().find(|row| row.arn.eq_ignore_ascii_case(&package.arn));
            let (arn, created) =
                listed.map_or((package.arn.clone(), package.created), |row| (row.arn.clone(), row.created));
            rows.insert(arn.clone(), Self { arn, created, ..package });
        }
        let more = waiting > asked && learnt;
        let listing = Listing { more, ..Listing::of(rows.into_values().collect()) };
        Ok(listing.capped(capped).fault(described.fault))
    }
}

/// The versions whose details matter: the newest of each group, what serves, what is looked at.
fn wanted(rows: &BTreeMap<String, ModelPackage>, seen: &Seen) -> Vec<String> {
    let window = if seen.thorough { THOROUGH_WINDOW } else { WINDOW };
    let mut newest: Vec<&ModelPackage> = rows.values().collect();
    newest.sort_by_key(|p| (std::cmp::Reverse(p.version), std::cmp::Reverse(p.created)));
    let mut taken: BTreeMap<Option<&str>, usize> = BTreeMap::new();
    let live: Vec<&str> = seen.store.models.rows().flat_map(super::model::Model::packages).collect();
    let mut wanted = Vec::new();
    for package in newest {
        let count = taken.entry(package.group.as_deref()).or_default();
        *count += 1;
        let known = seen.store.packages.get(&package.arn).is_some_and(|k| k.details.is_some());
        if *count <= window
            || package.waits()
            || known
            || seen.focus.packages.contains(&package.arn)
            || live.contains(&package.arn.as_str())
        {
            wanted.push(package.arn.clone());
        }
    }
    wanted
}

fn from_summary(s: ModelPackageSummary) -> (String, ModelPackage) {
    let package = ModelPackage {
        created: time(s.creation_time.as_ref()),
        status: s.model_package_status.map(|s| s.as_str().to_owned()).unwrap_or_default(),
        approval: s.model_approval_status.map(|s| s.as_str().to_owned()).unwrap_or_default(),
        arn: s.model_package_arn.unwrap_or_default(),
        group: s.model_package_group_name,
        version: s.model_package_version,
        description: s.model_package_description.unwrap_or_default(),
        details: None,
    };
    (package.arn.clone(), package)
}

fn from_description(d: DescribeModelPackageOutput) -> ModelPackage {
    let who = |user: Option<&UserContext>| {
        let user = user?;
        user.user_profile_name.clone().or_else(|| user.iam_identity()?.arn.clone())
    };
    let containers = d
        .inference_specification()
        .map(aws_sdk_sagemaker::types::InferenceSpecification::containers)
        .unwrap_or_default();
    let quality = d.model_metrics().and_then(|m| m.model_quality()).and_then(|q| q.statistics());
    let data = |c: &aws_sdk_sagemaker::types::ModelPackageContainerDefinition| {
        c.model_data_url.clone().or_else(|| c.model_data_source()?.s3_data_source()?.s3_uri.clone())
    };
    let image =
        |c: &aws_sdk_sagemaker::types::ModelPackageContainerDefinition| c.image_digest.clone().or(c.image.clone());
    let details = Details {
        data: containers.iter().filter_map(data).collect(),
        images: containers.iter().filter_map(image).collect(),
        metrics_uri: quality.and_then(|s| s.s3_uri.clone()),
        modified: time(d.last_modified_time.as_ref()),
        modified_by: who(d.last_modified_by.as_ref()),
        created_by: who(d.created_by.as_ref()),
        generated_by: d.metadata_properties().and_then(|m| m.generated_by.clone()),
        commit: d.metadata_properties().and_then(|m| m.commit_id.clone()),
        metadata: d.customer_metadata_properties().into_iter().flatten().map(|(k, v)| (k.clone(), v.clone())).collect(),
        approval_description: d.approval_description.clone(),
    };
    ModelPackage {
        created: time(d.creation_time.as_ref()),
        status: d.model_package_status.map(|s| s.as_str().to_owned()).unwrap_or_default(),
        approval: d.model_approval_status.map(|s| s.as_str().to_owned()).unwrap_or_default(),
        arn: d.model_package_arn.unwrap_or_default(),
        group: d.model_package_group_name,
        version: d.model_package_version,
        description: d.model_package_description.unwrap_or_default(),
        details: Some(details),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_read_from_its_arn() {
        let arn = "arn:aws:sagemaker:eu-west-1:123456789012:model-package/recommendation/14";
        assert_eq!(ModelPackage::parse_arn(arn), Some(("recommendation", 14)));
        assert_eq!(ModelPackage::parse_arn("arn:aws:sagemaker:eu-west-1:1:model-package/unversioned"), None);
    }

    #[test]
    fn only_the_newest_the_live_and_the_focused_are_described() {
        let row = |v: i32| {
            let arn = format!("arn:x:model-package/g/{v}");
            (arn.clone(), ModelPackage { arn, group: Some("g".into()), version: Some(v), ..Default::default() })
        };
        let rows: BTreeMap<_, _> = (1..=20).map(row).collect();
        let mut seen = Seen::default();
        assert_eq!(wanted(&rows, &seen).len(), WINDOW);
        seen.focus = std::sync::Arc::new(super::super::Focus {
            packages: ["arn:x:model-package/g/2".to_owned()].into(),
            ..Default::default()
        });
        let arns = wanted(&rows, &seen);
        assert_eq!(arns.len(), WINDOW + 1);
        assert!(arns.iter().any(|a| a.ends_with("/2")) && arns.iter().any(|a| a.ends_with("/20")));
    }
}
