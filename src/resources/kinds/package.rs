//! Model packages: the registered versions, who approved them, and what they were made from.

mod batch;
mod governance;
mod read;

use std::borrow::Cow;
use std::collections::BTreeMap;

use aws_sdk_sagemaker::operation::describe_model_package::DescribeModelPackageOutput;
use aws_sdk_sagemaker::types::{
    InferenceSpecification, ModelPackageContainerDefinition, ModelPackageSummary, SearchRecord, UserContext,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use governance::Governance;

use crate::aws::{Aws, AwsError, failed};
use crate::health::Health;
use crate::resources::model::artifact;
use crate::resources::{
    AwsCommand, Cadence, Derived, Event, Kind, Listing, Observed, Properties, Resource, Table, Turn, console, time,
};

/// One version (or an unversioned package).
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
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
    /// The description by its maker.
    pub description: String,
    /// Details; absent until it was described.
    pub details: Option<Details>,
}

/// The details that the list does not have.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Details {
    /// The approver's note, such as who, why and the ticket.
    pub approval_description: Option<String>,
    /// Last change.
    pub modified: Option<Timestamp>,
    /// The person or role that last changed it.
    pub modified_by: Option<String>,
    /// The person or role that registered it.
    pub created_by: Option<String>,
    /// The process that made it: an execution's ARN when a pipeline did.
    pub generated_by: Option<String>,
    /// Commit that it was made from.
    pub commit: Option<String>,
    /// Artifacts of its containers: objects, or prefixes, which end with `/`.
    pub data: Vec<String>,
    /// Images of its containers, with digests where AWS gives them.
    pub images: Vec<String>,
    /// S3 URI of the evaluation report (`ModelMetrics.ModelQuality.Statistics`).
    pub metrics_uri: Option<String>,
    /// Metadata that its makers noted.
    pub metadata: BTreeMap<String, String>,
    /// Its stage, its card, its reports and baselines.
    #[serde(default)]
    pub governance: Governance,
    /// Whether only artifacts and images were read, in a batch of a hundred. Who, why and what made it is not known
    /// then.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub brief: bool,
}

impl ModelPackage {
    /// Returns `GROUP/VERSION`: the name that the operator types and that people use.
    #[must_use]
    pub fn label(&self) -> String {
        match (&self.group, self.version) {
            (Some(group), Some(version)) => format!("{group}/{version}"),
            _ => crate::resources::arn_name(&self.arn).to_owned(),
        }
    }
    /// Returns whether it waits for an approval.
    #[must_use]
    pub fn waits(&self) -> bool {
        self.approval == "PendingManualApproval"
    }
    /// Reads group and version from an ARN, as it spells them: `…:model-package/group/12`. Names compare without case.
    #[must_use]
    pub fn parse_arn(arn: &str) -> Option<(&str, i32)> {
        let (_, rest) = arn.split_once(":model-package/")?;
        let (group, version) = rest.rsplit_once('/')?;
        Some((group, version.parse().ok()?))
    }

    /// Calls `DescribeModelPackage`.
    ///
    /// # Errors
    /// Those of the call.
    pub async fn describe(aws: &Aws, arn: &str) -> Result<Self, AwsError> {
        let request = aws.sagemaker.describe_model_package().model_package_name(arn);
        request.send().await.map(from_description).map_err(failed)
    }
}

