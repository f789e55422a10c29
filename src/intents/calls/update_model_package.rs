//! `UpdateModelPackage`: the approval of a version, with its reason.

use aws_sdk_sagemaker::operation::RequestId;
use aws_sdk_sagemaker::types::ModelApprovalStatus;
use jiff::Timestamp;
use serde_json::Value;

use super::{Api, Call, Permission, Receipt, text};
use crate::aws::{Aws, AwsError, failed};
use crate::resources::package::ModelPackage;

/// The call of this module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct UpdateModelPackage {
    /// `ModelPackageArn`.
    pub(crate) arn: String,
    /// `ModelApprovalStatus`.
    pub(crate) approval: String,
    /// `ApprovalDescription`, at most 1,024 characters.
    pub(crate) description: String,
    /// `ClientToken`.
    pub(crate) token: String,
}

impl Call for UpdateModelPackage {
    const API: Api = Api::sagemaker("UpdateModelPackage");
    const PERMISSIONS: &'static [Permission] =
        &[Permission::new("sagemaker:UpdateModelPackage", &["sagemaker:REGION:ACCOUNT:model-package/*"])];

    async fn send(&self, aws: &Aws) -> Result<Receipt, AwsError> {
        let request = aws.sagemaker.update_model_package().model_package_arn(&self.arn).client_token(&self.token);
        let request = request.model_approval_status(ModelApprovalStatus::from(self.approval.as_str()));
        let request = request.approval_description(&self.description);
        let reply = request.send().await.map_err(failed)?;
        Ok(Receipt { request_id: reply.request_id().map(str::to_owned), arn: reply.model_package_arn })
    }

    async fn effect(parameters: &Value, _: Timestamp, aws: &Aws) -> Result<Option<String>, AwsError> {
        let now = ModelPackage::describe(aws, text(parameters, "ModelPackageArn")).await?;
        let reason = now.details.and_then(|details| details.approval_description).unwrap_or_default();
        let approved = now.approval == text(parameters, "ModelApprovalStatus");
        Ok((approved && reason == text(parameters, "ApprovalDescription")).then_some(now.arn))
    }
}