impl Resource for ModelPackage {
    const KIND: Kind = Kind::Packages;
    const CADENCE: Cadence = Cadence::Slow;
    // The versions that serve decide how far back the registry is read.
    const AFTER: &[Kind] = &[Kind::Groups, Kind::Models];
    const SWEEP: Option<Cadence> = Some(Cadence::Rare);
    // Only the newest versions and those that serve are read, so one that is missing is not gone.
    const WINDOWED: bool = true;
    fn id(&self) -> &str {
        &self.arn
    }
    fn title(&self) -> Cow<'_, str> {
        self.version.map_or_else(|| Self::title_of(&self.arn), |version| format!("v{version}").into())
    }
    fn title_of(arn: &str) -> Cow<'_, str> {
        Self::parse_arn(arn)
            .map_or_else(|| crate::resources::arn_name(arn).into(), |(_, version)| format!("v{version}").into())
    }
    fn status(&self) -> Option<&str> {
        Some(&self.approval)
    }
    fn arn(&self) -> Option<&str> {
        Some(&self.arn)
    }
    fn console(&self, region: &str) -> Option<String> {
        Some(console::studio(region))
    }
    fn command(&self) -> Option<AwsCommand> {
        Some(AwsCommand::sagemaker("describe-model-package", "model-package-name", &self.arn))
    }
    fn properties(&self, all: &mut Properties) {
        all.status("ModelApprovalStatus", &*self.approval)
            .status("ModelPackageStatus", &*self.status)
            .time("registered", self.created)
            .derived(Derived::Measured)
            .derived(Derived::Images)
            .derived(Derived::BesideLive);
        if let Some(details) = &self.details {
            all.text("ApprovalDescription", details.approval_description.as_deref())
                .time("LastModifiedTime", details.modified)
                .text("LastModifiedBy", details.modified_by.as_deref())
                .text("CreatedBy", details.created_by.as_deref())
                .text("GeneratedBy", details.generated_by.as_deref())
                .text("CommitId", details.commit.as_deref())
                .text("ModelDataUrl", &*details.data.join(", "))
                .text("image", &*details.images.join(", "))
                .text("ModelMetrics", details.metrics_uri.as_deref());
            details.governance.properties(all);
            for (key, value) in &details.metadata {
                all.text(key.clone(), &**value);
            }
        }
        all.derived(Derived::Record).text("description", &*self.description);
    }
    fn events(&self, old: Option<&Self>) -> Vec<Event> {
        let version = self.version.map_or_else(|| self.label(), |version| format!("v{version}"));
        let (details, known) = (self.details.as_ref(), |who: Option<&String>| who.cloned().unwrap_or_default());
        let registered = self.created.filter(|_| old.is_none()).map(|at| {
            let by = known(details.and_then(|d| d.created_by.as_ref()));
            Event::at(at, Health::Running, format!("{version} registered")).by(by)
        });
        // Only the details say when and why; a list says neither.
        let told = |package: &Self| package.details.as_ref().and_then(|d| d.modified).filter(|_| !package.waits());
        let turned = old.is_none_or(|old| (&old.approval, told(old)) != (&self.approval, told(self)));
        let decided = told(self).filter(|_| turned).map(|at| {
            let why = details.and_then(|d| d.approval_description.as_deref()).map(|w| format!(": {w}"));
            let text = format!("{version} {}{}", self.approval, why.unwrap_or_default());
            Event::at(at, Health::of_status(&self.approval), text)
                .by(known(details.and_then(|d| d.modified_by.as_ref())))
        });
        // Until the details are read, only the difference is seen.
        let observed = old.filter(|old| details.is_none() && old.approval != self.approval);
        let observed = observed
            .map(|_| Event::observed(Health::of_status(&self.approval), format!("{version} {}", self.approval)));
        registered.into_iter().chain(decided).chain(observed).collect()
    }
    fn due(observed: &Observed, known: &Table<Self>) -> bool {
        read::due(observed, known)
    }
    async fn read(aws: &Aws, observed: &Observed, turn: Turn<'_, Self>) -> Result<Listing<Self>, AwsError> {
        if observed.one_shot { read::everything(aws, observed).await } else { read::window(aws, observed, turn).await }
    }
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

/// The index and the description have the same fields, in two types.
macro_rules! package {
    ($d:expr) => {{
        let d = $d;
        let who = |user: Option<&UserContext>| {
            let user = user?;
            user.user_profile_name.clone().or_else(|| user.iam_identity()?.arn.clone())
        };
        let containers = d.inference_specification().map(InferenceSpecification::containers).unwrap_or_default();
        let quality = d.model_metrics().and_then(|m| m.model_quality()).and_then(|q| q.statistics());
        let metadata = d.customer_metadata_properties().into_iter().flatten();
        let details = Details {
            data: artifacts(containers),
            images: images(containers),
            metrics_uri: quality.and_then(|s| s.s3_uri.clone()),
            modified: time(d.last_modified_time.as_ref()),
            modified_by: who(d.last_modified_by.as_ref()),
            created_by: who(d.created_by.as_ref()),
            generated_by: d.metadata_properties().and_then(|m| m.generated_by.clone()),
            commit: d.metadata_properties().and_then(|m| m.commit_id.clone()),
            metadata: metadata.map(|(k, v)| (k.clone(), v.clone())).collect(),
            approval_description: d.approval_description.clone(),
            governance: Governance::of(
                containers,
                d.model_life_cycle(),
                d.model_card(),
                d.metadata_properties(),
                d.model_metrics(),
                d.drift_check_baselines(),
            ),
            brief: false,
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
    }};
}

fn from_description(d: DescribeModelPackageOutput) -> ModelPackage {
    package!(d)
}

fn from_record(record: SearchRecord) -> Option<ModelPackage> {
    Some(package!(record.model_package?))
}

fn artifacts(containers: &[ModelPackageContainerDefinition]) -> Vec<String> {
    containers.iter().filter_map(|c| artifact(c.model_data_url(), c.model_data_source())).collect()
}

fn images(containers: &[ModelPackageContainerDefinition]) -> Vec<String> {
    containers.iter().filter_map(|c| c.image_digest.clone().or(c.image.clone())).collect()
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
}
